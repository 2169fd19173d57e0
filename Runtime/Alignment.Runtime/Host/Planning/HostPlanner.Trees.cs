using Alignment.Compiler;

namespace Alignment.Runtime.Host;

// Operations along ragged axes and through game trees. The columns of a block lie side by side, so vectors run along them (and along the
// games, where there are several) whatever the number of children.
internal sealed partial class HostPlanner<T>
{
    /// <summary>The view of a value with every element of its own along an axis, for every game if games differ in the output.</summary>
    private View Written(int id, Axis axis, bool lanes)
    {
        var view = Find(id);
        if (view.Holds(axis) && view.Lanes == lanes && view.Stride(axis) == (lanes ? Layouts.Lanes : 1))
            return view;
        var invariant = !_program.Varying[id];
        var layouts = invariant ? _keptLayouts : _localLayouts;
        var key = (id, $"every {axis.Name}{(lanes ? " of every game" : "")}");
        if (layouts.TryGetValue(key, out var known))
            return known;
        var node = Graph[id];
        var batch = _program.Batch.Where(b => !node.Axes.Contains(b)).Take(lanes ? 1 : 0);
        var whole = node with { Axes = node.Axes.Union(AxisSet.Of([axis, .. batch])) };
        var written = Layouts.New(whole, invariant, axis.Name);
        written.Storage.Permanent = invariant;
        var section = _section;
        _section = invariant ? Once ?? _section : _section;
        if (!lanes && view.Holds(axis))
            EmitElements(
                written,
                Layouts.EventAxes(whole),
                view,
                Layouts.EventAxes(whole),
                $"lay out along {axis.Name}"
            );
        else
            EmitPointwise(whole, written, [view], (o, x, run) => Pointwise.Copy<T>(o, x[0], run));
        _section = section;
        layouts[key] = written;
        return written;
    }

    private static Instruction<T> Joined(
        string label,
        IEnumerable<Kernel<T>> parts,
        View output,
        View[] inputs,
        Storage[] inPlace
    ) =>
        new(
            new SequenceKernel<T>([.. parts]) { Label = label },
            [output.Storage],
            [.. inputs.Select(v => v.Storage)],
            inPlace
        );

    /// <summary>The rows of a block as operands: for each element of the other axes, each row.</summary>
    private static Operand Rows(View view, Axis[] others, int start, int row, int rows) =>
        new(
            view,
            Layouts<T>.Moved(view, others, [.. Enumerable.Range(0, rows).Select(r => start + (r * row))]),
            runs: true
        );

    private void EmitSpread(int id, Node node, Op.Spread spread)
    {
        var (children, parent) = (spread.Children, spread.Children.Parent!);
        var output = Layouts.New(node, !_program.Varying[id], children.Name);
        Keep(id, output);
        var input = Written(node.Arguments[0], parent, output.Lanes);
        var others = Layouts.EventAxes(node).Where(a => a != children).ToArray();
        var parts = output
            .Blocks(children)
            .Zip(input.Blocks(parent), children.Blocks)
            .Select(b =>
                Pointwise.Copy<T>(
                    Rows(output, others, b.First.Start, b.First.Row, b.Third.Rows),
                    Rows(input, others, b.Second.Start, 0, b.Third.Rows),
                    b.First.Row
                )
            );
        _section.Add(Joined(node.Op.Signature, parts, output, [input], []));
    }

