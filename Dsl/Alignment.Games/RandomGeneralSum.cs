using System.Numerics;

namespace Alignment;

/// <summary>A matrix game of several players whose payoffs are drawn independently and uniformly from [-1, 1).</summary>
/// <remarks>
/// Players are <c>player1</c>, <c>player2</c>, ... Draws are keyed by the seed, the family's name with the player's, and the payoff's row-major
/// position, so the same arguments give the same game anywhere.
/// </remarks>
public sealed record RandomGeneralSum : IGameFamily
{
    /// <summary>Most payoffs of a player.</summary>
    public const int MostProfiles = 1_000_000;

    /// <summary>Number of players.</summary>
    public static GameParameter<int> Players { get; } =
        GameParameter.Integer("players", 2, 2, 10, "Number of players.");

    /// <summary>Actions of each player.</summary>
    public static GameParameter<int> Actions { get; } =
        GameParameter.Integer("actions", 3, 1, 1000, "Actions of each player.");

    /// <summary>Seed of the draws.</summary>
    public static GameParameter<int> Seed { get; } =
        GameParameter.Integer("seed", 0, 0, int.MaxValue, "Seed of the draws.");

    /// <inheritdoc/>
    public string Name => "random_general_sum";

    /// <inheritdoc/>
    public string Summary => "Several players, payoffs drawn independently and uniformly from [-1, 1).";

    /// <inheritdoc/>
    public string Source => "A test game.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Players, Actions, Seed];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var profiles = BigInteger.Pow(arguments.Get(Actions), arguments.Get(Players));
        if (profiles > MostProfiles)
        {
            throw new GameSyntaxException(
                $"The game '{arguments}' would have {profiles} payoffs a player; expected at most {MostProfiles}: ask for fewer players or actions."
            );
        }

        var players = Enumerable
            .Range(1, arguments.Get(Players))
            .Select(k => Player.Of($"player{k}", arguments.Get(Actions)))
            .ToArray();
        Axis[] axes = [.. players.Select(p => p.Actions)];
        var spec = players.Aggregate(Game.Named(arguments.SpecName), (game, player) => game.Player(player));
        foreach (var player in players)
        {
            var draws = new RandomStream((ulong)arguments.Get(Seed), $"{Name}/{player.Name}");
            var payoffs = new double[(int)profiles];
            for (var k = 0; k < payoffs.Length; k++)
                payoffs[k] = (2 * draws.Uniform(0, k)) - 1;
            spec = spec.Payoff(player, Expr.Literal(NamedTensor.Of(axes, payoffs)));
        }

        return spec;
    }
}

public static partial class Games
{
    /// <summary>A random game of several players; see <see cref="Alignment.RandomGeneralSum"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range, or there would be too many payoffs.</exception>
    public static GameSpec RandomGeneralSum(int players = 2, int actions = 3, int seed = 0) =>
        Create<RandomGeneralSum>(
            Defaults<RandomGeneralSum>()
                .With(Alignment.RandomGeneralSum.Players, players)
                .With(Alignment.RandomGeneralSum.Actions, actions)
                .With(Alignment.RandomGeneralSum.Seed, seed)
        );
}
