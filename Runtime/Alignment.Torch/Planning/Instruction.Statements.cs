namespace Alignment.Torch;

internal sealed partial class Instruction
{
    // ---- element by element ----------------------------------------------------------------------------------------

    /// <summary>A function of numbers, with broadcasting; a comparison may be written as numbers or as truth values.</summary>
    public static Instruction Pointwise(string function, Operand output, params Operand[] inputs)
    {
        Require(
            inputs.All(x => x.Element == Element.Number || function == "eq"),
            $"{function} of something else than numbers"
        );
        Require(
            output.Element == Element.Number || function is "lt" or "le" or "eq" or "ne",
            $"{function} is no comparison"
        );
        var known = function switch
        {
            "add" => Function.Add,
            "sub" => Function.Subtract,
            "mul" => Function.Multiply,
            "lt" => Function.Less,
            "le" => Function.LessOrEqual,
            "eq" => Function.Equal,
            "ne" => Function.NotEqual,
            _ => Function.Other,
        };
        return Broadcast($"torch.{function}({Places(1, inputs.Length)}, out={{0}})", known, output, inputs);
    }

    /// <summary>
    /// A sum or difference with a product in the place of one of its operands; null where the output lies over a factor in another way.
    /// </summary>
    public static Instruction? ProductSum(Instruction sum, int position, Instruction product)
    {
        var (output, other) = (sum.Writes[0], sum.Reads[1 - position]);
        Operand[] inputs = [other, .. product.Reads];
        var isOver = inputs.Any(x => x.Storage == output.Storage && !x.Equals(output));
        var sign = sum.Function == Function.Subtract ? -1 : 1;
        return isOver
            ? null
            : Broadcast(
                    $"torch.addcmul({{1}}, {{2}}, {{3}}, value={sign}, out={{0}})",
                    Function.AddProduct,
                    output,
                    inputs
                )
                .With(sign);
    }

    /// <summary>max(x, 0), without a tensor for the 0.</summary>
    public static Instruction Positive(Operand output, Operand x) =>
        Broadcast("torch.clamp_min({1}, 0.0, out={0})", Function.Other, output, x);

    /// <summary>The nearest number between two others.</summary>
    public static Instruction Clamp(Operand output, Operand x, Operand least, Operand largest) =>
        Broadcast("torch.clamp({1}, {2}, {3}, out={0})", Function.Other, output, x, least, largest);

    /// <summary>One number or another, by a truth value.</summary>
    public static Instruction Where(Operand output, Operand condition, Operand then, Operand otherwise, Target target)
    {
        Require(
            condition.Element == Element.Truth && then.Element == Element.Number && otherwise.Element == Element.Number,
            "where needs a truth value"
        );
        // the meta device has no where: this touches the same tensors over the same shapes, which is all that device is for
        var text =
            target == Target.Meta
                ? "{0}.copy_({2})\n{0}.add_({3})\n{0}.mul_({1})"
                : "torch.where({1}, {2}, {3}, out={0})";
        return Broadcast(text, Function.Where, output, condition, then, otherwise);
    }

    /// <summary>|x|.</summary>
    public static Instruction Absolute(Operand output, Operand x, Operand one, Target target) =>
        target == Target.Meta
            ? Broadcast("torch.copysign({1}, {2}, out={0})", Function.Other, output, x, one)
            : Broadcast("torch.abs({1}, out={0})", Function.Other, output, x);

    /// <summary>x copied, and repeated where it is smaller.</summary>
    public static Instruction Copy(Operand output, Operand x) => Broadcast("{0}.copy_({1})", Function.Copy, output, x);

    /// <summary>Zeros.</summary>
    public static Instruction Clear(Operand output) => new("{0}.zero_()", [output]);

    /// <summary>The next draws of a step, copied.</summary>
    public static Instruction Draw(Operand output, int number) => new($"{{0}}.copy_(draws[{number}][k])", [output]);

