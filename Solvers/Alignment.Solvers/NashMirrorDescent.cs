namespace Alignment;

/// <summary>
/// Nash mirror descent, the method of Nash learning from human feedback: every player steps from a mixture of its strategy with the reference, and
/// plays against such a mixture too, so that the last iterate converges.
/// </summary>
/// <remarks>
/// <para>z proportional to x^(1 - a) rho^a for each player, then x' proportional to z exp((a / tau) g(z)): the geometric mixture of the strategy with
/// the reference rho, with share a = eta tau; and a mirror step of size eta = a / tau by the action values g at the others' mixtures. By default
/// a = 2 / (t + 1) at step t = 1, 2, ..., which is the paper's eta_t = 2 / (tau (t + 2)) with t from 0. The first step starts at rho.</para>
/// <para>rho and tau are those of the player's KL or entropy (rho uniform) regularizer; a player without one gets KL to uniform with
/// <see cref="Temperature"/>. In a game between alike players both iterates are the same one, which is the paper's.</para>
/// <para>A fixed <see cref="Mixture"/>, as implementations for language models have it, is biased: it ends where every player responds to a mixture
/// with the reference, not to what is played. Its regularized gap stops above 0; the smaller the share, the smaller the bias.</para>
/// <para>State by axis: one logit for each of the player's actions. Simultaneous updates; the average is uniform.</para>
/// <para>Defaults: decaying mixture, tau 0.1 in units of payoff. The claim: for payoffs over a range of R the sum over players of KL(z*||x) is at most
/// R^2 / (tau^2 (t + 1)) after t steps, z* the regularized equilibrium (docs/derivations/preference-games.md; the paper has 8 for one policy and R = 1),
/// and near z* the regularized gap is of the order of that sum.</para>
/// <para>Errors: ArgumentException for a regularizer other than KL and entropy.</para>
/// <para>Source: Munos, Valko, Calandriello, Gheshlaghi Azar, Rowland, Guo, Tang, Geist, Mesnard, et al. (2023), "Nash learning from human feedback",
/// arXiv 2312.00886, section 6.</para>
/// <para>Not where the values are exact: <see cref="MagneticMirrorDescent"/> solves the same game and converges linearly.</para>
/// </remarks>
public sealed record NashMirrorDescent : IIterativeSolver
{
    private const string Title = "Nash mirror descent (Nash-MD)";

    private static readonly Slot Logit = new("logit");

    /// <summary>The reference's share in the mixture, from 0 to 1; 0 lets it decay as 2 / (t + 1), which alone is unbiased.</summary>
    public Expr Mixture { get; init; } = 0.0;

    /// <summary>tau of the regularizer given to players without one; above 0, in units of payoff.</summary>
    public Expr Temperature { get; init; } = 0.1;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "nash_md",
            Title,
            "Mirror descent against a geometric mixture of the present strategy and the reference; the last iterate converges to the regularized equilibrium.",
            "Munos et al. (2023), Nash learning from human feedback, arXiv 2312.00886",
            "Exact payoffs: mmd solves the same regularized game and converges linearly. A fixed mixture where the equilibrium is wanted: it is biased."
        )
        {
            Reports = Iterate.Last,
            UsesRegularizers = true,
            Claims =
                Mixture == 0.0
                    ?
                    [
                        new(
                            Gap.Regularized,
                            Iterate.Last,
                            1,
                            "two-player zero-sum, both players at one temperature, mixture=0"
                        ),
                    ]
                    : [],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Real(
                "mixture",
                Mixture,
                0,
                1,
                "Share of the reference in the mixture; 0: decaying, 2 / (t + 1); above 0: fixed, and biased.",
                v => this with { Mixture = v }
            ),
            Hyperparameter.Temperature(Temperature, v => this with { Temperature = v }),
        ];

    /// <inheritdoc/>
    public GameSpec Complete(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Reference.Complete(spec, Temperature);
    }

    /// <inheritdoc/>
    public SolverState Init(IGameView game)
    {
        ArgumentNullException.ThrowIfNull(game);
        foreach (var player in game.Players)
            Reference.Of(Title, game, player); // for its errors
        return SolverState.Empty.With(Logit, game.Players, game.Zeros).WithAverage(game);
    }

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        var share = Mixture.Above(0).Select(Mixture, 2 / (Expr.Step + 1));
        var mixtures = Profile.Of(
            game.Players,
            p => Logits.Strategy(game, p, Step(game, state, p, share, 1, game.Zeros(p)))
        );
        return Turns.Step(
            game,
            state,
            Strategy,
            (s, player, _) =>
            {
                var (_, temperature) = Reference.Of(Title, game, player);
                var gradient = game.Gradient(player, mixtures);
                return s.With(Logit, player, Step(game, state, player, share, share / temperature, gradient));
            },
            Averaging.Uniform
        );
    }

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    // without a gradient it is the mixture, from which the step with a gradient starts: both pulls are one
    private static Expr Step(IGameView game, SolverState state, Player player, Expr share, Expr step, Expr gradient) =>
        MagneticStep.To(
            game,
            player,
            state[Logit, player],
            Reference.Of(Title, game, player).Logarithm,
            share,
            step,
            gradient
        );

    private static Expr Strategy(IGameView game, SolverState state, Player player) =>
        Logits.Strategy(game, player, state[Logit, player]);
}
