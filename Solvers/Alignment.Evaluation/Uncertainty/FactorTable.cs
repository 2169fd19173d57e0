namespace Alignment;

/// <summary>Counts of answers with the factors in an attribution's order: entropies given any set of them.</summary>
internal sealed class FactorTable
{
    private readonly int[] _sizes;
    private readonly int _answers;

    /// <summary>Counts, combinations in the order of <paramref name="factors"/>.</summary>
    public FactorTable(AnswerCounts counts, ValueList<Axis> factors)
    {
        _sizes = [.. factors.Select(f => f.Size)];
        _answers = counts.Answers.Size;
        Counts = new int[counts.Counts.Count];
        int[] places = [.. factors.Select(f => counts.Factors.IndexOf(f))];
        for (var z = 0; z < counts.Combinations; z++)
        {
            var to = 0;
            for (var k = 0; k < places.Length; k++)
                to = (to * _sizes[k]) + counts.Level(z, places[k]);
            for (var y = 0; y < _answers; y++)
                Counts[(to * _answers) + y] = counts.At(z, y);
        }

        Samples = counts.Samples;
    }

    private FactorTable(FactorTable like, int[] counts) =>
        (_sizes, _answers, Samples, Counts) = (like._sizes, like._answers, like.Samples, counts);

    /// <summary>The counts, answers fastest.</summary>
    public int[] Counts { get; }

    /// <summary>Their sum.</summary>
    public long Samples { get; }

    /// <summary>Number of answers.</summary>
    public int Answers => _answers;

    /// <summary>Number of levels of a factor.</summary>
    public int Levels(int factor) => _sizes[factor];

    /// <summary>Number of combinations of a set of factors.</summary>
    public int Cells(int set) =>
        Enumerable.Range(0, _sizes.Length).Where(k => IsIn(set, k)).Aggregate(1, (n, k) => n * _sizes[k]);

    /// <summary>How far apart combinations lie that differ by one level of a factor.</summary>
    public int Stride(int factor) => _sizes.Skip(factor + 1).Aggregate(1, (n, size) => n * size);

    /// <summary>Other counts over the same factors.</summary>
    public FactorTable With(int[] counts) => new(this, counts);

    /// <summary>Which combination of a set's factors a combination of all belongs to.</summary>
    public int Project(int combination, int set)
    {
        var (at, place) = (0, 1);
        for (var k = _sizes.Length - 1; k >= 0; k--)
        {
            if (IsIn(set, k))
            {
                at += combination % _sizes[k] * place;
                place *= _sizes[k];
            }

            combination /= _sizes[k];
        }

        return at;
    }

    /// <summary>H(Y | a set of factors): the mean over its combinations, weighted by samples.</summary>
    public double Entropy(int set, EntropyEstimator estimator)
    {
        var cells = new int[Cells(set) * _answers];
        for (var z = 0; z < Counts.Length / _answers; z++)
        {
            var to = Project(z, set) * _answers;
            for (var y = 0; y < _answers; y++)
                cells[to + y] += Counts[(z * _answers) + y];
        }

        var sum = 0.0;
        for (var s = 0; s < cells.Length; s += _answers)
        {
            var estimate = EntropyEstimate.Of(cells.AsSpan(s, _answers));
            if (estimate.Samples > 0)
                sum += estimate.Samples * estimate.By(estimator);
        }

        return sum / Samples;
    }

    /// <summary>What a factor tells, the mean over the turns in which it may be told.</summary>
    public double Gain(ValueList<FactorTurn> turns, int factor, EntropyEstimator estimator)
    {
        var sum = 0.0;
        foreach (var turn in turns)
            sum += turn.Share * (Entropy(turn.Known, estimator) - Entropy(turn.Known | (1 << factor), estimator));
        return sum;
    }

    private static bool IsIn(int set, int factor) => (set & (1 << factor)) != 0;
}
