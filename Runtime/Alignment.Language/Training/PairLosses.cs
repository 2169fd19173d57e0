namespace Alignment;

/// <summary>A loss of labelled pairs, to be trained with: a value.</summary>
public interface IPairLoss
{
    /// <summary>Its name, as <c>--loss_type</c> has it.</summary>
    string Name { get; }

    /// <summary>Whether log-probabilities are divided by the number of tokens before.</summary>
    bool IsByToken { get; }

    /// <summary>What margins are multiplied by to be rewards in metrics.</summary>
    double Beta { get; }

    /// <summary>What is wrong with its numbers, or null.</summary>
    string? Fault();

    /// <summary>The loss of each pair.</summary>
    Expr Of(PairLogProbabilities pair);
}

/// <summary>Direct preference optimization: <see cref="PreferenceLoss.Dpo"/>.</summary>
/// <param name="Beta">How dear it is to leave the reference; default 0.1.</param>
/// <param name="Smoothing">Of the labels; default 0.</param>
public sealed record DpoLoss(double Beta = 0.1, double Smoothing = 0) : IPairLoss
{
    /// <inheritdoc/>
    public string Name => "sigmoid";

    /// <inheritdoc/>
    public bool IsByToken => false;

    /// <inheritdoc/>
    public string? Fault() =>
        !(Beta > 0 && double.IsFinite(Beta)) ? $"beta: expected above 0, got {Quote.Number(Beta)}"
        : !(Smoothing is >= 0 and < 0.5)
            ? $"label_smoothing: expected from 0 to below 0.5, got {Quote.Number(Smoothing)}"
        : null;

    /// <inheritdoc/>
    public Expr Of(PairLogProbabilities pair) => PreferenceLoss.Dpo(pair, Beta, Smoothing);
}

/// <summary>Identity preference optimization: <see cref="PreferenceLoss.Ipo"/>.</summary>
/// <param name="Beta">tau; default 0.1.</param>
/// <param name="IsByToken">Whether log-probabilities are means over tokens, as TRL has them; default: sums, as the paper has them.</param>
public sealed record IpoLoss(double Beta = 0.1, bool IsByToken = false) : IPairLoss
{
    /// <inheritdoc/>
    public string Name => IsByToken ? "ipo" : "ipo_sum";

    /// <inheritdoc/>
    public string? Fault() =>
        Beta > 0 && double.IsFinite(Beta) ? null : $"beta: expected above 0, got {Quote.Number(Beta)}";

    /// <inheritdoc/>
    public Expr Of(PairLogProbabilities pair) => PreferenceLoss.Ipo(pair, Beta);
}
