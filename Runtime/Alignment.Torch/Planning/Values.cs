using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Where each value of a program lies, and the statements that put it there.</summary>
internal sealed class Values
{
    private readonly Program _program;
    private readonly Layout _layout;
    private readonly StepValues _step;
    private readonly Arrangement _arrangement;
    private readonly Emitter _emitter;
    private readonly Uses _uses;
    private readonly Dictionary<(int Id, Element Element), View> _kept = [];
    private readonly List<Op.Random> _draws = [];
    private Dictionary<(int Id, Element Element), View> _local = [];
    private bool _inStep;

    public Values(Program program, Layout layout, StepValues step, Arrangement arrangement, Emitter emitter)
    {
        (_program, _layout, _step, _arrangement, _emitter) = (program, layout, step, arrangement, emitter);
        _uses = new(program);
        foreach (var source in step.Loops.Select(l => l.Source).Concat(Counters))
        {
            var view = NewView(source, Element.Number, placed: true);
            view.Storage.Permanent = true;
            _kept[(source, Element.Number)] = view;
        }
    }

    /// <summary>Constants, literals and signals that are in use, over their declared axes.</summary>
    public List<(Op Source, View View)> Sources { get; } = [];

    /// <summary>The draws of a step, over their declared axes.</summary>
    public IReadOnlyList<Op.Random> Draws => _draws;

    /// <summary>Where the number of the step lies, if the program uses it.</summary>
    public View? StepNumber => Counters.Select(id => _kept[(id, Element.Number)]).FirstOrDefault();

    private IEnumerable<int> Counters => Enumerable.Range(0, Graph.Nodes.Count).Where(id => Graph[id].Op is Op.Step);

    private Graph Graph => _program.Graph;

    /// <summary>The numbers of the steps of a call, if a table is made of them.</summary>
    public View? StepNumbers { get; private set; }

    /// <summary>Forgets the values of the section before; those of a step lie where the arrangement put them.</summary>
    public void Begin(List<Instruction> section, bool inStep)
    {
        _emitter.Section = section;
        _local = [];
        _inStep = inStep;
    }

    /// <summary>Where a value lies.</summary>
    public View Find(int id, Element element = Element.Number) =>
        TryFind(id, element) ?? throw new InvalidOperationException($"%{id} is used before it is computed.");

    /// <summary>Takes a kept value out, so that it is computed anew, until it is put back.</summary>
    public View TakeOut(int id)
    {
        _kept.Remove((id, Element.Number), out var view);
        return view!;
    }

    /// <summary>Puts a kept value back.</summary>
    public void PutBack(int id, View view) => _kept[(id, Element.Number)] = view;

    /// <summary>Computes a value, unless it is known.</summary>
    public void Emit(int id)
    {
        if (TryFind(id, Element.Number) is not null || TryFind(id, Element.Truth) is not null)
            return;
        var node = Graph[id];
        switch (node.Op)
        {
            case Op.Constant or Op.Literal or Op.Signal:
                var view = NewView(id, Element.Number, placed: true);
                Keep(id, view);
                Sources.Add((node.Op, view));
                if (_uses.Needs(id, Element.Truth))
                    Keep(id, Decided(view));
                break;
            case Op.Random random:
                if (_draws.IndexOf(random) < 0)
                    _draws.Add(random);
                var drawn = NewView(id, Element.Number, _inStep);
                Keep(id, drawn);
                _emitter.Add(
                    Instruction.Draw(
                        drawn.Over([.. random.Axes.Select(a => (a.Name, (long)a.Size))]),
                        _draws.IndexOf(random)
                    )
                );
                break;
            case Op.Rename or Op.Expand or Op.Slice or Op.StopGradient:
                foreach (var element in (Element[])[Element.Number, Element.Truth])
                {
                    if (TryFind(node.Arguments[0], element) is { } whole)
                        Keep(id, Look(node.Op, whole));
                }

                break;
            default:
                if (!_inStep || !_step.IsFused(id))
                    Compute([id]);
                break;
        }
    }

    /// <summary>Computes the numbers that depend on the step alone for all steps of a call, and lets the loop take its own from there.</summary>
    public void EmitTable(Timetable timetable, List<Instruction> section)
    {
        var inLoop = _emitter.Section;
        _emitter.Section = section;
        var rows = new Dictionary<int, View>();
        View Row() => View.Of(Element.Number, (View.Steps, Timetable.Capacity));
        foreach (var id in timetable.Order.Count == 0 ? [] : Counters)
            rows[id] = StepNumbers = Row();
        if (StepNumbers is { } numbers)
            numbers.Storage.Permanent = true;
        foreach (var id in timetable.Order)
        {
            View[] inputs = [.. Graph[id].Arguments.Select(a => rows.TryGetValue(a, out var row) ? row : Find(a))];
            rows[id] = StepValues.IsView(Graph[id].Op) ? inputs[0] : Row();
            if (!StepValues.IsView(Graph[id].Op))
                Kernels.Emit(_emitter, Graph[id].Op, rows[id], inputs, negate: false);
        }

        foreach (var id in timetable.Read)
        {
            rows[id].Storage.Permanent = true;
            _local[(id, Element.Number)] = new(rows[id].Storage, 0, []) { IsOfStep = true };
        }

        _emitter.Section = inLoop;
    }

