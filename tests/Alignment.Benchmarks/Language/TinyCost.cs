using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>What a token of a tiny model costs: operations, and not their numbers.</summary>
internal static class TinyCost
{
    // two norms' two each, two turns, two copies into the cache, two sums
    private const int InPlaceOfLayer = 10;
    private const int InPlaceOfLast = 2; // the last norm

    public static void Write(Report report, bool smoke)
    {
        var config = LanguageCase.Tiny(smoke);
        var (tokens, rounds) = smoke ? (4, 1) : (128, 15);
        report.Section("Tiny models");
        report.Paragraph(
            $"{LanguageCase.Describe(config)}, float32, one thread, {tokens} tokens from a prompt of one. Operations: calls of LibTorch for a token, views included; those that hand out a tensor are counted as they run, and {InPlaceOfLayer} a layer and {InPlaceOfLast} more work in place."
        );
        report.Paragraph(
            $"Expected: {12 + (40 * config.Layers)} operations of 2 to 5 us for a token, 0.3 to 0.9 ms, of which products are a fifth, and for one row two that take no time for each product; a batch costs little more than one row until its numbers count."
        );
        report.Header("rows", "us a step", "operations a step", "us an operation", "tokens/s", "us for its products");
        using var model = LanguageModel.Create(config, 1);
        foreach (var rows in new[] { 1, 8, 32 })
        {
            using var products = MatrixProducts.OfDecoding(config, rows, ScalarType.Float32);
            var times = DecodingCost.Turns(rounds, () => DecodingCost.Decode(model, rows, tokens), products.Run);
            var step = Figure.Of(times[0].Select(ms => 1e3 * ms / tokens));
            var operations = (Operations(model, rows, 2 * tokens) - Operations(model, rows, tokens)) / (double)tokens;
            operations += (InPlaceOfLayer * config.Layers) + InPlaceOfLast;
            report.Row(
                $"{rows}",
                Report.Number(step),
                Report.Number(operations),
                Report.Number(step.Median / operations),
                Report.Number(rows * 1e6 / step.Median),
                Report.Number(Figure.Of(times[1].Select(ms => 1e3 * ms)))
            );
        }
    }

    private static long Operations(LanguageModel model, int rows, int tokens)
    {
        var before = Made();
        DecodingCost.Decode(model, rows, tokens);
        return Made() - before;
    }

    private static long Made()
    {
        var tensors = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics;
        return tensors.CreatedInScopeCount + tensors.CreatedOutsideScopeCount;
    }
}