    /// <summary>A tree of pointwise operations over a ragged axis that reads values over its parent where they lie: row by row.</summary>
    private void EmitRaggedTree(int id, Node node, List<int> leaves)
    {
        var children = ((Op.Spread)Graph[leaves.Find(leaf => _fusion!.Absorbs(leaf))].Op).Children;
        var output = Layouts.New(node, invariant: false, children.Name);
        Keep(id, output);
        var views = leaves
            .Select(leaf =>
                _fusion!.Absorbs(leaf) ? Written(Graph[leaf].Arguments[0], children.Parent!, output.Lanes)
                : Graph[leaf].Axes.Contains(children) ? Written(leaf, children, output.Lanes)
                : Find(leaf)
            )
            .ToArray();
        // with games side by side, what differs between them and lies along neither axis is met again in every column
        bool IsAlong(View view) => view.Holds(children) || view.Holds(children.Parent!);
        var byColumn = output.Lanes && Array.Exists(views, v => v.Lanes && !IsAlong(v));
        var others = Layouts.EventAxes(node).Where(a => a != children).ToArray();
        int[] Outer(View view)
        {
            var (axis, rows) = view.Holds(children) ? (children, 1) : (children.Parent!, 0);
            if (!view.Holds(axis))
                return Layouts<T>.Moved(view, others, [.. Lengths(output).Select(_ => 0)]);
            return Layouts<T>.Moved(
                view,
                others,
                [
                    .. view.Blocks(axis)
                        .Zip(children.Blocks)
                        .SelectMany(b =>
                            Enumerable
                                .Range(0, b.Second.Rows)
                                .SelectMany(r =>
                                    Enumerable
                                        .Range(0, byColumn ? b.Second.Columns : 1)
                                        .Select(c =>
                                            b.First.Start + (r * rows * b.First.Row) + (c * (int)view.Stride(axis))
                                        )
                                )
                        ),
                ]
            );
        }

        IEnumerable<int> Lengths(View view) =>
            view.Blocks(children)
                .Zip(children.Blocks)
                .SelectMany(b =>
                    Enumerable.Repeat(
                        byColumn ? Layouts.Lanes : b.First.Row,
                        b.Second.Rows * (byColumn ? b.Second.Columns : 1)
                    )
                );

        var repeats = Layouts<T>.Elements(others);
        int[] runs = [.. Enumerable.Repeat(Lengths(output), repeats).SelectMany(x => x)];
        bool Runs(View view) => output.Lanes ? view.Lanes : !view.IsScalar && IsAlong(view);
        Operand Bind(View view) => new(view, Outer(view), Runs(view));
        Add(
            _fusion!.Create<T>(id, leaves, Bind(output), [.. views.Select(Bind)], runs),
            output,
            views,
            [
                .. views
                    .Where(v => v.Start == 0 && v.Lanes == output.Lanes && v.Strides.Equals(output.Strides))
                    .Select(v => v.Storage),
            ]
        );
    }

    /// <summary>Copies numbers one by one, each view over axes of the same sizes.</summary>
    private void EmitElements(View to, Axis[] toAxes, View from, Axis[] fromAxes, string label)
    {
        var (target, source) = (to.Offsets(toAxes), from.Offsets(fromAxes));
        Add(
            new ElementCopyKernel<T>(new(to, target, runs: false), new(from, source, runs: false)) { Label = label },
            to,
            [from],
            []
        );
    }

    /// <summary>
    /// An operation along an axis in blocks that is one row to it: where rows are padded, the elements are first laid side by side.
    /// </summary>
    private void EmitAlongPadded(int id, Node node, Axis axis)
    {
        var flat = Axis.Of(axis.Name, axis.Size);
        var invariant = !_program.Varying[id];
        Node Flat(Node n) => n with { Axes = n.Axes.Replace(axis, flat) };
        View Laid(Node n)
        {
            var view = Layouts.New(Flat(n), invariant);
            view.Storage.Permanent = invariant;
            return view;
        }

        var argument = Graph[node.Arguments[0]];
        var keeps = node.Axes.Contains(axis);
        var output = Layouts.New(node, invariant);
        Keep(id, output);
        var input = Laid(argument);
        const string Label = "lay out side by side";
        var lies = Find(node.Arguments[0]);
        EmitElements(input, Layouts.EventAxes(Flat(argument)), lies, Layouts.EventAxes(argument), Label);
        var result = keeps ? Laid(node) : output;
        var others = Layouts.EventAxes(node).Where(a => a != axis).ToArray();
        Add(
            new AxisKernel<T>(
                output.IsScalar ? Walks.Of<T, Spread>(node.Op)! : Walks.Of<T, Narrow>(node.Op)!,
                new(result, result.Offsets(others), runs: false),
                new(input, input.Offsets(others), runs: false),
                1,
                axis.Size,
                input.Stride(flat),
                result.Stride(flat)
            )
            {
                Label = node.Op.Signature,
            },
            result,
            [input],
            []
        );
        if (keeps)
            EmitElements(output, Layouts.EventAxes(node), result, Layouts.EventAxes(Flat(node)), Label);
    }

