using System.Globalization;

namespace Alignment.Runtime;

// A record in a checkpoint, and back: to the last bit, so that a run that goes on ends like one that never stopped.
internal sealed partial class RunRecord
{
    /// <summary>Puts the record into a snapshot.</summary>
    public void Save(Snapshot snapshot)
    {
        snapshot.Put("moment", (double)Moment);
        snapshot.Put("limits_seen", (double)_limitsSeen);
        snapshot.Put("seconds", Seconds);
        snapshot.Put("measure_seconds", _measuringBefore + _measuring.Elapsed.TotalSeconds);
        snapshot.Put("cycling", _cycling.Path);
        snapshot.Put("cycling/moments", (double)_cycling.Moments);
        Traces.Save(snapshot, _trace);
        MeasuredIterates.Save(snapshot, "last", Last!);
        if (!ReferenceEquals(Last, Average))
            MeasuredIterates.Save(snapshot, "average", Average!);
        var done = Enumerable.Range(0, Games).Where(game => _done[game] is not null).ToArray();
        snapshot.Put("done", done.Select(game => (long)game));
        GameSolutions.Save(snapshot, "done", [.. done.Select(game => _done[game]!)]);
    }

    /// <summary>Takes the record up from a snapshot.</summary>
    /// <param name="snapshot">What <see cref="Save"/> made.</param>
    public void Load(Snapshot snapshot)
    {
        Last = MeasuredIterates.Load(snapshot, "last", _game.Spec.Players.Count);
        Average = snapshot.Has("average/strategy/0")
            ? MeasuredIterates.Load(snapshot, "average", _game.Spec.Players.Count)
            : Last;
        Moment = (long)snapshot.Number("moment");
        _limitsSeen = (int)snapshot.Number("limits_seen");
        _secondsBefore = snapshot.Number("seconds");
        _measuringBefore = snapshot.Number("measure_seconds");
        _cycling.Load(snapshot.Array("cycling"), (int)snapshot.Number("cycling/moments"));
        _trace.AddRange(Traces.Load(snapshot));
        var done = snapshot.Integers("done");
        var solutions = GameSolutions.Load(snapshot, "done", _game.Spec.Players);
        for (var k = 0; k < done.Length; k++)
            _done[done[k]] = solutions[k];
        // a game that goes on was finite when it was last measured, or it would have ended there
        var reported = Reported(Last, Average);
        for (var game = 0; game < Games; game++)
        {
            if (_done[game] is null)
                _good[game] = (reported, Moment);
        }
    }
}

/// <summary>Measured moments in a snapshot.</summary>
internal static class Traces
{
    public static void Save(Snapshot snapshot, IReadOnlyList<TracePoint> trace)
    {
        snapshot.Put("trace/step", trace.Select(point => point.Step));
        snapshot.Put("trace/seconds", [.. trace.Select(point => point.Seconds)]);
        var keys = trace.Count == 0 ? [] : trace[0].Metrics.Keys.ToArray();
        snapshot.Put("trace/keys", string.Join('\n', keys));
        foreach (var key in keys)
            snapshot.Put($"trace/metric/{key}", [.. trace.Select(point => point.Metrics[key])]);
        int[] kept = [.. Enumerable.Range(0, trace.Count).Where(k => trace[k].Strategies is not null)];
        snapshot.Put(Kept, kept.Select(k => (long)k));
        for (var p = 0; kept.Length > 0 && p < trace[kept[0]].Strategies!.Count; p++)
            snapshot.Put(Strategy(p), [.. kept.SelectMany(k => trace[k].Strategies![p])]);
    }

    private const string Kept = "trace/strategies";

    private static string Strategy(int player) =>
        string.Create(CultureInfo.InvariantCulture, $"trace/strategy/{player}");

    /// <summary>The strategies that were kept, by the number of the moment.</summary>
    private static Dictionary<int, ValueList<ValueList<double>>> Strategies(Snapshot snapshot)
    {
        // checkpoints of earlier versions have none
        var kept = snapshot.Has(Kept) ? snapshot.Integers(Kept) : [];
        var players = Enumerable.Range(0, int.MaxValue).TakeWhile(p => snapshot.Has(Strategy(p))).ToArray();
        ValueList<double> Part(int player, int k)
        {
            var all = snapshot.Array(Strategy(player));
            var length = all.Length / kept.Length;
            return all.AsSpan(k * length, length).ToArray().ToValueList();
        }

        return Enumerable
            .Range(0, kept.Length)
            .ToDictionary(k => (int)kept[k], k => players.Select(p => Part(p, k)).ToValueList());
    }

