using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Where each value of a program lies, as numbers and as truth values.</summary>
/// <remarks>
/// State, invariants and carried values have a place of their own. Others live within a section: those of a step lie where the
/// arrangement puts them, those of other sections anywhere.
/// </remarks>
internal sealed class Values
{
    private readonly Program _program;
    private readonly Layout _layout;
    private readonly Arrangement _arrangement;
    private readonly Dictionary<(int Id, Element Element), View> _kept = [];
    private readonly Dictionary<int, View> _carried = [];
    private Dictionary<(int Id, Element Element), View> _local = [];

    public Values(Program program, Layout layout, StepValues step, Arrangement arrangement)
    {
        (_program, _layout, _arrangement) = (program, layout, arrangement);
        Counters = [.. Enumerable.Range(0, program.Graph.Nodes.Count).Where(id => program.Graph[id].Op is Op.Step)];
        foreach (var source in program.States.Select(s => s.Source).Concat(Counters))
            _kept[(source, Element.Number)] = NewHome(source);
        foreach (var carried in step.Carried)
            _carried[carried.Source] = NewHome(carried.Source);
    }

    /// <summary>The value that is the number of the step, if the program uses it.</summary>
    public IReadOnlyList<int> Counters { get; }

    /// <summary>Whether the present section is the step.</summary>
    public bool InStep { get; private set; }

    /// <summary>Forgets the values of the section before.</summary>
    public void Begin(bool inStep) => (_local, InStep) = ([], inStep);

    /// <summary>Where a value lies.</summary>
    public View Find(int id) =>
        TryFind(id, Element.Number) ?? throw new InvalidOperationException($"%{id} is used before it is computed.");

    /// <summary>Where a value lies, if it has been computed.</summary>
    public View? TryFind(int id, Element element) =>
        _local.TryGetValue((id, element), out var view) || _kept.TryGetValue((id, element), out view) ? view
        : InStep && element == Element.Number ? _carried.GetValueOrDefault(id)
        : null;

    /// <summary>Where a step finds a value that the step before left; in other sections such a value is computed from the state.</summary>
    public View Home(Loop carried) => _carried[carried.Source];

    /// <summary>Remembers where a value lies, for the section or, of an invariant, for good.</summary>
    public void Keep(int id, View view)
    {
        if (_program.Varying[id])
        {
            _local[(id, view.Element)] = view;
            return;
        }

        view.Storage.Permanent = true;
        _kept[(id, view.Element)] = view;
    }

    /// <summary>A view of memory for a value.</summary>
    public View New(int id, Element element) => New(id, element, InStep || !_program.Varying[id]);

    private View New(int id, Element element, bool placed)
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

    private View NewHome(int source)
    {
        var view = New(source, Element.Number, placed: true);
        view.Storage.Permanent = true;
        return view;
    }
}