    private void EmitAlongChildren(int id, Node node, Axis children)
    {
        var parent = children.Parent!;
        var keeps = node.Axes.Contains(children);
        var (along, argument) = (keeps ? children : parent, node.Arguments[0]);
        var output = Layouts.New(node, !_program.Varying[id], along.Name);
        Keep(id, output);
        var input = Written(argument, children, output.Lanes);
        var others = Layouts.EventAxes(node).Where(a => a != along).ToArray();
        var walk = Walks.Of<T, Wide>(node.Op)!;
        var parts = input
            .Blocks(children)
            .Zip(output.Blocks(along), children.Blocks)
            .Select(b => new AxisKernel<T>(
                walk,
                Rows(output, others, b.Second.Start, 0, 1),
                Rows(input, others, b.First.Start, 0, 1),
                b.First.Row,
                b.Third.Rows,
                b.First.Row,
                b.Second.Row
            ));
        _section.Add(Joined(node.Op.Signature, parts, output, [input], []));
    }

    private void EmitContractChildren(int id, Node node, Axis children)
    {
        var parent = children.Parent!;
        var output = Layouts.New(node, !_program.Varying[id], parent.Name);
        Keep(id, output);
        var (left, right) = (
            Written(node.Arguments[0], children, output.Lanes),
            Written(node.Arguments[1], children, output.Lanes)
        );
        var others = Layouts.EventAxes(node).Where(a => a != parent).ToArray();
        var parts = output
            .Blocks(parent)
            .Zip(left.Blocks(children), right.Blocks(children))
            .Zip(
                children.Blocks,
                (b, block) =>
                    new ContractKernel<T>(
                        Rows(output, others, b.First.Start, 0, 1),
                        Rows(left, others, b.Second.Start, 0, 1),
                        Rows(right, others, b.Third.Start, 0, 1),
                        b.Second.Row,
                        Strides.Even(block.Rows, b.Second.Row),
                        Strides.Even(block.Rows, b.Third.Row)
                    )
            );
        _section.Add(Joined(node.Op.Signature, parts, output, [left, right], []));
    }

    // ---- treeplexes ----------------------------------------------------------------------------------------------

    private TreeBlock[] Blocks(TreeplexAxes treeplex, View sequences)
    {
        var places = sequences.Places(treeplex.Sequences);
        var set = 0;
        return
        [
            .. sequences
                .Blocks(treeplex.Sequences)
                .Zip(treeplex.Actions.Blocks)
                .Select(b =>
                {
                    int[] before = [.. Enumerable.Range(set, b.Second.Columns).Select(i => places[treeplex.Before[i]])];
                    set += b.Second.Columns;
                    return new TreeBlock(b.First.Start, b.First.Row, b.Second.Rows, before);
                }),
        ];
    }

    private void ThrowOthers(Node node, Axis axis)
    {
        var others = Layouts.EventAxes(node).Where(a => a != axis).ToArray();
        if (others.Length > 0)
            throw new NotSupportedException(
                $"{node.Op.Signature}: the Host executor takes batch axes beside a tree's own, got '{others[0].Name}'."
            );
    }

