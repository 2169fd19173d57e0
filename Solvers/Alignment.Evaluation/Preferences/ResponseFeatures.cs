namespace Alignment;

/// <summary>Responses as lists of features, and what linear scorers say of them.</summary>
/// <remarks>
/// <para>Draws: feature k of response i lies at step i, index k of the stream, so more responses change none of the others.</para>
/// <para>Errors: no responses, no features, a scorer of another number of features.</para>
/// </remarks>
public sealed record ResponseFeatures
{
    private ResponseFeatures(int features, ValueList<double> values) => (Features, Values) = (features, values);

    /// <summary>Features a response.</summary>
    public int Features { get; }

    /// <summary>The features, response by response.</summary>
    public ValueList<double> Values { get; }

    /// <summary>Number of responses.</summary>
    public int Count => Values.Count / Features;

    /// <summary>Responses of independent standard normal features, as those that a <see cref="LinearScorer"/> labels.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="features">Features of each, at least 1.</param>
    /// <param name="stream">Draws them.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static ResponseFeatures Normal(int count, int features, RandomStream stream)
    {
        if (count < 1 || features < 1)
            throw new ArgumentException(
                $"Responses: expected at least one response of at least one feature, got {count} of {features}."
            );
        return new(
            features,
            Enumerable.Range(0, count * features).Select(k => stream.Normal(k / features, k % features)).ToValueList()
        );
    }

    /// <summary>The score of each response: the sum of weight times feature.</summary>
    /// <param name="weights">A weight each feature.</param>
    /// <exception cref="ArgumentException">There is not a weight for each feature.</exception>
    public double[] Scores(IEnumerable<double> weights)
    {
        double[] w = [.. weights];
        if (w.Length != Features)
            throw new ArgumentException($"Responses: expected {Features} weights, got {w.Length}.");
        var scores = new double[Count];
        for (var k = 0; k < Values.Count; k++)
            scores[k / Features] += w[k % Features] * Values[k];
        return scores;
    }
}
