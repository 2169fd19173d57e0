namespace Alignment;

/// <summary>The axes of a treeplex, and the order in which its parts lie along them.</summary>
/// <remarks>
/// Information sets are sorted by level (how many own actions lie before) and by their number of actions, so that those of one kind form a
/// block: a vector takes several of them at once, and every sequence before an information set stands in an earlier block. Sequences are
/// the actions, in the same order, and behind them the empty sequence.
/// </remarks>
public sealed class TreeplexAxes : IEquatable<TreeplexAxes>
{
    private TreeplexAxes(
        Axis sets,
        Axis actions,
        Axis sequences,
        ValueList<int> before,
        ValueList<int> setPlaces,
        ValueList<int> actionPlaces
    )
    {
        (InformationSets, Actions, Sequences) = (sets, actions, sequences);
        (Before, SetPlaces, ActionPlaces) = (before, setPlaces, actionPlaces);
        Fingerprint = Fingerprint.Of(
            $"{sets.Signature};{actions.Signature};{sequences.Signature}",
            [Fingerprint.Of(before.AsSpan())]
        );
    }

    /// <summary>The information sets.</summary>
    public Axis InformationSets { get; }

    /// <summary>The actions: ragged, grouped by information sets.</summary>
    public Axis Actions { get; }

    /// <summary>The sequences: the actions, then the empty sequence.</summary>
    public Axis Sequences { get; }

    /// <summary>For each information set, in the order of its axis: the sequence before it.</summary>
    public ValueList<int> Before { get; }

    /// <summary>For each information set, as the treeplex counts them: its place on its axis.</summary>
    public ValueList<int> SetPlaces { get; }

    /// <summary>For each action, as the treeplex counts them: its place on its axis.</summary>
    public ValueList<int> ActionPlaces { get; }

    /// <summary>Content hash.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>The place of a sequence, which the treeplex counts from the empty one.</summary>
    public int SequencePlace(int sequence) => sequence == 0 ? Actions.Size : ActionPlaces[sequence - 1];

    /// <summary>Numbers along <see cref="Actions"/> in the order in which the treeplex counts its actions.</summary>
    public ValueList<double> InTreeOrder(ReadOnlySpan<double> along)
    {
        var numbers = new double[ActionPlaces.Count];
        for (var a = 0; a < numbers.Length; a++)
            numbers[a] = along[ActionPlaces[a]];
        return numbers.ToValueList();
    }

    /// <summary>Numbers of the treeplex' actions along <see cref="Actions"/>.</summary>
    public void InAxisOrder(ReadOnlySpan<double> numbers, Span<double> along)
    {
        for (var a = 0; a < ActionPlaces.Count; a++)
            along[ActionPlaces[a]] = numbers[a];
    }

    /// <summary>The axes of a treeplex, named after its player.</summary>
    public static TreeplexAxes Of(Treeplex treeplex)
    {
        ArgumentNullException.ThrowIfNull(treeplex);
        var sets = treeplex.InformationSets;
        var levels = Levels(treeplex);
        int[] order = [.. Enumerable.Range(0, sets.Count).OrderBy(i => levels[i]).ThenBy(i => sets[i].Actions.Count)];
        var blocks = new List<AxisBlock>();
        var rows = new List<int>();
        var setPlaces = new int[sets.Count];
        var actionPlaces = new int[treeplex.Actions];
        var (firstSet, firstAction) = (0, 0);
        foreach (var block in Runs(order, i => (levels[i], sets[i].Actions.Count)))
        {
            var count = sets[block[0]].Actions.Count;
            blocks.Add(new(1, block.Count));
            rows.Add(count);
            for (var column = 0; column < block.Count; column++)
            {
                setPlaces[block[column]] = firstSet + column;
                for (var row = 0; row < count; row++)
                    actionPlaces[sets[block[column]].First + row] = firstAction + (row * block.Count) + column;
            }

            firstSet += block.Count;
            firstAction += count * block.Count;
        }

        var setAxis = Axis.InBlocks($"{treeplex.Player}.sets", blocks.ToValueList());
        var actions = setAxis.Children(treeplex.Player, rows.ToValueList());
        var sequences = Axis.InBlocks($"{treeplex.Player}.sequences", actions.Blocks.Add(new(1, 1)));
        int Place(int sequence) => sequence == 0 ? treeplex.Actions : actionPlaces[sequence - 1];
        return new(
            setAxis,
            actions,
            sequences,
            order.Select(i => Place(sets[i].Parent)).ToValueList(),
            setPlaces.ToValueList(),
            actionPlaces.ToValueList()
        );
    }

    /// <inheritdoc/>
    public bool Equals(TreeplexAxes? other) => other is not null && other.Fingerprint == Fingerprint;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TreeplexAxes);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();

    /// <summary>The player's name and the content hash.</summary>
    public override string ToString() => $"{Actions.Name} #{Fingerprint}";

    /// <summary>How many own actions lie before each information set.</summary>
    private static int[] Levels(Treeplex treeplex)
    {
        var sets = treeplex.InformationSets;
        var owners = new int[treeplex.Actions];
        var levels = new int[sets.Count];
        for (var i = 0; i < sets.Count; i++)
        {
            // parents come first
            levels[i] = sets[i].Parent == 0 ? 0 : levels[owners[sets[i].Parent - 1]] + 1;
            Array.Fill(owners, i, sets[i].First, sets[i].Actions.Count);
        }

        return levels;
    }

    private static IEnumerable<List<int>> Runs<TKey>(int[] order, Func<int, TKey> key)
        where TKey : IEquatable<TKey>
    {
        List<int> run = [];
        foreach (var item in order)
        {
            if (run.Count > 0 && !key(run[0]).Equals(key(item)))
            {
                yield return run;
                run = [];
            }

            run.Add(item);
        }

        yield return run;
    }
}
