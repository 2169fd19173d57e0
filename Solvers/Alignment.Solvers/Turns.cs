namespace Alignment;

/// <summary>One step of self-play: who responds to what, and what is averaged.</summary>
/// <remarks>
/// Averaged is the profile that the last player responds to. With simultaneous updates that is the profile before the
/// step. With alternating updates of two players it is (x after, y before): exactly the sequences that the players'
/// regrets are about, so the bound on the gap of the averages needs no more than that an update never lowers the
/// payoff against the strategy it responded to, as regret matching's does not (Burch, Moravcik, Schmid 2019,
/// "Revisiting CFR+ and alternating updates", arXiv 1810.11542).
/// </remarks>
internal static class Turns
{
    /// <summary>The strategy that a player plays in a state.</summary>
    public delegate Expr Strategy(IGameView game, SolverState state, Player player);

    /// <summary>The state after a player has responded to a profile.</summary>
    public delegate SolverState Response(SolverState state, Player player, Profile profile);

    public static Setting Setting(Updates value, Func<Updates, ISolver> change) =>
        Alignment.Setting.Choice(
            "updates",
            value,
            "Whether players respond to the profile before the step or to what earlier players became.",
            change
        );

    public static SolverState Step(
        IGameView game,
        SolverState state,
        Strategy strategy,
        Response respond,
        Averaging averaging,
        Updates updates = Updates.Simultaneous
    ) => Step(game, state, strategy, respond, Averages.Weight(averaging), updates);

    /// <summary>The same with any weight of the step in the average.</summary>
    public static SolverState Step(
        IGameView game,
        SolverState state,
        Strategy strategy,
        Response respond,
        Expr weight,
        Updates updates
    )
    {
        var profile = Play(game, state, strategy);
        foreach (var player in game.Players)
        {
            if (player == game.Players[^1])
                state = state.AddToAverage(game, profile, weight);
            state = respond(state, player, profile);
            if (updates == Updates.Alternating)
                profile = profile.With(player, strategy(game, state, player));
        }

        return state;
    }

    public static Profile Play(IGameView game, SolverState state, Strategy strategy) =>
        Profile.Of(game.Players, player => strategy(game, state, player));

    public static Readout Read(IGameView game, SolverState state, Strategy strategy) =>
        new(Play(game, state, strategy), state.Average(game));
}
