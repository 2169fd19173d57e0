namespace Alignment;

/// <summary>Which point a gradient method reports.</summary>
public enum PointAveraging
{
    /// <summary>Where the last step led.</summary>
    None,

    /// <summary>The mean of where the steps led, all with the same weight.</summary>
    Uniform,
}

/// <summary>What gradient methods share: the point in the state, steps along directions, and the average.</summary>
internal static class Ascent
{
    private static readonly Slot Weight = new("weight");

    public static SolverState Init(IDifferentiableGame game, Func<Player, IOptimizer> optimizer)
    {
        var state = SolverState.Empty;
        foreach (var player in game.Players)
        {
            foreach (var weights in game.Weights(player))
                state = optimizer(player).Begin(state.With(Weight, weights, weights.Initial()), weights);
        }

        return state;
    }

    /// <summary>The state with an average of nothing yet.</summary>
    public static SolverState WithAverage(this SolverState state, IDifferentiableGame game, PointAveraging averaging) =>
        averaging == PointAveraging.None
            ? state
            : game.AllWeights()
                .Aggregate(state.With(Count, 0), (s, w) => Sum(w).Begin(s, Expr.Constant(0).Expand([.. w.Axes])));

    /// <summary>The point that a state stands for.</summary>
    public static Point At(IDifferentiableGame game, SolverState state) => state.Point(Weight, game.AllWeights());

    /// <summary>The state after all weights have moved along a direction.</summary>
    public static SolverState Step(
        IDifferentiableGame game,
        SolverState state,
        Point direction,
        Func<Player, IOptimizer> optimizer
    ) => game.Players.Aggregate(state, (s, player) => Step(game, s, player, direction, optimizer(player)));

    /// <summary>The state after a player's weights have moved along a direction.</summary>
    public static SolverState Step(
        IDifferentiableGame game,
        SolverState state,
        Player player,
        Point direction,
        IOptimizer optimizer
    )
    {
        foreach (var weights in game.Weights(player))
        {
            var value = state[Weight, weights];
            var (next, change) = optimizer.Step(state, weights, value, direction[weights]);
            state = next.With(Weight, weights, weights.Domain.Move(value, change));
        }

        return state;
    }

    /// <summary>The next state with where it is taken into the average.</summary>
    public static SolverState AddToAverage(
        this SolverState next,
        IDifferentiableGame game,
        SolverState state,
        PointAveraging averaging
    ) =>
        averaging == PointAveraging.None
            ? next
            : game.AllWeights()
                .Aggregate(next.With(Count, state[Count] + 1), (s, w) => Sum(w).Add(s, state, next[Weight, w]));

    public static PointReadout Read(IDifferentiableGame game, SolverState state, PointAveraging averaging)
    {
        var last = At(game, state);
        if (averaging == PointAveraging.None)
            return new(last, last);
        var count = state[Count];
        return new(
            last,
            Point.Of(game.AllWeights(), w => count.Above(0.0).Select(Sum(w).Of(state) / count.Maximum(1), last[w]))
        );
    }

    private static readonly Slot Count = new("averaged");

    private static CompensatedSum Sum(Weights weights) => new($"average/{weights.Name}");
}
