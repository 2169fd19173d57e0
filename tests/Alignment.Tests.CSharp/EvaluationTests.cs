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
