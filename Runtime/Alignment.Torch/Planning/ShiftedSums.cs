namespace Alignment.Torch;

/// <summary>Adds a tensor less one number, y + (x - d), in one product: with [x, -1] times [1, d], side by side in memory.</summary>
/// <remarks>Regrets are such sums. The parts may be added in another order than the program has them, which changes no more than rounding.</remarks>
internal sealed class ShiftedSums(Section section, Emitter emitter)
{
    /// <summary>A sum, y + sign (x + shift d).</summary>
    private sealed record Parts(Operand Y, Factor Beta, Operand X, int Sign, Operand D, int Shift, Instruction Inner);

    /// <summary>Shortens the statements of a step; what never changes in the products goes to the emitter's section.</summary>
    public void Write()
    {
        foreach (var sum in section.Statements.ToArray())
        {
            var position = section.IndexOf(sum);
            if (position >= 0 && PartsOf(sum) is { } parts && section.TryOverwrite(sum, parts.Y))
                Write(section.Statements[position], parts);
        }
    }

    private void Write(Instruction sum, Parts parts)
    {
        var elements = parts.X.Elements;
        var matrix = View.Of(Element.Number, ("columns", 2), ("", elements));
        var vector = View.Of(Element.Number, ("columns", 2));
        matrix.Storage.Permanent = vector.Storage.Permanent = true;
        var (columns, numbers) = (matrix.Over(matrix.Axes), vector.Over(vector.Axes));
        Fill(columns.Shaped((elements, 1)) with { Start = elements }, parts.Shift);
        Fill(numbers.Shaped((1, 1)), 1);

        section.Replace(
            sum,
            Instruction.Update(parts.Y.Shaped((elements, 1)), parts.Beta, columns.Transposed, numbers, new(parts.Sign))
        );
        section.Remove(parts.Inner);
        section.Move(parts.X.Storage, matrix.Storage, 0);
        section.Move(parts.D.Storage, vector.Storage, 1);
    }

    private void Fill(Operand output, double value) =>
        emitter.Add(Instruction.Copy(output, emitter.Scalar(value).Over(output.Sizes.Select(_ => ("", 1L)).ToArray())));

    private Parts? PartsOf(Instruction sum)
    {
        if (sum.Function is not (Function.Add or Function.Subtract) || sum.Writes[0].Elements > Updates.Most)
            return null;
        for (var k = 0; k < 2; k++)
        {
            var (y, term) = (sum.Reads[1 - k], sum.Reads[k]);
            var minus = sum.Function == Function.Subtract ? -1 : 1;
            if (
                y.IsLike(sum.Writes[0])
                && section.OnlyFor(term, sum) is { Function: Function.Add or Function.Subtract } inner
                && section.IsKept(inner.Reads, inner, sum)
                && Inner(y, new(k == 0 ? minus : 1), inner, k == 0 ? 1 : minus) is { } parts
            )
                return parts;
        }

        return null;
    }

    private Parts? Inner(Operand y, Factor beta, Instruction inner, int sign)
    {
        var minus = inner.Function == Function.Subtract ? -1 : 1;
        var parts =
            inner.Reads[1].Elements == 1 ? new Parts(y, beta, inner.Reads[0], sign, inner.Reads[1], minus, inner)
            : inner.Reads[0].Elements == 1
                ? new Parts(y, beta, inner.Reads[1], sign * minus, inner.Reads[0], minus, inner)
            : null;
        return parts is not null && parts.X.IsLike(y) && IsFree(parts.X) && IsFree(parts.D) ? parts : null;
    }

    // the whole of a temporary may be made anywhere
    private bool IsFree(Operand x) =>
        section.OnlyWriter(x) is not null && x is { IsDense: true, Start: 0 } && x.Elements == x.Storage.Length;
}
