using Alignment.Compiler;

namespace Alignment.Runtime.Host;

// A kernel for each kind of operation.
internal sealed partial class HostPlanner<T>
{
    private void EmitPointwise(int id, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var node = Graph[id];
        var arguments = node.Arguments.ToArray();
        // the operand with the most axes decides the layout: the others follow or are broadcast
        var leader = arguments.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = Layouts.New(node, !_program.Varying[id], leader.Innermost);
        Keep(id, output);
        EmitPointwise(node, output, arguments, create);
    }

    private void EmitTree(int id, Node node)
    {
        var leaves = _fusion!.Leaves(id);
        if (leaves.Exists(leaf => _fusion.Absorbs(leaf)))
        {
            EmitRaggedTree(id, node, leaves);
            return;
        }

        var leader = leaves.Select(Find).OrderByDescending(v => v.Strides.Count).First();
        var output = Layouts.New(node, invariant: false, leader.Innermost);
        Keep(id, output);
        EmitPointwise(node, output, [.. leaves], (o, x, run) => _fusion.Create<T>(id, leaves, o, x, [run]));
    }

    private void EmitPointwise(Node node, View output, int[] arguments, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var views = arguments.Select(a => Along(a, output)).ToArray();
        EmitPointwise(node, output, views, create);
    }

    private void EmitPointwise(Node node, View output, View[] views, Func<Operand, Operand[], int, Kernel<T>> create)
    {
        var (loops, run) = Layouts.Loops(Layouts.EventAxes(node), output);
        var to = Layouts<T>.Bind(output, loops, output);
        var from = views.Select(v => Layouts<T>.Bind(v, loops, output)).ToArray();
        if (Layouts<T>.Merges(to, run) && from.All(o => Layouts<T>.Merges(o, run)))
        {
            run *= to.Outer.Length;
            to = new(to.View, [0], to.Runs);
            from = [.. from.Select(o => new Operand(o.View, [0], o.Runs))];
        }

        var inPlace = from.Where(o => o.Runs && o.Outer.AsSpan().SequenceEqual(to.Outer) && o.View.Start == 0)
            .Select(o => o.View.Storage);
        Add(create(to, from, run), output, views, [.. inPlace]);
    }

    private void EmitCopy(View target, int value) =>
        EmitPointwise(Graph[value], target, [value], (o, x, run) => Pointwise.Copy<T>(o, x[0], run));

    private void EmitCopy(View target, View source, Node shape) =>
        EmitPointwise(shape, target, [source], (o, x, run) => Pointwise.Copy<T>(o, x[0], run));

    private void EmitAlong(int id, Node node, Axis axis)
    {
        if (axis.Parent is not null)
        {
            EmitAlongChildren(id, node, axis);
            return;
        }

        if (axis.Blocks.Count > 0 && !Layouts.HasLanes(node))
        {
            EmitAlongPadded(id, node, axis);
            return;
        }

        var input = Find(node.Arguments[0]);
        var keeps = node.Axes.Contains(axis);
        // where the axis itself is innermost, single elements are walked and the output keeps the input's layout
        var output = Layouts.New(
            node,
            !_program.Varying[id],
            keeps || input.Innermost != axis.Name ? input.Innermost : null
        );
        Keep(id, output);
        var single = !output.Lanes && (output.IsScalar || input.Innermost == axis.Name || input.IsScalar);
        var others = Layouts.EventAxes(node).Where(a => a != axis).ToArray();
        var (loops, run) = single ? (others, 1) : Layouts.Loops(others, output);
        input = single ? input : Along(node.Arguments[0], output);
        var to = single ? new(output, output.Offsets(others), runs: false) : Layouts<T>.Bind(output, loops, output);
        var from = single ? new(input, input.Offsets(others), runs: false) : Layouts<T>.Bind(input, loops, output);
        // an operand that is the same for all games has been expanded along them: its neighbours are not there to be loaded
        if (!single && !from.Runs)
            (input, from) = Widen(node.Arguments[0], loops, output);
        var walk =
            !single ? Walks.Of<T, Wide>(node.Op)
            : output.IsScalar ? Walks.Of<T, Spread>(node.Op)
            : Walks.Of<T, Narrow>(node.Op);
        Add(
            new AxisKernel<T>(walk!, to, from, run, axis.Size, input.Stride(axis), output.Stride(axis))
            {
                Label = node.Op.Signature,
            },
            output,
            [input],
            []
        );
    }

    /// <summary>Writes a value out along the output's inner run, where it was only repeated so far.</summary>
    private (View View, Operand Operand) Widen(int value, Axis[] loops, View output)
    {
        var written = Layouts.New(Graph[value], !_program.Varying[value], output.Innermost);
        written.Storage.Permanent = !_program.Varying[value];
        EmitCopy(written, value);
        return (written, Layouts<T>.Bind(written, loops, output));
    }

