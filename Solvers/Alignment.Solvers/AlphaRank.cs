namespace Alignment;

/// <summary>Alpha-rank: which pure profiles evolution dwells in when ever stronger selection meets rare mutations.</summary>
/// <remarks>
/// <para>A Markov chain over pure profiles: a random player tries a random other action and keeps it with probability 1 - noise if it pays
/// more, 1/2 if it pays the same, noise if it pays less (the limit of strong selection, alpha to infinity, with noise to make the stationary
/// distribution unique). The joint answer is the stationary distribution, the strategies are its marginals.</para>
/// <para>Shapes: payoffs over the action axes of all players, at most <see cref="MostProfiles"/> profiles; units do not matter, only which
/// payoff is larger. The chain is solved by the elimination of Grassmann, Taksar, Heyman (1985), which has no cancellation.</para>
/// <para>Default: noise 0.01.</para>
/// <para>Errors: more profiles than that.</para>
/// <para>Source: Omidshafiei et al. (2019), "alpha-Rank: multi-agent evaluation by evolution", Scientific Reports 9.</para>
/// <para>Not to find an equilibrium: where best responses go in circles it gives weight to all of the circle. As a meta-solver it wants
/// another response than the best one for its own guarantees (Muller et al. 2020, arXiv 1909.12823), and promises nothing about NashConv.</para>
/// </remarks>
public sealed record AlphaRank : IDirectSolver
{
    /// <summary>Pure profiles at most.</summary>
    public const int MostProfiles = 2_000;

    /// <summary>The probability to keep an action that pays less; above 0, at most 0.5.</summary>
    public double Noise { get; init; } = 0.01;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "alpha_rank",
            "Alpha-rank",
            "Weighs pure profiles by how long evolution dwells in them; for ranking, and a meta-solver for populations.",
            "Omidshafiei et al. (2019), alpha-Rank: multi-agent evaluation by evolution, Scientific Reports 9",
            "Finding equilibria: it gives weight to all of a circle of best responses."
        )
        {
            Reports = Iterate.Last,
            MetaCaveat = "weighs members by how long evolution dwells in them, which promises nothing about NashConv",
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Number(
                "noise",
                Noise,
                0,
                0.5,
                "Probability to keep an action that pays less.",
                v => this with { Noise = v },
                open: true
            ),
        ];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(game);
        int[] actions = [.. game.Players.Select(p => p.Actions.Size)];
        var profiles = actions.Aggregate(1L, (n, size) => n * size);
        if (profiles > MostProfiles)
            throw new ArgumentException(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"Solver '{Info.Name}': takes at most {MostProfiles} pure profiles, this game has {profiles}; rank fewer strategies, or use rm."
                ),
                nameof(game)
            );
        var joint = Stationary(Chain(game, actions, (int)profiles), cancellationToken);
        return new(Marginals(joint, actions), joint.ToValueList(), null);
    }

    /// <summary>Transition probabilities between different profiles; those to stay are left out.</summary>
    private double[,] Chain(IGameData game, int[] actions, int profiles)
    {
        var chain = new double[profiles, profiles];
        var trials = Math.Max(1, actions.Sum(size => size - 1));
        for (var from = 0; from < profiles; from++)
        {
            var stride = profiles;
            for (var p = 0; p < actions.Length; p++)
            {
                stride /= actions[p];
                var payoffs = game.Payoff(p);
                var own = from / stride % actions[p];
                for (var a = 0; a < actions[p]; a++)
                {
                    if (a == own)
                        continue;
                    var to = from + ((a - own) * stride);
                    var kept =
                        payoffs[to] > payoffs[from] ? 1 - Noise
                        : payoffs[to] < payoffs[from] ? Noise
                        : 0.5;
                    chain[from, to] = kept / trials;
                }
            }
        }

        return chain;
    }

    private static double[] Stationary(double[,] chain, CancellationToken cancellationToken)
    {
        var n = chain.GetLength(0);
        for (var k = n - 1; k > 0; k--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var sum = 0.0;
            for (var j = 0; j < k; j++)
                sum += chain[k, j];
            for (var i = 0; i < k; i++)
            {
                chain[i, k] /= sum;
                for (var j = 0; j < k && chain[i, k] != 0; j++)
                    chain[i, j] += chain[i, k] * chain[k, j];
            }
        }

        var weights = new double[n];
        weights[0] = 1;
        for (var k = 1; k < n; k++)
        {
            for (var i = 0; i < k; i++)
                weights[k] += weights[i] * chain[i, k];
        }

        var total = weights.Sum();
        return [.. weights.Select(w => w / total)];
    }

    private static ValueList<ValueList<double>> Marginals(double[] joint, int[] actions)
    {
        var marginals = actions.Select(size => new double[size]).ToArray();
        for (var cell = 0; cell < joint.Length; cell++)
        {
            var rest = cell;
            for (var p = actions.Length - 1; p >= 0; p--)
            {
                marginals[p][rest % actions[p]] += joint[cell];
                rest /= actions[p];
            }
        }

        return marginals.Select(m => m.ToValueList()).ToValueList();
    }
}
