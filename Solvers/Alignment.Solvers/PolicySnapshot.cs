using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>Policies in a snapshot, and back: their information sets in order, and of each which of the different ways to play
/// it has.</summary>
internal static class PolicySnapshot
{
    public static Snapshot Of(ValueList<Policy> policies)
    {
        var snapshot = new Snapshot();
        var (sets, behaviours) = (
            policies.Sum(policy => policy.Sets.Count),
            new Dictionary<Behaviour, int>(new SameLists())
        );
        var (labels, numbers) = (new List<string>(sets), new double[sets]);
        foreach (var (label, behaviour) in policies.SelectMany(policy => policy.Sets))
        {
            if (!behaviours.TryGetValue(behaviour, out var number))
                behaviours.Add(behaviour, number = behaviours.Count);
            numbers[labels.Count] = number;
            labels.Add(label);
        }

        snapshot.Put("sets", policies.Select(policy => (long)policy.Sets.Count));
        snapshot.Put("labels", labels);
        snapshot.Put("behaviours", numbers);
        snapshot.Put("actions", [.. behaviours.Keys.SelectMany(behaviour => behaviour.Actions)]);
        snapshot.Put("actions/count", behaviours.Keys.Select(behaviour => (long)behaviour.Actions.Count));
        snapshot.Put("probabilities", [.. behaviours.Keys.SelectMany(behaviour => behaviour.Probabilities)]);
        return snapshot;
    }

    public static ValueList<Policy> Read(Snapshot snapshot)
    {
        var behaviours = Behaviours(snapshot);
        var (labels, numbers) = (snapshot.List("labels"), snapshot.Array("behaviours"));
        var next = 0;
        Policy Take(long sets)
        {
            var policy = new Dictionary<string, Behaviour>((int)sets, StringComparer.Ordinal);
            for (var end = next + sets; next < end; next++)
                policy.Add(labels[next], behaviours[(int)numbers[next]]);
            return new(policy);
        }

        return snapshot.Integers("sets").Select(Take).ToValueList();
    }

    private static Behaviour[] Behaviours(Snapshot snapshot)
    {
        var (actions, probabilities) = (snapshot.List("actions"), snapshot.Array("probabilities"));
        var next = 0;
        Behaviour Take(long count)
        {
            var range = next..(next += (int)count);
            return new(actions[range].ToValueList(), probabilities[range].ToValueList());
        }

        return [.. snapshot.Integers("actions/count").Select(Take)];
    }

    // a walk shares its lists of actions, and pure play its probabilities; comparing what they hold would take longer
    private sealed class SameLists : IEqualityComparer<Behaviour>
    {
        public bool Equals(Behaviour? a, Behaviour? b) =>
            ReferenceEquals(a?.Actions, b?.Actions) && ReferenceEquals(a?.Probabilities, b?.Probabilities);

        public int GetHashCode(Behaviour behaviour) =>
            HashCode.Combine(
                RuntimeHelpers.GetHashCode(behaviour.Actions),
                RuntimeHelpers.GetHashCode(behaviour.Probabilities)
            );
    }
}
