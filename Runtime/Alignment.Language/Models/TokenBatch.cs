using static TorchSharp.torch;

namespace Alignment;

/// <summary>Rows of tokens as one tensor, shorter ones filled up behind their end: what stands there is seen by nothing before it.</summary>
internal sealed class TokenBatch : IDisposable
{
    private TokenBatch(Tensor tokens, int[] lengths) => (Tokens, Lengths) = (tokens, lengths);

    /// <summary>[rows, tokens].</summary>
    public Tensor Tokens { get; }

    /// <summary>Of each row.</summary>
    public int[] Lengths { get; }

    /// <exception cref="ArgumentException">There are no rows, or one is empty, too long, or has a token that the model does not know.</exception>
    /// <param name="model">For its vocabulary and place.</param>
    /// <param name="rows">Tokens.</param>
    /// <param name="width">Tokens a row has room for; 0 for those of the longest.</param>
    public static TokenBatch Of(LanguageModel model, IReadOnlyList<int[]> rows, int width = 0)
    {
        Check(model.Config, rows);
        var longest = Math.Max(width, rows.Max(row => row.Length));
        var numbers = new long[rows.Count * longest];
        for (var r = 0; r < rows.Count; r++)
        {
            for (var t = 0; t < rows[r].Length; t++)
                numbers[(r * longest) + t] = rows[r][t];
        }

        return new(tensor(numbers, [rows.Count, longest], device: model.Device), [.. rows.Select(row => row.Length)]);
    }

    public static void Check(ModelConfig config, IReadOnlyList<int[]> rows)
    {
        if (rows.Count == 0)
            throw new ArgumentException("Expected at least one row of tokens, got none.");
        for (var r = 0; r < rows.Count; r++)
        {
            if (rows[r].Length == 0)
                throw new ArgumentException($"Row {r} is empty; expected at least one token.");
            if (rows[r].Length > config.Context)
                throw new ArgumentException(
                    $"Row {r} has {Quote.Count(rows[r].Length)} tokens, and the model takes at most {Quote.Count(config.Context)}; shorten it."
                );
            foreach (var token in rows[r])
            {
                if (token < 0 || token >= config.Vocabulary)
                    throw new ArgumentException(
                        $"Row {r}: expected tokens from 0 to {Quote.Count(config.Vocabulary - 1)}, got {token}."
                    );
            }
        }
    }

    public void Dispose() => Tokens.Dispose();
}
