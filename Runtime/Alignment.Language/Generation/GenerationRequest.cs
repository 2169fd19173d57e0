namespace Alignment;

/// <summary>A text to be continued.</summary>
/// <param name="Prompt">Its tokens, at least one.</param>
/// <param name="Number">Of this text among all of the seed's: with the seed it alone decides the numbers drawn, whatever else is in the batch.</param>
/// <param name="Adapter">What it passes through; null for the base alone.</param>
public sealed record GenerationRequest(ValueList<int> Prompt, long Number, Adapter? Adapter = null)
{
    /// <summary>A point of the simplex where the adapter takes preferences.</summary>
    public ValueList<double> Preferences { get; init; } = [];
}

/// <summary>A token as it is drawn, for whoever shows texts while they grow.</summary>
/// <param name="Row">Of the text among the requests.</param>
/// <param name="Token">Its number.</param>
public readonly record struct DrawnToken(int Row, int Token);

/// <summary>Why a text ended.</summary>
public enum GenerationEnd
{
    /// <summary>A token that ends texts was drawn; it is the last one.</summary>
    Stop,

    /// <summary>As many tokens as were wanted.</summary>
    Length,

    /// <summary>The model takes no longer texts.</summary>
    Context,

    /// <summary>It went round in circles.</summary>
    Repetition,
}

/// <summary>What was added to a prompt.</summary>
/// <param name="Tokens">The new ones.</param>
/// <param name="LogProbabilities">log p of each under the model itself, in nats.</param>
/// <param name="Margin">The least of all draws: how much probabilities would have to change for another text. See <see cref="TokenSampler.Draw"/>.</param>
/// <param name="End">Why it ended.</param>
public sealed record Generated(
    ValueList<int> Tokens,
    ValueList<double> LogProbabilities,
    double Margin,
    GenerationEnd End
);
