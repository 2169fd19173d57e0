namespace Alignment;

/// <summary>Draws a token from logits: on the CPU, in float64 and in the order of tokens, so that a draw depends on its logits alone.</summary>
public static class TokenSampler
{
    /// <summary>A token that was drawn.</summary>
    /// <param name="Token">Its number.</param>
    /// <param name="LogProbability">log p of it under the model itself: temperature 1, no token left out. In nats.</param>
    /// <param name="Margin">How much the probabilities of this step would have to change for another token to be drawn: the distance of the drawn number, of the nucleus
    /// and of the k-th probability from what would change them; at temperature 0 what the likeliest is ahead.</param>
    public readonly record struct Draw(int Token, double LogProbability, double Margin);

    /// <summary>The probabilities that a token is drawn with.</summary>
    /// <param name="logits">One a token, finite.</param>
    /// <param name="options">What is left out.</param>
    /// <returns>One a token, 0 where it is left out.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static double[] Probabilities(ReadOnlySpan<float> logits, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault is { } fault)
            throw new ArgumentException($"Sampling, {fault}.");
        return Filtered(logits, options).Probabilities;
    }

    /// <summary>Draws a token.</summary>
    /// <param name="logits">One a token, finite.</param>
    /// <param name="options">How.</param>
    /// <param name="uniform">A number from 0 to 1 that decides.</param>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public static Draw Sample(ReadOnlySpan<float> logits, SamplingOptions options, double uniform)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (probabilities, border) = Filtered(logits, options);
        var (token, margin) = (-1, border);
        var sum = 0.0;
        for (var k = 0; k < probabilities.Length; k++)
        {
            if (probabilities[k] == 0)
                continue;
            var before = sum;
            sum += probabilities[k];
            token = k;
            if (options.Temperature == 0)
                break;
            if (uniform < sum)
            {
                margin = Math.Min(margin, Math.Min(before == 0 ? 1 : uniform - before, sum - uniform));
                break;
            }
        }

        return new(token, LogProbability(logits, token), margin);
    }

    private static double LogProbability(ReadOnlySpan<float> logits, int token)
    {
        var most = Largest(logits);
        var sum = 0.0;
        foreach (var logit in logits)
            sum += Math.Exp(logit - (double)most);
        return logits[token] - (double)most - Math.Log(sum);
    }

    /// <summary>Probabilities, and how near the border of what was left out lies.</summary>
    private static (double[] Probabilities, double Border) Filtered(ReadOnlySpan<float> logits, SamplingOptions options)
    {
        var most = Largest(logits);
        if (!float.IsFinite(most))
            throw new ArithmeticException("The model's logits are not finite.");
        var p = new double[logits.Length];
        if (options.Temperature == 0)
            return Greedy(logits, p);
        var sum = 0.0;
        for (var k = 0; k < p.Length; k++)
            sum += p[k] = Math.Exp((logits[k] - (double)most) / options.Temperature);
        if (!double.IsFinite(sum))
            throw new ArithmeticException("The model's logits are not finite.");
        Scale(p, sum);
        var border = 1.0;
        if (options.TopK > 0 && options.TopK < p.Length)
            border = Math.Min(border, KeepLargest(p, options.TopK));
        if (options.TopP < 1)
            border = Math.Min(border, KeepNucleus(p, options.TopP));
        return (p, border);
    }

    private static (double[] Probabilities, double Border) Greedy(ReadOnlySpan<float> logits, double[] p)
    {
        var first = 0;
        for (var k = 1; k < logits.Length; k++)
            first = logits[k] > logits[first] ? k : first;
        p[first] = 1;
        var second = double.NegativeInfinity;
        for (var k = 0; k < logits.Length; k++)
            second = k != first && logits[k] > second ? logits[k] : second;
        var best = Math.Exp(LogProbability(logits, first));
        return (p, best * (1 - Math.Exp(second - logits[first])));
    }

    private static double KeepLargest(double[] p, int count)
    {
        var order = Descending(p, 0);
        var border = p[order[count - 1]] - p[order[count]];
        foreach (var k in order.AsSpan(count))
            p[k] = 0;
        Scale(p, p.Sum());
        return border;
    }

    private static double KeepNucleus(double[] p, double wanted)
    {
        // tokens below this all together do not reach what may be left out
        var order = Descending(p, (1 - wanted) / p.Length);
        var (sum, kept) = (0.0, 0);
        var border = 1.0;
        while (kept < order.Length && sum < wanted)
        {
            border = wanted - sum;
            sum += p[order[kept++]];
        }

        border = Math.Min(border, Math.Abs(sum - wanted));
        var keeps = new bool[p.Length];
        foreach (var k in order.AsSpan(0, kept))
            keeps[k] = true;
        for (var k = 0; k < p.Length; k++)
            p[k] = keeps[k] ? p[k] : 0;
        Scale(p, p.Sum());
        return border;
    }

    /// <summary>Tokens of at least this probability, the likeliest first, of equals the first.</summary>
    private static int[] Descending(double[] p, double least)
    {
        var order = new List<int>();
        for (var k = 0; k < p.Length; k++)
        {
            if (p[k] >= least)
                order.Add(k);
        }

        order.Sort((a, b) => p[b].CompareTo(p[a]) is var c && c != 0 ? c : a.CompareTo(b));
        return [.. order];
    }

    private static void Scale(double[] p, double sum)
    {
        for (var k = 0; k < p.Length; k++)
            p[k] /= sum;
    }

    private static float Largest(ReadOnlySpan<float> logits)
    {
        var most = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            if (!float.IsFinite(logit))
                return float.NaN;
            most = Math.Max(most, logit);
        }

        return most;
    }
}
