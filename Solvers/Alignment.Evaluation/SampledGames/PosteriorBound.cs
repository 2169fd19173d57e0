namespace Alignment;

/// <summary>An upper bound on NashConv from the posterior distribution of every cell: for profiles that were found in the same samples.</summary>
/// <remarks>
/// <para>With S_ij the sum of payoffs scaled to [0, 1], cell ij is drawn B times from Beta(a + S_ij, b + n_ij - S_ij). In each draw A' the best
/// row is worth r = max_i (A'q)_i and the best column c = min_j (p'A')_j. With k = ceil((1 - d/2)(B + 1)), d = 1 - confidence, the bound is the
/// k-th smallest r less the k-th largest c.</para>
/// <para>Proven: where cells are Bernoulli and their chances were drawn from Beta(a, b), the true r is exchangeable with its B draws whatever
/// profile was chosen by the samples, so the bound holds in at least the stated share of games, at every sample size and every B. It is a mean over games:
/// nothing is promised for one game that was chosen to be hard. Measured, not proven: other games, see docs/populations.md.</para>
/// <para>Payoffs between the ends of the range have less variance than Bernoulli payoffs of the same mean, which makes the bound wider than it
/// need be.</para>
/// <para>Units: those of payoffs. Draw k of cell ij lies at step k and index ij of the stream <c>posterior</c>.</para>
/// <para>Default: a = b = 1, 999 draws, seed 0.</para>
/// <para>Errors: fewer than 2/d - 1 draws; pseudo-counts not above 0.</para>
/// <para>Source: the argument by ranks is that of Barnard (1963), discussion in JRSS B 25; conjugate posteriors: Raiffa, Schlaifer (1961),
/// "Applied statistical decision theory". Ours: both applied to NashConv.</para>
/// <para>Not where somebody chose the game against you: use <see cref="SimultaneousBound"/>, or fresh games.</para>
/// </remarks>
public sealed record PosteriorBound : INashConvBound
{
    private const string Who = "Posterior bound";

    /// <summary>a: successes that the prior counts; above 0.</summary>
    public double PriorSuccesses { get; init; } = 1;

    /// <summary>b: failures that the prior counts; above 0.</summary>
    public double PriorFailures { get; init; } = 1;

    /// <summary>B, draws of the whole table.</summary>
    public int Draws { get; init; } = 999;

    /// <summary>Seed of the draws.</summary>
    public ulong Seed { get; init; }

    /// <inheritdoc/>
    public string Basis =>
        $"posterior of each cell under the prior Beta({Text.Number(PriorSuccesses)}, {Text.Number(PriorFailures)}), holds on average over games drawn from it";

    /// <inheritdoc/>
    public bool HoldsUnderSelection => true;

    /// <inheritdoc/>
    public Certificate.UpperBound Of(
        SampledPayoffs table,
        ValueList<double> row,
        ValueList<double> column,
        double confidence = 0.95
    )
    {
        Saddle.Require(Who, table, row, column);
        Saddle.RequireConfidence(Who, confidence);
        if (!(PriorSuccesses > 0 && PriorFailures > 0))
            throw new ArgumentException(
                $"{Who}: expected pseudo-counts above 0, got {Text.Number(PriorSuccesses)} and {Text.Number(PriorFailures)}."
            );
        var rank = (int)Math.Min(int.MaxValue, Math.Ceiling((1 + confidence) / 2 * (Draws + 1.0)));
        if (rank > Draws)
            throw new ArgumentException(
                $"{Who}: expected at least {Math.Ceiling(2 / (1 - confidence)) - 1} draws for this confidence, got {Draws}."
            );

        var (best, worst) = (new double[Draws], new double[Draws]);
        var cells = new double[table.Counts.Count];
        var shapes = Shapes(table);
        var stream = new RandomStream(Seed, "posterior");
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var cell = 0; cell < cells.Length; cell++)
            {
                // nothing depends on the others
                if (column[cell % column.Count] > 0 || row[cell / column.Count] > 0)
                    cells[cell] = stream.Beta(shapes[cell].A, shapes[cell].B, draw, cell);
            }

            best[draw] = Saddle.Rows(cells, column).Max();
            worst[draw] = Saddle.Columns(cells, row).Min();
        }

        Array.Sort(best);
        Array.Sort(worst);
        var bound = (best[rank - 1] - worst[Draws - rank]) * table.Range.Width;
        return new(bound, 2, confidence) { Basis = Basis };
    }

    private (double A, double B)[] Shapes(SampledPayoffs table) =>
        [
            .. table.Counts.Select(
                (n, cell) =>
                {
                    var won = n * Math.Clamp((table.Means[cell] - table.Range.Low) / table.Range.Width, 0, 1);
                    return (PriorSuccesses + won, PriorFailures + n - won);
                }
            ),
        ];
}
