using System.Diagnostics;

namespace Alignment.Benchmarks;

/// <summary>The training step against its matrix products by themselves.</summary>
internal static class TrainingCost
{
    private const double Wanted = 2;

    public static void Write(Report report, bool smoke)
    {
        var config = LanguageCase.Trained(smoke);
        var (rows, tokens, rounds) = smoke ? (2, 16, 1) : (8, 256, 9);
        report.Section("A training step against its matrix products");
        report.Paragraph(
            $"{LanguageCase.Describe(config)}, {rows} texts of {tokens} tokens a step, float32: forward, the loss as an expression, backward, clipping, AdamW. After each step the list of its products is replayed: every linear layer and the head forward and backward (three products each), attention's scores and values forward and backward (six products of {rows * config.Heads} matrices; without regard to what the causal mask would spare)."
        );
        Expected(report, config, rows, tokens);
        report.Header(
            "threads",
            "ms a step",
            "ms for its products",
            "step / products",
            "wanted at most",
            "verdict",
            "step / products of linear layers and head alone",
            "products",
            "GFLOP",
            "GFLOP/s in the step",
            "GFLOP/s of products"
        );
        foreach (var threads in smoke ? [1] : new[] { 1, 2 })
        {
            using var model = LanguageModel.Create(config, 1, new ModelOptions { Threads = threads });
            using var all = MatrixProducts.OfTraining(config, rows, tokens, attention: true);
            using var linear = MatrixProducts.OfTraining(config, rows, tokens, attention: false);
            var counted = threads == 1 ? rounds : (rounds + 1) / 2;
            var replay = new Replay([all, linear]);
            Training.Supervised(
                model,
                null,
                LanguageCase.Texts(config, rows, tokens + 1),
                [],
                new TrainingOptions
                {
                    Steps = counted + replay.WarmUp,
                    BatchSize = rows,
                    Progress = replay,
                }
            );
            var (step, products) = (Figure.Of(replay.Steps), Figure.Of(replay.Products[0]));
            var ratio = Figure.OfRatio([.. replay.Steps], [.. replay.Products[0]]);
            report.Row(
                $"{threads}",
                Report.Number(step),
                Report.Number(products),
                Report.Number(ratio),
                Report.Number(Wanted),
                report.Verdict(ratio.Median <= Wanted),
                Report.Number(Figure.OfRatio([.. replay.Steps], [.. replay.Products[1]])),
                $"{all.Count}",
                Report.Number(all.Flops / 1e9),
                Report.Number(all.Flops / 1e6 / step.Median),
                Report.Number(all.Flops / 1e6 / products.Median)
            );
        }
    }

    private static void Expected(Report report, ModelConfig c, int rows, int tokens)
    {
        var (states, inner, logits) = (
            (double)rows * tokens * c.Hidden,
            (double)rows * tokens * c.Inner,
            (double)rows * tokens * c.Vocabulary
        );
        // reads and writes of a tensor by what is no product, forward and backward
        const int norms = 2 * 16;
        const int turns = 2 * 8;
        const int residuals = 2 * 3;
        const int gates = 14;
        const int scores = 10;
        const int optimizer = 20;
        var bytes =
            sizeof(float)
            * (
                (c.Layers * (((norms + turns + residuals) * states) + (gates * inner)))
                + (scores * logits)
                + (optimizer * (double)c.Parameters)
            );
        const double bandwidth = 10; // GB/s, between cache and memory
        report.Paragraph(
            $"Floor: the products. Expected above it, by counting passes: what is no product reads and writes its tensors {norms} times for a layer's two norms, {turns} for turning queries and keys, {residuals} for its two sums, {gates} for its gate, {scores} times the logits, {optimizer} times the parameters for clipping and AdamW. That is {Report.Number(bytes / 1e9)} GB, {Report.Number(bytes / 1e6 / bandwidth)} ms at {bandwidth} GB/s; with products at 100 GFLOP/s that makes the step about 1.2 times its products on one thread, and what LibTorch makes again on the way back through attention comes on top. On two free processors both halves shrink alike."
        );
    }

    /// <summary>Between two steps it runs the products, so that both see the same machine.</summary>
    private sealed class Replay(MatrixProducts[] lists) : IProgress<TrainingProgress>
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();

        /// <summary>Steps that do not count.</summary>
        public int WarmUp => 2;

        /// <summary>Milliseconds by round.</summary>
        public List<double> Steps { get; } = [];

        public List<double>[] Products { get; } = [.. lists.Select(_ => new List<double>())];

        public void Report(TrainingProgress value)
        {
            var step = _clock.Elapsed.TotalMilliseconds;
            if (value.Step > WarmUp)
                Steps.Add(step);
            for (var k = 0; k < lists.Length; k++)
            {
                _clock.Restart();
                lists[k].Run();
                if (value.Step > WarmUp)
                    Products[k].Add(_clock.Elapsed.TotalMilliseconds);
            }

            _clock.Restart();
        }
    }
}
