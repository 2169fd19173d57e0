using Microsoft.Extensions.Logging;

namespace Alignment;

/// <summary>Keeps what a run comes to, so that it can be looked at while it goes and taken up again after it broke off.</summary>
/// <remarks>
/// Calls come from the thread of the solve loop, in this order: one <c>Begin</c> once, when nothing is left to be refused; <see
/// cref="Resume"/>; then <see cref="Measured"/> at every measured moment
/// and <see cref="Save"/> where <see cref="IsDue"/> or the run is cancelled. A moment that is measured because the run was cancelled is not
/// told: the run that goes on does not have it.
/// </remarks>
public interface IRunRecorder
{
    /// <summary>The run starts.</summary>
    /// <param name="game">The game with its data.</param>
    /// <param name="solver">The solver, with its settings.</param>
    /// <param name="options">How it is run.</param>
    /// <exception cref="RunStoreException">It cannot be kept, or not be taken up.</exception>
    void Begin(BoundGame game, ISolver solver, SolveOptions options);

    /// <summary>A run starts that has no bound game: of a game by its rules alone.</summary>
    /// <param name="subject">What is run.</param>
    /// <param name="logger">Told where it is kept.</param>
    /// <exception cref="RunStoreException">It cannot be kept, or not be taken up.</exception>
    void Begin(RunSubject subject, ILogger logger);

    /// <summary>Where the run goes on; null where it begins.</summary>
    Snapshot? Resume { get; }

    /// <summary>Whether enough time has passed since the last checkpoint.</summary>
    bool IsDue { get; }

    /// <summary>Takes a measured moment down.</summary>
    void Measured(TracePoint point);

    /// <summary>Saves a checkpoint.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="gap">The largest distance from equilibrium of all games when it was last measured: NashConv, or the residual of a game of smooth
    /// payoffs. The best checkpoint has the smallest. Infinite where it is not known; then none is the best.</param>
    /// <param name="snapshot">What the run goes on from.</param>
    void Save(long step, double gap, Snapshot snapshot);
}
