namespace Alignment.Benchmarks;

/// <summary>What a game costs alone and among 1,024, and what a second thread gives.</summary>
internal static class Scaling
{
    private const int Many = 1024;
    private const double WantedFall = 10;
    private const double WantedStep = 0.2;

    public static void Write(Report report, bool smoke)
    {
        report.Section(FormattableString.Invariant($"Cost per game on the Host executor, 1 to {Many:#,0} games"));
        report.Paragraph(
            FormattableString.Invariant(
                $"Wanted: the cost falls at least {WantedFall}-fold, or a step of a single game takes less than {WantedStep} us. 3 actions."
            )
        );
        report.Header(
            "solver",
            "1 game, us a step",
            "1,024 games, us a step",
            "cost per game falls",
            "verdict",
            "1,024 games on 2 threads, us a step",
            "1 thread / 2 threads"
        );
        foreach (var solver in Case.Solvers)
        {
            foreach (var precision in Case.Precisions)
                Row(report, new(solver, 1, 3, precision), new(solver, Many, 3, precision), smoke);
        }
    }

    private static void Row(Report report, Case one, Case many, bool smoke)
    {
        var payoffs = many.Payoffs();
        using var single = new Compiled(one, one.Payoffs(), HostExecutor.Instance);
        using var batch = new Compiled(many, payoffs, HostExecutor.Instance);
        using var threaded = new Compiled(many, payoffs, HostExecutor.Instance, threads: 2);
        var times = Paired.Time([single.Run, batch.Run, threaded.Run], Effort.Full(smoke));
        var step = Figure.Of(times[0]);
        var fall = Figure.OfRatio([.. times[0].Select(t => t * Many)], times[1]);
        report.Row(
            $"{one.Solver}, {one.Type}",
            Report.Number(step),
            Report.Number(Figure.Of(times[1])),
            Report.Number(fall),
            report.Verdict(fall.Median >= WantedFall || step.Median < WantedStep),
            Report.Number(Figure.Of(times[2])),
            Report.Number(Figure.OfRatio(times[1], times[2]))
        );
    }
}
