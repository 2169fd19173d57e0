namespace Alignment;

/// <summary>Tells from pairs of labels, one of an earlier and one of the present policy, that gold has fallen: a test that may be looked at after every pair, with a
/// stated probability of a false alarm over the whole run, however long.</summary>
/// <remarks>
/// <para>With labels in [low, high] let d = (earlier - present) / (high - low), in [-1, 1]. If no policy is worse than an earlier one, E[d | past] is at most 0, so
/// for a stake s in (0, 1) the wealth that multiplies by 1 + s d is a nonnegative supermartingale. So is a mixture over stakes and over the
/// pair k at which betting starts, with weights 1 / (k (k + 1)): with W_s the wealth of all that have started, W_s(t) = (W_s(t - 1) + 1 / (t (t + 1))) (1 + s d),
/// and the evidence is the mean over s of W_s(t), plus 1 / (t + 1) for what has not started. It begins at 1, so by Ville's
/// inequality it ever reaches 1 / alpha with a probability of at most alpha. The alarm is where it does. Starting anew at each pair is
/// what finds a fall that comes late.</para>
/// <para>Which earlier policy is compared may depend on all that came before. Labels may be dependent between pairs; within the past they must be
/// draws of their policies.</para>
/// <para>Defaults: alpha 0.05, labels in [0, 1]; stakes 1/2, 1/4, 1/8, 1/16, 1/32.</para>
/// <para>Errors: alpha not between 0 and 1; low not below high; a label outside of them.</para>
/// <para>Source: Ville (1939), "Etude critique de la notion de collectif"; Waudby-Smith, Ramdas (2023), "Estimating means of bounded random variables by
/// betting", arXiv 2010.09686; Shin, Ramdas, Rinaldo (2022), "E-detectors", arXiv 2203.03532, for starting at every time.</para>
/// <para>No alarm is no proof that gold has not fallen: it may have fallen by too little for so few pairs.</para>
/// </remarks>
public sealed class OnsetDetector
{
    private static readonly double[] Stakes = [0.5, 0.25, 0.125, 0.0625, 0.03125];

    private readonly double _low;
    private readonly double _high;
    private readonly double[] _wealth = new double[Stakes.Length];

    /// <summary>A test that has seen nothing.</summary>
    /// <param name="falseAlarm">alpha, between 0 and 1.</param>
    /// <param name="low">Least label.</param>
    /// <param name="high">Largest label.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public OnsetDetector(double falseAlarm = 0.05, double low = 0, double high = 1)
    {
        if (falseAlarm is not (> 0 and < 1))
            throw new ArgumentException(
                $"Onset detector: expected a probability of a false alarm between 0 and 1, got {Text.Number(falseAlarm)}."
            );
        if (!(low < high && Text.IsTaken(low) && Text.IsTaken(high)))
            throw new ArgumentException(
                $"Onset detector: expected a least label below the largest, got {Text.Number(low)} and {Text.Number(high)}."
            );
        (FalseAlarm, _low, _high) = (falseAlarm, low, high);
    }

    /// <summary>alpha: what the probability of an alarm is at most while gold has not fallen.</summary>
    public double FalseAlarm { get; }

    /// <summary>Pairs seen.</summary>
    public long Pairs { get; private set; }

    /// <summary>How much is to be believed in a fall: 1 at the beginning, on average at most 1 while there is none.</summary>
    public double Evidence { get; private set; } = 1;

    /// <summary>The pair at which the evidence reached 1 / alpha; null where it has not.</summary>
    public long? Alarm { get; private set; }

    /// <summary>Takes a pair.</summary>
    /// <param name="earlier">A label of a draw of an earlier policy.</param>
    /// <param name="present">A label of a draw of the present one.</param>
    /// <returns>Whether the alarm has been given, now or before.</returns>
    /// <exception cref="ArgumentException">A label is outside of the range.</exception>
    public bool Observe(double earlier, double present)
    {
        var fall = (Label(earlier) - Label(present)) / (_high - _low);
        Pairs++;
        var start = 1.0 / Pairs / (Pairs + 1);
        var sum = 0.0;
        for (var k = 0; k < Stakes.Length; k++)
        {
            _wealth[k] = Math.Min((_wealth[k] + start) * (1 + (Stakes[k] * fall)), double.MaxValue / Stakes.Length);
            sum += _wealth[k] / Stakes.Length;
        }

        Evidence = sum + (1.0 / (Pairs + 1));
        if (Evidence >= 1 / FalseAlarm)
            Alarm ??= Pairs;
        return Alarm is not null;
    }

    private double Label(double value) =>
        value >= _low && value <= _high
            ? value
            : throw new ArgumentException(
                $"Onset detector: expected a label from {Text.Number(_low)} to {Text.Number(_high)}, got {Text.Number(value)}."
            );
}
