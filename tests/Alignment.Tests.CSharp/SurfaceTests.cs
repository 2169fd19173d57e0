using Expecto;
using Expecto.CSharp;

namespace Alignment.Tests.CSharp;

/// <summary>The C# surface as a C# user writes it: one namespace, no F# types in sight.</summary>
public static class SurfaceTests
{
    private static readonly Player Row = Player.Of("row", "rock", "paper", "scissors");
    private static readonly Player Column = Player.Of("column", "rock", "paper", "scissors");

    private static GameSpec Rps(double cut = 1) =>
        Game.Named("rps")
            .ZeroSum(
                Row,
                Column,
                Expr.Matrix(
                    Row.Actions,
                    Column.Actions,
                    new[,]
                    {
                        { 0, -1, 1 },
                        { 1, 0, -cut },
                        { -1, cut, 0 },
                    }
                )
            );

    /// <summary>All tests.</summary>
    [Tests]
    public static Test All { get; } =
        Runner.TestList(
            "C# surface",
            [
                Runner.TestCase(
                    "a game is solved in one line",
                    () =>
                    {
                        var solution = Rps(cut: 2).Solve();
                        // each action's mass is the weight of the pair it is not in: rock against (paper, scissors) 2, paper 1, scissors 1, over 4
                        Check(solution.Certificate.NashConv < 1e-6, $"NashConv is {solution.Certificate.NashConv}");
                        Check(Math.Abs(solution.Value(Row)) < 1e-6, "a symmetric game has value 0");
                        Check(
                            Math.Abs(solution.Strategy(Row)[0] - 0.5) < 1e-3,
                            $"rock has mass {solution.Strategy(Row)[0]}"
                        );
                        Check(
                            solution.Notes[0].Contains("prm+", StringComparison.Ordinal),
                            "the note names the solver chosen"
                        );
                        var plot = Plots.Simplex(solution)[0];
                        Check(plot.ToSvg().StartsWith("<svg ", StringComparison.Ordinal), "a plot is a value");
                        Check(solution.Plots().Any(p => p.Title == plot.Title), "one of all");
                    }
                ),
                Runner.TestCase(
                    "a preference game is made, regularized and solved",
                    () =>
                    {
                        var answer = Axis.Of("answer", "a", "b", "c");
                        var circle = Preference.Of(
                            answer,
                            new[,]
                            {
                                { 0.5, 0.9, 0.2 },
                                { 0.1, 0.5, 0.8 },
                                { 0.8, 0.2, 0.5 },
                            }
                        );
                        var winner = Game.Preference("circle", circle).Solve(new ZeroSumLp());
                        Check(
                            winner
                                .Games[0]
                                .Strategies[0]
                                .Zip([0.3, 0.3, 0.4])
                                .All(p => Math.Abs(p.First - p.Second) < 1e-12),
                            $"the von Neumann winner, got {winner.Games[0].Strategies[0]}"
                        );
                        var pulled = Game.Preference("circle", circle, temperature: 0.1)
                            .Solve(new IterativeNashPolicyOptimization(), Stop.RegularizedGapBelow(1e-12));
                        Check(pulled.Certificate.RegularizedGap < 1e-12, "the regularized equilibrium");
                    }
                ),
                Runner.TestCase(
                    "specifications are values",
                    () =>
                    {
                        Check(Rps() == Rps(), "equal content is equal");
                        Check(Rps().Hash == Rps().Hash, "and has the same hash");
                        Check(Rps() != Rps(cut: 2), "other payoffs differ");
                        Check(Rps().Probe(Probe.Entropy) != Rps(), "a verb makes a new value");
                    }
                ),
                Runner.TestCase(
                    "numbers mix with expressions and stop rules with each other",
                    () =>
                    {
                        var x = Expr.Vector(Row.Actions, 1, 2, 3);
                        Check((0.5 * x) + 1 == (Expr.Constant(0.5) * x) + Expr.Constant(1), "implicit constants");
                        var stop = Stop.NashConvBelow(1e-3) | (Stop.AfterSteps(10) & Stop.AfterSeconds(1));
                        Check(stop == Stop.Parse(stop.ToString()!), $"'{stop}' reads back");
                    }
                ),
                Runner.TestCase(
                    "a regularizer of one's own is a record",
                    () =>
                    {
                        var spec = Rps().Regularize(Row, new Quartic(1)).Regularize(Column, new Quartic(1));
                        Check(
                            spec == Rps().Regularize(Row, new Quartic(1)).Regularize(Column, new Quartic(1)),
                            "value-equal"
                        );
                        Check(spec.ToString().Contains("quartic(1)", StringComparison.Ordinal), spec.ToString());
                    }
                ),
                Runner.TestCase(
                    "a run on another thread reports progress and is cancelled",
                    () =>
                    {
                        using var source = new CancellationTokenSource();
                        var moments = 0;
                        var progress = new Immediate(_ =>
                        {
                            if (++moments == 5)
                                source.Cancel();
                        });
                        var solution = new Experiment(Rps(cut: 2), new RegretMatching(), Stop.AfterSteps(long.MaxValue))
                            .RunAsync(progress, cancellationToken: source.Token)
                            .GetAwaiter()
                            .GetResult();
                        Check(solution.Status.Outcome == Outcome.Cancelled, solution.Status.Sentence);
                        Check(moments >= 5 && double.IsFinite(solution.Certificate.NashConv), "with a usable result");
                    }
                ),
            ]
        );

    private static void Check(bool holds, string message)
    {
        if (!holds)
            throw new InvalidOperationException(message);
    }

    private sealed class Immediate(Action<TracePoint> action) : IProgress<TracePoint>
    {
        public void Report(TracePoint value) => action(value);
    }

    /// <summary>A regularizer that the library does not know: weight times the sum of fourth powers.</summary>
    private sealed record Quartic(Expr Weight) : IRegularizer
    {
        public string Text => $"quartic({Weight})";

        public ValueList<Expr> Expressions => [Weight];

        public IRegularizer WithExpressions(ValueList<Expr> expressions) => new Quartic(expressions[0]);

        public Expr Penalty(Expr strategy, Axis actions) =>
            Weight * (strategy * strategy * strategy * strategy).Sum(actions);

        public Expr BestResponse(Expr values, Axis actions) => values.OneHotMax(actions);
    }
}
