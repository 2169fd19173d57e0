namespace Alignment;

/// <summary>Points as vectors of all players' weights.</summary>
internal static class PointAlgebra
{
    public static Point Map(this Point point, Func<Weights, Expr, Expr> map) =>
        Point.Of(point.Select(e => e.Key), w => map(w, point[w]));

    public static Point Plus(this Point a, Point b) => a.Map((w, x) => x + b[w]);

    public static Point Minus(this Point a, Point b) => a.Map((w, x) => x - b[w]);

    public static Point Times(this Point a, Expr factor) => a.Map((_, x) => factor * x);

    /// <summary>The same numbers, which derivatives do not look behind: how they came about is not part of what is differentiated.</summary>
    public static Point Held(this Point point) => point.Map((_, x) => x.StopGradient());

    /// <summary>The sum of the products of all numbers.</summary>
    public static Expr Dot(this Point a, Point b) =>
        a.Select(e => (e.Value * b[e.Key]).Expand([.. e.Key.Axes]).Sum([.. e.Key.Axes])).Aggregate((x, y) => x + y);

    /// <summary>The derivative of an expression of a point along a direction; weights that the direction lacks stay.</summary>
    public static Expr Along(this Expr expression, Point point, Point direction) =>
        direction.Select(e => expression.Jvp(point[e.Key], e.Value)).Aggregate((x, y) => x + y);

    /// <summary>The derivative of a vector of weights along a direction.</summary>
    public static Point Along(this Point field, Point point, Point direction) =>
        field.Map((w, x) => x.Along(point, direction).Expand([.. w.Axes]));

    /// <summary>The derivative of a number with respect to some weights of a point.</summary>
    public static Point Gradient(this Expr number, Point point, IEnumerable<Weights> weights) =>
        Point.Of(weights, w => number.Grad(point[w]).Expand([.. w.Axes]));
}
