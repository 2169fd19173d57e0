namespace Alignment.Torch;

/// <summary>Where a state's old value is still needed when its next one is there, keeps the old one aside instead of the next one.</summary>
/// <remarks>
/// One is copied either way, at the beginning or at the end. But so the sum that makes the next value of the old can be done in place (see
/// <see cref="Updates"/>).
/// </remarks>
internal sealed class OldStates(Section section)
{
    /// <summary>Changes the statements of a step.</summary>
    public void Write()
    {
        foreach (var move in section.Statements.Where(i => i.Function == Function.Copy).ToArray())
            Write(move);
    }

    private void Write(Instruction move)
    {
        var (state, next) = (move.Writes[0], move.Reads[0]);
        if (
            !state.Storage.Permanent
            || !state.IsDense
            || !next.LiesLike(state with { Start = next.Start })
            || section.OnlyWriter(next)
                is not { Function: Function.Add or Function.Subtract or Function.AddProduct } sum
            || !sum.Reads.Any(r => r.Equals(state))
        )
            return;

        // between the two the state is read as it was, and nothing else happens to it
        var place = state.Region;
        var between = section.Between(sum, move).ToArray();
        bool IsSafe(Operand x) => !x.Region.Overlaps(place) || place.Covers(x.Region);
        if (between.Any(i => i.Writes.Any(w => w.Region.Overlaps(place)) || !i.Reads.All(IsSafe)))
            return;

        var old = View.Of(Element.Number, ("", state.Elements)).Storage;
        Operand Moved(Operand x) =>
            x.Storage == next.Storage ? x with { Storage = state.Storage, Start = x.Start - next.Start + state.Start }
            : x.Region.Overlaps(place) ? x with { Storage = old, Start = x.Start - state.Start }
            : x;
        section.Insert(Instruction.Copy(state with { Storage = old, Start = 0 }, state), before: sum);
        foreach (var statement in between)
            section.Replace(statement, statement.Moved(Moved));
        section.Replace(sum, sum.Moved(x => x.Storage == next.Storage ? state : x));
        section.Remove(move);
    }
}
