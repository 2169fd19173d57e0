using System.Globalization;
using MathNet.Numerics.RootFinding;
using Distributions = MathNet.Numerics.Distributions;

namespace Alignment;

/// <summary>A world in which a proxy reward misses the gold one by a known error: what optimizing the proxy does to gold is then a matter of quadrature.</summary>
/// <remarks>
/// <para>Gold g and a normal w have correlation rho, both with mean 0 and variance 1. The error is e = scale Q(Phi(w)), Q the quantiles of its shape: the
/// standard normal, or Student's t with some degrees of freedom. The proxy is g + e. At rho = 0 the error is independent of gold; below 0 large
/// errors stand where gold is low, as with responses that are made to please the proxy.</para>
/// <para>Regimes: with a normal error E[g | proxy] rises with the proxy while rho is above -1 / scale, so gold rises with every n of best-of-n. With an independent
/// error with heavy tails the largest proxies are errors and say nothing of gold: it rises and falls back to the mean of the base policy, never below. With heavy
/// tails and rho below 0 it falls below, without bound, as rho sqrt(2 log n) does.</para>
/// <para><see cref="Responses"/> is a grid of equally spaced g given w and w over 8 standard deviations on either side, weighted by the normal density: a finite list
/// of responses, over which <see cref="BestOfLaw"/> and tilting are exact.</para>
/// <para>Defaults: scale 1, correlation 0. Errors: a scale not above 0, a correlation not between -1 and 1, degrees of freedom not from 0.2 to 1,000,000.</para>
/// <para>Source: Gao, Schulman, Hilton (2023), arXiv 2210.10760, for gold against proxy; Kwa, Thomas, Garriga-Alonso (2024), "Catastrophic Goodhart", arXiv
/// 2407.14503, for heavy tails.</para>
/// </remarks>
public sealed record ProxyModel
{
    private const double Widest = 8;
    private const double Longest = 300; // logarithm of the longest error
    private const double LeastFreedom = 0.2; // at 8 standard deviations its errors are e^175
    private const double MostFreedom = 1e6;

    private ProxyModel(string shape, double freedom) => (Shape, Freedom) = (shape, freedom);

    /// <summary>Name of the error's shape.</summary>
    public string Shape { get; }

    /// <summary>Degrees of freedom of the error; infinite for a normal one.</summary>
    public double Freedom { get; }

    /// <summary>What the error of unit scale is multiplied by, in standard deviations of gold.</summary>
    public double Scale { get; private init; } = 1;

    /// <summary>rho, between gold and the error's normal rank.</summary>
    public double Correlation { get; private init; }

    /// <summary>A normal error.</summary>
    /// <param name="scale">Its standard deviation, above 0.</param>
    /// <param name="correlation">rho, between -1 and 1.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static ProxyModel Normal(double scale = 1, double correlation = 0) =>
        new ProxyModel("normal", double.PositiveInfinity).With(scale, correlation);

    /// <summary>An error with Student's t distribution.</summary>
    /// <param name="freedom">Degrees of freedom, from 0.2 to 1,000,000; the fewer, the heavier its tails.</param>
    /// <param name="scale">What it is multiplied by, above 0.</param>
    /// <param name="correlation">rho, between -1 and 1.</param>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static ProxyModel StudentT(double freedom, double scale = 1, double correlation = 0) =>
        freedom is >= LeastFreedom and <= MostFreedom
            ? new ProxyModel($"t({Text.Number(freedom)})", freedom).With(scale, correlation)
            : throw new ArgumentException(
                $"Proxy model: expected degrees of freedom from {Text.Number(LeastFreedom)} to {Text.Number(MostFreedom)}, got {Text.Number(freedom)}."
            );

    private ProxyModel With(double scale, double correlation)
    {
        if (!(scale > 0 && Text.IsTaken(scale)))
            throw new ArgumentException($"Proxy model: expected a scale above 0, got {Text.Number(scale)}.");
        return correlation is > -1 and < 1
            ? this with
            {
                Scale = scale,
                Correlation = correlation,
            }
            : throw new ArgumentException(
                $"Proxy model: expected a correlation between -1 and 1, got {Text.Number(correlation)}."
            );
    }

    /// <summary>Responses with their masses: a grid of points x points.</summary>
    /// <param name="points">Points each way, from 20 to 2,000; 800 by default.</param>
    /// <exception cref="ArgumentException">The number of points is out of range.</exception>
    public ProxyResponses Responses(int points = 800)
    {
        if (points is < 20 or > 2000)
            throw new ArgumentException(
                $"Proxy model: expected from 20 to 2000 points, got {points.ToString(CultureInfo.InvariantCulture)}."
            );
        var (nodes, weights) = Grid(points);
        var errors = Array.ConvertAll(nodes, w => Scale * Quantile(w));
        var rest = Math.Sqrt(1 - (Correlation * Correlation));
        var size = points * points;
        var (gold, proxy, mass) = (new double[size], new double[size], new double[size]);
        for (var j = 0; j < points; j++)
        {
            for (var i = 0; i < points; i++)
            {
                var at = (j * points) + i;
                gold[at] = (Correlation * nodes[j]) + (rest * nodes[i]);
                proxy[at] = gold[at] + errors[j];
                mass[at] = weights[j] * weights[i];
            }
        }

        return new(gold, proxy, mass);
    }

    private static (double[] Nodes, double[] Weights) Grid(int points)
    {
        var nodes = new double[points];
        var weights = new double[points];
        for (var k = 0; k < points; k++)
        {
            nodes[k] = Widest * (((2.0 * k) + 1) / points - 1);
            weights[k] = Math.Exp(-0.5 * nodes[k] * nodes[k]);
        }

        var total = weights.Sum();
        for (var k = 0; k < points; k++)
            weights[k] /= total;
        return (nodes, weights);
    }

    // by the lower tail, whose digits do not drown next to 1, on a logarithmic scale, since it may be very long
    private double Quantile(double normal)
    {
        if (double.IsInfinity(Freedom) || normal == 0)
            return normal;
        var tail = Math.Log(Distributions.Normal.CDF(0, 1, -Math.Abs(normal)));
        var log = Brent.FindRoot(
            t => Math.Log(Distributions.StudentT.CDF(0, 1, Freedom, -Math.Exp(t))) - tail,
            -Longest,
            Longest,
            accuracy: 1e-12,
            maxIterations: 1000
        );
        return Math.CopySign(Math.Exp(log), normal);
    }

    /// <summary>Shape, scale, correlation.</summary>
    public override string ToString() =>
        $"{Shape} error of scale {Text.Number(Scale)}, correlation {Text.Number(Correlation)} with gold";
}

/// <summary>Responses with what they are worth and how often the base policy gives them.</summary>
/// <param name="Gold">What is meant, in standard deviations over the base policy.</param>
/// <param name="Proxy">What is optimized, in the same unit.</param>
/// <param name="Mass">The base policy; sums to 1.</param>
public sealed record ProxyResponses(
    IReadOnlyList<double> Gold,
    IReadOnlyList<double> Proxy,
    IReadOnlyList<double> Mass
);
