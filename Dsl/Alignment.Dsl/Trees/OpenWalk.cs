using System.Globalization;

namespace Alignment;

/// <summary>A walk through rules whose tree is not enumerated: information sets are numbered in the order in which they
/// are met.</summary>
/// <remarks>
/// <para>Memory grows with what is met, never with the size of the game. The rules are checked where they are met:
/// probabilities, returns, and that an information state has one player and one set of actions. Perfect recall is not
/// checked, since that takes the whole tree.</para>
/// <para>Belongs to one thread.</para>
/// </remarks>
public sealed class OpenWalk
{
    private readonly Dictionary<string, (int Player, int Number)> _numbers = new(StringComparer.Ordinal);
    private readonly List<(string Label, int Actions)>[] _met;

    // rules make lists of actions anew at every position; of those that are equal one is kept, and known by its number
    private readonly List<ValueList<string>> _actions = [];
    private readonly Dictionary<ValueList<string>, int> _actionNumbers = [];

    private OpenWalk(string game, ValueList<string> players)
    {
        (Game, Players) = (game, players);
        _met = [.. players.Select(_ => new List<(string, int)>())];
    }

    /// <summary>The game's name.</summary>
    public string Game { get; }

    /// <summary>The players' names, in order.</summary>
    public ValueList<string> Players { get; }

    /// <summary>The position before anything has happened.</summary>
    public IGamePosition Start { get; private set; } = null!;

    /// <summary>A walk that has met nothing yet.</summary>
    /// <exception cref="RulesException">The rules break their contract at the start.</exception>
    public static OpenWalk Of<TState>(IRules<TState> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (rules.Players.Count == 0)
            throw new RulesException($"{rules.Name}: expected at least one player, got none.");
        var walk = new OpenWalk(rules.Name, rules.Players);
        walk.Start = new RulesWalk<TState>(rules, walk.Number).Start();
        return walk;
    }

    /// <summary>How many information sets were met, of all players.</summary>
    public int Met => _numbers.Count;

    /// <summary>How many information sets of a player were met.</summary>
    public int Count(int player) => _met[player].Count;

    /// <summary>What the player knows in an information set.</summary>
    public string Label(int player, int set) => _met[player][set].Label;

    /// <summary>Labels of the actions in an information set.</summary>
    public ValueList<string> Actions(int player, int set) => _actions[_met[player][set].Actions];

    /// <summary>Puts the information sets that were met into a snapshot, in their order.</summary>
    public void Save(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        snapshot.Put("actions", [.. _actions.SelectMany(actions => actions)]);
        snapshot.Put("actions/count", _actions.Select(actions => (long)actions.Count));
        for (var p = 0; p < _met.Length; p++)
        {
            var (labels, actions) = (new string[_met[p].Count], new double[_met[p].Count]);
            for (var set = 0; set < labels.Length; set++)
                (labels[set], actions[set]) = _met[p][set];
            snapshot.Put(Labels(p), labels);
            snapshot.Put(ActionsOf(p), actions);
        }
    }

    /// <summary>Numbers information sets from here on as the walk did that a snapshot is of.</summary>
    /// <exception cref="ArgumentException">What was met here has another number there: that was a walk through another
    /// game.</exception>
    /// <exception cref="KeyNotFoundException">The snapshot is not of a walk with as many players.</exception>
    public void Load(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var before = _numbers.ToArray();
        _numbers.Clear();
        _actions.Clear();
        _actionNumbers.Clear();
        var texts = snapshot.List("actions").AsSpan();
        foreach (var count in snapshot.Integers("actions/count"))
        {
            var actions = texts[..(int)count].ToArray().ToValueList();
            _actionNumbers.Add(actions, _actions.Count);
            _actions.Add(actions);
            texts = texts[(int)count..];
        }

        for (var p = 0; p < _met.Length; p++)
        {
            var (labels, actions) = (snapshot.List(Labels(p)), snapshot.Array(ActionsOf(p)));
            _met[p].Clear();
            _met[p].EnsureCapacity(labels.Length);
            _numbers.EnsureCapacity(_numbers.Count + labels.Length);
            for (var set = 0; set < labels.Length; set++)
            {
                _numbers.Add(labels[set], (p, set));
                _met[p].Add((labels[set], (int)actions[set]));
            }
        }

        foreach (var (label, number) in before)
        {
            if (!_numbers.TryGetValue(label, out var there) || there != number)
                throw new ArgumentException(
                    $"The checkpoint is of another game: '{Game}' has the information state '{label}' at its start. Begin a new run."
                );
        }
    }

    private static string Labels(int player) => string.Create(CultureInfo.InvariantCulture, $"labels/{player}");

    private static string ActionsOf(int player) => string.Create(CultureInfo.InvariantCulture, $"actions/{player}");

    private int Number(int player, string label, ValueList<string> actions)
    {
        if (_numbers.TryGetValue(label, out var known))
        {
            if (known.Player != player)
                throw new ArgumentException(
                    $"information state '{label}' belongs to '{Players[player]}' here and to '{Players[known.Player]}' elsewhere; let the texts begin with the player"
                );
            var before = Actions(player, known.Number);
            return actions == before
                ? known.Number
                : throw new ArgumentException(
                    $"information state '{label}' has the actions {string.Join(", ", actions)} here and {string.Join(", ", before)} elsewhere; the player must know what it can do"
                );
        }

        if (string.IsNullOrEmpty(label))
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"InformationState of '{Players[player]}' is empty")
            );
        var number = _met[player].Count;
        _numbers.Add(label, (player, number));
        if (!_actionNumbers.TryGetValue(actions, out var kept))
        {
            _actionNumbers.Add(actions, kept = _actions.Count);
            _actions.Add(actions);
        }

        _met[player].Add((label, kept));
        return number;
    }
}
