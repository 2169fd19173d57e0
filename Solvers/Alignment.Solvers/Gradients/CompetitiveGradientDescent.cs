namespace Alignment;

/// <summary>Competitive gradient descent: two players move to the Nash equilibrium of the local bilinear approximation of their game.</summary>
/// <remarks>
/// <para>With f and g the players' objectives over x and y: dx = eta (I - eta^2 D_xy f D_yx g)^-1 (d_x f + eta D_xy f d_y g), and the same with the roles
/// changed for dy. The linear systems are solved by conjugate gradients on the normal equations, from 0, in <see cref="Iterations"/> iterations:
/// exact up to rounding once there are as many as the player has weights.</para>
/// <para>State by axis: one tensor for each of the players' weights. Defaults: rate 0.1, iterations 10.</para>
/// <para>Source: Schaefer, Anandkumar (2019), "Competitive gradient descent", arXiv 1905.12103, equation 4. There players descend losses; signs here are
/// those of ascent.</para>
/// <para>Not for more than two players, nor for many weights with few iterations: an iteration costs four Hessian-vector products.</para>
/// </remarks>
public sealed record CompetitiveGradientDescent : IGradientSolver
{
    /// <summary>eta, above 0.</summary>
    public Expr Rate { get; init; } = 0.1;

    /// <summary>Iterations of conjugate gradients for each player and step, at least 1.</summary>
    public int Iterations { get; init; } = 10;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "cgd",
            "Competitive gradient descent",
            "Two players move to the equilibrium of the local bilinear approximation of their game.",
            "Schaefer, Anandkumar (2019), Competitive gradient descent, arXiv 1905.12103",
            "More than two players; many weights, since every step solves linear systems."
        )
        {
            Reports = Iterate.Last,
            TwoPlayersOnly = true,
            UsesRegularizers = true,
            Claims =
            [
                new(
                    Gap.Stationarity,
                    Iterate.Last,
                    double.PositiveInfinity,
                    "bilinear, any rate; or near a stable stationary point"
                ),
            ],
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Hyperparameter.Positive("rate", Rate, "eta, the step size.", v => this with { Rate = v }),
            Setting.Integer(
                "iterations",
                Iterations,
                1,
                1000,
                "Iterations of conjugate gradients for each player and step.",
                v => this with { Iterations = v }
            ),
        ];

    private GradientAscent Steps => new() { Rate = Rate };

    /// <inheritdoc/>
    public SolverState Init(IDifferentiableGame game) => Ascent.Init(game, _ => Steps);

    /// <inheritdoc/>
    public SolverState Step(IDifferentiableGame game, SolverState state)
    {
        ArgumentNullException.ThrowIfNull(game);
        var point = Ascent.At(game, state);
        var (first, second) = (game.Players[0], game.Players[1]);
        var directions = Direction(game, point, first, second).Concat(Direction(game, point, second, first));
        var all = directions.ToDictionary(e => e.Key, e => e.Value);
        return Ascent.Step(game, state, Point.Of(all.Keys, w => all[w]), _ => Steps);
    }

    /// <inheritdoc/>
    public PointReadout Read(IDifferentiableGame game, SolverState state) =>
        Ascent.Read(game, state, PointAveraging.None);

    private Point Direction(IDifferentiableGame game, Point point, Player own, Player other)
    {
        var (x, y) = (game.Weights(own), game.Weights(other));
        var f = game.Objective(own, point).Gradient(point, x); // d_x f
        var g = game.Objective(other, point).Gradient(point, y); // d_y g
        Point Mixed(Point v) => f.Along(point, v); // D_xy f v, v over y
        Point Answer(Point v) => g.Along(point, v); // D_yx g v, v over x
        Point MixedTransposed(Point u) => f.Dot(u.Held()).Gradient(point, y);
        Point AnswerTransposed(Point u) => g.Dot(u.Held()).Gradient(point, x);
        var square = Rate * Rate;
        Point System(Point v) => v.Minus(Mixed(Answer(v)).Times(square));
        Point Transposed(Point u) => u.Minus(AnswerTransposed(MixedTransposed(u)).Times(square));
        return Solve(System, Transposed, f.Plus(Mixed(g).Times(Rate)));
    }

    private Point Solve(Func<Point, Point> system, Func<Point, Point> transposed, Point right)
    {
        var solution = right.Times(0);
        var residual = right;
        var normal = transposed(residual);
        var search = normal;
        var size = normal.Dot(normal);
        for (var k = 0; k < Iterations; k++)
        {
            var moved = system(search);
            var step = Ratio(size, moved.Dot(moved));
            solution = solution.Plus(search.Times(step));
            residual = residual.Minus(moved.Times(step));
            normal = transposed(residual);
            var next = normal.Dot(normal);
            search = normal.Plus(search.Times(Ratio(next, size)));
            size = next;
        }

        return solution;
    }

    // a residual that has vanished stays so
    private static Expr Ratio(Expr a, Expr b) => b.Above(1e-300).Select(a / b, 0);
}
