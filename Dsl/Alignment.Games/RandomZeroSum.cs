namespace Alignment;

/// <summary>A zero-sum matrix game of payoffs drawn uniformly from [-1, 1).</summary>
/// <remarks>Draws are keyed by the seed, the family's name and the payoff's row-major position, so the same arguments give the same game anywhere.</remarks>
public sealed record RandomZeroSum : IGameFamily
{
    /// <summary>Actions of the row player.</summary>
    public static GameParameter<int> Rows { get; } =
        GameParameter.Integer("rows", 10, 1, 2000, "Actions of the row player.");

    /// <summary>Actions of the column player.</summary>
    public static GameParameter<int> Columns { get; } =
        GameParameter.Integer("columns", 10, 1, 2000, "Actions of the column player.");

    /// <summary>Seed of the draws.</summary>
    public static GameParameter<int> Seed { get; } =
        GameParameter.Integer("seed", 0, 0, int.MaxValue, "Seed of the draws.");

    /// <inheritdoc/>
    public string Name => "random_zero_sum";

    /// <inheritdoc/>
    public string Summary => "Two players, zero-sum, payoffs drawn uniformly from [-1, 1).";

    /// <inheritdoc/>
    public string Source => "A test game.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Rows, Columns, Seed];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var row = Player.Of("row", arguments.Get(Rows));
        var column = Player.Of("column", arguments.Get(Columns));
        var draws = new RandomStream((ulong)arguments.Get(Seed), Name);
        var payoffs = new double[row.Actions.Size * column.Actions.Size];
        for (var k = 0; k < payoffs.Length; k++)
            payoffs[k] = (2 * draws.Uniform(0, k)) - 1;
        return Game.Named(arguments.SpecName)
            .ZeroSum(row, column, Expr.Literal(NamedTensor.Of([row.Actions, column.Actions], payoffs)));
    }
}

public static partial class Games
{
    /// <summary>A random zero-sum game; see <see cref="Alignment.RandomZeroSum"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec RandomZeroSum(int rows = 10, int columns = 10, int seed = 0) =>
        Create<RandomZeroSum>(
            Defaults<RandomZeroSum>()
                .With(Alignment.RandomZeroSum.Rows, rows)
                .With(Alignment.RandomZeroSum.Columns, columns)
                .With(Alignment.RandomZeroSum.Seed, seed)
        );
}
