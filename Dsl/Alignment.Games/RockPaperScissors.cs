namespace Alignment;

/// <summary>Rock, paper, scissors with a weight for each way to win. Value 0; both play (rock, paper, scissors) ~ (scissors, rock, paper) weights.</summary>
/// <remarks>Against y the row's rock earns rock y_scissors - paper y_paper, and so on around: all three are 0 at the y above.</remarks>
public sealed record RockPaperScissors : IGameFamily
{
    /// <summary>What rock wins from scissors.</summary>
    public static GameParameter<double> Rock { get; } = Weight("rock", "scissors");

    /// <summary>What paper wins from rock.</summary>
    public static GameParameter<double> Paper { get; } = Weight("paper", "rock");

    /// <summary>What scissors win from paper.</summary>
    public static GameParameter<double> Scissors { get; } = Weight("scissors", "paper");

    /// <inheritdoc/>
    public string Name => "rock_paper_scissors";

    /// <inheritdoc/>
    public string Summary => "Rock beats scissors, paper beats rock, scissors beat paper; each win has its own weight.";

    /// <inheritdoc/>
    public string Source => "Traditional.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Rock, Paper, Scissors];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var row = Player.Of("row", "rock", "paper", "scissors");
        var column = Player.Of("column", "rock", "paper", "scissors");
        Expr Won(int winner, int loser)
        {
            var cells = new double[3, 3];
            (cells[winner, loser], cells[loser, winner]) = (1, -1);
            return Expr.Matrix(row.Actions, column.Actions, cells);
        }

        return Game.Named(arguments.SpecName)
            .ZeroSum(
                row,
                column,
                (arguments.Declare(Rock) * Won(0, 2))
                    + (arguments.Declare(Paper) * Won(1, 0))
                    + (arguments.Declare(Scissors) * Won(2, 1))
            );
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments) => 0;

    private static GameParameter<double> Weight(string winner, string loser) =>
        GameParameter.Real(
            winner,
            1,
            0,
            double.PositiveInfinity,
            $"What {winner} wins from {loser}, in units of payoff."
        );
}

public static partial class Games
{
    /// <summary>Rock, paper, scissors; see <see cref="Alignment.RockPaperScissors"/>.</summary>
    /// <exception cref="GameSyntaxException">A weight is below 0.</exception>
    public static GameSpec RockPaperScissors(double rock = 1, double paper = 1, double scissors = 1) =>
        Create<RockPaperScissors>(
            Defaults<RockPaperScissors>()
                .With(Alignment.RockPaperScissors.Rock, rock)
                .With(Alignment.RockPaperScissors.Paper, paper)
                .With(Alignment.RockPaperScissors.Scissors, scissors)
        );
}