    // ---- along a dimension -----------------------------------------------------------------------------------------

    /// <summary>The sum over the first dimensions, which the output lacks.</summary>
    public static Instruction SumFirst(Operand output, Operand x, int count)
    {
        Require(x.Sizes.Skip(count).SequenceEqual(output.Sizes), "sum: the output has another shape");
        return new(
            $"torch.sum({{1}}, [{string.Join(", ", Enumerable.Range(0, count))}], False, dtype=None, out={{0}})",
            [output],
            x
        );
    }

    /// <summary>Sum or largest element along a dimension, which has one element in the output.</summary>
    public static Instruction Reduce(bool sum, Operand output, Operand x, int dim)
    {
        RequireReduced(output, x, dim);
        RequireNumbers(output, x);
        return new(
            sum
                ? $"torch.sum({{1}}, [{dim}], True, dtype=None, out={{0}})"
                : $"torch.amax({{1}}, [{dim}], True, out={{0}})",
            [output],
            x
        );
    }

    /// <summary>Largest element along a dimension and the position of the first such.</summary>
    public static Instruction MaxWithIndex(Operand output, Operand index, Operand x, int dim)
    {
        RequireReduced(output, x, dim);
        RequireReduced(index, x, dim);
        RequireNumbers(output, x);
        Require(index.Element == Element.Index, "max: positions are whole numbers");
        return new($"torch.max({{2}}, {dim}, True, max={{0}}, max_values={{1}})", [output, index], x);
    }

    /// <summary>
    /// The same over the second of three dimensions, by a kernel that is made for images: it takes one element after another, but a third
    /// of the time that a reduction needs to make its plan.
    /// </summary>
    public static Instruction MaxOfFew(Operand output, Operand index, Operand x)
    {
        RequireReduced(output, x, 1);
        RequireReduced(index, x, 1);
        RequireNumbers(output, x);
        Require(index.Element == Element.Index && x.Sizes.Count == 3, "max: not of three dimensions");
        return new(
            $"torch.adaptive_max_pool2d({{2}}, [1, {x.Sizes[2]}], out={{0}}, indices={{1}})",
            [output, index],
            x
        );
    }

    /// <summary>softmax or cumsum along a dimension.</summary>
    public static Instruction Along(string function, Operand output, Operand x, int dim)
    {
        Require(function is "softmax" or "cumsum", function);
        RequireNumbers(output, x);
        Require(output.Sizes.Equals(x.Sizes) && dim < x.Sizes.Count, $"{function}: the output has another shape");
        // LibTorch's own softmax, which looks at dtype first, ends in this one
        return function == "softmax"
            ? new($"torch._softmax({{1}}, {dim}, False, out={{0}})", [output], x) { Function = Function.Softmax }
            : new($"torch.{function}({{1}}, {dim}, dtype=None, out={{0}})", [output], x);
    }

    /// <summary>The elements along a dimension from the largest to the smallest.</summary>
    public static Instruction SortDescending(Operand output, Operand index, Operand x, int dim)
    {
        Require(
            output.Sizes.Equals(x.Sizes) && index.Sizes.Equals(x.Sizes) && index.Element == Element.Index,
            "sort: the output has another shape"
        );
        return new($"torch.sort({{2}}, {dim}, True, values={{0}}, indices={{1}})", [output, index], x);
    }

    // ---- products --------------------------------------------------------------------------------------------------