    /// <summary>Computes values in one statement each, or all in one if they lie evenly; false if they do not.</summary>
    public bool Compute(int[] ids)
    {
        var node = Graph[ids[0]];
        var negate = _inStep && node.Op is Op.Unary && _step.IsFused(node.Arguments[0]);
        if (negate)
            node = Graph[node.Arguments[0]];
        IEnumerable<View> Arguments(int k) =>
            ids.Select(id => (negate ? node : Graph[id]).Arguments[k])
                .Select(a => k == 0 && node.Op is Op.Select ? FindTruth(a) : Find(a));

        var twins = new Twins(ids.Length);
        View?[] inputs = [.. Enumerable.Range(0, node.Arguments.Count).Select(k => twins.Stack([.. Arguments(k)]))];
        var isPointwise = node.Op is Op.Unary or Op.Binary or Op.Select;
        inputs = [.. inputs.Select(v => v is { IsOfStep: true } && !(isPointwise && v.Dims.Count == 0) ? Laid(v) : v)];
        // truth values first: the numbers may be written over an operand
        Element[] elements = [.. ((Element[])[Element.Truth, Element.Number]).Where(e => _uses.Needs(ids[0], e))];
        var results = elements
            .Select(e => ids.Select(id => NewView(id, e, _inStep || !_program.Varying[id])).ToArray())
            .ToArray();
        View?[] outputs = [.. results.Select(twins.Stack)];
        if (inputs.Concat(outputs).Any(v => v is null) || ids.Any(id => elements.Any(e => !_uses.Needs(id, e))))
            return false;
        // twins of nothing but shared operands are one value under two names: nothing would fill the second place
        if (ids.Length > 1 && !inputs.Any(v => v!.Holds(View.Twins)))
            return false;

        for (var k = 0; k < elements.Length; k++)
        {
            if (elements[k] == Element.Number && IsPositivePart(node))
                Pointwise.Positive(_emitter, outputs[k]!, inputs[0]!);
            else if (elements[k] == Element.Number || Uses.IsComparison(node.Op))
                Kernels.Emit(_emitter, node.Op, outputs[k]!, [.. inputs.Select(v => v!)], negate);
        }

        if (elements is [Element.Truth, Element.Number] && !Uses.IsComparison(node.Op))
            Pointwise.IsTrue(_emitter, outputs[0]!, outputs[1]!);
        foreach (var (id, view) in results.SelectMany(r => ids.Zip(r)))
            Keep(id, view);
        return true;
    }

    // a number of the table may be an operand of functions of single elements, but has no shape
    private View Laid(View view)
    {
        var laid = _emitter.Temporary(view.Axes);
        Pointwise.Copy(_emitter, laid, view);
        return laid;
    }

    // states and draws are numbers when they come
    private View FindTruth(int id)
    {
        if (TryFind(id, Element.Truth) is not { } truth)
            _local[(id, Element.Truth)] = truth = Decided(Find(id));
        return truth;
    }

    private View Decided(View numbers)
    {
        var truth = _emitter.Temporary(numbers.Axes, Element.Truth);
        Pointwise.IsTrue(_emitter, truth, numbers);
        return truth;
    }

    private bool IsPositivePart(Node node) =>
        node.Op is Op.Binary { Kind: BinaryKind.Maximum } && Graph.ConstantOf(node.Arguments[1]) == 0;

    private View? TryFind(int id, Element element) =>
        _local.TryGetValue((id, element), out var view) || _kept.TryGetValue((id, element), out view) ? view : null;

    private void Keep(int id, View view)
    {
        if (_program.Varying[id])
        {
            _local[(id, view.Element)] = view;
            return;
        }

        view.Storage.Permanent = true;
        _kept[(id, view.Element)] = view;
    }

    private View NewView(int id, Element element, bool placed)
    {
        var alone = View.Of(element, _layout.Axes(id).Select(a => (a.Name, (long)a.Size)));
        return placed && _arrangement.Find(id) is { } place
            ? alone with
            {
                Storage = place.Group.Memory(element, alone.Elements),
                Start = place.Index * alone.Elements,
            }
            : alone;
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
