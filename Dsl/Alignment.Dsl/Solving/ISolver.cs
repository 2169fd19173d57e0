namespace Alignment;

/// <summary>A record of hyperparameters that finds equilibria. Implement one of the closed kinds: <see cref="IIterativeSolver"/>,
/// <see cref="IGradientSolver"/>, <see cref="IDirectSolver"/>, <see cref="IPopulationSolver"/> or <see cref="ISampledSolver"/>.</summary>
public interface ISolver
{
    /// <summary>What it is, what it claims and what it can solve.</summary>
    SolverInfo Info { get; }

    /// <summary>The hyperparameters in force.</summary>
    ValueList<Setting> Settings { get; }

    /// <summary>Adds to a specification what this solver brings along, such as a default regularizer; by default nothing.</summary>
    GameSpec Complete(GameSpec spec) => spec;
}

/// <summary>A solver written as three expressions over the game view. Compiled, batched and checkpointed by the runtime.</summary>
public interface IIterativeSolver : ISolver
{
    /// <summary>The state before the first step.</summary>
    SolverState Init(IGameView game);

    /// <summary>The state after one more step.</summary>
    SolverState Step(IGameView game, SolverState state);

    /// <summary>The strategies that a state stands for.</summary>
    Readout Read(IGameView game, SolverState state);
}

/// <summary>A solver for games of smooth payoffs, written as three expressions over their view. Compiled, batched and checkpointed by the runtime.</summary>
public interface IGradientSolver : ISolver
{
    /// <summary>The state before the first step.</summary>
    SolverState Init(IDifferentiableGame game);

    /// <summary>The state after one more step.</summary>
    SolverState Step(IDifferentiableGame game, SolverState state);

    /// <summary>The points that a state stands for.</summary>
    PointReadout Read(IDifferentiableGame game, SolverState state);
}

/// <summary>The points that a solver's state stands for.</summary>
/// <param name="Last">Where the next step begins.</param>
/// <param name="Average">The average of the points that were visited; the same as the last where a solver does not average.</param>
public sealed record PointReadout(Point Last, Point Average);

/// <summary>The strategies that a solver's state stands for.</summary>
/// <param name="Last">The strategies that the next step plays.</param>
/// <param name="Average">The average of the strategies played, with the solver's weights; the same as the last where a solver does not average.</param>
public sealed record Readout(Profile Last, Profile Average);

/// <summary>A solver that reads numbers and answers at once.</summary>
public interface IDirectSolver : ISolver
{
    /// <summary>Solves one game.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    DirectAnswer Solve(IGameData game, CancellationToken cancellationToken);
}

/// <summary>What a direct solver found.</summary>
/// <param name="Strategies">
/// One mixed strategy a player; the marginals when <paramref name="Joint"/> is given. In a sequential game: the probability of each action, as
/// the player's <see cref="Treeplex"/> numbers them.
/// </param>
/// <param name="Joint">A distribution over action profiles (last player fastest) for correlated equilibria, else null.</param>
/// <param name="Note">A sentence about the answer, such as how many equilibria there are, or null.</param>
public sealed record DirectAnswer(ValueList<ValueList<double>> Strategies, ValueList<double>? Joint, string? Note);

/// <summary>A solver that grows populations of strategies and solves the games between them by another solver.</summary>
public interface IPopulationSolver : ISolver
{
    /// <summary>
    /// Solves the games between populations, to a NashConv of 1e-9 or in 20,000 steps. One that cannot take the full game is refused before the
    /// run. Belongs among <see cref="ISolver.Settings"/>, by <see cref="Setting.Solver"/>.
    /// </summary>
    ISolver Inner { get; }

    /// <summary>What it adds to populations, for sentences.</summary>
    string Response => "best response";

    /// <summary>The populations before the first iteration.</summary>
    Population Init(IGameData game);

    /// <summary>One iteration: solve the game between the populations, then extend them.</summary>
    PopulationIterate Step(IGameData game, Population population, ISolve inner);
}

/// <summary>The state of a population solver.</summary>
/// <param name="Members">For each player, the strategies in its population, in order of arrival; as <see cref="DirectAnswer.Strategies"/> has them.</param>
/// <param name="Payoffs">For each player, its payoffs when members meet: row-major, the last player's member varies fastest.</param>
public sealed record Population(ValueList<ValueList<ValueList<double>>> Members, ValueList<ValueList<double>> Payoffs)
{
    /// <summary>Iterations that made it.</summary>
    public long Iterations { get; init; }
}

/// <summary>One iteration of a population solver.</summary>
/// <param name="Strategies">The solution of the game between the populations as strategies of the full game.</param>
/// <param name="Next">The extended populations.</param>
/// <param name="Grew">Whether any population grew, or may later; when it has best responses to add and none did, the strategies are an equilibrium of the full game up to the inner solver's accuracy.</param>
public sealed record PopulationIterate(ValueList<ValueList<double>> Strategies, Population Next, bool Grew)
{
    /// <summary>What each player's oracle found; empty where the solver does not say.</summary>
    public ValueList<OracleResponse> Responses { get; init; } = [];

