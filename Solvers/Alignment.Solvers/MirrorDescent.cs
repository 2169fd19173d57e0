namespace Alignment;

/// <summary>
/// Mirror descent (payoffs are maximized: ascent) in self-play, composed of a geometry and a lookahead; simultaneous
/// updates.
/// </summary>
/// <remarks>
/// <para>With point z, expected gradient m and gradient g of the profile played: x = z moved by eta m; then z = z
/// moved by eta g. To move z by v is to take the q that maximizes &lt;v, q&gt; - distance(q, z), in a tree with the
/// dilated distance: the sum over information sets, each times the probability that q itself comes there.</para>
/// <para>eta = <see cref="StepSize"/> / L, where L is the largest Lipschitz constant that payoffs in [-1, 1] allow: 1
/// (entropic) or the largest number of actions (Euclidean).</para>
/// </remarks>
internal sealed record MirrorDescent(Geometry Geometry, Lookahead Lookahead, Expr StepSize, Averaging Averaging)
{
    private static readonly Slot Point = new("point");
    private static readonly Slot Seen = new("seen");

    public SolverState Init(IGameView game)
    {
        var state = SolverState.Empty.With(Point, game.Players, p => Geometry.Start(game, p)).WithAverage(game);
        return Lookahead == Lookahead.Optimistic ? state.With(Seen, game.Players, game.Zeros) : state;
    }

    public SolverState Step(IGameView game, SolverState state) =>
        Turns.Step(
            game,
            state,
            Strategy,
            (s, player, profile) =>
            {
                var gradient = game.Gradient(player, profile);
                var moved = s.With(
                    Point,
                    player,
                    Geometry.Keep(game, player, Move(game, player, s[Point, player], gradient))
                );
                return Lookahead == Lookahead.Optimistic ? moved.With(Seen, player, gradient) : moved;
            },
            Averaging
        );

    public Readout Read(IGameView game, SolverState state) => Turns.Read(game, state, Strategy);

    private Expr Strategy(IGameView game, SolverState state, Player player)
    {
        var point = state[Point, player];
        var ahead = Lookahead switch
        {
            Lookahead.Optimistic => Move(game, player, point, state[Seen, player]),
            Lookahead.Extragradient => Move(game, player, point, game.Gradient(player, Points(game, state))),
            _ => point,
        };
        return Geometry.Strategy(game, player, ahead);
    }

    private Profile Points(IGameView game, SolverState state) =>
        Profile.Of(game.Players, p => Geometry.Strategy(game, p, state[Point, p]));

    private Expr Move(IGameView game, Player player, Expr point, Expr gradient)
    {
        var eta = StepSize / Geometry.Lipschitz(game);
        var values = game.Proximal(player, gradient, Geometry.Step(game, player, point, eta));
        return Geometry.Move(game, player, point, eta * values);
    }
}
