using System.Globalization;
using System.Numerics;

namespace Alignment;

/// <summary>Colonel Blotto: two commanders distribute coins over battlefields; the larger number wins a field. Value 0 by symmetry.</summary>
/// <remarks>
/// <c>payoff=majority</c>: 1 to the one who wins more fields, -1 to the other, 0 for as many; <c>payoff=fields</c>: fields won minus fields
/// lost. An action is written by its coins, as in <c>3-0-7</c>; actions are in lexicographic order.
/// </remarks>
public sealed record Blotto : IGameFamily
{
    /// <summary>Most actions of a player.</summary>
    public const int MostActions = 1000;

    /// <summary>Coins of each player.</summary>
    public static GameParameter<int> Coins { get; } =
        GameParameter.Integer("coins", 10, 1, 1000, "Coins that each player distributes.");

    /// <summary>Number of battlefields.</summary>
    public static GameParameter<int> Fields { get; } =
        GameParameter.Integer("fields", 3, 1, 100, "Number of battlefields.");

    /// <summary>What is won.</summary>
    public static GameParameter<string> Payoff { get; } =
        GameParameter.Word(
            "payoff",
            "majority",
            ["majority", "fields"],
            "What is won: 1 by the winner of more fields, or the fields won minus the fields lost."
        );

    /// <inheritdoc/>
    public string Name => "blotto";

    /// <inheritdoc/>
    public string Summary => "Two commanders distribute coins over battlefields; the larger number wins a field.";

    /// <inheritdoc/>
    public string Source =>
        "Borel (1921), La théorie du jeu et les équations intégrales à noyau symétrique; discrete as in OpenSpiel (Lanctot et al. 2019).";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Coins, Fields, Payoff];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (coins, fields) = (arguments.Get(Coins), arguments.Get(Fields));
        var count = Enumerable
            .Range(1, fields - 1)
            .Aggregate(BigInteger.One, (product, k) => product * (coins + k) / k);
        if (count > MostActions)
        {
            throw new GameSyntaxException(
                $"The game '{arguments}' would have {count} actions a player; expected at most {MostActions}: ask for fewer coins or fields."
            );
        }

        var actions = Distributions(coins, fields).ToArray();
        string[] labels =
        [
            .. actions.Select(a => string.Join('-', a.Select(c => c.ToString(CultureInfo.InvariantCulture)))),
        ];
        var row = Player.Of("row", labels);
        var column = Player.Of("column", labels);
        var majority = arguments.Get(Payoff) == "majority";
        var won = new double[actions.Length, actions.Length];
        for (var i = 0; i < actions.Length; i++)
        {
            for (var j = 0; j < actions.Length; j++)
            {
                var difference = actions[i].Zip(actions[j]).Sum(field => Math.Sign(field.First - field.Second));
                won[i, j] = majority ? Math.Sign(difference) : difference;
            }
        }

        return Game.Named(arguments.SpecName).ZeroSum(row, column, Expr.Matrix(row.Actions, column.Actions, won));
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments) => 0;

    private static IEnumerable<int[]> Distributions(int coins, int fields) =>
        fields == 1
            ?
            [
                [coins],
            ]
            : Enumerable
                .Range(0, coins + 1)
                .SelectMany(first => Distributions(coins - first, fields - 1).Select(rest => (int[])[first, .. rest]));
}

public static partial class Games
{
    /// <summary>Colonel Blotto; see <see cref="Alignment.Blotto"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range, or there would be too many actions.</exception>
    public static GameSpec Blotto(int coins = 10, int fields = 3, string payoff = "majority") =>
        Create<Blotto>(
            Defaults<Blotto>()
                .With(Alignment.Blotto.Coins, coins)
                .With(Alignment.Blotto.Fields, fields)
                .With(Alignment.Blotto.Payoff, payoff)
        );
}
