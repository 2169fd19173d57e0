namespace Alignment.Torch;

/// <summary>Operations along one axis. Every other axis of the operand, that of twins included, is carried along.</summary>
internal static class Along
{
    // elements up to which one after the other is faster than a planned reduction
    private const long Few = 256;

    public static void Sum(Emitter emitter, View output, View x, string axis)
    {
        var size = x[axis].Size;
        // a product with ones costs a third of a sum: it skips the machinery that plans loops over any shape
        if (
            !Contraction.TryProduct(
                emitter,
                output,
                emitter.Ones(axis, size),
                x,
                [axis],
                negate: false,
                Contraction.SumCost(x.Elements)
            )
        )
            emitter.Add(Instruction.Reduce(sum: true, output.Over(x.Axes), x.Over(x.Axes), Position(x, axis)));
    }

    public static void Max(Emitter emitter, View output, View x, string axis)
    {
        var dim = Position(x, axis);
        var (largest, elements) = (output.Over(x.Axes), x.Over(x.Axes));
        if (emitter.Target != Target.Cpu || x.Elements > Few || !largest.IsDense || !elements.IsDense)
        {
            emitter.Add(Instruction.Reduce(sum: false, largest, elements, dim));
            return;
        }

        var outer = x.Axes.Take(dim).Aggregate(1L, (n, a) => n * a.Size);
        var inner = x.Axes.Skip(dim + 1).Aggregate(1L, (n, a) => n * a.Size);
        Operand Shape(Operand operand, long size) => operand.Shaped((outer, size * inner), (size, inner), (inner, 1));
        var first = emitter.Temporary(output.Axes, Element.Index);
        emitter.Add(
            Instruction.MaxOfFew(Shape(largest, 1), Shape(first.Over(x.Axes), 1), Shape(elements, x[axis].Size))
        );
    }

    /// <summary>shift + log sum exp(x - shift), with the largest element for a shift, made finite: an infinity minus itself is NaN.</summary>
    public static void LogSumExp(Emitter emitter, View output, View x, string axis)
    {
        var shift = emitter.Temporary(output.Axes);
        var powers = emitter.Temporary(x.Axes);
        var sum = emitter.Temporary(output.Axes);
        Max(emitter, shift, x, axis);
        Pointwise.Clamp(emitter, shift, shift, emitter.Least, emitter.Largest);
        Pointwise.Binary(emitter, BinaryKind.Subtract, powers, x, shift);
        Pointwise.Unary(emitter, UnaryKind.Exp, powers, powers);
        Sum(emitter, sum, powers, axis);
        Pointwise.Unary(emitter, UnaryKind.Log, sum, sum);
        Pointwise.Binary(emitter, BinaryKind.Add, output, sum, shift);
    }

    public static void Softmax(Emitter emitter, View output, View x, string axis)
    {
        // LibTorch's kernel takes its output to be dense
        var dense = output.Over(x.Axes).IsDense ? output : emitter.Temporary(x.Axes);
        emitter.Add(Instruction.Along("softmax", dense.Over(x.Axes), x.Over(x.Axes), Position(x, axis)));
        if (dense != output)
            Pointwise.Copy(emitter, output, dense);
    }

    /// <summary>1 where the position is that of the first largest element. (argmax along an outer dimension is 20 times slower.)</summary>
    public static void OneHotMax(Emitter emitter, View output, View x, string axis)
    {
        var top = emitter.Temporary(x.Without(axis).Axes);
        var first = emitter.Temporary(x.Without(axis).Axes, Element.Index);
        emitter.Add(Instruction.MaxWithIndex(top.Over(x.Axes), first.Over(x.Axes), x.Over(x.Axes), Position(x, axis)));
        Pointwise.Binary(emitter, BinaryKind.Equal, output, first, emitter.Positions(axis, x[axis].Size));
    }

    /// <summary>max(x - theta, 0), where theta is the largest of (u_1 + ... + u_k - 1) / k over the sorted elements u_1 >= u_2 >= ...</summary>
    /// <remarks>
    /// theta_(k+1) is the mean of k times theta_k and of u_(k+1), so it rises as long as u_(k+1) lies above theta_k, that is, up to the
    /// support's size, and falls from there on (Held, Wolfe, Crowder 1974): no search for the support is needed.
    /// </remarks>
    public static void SimplexProjection(Emitter emitter, View output, View x, string axis)
    {
        var sorted = emitter.Temporary(x.Axes);
        var order = emitter.Temporary(x.Axes, Element.Index);
        var sums = emitter.Temporary(x.Axes);
        var theta = emitter.Temporary(x.Without(axis).Axes);
        var shifted = emitter.Temporary(output.Axes);
        emitter.Add(
            Instruction.SortDescending(sorted.Over(x.Axes), order.Over(x.Axes), x.Over(x.Axes), Position(x, axis))
        );
        emitter.Add(Instruction.Along("cumsum", sums.Over(x.Axes), sorted.Over(x.Axes), Position(x, axis)));
        Pointwise.Binary(emitter, BinaryKind.Subtract, sums, sums, emitter.Scalar(1));
        Pointwise.Binary(emitter, BinaryKind.Divide, sums, sums, emitter.Counts(axis, x[axis].Size));
        Max(emitter, theta, sums, axis);
        Pointwise.Binary(emitter, BinaryKind.Subtract, shifted, x, theta);
        Pointwise.Positive(emitter, output, shifted);
    }

    public static void CumulativeSum(Emitter emitter, View output, View x, string axis, bool reverse)
    {
        var dim = Position(x, axis);
        if (!reverse)
        {
            emitter.Add(Instruction.Along("cumsum", output.Over(x.Axes), x.Over(x.Axes), dim));
            return;
        }

        var backwards = Enumerable.Range(0, checked((int)x[axis].Size)).Reverse().ToValueList();
        var turned = emitter.Temporary(x.Axes);
        var sums = emitter.Temporary(x.Axes);
        Movement.Gather(emitter, turned, x, axis, axis, backwards);
        emitter.Add(Instruction.Along("cumsum", sums.Over(x.Axes), turned.Over(x.Axes), dim));
        Movement.Gather(emitter, output, sums, axis, axis, backwards);
    }

    internal static int Position(View view, string axis) => Array.FindIndex(view.Axes, a => a.Axis == axis);
}
