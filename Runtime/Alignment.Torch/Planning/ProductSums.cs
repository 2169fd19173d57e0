namespace Alignment.Torch;

/// <summary>Turns a product and the sum or difference that alone uses it into one statement: x + y z, as every step along a gradient has.</summary>
internal static class ProductSums
{
    /// <summary>Shortens a section.</summary>
    /// <param name="section">Its statements, before memory is laid out: a temporary is still written for one value only.</param>
    /// <param name="results">Storages that are read after the section.</param>
    public static void Join(List<Instruction> section, HashSet<Storage> results)
    {
        var writers = section.SelectMany(i => i.Writes.Select(w => (w.Storage, i))).ToLookup(x => x.Storage, x => x.i);
        var readers = section.SelectMany(i => i.Reads.Select(r => (r.Storage, i))).ToLookup(x => x.Storage, x => x.i);
        var dropped = new HashSet<Instruction>();
        for (var k = 0; k < section.Count; k++)
        {
            foreach (var position in Positions(section[k]))
            {
                var term = section[k].Reads[position];
                var isAlone =
                    !term.Storage.Permanent && !results.Contains(term.Storage) && readers[term.Storage].Count() == 1;
                if (
                    !isAlone
                    || writers[term.Storage].ToArray() is not [{ Function: Function.Multiply } product]
                    || !product.Writes[0].Equals(term)
                )
                    continue;
                var joined = Instruction.ProductSum(section[k], position, product);
                if (joined is null || IsOverwritten(product, section, k))
                    continue;
                section[k] = joined;
                dropped.Add(product);
                break;
            }
        }

        section.RemoveAll(dropped.Contains);
    }

    // the product may be either term of a sum, but only what is taken away in a difference
    private static int[] Positions(Instruction sum) =>
        sum.Function switch
        {
            Function.Add => [1, 0],
            Function.Subtract => [1],
            _ => [],
        };

    // the factors must still be what they were when the product was to be computed
    private static bool IsOverwritten(Instruction product, List<Instruction> section, int end) =>
        section
            .Take(end)
            .SkipWhile(i => i != product)
            .Skip(1)
            .Any(i => i.Writes.Any(w => product.Reads.Any(r => r.Storage == w.Storage)));
}
