using Expecto;
using Expecto.CSharp;

namespace Alignment.Tests.CSharp;

/// <summary>Ratings, lotteries and fronts as a C# user writes them.</summary>
public static class EvaluationTests
{
    /// <summary>All tests.</summary>
    [Tests]
    public static Test All { get; } =
        Runner.TestList(
            "C# evaluation",
            [
                Runner.TestCase(
                    "words of experiments",
                    () =>
                    {
                        var colour = Axis.Of("colour", "red", "green");
                        var size = Axis.Of("size", 2);
                        Check(
                            Expr.Lookup(colour, size, 1, 0) == Expr.Lookup(colour, size, [1, 0]),
                            "a map as it comes"
                        );
                        var turned = Expr.Indicator(colour, "green").Dot(Expr.Lookup(colour, size, 1, 0), colour);
                        Check(Measurements.Numbers(turned).Values.SequenceEqual([1.0, 0.0]), "looked up");
                        var even = Measurements.Numbers(Expr.UniformOver(colour).At(colour, "red"));
                        Check(even.Values.SequenceEqual([0.5]), "a half");
                        var pairs = LinearScorer.Of([1], 0.7, features: 2).Pairs(9, new(1, "x"), new(1, "y"));
                        var spec = PairScorer.Together(pairs.Scorer("a"), pairs.Scorer("b", size: 0.1));
                        Check(spec.Players.Count == 2, "a game of scorers");
                    }
                ),
                Runner.TestCase(
                    "comparisons to a report",
                    () =>
                    {
                        var games = Comparisons.Of([
                            new PairCounts("a", "b", 60, 40),
                            new("b", "c", 60, 40),
                            new("a", "c", 60, 30, Ties: 10),
                        ]);
                        var report = RatingReport.Of(
                            games,
                            RatingPrior.Gaussian(2),
                            new AlphaRank(),
                            new NashAveraging()
                        );
                        Check(report.Column("nash_averaging").Values[0] > 1 - 1e-9, report.ToString());
                        Check(
                            report
                                == RatingReport.Of(
                                    games,
                                    RatingPrior.Gaussian(2),
                                    new AlphaRank(),
                                    new NashAveraging()
                                ),
                            "a value"
                        );
                        Check(
                            RatingPrior.Gaussian(2).Fold(() => 0.0, deviation => deviation, wins => -wins) == 2,
                            "a prior is one of three"
                        );
                    }
                ),
                Runner.TestCase(
                    "annotators to a lottery",
                    () =>
                    {
                        var margins = Electorate
                            .Over("a", "b")
                            .WithRanking("most", 0.6, "a", "b")
                            .WithShares(
                                "some",
                                0.4,
                                new[,]
                                {
                                    { 0, 0.3 },
                                    { 0.7, 0 },
                                }
                            )
                            .Margins();
                        Check(margins.CondorcetWinner == "a", margins.ToString());
                        Check(margins.Lottery(new NashAveraging()).ToString() == "a 1.0000", "all on the winner");
                    }
                ),
                Runner.TestCase(
                    "sampled payoffs to an upper bound, as text, JSON and report",
                    () =>
                    {
                        var play = PayoffSamplers.Bernoulli(
                            new[,]
                            {
                                { 0.2, 0.8 },
                                { 0.7, 0.3 },
                            },
                            new RandomStream(1, "games")
                        );
                        var table = SampledPayoffs.Empty(2, 2, PayoffRange.Unit).Draw(play, 200);
                        var lp = new ZeroSumLp();
                        var profile = lp.Solve(table, CancellationToken.None).Strategies;
                        Certificate.UpperBound bound = new PosteriorBound { Draws = 199 }.Of(
                            table,
                            profile[0],
                            profile[1]
                        );
                        Check(bound.NashConv is > 0.02 and < 0.5, bound.ToString());
                        var exact = GameSolver.Solve(Games.Inspection([1, 0.9]), lp);
                        var bounded = exact with { Games = [exact.Games[0] with { Certificate = bound }] };
                        var line = CommandLine.SolutionText.certificateLine(bounded);
                        Check(line.StartsWith("certificate upper_bound nash_conv=", StringComparison.Ordinal), line);
                        Check(line.Contains(" confidence=0.95", StringComparison.Ordinal), line);
                        var json = CommandLine.SolutionJson.text(bounded);
                        Check(json.Contains("\"kind\":\"upper_bound\"", StringComparison.Ordinal), json);
                        Check(json.Contains("\"confidence\":0.95", StringComparison.Ordinal), json);
                        Check(
                            bounded.ToHtml().Contains("with confidence 95 %", StringComparison.Ordinal),
                            "the report's verdict"
                        );
                    }
                ),
                Runner.TestCase(
                    "points to a volume",
                    () =>
                    {
                        var points = ObjectivePoints.Of(
                            ["helpful", "harmless"],
                            new[,]
                            {
                                { 3.0, 1 },
                                { 1, 3 },
                                { 1, 1 },
                            }
                        );
                        var front = ParetoFront.Of(points);
                        Check(front.Count == 2, front.ToString());
                        // 3 + 3 - 1
                        Check(Hypervolume.Of(front, ObjectiveVector.All(0, "harmless", "helpful")) == 5, "volume");
                        Check(
                            front
                                == ParetoFront.Of(
                                    ObjectivePoints.Of(points.Objectives, new double[][] { [3, 1], [1, 3], [1, 1] })
                                ),
                            "a value"
                        );
                    }
                ),
            ]
        );

    private static void Check(bool holds, string message)
    {
        if (!holds)
            throw new InvalidOperationException(message);
    }
}
