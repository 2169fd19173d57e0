using Alignment.Torch;
using TorchSharp;

namespace Alignment.Benchmarks;

/// <summary>Iterative solvers on matrix games: the executors against eager TorchSharp, against the processor, and their memory.</summary>
internal static class MatrixBenchmark
{
    /// <summary>How many times as fast as eager TorchSharp the Torch executor has to be for one small game.</summary>
    private const double WantedOfTorch = 1.5;

    public static void Run(BenchOptions options)
    {
        // memory first: afterwards the process holds LibTorch and what eager tensors left behind
        var memory = Memory.Measure(options.Smoke);
        TorchNative.ConfigureThreads(1);
        var report = new Report(Console.Out);
        report.Paragraph("# align bench matrix");
        report.Paragraph(
            $"{Machine.Describe()} TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, LibTorch {torch.__version__}."
        );
        if (options.Smoke)
            report.Paragraph("A smoke run: everything once and too short to mean anything.");

        var comparisons = AgainstEager(report, options.Smoke);
        OfTorch(report, comparisons);
        Scaling.Write(report, options.Smoke);
        FloorTable.Write(report, comparisons, options.Smoke);
        memory.Write(report);
        EveryWriting(report, comparisons);
        report.Line();
        report.Line(report.Summary);
        if (options.Out is { } file)
            File.WriteAllText(file, report.Text);
    }

    private static List<Comparison> AgainstEager(Report report, bool smoke)
    {
        report.Section("Host executor against eager TorchSharp, one thread each");
        report.Header(
            "case",
            "Host, us a step",
            "fastest eager, us a step",
            "eager / Host",
            "wanted",
            "verdict",
            "eager that does all / Host",
            "fastest eager writing"
        );
        var comparisons = new List<Comparison>();
        foreach (var it in Case.All)
        {
            var withTorch = it is { Games: 1, Actions: 3 };
            var comparison = Comparison.Of(it, withTorch, smoke);
            var (fastest, whole) = (comparison.Fastest, comparison.FastestThatDoesAll);
            var ratio = Figure.OfRatio(fastest.Times!, comparison.Host);
            report.Row(
                it.ToString(),
                Report.Number(Figure.Of(comparison.Host)),
                Report.Number(Figure.Of(fastest.Times!)),
                Report.Number(ratio),
                Report.Number(it.Wanted),
                report.Verdict(ratio.Median >= it.Wanted),
                Report.Number(Figure.OfRatio(whole.Times!, comparison.Host)),
                fastest.Name
            );
            comparisons.Add(comparison);
        }

        return comparisons;
    }

    private static void OfTorch(Report report, IEnumerable<Comparison> comparisons)
    {
        report.Section("Torch executor against eager TorchSharp, one thread each");
        report.Header(
            "case",
            "Torch executor, us a step",
            "fastest eager, us a step",
            "eager / executor",
            "wanted",
            "verdict",
            "eager that does all / executor",
            "fastest eager writing that does all"
        );
        foreach (var comparison in comparisons.Where(c => c.Torch is not null))
        {
            var (fastest, whole) = (comparison.Fastest, comparison.FastestThatDoesAll);
            var ratio = Figure.OfRatio(fastest.Times!, comparison.Torch!);
            report.Row(
                comparison.Case.ToString(),
                Report.Number(Figure.Of(comparison.Torch!)),
                Report.Number(Figure.Of(fastest.Times!)),
                Report.Number(ratio),
                Report.Number(WantedOfTorch),
                report.Verdict(ratio.Median >= WantedOfTorch),
                Report.Number(Figure.OfRatio(whole.Times!, comparison.Torch!)),
                whole.Name
            );
        }
    }

    private static void EveryWriting(Report report, IEnumerable<Comparison> comparisons)
    {
        report.Section("Every eager writing");
        report.Paragraph(
            "us a step in the short rounds that chose whom to time beside the executors. \"All\": does all that the compiled solver does (compensated average, centred logits)."
        );
        foreach (var group in comparisons.GroupBy(c => $"{c.Case.Solver}, {c.Case.Size}"))
        {
            var types = group.ToArray();
            report.Header([group.Key, "all", .. types.Select(c => c.Case.Type)]);
            foreach (var writing in types[0].Eager)
            {
                var times = types.Select(c => c.Eager.First(e => e.Name == writing.Name).Screened.Median);
                report.Row([writing.Name, writing.DoesAll ? "yes" : "", .. times.Select(Report.Number)]);
            }

            report.Line();
        }
    }
}
