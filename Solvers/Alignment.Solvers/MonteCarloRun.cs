namespace Alignment;

/// <summary>A run of <see cref="MonteCarloCfr"/> over rules; keeps the information sets that it meets.</summary>
internal sealed class MonteCarloRun : IOpenRun
{
    private readonly OpenTable _table;
    private readonly MonteCarloWalk _walk;
    private double _evaluationsBefore; // of the run that this one goes on from

    public MonteCarloRun(MonteCarloCfr solver, OpenGame game, ulong seed)
    {
        Walk = game.Walk();
        _table = new(Walk.Players.Count);
        _walk = new(solver, _table, Walk.Start, Walk.Players.Count, seed);
    }

    public OpenWalk Walk { get; }

    public int InformationSets => Walk.Met;

    public double Evaluations => _evaluationsBefore + _walk.Evaluations;

    /// <summary>Iterations done.</summary>
    public long Iterations { get; private set; }

    public bool Step(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return false;
        _walk.Iterate(++Iterations);
        return true;
    }

    public ValueList<PolicyMixture> Read() => Walk.Players.Select((_, p) => PolicyMixture.Of(Average(p))).ToValueList();

    public void Save(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var (walk, table) = (new Snapshot(), new Snapshot());
        Walk.Save(walk);
        _table.Save(table);
        snapshot.Put("iterations", (double)Iterations);
        snapshot.Put("evaluations", Evaluations);
        snapshot.Put("walk", walk);
        snapshot.Put("table", table);
    }

    public void Load(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Iterations = (long)snapshot.Number("iterations");
        _evaluationsBefore = snapshot.Number("evaluations");
        Walk.Load(snapshot.Part("walk"));
        _table.Load(snapshot.Part("table"), Walk);
    }

    /// <summary>The player's average strategy; uniform where the average has no weight yet.</summary>
    public Policy Average(int player) => Matched(player, (set, actions) => _table.Sums(player, set, actions));

    /// <summary>The player's strategy of the next iteration.</summary>
    public Policy Last(int player) => Matched(player, (set, actions) => _table.Regrets(player, set, actions));

    private delegate ReadOnlySpan<double> Weights(int set, int actions);

    private Policy Matched(int player, Weights weights)
    {
        var sets = new Dictionary<string, Behaviour>(StringComparer.Ordinal);
        for (var set = 0; set < Walk.Count(player); set++)
        {
            if (!_table.Has(player, set))
                continue;
            var actions = Walk.Actions(player, set);
            var strategy = new double[actions.Count];
            RegretTable.Match(weights(set, actions.Count), strategy);
            sets.Add(Walk.Label(player, set), new(actions, strategy.ToValueList()));
        }

        return new(sets);
    }
}
