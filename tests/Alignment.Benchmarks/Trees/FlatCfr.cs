namespace Alignment.Benchmarks;

/// <summary>CFR over the tree of histories in arrays: a loop forwards for what reaches a history, a loop backwards for what it is worth.</summary>
/// <remarks>
/// For two players and zero-sum games, so that one value a history is enough; what chance does is multiplied once. An iteration allocates
/// nothing.
/// </remarks>
internal sealed class FlatCfr(Histories histories, GameTree tree) : TreeWriting("histories in arrays", tree)
{
    private readonly int _actions = tree.Players[0].Actions + tree.Players[1].Actions;

    // the actions of both players, then, where probabilities stand, chance
    private readonly double[] _regrets = new double[tree.Players[0].Actions + tree.Players[1].Actions];
    private readonly double[] _sums = new double[tree.Players[0].Actions + tree.Players[1].Actions];
    private readonly double[] _strategy =
    [
        .. new double[tree.Players[0].Actions + tree.Players[1].Actions],
        .. histories.Chance,
    ];

    // for every history; both of its players' own probabilities to move so
    private readonly double[] _first = NewReaches(histories);
    private readonly double[] _second = NewReaches(histories);
    private readonly double[] _values = [.. histories.Payoffs];

    public override void Run(int iterations)
    {
        for (var k = 0; k < iterations; k++)
        {
            MatchRegrets();
            Forwards();
            AddStrategies();
            Backwards();
        }
    }

    protected override double[] Sums(int player) =>
        player == 0 ? _sums[..Tree.Players[0].Actions] : _sums[Tree.Players[0].Actions.._actions];

    private static double[] NewReaches(Histories histories)
    {
        var reaches = new double[histories.Count];
        reaches[0] = 1;
        return reaches;
    }

    private void MatchRegrets()
    {
        foreach (ref readonly var set in histories.First.AsSpan())
        {
            var regrets = _regrets.AsSpan(set.Probabilities, set.Count);
            var strategy = _strategy.AsSpan(set.Probabilities, set.Count);
            var sum = 0.0;
            foreach (var regret in regrets)
                sum += Math.Max(regret, 0);
            var (scale, rest) = sum > 0 ? (1 / sum, 0.0) : (0.0, 1.0 / strategy.Length);
            for (var a = 0; a < strategy.Length; a++)
                strategy[a] = (Math.Max(regrets[a], 0) * scale) + rest;
        }
    }

    private void Forwards()
    {
        var (firsts, seconds) = (_first, _second);
        foreach (ref readonly var at in histories.All.AsSpan())
        {
            var (first, second) = (firsts[at.Number], seconds[at.Number]);
            var strategy = _strategy.AsSpan(at.Probabilities, at.Count);
            var nextFirst = firsts.AsSpan(at.Next, at.Count);
            var nextSecond = seconds.AsSpan(at.Next, at.Count);
            switch (at.Actor)
            {
                case 0:
                    for (var a = 0; a < strategy.Length; a++)
                        (nextFirst[a], nextSecond[a]) = (first * strategy[a], second);
                    break;
                case 1:
                    for (var a = 0; a < strategy.Length; a++)
                        (nextFirst[a], nextSecond[a]) = (first, second * strategy[a]);
                    break;
                default:
                    nextFirst.Fill(first);
                    nextSecond.Fill(second);
                    break;
            }
        }
    }

    private void AddStrategies()
    {
        foreach (ref readonly var set in histories.First.AsSpan())
        {
            var own = (set.Actor == 0 ? _first : _second)[set.Number];
            var strategy = _strategy.AsSpan(set.Probabilities, set.Count);
            var sums = _sums.AsSpan(set.Probabilities, set.Count);
            for (var a = 0; a < strategy.Length; a++)
                sums[a] += own * strategy[a];
        }
    }

    private void Backwards()
    {
        var all = histories.All;
        var values = _values;
        for (var k = all.Length - 1; k >= 0; k--)
        {
            ref readonly var at = ref all[k];
            var strategy = _strategy.AsSpan(at.Probabilities, at.Count);
            var next = values.AsSpan(at.Next, at.Count);
            var value = 0.0;
            for (var a = 0; a < strategy.Length; a++)
                value += strategy[a] * next[a];
            values[at.Number] = value;
            if (at.Actor == 2)
                continue;
            var others = histories.ChanceReaches[at.Number] * (at.Actor == 0 ? _second[at.Number] : -_first[at.Number]);
            var regrets = _regrets.AsSpan(at.Probabilities, at.Count);
            for (var a = 0; a < regrets.Length; a++)
                regrets[a] += others * (next[a] - value);
        }
    }
}
