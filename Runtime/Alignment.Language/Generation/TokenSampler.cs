using System.Buffers;
using System.Numerics;
using Alignment.Runtime.Host;

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
        if (options.Fault() is { } fault)
            throw new ArgumentException($"Sampling, {fault}.");
        var probabilities = new double[logits.Length];
        Filter(logits, options, probabilities);
        return probabilities;
    }

    /// <summary>Draws a token.</summary>
    /// <param name="logits">One a token, finite.</param>
    /// <param name="options">How.</param>
    /// <param name="uniform">A number from 0 to 1 that decides.</param>
    /// <exception cref="ArithmeticException">A logit is not finite.</exception>
    public static Draw Sample(ReadOnlySpan<float> logits, SamplingOptions options, double uniform)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rented = ArrayPool<double>.Shared.Rent(logits.Length);
        try
        {
            return Sample(logits, options, uniform, rented.AsSpan(0, logits.Length));
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    private static Draw Sample(
        ReadOnlySpan<float> logits,
        SamplingOptions options,
        double uniform,
        Span<double> probabilities
    )
    {
        var (border, logSum) = Filter(logits, options, probabilities);
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

        return new(token, logits[token] - logSum, margin);
    }

    /// <summary>Gives probabilities; how near the border of what was left out lies, and the logarithm of the sum of the logits' exponentials.</summary>
    private static (double Border, double LogSum) Filter(
        ReadOnlySpan<float> logits,
        SamplingOptions options,
        Span<double> p
    )
    {
        var most = Largest(logits);
        if (!float.IsFinite(most))
            throw new ArithmeticException("The model's logits are not finite.");
        var plain = Exponentials(logits, most, 1, p);
        var logSum = most + Math.Log(plain);
        if (options.Temperature == 0)
            return (Greedy(logits, logSum, p), logSum);
        var sum = options.Temperature == 1 ? plain : Exponentials(logits, most, options.Temperature, p);
        if (!double.IsFinite(sum))
            throw new ArithmeticException("The model's logits are not finite.");
        Scale(p, sum);
        var border = 1.0;
        if (options.TopK > 0 && options.TopK < p.Length)
            border = Math.Min(border, KeepLargest(p, options.TopK));
        if (options.TopP < 1)
            border = Math.Min(border, KeepNucleus(p, options.TopP));
        return (border, logSum);
    }

    /// <summary>exp((logit - most) / temperature) of each, and their sum in order: the bits depend neither on a token's place nor on vectors' width.</summary>
    private static double Exponentials(ReadOnlySpan<float> logits, double most, double temperature, Span<double> into)
    {
        for (var k = 0; k < logits.Length; k++)
            into[k] = (logits[k] - most) / temperature;
        var width = Vector<double>.Count;
        var whole = logits.Length - (logits.Length % width);
        for (var k = 0; k < whole; k += width)
            VectorMath.ExpDown(new Vector<double>(into.Slice(k, width))).CopyTo(into.Slice(k, width));
        if (whole < logits.Length)
        {
            // what is left over fills a vector of its own
            Span<double> rest = stackalloc double[width];
            into[whole..].CopyTo(rest);
            VectorMath.ExpDown(new Vector<double>(rest)).CopyTo(rest);
            rest[..(logits.Length - whole)].CopyTo(into[whole..]);
        }

        return Sum(into);
    }

    private static double Greedy(ReadOnlySpan<float> logits, double logSum, Span<double> p)
    {
        var first = 0;
        for (var k = 1; k < logits.Length; k++)
            first = logits[k] > logits[first] ? k : first;
        p.Clear();
        p[first] = 1;
        var second = double.NegativeInfinity;
        for (var k = 0; k < logits.Length; k++)
            second = k != first && logits[k] > second ? logits[k] : second;
        return Math.Exp(logits[first] - logSum) * (1 - Math.Exp(second - logits[first]));
    }

    private static double KeepLargest(Span<double> p, int count)
    {
        var order = Descending(p, 0);
        var border = p[order[count - 1]] - p[order[count]];
        foreach (var k in order.AsSpan(count))
            p[k] = 0;
        Scale(p, Sum(p));
        return border;
    }

    private static double KeepNucleus(Span<double> p, double wanted)
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
        Scale(p, Sum(p));
        return border;
    }

    /// <summary>Tokens of at least this probability, the likeliest first, of equals the first.</summary>
    private static int[] Descending(ReadOnlySpan<double> p, double least)
    {
        var order = new List<(double Probability, int Token)>();
        for (var k = 0; k < p.Length; k++)
        {
            if (p[k] >= least)
                order.Add((p[k], k));
        }

        order.Sort(
            (a, b) => b.Probability.CompareTo(a.Probability) is var c && c != 0 ? c : a.Token.CompareTo(b.Token)
        );
        return [.. order.Select(o => o.Token)];
    }

    private static double Sum(ReadOnlySpan<double> p)
    {
        var sum = 0.0;
        foreach (var number in p)
            sum += number;
        return sum;
    }

    private static void Scale(Span<double> p, double sum)
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
            most = logit > most ? logit : most;
        }

        return most;
    }
}
