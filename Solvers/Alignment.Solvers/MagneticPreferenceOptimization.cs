namespace Alignment;

/// <summary>
/// Magnetic preference optimization: magnetic mirror descent towards the present regularized equilibrium, and from time to time the magnet moves to
/// where the policy is, so that the last iterate approaches an equilibrium of the game without regularizer.
/// </summary>
/// <remarks>
/// <para><see cref="MagneticMirrorDescent"/> with a moving magnet, under the name and for the use that the paper gives it: rounds of
/// <see cref="MagnetEvery"/> steps, in each of which the policy converges linearly to the equilibrium that is regularized towards the magnet; then the
/// magnet is the policy. Rounds are steps of an inexact proximal-point method: each needs to be solved well, and their rate depends on the game.</para>
/// <para>The paper starts policy and magnet at the reference; here both start uniform. Where the equilibrium is unique the limit is the same.</para>
/// <para>State by axis: one logit for each of the player's actions, and one of its magnet. Simultaneous updates; the average is uniform.</para>
/// <para>Defaults: eta 0.1, tau 0.1, rounds of 500 steps, right for payoffs in [-1, 1]: a round's start is forgotten by a factor of
/// (1 + eta tau)^500 = 145. Preferences, in [-1/2, 1/2], allow eta 0.4.</para>
/// <para>Errors: a game with regularizers is refused.</para>
/// <para>Source: Wang, Ma, Chen, Meng, Han, Xiao, Zhang, Huo, Su, Yang (2024), "Magnetic preference optimization: achieving last-iterate convergence for
/// language model alignment", arXiv 2410.16714.</para>
/// <para>Not where an average will do: <see cref="PredictiveRegretMatchingPlus"/> is far faster.</para>
/// </remarks>
public sealed record MagneticPreferenceOptimization : IIterativeSolver
{
    /// <summary>eta, above 0, in units of 1 / payoff; at most temperature / L^2 for payoffs in [-L, L].</summary>
    public Expr StepSize { get; init; } = 0.1;

    /// <summary>tau, the pull of the magnet; above 0, in units of payoff.</summary>
    public Expr Temperature { get; init; } = 0.1;

    /// <summary>Steps between two moves of the magnet.</summary>
    public int MagnetEvery { get; init; } = 500;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "mpo",
            "Magnetic preference optimization (MPO)",
            "Magnetic mirror descent whose magnet follows the policy; the last iterate approaches an equilibrium of the game without regularizer.",
            "Wang et al. (2024), Magnetic preference optimization: achieving last-iterate convergence for language model alignment, arXiv 2410.16714",
            "Precise equilibria where an average will do: prm+. The regularized equilibrium: mmd, nash_md or inpo."
        )
        {
            Reports = Iterate.Last,
            Claims = Descent.Info.Claims,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.MagneticStep(StepSize, v => this with { StepSize = v }),
            Hyperparameter.Positive(
                "temperature",
                Temperature,
                "tau, the pull of the magnet, in units of payoff.",
                v => this with { Temperature = v }
            ),
            Hyperparameter.MagnetEvery(MagnetEvery, v => this with { MagnetEvery = v }),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => Descent.Init(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) => Descent.Step(game, state);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Descent.Read(game, state);

    private MagneticMirrorDescent Descent =>
        new()
        {
            StepSize = StepSize,
            Temperature = Temperature,
            Magnet = Magnet.Moving,
            MagnetEvery = MagnetEvery,
        };
}
