namespace Alignment;

/// <summary>The inspection game: red attacks in one of several modes, blue guards one. A guarded attack costs red the penalty, any other does its mode's harm.</summary>
/// <remarks>A_ij = harm_i where i is not j, -penalty where it is. A model of red team against blue team with an answer in closed form: see <see cref="Solve"/>.</remarks>
public sealed record Inspection : IGameFamily
{
    /// <summary>Harm of an unguarded attack in each mode.</summary>
    public static GameParameter<ValueList<double>> Harm { get; } =
        GameParameter.Reals(
            "harm",
            [1, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5],
            2000,
            0,
            1e6,
            "What red gains from an attack that blue does not guard against, one number a mode."
        );

    /// <summary>Cost to red of an attack that is guarded.</summary>
    public static GameParameter<double> Penalty { get; } =
        GameParameter.Real("penalty", 0.5, 1e-6, 1e6, "What red loses by an attack that blue guards against.");

    /// <inheritdoc/>
    public string Name => "inspection";

    /// <inheritdoc/>
    public string Summary => "Red attacks in one of several modes, blue guards one of them.";

    /// <inheritdoc/>
    public string Source =>
        "After Dresher (1962), A Sampling Inspection Problem in Arms Control Agreements; one shot, with unequal harms.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Harm, Penalty];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var harm = arguments.Get(Harm);
        string[] modes = [.. harm.Select((_, k) => $"mode{k + 1}")];
        var red = Player.Of("red", modes);
        var blue = Player.Of("blue", modes);
        var guarded = Expr.Identity(red.Actions, blue.Actions);
        return Game.Named(arguments.SpecName)
            .ZeroSum(red, blue, guarded.Select(-arguments.Declare(Penalty), Expr.Vector(red.Actions, [.. harm])));
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Solve(arguments.Get(Harm), arguments.Get(Penalty)).Value;
    }

    /// <summary>The equilibrium in closed form.</summary>
    /// <remarks>
    /// On the modes S that red uses: v = (sum h_i / (h_i + c) - 1) / sum 1 / (h_i + c), blue guards q_i = (h_i - v) / (h_i + c), red attacks
    /// p_i ~ 1 / (h_i + c). Modes with h_i below v are left out; doing so raises v, so they never come back.
    /// </remarks>
    /// <param name="harm">h, at least 0, one number a mode.</param>
    /// <param name="penalty">c, above 0.</param>
    /// <exception cref="ArgumentException">There are no modes, or a number is out of range.</exception>
    public static InspectionEquilibrium Solve(IReadOnlyList<double> harm, double penalty)
    {
        ArgumentNullException.ThrowIfNull(harm);
        if (
            harm.Count == 0
            || !harm.All(h => double.IsFinite(h) && h >= 0)
            || !(double.IsFinite(penalty) && penalty > 0)
        )
            throw new ArgumentException(
                "The inspection game: expected at least one harm, each of at least 0, and a penalty above 0."
            );

        var value = double.NegativeInfinity;
        int[] used;
        do
        {
            used = [.. Enumerable.Range(0, harm.Count).Where(i => harm[i] >= value)];
            value = (used.Sum(i => harm[i] / (harm[i] + penalty)) - 1) / used.Sum(i => 1 / (harm[i] + penalty));
        } while (used.Any(i => harm[i] < value));

        var attack = new double[harm.Count];
        var guard = new double[harm.Count];
        var total = used.Sum(i => 1 / (harm[i] + penalty));
        foreach (var i in used)
        {
            attack[i] = 1 / (harm[i] + penalty) / total;
            guard[i] = (harm[i] - value) / (harm[i] + penalty);
        }

        return new(value, attack.ToValueList(), guard.ToValueList());
    }
}

/// <summary>The equilibrium of an inspection game.</summary>
/// <param name="Value">What red gains on average.</param>
/// <param name="Attack">Red's probability of each mode.</param>
/// <param name="Guard">Blue's probability of each mode.</param>
public sealed record InspectionEquilibrium(double Value, ValueList<double> Attack, ValueList<double> Guard);

public static partial class Games
{
    /// <summary>The inspection game; see <see cref="Alignment.Inspection"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec Inspection(IEnumerable<double> harm, double penalty = 0.5) =>
        Create<Inspection>(
            Defaults<Inspection>()
                .With(Alignment.Inspection.Harm, harm.ToValueList())
                .With(Alignment.Inspection.Penalty, penalty)
        );
}
