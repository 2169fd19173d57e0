namespace Alignment;

/// <summary>Matching pennies: the row player wins 1 if both show the same side, else it loses 1. Value 0, both sides with probability 1/2.</summary>
public sealed record MatchingPennies : IGameFamily
{
    /// <inheritdoc/>
    public string Name => "matching_pennies";

    /// <inheritdoc/>
    public string Summary => "The row player wins 1 if both pennies show the same side, else it loses 1.";

    /// <inheritdoc/>
    public string Source => "von Neumann, Morgenstern (1944), Theory of Games and Economic Behavior.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var row = Player.Of("row", "heads", "tails");
        var column = Player.Of("column", "heads", "tails");
        return Game.Named(arguments.SpecName)
            .ZeroSum(
                row,
                column,
                Expr.Matrix(
                    row.Actions,
                    column.Actions,
                    new double[,]
                    {
                        { 1, -1 },
                        { -1, 1 },
                    }
                )
            );
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments) => 0;
}

public static partial class Games
{
    /// <summary>Matching pennies; see <see cref="Alignment.MatchingPennies"/>.</summary>
    public static GameSpec MatchingPennies() => Create<MatchingPennies>(Defaults<MatchingPennies>());
}
