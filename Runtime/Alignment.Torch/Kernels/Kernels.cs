namespace Alignment.Torch;

/// <summary>The statements of each operation.</summary>
internal static class Kernels
{
    /// <summary>Writes the statements that compute an operation.</summary>
    /// <param name="emitter">Where to write them.</param>
    /// <param name="op">The operation; neither a source nor a view.</param>
    /// <param name="output">Where the result goes; it may hold the axis of twins.</param>
    /// <param name="inputs">The operands.</param>
    /// <param name="negate">Whether the result is wanted negated; of contractions only.</param>
    public static void Emit(Emitter emitter, Op op, View output, View[] inputs, bool negate)
    {
        if (Ragged.TryEmit(emitter, op, output, inputs, negate))
            return;
        switch (op)
        {
            case Op.Unary u:
                Pointwise.Unary(emitter, u.Kind, output, inputs[0]);
                break;
            case Op.Binary b:
                Pointwise.Binary(emitter, b.Kind, output, inputs[0], inputs[1]);
                break;
            case Op.Select:
                Pointwise.Select(emitter, output, inputs[0], inputs[1], inputs[2]);
                break;
            case Op.Reduce { Kind: ReduceKind.Sum } r:
                Along.Sum(emitter, output, inputs[0], r.Axis.Name);
                break;
            case Op.Reduce { Kind: ReduceKind.Max } r:
                Along.Max(emitter, output, inputs[0], r.Axis.Name);
                break;
            case Op.Reduce r:
                Along.LogSumExp(emitter, output, inputs[0], r.Axis.Name);
                break;
            case Op.Softmax s:
                Along.Softmax(emitter, output, inputs[0], s.Axis.Name);
                break;
            case Op.OneHotMax m:
                Along.OneHotMax(emitter, output, inputs[0], m.Axis.Name);
                break;
            case Op.SimplexProjection p:
                Along.SimplexProjection(emitter, output, inputs[0], p.Axis.Name);
                break;
            case Op.CumulativeSum c:
                Along.CumulativeSum(emitter, output, inputs[0], c.Axis.Name, c.Reverse);
                break;
            case Op.Contract c:
                Contraction.Emit(emitter, output, inputs[0], inputs[1], [.. c.Axes.Select(a => a.Name)], negate);
                break;
            case Op.Gather g:
                Movement.Gather(emitter, output, inputs[0], g.From.Name, g.To.Name, g.Map);
                break;
            case Op.SegmentSum s:
                Movement.SegmentSum(emitter, output, inputs[0], s.From.Name, s.To.Name, s.Map);
                break;
            case Op.Concat c:
                Movement.Concat(emitter, output, inputs, [.. c.Pieces], c.To);
                break;
            case Op.SweepDown s:
                Sweeps.Down(emitter, s.Treeplex, output, inputs[0], inputs.Length > 1 ? inputs[1] : null);
                break;
            case Op.SweepUp s:
                Sweeps.Up(emitter, s, output, inputs);
                break;
            case Op.SparseContract s:
                Movement.SparseContract(emitter, s.Index, output, inputs);
                break;
            default:
                throw new NotSupportedException($"The Torch executor has no kernel for {op}.");
        }
    }
}
