namespace Alignment;

/// <summary>What is known of ratings before any game, so that few or one-sided games still give finite ratings.</summary>
public abstract record RatingPrior
{
    private RatingPrior() { }

    /// <summary>Nothing: maximum likelihood.</summary>
    public static RatingPrior None { get; } = new Nothing();

    /// <summary>Ratings are normal around 0, independently of each other.</summary>
    /// <param name="standardDeviation">In natural units (log-odds), from 1e-6 to 1e6; 1 is 174 Elo points.</param>
    /// <exception cref="ArgumentException">It is out of range.</exception>
    public static RatingPrior Gaussian(double standardDeviation) =>
        standardDeviation is >= 1e-6 and <= 1e6
            ? new Normal(standardDeviation)
            : throw Wrong("a standard deviation", standardDeviation);

    /// <summary>Every pair has met before, and won <paramref name="wins"/> games each.</summary>
    /// <param name="wins">Games, from 1e-6 to 1e6; need not be whole.</param>
    /// <exception cref="ArgumentException">It is out of range.</exception>
    public static RatingPrior PseudoCounts(double wins) =>
        wins is >= 1e-6 and <= 1e6 ? new Counts(wins) : throw Wrong("a number of wins", wins);

    /// <summary>One of three results, by which prior it is.</summary>
    public abstract T Fold<T>(Func<T> none, Func<double, T> gaussian, Func<double, T> pseudoCounts);

    private static ArgumentException Wrong(string what, double got) =>
        new($"Rating prior: expected {what} from 1e-6 to 1e6, got {Text.Number(got)}.");

    private sealed record Nothing : RatingPrior
    {
        public override T Fold<T>(Func<T> none, Func<double, T> gaussian, Func<double, T> pseudoCounts) => none();

        public override string ToString() => "no prior";
    }

    private sealed record Normal(double StandardDeviation) : RatingPrior
    {
        public override T Fold<T>(Func<T> none, Func<double, T> gaussian, Func<double, T> pseudoCounts) =>
            gaussian(StandardDeviation);

        public override string ToString() =>
            $"ratings normal around 0 with standard deviation {Text.Number(StandardDeviation)} (natural units)";
    }

    private sealed record Counts(double Wins) : RatingPrior
    {
        public override T Fold<T>(Func<T> none, Func<double, T> gaussian, Func<double, T> pseudoCounts) =>
            pseudoCounts(Wins);

        public override string ToString() => $"{Text.Number(Wins)} wins more of everyone against everyone";
    }
}