    /// <summary>sum_i (gain_i + epsilon_i), which NashConv of the strategies is at most; null where the solver does not say.</summary>
    public double? Promise => Responses.Count == 0 ? null : Responses.Sum(r => r.Gain + r.Slack.Total);
}

/// <summary>Solves games inside of a solver.</summary>
public interface ISolve
{
    /// <summary>Solves a game of the given payoffs and returns one mixed strategy a player.</summary>
    ValueList<ValueList<double>> Solve(IGameData game);
}

/// <summary>The numbers of one game.</summary>
public interface IGameData
{
    /// <summary>The players.</summary>
    ValueList<Player> Players { get; }

    /// <summary>For a sequential game its tree, else null.</summary>
    GameTree? Tree => null;

    /// <summary>
    /// A player's payoffs, row-major over the players' actions: the last player's action varies fastest. Of a sequential game: over the
    /// outcomes of its tree, weighted by chance.
    /// </summary>
    ReadOnlySpan<double> Payoff(int player);
}

/// <summary>Which strategies a claim or a figure is about.</summary>
public enum Iterate
{
    /// <summary>The strategies that the next step plays.</summary>
    Last,

    /// <summary>The weighted average of the strategies played.</summary>
    Average,
}

/// <summary>A distance to equilibrium.</summary>
public enum Gap
{
    /// <summary>Sum over players of best-response value minus own value.</summary>
    NashConv,

    /// <summary>The same with every player's regularizer subtracted from its payoff.</summary>
    Regularized,

    /// <summary>Largest gain from ignoring the recommendation of the time-averaged joint distribution.</summary>
    CoarseCorrelated,

    /// <summary>In a game of smooth payoffs: how far the projected unit step along the players' gradients goes, in the coordinate where it goes furthest.</summary>
    Stationarity,
}

/// <summary>A convergence rate that a solver claims, to be held against the fitted rate of a run.</summary>
/// <param name="Gap">The distance that shrinks.</param>
/// <param name="Iterate">The strategies it is measured on.</param>
/// <param name="Exponent">gap = O(steps^-Exponent); infinite for linear (geometric) convergence.</param>
/// <param name="Condition">When the claim holds.</param>
public sealed record RateClaim(Gap Gap, Iterate Iterate, double Exponent, string Condition)
{
    /// <summary><c>nash_conv of the average: O(T^-0.5), ...</c>.</summary>
    public override string ToString() =>
        $"{Gap} of the {Iterate} iterate: {(double.IsPositiveInfinity(Exponent) ? "linear" : Exponent == 0 ? "no rate" : $"O(T^-{Quote.Number(Exponent)})")}, {Condition}";
}

/// <summary>What a solver is, claims and can solve.</summary>
/// <param name="Name">The name for <c>--solver</c>.</param>
/// <param name="Title">The field's name for it.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Source">Authors, year, title.</param>
/// <param name="Avoid">When not to use it.</param>
public sealed record SolverInfo(string Name, string Title, string Summary, string Source, string Avoid)
{
    /// <summary>What the field calls it on sequential games, such as <c>cfr</c>; <c>--solver</c> takes that name too. Null: the same.</summary>
    public string? OnTrees { get; init; }

    /// <summary>The name for a game of that form.</summary>
    public string NameOn(GameSpec game)
    {
        ArgumentNullException.ThrowIfNull(game);
        return game.Tree is null ? Name : OnTrees ?? Name;
    }

    /// <summary>All its names.</summary>
    public IEnumerable<string> Names => OnTrees is null ? [Name] : [Name, OnTrees];

    /// <summary>Whether a name means it.</summary>
    public bool IsCalled(string name) => name == Name || name == OnTrees;

    /// <summary>Claimed rates; empty where the theory gives none.</summary>
    public ValueList<RateClaim> Claims { get; init; } = [];

    /// <summary>The strategies to report: the average or the last iterate.</summary>
    public Iterate Reports { get; init; } = Iterate.Average;

    /// <summary>Only for two players.</summary>
    public bool TwoPlayersOnly { get; init; }

    /// <summary>Only where payoffs sum to a constant.</summary>
    public bool ZeroSumOnly { get; init; }

    /// <summary>Only where players who change places change payoffs; so not for games between populations, which differ.</summary>
    public bool SymmetricOnly { get; init; }

    /// <summary>What is wrong with its answers as weights of populations, as a clause; null where they are an equilibrium of the populations' game.</summary>
    public string? MetaCaveat { get; init; }

    /// <summary>Takes sequential games. Every iterative solver does, by its view of the game; others say so.</summary>
    public bool TakesTrees { get; init; }

    /// <summary>Takes regularizers into account; a solver that does not refuses a regularized game.</summary>
    public bool UsesRegularizers { get; init; }

    /// <summary>Takes constraints into account; a solver that does not refuses a constrained game.</summary>
    public bool UsesConstraints { get; init; }
}

/// <summary>Whether players update on the same profile or in turns.</summary>
public enum Updates
{
    /// <summary>All players respond to the profile before the step.</summary>
    Simultaneous,

    /// <summary>Each player responds to what the players before it have just become.</summary>
    Alternating,
}
