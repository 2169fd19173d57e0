namespace Alignment;

/// <summary>
/// Replicator dynamics in exponential form: the share of an action grows at the rate of its payoff advantage.
/// </summary>
/// <remarks>
/// <para>dx/dt = x (g - &lt;g, x&gt;), with g the player's action values. A step is the exact flow over a time of
/// stepSize with g held at its start: x' = x exp(stepSize g), normalized. No share reaches 0 or comes back from it
/// (in logits; a small one rounds to 0 when it is read).</para>
/// <para>State by axis: one logit for each of the player's actions.</para>
/// <para>Default stepSize 0.1, in units of time at payoffs in [-1, 1]. Simultaneous updates, uniform averaging (over
/// time).</para>
/// <para>Limits: where the last iterate converges from the interior, it is to a Nash equilibrium; the time average's
/// NashConv in two-player zero-sum games is at most (ln n + ln m) / (stepSize T) + stepSize L^2, L = max |payoff|, so
/// it stops at a floor of the order of stepSize.</para>
/// <para>Source: Taylor, Jonker (1978), "Evolutionary stable strategies and game dynamics", Mathematical Biosciences
/// 40; outward drift of steps: Bailey, Piliouras (2018), "Multiplicative weights update in zero-sum games", EC
/// '18.</para>
/// <para>Not for solving zero-sum games: the flow cycles around interior equilibria, and steps spiral
/// outwards.</para>
/// </remarks>
public sealed record ReplicatorDynamics : IIterativeSolver
{
    /// <summary>Time a step, above 0, in units of 1 / payoff.</summary>
    public Expr StepSize { get; init; } = 0.1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "replicator",
            "Replicator dynamics (exponential form)",
            "The share of an action grows at the rate of its payoff advantage: the dynamics of evolutionary game theory.",
            "Taylor, Jonker (1978), Evolutionary stable strategies and game dynamics, Mathematical Biosciences 40",
            "Zero-sum games: the last iterate cycles, and the average stops at a floor of the order of the step size."
        )
        {
            Reports = Iterate.Last,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive(
                "stepSize",
                StepSize,
                "Time a step, in units of 1 / payoff.",
                v => this with { StepSize = v }
            ),
        ];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => Flow.Init(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) => Flow.Step(game, state);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Flow.Read(game, state);

    private MirrorDescent Flow => new(Geometry.Entropic, Lookahead.None, StepSize, Averaging.Uniform);
}
