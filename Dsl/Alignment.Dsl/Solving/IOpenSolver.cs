namespace Alignment;

/// <summary>A solver that can play a game by its rules, without its tree.</summary>
/// <remarks>It sees where it has been and nothing else, so what it finds carries a lower bound on the distance to
/// equilibrium at best.</remarks>
public interface IOpenSolver : ISolver
{
    /// <summary>Steps of a run for which no stop rule was given.</summary>
    long OpenSteps { get; }

    /// <summary>A run that has not done a step yet.</summary>
    /// <exception cref="RulesException">The rules break their contract at the start.</exception>
    IOpenRun Open(OpenGame game, OpenRunSettings settings);
}

/// <summary>A run of a solver without the game's tree.</summary>
public interface IOpenRun
{
    /// <summary>How many information sets the run keeps something of; those of each member of a population are
    /// counted.</summary>
    int InformationSets { get; }

    /// <summary>Payoffs of the game that the steps done have looked at: one player's at one end of it each. Whole numbers,
    /// exact up to 2^53.</summary>
    double Evaluations { get; }

    /// <summary>One more step.</summary>
    /// <returns>Whether it was done; a cancelled step leaves the answer as it was.</returns>
    /// <exception cref="RulesException">The rules break their contract at a position that was met.</exception>
    bool Step(CancellationToken cancellationToken);

    /// <summary>The answer so far: how each player plays.</summary>
    ValueList<PolicyMixture> Read();

    /// <summary>Puts everything that steps to come depend on into a snapshot, as it is between two steps. Draws are addressed
    /// by seed and step, so they are no part of it.</summary>
    void Save(Snapshot snapshot);

    /// <summary>Takes up, before its first step, what a run of the same game, solver and settings saved: it goes on to the
    /// same bits.</summary>
    /// <exception cref="ArgumentException">That was a run of another game.</exception>
    /// <exception cref="KeyNotFoundException">The snapshot lacks something: it is of another version.</exception>
    void Load(Snapshot snapshot);
}

/// <summary>What a run without a tree is given beside its solver's own settings.</summary>
/// <param name="Seed">Seed of all draws.</param>
/// <param name="Solve">Solves games between populations by the solver that it is given.</param>
public sealed record OpenRunSettings(ulong Seed, Func<ISolver, ISolve> Solve)
{
    /// <summary>Iterations of Monte Carlo CFR that search for one best response; at least 1, default 1,000.</summary>
    public int ResponseIterations { get; init; } = 1_000;

    /// <summary>Games that are played for each cell of the table between members; at least 1, default 1,000.</summary>
    public int CellGames { get; init; } = 1_000;

    /// <summary>Information sets that a search may meet before it ends early; at least 1, default 5,000,000: some
    /// 3 GB.</summary>
    public int MostInformationSets { get; init; } = 5_000_000;

    /// <summary>Told how far a step is that takes long.</summary>
    public IProgress<OpenProgress>? Progress { get; init; }
}

/// <summary>How far a run without a tree is.</summary>
/// <param name="Doing">What it does, as in <c>searching a response of player1</c>.</param>
/// <param name="Done">How much of that is done.</param>
/// <param name="Of">How much there is to do; null where nobody knows.</param>
/// <param name="InformationSets">Information sets met so far.</param>
public sealed record OpenProgress(string Doing, long Done, long? Of, int InformationSets);
