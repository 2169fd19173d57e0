namespace Alignment;

/// <summary>A named game with parameters, such as <c>blotto(coins=10,fields=3)</c>. A new one is one file and a line in <see cref="GameLibrary.All"/>.</summary>
public interface IGameFamily
{
    /// <summary>The name for command lines, in small letters with underscores.</summary>
    string Name { get; }

    /// <summary>One sentence.</summary>
    string Summary { get; }

    /// <summary>Authors, year, title; or where the game comes from.</summary>
    string Source { get; }

    /// <summary>The parameters, in the order in which they are printed.</summary>
    ValueList<GameParameter> Parameters { get; }

    /// <summary>The game for these arguments.</summary>
    /// <exception cref="GameSyntaxException">The arguments do not fit together, or the game would be too large.</exception>
    GameSpec Create(GameArguments arguments);

    /// <summary>What the first player gets in every Nash equilibrium; null where equilibria differ in that or nobody knows.</summary>
    double? KnownValue(GameArguments arguments) => null;
}

/// <summary>A game family together with a value for each of its parameters.</summary>
/// <param name="Family">The family.</param>
/// <param name="Arguments">A value for each of its parameters.</param>
public sealed record GameCall(IGameFamily Family, GameArguments Arguments)
{
    /// <summary>The call with a parameter set from a text.</summary>
    /// <exception cref="GameSyntaxException">There is no such parameter, or the text is none of its values.</exception>
    public GameCall With(string parameter, string text) => this with { Arguments = Arguments.With(parameter, text) };

    /// <summary>The game.</summary>
    /// <param name="progress">Told how far the enumeration of a sequential game is.</param>
    /// <exception cref="GameSyntaxException">The arguments do not fit together, or the game would be too large.</exception>
    public GameSpec Create(IProgress<TreeProgress>? progress = null) => Family.Create(Arguments.With(progress));

    /// <summary>What the first player gets in every Nash equilibrium; null where equilibria differ in that or nobody knows.</summary>
    public double? KnownValue => Family.KnownValue(Arguments);

    /// <summary>The text with all parameters, which <see cref="GameLibrary.Parse"/> reads back.</summary>
    public override string ToString() => Arguments.ToString();
}
