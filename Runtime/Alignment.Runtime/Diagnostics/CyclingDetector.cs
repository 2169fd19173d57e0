namespace Alignment;

/// <summary>Tells strategies that go in circles from strategies that settle.</summary>
/// <remarks>
/// <para>Of the measured last iterates, the later half is looked at: 1 - (distance between the first and the last) / (length of the path between
/// them), over all games together; 0 where the path's mean step is below <see cref="Settled"/>, since rounding goes in circles too.
/// Near 1: a cycle or a chaotic orbit. It cannot tell those two apart.</para>
/// <para>Distances are Euclidean. Of moments that hold more than <see cref="Kept"/> numbers a count sketch of that many is kept (Charikar,
/// Chen, Farach-Colton 2002): each number is added, with a sign, to one of its cells. It keeps squared distances in expectation, with a
/// relative standard deviation of at most sqrt(2 / Kept), 4.4 %, and a long run of a large game in little memory.</para>
/// </remarks>
public sealed class CyclingDetector
{
    /// <summary>Mean Euclidean distance between measured moments below which an iterate counts as settled.</summary>
    public const double Settled = 1e-3;

    /// <summary>Most numbers that are kept of a moment.</summary>
    public const int Kept = 1024;

    private readonly List<double[]> _path = [];

    /// <summary>Adds a measured moment.</summary>
    /// <param name="strategies">For each player: games, then actions.</param>
    public void Add(IReadOnlyList<double[]> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        var moment = new double[Math.Min(Kept, strategies.Sum(s => s.Length))];
        var exact = strategies.Sum(s => s.Length) <= Kept;
        var index = 0;
        foreach (var strategy in strategies)
        {
            foreach (var probability in strategy)
            {
                if (exact)
                {
                    moment[index++] = probability;
                    continue;
                }

                var hash = Hash((ulong)index++);
                moment[hash % Kept] += (hash >> 63) == 0 ? probability : -probability;
            }
        }

        _path.Add(moment);
    }

    /// <summary>What is kept of the moments, one after the other; all are of one length.</summary>
    internal double[] Path => [.. _path.SelectMany(moment => moment)];

    /// <summary>Takes up moments that were kept before.</summary>
    internal void Load(double[] path, int moments)
    {
        _path.Clear();
        if (moments > 0)
            _path.AddRange(path.Chunk(path.Length / moments));
    }

    /// <summary>How many moments were added.</summary>
    internal int Moments => _path.Count;

    /// <summary>The score over what was added.</summary>
    public double Score
    {
        get
        {
            var later = _path.Skip(_path.Count / 2).ToArray();
            if (later.Length < 4)
                return 0;
            var length = later.Zip(later.Skip(1)).Sum(pair => Distance(pair.First, pair.Second));
            return length / (later.Length - 1) < Settled
                ? 0
                : Math.Clamp(1 - (Distance(later[0], later[^1]) / length), 0, 1);
        }
    }

    // the finalizer of splitmix64 (Steele, Lea, Flood 2014)
    private static ulong Hash(ulong index)
    {
        var z = (index + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static double Distance(double[] a, double[] b) =>
        Math.Sqrt(a.Zip(b).Sum(p => (p.First - p.Second) * (p.First - p.Second)));
}
