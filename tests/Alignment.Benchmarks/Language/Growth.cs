using System.Runtime.InteropServices;

namespace Alignment.Benchmarks;

/// <summary>Whether the process grows with steps and tokens: a line fitted to its resident memory.</summary>
internal static class Growth
{
    /// <summary>Bytes that a step or a token may leave behind: a leaked tensor is some hundreds, in LibTorch and here.</summary>
    private const double Wanted = 16;

    private const int Points = 40;

    private const int Looks = 200;

    private const string Judged = "resident";

    public static void Write(Report report, bool smoke)
    {
        var config = LanguageCase.Least;
        var (warmUp, steps, tokens) = smoke ? (80, 80, 80) : (80_000, 20_000, 40_000);
        report.Section("Memory over many steps and tokens");
        report.Paragraph(
            $"{LanguageCase.Describe(config)}: small, so that what is left behind shows. {Points} moments, equally far apart, after {warmUp:N0} steps or {tokens:N0} tokens to warm up (.NET compiles anew what runs at each collection of garbage, some 400 KB, at the thirtieth and at the sixtieth, and {steps:N0} steps are some twenty): the resident memory of the process, in which the collector's heap breathes, and on Linux, to look at, the bytes that native code has taken and not given back (glibc's mallinfo2): all tensors, no garbage, but also what the runtime itself takes and gives back in pieces of some 100 KB. The slope of the line fitted by least squares with its 95 % interval, in which neighbouring residuals that go together count for fewer. Wanted of the resident memory: the interval has 0 in it, or all of it lies below {Wanted} bytes."
        );
        if (Environment.GetEnvironmentVariable("DOTNET_GCgen0size") is { } young)
            report.Paragraph(
                $"DOTNET_GCgen0size={young}: the collector's youngest generation does not grow with the processor's cache."
            );
        report.Header("what", "memory", "MB at first", "MB at last", "bytes each, slope (95 % interval)", "verdict");
        using var model = LanguageModel.Create(config, 1);
        var texts = LanguageCase.Texts(config, 32, 17);
        Row(report, $"{steps:N0} training steps", warmUp, steps, each => Train(model, texts, warmUp + steps, each));
        var options = new SamplingOptions { MaxNewTokens = 20 };
        Row(
            report,
            $"{tokens:N0} generated tokens",
            tokens,
            tokens,
            each =>
            {
                for (var k = 1; k <= 2 * tokens; k++)
                {
                    if (k % options.MaxNewTokens == 1)
                        model.Generate([new([1, 2, 3], k)], options);
                    each(k);
                }
            }
        );
    }

    private static void Train(LanguageModel model, IReadOnlyList<TrainingText> texts, int steps, Action<long> each) =>
        Training.Supervised(
            model,
            null,
            texts,
            [],
            new TrainingOptions
            {
                Steps = steps,
                BatchSize = 4,
                Progress = new Each(each),
            }
        );

    /// <param name="report">Where the row goes.</param>
    /// <param name="what">What is done.</param>
    /// <param name="warmUp">How often before it counts.</param>
    /// <param name="count">How often it is watched, after the warm-up.</param>
    /// <param name="run">Does it as often as both together, and tells how often it has.</param>
    private static void Row(Report report, string what, int warmUp, int count, Action<Action<long>> run)
    {
        var (at, resident, native) = (new List<double>(), new List<double>(), new List<double>());
        run(k =>
        {
            // also while it warms up, and more often: what looks is compiled anew after 30 and after 60 calls, some 400 KB of code
            if (k % (k < warmUp ? Math.Max(1, warmUp / Looks) : count / Points) != 0)
                return;
            var (whole, taken) = (Environment.WorkingSet, NativeBytes());
            if (k < warmUp)
                return;
            at.Add(k);
            resident.Add(whole);
            native.Add(taken);
        });
        One(Judged, resident);
        if (OperatingSystem.IsLinux())
            One("native", native);

        void One(string memory, List<double> bytes)
        {
            var slope = Slope([.. at], [.. bytes]);
            report.Row(
                what,
                memory,
                Report.Number(bytes[0] / 1e6),
                Report.Number(bytes[^1] / 1e6),
                $"{Report.Number(slope.Median)} ({Report.Number(slope.Low)} to {Report.Number(slope.High)})",
                memory == Judged ? report.Verdict(slope.Low <= 0 || slope.High <= Wanted) : ""
            );
        }
    }

    /// <summary>What native code holds of malloc's memory, in heaps and in mappings of their own.</summary>
    private static double NativeBytes()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var info = Information();
        return (double)info.InUse + info.Mapped;
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern MallocInformation Information();

    // struct mallinfo2 of glibc 2.33: ten numbers of the size of a pointer
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct MallocInformation(
        nuint Arena,
        nuint FreeChunks,
        nuint FastChunks,
        nuint Mappings,
        nuint Mapped,
        nuint Unused,
        nuint FastFree,
        nuint InUse,
        nuint Free,
        nuint Top
    );

    /// <summary>Least squares, with its 95 % interval; what neighbours have in common counts once: n (1 - r) / (1 + r) moments for n, r the correlation of neighbouring residuals.</summary>
    private static Figure Slope(double[] at, double[] values)
    {
        var (n, centre, mean) = (at.Length, at.Average(), values.Average());
        var spread = at.Sum(t => (t - centre) * (t - centre));
        var slope = at.Zip(values, (t, v) => (t - centre) * (v - mean)).Sum() / spread;
        var residuals = at.Zip(values, (t, v) => v - mean - (slope * (t - centre))).ToArray();
        var squares = residuals.Sum(r => r * r);
        var neighbours = squares == 0 ? 0 : residuals.Zip(residuals.Skip(1), (a, b) => a * b).Sum() / squares;
        var together = Math.Clamp(neighbours, 0, 0.9);
        var moments = Math.Max(3, n * (1 - together) / (1 + together));
        var width = 2.02 * Math.Sqrt(squares / n / (moments - 2) * n / spread);
        return new(slope, slope - width, slope + width);
    }

    private sealed class Each(Action<long> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value.Step);
    }
}
