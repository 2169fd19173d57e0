using System.Diagnostics.CodeAnalysis;

namespace Alignment.Benchmarks;

/// <summary>CFR as teaching repositories have it: a recursion over the states of the rules, and a dictionary from what a player knows to its regrets.</summary>
/// <remarks>It asks the rules anew in every iteration, for any number of players. Its time is mostly the rules' own.</remarks>
internal sealed class RecursiveCfr<TState> : TreeWriting
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly IRules<TState> _rules;
    private readonly int _players;

    public RecursiveCfr(IRules<TState> rules, GameTree tree)
        : base("recursion over states", tree) => (_rules, _players) = (rules, rules.Players.Count);

    public override void Run(int iterations)
    {
        Span<double> values = stackalloc double[_players];
        Span<double> reaches = stackalloc double[_players + 1];
        for (var k = 0; k < iterations; k++)
        {
            foreach (var node in _nodes.Values)
                node.MatchRegrets();
            reaches.Fill(1);
            Walk(_rules.Initial, reaches, values);
        }
    }

    protected override double[] Sums(int player)
    {
        var treeplex = Tree.Players[player];
        var sums = new double[treeplex.Actions];
        foreach (var set in treeplex.InformationSets)
        {
            if (_nodes.TryGetValue(set.Label, out var node))
                node.Sums.CopyTo(sums, set.First);
        }

        return sums;
    }

    /// <param name="state">A position.</param>
    /// <param name="reaches">Probability that each player, and at the end chance, moves so that the game comes here.</param>
    /// <param name="values">Becomes what each player can expect from here.</param>
    [SuppressMessage("Reliability", "CA2014", Justification = "A frame of the recursion takes its few numbers once.")]
    private void Walk(TState state, Span<double> reaches, Span<double> values)
    {
        var turn = _rules.Actor(state);
        if (turn.IsOver)
        {
            _rules.Returns(state).AsSpan().CopyTo(values);
            return;
        }

        values.Clear();
        Span<double> after = stackalloc double[_players];
        if (turn.IsChance)
            Chance(state, reaches, values, after);
        else
            Decide(state, turn.Player, reaches, values, after);
    }

    private void Chance(TState state, Span<double> reaches, Span<double> values, Span<double> after)
    {
        var probabilities = _rules.Chance(state);
        var before = reaches[^1];
        for (var a = 0; a < probabilities.Count; a++)
        {
            if (probabilities[a] == 0)
                continue;
            reaches[^1] = before * probabilities[a];
            Walk(_rules.Next(state, a), reaches, after);
            for (var p = 0; p < values.Length; p++)
                values[p] += probabilities[a] * after[p];
        }

        reaches[^1] = before;
    }

    private void Decide(TState state, int player, Span<double> reaches, Span<double> values, Span<double> after)
    {
        var node = NodeOf(state);
        var (strategy, regrets, sums) = (node.Strategy, node.Regrets, node.Sums);
        Span<double> own = stackalloc double[strategy.Length];
        var before = reaches[player];
        for (var a = 0; a < strategy.Length; a++)
        {
            reaches[player] = before * strategy[a];
            Walk(_rules.Next(state, a), reaches, after);
            own[a] = after[player];
            for (var p = 0; p < values.Length; p++)
                values[p] += strategy[a] * after[p];
        }

        reaches[player] = before;
        var others = 1.0;
        for (var p = 0; p < reaches.Length; p++)
        {
            if (p != player)
                others *= reaches[p];
        }

        for (var a = 0; a < strategy.Length; a++)
        {
            regrets[a] += others * (own[a] - values[player]);
            sums[a] += before * strategy[a];
        }
    }

    private Node NodeOf(TState state)
    {
        var label = _rules.InformationState(state);
        if (!_nodes.TryGetValue(label, out var node))
        {
            node = new(_rules.Actions(state).Count);
            _nodes.Add(label, node);
        }

        return node;
    }

    /// <summary>What is kept of an information set.</summary>
    private sealed class Node
    {
        public Node(int actions)
        {
            (Regrets, Strategy, Sums) = (new double[actions], new double[actions], new double[actions]);
            MatchRegrets();
        }

        public double[] Regrets { get; }

        public double[] Strategy { get; }

        public double[] Sums { get; }

        public void MatchRegrets()
        {
            var sum = 0.0;
            foreach (var regret in Regrets)
                sum += Math.Max(regret, 0);
            for (var a = 0; a < Strategy.Length; a++)
                Strategy[a] = sum > 0 ? Math.Max(Regrets[a], 0) / sum : 1.0 / Strategy.Length;
        }
    }
}
