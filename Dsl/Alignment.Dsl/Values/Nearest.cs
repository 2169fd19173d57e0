using F23.StringSimilarity;

namespace Alignment;

/// <summary>Finds the valid name that a wrong one most resembles, for messages.</summary>
public static class Nearest
{
    // Longer names are not compared: an edit distance costs the product of the lengths.
    private const int Longest = 64;

    /// <summary>The candidate closest to <paramref name="name"/>, if one is close enough to be what was meant.</summary>
    public static string? To(string name, IEnumerable<string> candidates)
    {
        if (name.Length > Longest)
            return null;
        var metric = new Damerau();
        var best = candidates
            .Where(candidate => candidate.Length <= Longest)
            .Select(candidate =>
                (candidate, distance: metric.Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant()))
            )
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return
            best.candidate is not null
            && best.distance <= Math.Max(1, Math.Min(name.Length, best.candidate.Length) / 2.0)
            ? best.candidate
            : null;
    }

    /// <summary>A sentence that helps: the nearest name, or all of them.</summary>
    /// <param name="name">The wrong name.</param>
    /// <param name="candidates">The valid names.</param>
    /// <param name="listing">Begins the list, such as <c>It declares</c>.</param>
    public static string Hint(string name, IEnumerable<string> candidates, string listing)
    {
        var all = candidates.ToArray();
        if (To(name, all) is { } nearest)
            return $" Did you mean '{nearest}'?";
        return all.Length == 0 ? $" {listing} none." : $" {listing} {string.Join(", ", all)}.";
    }
}
