#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Over-optimization: best of n by a proxy reward that misses the gold one by a normal, a heavy-tailed, and a heavy-tailed error that stands where gold is low.
// A guard with a budget of gold labels tells when gold has fallen.
using System.Globalization;
using Alignment;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double[] draws = [.. Enumerable.Range(0, 11).Select(k => Math.Pow(2, k))];
ProxyModel[] worlds = [ProxyModel.Normal(), ProxyModel.StudentT(1.5), ProxyModel.StudentT(1.5, correlation: -0.5)];
var guard = new OverOptimizationGuard
{
    Low = -3,
    High = 3,
    Budget = 6000,
    Pairs = 300,
};

foreach (var world in worlds)
{
    var responses = world.Responses();
    var curve = OverOptimizationCurve.BestOf(responses, draws);
    Console.WriteLine(world);
    void Row(string name, Func<OverOptimizationPoint, double> value) =>
        Console.WriteLine(
            $"  {name}{string.Concat(curve.Points.Select(p => $"{Math.Round(value(p), 3) + 0.0, 9:f3}"))}"
        );
    Row("n   ", p => p.Place);
    Row("KL  ", p => p.Divergence);
    Row("gold", p => p.Gold);
    var report = guard.Watch(draws.Length, Labels(responses));
    Console.WriteLine($"  gold peaks at n = {curve.Peak.Place}. {report.Sentence}");
}

// gold labels of best-of-n, cut off at 3 standard deviations: what people who label can say
Func<int, long, double> Labels(ProxyResponses responses)
{
    var law = BestOfLaw.Of(responses.Proxy, responses.Mass);
    var policies = draws.Select(n => Sums(law.Policy(n))).ToArray();
    var stream = new RandomStream(7, "labels");
    return (checkpoint, draw) =>
    {
        var at = Array.BinarySearch(policies[checkpoint], stream.Uniform(0, draw));
        return Math.Clamp(responses.Gold[Math.Min(at < 0 ? ~at : at, responses.Gold.Count - 1)], -3, 3);
    };
}

static double[] Sums(double[] values)
{
    for (var k = 1; k < values.Length; k++)
        values[k] += values[k - 1];
    return values;
}
