using System.Runtime.CompilerServices;

namespace Alignment;

/// <summary>One iteration of Monte Carlo CFR after the other; see <see cref="MonteCarloCfr"/> for the
/// formulas.</summary>
/// <param name="solver">Which walks, and how far they explore.</param>
/// <param name="table">What is learned.</param>
/// <param name="start">The position before anything has happened.</param>
/// <param name="players">Number of players.</param>
/// <param name="seed">The seed of the run.</param>
internal sealed class MonteCarloWalk(
    MonteCarloCfr solver,
    RegretTable table,
    IGamePosition start,
    int players,
    ulong seed
)
{
    private readonly RandomStream _stream = new(seed, "mccfr");
    private readonly List<OwnMove> _path = [];
    private double[] _scratch = new double[64];
    private int _used;
    private long _iteration;
    private long _draws;

    /// <summary>Payoffs looked at.</summary>
    public long Evaluations { get; private set; }

    // with two players, who plays against the traverser is met as often as its own strategy and chance lead there
    private bool AveragesOnTheWay => players == 2;

    private readonly record struct OwnMove(int Set, int Actions, int Action, double Probability);

    /// <summary>One iteration: each player learns in turn. Draws are numbered from 0 within it.</summary>
    /// <param name="iteration">Its number, from 1.</param>
    public void Iterate(long iteration)
    {
        (_iteration, _draws) = (iteration, 0);
        for (var player = 0; player < players; player++)
        {
            if (solver.Sampling == Sampling.External)
                External(start, player);
            else
                Outcome(player);
        }

        for (var player = 0; player < players && !AveragesOnTheWay; player++)
            Average(player);
    }

    /// <summary>External sampling: all actions of the traverser, one of everyone else. Gives the traverser's sampled
    /// value.</summary>
    private double External(IGamePosition at, int traverser)
    {
        // a game may be as deep as its author likes; this throws where the stack would end the process
        RuntimeHelpers.EnsureSufficientExecutionStack();
        while (at.Actor.Player != traverser)
        {
            if (at.Actor.IsOver)
            {
                Evaluations++;
                return at.Returns[traverser];
            }

            at = at.Next(at.Actor.IsChance ? Draw(at.Chance.AsSpan()) : DrawOther(at, weight: 1));
        }

        var (set, actions) = (at.InformationSet, at.Actions);
        var strategy = Take(2 * actions);
        var values = strategy + actions;
        RegretTable.Match(table.Regrets(traverser, set, actions), _scratch.AsSpan(strategy, actions));
        var value = 0.0;
        for (var a = 0; a < actions; a++)
        {
            var below = External(at.Next(a), traverser);
            _scratch[values + a] = below;
            value += _scratch[strategy + a] * below;
        }

        var regrets = table.Regrets(traverser, set, actions);
        for (var a = 0; a < actions; a++)
            regrets[a] += _scratch[values + a] - value;
        _used = strategy;
        return value;
    }

    /// <summary>Outcome sampling: one game, in which the traverser explores.</summary>
    private void Outcome(int traverser)
    {
        _path.Clear();
        var reach = 1.0; // probability of the traverser's own moves, as they are drawn
        var at = start;
        while (!at.Actor.IsOver)
        {
            if (at.Actor.IsChance)
            {
                at = at.Next(Draw(at.Chance.AsSpan()));
                continue;
            }

            if (at.Actor.Player != traverser)
            {
                at = at.Next(DrawOther(at, 1 / reach));
                continue;
            }

            var actions = at.Actions;
            var mark = Take(2 * actions);
            var strategy = _scratch.AsSpan(mark, actions);
            var drawn = _scratch.AsSpan(mark + actions, actions);
            RegretTable.Match(table.Regrets(traverser, at.InformationSet, actions), strategy);
            for (var a = 0; a < actions; a++)
                drawn[a] = (solver.Exploration / actions) + ((1 - solver.Exploration) * strategy[a]);
            var action = Draw(drawn);
            reach *= drawn[action];
            _path.Add(new(at.InformationSet, actions, action, strategy[action]));
            _used = mark;
            at = at.Next(action);
        }

        Evaluations++;
        var tail = at.Returns[traverser] / reach; // times the traverser's own probability of what comes behind the move
        for (var k = _path.Count - 1; k >= 0; k--)
        {
            var (set, actions, action, probability) = _path[k];
            var regrets = table.Regrets(traverser, set, actions);
            var value = probability * tail;
            for (var a = 0; a < actions; a++)
                regrets[a] += (a == action ? tail : 0) - value;
            tail = value;
        }
    }

    /// <summary>One game for a player's average: it plays its strategy, everyone else uniformly.</summary>
    private void Average(int player)
    {
        for (var at = start; !at.Actor.IsOver; )
            at = at.Next(
                at.Actor.IsChance ? Draw(at.Chance.AsSpan())
                : at.Actor.Player == player ? DrawAndSum(at, weight: 1)
                : (int)_stream.Integer(at.Actions, _iteration, _draws++)
            );
    }

    private int DrawOther(IGamePosition at, double weight) => DrawAndSum(at, AveragesOnTheWay ? weight : 0);

    /// <summary>An action drawn by the acting player's strategy, which is added to its sum.</summary>
    private int DrawAndSum(IGamePosition at, double weight)
    {
        var (player, set, actions) = (at.Actor.Player, at.InformationSet, at.Actions);
        var mark = Take(actions);
        var strategy = _scratch.AsSpan(mark, actions);
        RegretTable.Match(table.Regrets(player, set, actions), strategy);
        if (weight > 0)
        {
            var sums = table.Sums(player, set, actions);
            for (var a = 0; a < actions; a++)
                sums[a] += weight * strategy[a];
        }

        var action = Draw(strategy);
        _used = mark;
        return action;
    }

    private int Draw(ReadOnlySpan<double> weights) => _stream.Categorical(weights, _iteration, _draws++);

    /// <summary>A place for numbers that are needed until <c>_used</c> is set back to it. It may move while others are
    /// taken.</summary>
    private int Take(int count)
    {
        var mark = _used;
        _used += count;
        if (_used > _scratch.Length)
            Array.Resize(ref _scratch, Math.Max(_used, 2 * _scratch.Length));
        return mark;
    }
}
