namespace Alignment;

/// <summary>
/// The iterated prisoner's dilemma between policies with a memory of one step: each player sets five logits, how likely it cooperates at the start and
/// after each outcome, from its own view.
/// </summary>
/// <remarks>
/// <para>A logit z cooperates with probability 1 / (1 + exp(-z)). Outcomes CC, CD, DC, DD (own action first) pay -1, -3, 0, -2 a step. With p0 the
/// distribution of the first outcome and P the transition matrix, the payoff is V = (1 - gamma) p0' (sum over t of gamma^t P^t) r, in units of a step's
/// payoff.</para>
/// <para>The series is summed exactly, in doubling form: s' = s + M s, M' = M M from s = r, M = gamma P, so that k doublings hold 2^k steps. Twelve leave
/// out less than 0.99^4096 = 1.3e-18 of it.</para>
/// <para>Known: two who always defect get -2, two who play tit for tat -1; all logits 0 give -1.5.</para>
/// </remarks>
public sealed record IteratedPrisonersDilemma : IGameFamily
{
    private const int Doublings = 12;

    private static readonly Axis States = Axis.Of("states", "start", "CC", "CD", "DC", "DD");
    private static readonly Axis Outcomes = Axis.Of("outcomes", "CC", "CD", "DC", "DD");
    private static readonly Axis From = Axis.Of("from", "CC", "CD", "DC", "DD");
    private static readonly Axis Middle = Axis.Of("middle", "CC", "CD", "DC", "DD");

    /// <summary>The discount of a step.</summary>
    public static GameParameter<double> Gamma { get; } =
        GameParameter.Real("gamma", 0.96, 0, 0.99, "Discount: how much a step counts of the one before.");

    /// <summary>Games side by side.</summary>
    public static GameParameter<int> Runs { get; } =
        GameParameter.Integer(
            "runs",
            1,
            1,
            100_000,
            "Games side by side, each with starts of its own, along the axis 'runs'."
        );

    /// <inheritdoc/>
    public string Name => "iterated_prisoners_dilemma";

    /// <inheritdoc/>
    public string Summary =>
        "Policies with a memory of one step meet again and again; their logits are what players set.";

    /// <inheritdoc/>
    public string Source =>
        "Foerster et al. (2018), Learning with Opponent-Learning Awareness, arXiv 1709.04326, section 5.1; exact values by its appendix.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Gamma, Runs];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Axis[] over = arguments.Get(Runs) is var runs and > 1 ? [Axis.Of("runs", runs)] : [];
        Weights Logits(string player) => Weights.Of($"{player}_logits", States).StartingAt(Initializer.Normal(1, over));
        var (alice, bob) = (Logits("alice"), Logits("bob"));
        var cooperates = Cooperates(alice);
        // bob's CD is what alice calls DC
        var reciprocates = Cooperates(bob).Gather(States, States, 0, 1, 3, 2, 4);
        var gamma = arguments.Declare(Gamma);
        var first = Joint(AtStart(cooperates), AtStart(reciprocates));
        var next = Joint(Later(cooperates), Later(reciprocates));
        Expr Payoff(params double[] rewards) => Value(gamma, first, next, Expr.Vector(Outcomes, rewards));

        var (one, other) = (Player.With("alice", alice), Player.With("bob", bob));
        var game = Game.Named(arguments.SpecName)
            .Player(one)
            .Player(other)
            .Payoff(one, Payoff(-1, -3, 0, -2))
            .Payoff(other, Payoff(-1, 0, -3, -2));
        return over.Aggregate(game, (spec, axis) => spec.Over(axis));
    }

    private static Expr Cooperates(Weights logits) => 1 / (1 + (-logits.Value).Exp());

    private static Expr AtStart(Expr policy)
    {
        var start = Axis.Of("at_start", 1);
        return policy.Slice(States, 0, start).Sum(start);
    }

    private static Expr Later(Expr policy) => policy.Slice(States, 1, From);

    /// <summary>The distribution of the outcome where the players cooperate with these probabilities.</summary>
    private static Expr Joint(Expr own, Expr other)
    {
        var (ownC, otherC) = (Expr.Vector(Outcomes, 1, 1, 0, 0), Expr.Vector(Outcomes, 1, 0, 1, 0));
        return ((ownC * own) + ((1 - ownC) * (1 - own))) * ((otherC * other) + ((1 - otherC) * (1 - other)));
    }

    private static Expr Value(Expr gamma, Expr first, Expr next, Expr rewards)
    {
        var sum = rewards.On(Outcomes, From);
        var matrix = gamma * next; // from, outcomes
        for (var k = 0; k < Doublings; k++)
        {
            sum += matrix.Dot(sum.On(From, Outcomes), Outcomes);
            matrix = matrix.On(Outcomes, Middle).Dot(matrix.On(From, Middle), Middle);
        }

        return (1 - gamma) * first.Dot(sum.On(From, Outcomes), Outcomes);
    }
}

public static partial class Games
{
    /// <summary>The iterated prisoner's dilemma; see <see cref="Alignment.IteratedPrisonersDilemma"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is out of range.</exception>
    public static GameSpec IteratedPrisonersDilemma(double gamma = 0.96, int runs = 1) =>
        Create<IteratedPrisonersDilemma>(
            Defaults<IteratedPrisonersDilemma>()
                .With(Alignment.IteratedPrisonersDilemma.Gamma, gamma)
                .With(Alignment.IteratedPrisonersDilemma.Runs, runs)
        );
}
