using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>Searches a player's best response to fixed play: external sampling in which that player alone learns.</summary>
/// <remarks>
/// <para>In an iteration a member of each mixture is drawn, and one walk looks at all actions of the player and at one
/// of chance and of everyone else. R[I, a] += v[I, a] - sum_b x[b] v[I, b] at the player's information sets I that the
/// walk meets, v what is got behind an action; x = max(R, 0) / sum max(R, 0). Where no regret is above 0 the player
/// plays as its own mixture does, so that what is learned are improvements on it.</para>
/// <para>Since nobody else learns, this is a decision of one player, and the value of regret matching's average play
/// comes as close to the best one as iterations go on (Lanctot et al. 2009, theorem on external sampling).</para>
/// <para>An information set that the response itself never comes to, since it plays another action before, is left out
/// of it.</para>
/// </remarks>
/// <param name="walk">Where to walk.</param>
/// <param name="seats">How everyone plays; the player's own is what it improves on.</param>
/// <param name="player">Who learns.</param>
/// <param name="stream">Draws, the k-th of iteration t at (t, k).</param>
internal sealed class ResponseSearch(OpenWalk walk, ValueList<PolicyMixture> seats, int player, RandomStream stream)
{
    private const int ReportEvery = 16;

    private readonly OpenTable _table = new(walk.Players.Count);

    // for each information set that was met: the player's own set and action before it, or -1
    private readonly List<(int Set, int Action)> _before = [];
    private readonly int[] _members = new int[seats.Count];
    private double[] _scratch = new double[64];
    private int _used;
    private long _iteration;
    private long _draws;

    /// <summary>Iterations done.</summary>
    public long Iterations => _iteration;

    /// <summary>Payoffs looked at.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Does so many iterations, or fewer where cancelled or where so many information sets were met.</summary>
    public void Run(
        long iterations,
        int mostInformationSets,
        IProgress<OpenProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        while (_iteration < iterations && walk.Met < mostInformationSets && !cancellationToken.IsCancellationRequested)
        {
            (_iteration, _draws) = (_iteration + 1, 0);
            for (var p = 0; p < _members.Length; p++)
            {
                var weights = seats[p].Weights;
                _members[p] = weights.Count == 1 ? 0 : Draw(weights.AsSpan());
            }

            External(walk.Start, (-1, -1));
            if (_iteration % ReportEvery == 0)
                progress?.Report(
                    new($"searching a response of {walk.Players[player]}", _iteration, iterations, walk.Met)
                );
        }
    }

    /// <summary>The action of most regret for sure, where any regret is above 0; of several the first.</summary>
    public Policy Greedy() =>
        Learned(regrets =>
        {
            var best = 0;
            for (var a = 1; a < regrets.Length; a++)
                best = regrets[a] > regrets[best] ? a : best;
            return PureOdds.Of(regrets.Length, best);
        });

    /// <summary>Actions in proportion to regret, where any is above 0.</summary>
    public Policy Matched() =>
        Learned(regrets =>
        {
            var strategy = new double[regrets.Length];
            RegretTable.Match(regrets, strategy);
            return strategy.ToValueList();
        });

    private Policy Learned(Func<double[], ValueList<double>> odds)
    {
        var sets = new Dictionary<string, Behaviour>(StringComparer.Ordinal);
        var played = new ValueList<double>?[_before.Count];
        var isReached = new bool[_before.Count];
        for (var set = 0; set < _before.Count; set++)
        {
            // what comes before was met before, so it has a lower number
            var (before, action) = _before[set];
            isReached[set] =
                _table.Has(player, set)
                && (before < 0 || (isReached[before] && !(played[before] is { } move && move[action] == 0)));
            if (!isReached[set])
                continue;
            var actions = walk.Actions(player, set);
            var regrets = _table.Regrets(player, set, actions.Count).ToArray();
            if (Array.Exists(regrets, regret => regret > 0))
                sets.Add(walk.Label(player, set), new(actions, played[set] = odds(regrets)));
        }

        return new(sets);
    }

    private void Note(int set, (int Set, int Action) before)
    {
        while (_before.Count <= set)
            _before.Add((-1, -1));
        _before[set] = before;
    }

    private double External(IGamePosition at, (int Set, int Action) before)
    {
        // a game may be as deep as its author likes; this throws where the stack would end the process
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (at.Actor.Player != player)
        {
            if (at.Actor.IsOver)
            {
                Evaluations++;
                return at.Returns[player];
            }

            at = at.Next(Draw((at.Actor.IsChance ? at.Chance : Fixed(at)).AsSpan()));
        }

        var (set, actions) = (at.InformationSet, at.Actions);
        if (!_table.Has(player, set))
            Note(set, before);
        var strategy = Take(2 * actions);
        var values = strategy + actions;
        Play(at, _table.Regrets(player, set, actions), _scratch.AsSpan(strategy, actions));
        var value = 0.0;
        for (var a = 0; a < actions; a++)
        {
            var below = External(at.Next(a), (set, a));
            _scratch[values + a] = below;
            value += _scratch[strategy + a] * below;
        }

        var regrets = _table.Regrets(player, set, actions);
        for (var a = 0; a < actions; a++)
            regrets[a] += _scratch[values + a] - value;
        _used = strategy;
        return value;
    }

    private void Play(IGamePosition at, ReadOnlySpan<double> regrets, Span<double> strategy)
    {
        foreach (var regret in regrets)
        {
            if (regret > 0)
            {
                RegretTable.Match(regrets, strategy);
                return;
            }
        }

        Fixed(at).AsSpan().CopyTo(strategy);
    }

    /// <summary>How the acting player's mixture plays.</summary>
    private ValueList<double> Fixed(IGamePosition at)
    {
        var who = at.Actor.Player;
        return seats[who].Members[_members[who]].At(walk.Label(who, at.InformationSet))?.Probabilities
            ?? UniformOdds.Of(at.Actions);
    }

    private int Draw(ReadOnlySpan<double> weights) => stream.Categorical(weights, _iteration, _draws++);

    private int Take(int count)
    {
        var mark = _used;
        _used += count;
        if (_used > _scratch.Length)
            Array.Resize(ref _scratch, Math.Max(_used, 2 * _scratch.Length));
        return mark;
    }
}

/// <summary>One action for sure, made once for each number of actions.</summary>
internal static class PureOdds
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<
        (int Actions, int Action),
        ValueList<double>
    > Known = new();

    public static ValueList<double> Of(int actions, int action) =>
        Known.GetOrAdd(
            (actions, action),
            key => Enumerable.Range(0, key.Actions).Select(a => a == key.Action ? 1.0 : 0).ToValueList()
        );
}
