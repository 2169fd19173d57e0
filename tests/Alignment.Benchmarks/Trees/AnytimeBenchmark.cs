using System.Globalization;

namespace Alignment.Benchmarks;

/// <summary>How far from equilibrium every solver is after how many seconds, on four sequential games: pictures and a table.</summary>
internal static class AnytimeBenchmark
{
    private static readonly string[] Games =
    [
        "kuhn_poker",
        "leduc_poker",
        "liars_dice(dice=1,sides=6)",
        "goofspiel(cards=5)",
    ];

    public static void Run(BenchOptions options)
    {
        var seconds = options.Smoke ? 0.05 : 6.0;
        var folder = options.Out is { } file ? Path.GetDirectoryName(file)! : null;
        var report = new Report(Console.Out);
        report.Paragraph("# align bench anytime");
        report.Paragraph(Machine.Describe());
        report.Paragraph(
            FormattableString.Invariant(
                $"NashConv of the reported iterate, certified in float64, against seconds inside the solve loop; one thread, {seconds} s a solver, settings at their defaults. Solvers of regularized games (mmd with a fixed magnet) come to another equilibrium and are left out; mmd has a moving magnet here."
            )
        );
        foreach (var text in options.Smoke ? Games.Take(1) : Games)
        {
            var spec = GameLibrary.Create(text);
            var size = spec.Tree!.Tree.Size;
            report.Section(spec.Name);
            report.Paragraph(
                FormattableString.Invariant(
                    $"{size.Histories:#,0} histories, {spec.Tree.Tree.Players.Sum(p => p.InformationSets.Count):#,0} information sets, {spec.Tree.Outcomes.Size:#,0} non-zeros."
                )
            );
            var name = spec.Name.Split('(')[0];
            if (folder is not null)
                report.Paragraph($"![NashConv against seconds](anytime-{name}.svg)");
            report.Header("solver", "after 0.1 s", "after 1 s", $"after {Report.Number(seconds)} s", "steps");
            var plot = new LogPlot($"{spec.Name}: distance to equilibrium", "seconds in the solve loop", "NashConv");
            foreach (var solver in Contenders())
                Contend(report, plot, spec, solver, seconds);
            if (folder is not null)
                File.WriteAllText(Path.Combine(folder, $"anytime-{name}.svg"), plot.ToSvg());
        }

        if (options.Out is { } target)
            File.WriteAllText(target, report.Text);
    }

    private static IEnumerable<string> Contenders() =>
        [
            "pcfr+",
            "cfr+",
            "dcfr",
            "lcfr",
            "cfr",
            "mccfr",
            "mccfr(sampling=outcome)",
            "mmd(magnet=moving)",
            "ogda",
            "omwu",
            "extragradient",
            "hedge",
            "xfp",
            "psro",
        ];

    private static void Contend(Report report, LogPlot plot, GameSpec spec, string solver, double seconds)
    {
        Solution solution;
        try
        {
            solution = GameSolver.Solve(
                spec,
                Solver.Find(solver),
                new SolveOptions { Until = Stop.NashConvBelow(1e-13) | Stop.AfterSeconds(seconds), Threads = 1 }
            );
        }
        catch (Exception e) when (e is SpecException or ArgumentException)
        {
            report.Row(solver, e.Message.Split('\n')[0], "", "", "");
            return;
        }

        plot.Add(solver, solution.Trace.Select(t => (t.Seconds, t.Metrics["game/nash_conv"])));
        string After(double limit) =>
            solution.Trace.LastOrDefault(t => t.Seconds <= limit) is { } point
                ? point.Metrics["game/nash_conv"].ToString("0.0e-0", CultureInfo.InvariantCulture)
                : "";
        report.Row(
            solver,
            After(0.1),
            After(1),
            After(double.PositiveInfinity),
            solution.Steps.ToString("#,0", CultureInfo.InvariantCulture)
        );
    }
}
