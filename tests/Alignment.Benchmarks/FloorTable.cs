namespace Alignment.Benchmarks;

/// <summary>How far the Host's steps are above the least time in which this processor could do them.</summary>
internal static class FloorTable
{
    public static void Write(Report report, IEnumerable<Comparison> comparisons, bool smoke)
    {
        var peaks = new Dictionary<Precision, Peak>
        {
            [Precision.Float32] = Peak.Of<float>(smoke),
            [Precision.Float64] = Peak.Of<double>(smoke),
        };
        report.Section("The floor");
        report.Paragraph("Measured at best, one thread, numbers (not vectors) a nanosecond:");
        report.Header("type", "operations", "divisions", "bytes in the first-level cache", "in the second-level cache");
        foreach (var (precision, peak) in peaks)
        {
            report.Row(
                precision.ToString().ToLowerInvariant(),
                Report.Number(peak.Operations),
                Report.Number(peak.Divisions),
                Report.Number(peak.FirstLevelBytes),
                Report.Number(peak.SecondLevelBytes)
            );
        }

        report.Line();
        report.Paragraph(
            "A step for each game, and the nanoseconds it would take at that peak; the floor is the largest."
        );
        report.Header(
            "case",
            "operations",
            "divisions",
            "exps",
            "bytes",
            "ns for operations and exps",
            "ns for divisions",
            "ns for bytes",
            "ns measured",
            "above the floor"
        );
        foreach (var comparison in comparisons)
            Row(report, comparison, peaks[comparison.Case.Precision]);
    }

    private static void Row(Report report, Comparison comparison, Peak peak)
    {
        var it = comparison.Case;
        var work = Floor.Of(it.Compile(it.Payoffs()));
        var bytes = work.Numbers * (it.Precision == Precision.Float32 ? sizeof(float) : sizeof(double));
        var operations = (work.Operations + (work.Exps * OperationsOfExp(it.Precision))) / peak.Operations;
        var divisions = work.Divisions / peak.Divisions;
        // games are run in blocks that stay in the first-level cache; one game's payoffs may be too large for it
        var traffic = bytes / (bytes > 32 * 1024 ? peak.SecondLevelBytes : peak.FirstLevelBytes);
        var floor = Math.Max(operations, Math.Max(divisions, traffic));
        var measured = Figure.Of(comparison.Host).Median * 1000 / it.Games;
        report.Row(
            it.ToString(),
            Report.Number(work.Operations),
            Report.Number(work.Divisions),
            Report.Number(work.Exps),
            Report.Number(bytes),
            Report.Number(operations),
            Report.Number(divisions),
            Report.Number(traffic),
            Report.Number(measured),
            Report.Number(measured / floor)
        );
    }

    // Three to bring the argument into [-ln 2 / 2, ln 2 / 2], a polynomial that gives the type's digits there, two to scale by 2^n.
    private static double OperationsOfExp(Precision precision) => 3 + (precision == Precision.Float32 ? 6 : 11) + 2;
}
