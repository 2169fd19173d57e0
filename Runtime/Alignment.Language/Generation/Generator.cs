using System.Runtime.InteropServices;
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
                Draw(Logits(tokens, isPadded ? paddings : null, cache, adapters));
            }

            if (_rows.All(row => row.End is not null))
                return [.. _rows.Select(row => row.Result)];
            tokens.Dispose();
            tokens = tensor(Array.ConvertAll(_rows, row => (long)row.Last), [_rows.Length, 1], device: model.Device);
        }
    }

    /// <summary>The logits behind the last token of each row, [rows, vocabulary].</summary>
    private ReadOnlySpan<float> Logits(
        Tensor tokens,
        int[]? paddings,
        KeyValueCache cache,
        IReadOnlyList<AdapterRows> adapters
    )
    {
        var added = tokens.size(1);
        var keys = cache.Length + added;
        var window = model.Config.Window is { } w && keys > w ? w : (int?)null;
        var mask =
            paddings is not null || window is not null
                ? Masks.Seen(paddings ?? new int[_rows.Length], added, keys, window, model.Type, model.Device)
                : null;
        var positions = paddings is null ? null : Positions(paddings, cache.Length, added);
        var pass = new Pass(positions, mask, cache, adapters);
        var hidden = model.Transformer.Hidden(tokens, pass);
        var last = added == 1 ? hidden : hidden.narrow(1, added - 1, 1);
        var logits = model.Transformer.Logits(last, pass).to(ScalarType.Float32).cpu();
        // of a tensor of the step's scope: it is read before that ends
        return MemoryMarshal.Cast<byte, float>(logits.bytes);
    }

    private Tensor Positions(int[] paddings, long first, long added)
    {
        var numbers = new long[paddings.Length * added];
        for (var k = 0; k < numbers.Length; k++)
            // what is padded has none, and what ended may stand beyond the context
            numbers[k] = Math.Clamp(first + (k % added) - paddings[k / added], 0, model.Config.Context - 1L);
        return tensor(numbers, [paddings.Length, added], device: model.Device);
    }

    private void Draw(ReadOnlySpan<float> logits)
    {
        var each = logits.Length / _rows.Length;
        for (var r = 0; r < _rows.Length; r++)
        {
            var row = _rows[r];
            if (row.End is not null)
                continue; // it stays in the batch, and nothing that it says counts
            var uniform = _draws.Uniform(row.Count, row.Number);
            row.Add(TokenSampler.Sample(logits.Slice(r * each, model.Drawn), options, uniform));
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
