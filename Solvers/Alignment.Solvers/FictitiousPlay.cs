namespace Alignment;

/// <summary>Fictitious play: best respond to the average of what the others have played.</summary>
/// <remarks>
/// <para>x_t = first best response to the averages of steps 1 to t - 1; the first step responds to uniform
/// strategies.</para>
/// <para>State by axis: the weighted sum of plays for each of the player's actions. No units: scaling payoffs changes
/// nothing.</para>
/// <para>Default: simultaneous updates, uniform averaging. Linear and quadratic averaging are generalized weakened
/// fictitious play (Leslie, Collins 2006) and often faster. The last iterate is a pure strategy; ties go to the first
/// action.</para>
/// <para>Source: Brown (1951), "Iterative solution of games by fictitious play"; Robinson (1951), "An iterative
/// method of solving a game", Annals of Mathematics 54. It converges in zero-sum and in potential games, without a
/// rate worth the name: as slow as T^(-1 / n) with ties broken by an adversary (Daskalakis, Pan 2014, arXiv
/// 1412.4840), and T^(-1 / 3) in a game of 10 x 10 without ties (Wang 2025, arXiv 2507.09902).</para>
/// <para>Not as a default: it is slow, and in general-sum games it may cycle.</para>
/// </remarks>
public sealed record FictitiousPlay : IIterativeSolver
{
    /// <summary>Weight of step t in the average that is responded to.</summary>
    public Averaging Averaging { get; init; } = Averaging.Uniform;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "fp",
            "Fictitious play",
            "Every player best responds to the average of what the others have played.",
            "Brown (1951), Iterative solution of games by fictitious play; Robinson (1951), An iterative method of solving a game, Annals of Mathematics 54",
            "Nearly everything: it is slow. Use it as a baseline."
        )
        {
            OnTrees = "xfp",
            Claims = [new(Gap.NashConv, Iterate.Average, 0, "two-player zero-sum or potential games")],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings => [Averages.Setting(Averaging, v => this with { Averaging = v })];

    /// <inheritdoc/>
    public SolverState Init(IGameView game) => SolverState.Empty.WithAverage(game);

    /// <inheritdoc/>
    public SolverState Step(IGameView game, SolverState state) =>
        state.AddToAverage(game, Responses(game, state), Averaging);

    /// <inheritdoc/>
    public Readout Read(IGameView game, SolverState state) => new(Responses(game, state), state.Average(game));

    private static Profile Responses(IGameView game, SolverState state)
    {
        var averages = state.Average(game);
        return Profile.Of(game.Players, player => game.BestResponse(player, averages));
    }
}
