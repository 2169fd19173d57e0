using System.Globalization;

namespace Alignment;

/// <summary>The prisoner's dilemma: to defect is dominant, although both gain by cooperating. The equilibrium pays the punishment to both.</summary>
public sealed record PrisonersDilemma : IGameFamily
{
    /// <summary>Payoff of one who defects against a cooperator.</summary>
    public static GameParameter<double> Temptation { get; } =
        Payoff("temptation", 5, "one who defects against a cooperator");

    /// <summary>Payoff of two who cooperate.</summary>
    public static GameParameter<double> Reward { get; } = Payoff("reward", 3, "each of two who cooperate");

    /// <summary>Payoff of two who defect.</summary>
    public static GameParameter<double> Punishment { get; } = Payoff("punishment", 1, "each of two who defect");

    /// <summary>Payoff of one who cooperates with a defector.</summary>
    public static GameParameter<double> Sucker { get; } = Payoff("sucker", 0, "one who cooperates with a defector");

    /// <inheritdoc/>
    public string Name => "prisoners_dilemma";

    /// <inheritdoc/>
    public string Summary =>
        "To defect is dominant, although both gain by cooperating: temptation > reward > punishment > sucker.";

    /// <inheritdoc/>
    public string Source =>
        "Flood, Dresher (1950) and Tucker (1950); numbers of Axelrod (1984), The Evolution of Cooperation.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Temptation, Reward, Punishment, Sucker];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        double[] order =
        [
            arguments.Get(Temptation),
            arguments.Get(Reward),
            arguments.Get(Punishment),
            arguments.Get(Sucker),
        ];
        if (!(order[0] > order[1] && order[1] > order[2] && order[2] > order[3]))
        {
            throw new GameSyntaxException(
                $"The game '{Name}': expected temptation > reward > punishment > sucker, got {string.Join(", ", order.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))}."
            );
        }

        var row = Player.Of("row", "cooperate", "defect");
        var column = Player.Of("column", "cooperate", "defect");
        Expr Cell(int i, int j)
        {
            var cells = new double[2, 2];
            cells[i, j] = 1;
            return Expr.Matrix(row.Actions, column.Actions, cells);
        }

        var same = (arguments.Declare(Reward) * Cell(0, 0)) + (arguments.Declare(Punishment) * Cell(1, 1));
        var (temptation, sucker) = (arguments.Declare(Temptation), arguments.Declare(Sucker));
        return Game.Named(arguments.SpecName)
            .Player(row)
            .Player(column)
            .Payoff(row, same + (temptation * Cell(1, 0)) + (sucker * Cell(0, 1)))
            .Payoff(column, same + (temptation * Cell(0, 1)) + (sucker * Cell(1, 0)));
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Get(Punishment);
    }

    private static GameParameter<double> Payoff(string name, double value, string whose) =>
        GameParameter.Real(name, value, double.NegativeInfinity, double.PositiveInfinity, $"Payoff of {whose}.");
}

public static partial class Games
{
    /// <summary>The prisoner's dilemma; see <see cref="Alignment.PrisonersDilemma"/>.</summary>
    /// <exception cref="GameSyntaxException">Not temptation > reward > punishment > sucker.</exception>
    public static GameSpec PrisonersDilemma(
        double temptation = 5,
        double reward = 3,
        double punishment = 1,
        double sucker = 0
    ) =>
        Create<PrisonersDilemma>(
            Defaults<PrisonersDilemma>()
                .With(Alignment.PrisonersDilemma.Temptation, temptation)
                .With(Alignment.PrisonersDilemma.Reward, reward)
                .With(Alignment.PrisonersDilemma.Punishment, punishment)
                .With(Alignment.PrisonersDilemma.Sucker, sucker)
        );
}
