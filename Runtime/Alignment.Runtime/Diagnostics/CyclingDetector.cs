namespace Alignment;

/// <summary>Tells strategies that go in circles from strategies that settle.</summary>
/// <remarks>
/// Of the measured last iterates, the later half is looked at: 1 - (distance between the first and the last) / (length of the path between
/// them), over all games together; 0 where the path's mean step is below <see cref="Settled"/>, since rounding goes in circles too.
/// Near 1: a cycle or a chaotic orbit. It cannot tell those two apart.
/// </remarks>
public sealed class CyclingDetector
{
    /// <summary>Mean Euclidean distance between measured moments below which an iterate counts as settled.</summary>
    public const double Settled = 1e-3;

    private readonly List<double[][]> _path = [];

    /// <summary>Adds a measured moment.</summary>
    /// <param name="strategies">For each player: games, then actions.</param>
    public void Add(IReadOnlyList<double[]> strategies)
    {
        ArgumentNullException.ThrowIfNull(strategies);
        _path.Add([.. strategies.Select(s => (double[])s.Clone())]);
    }

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

    private static double Distance(double[][] a, double[][] b) =>
        Math.Sqrt(
            a.Zip(b).Sum(pair => pair.First.Zip(pair.Second).Sum(p => (p.First - p.Second) * (p.First - p.Second)))
        );
}
