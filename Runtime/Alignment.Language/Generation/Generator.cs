using static TorchSharp.torch;

namespace Alignment;

/// <summary>Continues a batch of texts, token by token.</summary>
internal sealed class Generator(
    LanguageModel model,
    IReadOnlyList<GenerationRequest> requests,
    SamplingOptions options,
    IProgress<DrawnToken>? observer = null
)
{
    private readonly RandomStream _draws = new(options.Seed, "tokens");
    private readonly HashSet<int> _ends = [.. model.Config.Ends, .. options.Stops];
    private readonly RowInProgress[] _rows = [.. requests.Select(r => new RowInProgress(r))];

    public Generated[] Run(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var longest = requests.Max(r => r.Prompt.Count);
        var room = Math.Min(longest + options.MaxNewTokens, model.Config.Context + longest);
        using var cache = new KeyValueCache(model.Config, _rows.Length, room, model.Type, model.Device);
        var adapters = model.Uses(requests);
        int[] paddings = [.. requests.Select(r => longest - r.Prompt.Count)];
        var tokens = Padded(longest, paddings);
        var isPadded = paddings.Any(p => p > 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (NewDisposeScope())
            {
                Draw(Logits(tokens, paddings, isPadded, cache, adapters));
            }

            if (_rows.All(row => row.End is not null))
                return [.. _rows.Select(row => row.Result)];
            tokens.Dispose();
            tokens = tensor(_rows.Select(row => (long)row.Last).ToArray(), [_rows.Length, 1], device: model.Device);
        }
    }

    /// <summary>The logits behind the last token of each row, [rows, vocabulary].</summary>
    private float[] Logits(
        Tensor tokens,
        int[] paddings,
        bool isPadded,
        KeyValueCache cache,
        IReadOnlyList<AdapterRows> adapters
    )
    {
        var (added, keys) = (tokens.shape[1], cache.Length + tokens.shape[1]);
        var window = model.Config.Window is { } w && keys > w ? w : (int?)null;
        var mask = isPadded || window is not null ? Masks.Seen(paddings, added, keys, window, model.Device) : null;
        var positions = tensor(
            // what ended may stand beyond the context
            paddings
                .SelectMany(p =>
                    Enumerable
                        .Range(0, (int)added)
                        .Select(t => Math.Clamp(cache.Length + t - p, 0, model.Config.Context - 1L))
                )
                .ToArray(),
            [paddings.Length, added],
            device: model.Device
        );
        var pass = new Pass(positions, mask, cache, adapters);
        var hidden = model.Transformer.Hidden(tokens, pass);
        var last = hidden.narrow(1, added - 1, 1).squeeze(1);
        return model.Transformer.Logits(last, pass).to(ScalarType.Float32).cpu().data<float>().ToArray();
    }

    private void Draw(float[] logits)
    {
        var each = logits.Length / _rows.Length;
        for (var r = 0; r < _rows.Length; r++)
        {
            var row = _rows[r];
            if (row.End is not null)
                continue; // it stays in the batch, and nothing that it says counts
            var uniform = _draws.Uniform(row.Count, row.Number);
            row.Add(TokenSampler.Sample(logits.AsSpan(r * each, model.Drawn), options, uniform));
            row.End =
                _ends.Contains(row.Last) ? GenerationEnd.Stop
                : row.Repeats(options.RepetitionStop) ? GenerationEnd.Repetition
                : row.Count == options.MaxNewTokens ? GenerationEnd.Length
                : row.Length >= model.Config.Context ? GenerationEnd.Context
                : null;
            observer?.Report(new(r, row.Last));
        }
    }

    private Tensor Padded(int longest, int[] paddings)
    {
        var numbers = new long[_rows.Length * longest];
        for (var r = 0; r < _rows.Length; r++)
        {
            for (var t = 0; t < requests[r].Prompt.Count; t++)
                numbers[(r * longest) + paddings[r] + t] = requests[r].Prompt[t];
        }

        return tensor(numbers, [_rows.Length, longest], device: model.Device);
    }
}
