namespace Alignment;

/// <summary>Tables as they would be if a factor told nothing: its levels shuffled among samples that are alike in other factors.</summary>
internal sealed class FactorShuffles
{
    private readonly FactorTable _table;
    private readonly RandomStream _stream;
    private readonly int _stride;
    private readonly int _levels;
    private readonly (int Combination, int Answer)[][] _strata;

    /// <summary>Shuffles of a factor within the combinations of a set of other factors.</summary>
    public FactorShuffles(FactorTable table, int factor, int within, RandomStream stream)
    {
        (_table, _stream) = (table, stream);
        (_stride, _levels) = (table.Stride(factor), table.Levels(factor));
        var strata = Enumerable.Range(0, table.Cells(within)).Select(_ => new List<(int, int)>()).ToArray();
        for (var k = 0; k < table.Counts.Length; k++)
        {
            var (z, y) = (k / table.Answers, k % table.Answers);
            strata[table.Project(z, within)].AddRange(Enumerable.Repeat((z, y), table.Counts[k]));
        }

        _strata = [.. strata.Select(s => s.ToArray())];
    }

    /// <summary>Shuffle r: each sample keeps its answer and its other factors, and gets the level of another sample of its stratum.</summary>
    public FactorTable Shuffled(int replicate)
    {
        var counts = new int[_table.Counts.Length];
        for (var s = 0; s < _strata.Length; s++)
        {
            var samples = _strata[s];
            var order = _stream.Permutation(samples.Length, replicate, s);
            for (var k = 0; k < samples.Length; k++)
            {
                var (z, y) = samples[k];
                var moved = z + ((Level(samples[order[k]].Combination) - Level(z)) * _stride);
                counts[(moved * _table.Answers) + y]++;
            }
        }

        return _table.With(counts);
    }

    private int Level(int combination) => combination / _stride % _levels;
}
