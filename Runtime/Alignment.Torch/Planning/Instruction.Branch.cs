using System.Globalization;

namespace Alignment.Torch;

internal sealed partial class Instruction
{
    /// <summary>One of two statements that write the same, by a comparison of single elements.</summary>
    /// <param name="comparison">The comparison as a statement.</param>
    /// <param name="constants">Numbers that are known.</param>
    /// <param name="then">What to do where it holds.</param>
    /// <param name="otherwise">What to do where it does not.</param>
    public static Instruction Branch(
        Instruction comparison,
        IReadOnlyDictionary<Region, double> constants,
        Instruction then,
        Instruction otherwise
    )
    {
        Require(
            then.Writes is [var output] && otherwise.Writes is [var other] && output.Equals(other),
            "branch: two outputs"
        );
        Require(comparison.Reads.All(x => x is { Elements: 1, IsOfStep: false }), "branch: not of single elements");
        Operand[] reads = [.. comparison.Reads, .. then.Reads, .. otherwise.Reads];
        string Number(int position) =>
            constants.TryGetValue(reads[position].Region, out var known) && double.IsFinite(known)
                ? known.ToString("E17", CultureInfo.InvariantCulture)
                : $"float({{{position + 1}}})";
        string Within(Instruction statement, int first)
        {
            var names = statement.Reads.Select((_, k) => $"{{{first + k}}}").Prepend("{0}");
            return string.Join('\n', statement.Print([.. names]).Split('\n').Select(line => $"    {line}"));
        }

        var sign = comparison.Function switch
        {
            Function.Less => "<",
            Function.LessOrEqual => "<=",
            Function.Equal => "==",
            Function.NotEqual => "!=",
            _ => throw new InvalidOperationException($"{comparison.Function} is no comparison."),
        };
        return new(
            $"if {Number(0)} {sign} {Number(1)}:\n{Within(then, 3)}\nelse:\n{Within(otherwise, 3 + then.Reads.Length)}",
            then.Writes,
            reads
        );
    }
}
