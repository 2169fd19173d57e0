using System.Globalization;

namespace Alignment.Torch;

/// <summary>One statement of a printed script: a text with a place for each tensor, what it writes and what it reads.</summary>
/// <remarks>
/// The factories of this class make every statement that can be printed, and no other text reaches the compiler of TorchScript: a semantic
/// error in a script ends the process. So each factory checks the kinds and shapes of its tensors first, and names come from numbers.
/// Everything is written with <c>out=</c> or in place: a script that allocates its results is no faster than eager calls.
/// </remarks>
internal sealed partial class Instruction
{
    private readonly string _text;

    private Instruction(string text, Operand[] writes, params Operand[] reads)
    {
        _text = text;
        Writes = writes;
        Reads = reads;
        Require(!writes.Any(x => x.IsOfStep), "a table is written in the loop");
        foreach (var output in writes)
        {
            for (var k = 0; k < output.Sizes.Count; k++)
                Require(output.Sizes[k] == 1 || output.Strides[k] != 0, "an output repeats its elements");
        }
    }

    /// <summary>Tensors that it writes.</summary>
    public Operand[] Writes { get; }

    /// <summary>Tensors that it reads.</summary>
    public Operand[] Reads { get; }

    /// <summary>What it computes, if the passes over statements know it.</summary>
    public Function Function { get; private init; }

    /// <summary>-1 where a product is negated or taken away, else 1.</summary>
    public int Sign { get; private init; } = 1;

    /// <summary>Whether each element of the output depends on those elements of the operands alone that lie where it lies.</summary>
    public bool IsElementwise { get; private init; }

    /// <summary>Storages that are read element by element exactly where the output is written, so that both may be one.</summary>
    // every look at the storage must be the same: twins may read one of them twice
    public Storage[] InPlace =>
        !IsElementwise
            ? []
            : [.. Reads.GroupBy(x => x.Storage).Where(g => g.All(x => x.LiesLike(Writes[0]))).Select(g => g.Key)];

    /// <summary>The same statement over other tensors of the same sizes.</summary>
    public Instruction Moved(Func<Operand, Operand> move) =>
        new(_text, [.. Writes.Select(move)], [.. Reads.Select(move)])
        {
            Function = Function,
            Sign = Sign,
            IsElementwise = IsElementwise,
        };

    /// <summary>The statement, given the name of each tensor: those written, then those read.</summary>
    public string Print(string[] names) => string.Format(CultureInfo.InvariantCulture, _text, names);

    private Instruction With(int sign) =>
        new(_text, Writes, Reads)
        {
            Function = Function,
            Sign = sign,
            IsElementwise = IsElementwise,
        };

    // ---- checks ----------------------------------------------------------------------------------------------------

    private static Instruction Broadcast(string text, Function function, Operand output, params Operand[] operands)
    {
        // what has no dimensions needs no plan for repeating it
        Operand[] inputs = [.. operands.Select(x => x.Elements == 1 && output.Elements > 1 ? x.Shaped() : x)];
        var covered = output
            .Sizes.Select(size => size == 1 || text.StartsWith("{0}.", StringComparison.Ordinal))
            .ToArray();
        foreach (var input in inputs.Where(x => x.Sizes.Count > 0))
        {
            Require(input.Sizes.Count == output.Sizes.Count, $"{text}: ranks differ");
            for (var k = 0; k < input.Sizes.Count; k++)
            {
                Require(
                    input.Sizes[k] == output.Sizes[k] || input.Sizes[k] == 1,
                    $"{text}: {input.Sizes} does not fit {output.Sizes}"
                );
                covered[k] |= input.Sizes[k] == output.Sizes[k];
            }
        }

        // an output larger than its operands together would be resized, not filled
        Require(Array.TrueForAll(covered, c => c), $"{text}: the operands do not fill {output.Sizes}");
        return new(text, [output], inputs) { Function = function, IsElementwise = true };
    }

    private static string Places(int first, int count) =>
        string.Join(", ", Enumerable.Range(first, count).Select(k => $"{{{k}}}"));

    private static void RequireReduced(Operand output, Operand x, int dim) =>
        Require(
            x.Sizes.SetItem(dim, 1).Equals(output.Sizes),
            $"reduction of {x.Sizes} along {dim} into {output.Sizes}"
        );

    private static void RequireMapped(Operand output, Operand x, int dim) =>
        Require(
            x.Sizes.SetItem(dim, output.Sizes[dim]).Equals(output.Sizes),
            $"{x.Sizes} and {output.Sizes} differ in more than dimension {dim}"
        );

    private static void RequireNumbers(params Operand[] operands) =>
        Require(Array.TrueForAll(operands, o => o.Element == Element.Number), "an operand is not of numbers");

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException($"The Torch executor planned a statement that does not check: {what}.");
    }
}
