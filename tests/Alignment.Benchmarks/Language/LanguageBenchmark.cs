using Alignment.Torch;
using TorchSharp;

namespace Alignment.Benchmarks;

/// <summary>Language models against what they cannot do without: the matrix products of a training step, the bytes of the weights for a token.</summary>
internal static class LanguageBenchmark
{
    public static void Run(BenchOptions options)
    {
        var report = new Report(Console.Out);
        TorchNative.EnsureLoaded();
        report.Paragraph("# align bench language");
        report.Paragraph(
            $"{Machine.Describe()} TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, LibTorch {torch.__version__}."
        );
        report.Paragraph(
            "Quartiles in parentheses. What is compared ran in turn in one process, so ratios count and times do not: whatever else the machine does meanwhile is in the times, and where there are more threads than free processors it is in the ratios too, for small operations wait for the thread that comes last."
        );
        if (options.Smoke)
            report.Paragraph("A smoke run: everything once and too short to mean anything.");
        // memory first: afterwards the process keeps what large models left it
        Growth.Write(report, options.Smoke);
        TrainingCost.Write(report, options.Smoke);
        DecodingCost.Write(report, options.Smoke);
        TinyCost.Write(report, options.Smoke);
        report.Line();
        report.Line(report.Summary);
        if (options.Out is { } file)
            File.WriteAllText(file, report.Text);
    }
}
