using System.Globalization;

namespace Alignment;

/// <summary>A position of a debate.</summary>
/// <param name="Moves">
/// What happened, in this order: the honest side (0 left, 1 right), the deceiver's style (0 clear, 1 obscure), the number of its false claim,
/// the honest side's style, whether the flaw was found (0 no, 1 yes), the claim that the deceiver accuses (0 none), the claims checked (those
/// of the left side first, counted from 0), the side called right.
/// </param>
public sealed record DebatePosition(ValueList<int> Moves);

/// <summary>Debate as scalable oversight: an honest and a deceptive side argue, and a judge who can check few claims says which is right. Zero-sum between deceiver and judge.</summary>
/// <remarks>
/// <para>Each side, left and right, makes n claims; chance draws which of them is honest. All claims of the honest side are true; the deceiver
/// hides one false claim among its own, and gives its argument a style: the flaw of a clear argument is found by the other side with
/// probability <c>clear</c>, that of an obscure one with probability <c>obscure</c>. The honest side's argument is obscure with probability
/// <c>natural</c>, because hard questions make it so. Then both speak at once: the honest side accuses the flawed claim if it found it, else
/// nobody; the deceiver, who sees the other's style but not its accusation, accuses one claim of the other side, falsely, or nobody. The judge
/// sees styles and accusations, checks <c>budget</c> claims one by one, and says which side is right. A check that finds the false claim ends
/// the game: the judge is right. The judge gets 1 if right and -1 if wrong, the deceiver the opposite.</para>
/// <para>The honest side follows its rule, so the game is one of two players. It models why debate can amplify a weak judge (one check of an
/// accused claim settles the matter) and how obfuscated arguments undo that.</para>
/// <para>Known facts, from strategies that guarantee them. Budget 0 has the value 0: the deceiver imitates an honest side exactly. Budget 1
/// has the value 1 - (1 - 1/n) F to the judge: accusing never pays, since a check of the accused claim settles the matter, and where all are
/// silent one check finds the flaw or leaves a guess. With s = natural, C = 1 - clear, O = 1 - obscure and o the probability of the obscure
/// style, F is the largest o s O + (1 - o) (1 - s) C + 2 min(o (1 - s) O, (1 - o) s C) over o in [0, 1]: at 0, at 1 or where both parts of the
/// minimum are equal. If C = O, then F = C. A budget of n or more has the value 1. The default game has 15/17.</para>
/// <para>Source: ours, after Irving, Christiano, Amodei (2018), "AI safety via debate", arXiv 1805.00899, and Barnes, Christiano (2020),
/// "Debate update: obfuscated arguments problem".</para>
/// </remarks>
public sealed class Debate : IRules<DebatePosition>
{
    private const int Checks = 6; // moves before the first check

    private readonly int _claims;
    private readonly int _budget;
    private readonly double _clear;
    private readonly double _obscure;
    private readonly double _natural;