    private void EmitSweepDown(int id, Node node, TreeplexAxes treeplex)
    {
        ThrowOthers(node, treeplex.Sequences);
        var output = Layouts.New(node, !_program.Varying[id], treeplex.Sequences.Name);
        Keep(id, output);
        var x = Written(node.Arguments[0], treeplex.Actions, output.Lanes);
        var source = node.Arguments.Count > 1 ? Written(node.Arguments[1], treeplex.Sequences, output.Lanes) : null;
        Operand Start(View view) => new(view, [0], runs: true);
        var kernel = new SweepDownKernel<T>(
            Start(output),
            Start(x),
            source is null ? null : Start(source),
            Blocks(treeplex, output),
            output.Places(treeplex.Sequences)[^1],
            output.Lanes ? Layouts.Lanes : 0
        )
        {
            Label = node.Op.Signature,
        };
        Add(kernel, output, source is null ? [x] : [x, source], []);
    }

    private void EmitSweepUp(int id, Node node, Op.SweepUp op)
    {
        var treeplex = op.Treeplex;
        ThrowOthers(node, treeplex.Sequences);
        var output = Layouts.New(node, !_program.Varying[id], treeplex.Sequences.Name);
        Keep(id, output);
        var first = Graph[node.Arguments[0]].Axes.Contains(treeplex.Actions) ? treeplex.Actions : treeplex.Sequences;
        var g = Written(node.Arguments[0], first, output.Lanes);
        var inPlace = first == treeplex.Sequences && g.Start == 0 ? new[] { g.Storage } : [];
        var blocks = Blocks(treeplex, output);
        var lanes = output.Lanes ? Layouts.Lanes : 0;
        Operand Start(View view) => new(view, [0], runs: true);
        var begin = new SweepStartKernel<T>(
            Start(output),
            Start(g),
            checked((int)View.Extent(treeplex.Actions, output.Lanes, Layouts<T>.Width)) * Math.Max(1, lanes),
            output.Places(treeplex.Sequences)[^1],
            first == treeplex.Sequences,
            Math.Max(1, lanes)
        );
        if (op.Kind is SweepKind.Strategy or SweepKind.Best)
        {
            var x = op.Kind == SweepKind.Strategy ? Written(node.Arguments[1], treeplex.Actions, output.Lanes) : null;
            var sweep = new SweepUpKernel<T>(Start(output), x is null ? null : Start(x), blocks, lanes);
            _section.Add(Joined(op.Signature, [begin, sweep], output, x is null ? [g] : [g, x], inPlace));
            return;
        }

        var point = Written(node.Arguments[1], treeplex.Actions, output.Lanes);
        var scale = Written(node.Arguments[2], treeplex.InformationSets, output.Lanes);
        var scratch = Layouts.New(
            node with
            {
                Axes = node.Axes.Replace(treeplex.Sequences, treeplex.Actions),
            },
            !_program.Varying[id],
            treeplex.Actions.Name
        );
        var sums = Layouts.New(
            node with
            {
                Axes = node.Axes.Replace(treeplex.Sequences, treeplex.InformationSets),
            },
            !_program.Varying[id],
            treeplex.InformationSets.Name
        );
        var parts = blocks
            .Zip(scale.Blocks(treeplex.InformationSets), treeplex.Actions.Blocks)
            .Reverse()
            .SelectMany(b =>
                ProximalParts(op.Kind, b.First, b.Second.Start, output, point, scale, scratch, sums)
                    .Append(new SweepAddKernel<T>(Start(output), Start(sums), b.First, b.Second.Start, lanes))
            );
        var kernel = new SequenceKernel<T>([begin, .. parts]) { Label = op.Signature };
        _section.Add(
            new(
                kernel,
                [output.Storage, scratch.Storage, sums.Storage],
                [g.Storage, point.Storage, scale.Storage],
                inPlace
            )
        );
    }

