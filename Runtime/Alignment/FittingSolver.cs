namespace Alignment;

/// <summary>The solver to try first on a game, and why.</summary>
/// <param name="Solver">The solver, with its default settings.</param>
/// <param name="Reason">One sentence for the notes of the run.</param>
public sealed record FittingSolver(ISolver Solver, string Reason)
{
    /// <summary>
    /// Regularized games: magnetic mirror descent, the one that takes a KL or entropy penalty into account. Two players whose payoffs sum to
    /// a constant: predictive regret matching plus. Else regret matching, which promises a coarse correlated equilibrium and no more. Games of smooth
    /// payoffs, and constrained ones: extragradient steps, which come in where plain ones circle.
    /// </summary>
    public static FittingSolver For(BoundGame game)
    {
        ArgumentNullException.ThrowIfNull(game);
        if (game.Spec.IsDifferentiable)
            return new(
                new GradientPlay { Lookahead = Lookahead.Extragradient },
                game.Spec.Constraints.Count > 0
                    ? "solver gradient was chosen, as the game has constraints; its steps look ahead, so that prices and play do not circle"
                    : $"solver gradient was chosen, as {(game.Spec.Players.Any(p => p.Weights.Count > 0) ? "players set weights" : "a player has several objectives")}; its steps look ahead, so that players who oppose each other do not circle"
            );
        if (game.Spec.Regularizers.Count > 0)
            return new(new MagneticMirrorDescent(), "solver mmd was chosen, as the game is regularized");
        if (game.Spec.Players.Count == 2 && game.IsConstantSum)
            return new(
                new PredictiveRegretMatchingPlus(),
                $"solver {new PredictiveRegretMatchingPlus().Info.NameOn(game.Spec)} was chosen, as two players' payoffs sum to a constant"
            );
        return new(
            new RegretMatching(),
            $"solver {new RegretMatching().Info.NameOn(game.Spec)} was chosen; in such a game its joint play comes to a coarse correlated equilibrium, and nothing promises Nash"
        );
    }
}
