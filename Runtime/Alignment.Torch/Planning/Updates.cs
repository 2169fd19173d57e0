namespace Alignment.Torch;

/// <summary>Turns sums into matrix products that are added in place, y = beta y + alpha M v, where one term need not be kept.</summary>
/// <remarks>
/// On small tensors a product costs half of what a sum costs: it skips the machinery that plans loops over any shape. So x + y is x plus the
/// matrix of one column y times the vector 1, which rounds as the sum does. What alone makes a term, its scale or its own product with a
/// matrix, is done by the same statement.
/// </remarks>
internal sealed class Updates
{
    /// <summary>Elements up to which it is worthwhile; far larger tensors are for several threads.</summary>
    public const long Most = 4096;

    private readonly Section _section;
    private readonly Emitter _emitter;

    private Updates(Section section, Emitter emitter) => (_section, _emitter) = (section, emitter);

    /// <summary>One term of a sum.</summary>
    /// <param name="X">What is added, as it lies.</param>
    /// <param name="Factor">What it is multiplied by.</param>
    /// <param name="Scale">A tensor of one element that it is multiplied by too.</param>
    /// <param name="Source">The statement that made the term of X, and is not needed any more.</param>
    private sealed record Term(Operand X, Factor Factor, Operand? Scale = null, Instruction? Source = null);

    /// <summary>A product that is added: to y, over what dimensions it has here.</summary>
    private sealed record Addend(Operand Y, Operand M, Operand V, Factor Alpha, Instruction? Source = null);

    /// <summary>Shortens the statements of a step.</summary>
    public static void Write(Section section, Emitter emitter)
    {
        var updates = new Updates(section, emitter);
        for (var k = 0; k < section.Statements.Count; k++)
        {
            if (updates.TryUpdate(section.Statements[k]) is { } update)
                k = section.IndexOf(update);
        }

        // what is left of copies and products of vectors
        foreach (var statement in section.Statements.ToArray())
        {
            if (updates.Assignment(statement) is { } assignment)
                section.Replace(statement, assignment);
        }
    }

    // what was there before is not looked at where it is multiplied by 0
    private Instruction? Assignment(Instruction statement)
    {
        var (output, elements) = (statement.Writes[0], statement.Writes[0].Elements);
        var value = statement switch
        {
            { Function: Function.Copy, Reads: [var x] } when elements <= Most && x.IsLike(output) => new Addend(
                output,
                x.Shaped((elements, 1), (1, elements)),
                Ones(1),
                Factor.One
            ),
            { Function: Function.Product } when output.IsDense => Vector(statement),
            _ => null,
        };
        return
            value is null
            || output.Element != Element.Number
            || value.M.Region.Overlaps(output.Region)
            || value.V.Region.Overlaps(output.Region)
            ? null
            : Instruction.Update(output.Shaped((elements, 1)), new(0), value.M, value.V, value.Alpha);
    }

    private Instruction? TryUpdate(Instruction sum)
    {
        if (Terms(sum) is not [var first, var second] || sum.Writes[0].Elements > Most)
            return null;
        // where the old state is a term, what comes of it is on its way to the new state
        (Term, Term)[] orders = [(first, second), (second, first)];
        foreach (var (kept, added) in orders.OrderByDescending(o => o.Item1.X.Storage.Permanent))
        {
            foreach (var y in Scaled(kept, sum).Append(kept).Where(y => y.Scale is null && y.X.IsLike(sum.Writes[0])))
            {
                foreach (var term in Scaled(added, sum).Append(added))
                {
                    if (
                        Find(term, y.X, sum) is not { } addend
                        || addend.M.Region.Overlaps(y.X.Region)
                        || addend.V.Region.Overlaps(y.X.Region)
                        || !TryOverwrite(sum, y.X, out var place)
                    )
                        continue;
                    var update = Instruction.Update(addend.Y, y.Factor, addend.M, addend.V, addend.Alpha);
                    _section.Replace(place, update);
                    foreach (var source in new[] { y.Source, term.Source, addend.Source }.OfType<Instruction>())
                        _section.Remove(source);
                    return update;
                }
            }
        }

        return null;
    }

    // the statement is another one where its result moves
    private bool TryOverwrite(Instruction sum, Operand y, out Instruction place)
    {
        var position = _section.IndexOf(sum);
        var isDone = _section.TryOverwrite(sum, y);
        place = _section.Statements[position];
        return isDone;
    }

