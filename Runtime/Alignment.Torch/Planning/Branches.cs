namespace Alignment.Torch;

/// <summary>Turns a choice that depends on one element into a branch of the script: only what is chosen is computed.</summary>
/// <remarks>
/// To look at a number costs a quarter of a comparison of tensors and their selection. That is so where a number can be looked at without
/// waiting for a device, on a CPU.
/// </remarks>
internal sealed class Branches(Section section, IReadOnlyDictionary<Region, double> constants)
{
    /// <summary>Shortens the statements of a step.</summary>
    public void Write()
    {
        foreach (var choice in section.Statements.Where(i => i.Function == Function.Where).ToArray())
        {
            if (Comparison(choice) is not { } comparison)
                continue;
            var (then, thenSource) = Branch(choice, choice.Reads[1]);
            var (otherwise, otherwiseSource) = Branch(choice, choice.Reads[2]);
            section.Replace(choice, Instruction.Branch(comparison, constants, then, otherwise));
            foreach (var source in new[] { comparison, thenSource, otherwiseSource }.OfType<Instruction>())
                section.Remove(source);
        }
    }

    private Instruction? Comparison(Instruction choice) =>
        choice.Reads[0].Elements == 1
        && section.OnlyFor(choice.Reads[0], choice) is { } comparison
        && comparison.Function is Function.Less or Function.LessOrEqual or Function.Equal or Function.NotEqual
        && comparison.Reads.All(r => r is { Elements: 1, IsOfStep: false, Element: Element.Number })
        && section.IsKept(comparison.Reads, comparison, choice)
            ? comparison
            : null;

    // what alone computes the value computes it in the branch, straight to where it is wanted
    private (Instruction Statement, Instruction? Source) Branch(Instruction choice, Operand value)
    {
        var output = choice.Writes[0];
        if (
            section.OnlyFor(value, choice) is not { IsElementwise: true } source
            || !value.IsDense
            || !output.IsDense
            || !value.Sizes.Equals(output.Sizes)
            || !source.Writes[0].Equals(value)
            || !section.IsKept(source.Reads, source, choice)
            || source.Reads.Any(r => r.Storage == output.Storage)
        )
            return (Instruction.Copy(output, value), null);
        return (source.Moved(x => x.Storage == value.Storage ? output : x), source);
    }
}
