namespace Alignment;

/// <summary>Populations that were grown, and what is certified of their mixtures.</summary>
/// <remarks>
/// <para>NashConv over all policies is sum_i (best gain_i), and best gain_i &lt;= gain_i + epsilon_i, gain_i the true gain of the response that was found and
/// epsilon_i what its oracle can miss: range(w Div), the KL effect, and what the search leaves (<see cref="ResponseSlack"/>). Without a bound on epsilon
/// there is a lower bound alone, and <see cref="OraclePower"/> to say what it is worth.</para>
/// </remarks>
/// <typeparam name="TRow">What a policy of the row player is.</typeparam>
/// <typeparam name="TColumn">What a policy of the column player is.</typeparam>
/// <param name="Rows">The row player's population, in order of arrival; of a run that was cancelled it may be larger than the last mixture, by the last responses.</param>
/// <param name="Columns">The column player's.</param>
/// <param name="Table">Payoffs between members.</param>
/// <param name="Moments">Iterations; the last one's mixtures are the answer.</param>
public sealed record SampledPsroResult<TRow, TColumn>(
    IReadOnlyList<TRow> Rows,
    IReadOnlyList<TColumn> Columns,
    SampledPayoffs Table,
    ValueList<PsroMoment> Moments
)
{
    /// <summary>The answer: the last iteration.</summary>
    public PsroMoment Last => Moments[^1];

    /// <summary>What the responses found gain, on games that they were not found on. Never satisfies a rule on NashConv.</summary>
    /// <param name="oracle">What searched.</param>
    /// <param name="power">What it finds of exploits of known worth; null where nobody measured it.</param>
    public Certificate.LowerBound Found(string oracle, OraclePower? power = null)
    {
        var found = new Certificate.LowerBound(
            Last.Gain,
            2,
            Last.Gain - (2 * Last.StandardError) > 0 ? oracle : $"{oracle}: no profitable deviation found",
            Last.StandardError
        );
        return power is null ? found with { Oracle = $"{found.Oracle}; power not measured" } : power.Label(found);
    }

    /// <summary>NashConv over all policies is at most this, where the oracles miss no more than they are said to.</summary>
    /// <param name="rowSlack">epsilon of the row player's oracle, in units of payoff.</param>
    /// <param name="columnSlack">epsilon of the column player's.</param>
    /// <param name="confidence">Between 0 and 1; half of what is left goes to each gain.</param>
    /// <exception cref="ArgumentException">A slack is below 0 or not finite, or the confidence out of range.</exception>
    public Certificate.UpperBound Given(double rowSlack, double columnSlack, double confidence = 0.95)
    {
        const string who = "Sampled PSRO";
        Saddle.RequireConfidence(who, confidence);
        if (!(rowSlack >= 0 && columnSlack >= 0 && Text.IsTaken(rowSlack) && Text.IsTaken(columnSlack)))
            throw new ArgumentException(
                $"{who}: expected what oracles can miss to be at least 0, got {Text.Number(rowSlack)} and {Text.Number(columnSlack)}."
            );
        var each = (1 + confidence) / 2;
        // a best response gains at least 0
        var bound =
            Math.Max(0, Last.RowGain.Upper(each) + rowSlack) + Math.Max(0, Last.ColumnGain.Upper(each) + columnSlack);
        return new(bound, 2, confidence)
        {
            Basis =
                $"gains measured on fresh games, and oracles that miss at most {Text.Number(rowSlack)} and {Text.Number(columnSlack)}",
        };
    }
}