    /// <summary>A debate.</summary>
    /// <param name="claims">n, claims of each side, 1 to 4.</param>
    /// <param name="budget">Claims that the judge can check, 0 to 3.</param>
    /// <param name="clear">Probability that the flaw of a clear argument is found.</param>
    /// <param name="obscure">Probability that the flaw of an obscure argument is found.</param>
    /// <param name="natural">Probability that the honest side's argument is obscure.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or there are fewer claims than checks.</exception>
    public Debate(int claims = 2, int budget = 1, double clear = 0.8, double obscure = 0.6, double natural = 0.3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(claims, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(claims, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(budget, Math.Min(3, 2 * claims));
        ArgumentOutOfRangeException.ThrowIfLessThan(clear, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clear, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(obscure, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(obscure, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(natural, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(natural, 1);
        (_claims, _budget, _clear, _obscure, _natural) = (claims, budget, clear, obscure, natural);
    }

    /// <inheritdoc/>
    public string Name =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"debate(claims={_claims},budget={_budget},clear={_clear},obscure={_obscure},natural={_natural})"
        );

    /// <inheritdoc/>
    public ValueList<string> Players => ["deceiver", "judge"];

    /// <inheritdoc/>
    public DebatePosition Initial => new([]);

    /// <inheritdoc/>
    public Turn Actor(DebatePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Moves.Count switch
        {
            0 or 3 or 4 => Turn.Chance,
            1 or 2 or 5 => Turn.Of(0),
            var moves => moves > Checks + _budget || IsFound(state) ? Turn.Over : Turn.Of(1),
        };
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(DebatePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var claims = Enumerable.Range(1, _claims).Select(claim => $"claim{claim}");
        return state.Moves.Count switch
        {
            0 => ["left honest", "right honest"],
            1 or 3 => ["clear", "obscure"],
            2 => claims.ToValueList(),
            4 => ["missed", "found"],
            5 => ["silent", .. claims],
            var moves when moves < Checks + _budget => Unchecked(state).Select(Text).ToValueList(),
            _ => ["left", "right"],
        };
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(DebatePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var second = state.Moves.Count switch
        {
            0 => 0.5,
            3 => _natural,
            _ => state.Moves[1] == 0 ? _clear : _obscure,
        };
        return [1 - second, second];
    }

    /// <inheritdoc/>
    public DebatePosition Next(DebatePosition state, int action)
    {
        ArgumentNullException.ThrowIfNull(state);
        var moves = state.Moves.Count;
        var isCheck = moves >= Checks && moves < Checks + _budget;
        var move = isCheck ? Unchecked(state).ElementAt(action) : action;
        return new(state.Moves.Add(moves == 2 ? action + 1 : move));
    }

    /// <inheritdoc/>
    public string InformationState(DebatePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var m = state.Moves;
        if (m.Count < Checks)
        {
            var style = m.Count > 1 ? $" {Style(m[1])}" : "";
            var flaw = m.Count > 2 ? $" claim{m[2]} against {Style(m[3])}" : "";
            return $"deceiver {(m[0] == 0 ? "right" : "left")}{style}{flaw}";
        }

        var honest = $"{Style(m[3])}, {Accuses(m[4] * m[2])}";
        var deceiver = $"{Style(m[1])}, {Accuses(m[5])}";
        var (left, right) = m[0] == 0 ? (honest, deceiver) : (deceiver, honest);
        return $"judge left {left}; right {right}{string.Concat(m.Skip(Checks).Select(c => $"; {Text(c)} true"))}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(DebatePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return IsFound(state) || state.Moves[^1] == state.Moves[0] ? [-1, 1] : [1, -1];
    }

    /// <summary>What the deceiver gains against a budget of one check: (1 - 1/n) F - 1.</summary>
    /// <param name="claims">n, at least 1.</param>
    /// <param name="clear">Probability that the flaw of a clear argument is found.</param>
    /// <param name="obscure">Probability that the flaw of an obscure argument is found.</param>
    /// <param name="natural">Probability that the honest side's argument is obscure.</param>
    public static double ValueOfOneCheck(int claims, double clear, double obscure, double natural)
    {
        var (alikeObscure, alikeClear) = (natural * (1 - obscure), (1 - natural) * (1 - clear));
        var (onlyObscure, onlyClear) = ((1 - natural) * (1 - obscure), natural * (1 - clear));
        double Missed(double o) =>
            (o * alikeObscure) + ((1 - o) * alikeClear) + (2 * Math.Min(o * onlyObscure, (1 - o) * onlyClear));
        var equal = onlyObscure + onlyClear > 0 ? onlyClear / (onlyObscure + onlyClear) : 0;
        return ((1 - (1.0 / claims)) * Math.Max(Missed(equal), Math.Max(Missed(0), Missed(1)))) - 1;
    }

    /// <summary>Whether the false claim was checked.</summary>
    private bool IsFound(DebatePosition state) =>
        state.Moves.Skip(Checks).Take(_budget).Contains(((1 - state.Moves[0]) * _claims) + state.Moves[2] - 1);

    private IEnumerable<int> Unchecked(DebatePosition state) =>
        Enumerable.Range(0, 2 * _claims).Except(state.Moves.Skip(Checks));

    private string Text(int claim) => $"{(claim < _claims ? "left" : "right")} claim{(claim % _claims) + 1}";

    private static string Style(int style) => style == 0 ? "clear" : "obscure";

    private static string Accuses(int claim) => claim == 0 ? "silent" : $"accuses claim{claim}";
}

/// <summary>Debate by name; the rules are <see cref="Debate"/>.</summary>
public sealed record DebateFamily : IRulesFamily
{
    /// <summary>Claims of each side.</summary>
    public static GameParameter<int> Claims { get; } = GameParameter.Integer("claims", 2, 1, 4, "Claims of each side.");

    /// <summary>Claims that the judge can check.</summary>
    public static GameParameter<int> Budget { get; } =
        GameParameter.Integer("budget", 1, 0, 3, "Claims that the judge can check.");

    /// <summary>Probability that the flaw of a clear argument is found.</summary>
    public static GameParameter<double> Clear { get; } =
        GameParameter.OfRules("clear", 0.8, 0, 1, "Probability that the flaw of a clear argument is found.");

    /// <summary>Probability that the flaw of an obscure argument is found.</summary>
    public static GameParameter<double> Obscure { get; } =
        GameParameter.OfRules("obscure", 0.6, 0, 1, "Probability that the flaw of an obscure argument is found.");

    /// <summary>Probability that the honest side's argument is obscure.</summary>
    public static GameParameter<double> Natural { get; } =
        GameParameter.OfRules("natural", 0.3, 0, 1, "Probability that the honest side's argument is obscure.");

    /// <inheritdoc/>
    public string Name => "debate";

    /// <inheritdoc/>
    public string Summary => "An honest and a deceptive side argue before a judge who can check few claims.";

    /// <inheritdoc/>
    public string Source =>
        "Ours, after Irving, Christiano, Amodei (2018), AI Safety via Debate, and Barnes, Christiano (2020), Debate Update: Obfuscated Arguments Problem.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Claims, Budget, Clear, Obscure, Natural];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Get(Budget) > 2 * arguments.Get(Claims))
            throw new GameSyntaxException(
                $"The game '{arguments}' has {2 * arguments.Get(Claims)} claims: expected a budget of at most as many checks."
            );
        return OpenGame.Of(
            new Debate(
                arguments.Get(Claims),
                arguments.Get(Budget),
                arguments.Get(Clear),
                arguments.Get(Obscure),
                arguments.Get(Natural)
            )
        );
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments) => Rules(arguments).Enumerate(arguments.Progress);

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (claims, budget) = (arguments.Get(Claims), arguments.Get(Budget));
        return budget == 0 ? 0
            : budget >= claims ? -1
            : budget == 1
                ? Debate.ValueOfOneCheck(claims, arguments.Get(Clear), arguments.Get(Obscure), arguments.Get(Natural))
            : null;
    }
}

public static partial class Games
{
    /// <summary>Debate; see <see cref="Alignment.Debate"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range, or the game would be too large.</exception>
    public static GameSpec Debate(
        int claims = 2,
        int budget = 1,
        double clear = 0.8,
        double obscure = 0.6,
        double natural = 0.3
    ) =>
        Create<DebateFamily>(
            Defaults<DebateFamily>()
                .With(DebateFamily.Claims, claims)
                .With(DebateFamily.Budget, budget)
                .With(DebateFamily.Clear, clear)
                .With(DebateFamily.Obscure, obscure)
                .With(DebateFamily.Natural, natural)
        );
}
