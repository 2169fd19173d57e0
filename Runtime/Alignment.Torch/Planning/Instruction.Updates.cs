namespace Alignment.Torch;

internal sealed partial class Instruction
{
    /// <summary>y = beta y + alpha M v in place, with v a vector, or a matrix if y is one.</summary>
    /// <remarks>Only in place: LibTorch first copies the y of another place, which costs more than the product.</remarks>
    public static Instruction Update(Operand y, Factor beta, Operand m, Operand v, Factor alpha)
    {
        RequireNumbers(y, m, v);
        var isVector = y.Sizes.Count == 1;
        Require(y.IsDense && !m.IsOfStep && !v.IsOfStep, "update: not of tensors");
        Require(
            m.Sizes.Count == 2 && m.Sizes[0] == y.Sizes[0] && m.Sizes[1] == v.Sizes[0],
            $"update: {m.Sizes} times {v.Sizes} is not {y.Sizes}"
        );
        Require(
            isVector ? v.Sizes.Count == 1 : y.Sizes.Count == 2 && v.Sizes.SequenceEqual([m.Sizes[1], y.Sizes[1]]),
            $"update: {m.Sizes} times {v.Sizes} is not {y.Sizes}"
        );
        Require(!y.Region.Overlaps(m.Region) && !y.Region.Overlaps(v.Region), "update: a factor lies where it writes");
        var reads = new List<Operand> { y, m, v };
        string Print(Factor factor)
        {
            if (factor.OfStep is { } number)
                reads.Add(number with { IsFactor = true });
            return factor.Print($"{{{reads.Count}}}");
        }

        var function = isVector ? "addmv_" : "addmm_";
        return new($"{{0}}.{function}({{2}}, {{3}}, beta={Print(beta)}, alpha={Print(alpha)})", [y], [.. reads]);
    }
}
