namespace Alignment;

/// <summary>A strictly convex penalty on a player's strategy: the player maximizes payoff minus penalty.</summary>
/// <remarks>
/// Implement it as a record, so that specifications stay value-equal. A new regularizer is one file.
/// <see cref="BestResponse"/> is what makes regularized gaps exact: they are computed with it, never approximated.
/// </remarks>
public interface IRegularizer
{
    /// <summary>Text form with all parameters; equal regularizers have equal texts.</summary>
    string Text { get; }

    /// <summary>The expressions inside, so that their parameters can be listed, checked and swept.</summary>
    ValueList<Expr> Expressions { get; }

    /// <summary>The same regularizer over other expressions, in the order of <see cref="Expressions"/>.</summary>
    IRegularizer WithExpressions(ValueList<Expr> expressions);

    /// <summary>The penalty of a strategy over <paramref name="actions"/>; a scalar, finite on the whole simplex unless documented.</summary>
    Expr Penalty(Expr strategy, Axis actions);

    /// <summary>The strategy p that maximizes sum(values * p) - Penalty(p) over the simplex.</summary>
    Expr BestResponse(Expr values, Axis actions);
}

/// <summary>The regularizers that come with the library.</summary>
public static class Regularizer
{
    /// <summary>Negative Shannon entropy times <paramref name="temperature"/>.</summary>
    public static IRegularizer Entropy(Expr temperature) => new EntropyRegularizer(temperature);

    /// <summary>Kullback-Leibler divergence to a reference strategy, KL(p || reference), times <paramref name="temperature"/>.</summary>
    public static IRegularizer Kl(Expr reference, Expr temperature) => new KlRegularizer(reference, temperature);

    /// <summary>Negative Tsallis entropy of order <paramref name="order"/> times <paramref name="temperature"/>.</summary>
    public static IRegularizer Tsallis(double order, Expr temperature) => new TsallisRegularizer(order, temperature);

    /// <summary>Half the squared Euclidean norm times <paramref name="weight"/>.</summary>
    public static IRegularizer L2(Expr weight) => new L2Regularizer(weight);

    /// <summary>x log x, 0 at 0.</summary>
    internal static Expr XLogX(Expr x) => x.Above(0.0).Select(x * x.Log(), 0.0);
}
