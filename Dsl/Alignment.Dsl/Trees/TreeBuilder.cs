using System.Globalization;

namespace Alignment;

/// <summary>Walks through all histories of a game, depth first, and gathers the sequence form.</summary>
internal sealed class TreeBuilder<TState>(
    IRules<TState> rules,
    long mostHistories,
    IProgress<TreeProgress>? progress,
    CancellationToken cancellationToken
)
{
    private const int MostDepth = 10_000;
    private const long ReportEvery = 1 << 18;
    private const double Tolerance = 1e-9;

    private readonly Dictionary<string, (int Player, int Number)> _numbers = new(StringComparer.Ordinal);
    private readonly List<List<InformationSet>> _sets = [];
    private readonly List<List<Trail?>> _firstMet = [];
    private readonly Dictionary<UInt128, int> _outcomes = new(new WellSpread()); // of up to four players, a sequence of each in 32 bits
    private readonly Dictionary<ValueList<int>, int> _longOutcomes = [];
    private readonly List<List<int>> _sequences = [];
    private readonly List<List<double>> _payoffs = [];
    private readonly List<double> _chances = [];
    private TreeEstimate _expected = new(0, 0);
    private readonly long _before = GC.GetTotalMemory(false);
    private long _histories;
    private long _decisions;
    private long _chanceNodes;
    private long _ends;
    private int _depth;

    /// <summary>A hash that multiplies. The number's own folds its halves by exclusive or, and players' sequences grow together: most would share buckets.</summary>
    private sealed class WellSpread : IEqualityComparer<UInt128>
    {
        public bool Equals(UInt128 x, UInt128 y) => x == y;

        public int GetHashCode(UInt128 obj) =>
            (int)((((ulong)obj * 0x9E3779B97F4A7C15) + ((ulong)(obj >> 64) * 0xC2B2AE3D27D4EB4F)) >> 32);
    }

    /// <summary>How a position was come to: shared by all that follow, for messages.</summary>
    private sealed record Trail(Trail? Before, string Move)
    {
        public static string Text(Trail? trail)
        {
            var moves = new Stack<string>();
            for (; trail is not null; trail = trail.Before)
                moves.Push(trail.Move);
            return string.Join(" ", moves);
        }
    }

    private readonly record struct Position(TState State, Trail? Trail, int[] Own, double Chance, int Depth);

    private int Count => rules.Players.Count;

    public GameTree Build()
    {
        if (Count == 0)
            throw new RulesException($"{rules.Name}: expected at least one player, got none.");
        for (var p = 0; p < Count; p++)
        {
            _sets.Add([]);
            _firstMet.Add([]);
            _sequences.Add([]);
            _payoffs.Add([]);
        }

        if (progress is not null)
            _expected = TreeEstimate.Of(rules);
        Report();
        // the positions still to visit: the next one on top
        var open = new Stack<Position>();
        open.Push(new(rules.Initial, null, new int[Count], 1, 0));
        while (open.TryPop(out var position))
            Visit(position, open);
        Report();
        _outcomes.Clear();
        _outcomes.TrimExcess();
        _longOutcomes.Clear();
        _numbers.Clear();
        // who never acts has one thing to do, so that everyone has a strategy
        foreach (var sets in _sets.Where(s => s.Count == 0))
            sets.Add(new("never acts", ["-"], 0, 0));
        return new(
            rules.Name,
            rules.Players.Select((name, p) => new Treeplex(name, _sets[p].ToValueList())).ToValueList(),
            _sequences.Select(Taken).ToValueList(),
            _payoffs.Select(Taken).ToValueList(),
            Taken(_chances),
            new(_histories, _decisions, _chanceNodes, _ends, _depth)
        );
    }

    /// <summary>The items of a list, which gives its memory back.</summary>
    private static ValueList<T> Taken<T>(List<T> list)
    {
        var taken = list.ToValueList();
        list.Clear();
        list.TrimExcess();
        return taken;
    }

    private void Visit(Position at, Stack<Position> open)
    {
        Count1(at);
        var turn = Ask(at, () => rules.Actor(at.State));
        if (turn.IsOver)
        {
            _ends++;
            AddOutcome(at);
            return;
        }

        var actions = Ask(at, () => rules.Actions(at.State));
        if (turn.IsChance)
            CheckLabels(at, actions);
        var chance = turn.IsChance ? Probabilities(at, actions) : null;
        var first = turn.IsChance ? 0 : Meet(at, turn.Player, actions).First;
        _ = turn.IsChance ? _chanceNodes++ : _decisions++;
        // backwards, so that the first action is visited first and information sets are numbered as one reads
        for (var a = actions.Count - 1; a >= 0; a--)
        {
            if (chance is not null && chance[a] == 0)
                continue;
            var action = a;
            var own = at.Own;
            if (chance is null)
            {
                own = (int[])own.Clone();
                own[turn.Player] = first + a + 1;
            }

            var next = Ask(at, () => rules.Next(at.State, action));
            open.Push(
                new(
                    next,
                    new(at.Trail, actions[a]),
                    own,
                    chance is null ? at.Chance : at.Chance * chance[a],
                    at.Depth + 1
                )
            );
        }
    }

    private void Report()
    {
        progress?.Report(new(_histories, Math.Max(_expected.Histories, _histories), _expected.Bytes(Count)));
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        // what a program for the tree takes is about as much again as its enumeration; garbage does not count
        if (GC.GetTotalMemory(false) <= available / 2)
            return;
        var taken = GC.GetTotalMemory(true) - _before;
        if (taken > available / 2)
            throw new RulesException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rules.Name} is too large for this machine: {_histories:N0} histories take {taken >> 20:N0} MB, half of the {available >> 20:N0} MB there are{Estimated()}. Make the game smaller, or use a solver that samples."
                )
            )
            {
                IsTooLarge = true,
            };
    }

    private string Estimated()
    {
        var estimate = TreeEstimate.Of(rules);
        return estimate.Histories > mostHistories
            ? string.Create(CultureInfo.InvariantCulture, $" (about {estimate.Histories:0.#e+0}, by a sample)")
            : "";
    }

    private void Count1(Position at)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (++_histories > mostHistories)
            throw new RulesException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{rules.Name} has more than {mostHistories:N0} histories, the most that are enumerated{Estimated()}. Raise the limit, make the game smaller, or use a solver that samples."
                )
            )
            {
                IsTooLarge = true,
            };
        if (at.Depth > MostDepth)
            throw Fault(
                at with
                {
                    Trail = null,
                },
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a game goes on for more than {MostDepth:N0} moves; do the rules go round in a circle?"
                )
            );
        _depth = Math.Max(_depth, at.Depth);
        if (_histories % ReportEvery == 0)
            Report();
    }

    /// <summary>The information set of a position, with everything that must be the same whenever it is met.</summary>
    private InformationSet Meet(Position at, int player, ValueList<string> actions)
    {
        if (player >= Count)
            throw Fault(
                at,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Actor gives player {player}, and the players are counted from 0 to {Count - 1}"
                )
            );
        var label = Ask(at, () => rules.InformationState(at.State));
        if (string.IsNullOrEmpty(label))
            throw Fault(at, $"InformationState of '{rules.Players[player]}' is empty");
        var sets = _sets[player];
        if (!_numbers.TryGetValue(label, out var met))
        {
            CheckLabels(at, actions);
            var previous = sets.Count == 0 ? null : sets[^1];
            var set = new InformationSet(
                label,
                actions,
                previous is null ? 0 : previous.First + previous.Actions.Count,
                at.Own[player]
            );
            _numbers.Add(label, (player, sets.Count));
            sets.Add(set);
            _firstMet[player].Add(at.Trail);
            return set;
        }

        if (met.Player != player)
            throw Fault(
                at,
                $"information state '{label}' belongs to '{rules.Players[player]}' here and to '{rules.Players[met.Player]}' after {First(met)}; let the texts begin with the player"
            );
        var known = sets[met.Number];
        if (!known.Actions.Equals(actions))
            throw Fault(
                at,
                $"information state '{label}' has the actions {string.Join(", ", actions)} here and {string.Join(", ", known.Actions)} after {First(met)}; a player who cannot tell two positions apart has the same actions in both"
            );
        if (known.Parent != at.Own[player])
            throw Fault(
                at,
                $"imperfect recall: information set '{label}' is met here after '{rules.Players[player]}' {Did(player, at.Own[player])}, and after {First(met)} when it {Did(player, known.Parent)}; {rules.RecallAdvice}"
            );
        return known;
    }

    private string First((int Player, int Number) met) =>
        Trail.Text(_firstMet[met.Player][met.Number]) is { Length: > 0 } text ? text : "no move";

    private string Did(int player, int sequence)
    {
        if (sequence == 0)
            return "had done nothing";
        var set = _sets[player].FindLast(s => s.First < sequence)!;
        return $"did '{set.Actions[sequence - 1 - set.First]}' in '{set.Label}'";
    }

    private ValueList<double> Probabilities(Position at, ValueList<string> actions)
    {
        var chance = Ask(at, () => rules.Chance(at.State));
        if (chance.Count != actions.Count)
            throw Fault(
                at,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"chance has {actions.Count} actions and {chance.Count} probabilities"
                )
            );
        for (var a = 0; a < chance.Count; a++)
        {
            if (!(chance[a] >= 0 && double.IsFinite(chance[a])))
                throw Fault(at, $"the probability of '{actions[a]}' is {Quote.Number(chance[a])}");
        }

        var sum = chance.Sum();
        return Math.Abs(sum - 1) <= Tolerance
            ? chance
            : throw Fault(
                at,
                $"the probabilities of {string.Join(", ", actions)} sum to {Quote.Number(sum)}, expected 1"
            );
    }

    private void CheckLabels(Position at, ValueList<string> actions)
    {
        if (actions.Count == 0)
            throw Fault(at, "Actions gives none, and the game is not over");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var action in actions)
        {
            if (string.IsNullOrWhiteSpace(action))
                throw Fault(at, "an action has an empty label");
            if (!seen.Add(action))
                throw Fault(at, $"the action '{action}' occurs twice");
        }
    }

    private void AddOutcome(Position at)
    {
        var returns = Ask(at, () => rules.Returns(at.State));
        if (returns.Count != Count)
            throw Fault(
                at,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Returns gives {returns.Count} numbers for {Count} players"
                )
            );
        for (var p = 0; p < Count; p++)
        {
            if (!double.IsFinite(returns[p]))
                throw Fault(at, $"the return of '{rules.Players[p]}' is {Quote.Number(returns[p])}");
        }

        var outcome = Outcome(at.Own);
        _chances[outcome] += at.Chance;
        for (var p = 0; p < Count; p++)
            _payoffs[p][outcome] += at.Chance * returns[p];
    }

    private int Outcome(int[] own)
    {
        if (TryNumber(own, out var outcome))
            return outcome;
        _chances.Add(0);
        for (var p = 0; p < Count; p++)
        {
            _sequences[p].Add(own[p]);
            _payoffs[p].Add(0);
        }

        return outcome;
    }

    /// <summary>The number of an outcome, and whether it had one.</summary>
    private bool TryNumber(int[] own, out int outcome)
    {
        outcome = _chances.Count;
        if (own.Length > 4)
            return !_longOutcomes.TryAdd(own.ToValueList(), outcome)
                && _longOutcomes.TryGetValue(own.ToValueList(), out outcome);
        var key = UInt128.Zero;
        foreach (var sequence in own)
            key = (key << 32) | (uint)sequence;
        return !_outcomes.TryAdd(key, outcome) && _outcomes.TryGetValue(key, out outcome);
    }

    // What the rules themselves throw is told with the history that made them.
    private T Ask<T>(Position at, Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is not OperationCanceledException and not RulesException)
        {
            throw Fault(at, $"the rules throw {e.GetType().Name}: {e.Message}", e);
        }
    }

    private RulesException Fault(Position at, string fault, Exception? cause = null) =>
        new(rules.Name, Trail.Text(at.Trail), fault, cause);
}
