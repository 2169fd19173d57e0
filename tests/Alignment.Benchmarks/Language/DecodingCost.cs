using System.Diagnostics;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>Decoding against the time in which its weights stream by, and batches against their matrix products.</summary>
internal static class DecodingCost
{
    private const double WantedOfStream = 2.5;
    private const double WantedOfRate = 50; // percent

    public static void Write(Report report, bool smoke)
    {
        var config = LanguageCase.Decoded(smoke);
        var (tokens, rounds) = smoke ? (4, 1) : (32, 11);
        report.Section("A token against its weights' way through the processor, batch 1");
        report.Paragraph(
            $"{LanguageCase.Describe(config)}, random. A token: a call of `Generate` from a prompt of one token, {tokens} tokens at temperature 1 over the whole vocabulary, divided by their number; drawing and the room for keys and values are inside. Beside it, in turn, the sum over an array as large as the weights, as many threads; it is read as float32 whatever the weights are. Products: the linear layers and the head replayed alone by LibTorch's kernels, which take longer for one row than those of this library."
        );
        report.Paragraph(
            $"Floor: all weights pass once. Expected: the product of one row takes them as fast as they come, 1.0; {12 + (40 * config.Layers)} operations of about 4 us, without what hands it its tensors, add {Report.Number((12 + (40 * config.Layers)) * 4e-3)} ms to some 12 in float32: about 1.1. In bfloat16 half the bytes and the same operations: about 1.2."
        );
        report.Header(
            "weights",
            "MB",
            "threads",
            "ms a token",
            "ms to stream the weights",
            "GB/s",
            "token / stream",
            "wanted at most",
            "verdict",
            "ms for its products",
            "token / products"
        );
        var folder = Directory.CreateTempSubdirectory("align-bench-").FullName;
        try
        {
            using (var model = LanguageModel.Create(config, 1))
                model.Save(folder);
            foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
            {
                foreach (var threads in smoke ? [1] : new[] { 1, 2 })
                    One(report, folder, type, threads, tokens, Counted(rounds, threads));
            }

            report.Section("Batches against their matrix products");
            report.Paragraph(
                $"The same model and call, float32, {tokens} tokens; the linear layers and the head at [rows, in] x [in, out] replayed alone in turn."
            );
            report.Paragraph(
                "Floor: the products. Expected: at this size they take some 30 ms on one thread; operations and 32 draws from the vocabulary 2 or 3: about 90 %."
            );
            report.Header(
                "rows",
                "threads",
                "ms a step",
                "ms for its products",
                "% of the products' rate",
                "wanted",
                "verdict",
                "GFLOP/s of products",
                "tokens/s"
            );
            foreach (var threads in smoke ? [1] : new[] { 1, 2 })
                Batch(report, folder, rows: 32, threads, tokens, Counted(rounds, threads));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void One(Report report, string folder, ScalarType type, int threads, int tokens, int rounds)
    {
        using var model = Load(folder, type, threads);
        var bytes = model.Config.Parameters * (type == ScalarType.BFloat16 ? 2 : 4);
        using var products = MatrixProducts.OfDecoding(model.Config, 1, type);
        using var weights = ones(bytes / sizeof(float));
        var times = Turns(
            rounds,
            () => Decode(model, 1, tokens),
            () =>
            {
                using var sum = weights.sum();
            },
            products.Run
        );
        var token = times[0].Select(ms => ms / tokens).ToArray();
        var ratio = Figure.OfRatio(token, times[1]);
        report.Row(
            type == ScalarType.Float32 ? "float32" : "bfloat16",
            Report.Number(bytes / 1e6),
            $"{threads}",
            Report.Number(Figure.Of(token)),
            Report.Number(Figure.Of(times[1])),
            Report.Number(bytes / 1e6 / Figure.Of(times[1]).Median),
            Report.Number(ratio),
            Report.Number(WantedOfStream),
            report.Verdict(ratio.Median <= WantedOfStream),
            Report.Number(Figure.Of(times[2])),
            Report.Number(Figure.OfRatio(token, times[2]))
        );
    }

    private static void Batch(Report report, string folder, int rows, int threads, int tokens, int rounds)
    {
        using var model = Load(folder, ScalarType.Float32, threads);
        using var products = MatrixProducts.OfDecoding(model.Config, rows, ScalarType.Float32);
        var times = Turns(rounds, () => Decode(model, rows, tokens), products.Run);
        var step = times[0].Select(ms => ms / tokens).ToArray();
        var share = Figure.Of(step.Zip(times[1], (ours, theirs) => 100 * theirs / ours));
        report.Row(
            $"{rows}",
            $"{threads}",
            Report.Number(Figure.Of(step)),
            Report.Number(Figure.Of(times[1])),
            Report.Number(share),
            Report.Number(WantedOfRate),
            report.Verdict(share.Median >= WantedOfRate),
            Report.Number(products.Flops / 1e6 / Figure.Of(times[1]).Median),
            Report.Number(rows * 1e3 / Figure.Of(step).Median)
        );
    }

    public static void Decode(LanguageModel model, int rows, int tokens) =>
        model.Generate(LanguageCase.Requests(rows), new SamplingOptions { MaxNewTokens = tokens });

    /// <summary>Milliseconds of each, in turn, after two rounds that do not count.</summary>
    public static double[][] Turns(int rounds, params Action[] actions)
    {
        const int WarmUp = 2;
        var times = actions.Select(_ => new double[rounds]).ToArray();
        for (var round = -WarmUp; round < rounds; round++)
        {
            for (var k = 0; k < actions.Length; k++)
            {
                var clock = Stopwatch.StartNew();
                actions[k]();
                if (round >= 0)
                    times[k][round] = clock.Elapsed.TotalMilliseconds;
            }
        }

        return times;
    }

    private static int Counted(int rounds, int threads) => threads == 1 ? rounds : (rounds + 1) / 2;

    private static LanguageModel Load(string folder, ScalarType type, int threads) =>
        LanguageModel.Load(
            folder,
            new ModelOptions
            {
                Threads = threads,
                Precision = type == ScalarType.BFloat16 ? WeightPrecision.BFloat16 : WeightPrecision.Float32,
            }
        );
}
