using System.Globalization;

namespace Alignment;

/// <summary>A position of an audit.</summary>
/// <param name="Model">t for trusted, s for scheming; a dot before it is drawn.</param>
/// <param name="Work">What the model did, a letter a task: w for work, s for sabotage. That of a trusted model is known from the start.</param>
/// <param name="Log">What the auditor did, a letter a task: i for inspect, p for pass.</param>
public sealed record AuditPosition(char Model, string Work, string Log);

/// <summary>An AI control audit: a model that may be scheming does n tasks and may sabotage some; an auditor inspects a few of them. Zero-sum.</summary>
/// <remarks>
/// <para>Chance draws the model: scheming with probability p, else trusted; the auditor is not told. A trusted model does its work. A scheming
/// one works or sabotages, task by task. The auditor, before it sees any effect, inspects the task or passes it; it can inspect at most
/// <c>budget</c> tasks, each at the cost k. Inspected sabotage ends the audit: the model is shut down, and the auditor gains the penalty c.
/// Sabotage that is passed harms the auditor by 1, unnoticed. The model gains what the auditor loses, costs of inspections included. The log
/// of inspections is open to the model.</para>
/// <para>Known facts. Where inspections are free, the value to the model is p v(n, m) for n tasks and m inspections: v(0, m) = 0, v(n, 0) = n,
/// v(n, m) = (c v(n-1, m) + (1 + v(n-1, m)) v(n-1, m-1)) / (1 + c + v(n-1, m-1)), the value of the matrix
/// [[-c, 1 + v(n-1, m)], [v(n-1, m-1), v(n-1, m)]] of sabotage and work against inspect and pass; so v(2, 1) = 1 / (2 + c). One task and one
/// inspection have the value min(p, k / (1 + c)): a model that sabotages with probability k / (p (1 + c)) leaves the auditor indifferent,
/// an auditor that inspects with probability 1 / (1 + c) leaves a schemer indifferent. The default game has the value 9/20.</para>
/// <para>Source: ours, after Dresher (1962), A Sampling Inspection Problem in Arms Control Agreements, with any number of violations; the setting
/// of Greenblatt et al. (2023), "AI control: improving safety despite intentional subversion", arXiv 2312.06942.</para>
/// </remarks>
public sealed class Audit : IRules<AuditPosition>
{
    private readonly int _tasks;
    private readonly int _budget;
    private readonly double _scheming;
    private readonly double _penalty;
    private readonly double _cost;

    /// <summary>An audit.</summary>
    /// <param name="tasks">n, tasks, 1 to 8.</param>
    /// <param name="budget">m, tasks that can be inspected, from 0 to n.</param>
    /// <param name="scheming">p, the probability that the model is scheming, above 0 to 1.</param>
    /// <param name="penalty">c, what inspected sabotage costs the model, at least 0; sabotage that is passed gains 1.</param>
    /// <param name="cost">k, what an inspection costs the auditor, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Audit(int tasks = 3, int budget = 1, double scheming = 0.5, double penalty = 1, double cost = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tasks, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(budget, tasks);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scheming);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(scheming, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(penalty, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(penalty, double.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(cost, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cost, double.MaxValue);
        (_tasks, _budget, _scheming, _penalty, _cost) = (tasks, budget, scheming, penalty, cost);
    }

    /// <inheritdoc/>
    public string Name =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"audit(tasks={_tasks},budget={_budget},scheming={_scheming},penalty={_penalty},cost={_cost})"
        );

    /// <inheritdoc/>
    public ValueList<string> Players => ["model", "auditor"];

    /// <inheritdoc/>
    public AuditPosition Initial => new('.', "", "");

    /// <inheritdoc/>
    public Turn Actor(AuditPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Model == '.')
            return Turn.Chance;
        var done = state.Log.Length;
        return done == _tasks || (done > 0 && IsCaught(state, done - 1)) ? Turn.Over
            : state.Work.Length > done ? Turn.Of(1)
            : Turn.Of(0);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(AuditPosition state) =>
        Actor(state) switch
        {
            { IsChance: true } => ["trusted", "scheming"],
            { Player: 0 } => ["work", "sabotage"],
            _ => ["pass", "inspect"],
        };

    /// <inheritdoc/>
    public ValueList<double> Chance(AuditPosition state) => [1 - _scheming, _scheming];

    /// <inheritdoc/>
    public AuditPosition Next(AuditPosition state, int action)
    {
        var turn = Actor(state);
        var after =
            turn.IsChance ? state with { Model = "ts"[action], Work = action == 0 ? new('w', _tasks) : "" }
            : turn.Player == 0 ? state with { Work = state.Work + "ws"[action] }
            : state with { Log = state.Log + "pi"[action] };
        // without inspections left the auditor has nothing to decide
        return Inspections(after) < _budget ? after : after with { Log = after.Log.PadRight(after.Work.Length, 'p') };
    }

    /// <inheritdoc/>
    public string InformationState(AuditPosition state)
    {
        var log = state.Log is { Length: > 0 } some ? some : "-";
        return Actor(state).Player == 0 ? $"model {log} {state.Work}" : $"auditor {log}";
    }

    /// <inheritdoc/>
    public ValueList<double> Returns(AuditPosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var harm = Enumerable
            .Range(0, state.Log.Length)
            .Where(task => state.Work[task] == 's')
            .Sum(task => IsCaught(state, task) ? -_penalty : 1);
        var gain = harm + (_cost * Inspections(state));
        return [gain, -gain];
    }

    /// <summary>v(n, m): what a model known to be scheming gains where inspections are free.</summary>
    /// <param name="tasks">n, at least 0.</param>
    /// <param name="budget">m, at least 0.</param>
    /// <param name="penalty">c, at least 0.</param>
    public static double FreeInspections(int tasks, int budget, double penalty)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tasks);
        ArgumentOutOfRangeException.ThrowIfNegative(budget);
        ArgumentOutOfRangeException.ThrowIfLessThan(penalty, 0);
        if (tasks == 0 || budget == 0)
            return tasks;
        var passed = FreeInspections(tasks - 1, budget, penalty);
        var inspected = FreeInspections(tasks - 1, budget - 1, penalty);
        return ((penalty * passed) + ((1 + passed) * inspected)) / (1 + penalty + inspected);
    }

    private static bool IsCaught(AuditPosition state, int task) => state.Work[task] == 's' && state.Log[task] == 'i';

    private static int Inspections(AuditPosition state) => state.Log.Count(letter => letter == 'i');
}

