using System.Globalization;
using System.Text;

namespace Alignment.Torch;

/// <summary>Prints sections of statements as functions of TorchScript, and collects the tensors that each is called with.</summary>
/// <remarks>Names are a letter and a number. No text of a user, not even the name of an axis, comes into a script.</remarks>
internal sealed class Script
{
    private readonly StringBuilder _text = new();

    public Script(TorchPlan plan)
    {
        Once = Print("once", plan.Once);
        Initial = Print("initial", plan.Initial);
        Step = Print("step", [.. plan.Carry, .. plan.Table], plan.Step);
        Read = Print("read", plan.Read);
    }

    /// <summary>The source of all functions.</summary>
    public string Text => _text.ToString();

    /// <summary>The tensors of <c>once(tensors, draws)</c>.</summary>
    public Operand[] Once { get; }

    /// <summary>The tensors of <c>initial(tensors, draws)</c>.</summary>
    public Operand[] Initial { get; }

    /// <summary>The tensors of <c>step(tensors, draws, steps)</c>.</summary>
    public Operand[] Step { get; }

    /// <summary>The tensors of <c>read(tensors, draws)</c>.</summary>
    public Operand[] Read { get; }

    private Operand[] Print(string name, List<Instruction> first, List<Instruction>? looped = null)
    {
        var names = new Dictionary<(Element, long, ValueList<long>, ValueList<long>), string>();
        var operands = new List<Operand>();
        var tables = new Dictionary<(string Table, bool IsFactor), string>();
        string NameOf(Operand operand)
        {
            if (operand.IsOfStep)
            {
                var table = NameOf(operand.Shaped((Timetable.Capacity, 1)) with { IsOfStep = false, IsFactor = false });
                tables.TryAdd((table, operand.IsFactor), $"{(operand.IsFactor ? 'f' : 's')}{tables.Count}");
                return tables[(table, operand.IsFactor)];
            }

            var key = (operand.Element, operand.Storage.Offset + operand.Start, operand.Sizes, operand.Strides);
            if (!names.TryGetValue(key, out var known))
            {
                names.Add(key, known = string.Create(CultureInfo.InvariantCulture, $"t{operands.Count}"));
                operands.Add(operand);
            }

            return known;
        }

        string[] Lines(IEnumerable<Instruction> section) =>
            [.. section.SelectMany(i => i.Print([.. i.Writes.Concat(i.Reads).Select(NameOf)]).Split('\n'))];

        var (before, within) = (Lines(first), Lines(looped ?? []));
        _text.Append(
            CultureInfo.InvariantCulture,
            $"def {name}(tensors: List[Tensor], draws: List[Tensor]{(looped is null ? "" : ", steps: int")}):\n"
        );
        for (var k = 0; k < operands.Count; k++)
            _text.Append(CultureInfo.InvariantCulture, $"    t{k} = tensors[{k}]  # {Describe(operands[k])}\n");
        _text.Append("    k = 0\n");
        foreach (var line in before)
            _text.Append("    ").Append(line).Append('\n');
        foreach (var ((table, isFactor), row) in tables)
        {
            var rows = $"{table}.narrow(0, 0, steps)";
            var line = isFactor ? $"{row}s: List[float] = {rows}.tolist()" : $"{row}s = torch.unbind({rows}, 0)";
            _text.Append("    ").Append(line).Append('\n');
        }

        if (within.Length > 0)
            _text.Append("    for k in range(steps):\n");
        foreach (var row in tables.Values)
            _text.Append(CultureInfo.InvariantCulture, $"        {row} = {row}s[k]\n");
        foreach (var line in within)
            _text.Append("        ").Append(line).Append('\n');
        _text.Append('\n');
        return [.. operands];
    }

    private static string Describe(Operand operand) =>
        $"{operand.Element.ToString().ToLowerInvariant()} at {operand.Storage.Offset + operand.Start}, sizes {operand.Sizes}, strides {operand.Strides}";
}
