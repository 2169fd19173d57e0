namespace Alignment.Torch;

/// <summary>Sweeps through a treeplex, a level at a time: sequences that stand directly behind those of the levels before.</summary>
/// <remarks>
/// Actions are sorted by level, so those of one lie side by side whatever their number at an information set, and one statement takes them
/// all; only maxima, sums and projections over an information set go block by block.
/// </remarks>
internal static class Sweeps
{
    /// <summary>Blocks of one level.</summary>
    /// <param name="Range">The blocks.</param>
    /// <param name="OfSets">For each information set, the sequence before it.</param>
    /// <param name="OfActions">For each action, the sequence before its information set.</param>
    private sealed record Level(BlockRange Range, ValueList<int> OfSets, ValueList<int> OfActions);

    /// <summary>The scale of a regularizer.</summary>
    /// <param name="OfSets">As it is given: over information sets, or one for all.</param>
    /// <param name="OfActions">Repeated along the actions, if it is over information sets.</param>
    /// <param name="Half">Half of it, along the actions, if it is needed.</param>
    private sealed record Scale(View OfSets, View OfActions, View? Half);

    /// <summary>d[s] = c[s] + x[s] d[sequence before s]; without c 1 at the root, else 0.</summary>
    public static void Down(Emitter emitter, TreeplexAxes treeplex, View output, View x, View? c)
    {
        var (sequences, root) = (treeplex.Sequences.Name, treeplex.Actions.Size);
        var start = output.Part(sequences, root, 1);
        Pointwise.Copy(emitter, start, c?.Part(sequences, root, 1) ?? emitter.Scalar(1));
        foreach (var level in Levels(treeplex))
        {
            var target = output.Part(sequences, level.Range.Start, level.Range.Size);
            var strategy = level.Range.OfChildren(x).Named(treeplex.Actions.Name, sequences);
            if (c is null && level.OfSets.All(before => before == root))
            {
                Pointwise.Copy(emitter, target, strategy);
                continue;
            }

            var before = emitter.Temporary(target.Axes);
            Movement.Gather(emitter, before, output, sequences, sequences, level.OfActions);
            if (c is null)
            {
                Pointwise.Binary(emitter, BinaryKind.Multiply, target, before, strategy);
                continue;
            }

            Pointwise.Binary(emitter, BinaryKind.Multiply, before, before, strategy);
            var own = c.Part(sequences, level.Range.Start, level.Range.Size);
            Pointwise.Binary(emitter, BinaryKind.Add, target, own, before);
        }
    }

    /// <summary>q[s] = g[s] + what the information sets that follow s are worth, from the ends up.</summary>
    public static void Up(Emitter emitter, Op.SweepUp op, View output, View[] inputs)
    {
        var treeplex = op.Treeplex;
        var (sequences, actions) = (treeplex.Sequences.Name, treeplex.Actions.Name);
        Start(emitter, treeplex, output, inputs[0]);
        var scale = op.Kind is SweepKind.Soft or SweepKind.Nearest
            ? ScaleOf(emitter, treeplex, inputs[2], op.Kind == SweepKind.Nearest)
            : null;
        foreach (var level in Levels(treeplex).Reverse())
        {
            var range = level.Range;
            var values = output.Part(sequences, range.Start, range.Size).Named(sequences, actions);
            if (op.Kind == SweepKind.Strategy)
            {
                var terms = emitter.Temporary(values.Axes);
                Pointwise.Binary(emitter, BinaryKind.Multiply, terms, values, range.OfChildren(inputs[1]));
                Movement.SegmentAdd(emitter, output, terms.Named(actions, sequences), sequences, level.OfActions);
                continue;
            }

            var sets = treeplex.InformationSets.Name;
            var worth = emitter.Temporary(
                values.Axes.Select(a => a.Axis == actions ? (sets, (long)range.ParentSize) : a)
            );
            if (op.Kind == SweepKind.Best)
                Ragged.Reduce(emitter, range, sum: false, worth, values);
            else
                Proximal(emitter, op.Kind, range, worth, values, range.OfChildren(inputs[1]), scale!);
            Movement.SegmentAdd(emitter, output, worth.Named(sets, sequences), sequences, level.OfSets);
        }
    }