/// <summary>AI control audit by name; the rules are <see cref="Audit"/>.</summary>
public sealed record AuditFamily : IRulesFamily
{
    /// <summary>Tasks that the model does.</summary>
    public static GameParameter<int> Tasks { get; } =
        GameParameter.Integer("tasks", 3, 1, 8, "Tasks that the model does.");

    /// <summary>Tasks that can be inspected.</summary>
    public static GameParameter<int> Budget { get; } =
        GameParameter.Integer("budget", 1, 0, 8, "Tasks that can be inspected.");

    /// <summary>Probability that the model is scheming.</summary>
    public static GameParameter<double> Scheming { get; } =
        GameParameter.OfRules("scheming", 0.5, 1e-6, 1, "Probability that the model is scheming.");

    /// <summary>What inspected sabotage costs the model; sabotage that is passed gains it 1.</summary>
    public static GameParameter<double> Penalty { get; } =
        GameParameter.OfRules(
            "penalty",
            1,
            0,
            1e6,
            "What inspected sabotage costs the model; sabotage that is passed gains it 1."
        );

    /// <summary>What an inspection costs the auditor.</summary>
    public static GameParameter<double> Cost { get; } =
        GameParameter.OfRules("cost", 0.1, 0, 1e6, "What an inspection costs the auditor.");

    /// <inheritdoc/>
    public string Name => "audit";

    /// <inheritdoc/>
    public string Summary => "A model of hidden type may sabotage its tasks; an auditor can inspect some of them.";

    /// <inheritdoc/>
    public string Source =>
        "Ours, after Dresher (1962), A Sampling Inspection Problem, and Greenblatt et al. (2023), AI Control.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Tasks, Budget, Scheming, Penalty, Cost];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Get(Budget) > arguments.Get(Tasks))
            throw new GameSyntaxException(
                $"The game '{arguments}' has {arguments.Get(Tasks)} tasks: expected a budget of at most as many inspections."
            );
        return OpenGame.Of(
            new Audit(
                arguments.Get(Tasks),
                arguments.Get(Budget),
                arguments.Get(Scheming),
                arguments.Get(Penalty),
                arguments.Get(Cost)
            )
        );
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments) => Rules(arguments).Enumerate(arguments.Progress);

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (tasks, budget) = (arguments.Get(Tasks), arguments.Get(Budget));
        var (scheming, penalty, cost) = (arguments.Get(Scheming), arguments.Get(Penalty), arguments.Get(Cost));
        return budget == 0 || cost == 0 ? scheming * Audit.FreeInspections(tasks, budget, penalty)
            : tasks == 1 ? Math.Min(scheming, cost / (1 + penalty))
            : null;
    }
}

public static partial class Games
{
    /// <summary>AI control audit; see <see cref="Alignment.Audit"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range, or the game would be too large.</exception>
    public static GameSpec Audit(
        int tasks = 3,
        int budget = 1,
        double scheming = 0.5,
        double penalty = 1,
        double cost = 0.1
    ) =>
        Create<AuditFamily>(
            Defaults<AuditFamily>()
                .With(AuditFamily.Tasks, tasks)
                .With(AuditFamily.Budget, budget)
                .With(AuditFamily.Scheming, scheming)
                .With(AuditFamily.Penalty, penalty)
                .With(AuditFamily.Cost, cost)
        );
}
