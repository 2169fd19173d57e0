using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Writes the statements that compute values.</summary>
internal sealed class Computation(Program program, StepValues step, Values values, Emitter emitter)
{
    private readonly Uses _uses = new(program);
    private readonly List<Op.Random> _draws = [];

    /// <summary>Constants, literals and signals that are in use.</summary>
    public List<(Op Source, View View)> Sources { get; } = [];

    /// <summary>The draws of a step.</summary>
    public IReadOnlyList<Op.Random> Draws => _draws;

    /// <summary>The numbers of the steps of a call, if a table is made of them.</summary>
    public View? StepNumbers { get; private set; }

    private Graph Graph => program.Graph;

    /// <summary>Computes a value, unless it is known.</summary>
    public void Write(int id)
    {
        if (values.TryFind(id, Element.Number) is not null || values.TryFind(id, Element.Truth) is not null)
            return;
        var node = Graph[id];
        switch (node.Op)
        {
            case Op.Constant or Op.Literal or Op.Signal:
                var view = values.New(id, Element.Number);
                values.Keep(id, view);
                Sources.Add((node.Op, view));
                if (_uses.Needs(id, Element.Truth))
                    values.Keep(id, Decide(view));
                break;
            case Op.Random random:
                if (!_draws.Contains(random))
                    _draws.Add(random);
                var drawn = values.New(id, Element.Number);
                values.Keep(id, drawn);
                var declared = random.Axes.Select(a => (a.Name, (long)a.Size)).ToArray();
                emitter.Add(Instruction.Draw(drawn.Over(declared), _draws.IndexOf(random)));
                break;
            case Op.Rename or Op.Expand or Op.Slice or Op.StopGradient:
                foreach (var element in (Element[])[Element.Number, Element.Truth])
                {
                    if (values.TryFind(node.Arguments[0], element) is { } whole)
                        values.Keep(id, Look(node.Op, whole));
                }

                break;
            default:
                if (!values.InStep || !step.IsFused(id))
                    TryWrite([id]);
                break;
        }
    }

    /// <summary>Computes one value, or twins if they lie evenly; false if they do not.</summary>
    public bool TryWrite(int[] ids)
    {
        // a contraction that is only there to be negated is computed with its negation
        var nodes = ids.Select(id => Graph[id]).ToArray();
        var negate = values.InStep && nodes[0].Op is Op.Unary && step.IsFused(nodes[0].Arguments[0]);
        if (negate)
            nodes = [Graph[nodes[0].Arguments[0]]];

        var (op, needs) = (nodes[0].Op, Needs(ids[0]));
        var twins = new Twins(ids.Length);
        View?[] inputs =
        [
            .. Enumerable
                .Range(0, nodes[0].Arguments.Count)
                .Select(k => twins.Stack([.. nodes.Select(n => Operand(op, k, n.Arguments[k]))])),
        ];
        var results = needs.Select(element => ids.Select(id => values.New(id, element)).ToArray()).ToArray();
        View?[] outputs = [.. results.Select(twins.Stack)];
        if (inputs.Concat(outputs).Any(v => v is null) || ids.Any(id => !Needs(id).SequenceEqual(needs)))
            return false;
        // twins of nothing but shared operands are one value under two names: nothing would fill the second place
        if (ids.Length > 1 && !inputs.Any(v => v!.Holds(View.Twins)))
            return false;

        for (var k = 0; k < needs.Length; k++)
            Write(op, nodes[0], outputs[k]!, [.. inputs.Select(v => v!)], negate, outputs[0]!);
        foreach (var (id, view) in results.SelectMany(r => ids.Zip(r)))
            values.Keep(id, view);
        return true;
    }

    /// <summary>
    /// Computes the numbers that depend on the step alone for all steps of a call, and lets the loop take its own from there.
    /// </summary>
    public void WriteTable(Timetable timetable)
    {
        if (timetable.Read.Count == 0)
            return;
        var rows = new Dictionary<int, View>();
        foreach (var id in values.Counters)
            rows[id] = StepNumbers = View.Of(Element.Number, (View.Steps, Timetable.Capacity));
        StepNumbers!.Storage.Permanent = true;
        foreach (var id in timetable.Order)
        {
            View[] inputs = [.. Graph[id].Arguments.Select(a => rows.GetValueOrDefault(a) ?? values.Find(a))];
            if (StepValues.IsView(Graph[id].Op))
            {
                rows[id] = inputs[0];
                continue;
            }

            rows[id] = View.Of(Element.Number, (View.Steps, Timetable.Capacity));
            Kernels.Emit(emitter, Graph[id].Op, rows[id], inputs, negate: false);
        }

        foreach (var id in timetable.Read)
        {
            rows[id].Storage.Permanent = true;
            values.Keep(id, new(rows[id].Storage, 0, []) { IsOfStep = true });
        }
    }

    private void Write(Op op, Node node, View output, View[] inputs, bool negate, View numbers)
    {
        if (output.Element == Element.Truth && !Uses.IsComparison(op))
            Pointwise.IsTrue(emitter, output, numbers);
        else if (op is Op.Binary { Kind: BinaryKind.Maximum } && Graph.ConstantOf(node.Arguments[1]) == 0)
            Pointwise.Positive(emitter, output, inputs[0]);
        else
            Kernels.Emit(emitter, op, output, inputs, negate);
    }

    // the truth of a comparison comes first, as its numbers may be written over an operand; any other is taken from the numbers
    private Element[] Needs(int id)
    {
        Element[] order = Uses.IsComparison(Graph[id].Op)
            ? [Element.Truth, Element.Number]
            : [Element.Number, Element.Truth];
        return [.. order.Where(element => _uses.Needs(id, element))];
    }

    private View Operand(Op op, int position, int id)
    {
        if (op is Op.Select && position == 0)
            return Truth(id);
        var view = values.Find(id);
        // a number of the table may be an operand of functions of single elements, but has no shape
        if (!view.IsOfStep || (view.Dims.Count == 0 && op is Op.Unary or Op.Binary or Op.Select))
            return view;
        var laid = emitter.Temporary(view.Axes);
        Pointwise.Copy(emitter, laid, view);
        return laid;
    }

    // states and draws are numbers when they come
    private View Truth(int id)
    {
        if (values.TryFind(id, Element.Truth) is not { } truth)
            values.Keep(id, truth = Decide(values.Find(id)));
        return truth;
    }

    private View Decide(View numbers)
    {
        var truth = emitter.Temporary(numbers.Axes, Element.Truth);
        Pointwise.IsTrue(emitter, truth, numbers);
        return truth;
    }

    private static View Look(Op op, View whole) =>
        op switch
        {
            Op.Rename r => whole.Rename(r.From, r.To),
            Op.Expand e => whole.Expand(e.Axes),
            Op.Slice s => whole.Slice(s.From, s.Start, s.To),
            _ => whole,
        };
}