    private static void Start(Emitter emitter, TreeplexAxes treeplex, View output, View g)
    {
        var (sequences, actions) = (treeplex.Sequences.Name, treeplex.Actions.Name);
        if (g.Holds(sequences))
        {
            Pointwise.Copy(emitter, output, g);
            return;
        }

        var size = treeplex.Actions.Size;
        Pointwise.Copy(emitter, output.Part(sequences, 0, size), g.Named(actions, sequences));
        Pointwise.Copy(emitter, output.Part(sequences, size, 1), emitter.Scalar(0));
    }

    private static Scale ScaleOf(Emitter emitter, TreeplexAxes treeplex, View scale, bool halves)
    {
        var (sets, actions) = (treeplex.InformationSets.Name, treeplex.Actions);
        var ofActions = scale;
        if (scale.Holds(sets))
        {
            var axes = scale.Axes.Select(a => a.Axis == sets ? (actions.Name, (long)actions.Size) : a);
            ofActions = emitter.Temporary(axes);
            Movement.Gather(emitter, ofActions, scale, sets, actions.Name, BlockRange.All(actions).Parents);
        }

        if (!halves)
            return new(scale, ofActions, null);
        var half = emitter.Temporary(ofActions.Axes);
        Pointwise.Binary(emitter, BinaryKind.Multiply, half, ofActions, emitter.Scalar(0.5));
        return new(scale, ofActions, half);
    }

    private static void Proximal(
        Emitter emitter,
        SweepKind kind,
        BlockRange range,
        View worth,
        View values,
        View point,
        Scale scale
    )
    {
        var moved = emitter.Temporary(values.Axes);
        Pointwise.Binary(emitter, BinaryKind.Divide, moved, values, range.OfChildren(scale.OfActions));
        Pointwise.Binary(emitter, BinaryKind.Add, moved, moved, point);
        if (kind == SweepKind.Soft)
        {
            Ragged.LogSumExp(emitter, range, worth, moved);
            Pointwise.Binary(emitter, BinaryKind.Multiply, worth, worth, range.OfParents(scale.OfSets));
            return;
        }

        // sum of x q - (s / 2) (x - w)^2
        var strategy = emitter.Temporary(values.Axes);
        var away = emitter.Temporary(values.Axes);
        Ragged.Project(emitter, range, strategy, moved);
        Pointwise.Binary(emitter, BinaryKind.Subtract, away, strategy, point);
        Pointwise.Binary(emitter, BinaryKind.Multiply, away, away, away);
        Pointwise.Binary(emitter, BinaryKind.Multiply, away, away, range.OfChildren(scale.Half!));
        Pointwise.Binary(emitter, BinaryKind.Multiply, strategy, strategy, values);
        Pointwise.Binary(emitter, BinaryKind.Subtract, strategy, strategy, away);
        Ragged.Reduce(emitter, range, sum: true, worth, strategy);
    }

    private static IEnumerable<Level> Levels(TreeplexAxes treeplex)
    {
        var (actions, root) = (treeplex.Actions, treeplex.Actions.Size);
        var (first, start, set) = (0, 0, 0);
        for (var block = 0; block < actions.Blocks.Count; )
        {
            // a block belongs to the level as long as nothing before it stands in the level itself
            var (size, sets, count) = (0, 0, 0);
            while (block < actions.Blocks.Count)
            {
                var columns = actions.Blocks[block].Columns;
                var before = treeplex.Before.Skip(set + sets).Take(columns);
                if (count > 0 && !before.All(s => s < start || s == root))
                    break;
                (size, sets, count, block) = (size + actions.Blocks[block].Size, sets + columns, count + 1, block + 1);
            }

            var range = new BlockRange(actions, first, count);
            var ofSets = treeplex.Before.Skip(set).Take(sets).ToValueList();
            yield return new(range, ofSets, range.Parents.Select(p => ofSets[p]).ToValueList());
            (first, start, set) = (block, start + size, set + sets);
        }
    }
}