    private static Term[] Terms(Instruction sum)
    {
        Term Plain(int position, int sign = 1) => new(sum.Reads[position], new(sign));
        return sum.Function switch
        {
            Function.Add => [Plain(0), Plain(1)],
            Function.Subtract => [Plain(0), Plain(1, -1)],
            Function.AddProduct => [Plain(0), .. Product(sum.Reads[1], sum.Reads[2], new(sum.Sign), null)],
            _ => [],
        };
    }

    private static Term[] Product(Operand a, Operand b, Factor factor, Instruction? source) =>
        (a, b) switch
        {
            ({ IsOfStep: true }, { IsOfStep: false }) => [new(b, factor with { OfStep = a }, null, source)],
            ({ IsOfStep: false }, { IsOfStep: true }) => [new(a, factor with { OfStep = b }, null, source)],
            ({ IsOfStep: true }, _) => [],
            ({ Elements: 1 }, _) => [new(b, factor, a, source)],
            (_, { Elements: 1 }) => [new(a, factor, b, source)],
            _ => [],
        };

    // the term as the scale and what is scaled, if a statement is there for that alone
    private IEnumerable<Term> Scaled(Term term, Instruction sum) =>
        term is { Scale: null, Factor.OfStep: null }
        && _section.OnlyFor(term.X, sum) is { Function: Function.Multiply } product
        && _section.IsKept(product.Reads, product, sum)
            ? Product(product.Reads[0], product.Reads[1], term.Factor, product).Where(t => t.X.IsLike(term.X))
            : [];

    private Addend? Find(Term term, Operand y, Instruction sum)
    {
        var (x, elements) = (term.X, y.Elements);
        var flat = y.Shaped((elements, 1));
        if (term.Scale is null && x.Elements == elements && Matrix(x, sum) is { } found)
            return found with { Y = flat, Alpha = term.Factor.Times(found.Source!.Sign) };
        if (x.IsLike(y))
            return new(
                flat,
                x.Shaped((elements, 1), (1, elements)),
                term.Scale?.Shaped((1, 1)) ?? Ones(1),
                term.Factor
            );
        if (term.Scale is not null || x.IsOfStep)
            return null;
        if (x.Elements == 1)
            return new(flat, Ones(elements).Shaped((elements, 1), (1, elements)), x.Shaped((1, 1)), term.Factor);
        for (var d = 1; d < y.Sizes.Count; d++)
        {
            var (rows, columns) = (Count(y.Sizes.Take(d)), Count(y.Sizes.Skip(d)));
            var matrix = y.Shaped((rows, columns), (columns, 1));
            if (Merge(x, 0, d) is { } outer && outer.Size == rows && x.Elements == rows)
                return new(
                    matrix,
                    x.Shaped(outer, (1, 1)),
                    Ones(columns).Shaped((1, columns), (columns, 1)),
                    term.Factor
                );
            if (Merge(x, d, y.Sizes.Count) is { } inner && inner.Size == columns && x.Elements == columns)
                return new(matrix, Ones(rows).Shaped((rows, 1), (1, 1)), x.Shaped((1, columns), inner), term.Factor);
        }

        return null;
    }

    // a term that is a matrix times a vector, and of no other use
    private Addend? Matrix(Operand x, Instruction sum) =>
        x.IsDense
        && _section.OnlyFor(x, sum) is { Function: Function.Product } product
        && product.Writes[0].IsDense
        && _section.IsKept(product.Reads, product, sum)
            ? Vector(product)
            : null;

    private static Addend? Vector(Instruction product)
    {
        if (product.Reads is not [{ Sizes.Count: 2 } a, var b])
            return null;
        var (output, sign) = (product.Writes[0], new Factor(product.Sign));
        return b.Sizes[1] == 1 ? new(output, a, b.Shaped((b.Sizes[0], b.Strides[0])), sign, product)
            : a.Sizes[0] == 1 ? new(output, b.Transposed, a.Shaped((a.Sizes[1], a.Strides[1])), sign, product)
            : null;
    }

    private Operand Ones(long count)
    {
        var ones = _emitter.Ones("", count);
        return ones.Over(ones.Axes);
    }

    private static long Count(IEnumerable<long> sizes) => sizes.Aggregate(1L, (n, size) => n * size);

    // some of the dimensions as one, if they lie nested
    private static (long Size, long Stride)? Merge(Operand x, int start, int end)
    {
        (long Size, long Stride)? merged = null;
        for (var k = Math.Min(end, x.Sizes.Count) - 1; k >= start; k--)
        {
            if (x.Sizes[k] == 1)
                continue;
            if (merged is { } inner && x.Strides[k] != inner.Size * inner.Stride)
                return null;
            merged = (x.Sizes[k] * (merged?.Size ?? 1), merged?.Stride ?? x.Strides[k]);
        }

        return merged ?? (1, 1);
    }
}
