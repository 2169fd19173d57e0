using System.Globalization;

namespace Alignment;

/// <summary>Policy-space response oracles without a tree: populations of policies, a table of their payoffs from games
/// that were played, and responses that were learned.</summary>
/// <remarks>
/// <para>Populations start with uniform play, which is the first answer. A step (1) learns, for each player, a response
/// to the others' mixtures by Monte Carlo CFR in which that player alone learns: a member of each other mixture is drawn
/// at the start of an iteration. Its greedy policy joins the population, unless it is there already. (2) Every new cell
/// of the table, one member of each player, is played for so many games; its payoffs are their means. (3) The inner
/// solver solves the game of that table, and its solution is the new answer, a mixture over members.</para>
/// <para>Draws: step t searches on the stream <c>psro response t PLAYER</c>; all cells are played on the same games of
/// the stream <c>psro table</c>, so that members differ by what they do rather than by luck. Payoffs of a cell carry the
/// standard error of a mean of that many games: below it, the answer does not come.</para>
/// <para>A population that does not grow in a step may in the next, which searches on other draws.</para>
/// <para>Source: Lanctot et al. (2017), "A unified game-theoretic approach to multiagent reinforcement learning", arXiv
/// 1711.00832; oracles by regret minimization instead of reinforcement learning are ours.</para>
/// </remarks>
public sealed class PolicyPopulation : IOpenRun
{
    private readonly ISolve _inner;
    private readonly OpenGame _game;
    private readonly OpenRunSettings _settings;
    private ValueList<PolicyMixture> _answer;
    private PolicyTable _table;
    private long _steps;
    private double _searched; // payoffs that searches have looked at

    internal PolicyPopulation(DoubleOracle solver, OpenGame game, OpenRunSettings settings)
    {
        (_inner, _game, _settings) = (settings.Solve(solver.Inner), game, settings);
        _answer = game.Players.Select(_ => PolicyMixture.Of(Policy.Uniform)).ToValueList();
        _table = PolicyTable.Of(game.Players);
    }

    /// <inheritdoc/>
    public int InformationSets => Members.Sum(own => own.Sum(member => member.Sets.Count));

    /// <summary>Payoffs of the game that the steps done have looked at: one at each end that a search came to, and one of each
    /// player in every game of a cell. What the inner solver does with their means is no part of it.</summary>
    public double Evaluations => _searched + (_game.Players.Count * (double)Games.Sum());

    /// <summary>For each player the members of its population, in order of arrival.</summary>
    public ValueList<ValueList<Policy>> Members => _table.Members;

    /// <summary>Games played for each cell of the table; the last player's member varies fastest. None before the first
    /// step.</summary>
    public ValueList<long> Games => _table.Games;

    /// <inheritdoc/>
    public bool Step(CancellationToken cancellationToken)
    {
        var (members, searched) = (Members, _searched);
        for (var p = 0; p < members.Count; p++)
        {
            // a walk of its own: what a search has met is not kept beyond it
            var search = new ResponseSearch(
                _game.Walk(),
                _answer.SetItem(p, PolicyMixture.Of(Policy.Uniform)),
                p,
                new(
                    _settings.Seed,
                    string.Create(CultureInfo.InvariantCulture, $"psro response {_steps + 1} {_game.Players[p]}")
                )
            );
            search.Run(
                _settings.ResponseIterations,
                _settings.MostInformationSets,
                _settings.Progress,
                cancellationToken
            );
            if (cancellationToken.IsCancellationRequested)
                return false;
            searched += search.Evaluations;
            var response = search.Greedy();
            if (!members[p].Any(member => IsSame(member, response)))
                members = members.SetItem(p, members[p].Add(response));
        }

        if (_table.Extend(members, _game.Walk(), _settings, cancellationToken) is not { } table)
            return false;
        var weights = _inner.Solve(table);
        (_table, _steps, _searched) = (table, _steps + 1, searched);
        _answer = members.Select((own, p) => new PolicyMixture(own, Normal(weights[p]))).ToValueList();
        return true;
    }

    /// <inheritdoc/>
    public ValueList<PolicyMixture> Read() => _answer;

    /// <inheritdoc/>
    public void Save(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var table = new Snapshot();
        _table.Save(table);
        snapshot.Put("steps", (double)_steps);
        snapshot.Put("searched", _searched);
        snapshot.Put("table", table);
        for (var p = 0; p < _answer.Count; p++)
            snapshot.Put(Weights(p), [.. _answer[p].Weights]);
    }

    /// <inheritdoc/>
    public void Load(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _steps = (long)snapshot.Number("steps");
        _searched = snapshot.Number("searched");
        _table = PolicyTable.Load(snapshot.Part("table"), _game.Players);
        _answer = Members
            .Select((own, p) => new PolicyMixture(own, snapshot.Array(Weights(p)).ToValueList()))
            .ToValueList();
    }

    private static string Weights(int player) => string.Create(CultureInfo.InvariantCulture, $"weights/{player}");

    // a linear program may leave a weight a rounding below 0
    private static ValueList<double> Normal(ValueList<double> weights)
    {
        var sum = weights.Sum(w => Math.Max(w, 0));
        return weights.Select(w => Math.Max(w, 0) / sum).ToValueList();
    }

    private static bool IsSame(Policy a, Policy b) =>
        a.Sets.Count == b.Sets.Count
        && a.Sets.All(entry => b.At(entry.Key)?.Probabilities == entry.Value.Probabilities);
}
