namespace Alignment;

/// <summary>What an oracle found.</summary>
/// <param name="Strategy">The response.</param>
/// <param name="Gain">What it gets against the others' mixtures less what the player's own mixture gets.</param>
/// <param name="Slack">What the best response may get beyond it.</param>
public sealed record OracleResponse(ValueList<double> Strategy, double Gain, ResponseSlack Slack);

/// <summary>What the best response may get beyond a response that was found: epsilon_i of NashConv &lt;= sum_i (gain_i + epsilon_i).</summary>
/// <remarks>Derivation: <c>docs/derivations/populations.md</c>. Units: those of payoffs, each at least 0.</remarks>
/// <param name="Diversity">w(t) range(Div): what a wish to differ may have cost.</param>
/// <param name="Kl">beta (largest KL - KL of the response): what staying close to the reference may have cost.</param>
/// <param name="Search">What the search left besides.</param>
public sealed record ResponseSlack(double Diversity, double Kl, double Search)
{
    /// <summary>Of an exact best response.</summary>
    public static ResponseSlack None { get; } = new(0, 0, 0);

    /// <summary>epsilon_i.</summary>
    public double Total => Diversity + Kl + Search;
}
