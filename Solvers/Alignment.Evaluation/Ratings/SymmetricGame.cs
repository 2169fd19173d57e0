namespace Alignment;

/// <summary>What a competitor is paid against another when they are strategies of a game.</summary>
public enum PairPayoff
{
    /// <summary>Wins minus losses over games, from -1 to 1.</summary>
    Margin,

    /// <summary>Smoothed log-odds, log((w_ij + 1/2) / (w_ji + 1/2)), in natural units.</summary>
    LogOdds,
}

/// <summary>The game of two players who choose from the same strategies and pay each other: an antisymmetric table.</summary>
/// <remarks>
/// <para>The row player gets A_ij and the column player -A_ij = A_ji, so the value is 0. It is what turns comparisons of models, or margins of
/// votes, into something that solvers take: <c>nash_averaging</c> and <c>lp</c> of Alignment.Solvers.Exact, <c>alpha_rank</c>.</para>
/// <para>Errors: a table that is not antisymmetric to 1e-9 of its largest entry, or not finite.</para>
/// </remarks>
public sealed record SymmetricGame : IGameData
{
    private const string Who = "Symmetric game";

    private readonly ValueList<double> _payoffs;
    private readonly ValueList<double> _losses;

    internal SymmetricGame(ValueList<string> labels, double[] antisymmetric)
    {
        Labels = labels;
        _payoffs = antisymmetric.ToValueList();
        _losses = antisymmetric.Select(x => 0 - x).ToValueList(); // not -x: no negative zeros in messages
        Players = [Player.Of("row", [.. labels]), Player.Of("column", [.. labels])];
    }

    /// <summary>The strategies.</summary>
    public ValueList<string> Labels { get; }

    /// <inheritdoc/>
    public ValueList<Player> Players { get; }

    /// <summary>A game of a table.</summary>
    /// <exception cref="ArgumentException">See <see cref="SymmetricGame"/>.</exception>
    public static SymmetricGame Of(IEnumerable<string> labels, double[,] payoffs)
    {
        var names = Text.Distinct(Who, labels, 1);
        return new(names, PairFlow.Antisymmetric(Who, names, payoffs));
    }

    /// <summary>A game of comparisons in which every pair met.</summary>
    /// <exception cref="ArgumentException">Some pair never met.</exception>
    public static SymmetricGame Of(Comparisons comparisons, PairPayoff payoff = PairPayoff.Margin)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        PairFlow.RequireComplete(Who, comparisons);
        return new(
            comparisons.Labels,
            payoff == PairPayoff.Margin ? PairFlow.Margins(Who, comparisons) : PairFlow.LogOdds(Who, comparisons, 0.5)
        );
    }

    /// <summary>What the row gets against the column.</summary>
    public double PayoffOf(int row, int column) => _payoffs[(row * Labels.Count) + column];

    /// <inheritdoc/>
    public ReadOnlySpan<double> Payoff(int player) => (player == 0 ? _payoffs : _losses).AsSpan();

    /// <summary>The payoff of each strategy against a mixture of them.</summary>
    /// <exception cref="ArgumentException">The mixture has not one weight a strategy.</exception>
    public ValueList<double> Against(ValueList<double> mixture)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        if (mixture.Count != Labels.Count)
            throw new ArgumentException(
                $"{Who}: expected a mixture of {Labels.Count} strategies, got {mixture.Count} weights."
            );
        return Enumerable
            .Range(0, Labels.Count)
            .Select(i => mixture.Select((weight, j) => weight * PayoffOf(i, j)).Sum())
            .ToValueList();
    }

    /// <summary>The game as a specification, for everything that solves one.</summary>
    public GameSpec ToSpec(string name) =>
        Game.Named(name)
            .ZeroSum(
                Players[0],
                Players[1],
                Expr.Literal(NamedTensor.Of([Players[0].Actions, Players[1].Actions], _payoffs.AsSpan()))
            );

    /// <summary>The game between some of the strategies.</summary>
    internal SymmetricGame Between(IReadOnlyList<int> strategies) =>
        new(
            strategies.Select(k => Labels[k]).ToValueList(),
            [.. strategies.SelectMany(i => strategies.Select(j => PayoffOf(i, j)))]
        );

    /// <summary>An equilibrium strategy by a solver, checked.</summary>
    /// <exception cref="ArgumentException">What the solver answers is no equilibrium.</exception>
    internal (ValueList<double> Strategy, string? Note) Equilibrium(
        string who,
        IDirectSolver solver,
        CancellationToken cancellationToken
    )
    {
        var answer = solver.Solve(this, cancellationToken);
        var values = Against(answer.Strategies[0]);
        var best = Enumerable.Range(0, values.Count).MaxBy(k => values[k]);
        var range = _payoffs.Max(Math.Abs);
        // the value of the game is 0, so whoever gains against a strategy shows that it is none of an equilibrium
        return values[best] <= 1e-8 * range
            ? (answer.Strategies[0], answer.Note)
            : throw new ArgumentException(
                $"{who}: expected an equilibrium of solver '{solver.Info.Name}', but '{Labels[best]}' gains {Text.Number(values[best])} against its answer; use nash_averaging, or lp."
            );
    }

    /// <summary>The table.</summary>
    public override string ToString() =>
        Text.Table(
            ["row gets", .. Labels],
            Labels.Select(
                (label, i) => (IReadOnlyList<string>)[label, .. Labels.Select((_, j) => Text.Number(PayoffOf(i, j)))]
            )
        );
}
