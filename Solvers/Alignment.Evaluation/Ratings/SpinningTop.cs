namespace Alignment;

/// <summary>The shape of a game: how many strategies go in circles at each level of strength, as a spinning top is drawn.</summary>
/// <remarks>
/// <para>Layer 1 is the support of an equilibrium of the whole game, layer 2 that of the game between the others, and so on. Beside it stands each
/// strategy's transitive strength, its mean payoff against all others. Games of skill look like a top: few strategies at the upper end, many in the
/// middle that beat each other in circles, few at the lower end.</para>
/// <para>Shapes: one strength and one layer a strategy. Units: those of the payoffs.</para>
/// <para>Errors: a solver whose answer is no equilibrium.</para>
/// <para>Source: Czarnecki et al. (2020), "Real world games look like spinning tops", NeurIPS, arXiv 2004.09468, section 4.</para>
/// <para>Where an equilibrium is not unique, layers depend on which one the solver finds: that of largest entropy (nash_averaging) has the largest
/// support of all, so layers do not depend on the order of strategies; a vertex (lp) may split them. Not for payoffs known up to noise: supports
/// jump with them.</para>
/// </remarks>
public sealed record SpinningTop
{
    private const string Who = "Spinning top";

    private SpinningTop(SymmetricGame game, ValueList<double> strengths, ValueList<TopLayer> layers) =>
        (Game, Strengths, Layers) = (game, strengths, layers);

    /// <summary>The game.</summary>
    public SymmetricGame Game { get; }

    /// <summary>Mean payoff of each strategy against all others.</summary>
    public ValueList<double> Strengths { get; }

    /// <summary>The layers, from the upper end.</summary>
    public ValueList<TopLayer> Layers { get; }

    /// <summary>Peels a game layer by layer.</summary>
    /// <param name="game">The game.</param>
    /// <param name="solver">What finds equilibria: NashAveraging of Alignment.Solvers.Exact.</param>
    /// <param name="threshold">Weight above which a strategy is in a support.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">An answer of the solver is no equilibrium.</exception>
    public static SpinningTop Of(
        SymmetricGame game,
        IDirectSolver solver,
        double threshold = 1e-9,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        if (!(threshold >= 0 && threshold < 1.0 / game.Labels.Count))
            throw new ArgumentException(
                $"{Who}: expected a threshold from 0 to below 1/{game.Labels.Count}, so that no support is empty, got {Text.Number(threshold)}."
            );
        var n = game.Labels.Count;
        var strengths = Enumerable
            .Range(0, n)
            .Select(i => Enumerable.Range(0, n).Sum(j => game.PayoffOf(i, j)) / Math.Max(n - 1, 1))
            .ToValueList();
        var layers = new List<TopLayer>();
        var left = Enumerable.Range(0, n).ToList();
        while (left.Count > 0)
        {
            var (strategy, _) = game.Between(left).Equilibrium(Who, solver, cancellationToken);
            var members = left.Where((_, k) => strategy[k] > threshold).ToValueList();
            layers.Add(
                new(
                    members.Select(k => game.Labels[k]).ToValueList(),
                    members.Average(k => strengths[k]),
                    left.Select((k, at) => (k, at))
                        .Where(p => members.Contains(p.k))
                        .Select(p => strategy[p.at])
                        .ToValueList()
                )
            );
            left.RemoveAll(members.Contains);
        }

        return new(game, strengths, layers.ToValueList());
    }

    /// <summary>The layer of a strategy, from 1.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public int LayerOf(string label)
    {
        _ = Text.Find(Who, Game.Labels, label);
        return Layers.TakeWhile(layer => layer.Members.IndexOf(label) < 0).Count() + 1;
    }

    /// <summary>A line a layer: size, mean strength, members.</summary>
    public override string ToString() =>
        Text.Table(
            ["layer", "size", "strength", "members"],
            Layers.Select(
                (layer, k) =>
                    (IReadOnlyList<string>)
                        [
                            Text.Number(k + 1),
                            Text.Number(layer.Members.Count),
                            Text.Fixed(layer.Strength, 4),
                            string.Join(", ", layer.Members),
                        ]
            )
        );
}

/// <summary>One layer of a spinning top: a Nash cluster.</summary>
/// <param name="Members">Its strategies.</param>
/// <param name="Strength">Their mean transitive strength.</param>
/// <param name="Weights">The weight of each member in the equilibrium between them and all below.</param>
public sealed record TopLayer(ValueList<string> Members, double Strength, ValueList<double> Weights);
