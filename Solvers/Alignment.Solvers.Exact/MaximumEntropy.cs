using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>The equilibrium of largest entropy.</summary>
/// <remarks>
/// <para>p = p0 + Z z, with Z the directions of the set; minimize sum p log p subject to B p &lt;= 0, what the strategies that are not played get. Positive
/// weights need no constraint, since the derivative is infinite at 0. Conditions: Z'(log p + B'm) = 0, m >= 0, m_k (B p)_k = 0. Newton's method on them
/// with m_k (-B p)_k = t and t falling (a primal-dual interior point method); every iterate is an equilibrium.</para>
/// <para>Where the optimum lies on a constraint that costs nothing, m_k = 0 = (B p)_k, that path ends about the square root of t away from it. So the
/// constraints with less slack than price are then taken for equations, and Newton's method goes on with them alone; what it finds is kept where it
/// meets the conditions better.</para>
/// <para>For any m >= 0 and l, no equilibrium has an entropy above log sum_i exp(-(A'l + B'm)_i): that is the dual bound.</para>
/// <para>Source: Boyd, Vandenberghe (2004), "Convex optimization", section 11.7.</para>
/// </remarks>
internal sealed record MaximumEntropy(double[] Strategy, double Entropy, double Residual, double Gap)
{
    private const int MostSteps = 500;

    // As small as float64 lets complementarity and stationarity become without hurting each other.
    private const double Wanted = 1e-13;

    // From there the error is squared with each step.
    private const int StepsOnActive = 3;

    public static MaximumEntropy On(string solver, EquilibriumFace face, CancellationToken cancellationToken)
    {
        var (directions, losses) = (face.Directions, face.Losses);
        var along = losses * directions;
        var p = face.Inside;
        // B p, and kept on its own: where a constraint is active, what is left of it is far smaller than its terms
        var slack = -(losses * p);
        var multipliers = slack.Map(s => 1 / s);
        for (var step = 0; step < MostSteps && face.Dimension > 0; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var gradient = Stationarity(directions, along, p, multipliers);
            var complementarity = slack.Count == 0 ? 0 : multipliers.PointwiseMultiply(slack).Maximum();
            if (gradient.InfinityNorm() <= Wanted && complementarity <= Wanted)
                break;
            var target = slack.Count == 0 ? 0 : 0.1 * multipliers.DotProduct(slack) / slack.Count;
            var curvature =
                directions.TransposeThisAndMultiply(Diagonal(p.Map(x => 1 / x)) * directions)
                + along.TransposeThisAndMultiply(Diagonal(multipliers.PointwiseDivide(slack)) * along);
            var right = -(
                directions.TransposeThisAndMultiply(p.PointwiseLog())
                + along.TransposeThisAndMultiply(slack.Map(s => target / s))
            );
            var move = curvature.Cholesky().Solve(right);
            var (weightMove, slackMove) = (directions * move, -(along * move));
            var multiplierMove =
                slack.Map(s => target / s)
                - multipliers
                - multipliers.PointwiseMultiply(slackMove).PointwiseDivide(slack);

            var length = Math.Min(
                1,
                0.99
                    * Math.Min(Room(p, weightMove), Math.Min(Room(slack, slackMove), Room(multipliers, multiplierMove)))
            );
            var before = Size(p, slack, multipliers, target);
            while (
                length > 1e-12
                && !(
                    Size(
                        p + (weightMove * length),
                        slack + (slackMove * length),
                        multipliers + (multiplierMove * length),
                        target
                    )
                    <= (1 - (0.01 * length)) * before
                )
            )
                length /= 2;
            if (length <= 1e-12)
                break; // rounding is all that is left; what was reached is measured below
            p += weightMove * length;
            slack += slackMove * length;
            multipliers += multiplierMove * length;
        }

        var onPath = Measured(face, p / p.Sum(), multipliers);
        if (face.Dimension == 0 || slack.Count == 0)
            return onPath;
        var (at, prices) = OnActive(face, along, p, slack, multipliers);
        var exact = at.Minimum() > 0 ? Measured(face, at / at.Sum(), prices) : onPath;
        return exact.Miss < onPath.Miss ? exact : onPath;

        double Size(Vector<double> at, Vector<double> rest, Vector<double> prices, double target)
        {
            var gradient = Stationarity(directions, along, at, prices);
            var centre = prices.PointwiseMultiply(rest) - target;
            return Math.Sqrt(gradient.DotProduct(gradient) + (centre.Count == 0 ? 0 : centre.DotProduct(centre)));
        }
    }

