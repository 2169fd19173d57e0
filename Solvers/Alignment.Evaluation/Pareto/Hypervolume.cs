namespace Alignment;

/// <summary>The volume that points dominate above a reference point: one number for how far and how wide a front reaches.</summary>
/// <remarks>
/// <para>The measure of the union of boxes [reference, point], all objectives being maximized. Dominated points change nothing. A point that is not
/// above the reference in every objective has an empty box and contributes 0.</para>
/// <para>One and two objectives by sorting; three by a sweep along the last one with a balanced tree of what no later point dominates in the other two,
/// O(n log n). For four and more see <see cref="Estimate"/>.</para>
/// <para>Units: the product of the objectives' units. A reference point has no default: results for different ones are not comparable.</para>
/// <para>Errors: a reference of other objectives; more than three objectives.</para>
/// <para>Source: Zitzler, Thiele (1998), "Multiobjective optimization using evolutionary algorithms"; Beume, Fonseca, Lopez-Ibanez, Paquete,
/// Vahrenhold (2009), "On the complexity of computing the hypervolume indicator", IEEE Transactions on Evolutionary Computation 13(5).</para>
/// <para>Not as the only figure: objectives of larger range weigh more, and a front can gain volume in a corner nobody wants.</para>
/// </remarks>
public static class Hypervolume
{
    /// <summary>The default number of draws of <see cref="Estimate"/>.</summary>
    public const int DefaultSamples = 100_000;

    private const string Who = "Hypervolume";

    /// <summary>The exact volume, for up to three objectives.</summary>
    /// <exception cref="ArgumentException">There are more objectives, or the reference has others.</exception>
    public static double Of(ObjectivePoints points, ObjectiveVector reference)
    {
        var (boxes, corner) = Boxes(points, reference);
        if (corner.Length > 3)
            throw new ArgumentException(
                $"{Who}: expected at most 3 objectives for an exact volume, got {corner.Length} ({string.Join(", ", points.Objectives)}); use Hypervolume.Estimate, which gives an interval."
            );
        // What is missing is filled up by objectives in which all boxes are 1 high.
        double At(double[] box, int k) => k < corner.Length ? box[k] : 1;
        double Corner(int k) => k < corner.Length ? corner[k] : 0;
        Array.Sort(boxes, (a, b) => At(b, 2).CompareTo(At(a, 2)));
        var stairs = new Staircase(Corner(0), Corner(1));
        var volume = 0.0;
        for (var k = 0; k < boxes.Length; k++)
        {
            stairs.Add(At(boxes[k], 0), At(boxes[k], 1));
            var below = k + 1 < boxes.Length ? At(boxes[k + 1], 2) : Corner(2);
            volume += stairs.Area * (At(boxes[k], 2) - below);
        }

        return volume;
    }

    /// <summary>The exact volume of a front.</summary>
    /// <exception cref="ArgumentException">There are more than three objectives, or the reference has others.</exception>
    public static double Of(ParetoFront front, ObjectiveVector reference)
    {
        ArgumentNullException.ThrowIfNull(front);
        return Of(front.Points, reference);
    }

    /// <summary>The volume of a front over that of a known one above the same reference: 1 where it reaches all of it.</summary>
    /// <exception cref="ArgumentException">The known front has no volume above the reference; else see <see cref="Of(ParetoFront, ObjectiveVector)"/>.</exception>
    public static double Ratio(ParetoFront front, ParetoFront known, ObjectiveVector reference)
    {
        ArgumentNullException.ThrowIfNull(known);
        var all = Of(known.Points, reference);
        return all > 0
            ? Of(front, reference) / all
            : throw new ArgumentException(
                $"{Who} ratio: expected a known front with a volume above the reference ({reference}), got one without; choose a lower reference point."
            );
    }

    /// <summary>The volume of any number of objectives by random draws, with an interval.</summary>
    /// <remarks>
    /// The part of draws, uniform between the reference and the largest values, that some point dominates, times the volume of that box. The interval
    /// is that of Clopper and Pearson (1934): it holds the true volume with at least the stated confidence, however few draws hit. Draws are keyed by
    /// (seed, "hypervolume", draw, objective).
    /// </remarks>
    /// <param name="points">The points.</param>
    /// <param name="reference">The reference point.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <param name="samples">Number of draws, at least 1.</param>
    /// <param name="confidence">Confidence of the interval, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The reference has other objectives, or a number is out of range.</exception>
    public static HypervolumeEstimate Estimate(
        ObjectivePoints points,
        ObjectiveVector reference,
        ulong seed,
        int samples = DefaultSamples,
        double confidence = 0.95
    )
    {
        var (boxes, corner) = Boxes(points, reference);
        if (samples < 1)
            throw new ArgumentException($"{Who}: expected at least 1 draw, got {samples}.");
        if (!(confidence > 0 && confidence < 1))
            throw new ArgumentException(
                $"{Who}: expected a confidence between 0 and 1, such as 0.95, got {Text.Number(confidence)}."
            );
        if (boxes.Length == 0)
            return new(0, 0, 0, confidence, samples, 0);
        var top = corner.Select((_, k) => boxes.Max(box => box[k])).ToArray();
        var all = 1.0;
        for (var k = 0; k < corner.Length; k++)
            all *= top[k] - corner[k];
        if (!double.IsFinite(all))
            throw new ArgumentException(
                $"{Who}: expected points whose box above the reference has a finite volume, got more than 1e308; scale the objectives."
            );

        Array.Sort(boxes, (a, b) => VolumeOf(b, corner).CompareTo(VolumeOf(a, corner))); // the likeliest to hit first
        var stream = new RandomStream(seed, "hypervolume");
        var draw = new double[corner.Length];
        var hits = 0;
        for (var sample = 0; sample < samples; sample++)
        {
            for (var k = 0; k < draw.Length; k++)
                draw[k] = corner[k] + ((top[k] - corner[k]) * stream.Uniform(sample, k));
            if (Array.Exists(boxes, box => ParetoFront.IsAtLeast(box, draw)))
                hits++;
        }

        return HypervolumeEstimate.Of(all, hits, samples, confidence);
    }

    private static double VolumeOf(double[] box, double[] corner)
    {
        var volume = 1.0;
        for (var k = 0; k < corner.Length; k++)
            volume *= box[k] - corner[k];
        return volume;
    }

    /// <summary>The points above the reference, and the reference in their order of objectives.</summary>
    private static (double[][] Boxes, double[] Corner) Boxes(ObjectivePoints points, ObjectiveVector reference)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (reference is null)
            throw new ArgumentNullException(
                nameof(reference),
                $"{Who}: expected a reference point below the front; there is no default, since volumes above different ones are not comparable."
            );
        var corner = reference.In(points.Objectives, $"{Who}, reference point");
        return (
            [
                .. Enumerable
                    .Range(0, points.Count)
                    .Select(k => points.Point(k).ToArray())
                    .Where(point => point.Zip(corner).All(p => p.First > p.Second)),
            ],
            corner
        );
    }
}