    /// <summary>The kernels that compute what the information sets of a block are worth into their places of <paramref name="sums"/>.</summary>
    private static IEnumerable<Kernel<T>> ProximalParts(
        SweepKind kind,
        TreeBlock block,
        int set,
        View values,
        View point,
        View scale,
        View scratch,
        View sums
    )
    {
        Operand Actions(View view) => Rows(view, [], block.Start, block.Row, block.Rows);
        Operand First(View view) => Rows(view, [], block.Start, 0, 1);
        Operand Sets(View view) => Rows(view, [], set, 0, 1);
        Operand Each(View view) => Rows(view, [], set, 0, block.Rows);
        AxisKernel<T> Along(Op op, Operand to) =>
            new(Walks.Of<T, Wide>(op)!, to, First(scratch), block.Row, block.Rows, block.Row, block.Row);

        var axis = Axis.Of("actions", 1); // walks look at counts and strides only
        yield return Pointwise.Create<T>(BinaryKind.Divide, Actions(scratch), Actions(values), Each(scale), block.Row);
        yield return Pointwise.Create<T>(BinaryKind.Add, Actions(scratch), Actions(scratch), Actions(point), block.Row);
        if (kind == SweepKind.Soft)
        {
            yield return Along(new Op.Reduce(ReduceKind.LogSumExp, axis), Sets(sums));
            yield return Pointwise.Create<T>(BinaryKind.Multiply, Sets(sums), Sets(sums), Sets(scale), block.Row);
            yield break;
        }

        yield return Along(new Op.SimplexProjection(axis), First(scratch));
        yield return new NearestWorthKernel<T>(
            Sets(sums),
            First(scratch),
            First(values),
            First(point),
            Sets(scale),
            block
        );
    }

    // ---- sparse payoffs --------------------------------------------------------------------------------------------

    private void EmitSparseContract(int id, Node node, SparseIndex index)
    {
        ThrowOthers(node, index.To.Axis);
        var output = Layouts.New(node, !_program.Varying[id], index.To.Axis.Name);
        Keep(id, output);
        var table = SparseTable.Of(index);
        var values = SparseValues(node.Arguments[0], index, table);
        var factors = index.Factors.Select((f, k) => Written(node.Arguments[k + 1], f.Axis, output.Lanes)).ToArray();
        Operand Start(View view) => new(view, [0], runs: view.Lanes);
        Add(
            new SparseContractKernel<T>(
                Start(output),
                Start(values),
                [.. factors.Select(Start)],
                table,
                output.Places(index.To.Axis),
                [.. index.Factors.Zip(factors, (f, view) => view.Places(f.Axis))],
                [.. index.Factors.Select(f => f.Map)],
                output.Lanes ? Layouts.Lanes : 0
            )
            {
                Label =
                    $"sparse_contract[{string.Join(" ", index.Factors.Select(f => f.Axis.Name))}->{index.To.Axis.Name}]",
            },
            output,
            [values, .. factors],
            []
        );
    }

    /// <summary>The terms' values in the order in which the kernel takes them: sorted once, where they never change.</summary>
    private View SparseValues(int id, SparseIndex index, SparseTable table)
    {
        var node = Graph[id];
        var invariant = !_program.Varying[id];
        var held = Find(id);
        var axes = held.Holds(index.Over) ? node.Axes : AxisSet.Of(index.Over).Union(node.Axes);
        var sorted = Layouts.New(node with { Axes = axes }, invariant, index.Over.Name);
        sorted.Storage.Permanent = invariant;
        var from = held.Places(index.Over);
        Operand to = new(sorted, Strides.Even(index.Over.Size, sorted.Stride(index.Over)), sorted.Lanes);
        Operand source = new(held, [.. table.Order.Select(k => from[k])], held.Lanes);
        Kernel<T> kernel = sorted.Lanes
            ? Pointwise.Copy<T>(to, source, Layouts.Lanes)
            : new ElementCopyKernel<T>(to, source);
        kernel.Label = "sort terms";
        // before the section that reads them there is the one that runs once
        (invariant ? Once ?? _section : _section).Add(new(kernel, [sorted.Storage], [held.Storage], []));
        return sorted;
    }
}
