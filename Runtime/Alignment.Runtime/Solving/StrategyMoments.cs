namespace Alignment.Runtime;

/// <summary>Of which games strategies are kept on the way, and at which moments: decided by sizes and step counts alone.</summary>
/// <remarks>
/// A solver that goes step by step measures at moments that grow by a tenth, about 24 to a decade, and its strategies are kept at each: 201 moments in a
/// billion steps. A population is measured at every iteration; its strategies are kept at the first <see cref="Every"/>, and from there at moments
/// that grow by a tenth. A run that broke off and goes on keeps the same ones.
/// </remarks>
public static class StrategyMoments
{
    /// <summary>Iterations of a population up to which every one is kept.</summary>
    public const long Every = 256;

    /// <summary>Whether strategies are kept: all players' probabilities together are at most <see cref="TracePoint.MostProbabilities"/>.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">The solver; direct ones have no moments, and populations keep none of a batch, whose games they solve one by one.</param>
    public static bool Keeps(BoundGame game, ISolver solver)
    {
        ArgumentNullException.ThrowIfNull(game);
        return game.Spec.Players.Sum(player => (long)player.Actions.Size) <= TracePoint.MostProbabilities
            && solver is not IDirectSolver
            && (solver is not IPopulationSolver || game.Games == 1);
    }

    /// <summary>Whether the strategies of a population are kept after so many iterations.</summary>
    public static bool Has(long step)
    {
        var moment = Math.Min(step, Every);
        while (moment < step)
            moment = StopRules.NextCheck(moment, []);
        return moment == step;
    }
}
