namespace Alignment.Torch;

/// <summary>Turns the products of several players' constant matrices with their neighbouring vectors into one product with a matrix of blocks.</summary>
/// <remarks>
/// In [[0, A], [-A', 0]] a player's rows are 0 where another's vector stands, and 0 times what is no number is no number. So this is done
/// to strategies alone, which are numbers as long as what they are made of are.
/// </remarks>
internal sealed class BlockProducts(Section section, Emitter emitter)
{
    // elements of a matrix of blocks up to which its zeros cost less than another statement
    private const long Most = 1024;

    /// <summary>A matrix times a vector.</summary>
    private sealed record Piece(Instruction Statement, Operand Matrix, Operand Vector, Operand Output);

    /// <summary>Joins products of a step; the matrices are put together in the emitter's section.</summary>
    public void Write()
    {
        var pieces = section.Statements.Select(PieceOf).OfType<Piece>().ToArray();
        foreach (var group in pieces.GroupBy(p => (p.Vector.Storage, p.Output.Storage)))
        {
            if (group.Count() > 1)
                Join([.. group.OrderBy(p => p.Output.Start)]);
        }
    }

    private Piece? PieceOf(Instruction statement)
    {
        if (statement is not { Function: Function.Product, Reads: [{ Sizes.Count: 2 } a, var b] })
            return null;
        var output = statement.Writes[0];
        var piece =
            b.Sizes[1] == 1 ? new Piece(statement, a, b, output)
            : a.Sizes[0] == 1 ? new Piece(statement, b.Transposed, a.Transposed, output)
            : null;
        return
            piece is not null
            && output.IsDense
            && piece.Vector.Strides[0] == 1
            && section.IsConstant(piece.Matrix.Storage)
            && section.IsWrittenBy(piece.Vector.Storage, Function.Softmax)
            ? piece
            : null;
    }

    private void Join(Piece[] pieces)
    {
        var (output, vector) = (pieces[0].Output, pieces[0].Vector);
        var all = vector.Shaped((vector.Storage.Length, 1), (1, 1)) with { Start = 0 };
        var (rows, columns) = (pieces.Sum(p => p.Output.Elements), all.Elements);
        var last = pieces.MaxBy(p => section.IndexOf(p.Statement))!.Statement;
        var isEven = pieces.Zip(pieces.Skip(1), (p, q) => p.Output.Region.End == q.Output.Start).All(even => even);
        if (!isEven || rows * columns > Most || !pieces.All(p => MayWait(p, all, last)))
            return;

        var block = View.Of(Element.Number, ("rows", rows), ("columns", columns));
        block.Storage.Permanent = true;
        var matrix = block.Over(block.Axes);
        emitter.Add(Instruction.Clear(matrix));
        foreach (var piece in pieces)
        {
            var place = (piece.Matrix with { Storage = block.Storage }).Shaped(
                (piece.Matrix.Sizes[0], columns),
                (piece.Matrix.Sizes[1], 1)
            ) with
            {
                Start = ((piece.Output.Start - output.Start) * columns) + piece.Vector.Start,
            };
            emitter.Add(
                piece.Statement.Sign < 0
                    ? Instruction.Pointwise("neg", place, piece.Matrix)
                    : Instruction.Copy(place, piece.Matrix)
            );
        }

        section.Replace(last, Instruction.Product(output.Shaped((rows, 1), (1, 1)), matrix, all, negate: false));
        foreach (var piece in pieces.Where(p => p.Statement != last))
            section.Remove(piece.Statement);
    }

    // no one needs a piece before the last is there
    private bool MayWait(Piece piece, Operand vectors, Instruction last) =>
        section.IsKept([vectors], piece.Statement, last) && section.IsUnused(piece.Output, piece.Statement, last);
}