    public static IEnumerable<TracePoint> Load(Snapshot snapshot)
    {
        var (steps, seconds) = (snapshot.Integers("trace/step"), snapshot.Array("trace/seconds"));
        var keys = snapshot.Text("trace/keys").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var strategies = Strategies(snapshot);
        return steps.Select(
            (step, k) =>
                new TracePoint(
                    step,
                    seconds[k],
                    keys.ToDictionary(
                        key => key,
                        key => snapshot.Array($"trace/metric/{key}")[k],
                        StringComparer.Ordinal
                    )
                )
                {
                    Strategies = strategies.GetValueOrDefault(k),
                }
        );
    }
}

/// <summary>Solutions of single games in a snapshot.</summary>
internal static class GameSolutions
{
    public static void Save(Snapshot snapshot, string name, IReadOnlyList<GameSolution> games)
    {
        snapshot.Put($"{name}/steps", games.Select(game => game.Steps));
        snapshot.Put($"{name}/outcomes", games.Select(game => (long)game.Status.Outcome));
        for (var k = 0; k < games.Count; k++)
        {
            snapshot.Put(Numbered(name, k, "name"), games[k].Game);
            snapshot.Put(Numbered(name, k, "status"), games[k].Status.Sentence);
        }

        if (games.Count == 0)
            return;
        var keys = games[0].Metrics.Keys.ToArray();
        snapshot.Put($"{name}/keys", string.Join('\n', keys));
        foreach (var key in keys)
            snapshot.Put($"{name}/metric/{key}", [.. games.Select(game => game.Metrics[key])]);
        for (var p = 0; p < games[0].Strategies.Count; p++)
            snapshot.Put(
                string.Create(CultureInfo.InvariantCulture, $"{name}/strategy/{p}"),
                [.. games.SelectMany(game => game.Strategies[p])]
            );
        if (games[0].Joint is not null)
            snapshot.Put($"{name}/joint", [.. games.SelectMany(game => game.Joint!)]);
    }

    public static GameSolution[] Load(Snapshot snapshot, string name, ValueList<Player> players)
    {
        var (steps, outcomes) = (snapshot.Integers($"{name}/steps"), snapshot.Integers($"{name}/outcomes"));
        if (steps.Length == 0)
            return [];
        var keys = snapshot.Text($"{name}/keys").Split('\n');
        ValueList<double> Part(string array, int k)
        {
            var all = snapshot.Array(array);
            var length = all.Length / steps.Length;
            return all.AsSpan(k * length, length).ToArray().ToValueList();
        }

        return
        [
            .. steps.Select(
                (step, k) =>
                {
                    var metrics = keys.ToDictionary(
                        key => key,
                        key => snapshot.Array($"{name}/metric/{key}")[k],
                        StringComparer.Ordinal
                    );
                    return new GameSolution(
                        snapshot.Text(Numbered(name, k, "name")),
                        new((Outcome)outcomes[k], snapshot.Text(Numbered(name, k, "status"))),
                        Certify.Of(metrics, players.Count),
                        step,
                        players
                            .Select(
                                (_, p) => Part(string.Create(CultureInfo.InvariantCulture, $"{name}/strategy/{p}"), k)
                            )
                            .ToValueList(),
                        snapshot.Has($"{name}/joint") ? Part($"{name}/joint", k) : null,
                        metrics
                    );
                }
            ),
        ];
    }

    private static string Numbered(string name, int k, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}/{k}/{what}");
}

/// <summary>What was measured of an iterate, in a snapshot.</summary>
internal static class MeasuredIterates
{
    public static void Save(Snapshot snapshot, string name, Measured measured)
    {
        for (var p = 0; p < measured.Strategies.Length; p++)
            snapshot.Put(string.Create(CultureInfo.InvariantCulture, $"{name}/strategy/{p}"), measured.Strategies[p]);
        if (measured.Joint is { } joint)
            snapshot.Put($"{name}/joint", joint);
        foreach (var (key, values) in measured.Metrics)
            snapshot.Put($"{name}/metric/{key}", values);
        foreach (var (key, values) in measured.Play)
            snapshot.Put($"{name}/play/{key}", values);
    }

    public static Measured Load(Snapshot snapshot, string name, int players)
    {
        Dictionary<string, double[]> Under(string prefix) =>
            snapshot
                .Numbers.Where(n => n.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(n => n.Key[prefix.Length..], n => n.Value, StringComparer.Ordinal);
        return new(
            [
                .. Enumerable
                    .Range(0, players)
                    .Select(p => snapshot.Array(string.Create(CultureInfo.InvariantCulture, $"{name}/strategy/{p}"))),
            ],
            snapshot.Has($"{name}/joint") ? snapshot.Array($"{name}/joint") : null,
            Under($"{name}/metric/")
        )
        {
            Play = Under($"{name}/play/"),
        };
    }
}
