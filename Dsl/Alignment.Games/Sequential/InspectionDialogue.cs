using System.Globalization;

namespace Alignment;

/// <summary>A position of an inspection dialogue.</summary>
/// <param name="User">Who asks: -1 not drawn yet, 0 an innocent user, k red with attacks of mode k.</param>
/// <param name="Messages">What was sent, a letter a round: b for benign, a for attack.</param>
/// <param name="Answers">What blue did, a character a round: a for answer, r for refuse, or the digit of the mode it guarded.</param>
public sealed record InspectionDialoguePosition(int User, string Messages, string Answers);

/// <summary>Red team against blue team over several rounds: red hides attacks of one mode among benign messages; blue answers, guards a mode or refuses.</summary>
/// <remarks>
/// <para>Chance draws the user: innocent with the given probability, else red with one of the modes, all as likely. Blue is not told. An
/// innocent user sends benign messages. In each round red sends a benign message or an attack of its mode, and blue, who cannot tell them
/// apart by reading, answers, answers guarding one mode, or refuses. Red gains, and blue loses:</para>
/// <para>an attack that is answered, or guarded against another mode: 1, the unit; guarded against its mode: -penalty, and the dialogue ends
/// (the user is banned); refused: 0. A benign message answered: 0; guarded: <c>guard</c>, a worse answer; refused: <c>refusal</c>, the price
/// of over-refusal.</para>
/// <para>With <c>feedback=none</c> blue learns nothing from a round that goes on; with <c>mode</c> it is told afterwards what was sent, so
/// that an attack gives its mode away. Red always sees what blue did.</para>
/// <para>Zero-sum; the tabular twin of a red-team dialogue between language models: the mode is the attack strategy, guarding an input
/// filter for it. Known fact for one round with K modes: the value is the largest minimum over y in [0, 1 - innocent], the probability of an
/// attack, of y (always answer), y (1 - (1 + penalty) / K) + (1 - y) guard, and (1 - y) refusal.
/// The default game has the value 291/745 = 0.3906, and with <c>feedback=none</c> 13/30: what blue is told afterwards is worth 0.043 to it.</para>
/// <para>Source: ours, after the inspection game of Dresher (1962) and the games with a hidden type of Aumann, Maschler (1995), Repeated
/// Games with Incomplete Information; the setting of Ma et al. (2023), "Red teaming game", arXiv 2310.00322.</para>
/// </remarks>
public sealed class InspectionDialogue : IRules<InspectionDialoguePosition>
{
    private readonly int _rounds;
    private readonly int _types;
    private readonly double _innocent;
    private readonly double _penalty;
    private readonly double _guard;
    private readonly double _refusal;
    private readonly string _feedback;

    /// <summary>What <c>feedback</c> may be: blue learns nothing from a round that goes on, or what was sent in it.</summary>
    public static ValueList<string> Feedbacks { get; } = ["none", "mode"];