    private double Miss => Math.Max(Residual, Gap);

    /// <summary>Newton's method on the conditions with the constraints that are active as equations and without the others.</summary>
    /// <remarks>Equations may depend on each other, and then prices are not unique: of all changes the smallest is taken.</remarks>
    private static (Vector<double> Strategy, Vector<double> Multipliers) OnActive(
        EquilibriumFace face,
        Matrix<double> along,
        Vector<double> p,
        Vector<double> slack,
        Vector<double> multipliers
    )
    {
        int[] active = [.. Enumerable.Range(0, slack.Count).Where(k => slack[k] < multipliers[k])];
        var (directions, dimension) = (face.Directions, face.Dimension);
        var equations = Matrix<double>.Build.Dense(active.Length, dimension, (k, j) => along[active[k], j]);
        var prices = Vector<double>.Build.Dense(active.Length, k => multipliers[active[k]]);
        for (var step = 0; step < StepsOnActive && p.Minimum() > 0; step++)
        {
            var system = Matrix<double>.Build.Dense(dimension + active.Length, dimension + active.Length);
            var curvature = directions.TransposeThisAndMultiply(Diagonal(p.Map(x => 1 / x)) * directions);
            system.SetSubMatrix(0, 0, curvature);
            system.SetSubMatrix(dimension, 0, equations);
            system.SetSubMatrix(0, dimension, equations.Transpose());
            var gains = face.Losses * p;
            var misses = Vector<double>.Build.Dense(dimension + active.Length);
            misses.SetSubVector(0, dimension, Stationarity(directions, equations, p, prices));
            for (var k = 0; k < active.Length; k++)
                misses[dimension + k] = gains[active[k]];
            var move = system.PseudoInverse() * misses;
            p -= directions * move.SubVector(0, dimension);
            prices -= move.SubVector(dimension, active.Length);
        }

        var all = Vector<double>.Build.Dense(slack.Count);
        for (var k = 0; k < active.Length; k++)
            all[active[k]] = Math.Max(prices[k], 0);
        return (p, all);
    }

    /// <summary>What was reached, computed anew from the strategy and the multipliers.</summary>
    private static MaximumEntropy Measured(EquilibriumFace face, Vector<double> p, Vector<double> multipliers)
    {
        var entropy = -p.DotProduct(p.PointwiseLog());
        var gains = face.Losses * p;
        var stationarity = Stationarity(face.Directions, face.Losses * face.Directions, p, multipliers);
        var residual = face.Dimension == 0 ? 0 : stationarity.InfinityNorm();
        foreach (var (gain, multiplier) in gains.Zip(multipliers))
        {
            residual = Math.Max(residual, Math.Max(gain, 0));
            if (face.Dimension > 0)
                residual = Math.Max(residual, Math.Abs(gain * multiplier));
        }

        var strategy = new double[face.Strategies];
        for (var k = 0; k < p.Count; k++)
            strategy[face.Played[k]] = p[k];
        residual = Math.Max(residual, face.GainAgainst(strategy));
        if (face.Dimension == 0)
            return new(strategy, entropy, residual, 0); // there is no other equilibrium

        // log p + B'm without its part along the set is -A'l - v for some l, and v follows from p'(...) = 0
        var prices = face.Losses.TransposeThisAndMultiply(multipliers);
        var across = p.PointwiseLog() + prices;
        across -= face.Directions * face.Directions.TransposeThisAndMultiply(across);
        var exponents = across - p.DotProduct(across) - prices;
        var largest = exponents.Maximum();
        var bound = largest + Math.Log(exponents.Sum(e => Math.Exp(e - largest)));
        return new(strategy, entropy, residual, Math.Max(bound - entropy, 0));
    }

    private static Vector<double> Stationarity(
        Matrix<double> directions,
        Matrix<double> along,
        Vector<double> p,
        Vector<double> multipliers
    ) => directions.TransposeThisAndMultiply(p.PointwiseLog()) + along.TransposeThisAndMultiply(multipliers);

    /// <summary>How far one can go until a coordinate is 0.</summary>
    private static double Room(Vector<double> from, Vector<double> move) =>
        from.Zip(move)
            .Select(pair => pair.Second < 0 ? -pair.First / pair.Second : double.PositiveInfinity)
            .DefaultIfEmpty(double.PositiveInfinity)
            .Min();

    private static Matrix<double> Diagonal(Vector<double> values) => Matrix<double>.Build.DenseOfDiagonalVector(values);
}
