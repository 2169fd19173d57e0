using System.Globalization;

namespace Alignment;

/// <summary>The payoffs of one game, checked and indexed: what all solvers of this folder start from.</summary>
internal sealed class NormalForm
{
    private NormalForm(string solver, ValueList<Player> players, int[] actions, int[] strides, double[][] payoffs)
    {
        Solver = solver;
        Players = players;
        Actions = actions;
        Strides = strides;
        Payoffs = payoffs;
    }

    /// <summary>Who asks; begins every message.</summary>
    public string Solver { get; }

    public ValueList<Player> Players { get; }

    /// <summary>Number of actions of each player.</summary>
    public int[] Actions { get; }

    /// <summary>How far apart two neighbouring actions of a player lie; the last player's are next to each other.</summary>
    public int[] Strides { get; }

    /// <summary>Payoffs of each player, row-major over all players' actions.</summary>
    public double[][] Payoffs { get; }

    /// <summary>Number of action profiles.</summary>
    public int Profiles => Payoffs[0].Length;

    /// <exception cref="ArgumentException">There are no players, or payoffs are missing or not finite.</exception>
    public static NormalForm Read(string solver, IGameData game)
    {
        ArgumentNullException.ThrowIfNull(game);
        var players = game.Players;
        if (players.Count == 0)
            throw Wrong(solver, "expected at least one player, got none");

        var actions = players.Select(p => p.Actions.Size).ToArray();
        var profiles = actions.Aggregate(1L, (product, n) => checked(product * n));
        var strides = new int[actions.Length];
        for (int k = actions.Length - 1, stride = 1; k >= 0; stride *= actions[k--])
            strides[k] = stride;

        var payoffs = new double[actions.Length][];
        for (var k = 0; k < payoffs.Length; k++)
        {
            payoffs[k] = game.Payoff(k).ToArray();
            if (payoffs[k].Length != profiles)
                throw Wrong(
                    solver,
                    $"expected {profiles} payoffs of '{players[k]}', one an action profile, got {payoffs[k].Length}"
                );
            if (Array.FindIndex(payoffs[k], x => !double.IsFinite(x)) is >= 0 and var bad)
                throw Wrong(
                    solver,
                    $"expected finite payoffs, got {Text(payoffs[k][bad])} for '{players[k]}' at {Describe(players, bad)}"
                );
        }

        return new(solver, players, actions, strides, payoffs);
    }

    /// <summary>This game, if it has two players.</summary>
    /// <exception cref="ArgumentException">It has not.</exception>
    public NormalForm RequireTwoPlayers(string instead) =>
        Players.Count == 2
            ? this
            : throw Wrong(
                Solver,
                $"expected a game of two players, got {Players.Count} ({string.Join(", ", Players)}); {instead}"
            );

    /// <summary>The action that a player takes in a profile.</summary>
    public int Action(int profile, int player) => profile / Strides[player] % Actions[player];

    /// <summary>Largest minus smallest payoff of a player.</summary>
    public double Range(int player) => Payoffs[player].Max() - Payoffs[player].Min();

    /// <summary>Names a profile, such as <c>row=rock, column=paper</c>.</summary>
    public string Describe(int profile) => Describe(Players, profile);

    /// <summary>The payoffs of a player in a game of two as rows of the first player's actions.</summary>
    public double[,] Matrix(int player)
    {
        var matrix = new double[Actions[0], Actions[1]];
        Buffer.BlockCopy(Payoffs[player], 0, matrix, 0, Profiles * sizeof(double));
        return matrix;
    }

    /// <summary>Weights as a distribution: what round-off left below 0 becomes 0, and the sum 1.</summary>
    public static double[] Normalize(double[] weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
            total += Math.Max(weight, 0);
        return [.. weights.Select(weight => Math.Max(weight, 0) / total)];
    }

    public static ArgumentException Wrong(string solver, string sentence) => new($"Solver '{solver}': {sentence}.");

    /// <summary>The shortest text that reads back as the same number.</summary>
    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Describe(ValueList<Player> players, int profile) =>
        NamedTensor.Describe([.. players.Select(p => p.Actions)], profile);
}
