using System.Globalization;

namespace Alignment;

/// <summary>Spends a budget of gold labels along the checkpoints of a run and says at which of them gold has fallen.</summary>
/// <remarks>
/// <para>At each checkpoint it labels pairs: a draw of the present policy and one of the earlier checkpoint whose labels have the largest mean so far. The pairs
/// go to an <see cref="OnsetDetector"/>, so that the probability of a false alarm over the whole run is at most <see cref="FalseAlarm"/> if no checkpoint is worse than
/// one before it. It stops at the alarm, or where the next pair would cost more labels than are left.</para>
/// <para>Defaults: alpha 0.05, labels in [0, 1], 2,000 labels, 50 pairs a checkpoint.</para>
/// <para>Errors: fewer than 2 labels, fewer than 1 pair, no checkpoints, a label outside of the range.</para>
/// <para>A run without an alarm is not shown to be free of over-optimization: <see cref="GuardReport.Sentence"/> says what was seen.</para>
/// </remarks>
public sealed record OverOptimizationGuard
{
    /// <summary>alpha.</summary>
    public double FalseAlarm { get; init; } = 0.05;

    /// <summary>Least gold label.</summary>
    public double Low { get; init; }

    /// <summary>Largest gold label.</summary>
    public double High { get; init; } = 1;

    /// <summary>Labels that may be asked for, over the whole run.</summary>
    public long Budget { get; init; } = 2000;

    /// <summary>Pairs each checkpoint, two labels a pair.</summary>
    public int Pairs { get; init; } = 50;

    /// <summary>Watches a run, checkpoint by checkpoint; the first one is what the second is compared with.</summary>
    /// <param name="checkpoints">How many there are, at least 1.</param>
    /// <param name="label">The gold label of a fresh draw: of which checkpoint, and the draw's number, each once.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public GuardReport Watch(int checkpoints, Func<int, long, double> label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (checkpoints < 1 || Budget < 2 || Pairs < 1)
            throw new ArgumentException(
                $"Over-optimization guard: expected at least 1 checkpoint, 2 labels and 1 pair, got {checkpoints}, {Budget} and {Pairs}."
            );
        var detector = new OnsetDetector(FalseAlarm, Low, High);
        var seen = new Means(checkpoints);
        for (var present = 1; present < checkpoints; present++)
        {
            var earlier = seen.Best(present);
            for (var pair = 0; pair < Pairs; pair++)
            {
                if (seen.Labels + 2 > Budget)
                    return new(seen.ToPoints(present), null, seen.Labels, detector.Evidence, IsSpent: true);
                var (before, now) = (seen.Take(earlier, label), seen.Take(present, label));
                if (detector.Observe(before, now))
                    return new(seen.ToPoints(present), present, seen.Labels, detector.Evidence, IsSpent: false);
            }
        }

        return new(seen.ToPoints(checkpoints - 1), null, seen.Labels, detector.Evidence, IsSpent: false);
    }

    private sealed class Means(int checkpoints)
    {
        private readonly double[] _sums = new double[checkpoints];
        private readonly long[] _counts = new long[checkpoints];

        public long Labels { get; private set; }

        public double Take(int checkpoint, Func<int, long, double> label)
        {
            var value = label(checkpoint, Labels++);
            _sums[checkpoint] += value;
            _counts[checkpoint]++;
            return value;
        }

        // of those before it, by what is known before its own labels
        public int Best(int present)
        {
            var best = 0;
            for (var k = 1; k < present; k++)
            {
                if (_counts[k] > 0 && Mean(k) > Mean(best))
                    best = k;
            }

            return best;
        }

        public ValueList<GuardPoint> ToPoints(int last) =>
            Enumerable.Range(0, last + 1).Select(k => new GuardPoint(k, _counts[k], Mean(k))).ToValueList();

        private double Mean(int k) => _counts[k] > 0 ? _sums[k] / _counts[k] : 0;
    }
}

/// <summary>What a guard saw.</summary>
/// <param name="Points">The checkpoints that were labelled.</param>
/// <param name="Onset">The checkpoint at which gold is shown to have fallen; null where it is not shown.</param>
/// <param name="Labels">Labels spent.</param>
/// <param name="Evidence">Of the detector at the end.</param>
/// <param name="IsSpent">Whether the budget ended the watch.</param>
public sealed record GuardReport(ValueList<GuardPoint> Points, int? Onset, long Labels, double Evidence, bool IsSpent)
{
    /// <summary>What happened, and what it does not say.</summary>
    public string Sentence =>
        Onset is { } onset
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Gold has fallen by checkpoint {onset}, shown with {Labels} labels; go back to checkpoint {Points.Take(onset).MaxBy(p => p.Mean)!.Checkpoint}."
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $"No fall of gold is shown by {Labels} labels{(IsSpent ? $", all there were, up to checkpoint {Points[^1].Checkpoint}" : "")}; a small one may have gone unseen."
            );
}

/// <summary>Labels of one checkpoint.</summary>
/// <param name="Checkpoint">Its number.</param>
/// <param name="Labels">How many.</param>
/// <param name="Mean">Their mean; 0 without labels.</param>
public sealed record GuardPoint(int Checkpoint, long Labels, double Mean);
