namespace Alignment;

/// <summary>
/// Two reds attack in a mode each, blue guards one: they win if both chose the same mode and blue guards another. What a team is worth depends on
/// whether its members can draw their strategies together.
/// </summary>
/// <remarks>
/// <para><c>coordination=independent</c>: three players; each red gets 1 for a win, and blue loses 2. <c>coordination=correlated</c>: the reds are one
/// player that chooses a pair of modes, as members do who agree on a draw beforehand that blue does not see; it gets 1.</para>
/// <para>With m modes, at least 2, the team-maxmin value with correlation (TMECor) is 1 - 1 / m: the reds draw one mode for both. Independently it is
/// 1/4: with r_i = sqrt(p_i q_i), r_1 the largest, the r_i sum to at most 1, so what blue lets through is sum over i &gt; 1 of r_i^2 &lt;= r_1 (1 - r_1)
/// &lt;= 1/4, which two modes with 1/2 each reach. Other Nash equilibria are worse: where all three choose one mode, no red gains alone, and the reds get
/// nothing. NashConv is 0 there and tells nothing about the team.</para>
/// </remarks>
public sealed record TeamInspection : IGameFamily
{
    /// <summary>Number of modes.</summary>
    public static GameParameter<int> Modes { get; } =
        GameParameter.Integer("modes", 2, 1, 30, "Number of modes that the reds attack in and blue guards.");

    /// <summary>Whether the reds draw together.</summary>
    public static GameParameter<string> Coordination { get; } =
        GameParameter.Word(
            "coordination",
            "independent",
            ["independent", "correlated"],
            "Whether the reds are two players, or one that draws for both."
        );

    /// <inheritdoc/>
    public string Name => "team_inspection";

    /// <inheritdoc/>
    public string Summary => "Two reds win if they attack in the same mode and blue guards another.";

    /// <inheritdoc/>
    public string Source =>
        "After von Stengel, Koller (1997), Team-maxmin equilibria, Games and Economic Behavior 21; Celli, Gatti (2018), Computational results for extensive-form adversarial team games, arXiv 1711.06930.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Modes, Coordination];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var count = arguments.Get(Modes);
        string[] modes = [.. Enumerable.Range(1, count).Select(k => FormattableString.Invariant($"mode{k}"))];
        var blue = Player.Of("blue", modes);
        var game = Game.Named(arguments.SpecName);
        // cells in the order of the players' actions, the last player's fastest
        double[] wins =
        [
            .. from first in modes
            from second in modes
            from guarded in modes
            select first == second && first != guarded ? 1.0 : 0.0,
        ];
        if (arguments.Get(Coordination) == "correlated")
        {
            var reds = Player.Of("reds", [.. modes.SelectMany(_ => modes, (a, b) => $"{a}+{b}")]);
            return game.ZeroSum(reds, blue, Expr.Table([reds.Actions, blue.Actions], wins));
        }

        var (one, two) = (Player.Of("red1", modes), Player.Of("red2", modes));
        var win = Expr.Table([one.Actions, two.Actions, blue.Actions], wins);
        return game.Player(one)
            .Player(two)
            .Player(blue)
            .Payoff(one, win)
            .Payoff(two, win)
            .Payoff(blue, -2 * win)
            .Claim(Structure.ZeroSum);
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Get(Coordination) == "correlated" ? 1 - (1.0 / arguments.Get(Modes)) : null;
    }
}

public static partial class Games
{
    /// <summary>Two reds against an inspector; see <see cref="Alignment.TeamInspection"/>.</summary>
    /// <exception cref="GameSyntaxException">A value is out of range.</exception>
    public static GameSpec TeamInspection(int modes = 2, string coordination = "independent") =>
        Create<TeamInspection>(
            Defaults<TeamInspection>()
                .With(Alignment.TeamInspection.Modes, modes)
                .With(Alignment.TeamInspection.Coordination, coordination)
        );
}