    /// <summary>A matrix product, [m, k] times [k, n], or a batch of them; negated if asked for.</summary>
    public static Instruction Product(Operand output, Operand a, Operand b, bool negate)
    {
        var rank = output.Sizes.Count;
        RequireNumbers(output, a, b);
        Require(rank is 2 or 3 && a.Sizes.Count == rank && b.Sizes.Count == rank, "product: not of matrices");
        Require(
            rank == 2 || (a.Sizes[0] == output.Sizes[0] && b.Sizes[0] == output.Sizes[0]),
            "product: batches differ"
        );
        Require(
            a.Sizes[^2] == output.Sizes[^2] && b.Sizes[^1] == output.Sizes[^1] && a.Sizes[^1] == b.Sizes[^2],
            $"product: {a.Sizes} times {b.Sizes} is not {output.Sizes}"
        );
        var text = (rank, negate) switch
        {
            (2, false) => "torch.mm({1}, {2}, out={0})",
            (2, true) => "torch.addmm({0}, {1}, {2}, beta=0, alpha=-1, out={0})",
            (_, false) => "torch.bmm({1}, {2}, out={0})",
            (_, true) => "torch.baddbmm({0}, {1}, {2}, beta=0, alpha=-1, out={0})",
        };
        return new(text, [output], a, b) { Function = Function.Product, Sign = negate ? -1 : 1 };
    }

    /// <summary>The sum over the first dimension of the product, one slice after another.</summary>
    public static Instruction ProductLoop(Operand output, Operand a, Operand b)
    {
        var (count, rest) = (a.Sizes[0], a.Sizes.Skip(1).Zip(b.Sizes.Skip(1), Math.Max));
        Require(count == b.Sizes[0] && rest.SequenceEqual(output.Sizes), "product: shapes differ");
        return new(
            $"{{0}}.zero_()\nfor i in range({count}):\n    torch.addcmul({{0}}, {{1}}.select(0, i), {{2}}.select(0, i), out={{0}})",
            [output],
            a,
            b
        );
    }

    // ---- moving elements -------------------------------------------------------------------------------------------

    /// <summary>output[j] = x[map[j]] along a dimension. The map repeats over the output's shape.</summary>
    public static Instruction Gather(Operand output, Operand x, Operand map, int dim, Target target)
    {
        RequireMapped(output, x, dim);
        Require(map.Element == Element.Index && map.Sizes.Equals(output.Sizes), "gather: the map has another shape");
        // the meta device has no index_select, the others are several times faster with it
        return target == Target.Meta
            ? new($"torch.gather({{1}}, {dim}, {{2}}, out={{0}})", [output], x, map)
            : new(
                $"torch.index_select({{1}}, {dim}, {{2}}, out={{0}})",
                [output],
                x,
                map.Shaped((map.Sizes[dim], map.Strides[dim]))
            );
    }

    /// <summary>output[map[i]] += x[i] along a dimension, from 0, in index order.</summary>
    public static Instruction SegmentSum(Operand output, Operand x, Operand map, int dim)
    {
        RequireMapped(x, output, dim);
        Require(
            map.Element == Element.Index && map.Sizes.SequenceEqual([x.Sizes[dim]]),
            "segment sum: the map has another shape"
        );
        RequireNumbers(output, x);
        return new($"{{0}}.zero_().index_add_({dim}, {{2}}, {{1}})", [output], x, map);
    }

    /// <summary>output[map[i]] += x[i] along a dimension, in index order, to what is there.</summary>
    public static Instruction SegmentAdd(Operand output, Operand x, Operand map, int dim)
    {
        RequireMapped(x, output, dim);
        Require(
            map.Element == Element.Index && map.Sizes.SequenceEqual([x.Sizes[dim]]),
            "segment sum: the map has another shape"
        );
        RequireNumbers(output, x);
        return new($"{{1}}.index_add_({dim}, {{3}}, {{2}})", [output], output, x, map);
    }

    /// <summary>Tensors joined along a dimension.</summary>
    public static Instruction Concat(Operand output, Operand[] pieces, int dim)
    {
        foreach (var piece in pieces)
            RequireMapped(output, piece, dim);
        Require(pieces.Sum(p => p.Sizes[dim]) == output.Sizes[dim], "concat: the pieces do not fill the output");
        return new($"torch.cat([{Places(1, pieces.Length)}], {dim}, out={{0}})", [output], pieces);
    }
}