    private void EmitContract(int id, Node node, Op.Contract contract)
    {
        if (contract.Axes is [{ Parent: not null } children])
        {
            EmitContractChildren(id, node, children);
            return;
        }

        var (a, b) = (node.Arguments[0], node.Arguments[1]);
        var output = Layouts.New(node, !_program.Varying[id], ContractionAxis(node, a, b));
        Keep(id, output);
        var (left, right) = (Along(a, output), Along(b, output));
        var (loops, run) = Layouts.Loops(Layouts.EventAxes(node), output);
        var summed = contract.Axes.ToArray();
        Add(
            new ContractKernel<T>(
                Layouts<T>.Bind(output, loops, output),
                Layouts<T>.Bind(left, loops, output),
                Layouts<T>.Bind(right, loops, output),
                output.IsScalar ? 1 : run,
                left.Offsets(summed),
                right.Offsets(summed)
            )
            {
                Label = contract.Signature,
            },
            output,
            [left, right],
            []
        );
    }

    // The axis for vectors to run along: none if games do, else the one that needs the fewest elements copied, the longest of equals.
    private string? ContractionAxis(Node node, int a, int b)
    {
        if (Layouts.HasLanes(node))
            return null;
        double Cost(Axis axis) =>
            ((int[])[a, b]).Sum(value =>
                Find(value) is var view && view.Holds(axis) && view.Stride(axis) != 1 && _program.Varying[value]
                    ? Graph[value].Axes.Elements
                    : 0.0
            );
        return Layouts
            .EventAxes(node)
            .OrderBy(Cost)
            .ThenByDescending(axis => axis.Size)
            .Select(axis => axis.Name)
            .FirstOrDefault();
    }

    /// <summary>Copies elements of one axis to places of another; several calls may fill one output (concatenation).</summary>
    private void EmitMoved(int id, int argument, Axis to, (int To, int From)[] moves, Axis from)
    {
        var node = Graph[id];
        if (!_kept.ContainsKey(id) && !_local.ContainsKey(id))
            Keep(id, Layouts.New(node, !_program.Varying[id]));
        var output = Find(id);
        var input = Find(argument);
        var others = Layouts.EventAxes(node).Where(a => a != to).ToArray();
        var (toPlaces, fromPlaces) = (output.Places(to), input.Places(from));
        var target = Layouts<T>.Moved(output, others, [.. moves.Select(m => toPlaces[m.To])]);
        var source = Layouts<T>.Moved(input, others, [.. moves.Select(m => fromPlaces[m.From])]);
        if (output.Lanes)
        {
            Add(
                Pointwise.Copy<T>(new(output, target, runs: true), new(input, source, input.Lanes), Layouts.Lanes),
                output,
                [input],
                []
            );
        }
        else
        {
            Add(
                new ElementCopyKernel<T>(new(output, target, runs: false), new(input, source, runs: false))
                {
                    Label = "move",
                },
                output,
                [input],
                []
            );
        }
    }

    private void EmitScatter(int id, Node node, Op.SegmentSum sum)
    {
        var output = Layouts.New(node, !_program.Varying[id]);
        Keep(id, output);
        var input = Find(node.Arguments[0]);
        var others = Layouts.EventAxes(node).Where(a => a != sum.To).ToArray();
        var places = output.Places(sum.To);
        var target = Layouts<T>.Moved(output, others, [.. sum.Map.Select(to => places[to])]);
        var source = Layouts<T>.Moved(input, others, input.Places(sum.From));
        Add(
            new ScatterAddKernel<T>(
                new(output, target, output.Lanes),
                new(input, source, input.Lanes),
                Layouts.Lanes,
                checked((int)output.Storage.Length)
            )
            {
                Label = $"segment_sum[{sum.From.Name}->{sum.To.Name}]",
            },
            output,
            [input],
            []
        );
    }

    private void EmitRandom(int id, Node node, Op.Random random)
    {
        var output = Layouts.New(node, invariant: false);
        Keep(id, output);
        // the index of a draw counts the declared axes row-major, whatever the layout
        var strides = new Dictionary<string, long>(StringComparer.Ordinal);
        var size = 1L;
        foreach (var axis in random.Axes.Reverse())
        {
            strides[axis.Name] = size;
            size *= axis.Size;
        }

        var events = Layouts.EventAxes(node);
        long Logical(IReadOnlyList<Axis> axes, long position)
        {
            var index = 0L;
            foreach (var axis in axes.Reverse())
            {
                index += position % axis.Size * strides.GetValueOrDefault(axis.Name);
                position /= axis.Size;
            }

            return index;
        }

        var count = events.Aggregate(1, (n, axis) => n * axis.Size);
        var outer = Enumerable.Range(0, count).Select(k => Logical(events, k)).ToArray();
        var batch = _program.Batch;
        Add(
            new RandomKernel<T>(
                new(output, output.Offsets(events), runs: output.Lanes),
                output.Lanes ? Layouts.Lanes
                    : output.IsScalar ? Layouts<T>.Width
                    : 1,
                new(_seed, random.Name),
                random.Kind,
                outer,
                output.Lanes ? game => Logical(batch, game) : _ => 0
            )
            {
                Label = random.Signature,
            },
            output,
            [],
            []
        );
    }

    private void Add(Kernel<T> kernel, View output, View[] inputs, Storage[] inPlace) =>
        _section.Add(new(kernel, [output.Storage], [.. inputs.Select(v => v.Storage)], inPlace));
}
