namespace Alignment;

/// <summary>What an oracle for policies of any kind is asked: a response to a mixture of the other side's policies.</summary>
/// <typeparam name="TOwn">What a policy of the side that responds is.</typeparam>
/// <typeparam name="TOther">What a policy of the other side is.</typeparam>
/// <param name="Iteration">From 0.</param>
/// <param name="Own">The population of the side that responds, in order of arrival: what to differ from.</param>
/// <param name="Others">The other side's population.</param>
/// <param name="Mixture">With what probability each of the others is met.</param>
/// <param name="DiversityWeight">w(t): how much a wish to differ may count at this iteration, in payoff.</param>
/// <param name="Seed">For all draws of the search.</param>
public sealed record PsroQuestion<TOwn, TOther>(
    long Iteration,
    IReadOnlyList<TOwn> Own,
    IReadOnlyList<TOther> Others,
    ValueList<double> Mixture,
    double DiversityWeight,
    ulong Seed
);

/// <summary>What an iteration found, measured on games that nothing was chosen by.</summary>
/// <param name="Row">The row player's mixture of its members at the time.</param>
/// <param name="Column">The column player's.</param>
/// <param name="RowGain">What the row player's response gets more than its mixture, against the column player's.</param>
/// <param name="ColumnGain">The same for the column player.</param>
/// <param name="Games">Games so far, all told.</param>
public sealed record PsroMoment(
    ValueList<double> Row,
    ValueList<double> Column,
    GainEstimate RowGain,
    GainEstimate ColumnGain,
    long Games
)
{
    /// <summary>Sum of both gains: an unbiased estimate of a lower bound on NashConv.</summary>
    public double Gain => RowGain.Mean + ColumnGain.Mean;

    /// <summary>Standard error of that sum.</summary>
    public double StandardError =>
        Math.Sqrt(Math.Pow(RowGain.StandardError, 2) + Math.Pow(ColumnGain.StandardError, 2));
}

/// <summary>A gain on fresh games.</summary>
/// <param name="Mean">In units of payoff.</param>
/// <param name="StandardError">Of the mean (ddof 1).</param>
/// <param name="Games">Pairs of games, with and without the response.</param>
/// <param name="Range">Largest less smallest payoff, as declared.</param>
public sealed record GainEstimate(double Mean, double StandardError, int Games, double Range)
{
    /// <summary>The true gain is at most this with the stated confidence, by Hoeffding's inequality: a difference of two payoffs has twice their range.</summary>
    public double Upper(double confidence) =>
        Mean + (2 * Range * Math.Sqrt(Math.Log(1 / (1 - confidence)) / (2.0 * Games)));
}
