using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Values that lie side by side in memory, so that one statement may compute or read them all.</summary>
internal sealed class Group
{
    private readonly Dictionary<Element, Storage> _storages = [];

    /// <summary>Number of places.</summary>
    public int Count { get; set; }

    /// <summary>Whether a place is kept from step to step.</summary>
    public bool Permanent { get; set; }

    /// <summary>The memory, for a kind of element; the first to ask decides the length of a place.</summary>
    public Storage Memory(Element element, long length)
    {
        if (!_storages.TryGetValue(element, out var storage))
            _storages.Add(
                element,
                storage = new()
                {
                    Element = element,
                    Length = length * Count,
                    Permanent = Permanent,
                }
            );
        return storage;
    }
}

/// <summary>A place in a group.</summary>
internal readonly record struct Place(Group Group, int Index);

/// <summary>A value that is one step's result and the next step's operand: a state variable, or a value carried over.</summary>
internal readonly record struct Loop(int Source, int Next);

/// <summary>The order of a step's statements, which values they compute together, and which values share a place in memory.</summary>
/// <remarks>
/// In a small game a statement costs what it costs to call, whatever it computes. So two things save time: to do the same for several
/// players in one statement (see <see cref="TwinSearch"/>), and to write a state's next value where the old one lies.
/// </remarks>
internal sealed class Arrangement
{
    private readonly Program _program;
    private readonly StepValues _step;
    private readonly Dictionary<int, Place> _places;
    private readonly Dictionary<int, int> _position = [];
    private readonly HashSet<Place> _homes = [];

    public Arrangement(Program program, StepValues step, Timetable timetable, Layout layout)
    {
        (_program, _step) = (program, step);
        var twins = new TwinSearch(program, step, timetable, layout);
        _places = twins.Places;
        Units = Order(twins.Packs, timetable);
        for (var k = 0; k < Units.Count; k++)
        {
            foreach (var id in Units[k])
                _position[id] = k;
        }

        foreach (var loop in step.Loops)
            Keep(loop.Source);
        foreach (var loop in step.Loops)
            Join(loop);
        foreach (var (id, place) in _places)
            place.Group.Permanent |= !program.Varying[id];
    }

    /// <summary>The values of a step in the order of computation; those of one unit are computed together.</summary>
    public IReadOnlyList<int[]> Units { get; }

    /// <summary>Where a value lies, if it shares its place or its neighbourhood with others.</summary>
    public Place? Find(int id) => _places.TryGetValue(id, out var place) ? place : null;

    private List<int[]> Order(IReadOnlyDictionary<int, List<int>> packs, Timetable timetable)
    {
        int[] UnitOf(int id) => packs.TryGetValue(id, out var pack) ? [.. pack] : [id];
        var units = new List<int[]>();
        var done = new HashSet<int>();
        // what a unit needs comes first; apart from that, a unit stands where its last member stood
        void Visit(int id)
        {
            var unit = UnitOf(id);
            if (!unit.All(done.Add))
                return;
            foreach (var argument in unit.SelectMany(member => _program.Graph[member].Arguments).Where(_step.Contains))
                Visit(argument);
            units.Add(unit);
        }

        done.UnionWith(timetable.Order);
        foreach (var id in _step.Ids)
        {
            if (UnitOf(id).Max() == id)
                Visit(id);
        }

        return units;
    }

    private void Keep(int source)
    {
        if (!_places.TryGetValue(source, out var place))
            _places.Add(source, place = new(new() { Count = 1 }, 0));
        place.Group.Permanent = true;
    }

    /// <summary>Lets the next value be written where the present one lies, if no one reads the present one after that.</summary>
    private void Join(Loop loop)
    {
        if (!_position.ContainsKey(loop.Next) || !MayOverwrite(loop))
            return;
        var home = _places[loop.Source];
        if (!_places.TryGetValue(loop.Next, out var place))
        {
            if (_homes.Add(home))
                _places.Add(loop.Next, home);
        }
        else if (home.Group.Count == 1)
        {
            if (!_homes.Add(place))
                return;
            _places[loop.Source] = place;
            place.Group.Permanent = true;
        }
        else if (place.Group != home.Group)
        {
            JoinTwins(place.Group, home.Group);
        }
    }

    // twins move together, each one's next value to its own present place
    private void JoinTwins(Group next, Group home)
    {
        var twins = _places.Where(p => p.Value.Group == next).Select(p => (Id: p.Key, p.Value.Index)).ToArray();
        bool Moves((int Id, int Index) twin) =>
            _step.Loops.Any(l =>
                l.Next == twin.Id && _places[l.Source] == new Place(home, twin.Index) && MayOverwrite(l)
            );
        if (
            next.Count != home.Count
            || twins.Length != next.Count
            || !twins.All(Moves)
            || twins.Any(t => _homes.Contains(new(home, t.Index)))
        )
            return;
        foreach (var (id, index) in twins)
        {
            _places[id] = new(home, index);
            _homes.Add(new(home, index));
        }
    }

    private bool MayOverwrite(Loop loop)
    {
        var graph = _program.Graph;
        var writer = graph[loop.Next];
        if (
            writer.Axes.Count != graph[loop.Source].Axes.Count
            || _step.Loops.Any(l => _step.Base(l.Next) == loop.Source)
        )
            return false;
        foreach (var id in _step.Ids.Where(id => !StepValues.IsView(graph[id].Op)))
        {
            foreach (var argument in graph[id].Arguments.Where(a => _step.Base(a) == loop.Source))
            {
                var inPlace =
                    id == loop.Next && argument == loop.Source && writer.Op is Op.Unary or Op.Binary or Op.Select;
                if (!inPlace && _position[id] >= _position[loop.Next])
                    return false;
            }
        }

        return true;
    }
}