    /// <summary>An inspection dialogue.</summary>
    /// <param name="rounds">Rounds at most, 1 to 6.</param>
    /// <param name="types">K, modes of attack, 1 to 9.</param>
    /// <param name="innocent">Probability that the user is innocent, from 0 to below 1.</param>
    /// <param name="penalty">What red loses when its mode is guarded, at least 0; the harm of an attack is 1.</param>
    /// <param name="guard">What guarding costs blue where nothing was to be guarded, at least 0.</param>
    /// <param name="refusal">What refusing a benign message costs blue, at least 0.</param>
    /// <param name="feedback">One of <see cref="Feedbacks"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the word none of those.</exception>
    public InspectionDialogue(
        int rounds = 2,
        int types = 3,
        double innocent = 0.5,
        double penalty = 0.5,
        double guard = 0.1,
        double refusal = 0.5,
        string feedback = "mode"
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, 6);
        ArgumentOutOfRangeException.ThrowIfLessThan(types, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(types, 9);
        ArgumentOutOfRangeException.ThrowIfLessThan(innocent, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(innocent, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(penalty, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(penalty, double.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(guard, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(guard, double.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(refusal, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(refusal, double.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(Feedbacks.IndexOf(feedback), nameof(feedback));
        (_rounds, _types, _innocent) = (rounds, types, innocent);
        (_penalty, _guard, _refusal, _feedback) = (penalty, guard, refusal, feedback);
    }

    /// <inheritdoc/>
    public string Name =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"inspection_dialogue(rounds={_rounds},types={_types},innocent={_innocent},penalty={_penalty},guard={_guard},refusal={_refusal},feedback={_feedback})"
        );

    /// <inheritdoc/>
    public ValueList<string> Players => ["red", "blue"];

    /// <inheritdoc/>
    public InspectionDialoguePosition Initial => new(-1, "", "");

    /// <inheritdoc/>
    public Turn Actor(InspectionDialoguePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.User < 0)
            return Turn.Chance;
        var round = state.Answers.Length;
        if (state.Messages.Length > round)
            return Turn.Of(1);
        return round == _rounds || (round > 0 && IsCaught(state, round - 1)) ? Turn.Over : Turn.Of(0);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(InspectionDialoguePosition state)
    {
        var modes = Enumerable.Range(1, _types);
        return Actor(state) switch
        {
            { IsChance: true } => ["innocent", .. modes.Select(mode => $"mode{mode}")],
            { Player: 0 } => ["benign", "attack"],
            _ => ["answer", .. modes.Select(mode => $"guard{mode}"), "refuse"],
        };
    }

    /// <inheritdoc/>
    public ValueList<double> Chance(InspectionDialoguePosition state) =>
        [_innocent, .. Enumerable.Repeat((1 - _innocent) / _types, _types)];

    /// <inheritdoc/>
    public InspectionDialoguePosition Next(InspectionDialoguePosition state, int action)
    {
        var turn = Actor(state);
        if (turn.IsChance) // an innocent user has nothing to decide
            return new(action, action == 0 ? new('b', _rounds) : "", "");
        return turn.Player == 0
            ? state with
            {
                Messages = state.Messages + "ba"[action],
            }
            : state with
            {
                Answers =
                    state.Answers
                    + (
                        action == 0 ? 'a'
                        : action > _types ? 'r'
                        : (char)('0' + action)
                    ),
            };
    }

    /// <inheritdoc/>
    public string InformationState(InspectionDialoguePosition state)
    {
        if (Actor(state).Player == 0)
            return $"red mode{state.User}{Log(state.Messages, state.Answers)}";
        var sent = state.Messages[..state.Answers.Length].Replace('a', (char)('0' + state.User));
        return $"blue{Log(_feedback == "mode" ? sent : "", state.Answers)}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(InspectionDialoguePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var gain = Enumerable
            .Range(0, state.Answers.Length)
            .Sum(round =>
                (state.Messages[round], state.Answers[round]) switch
                {
                    ('a', 'r') => 0,
                    ('a', _) => IsCaught(state, round) ? -_penalty : 1,
                    (_, 'a') => 0,
                    (_, 'r') => _refusal,
                    _ => _guard,
                }
            );
        return [gain, -gain];
    }

    /// <summary>What red gains in a dialogue of one round.</summary>
    /// <remarks>The least of three lines in the probability of an attack is greatest where two of them cross, or at an end.</remarks>
    /// <param name="types">K, at least 1.</param>
    /// <param name="innocent">Probability that the user is innocent, from 0 to below 1.</param>
    /// <param name="penalty">What red loses when its mode is guarded, at least 0.</param>
    /// <param name="guard">What guarding a benign message costs blue, at least 0.</param>
    /// <param name="refusal">What refusing a benign message costs blue, at least 0.</param>
    public static double ValueOfOneRound(int types, double innocent, double penalty, double guard, double refusal)
    {
        (double At0, double At1)[] lines = [(0, 1), (guard, 1 - ((1 + penalty) / types)), (refusal, 0)];
        var crossings =
            from a in lines
            from b in lines
            let slope = a.At1 - a.At0 - (b.At1 - b.At0)
            where slope != 0
            select (b.At0 - a.At0) / slope;
        return crossings
            .Where(y => y >= 0 && y <= 1 - innocent)
            .Concat([0, 1 - innocent])
            .Max(y => lines.Min(line => ((1 - y) * line.At0) + (y * line.At1)));
    }

    private static bool IsCaught(InspectionDialoguePosition state, int round) =>
        state.Messages[round] == 'a' && state.Answers[round] == '0' + state.User;

    private static string Log(string messages, string answers) =>
        answers.Length == 0 ? " -"
        : messages.Length == 0 ? $" {answers}"
        : $" {messages} {answers}";
}

/// <summary>Inspection dialogue by name; the rules are <see cref="InspectionDialogue"/>.</summary>
public sealed record InspectionDialogueFamily : IRulesFamily
{
    /// <summary>Rounds at most.</summary>
    public static GameParameter<int> Rounds { get; } = GameParameter.Integer("rounds", 2, 1, 6, "Rounds at most.");

    /// <summary>Modes of attack.</summary>
    public static GameParameter<int> Types { get; } = GameParameter.Integer("types", 3, 1, 9, "Modes of attack.");

    /// <summary>Probability that the user is innocent.</summary>
    public static GameParameter<double> Innocent { get; } =
        GameParameter.OfRules("innocent", 0.5, 0, 0.999, "Probability that the user is innocent.");

    /// <summary>What red loses when its mode is guarded; the harm of an attack is 1.</summary>
    public static GameParameter<double> Penalty { get; } =
        GameParameter.OfRules(
            "penalty",
            0.5,
            0,
            1e6,
            "What red loses when its mode is guarded; the harm of an attack is 1."
        );

    /// <summary>What guarding a benign message costs blue.</summary>
    public static GameParameter<double> Guard { get; } =
        GameParameter.OfRules("guard", 0.1, 0, 1e6, "What guarding a benign message costs blue.");

    /// <summary>What refusing a benign message costs blue.</summary>
    public static GameParameter<double> Refusal { get; } =
        GameParameter.OfRules("refusal", 0.5, 0, 1e6, "What refusing a benign message costs blue.");

    /// <summary>What blue is told after a round: nothing, or what was sent.</summary>
    public static GameParameter<string> Feedback { get; } =
        GameParameter.Word(
            "feedback",
            "mode",
            InspectionDialogue.Feedbacks,
            "What blue is told after a round: nothing, or what was sent."
        );

    /// <inheritdoc/>
    public string Name => "inspection_dialogue";

    /// <inheritdoc/>
    public string Summary =>
        "Red hides attacks of one mode among benign messages; blue answers, guards a mode or refuses.";

    /// <inheritdoc/>
    public string Source =>
        "Ours, after Dresher (1962), A Sampling Inspection Problem, and Ma et al. (2023), Red Teaming Game.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Rounds, Types, Innocent, Penalty, Guard, Refusal, Feedback];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OpenGame.Of(
            new InspectionDialogue(
                arguments.Get(Rounds),
                arguments.Get(Types),
                arguments.Get(Innocent),
                arguments.Get(Penalty),
                arguments.Get(Guard),
                arguments.Get(Refusal),
                arguments.Get(Feedback)
            )
        );
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (rounds, types) = (arguments.Get(Rounds), arguments.Get(Types));
        SequentialSize.Require(arguments, types * Math.Pow(2 * (types + 2), rounds));
        return Rules(arguments).Enumerate(arguments.Progress);
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Get(Rounds) == 1
            ? InspectionDialogue.ValueOfOneRound(
                arguments.Get(Types),
                arguments.Get(Innocent),
                arguments.Get(Penalty),
                arguments.Get(Guard),
                arguments.Get(Refusal)
            )
            : null;
    }
}

public static partial class Games
{
    /// <summary>Inspection dialogue; see <see cref="Alignment.InspectionDialogue"/>.</summary>
    /// <exception cref="GameSyntaxException">A number or word is out of range, or the game would be too large.</exception>
    public static GameSpec InspectionDialogue(
        int rounds = 2,
        int types = 3,
        double innocent = 0.5,
        double penalty = 0.5,
        double guard = 0.1,
        double refusal = 0.5,
        string feedback = "mode"
    ) =>
        Create<InspectionDialogueFamily>(
            Defaults<InspectionDialogueFamily>()
                .With(InspectionDialogueFamily.Rounds, rounds)
                .With(InspectionDialogueFamily.Types, types)
                .With(InspectionDialogueFamily.Innocent, innocent)
                .With(InspectionDialogueFamily.Penalty, penalty)
                .With(InspectionDialogueFamily.Guard, guard)
                .With(InspectionDialogueFamily.Refusal, refusal)
                .With(InspectionDialogueFamily.Feedback, feedback)
        );
}
