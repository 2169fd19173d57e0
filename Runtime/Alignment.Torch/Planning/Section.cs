namespace Alignment.Torch;

/// <summary>The statements of the loop, and who writes and reads what among them.</summary>
/// <remarks>Memory is not laid out yet: storages differ where values do, but for those that passes put in one place.</remarks>
internal sealed class Section(List<Instruction> statements)
{
    public IReadOnlyList<Instruction> Statements => statements;

    public int IndexOf(Instruction statement) => statements.IndexOf(statement);

    public void Replace(Instruction statement, Instruction other) => statements[IndexOf(statement)] = other;

    public void Insert(Instruction statement, Instruction before) => statements.Insert(IndexOf(before), statement);

    public void Remove(Instruction statement) => statements.Remove(statement);

    /// <summary>The statement that writes exactly this, if only it writes and only one other reads the storage, and both in this step.</summary>
    public Instruction? OnlyFor(Operand operand, Instruction reader) =>
        statements.TrueForAll(i => i == reader || i.Reads.All(r => r.Storage != operand.Storage))
            ? OnlyWriter(operand)
            : null;

    /// <summary>The statement that writes a temporary, whole, if there is only one.</summary>
    public Instruction? OnlyWriter(Operand operand)
    {
        if (operand.IsOfStep || operand.Storage.Permanent)
            return null;
        var writers = statements.Where(i => i.Writes.Any(w => w.Storage == operand.Storage)).ToArray();
        return writers is [{ Writes: [var written] } writer] && written.Region == operand.Region ? writer : null;
    }

    /// <summary>The statements between two others.</summary>
    public IEnumerable<Instruction> Between(Instruction from, Instruction to) =>
        statements.Take(IndexOf(to)).Skip(IndexOf(from) + 1);

    /// <summary>Whether operands keep their values from one statement up to another.</summary>
    public bool IsKept(IEnumerable<Operand> operands, Instruction from, Instruction to)
    {
        var written = Between(from, to).SelectMany(i => i.Writes).ToArray();
        return operands.All(o => o.IsOfStep || !Array.Exists(written, w => w.Region.Overlaps(o.Region)));
    }

    /// <summary>Whether no statement writes into a storage.</summary>
    public bool IsConstant(Storage storage) =>
        storage.Permanent && !statements.Exists(i => i.Writes.Any(w => w.Storage == storage));

    /// <summary>Whether no statement between two others reads or writes a result.</summary>
    public bool IsUnused(Operand result, Instruction from, Instruction to) =>
        !Between(from, to).SelectMany(i => i.Writes.Concat(i.Reads)).Any(x => x.Region.Overlaps(result.Region));

    /// <summary>Whether statements of one kind alone write into a storage.</summary>
    public bool IsWrittenBy(Storage storage, Function function) =>
        !storage.Permanent
        && statements.TrueForAll(i => i.Function == function || i.Writes.All(w => w.Storage != storage));

    /// <summary>Lets a statement's result lie where one of its operands lies, if no one needs the operand afterwards.</summary>
    public bool TryOverwrite(Instruction statement, Operand operand)
    {
        var output = statement.Writes[0];
        if (output.Region == operand.Region)
            return true;
        if (!MayOverwrite(IndexOf(statement), output, operand))
            return false;
        Move(output.Storage, operand.Storage, operand.Start - output.Start);
        return true;
    }

    /// <summary>Lets what lies in one storage lie in another.</summary>
    public void Move(Storage from, Storage to, long shift)
    {
        for (var k = 0; k < statements.Count; k++)
        {
            if (Touches(statements[k], from))
                statements[k] = statements[k]
                    .Moved(x => x.Storage == from ? x with { Storage = to, Start = x.Start + shift } : x);
        }
    }

    private bool MayOverwrite(int position, Operand output, Operand operand)
    {
        var place = operand.Region;
        if (output.Storage.Permanent || output.Start != 0 || output.Elements != output.Storage.Length)
            return false;
        if (statements.FindIndex(i => Touches(i, output.Storage)) < position)
            return false;
        var last = statements.FindLastIndex(i => Touches(i, output.Storage));
        for (var k = position; k <= last; k++)
        {
            var i = statements[k];
            if (
                (k > position && i.Reads.Any(r => r.Region.Overlaps(place)))
                || (i.Writes.Any(w => w.Region.Overlaps(place)) && !(k == last && IsInPlace(i, output, operand)))
            )
                return false;
        }

        // what comes after must not see that the operand is gone
        foreach (var i in statements.Skip(last))
        {
            if (i != statements[last] && i.Reads.Any(r => r.Region.Overlaps(place)))
                return false;
            if (i.Writes.Any(w => w.Region.Covers(place)))
                return true;
        }

        return !operand.Storage.Permanent;
    }

    // the last reader of a result may write over the operand itself, if it reads each element where it writes it
    private static bool IsInPlace(Instruction reader, Operand output, Operand operand) =>
        reader.IsElementwise
        && reader
            .Reads.Where(r => r.Storage == output.Storage)
            .All(r => (r with { Start = r.Start + operand.Start }).LiesLike(reader.Writes[0]));

    private static bool Touches(Instruction i, Storage storage) =>
        i.Writes.Any(w => w.Storage == storage) || i.Reads.Any(r => r.Storage == storage);
}
