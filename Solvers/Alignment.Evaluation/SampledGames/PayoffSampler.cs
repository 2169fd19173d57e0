namespace Alignment;

/// <summary>Plays one game between two strategies and says what the row player got: a function of these three numbers alone.</summary>
/// <param name="row">Which strategy the row player plays, from 0.</param>
/// <param name="column">Which the column player.</param>
/// <param name="sample">Which game of the pair, from 0; no two are the same game.</param>
public delegate double PayoffSampler(int row, int column, long sample);

/// <summary>Samplers for simulations: games of which the truth is known.</summary>
public static class PayoffSamplers
{
    private const long MostStrategies = 1 << 20;

    /// <summary>Every game is won with the probability of its pair: payoff 1, else 0.</summary>
    /// <remarks>Game k of row i and column j is the draw at step k and index i 2^20 + j: growing the table changes none.</remarks>
    /// <param name="chances">Row against column, from 0 to 1.</param>
    /// <param name="stream">Source of all draws.</param>
    /// <exception cref="ArgumentException">A chance is not a probability, or there are more than 2^20 strategies.</exception>
    public static PayoffSampler Bernoulli(double[,] chances, RandomStream stream)
    {
        ArgumentNullException.ThrowIfNull(chances);
        foreach (var chance in chances)
        {
            if (!(chance >= 0 && chance <= 1))
                throw new ArgumentException(
                    $"Bernoulli payoffs: expected chances from 0 to 1, got {Text.Number(chance)}."
                );
        }

        if (chances.GetLength(0) > MostStrategies || chances.GetLength(1) > MostStrategies)
            throw new ArgumentException($"Bernoulli payoffs: expected at most {MostStrategies} strategies a player.");
        var own = (double[,])chances.Clone();
        return (row, column, sample) =>
            stream.Uniform(sample, (row * MostStrategies) + column) < own[row, column] ? 1 : 0;
    }
}
