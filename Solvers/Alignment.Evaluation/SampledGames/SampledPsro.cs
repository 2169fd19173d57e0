namespace Alignment;

/// <summary>Policy-space response oracles between policies of any kind, in a two-player zero-sum game that is played: models, programs, weights.</summary>
/// <remarks>
/// <para>An iteration (1) solves the table of mean payoffs between members with the meta-solver; (2) plays <see cref="Extra"/> games more where they decide
/// that solution (<see cref="SampleAllocation"/>, in four rounds), and solves again; (3) asks both oracles for a response to the other's mixture; (4) measures what
/// the responses gain on fresh games, in pairs with and without; (5) adds them to the populations and plays the new cells, <see cref="Games"/> times each.
/// Old cells keep their games. It ends after so many iterations, or where both measured gains lie below <see cref="Tolerance"/>.</para>
/// <para>The answer is the last iteration's mixture, with its gains; <see cref="SampledPsroResult{TRow, TColumn}"/> says what is certified: a lower bound
/// on NashConv always, an upper bound given what the oracles can miss.</para>
/// <para>Meta-solvers: an equilibrium of a two-player zero-sum table, as <c>lp</c> finds it. One with a caveat (<see cref="SolverInfo.MetaCaveat"/>:
/// <c>alpha_rank</c>, <c>uniform</c>, <c>ce</c>) is refused, and so is one for symmetric games.</para>
/// <para>Units: those of payoffs to the row player, in the declared range.</para>
/// <para>Draws: a game of a pair of members is played under its number in the table; those that measure gains under numbers from 2^46 on. The question's seed
/// is that of the run plus twice the iteration, plus 1 for the column player.</para>
/// <para>Default: 100 games a cell, no extra games, 1,000 games to measure a gain, tolerance 0, no diversity, seed 0.</para>
/// <para>Errors: a population that starts empty, a number out of range, a payoff outside of the range, a meta-solver that does not fit.</para>
/// <para>Source: Lanctot et al. (2017), arXiv 1711.00832; for teams of language models Ma, Yang et al. (2023), "Red teaming game", arXiv 2310.00322.</para>
/// <para>Not for games that are known: <c>double_oracle</c> is exact there.</para>
/// </remarks>
/// <typeparam name="TRow">What a policy of the row player is.</typeparam>
/// <typeparam name="TColumn">What a policy of the column player is.</typeparam>
/// <param name="Play">What the row player gets in a game of a number between two policies.</param>
/// <param name="Range">Where every payoff lies.</param>
/// <param name="RowOracle">Finds a policy of the row player.</param>
/// <param name="ColumnOracle">Finds one of the column player.</param>
/// <param name="MetaSolver">Solves the tables.</param>
public sealed record SampledPsro<TRow, TColumn>(
    Func<TRow, TColumn, long, double> Play,
    PayoffRange Range,
    Func<PsroQuestion<TRow, TColumn>, TRow> RowOracle,
    Func<PsroQuestion<TColumn, TRow>, TColumn> ColumnOracle,
    IDirectSolver MetaSolver
)
{
    private const string Who = "Sampled PSRO";
    private const long FreshFrom = 1L << 46;
    private const int Rounds = 4; // in which extra games are spent

    /// <summary>Games of each new cell; at least 1.</summary>
    public int Games { get; init; } = 100;

    /// <summary>Games more at each iteration, spent where they decide; at least 0.</summary>
    public int Extra { get; init; }

    /// <summary>Games, each with and without the response, that measure a gain; at least 2.</summary>
    public int GainGames { get; init; } = 1_000;

    /// <summary>It ends where both measured gains lie below this, in units of payoff.</summary>
    public double Tolerance { get; init; }

    /// <summary>w(t), which oracles are told; default none.</summary>
    public Func<long, double> DiversityWeight { get; init; } = _ => 0;

    /// <summary>Seed of the mixtures' draws, and of the oracles'.</summary>
    public ulong Seed { get; init; }

    /// <summary>Grows populations.</summary>
    /// <param name="rows">The row player's first policies.</param>
    /// <param name="columns">The column player's.</param>
    /// <param name="iterations">At most so many; at least 1.</param>
    /// <param name="progress">Told of each iteration, the last one too, as soon as its gains are measured: on the caller's thread, in order, and the run waits until it
    /// returns; populations have not grown yet by its responses.</param>
    /// <param name="cancellationToken">Ends the run after an iteration or while a table is solved, with the moments so far.</param>
    /// <exception cref="ArgumentException">See <see cref="SampledPsro{TRow, TColumn}"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled while the first table was solved.</exception>
    public SampledPsroResult<TRow, TColumn> Run(
        IEnumerable<TRow> rows,
        IEnumerable<TColumn> columns,
        int iterations,
        IProgress<PsroMoment>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(columns);
        var (rowMembers, columnMembers) = (rows.ToList(), columns.ToList());
        Check(rowMembers.Count, columnMembers.Count, iterations);
        double Between(int row, int column, long game) => Play(rowMembers[row], columnMembers[column], game);
        var table = SampledPayoffs.Empty(rowMembers.Count, columnMembers.Count, Range).Draw(Between, Games);
        var moments = new List<PsroMoment>();
        SampledPsroResult<TRow, TColumn> Result() =>
            new([.. rowMembers], [.. columnMembers], table, moments.ToValueList());
        while (true)
        {
            if (Extra > 0)
                table = new SampleAllocation().Spend(table, Between, MetaSolver, Extra, Rounds);
            ValueList<ValueList<double>> profile;
            try
            {
                profile = MetaSolver.Solve(table, cancellationToken).Strategies;
            }
            catch (OperationCanceledException) when (moments.Count > 0 && cancellationToken.IsCancellationRequested)
            {
                return Result();
            }

            var (p, q) = (Normal(profile[0]), Normal(profile[1]));
            var t = moments.Count;
            var (weight, seed) = (DiversityWeight(t), Seed + (2 * (ulong)t));
            var row = RowOracle(new(t, rowMembers, columnMembers, q, weight, seed));
            var column = ColumnOracle(new(t, columnMembers, rowMembers, p, weight, seed + 1));
            var rowGain = Gain(rowMembers, columnMembers, p, q, t, (_, j, k) => Play(row, columnMembers[j], k));
            var columnGain = Gain(rowMembers, columnMembers, p, q, t, (i, _, k) => Play(rowMembers[i], column, k), -1);
            moments.Add(new(p, q, rowGain, columnGain, table.Total + (3L * GainGames * (t + 1))));
            progress?.Report(moments[^1]);
            var ends =
                moments.Count == iterations
                || cancellationToken.IsCancellationRequested
                || (rowGain.Mean < Tolerance && columnGain.Mean < Tolerance);
            if (ends)
                return Result();
            rowMembers.Add(row);
            columnMembers.Add(column);
            table = table.Grown([$"r{rowMembers.Count}"], [$"c{columnMembers.Count}"]);
            table = table.Draw(Between, table.Counts.Select(n => n == 0 ? (long)Games : 0).ToValueList());
        }
    }

    /// <summary>What a response gains, on games that are played with and without it: the same members, the same numbers.</summary>
    private GainEstimate Gain(
        List<TRow> rows,
        List<TColumn> columns,
        ValueList<double> p,
        ValueList<double> q,
        int iteration,
        Func<int, int, long, double> response,
        int sign = 1
    )
    {
        var stream = new RandomStream(Seed, "psro gain");
        var (mean, squares) = (0.0, 0.0);
        for (var k = 0; k < GainGames; k++)
        {
            var number = FreshFrom + ((long)iteration * GainGames) + k;
            var i = stream.Categorical(p.AsSpan(), iteration, 2L * k);
            var j = stream.Categorical(q.AsSpan(), iteration, (2L * k) + 1);
            var (with, without) = (response(i, j, number), Play(rows[i], columns[j], number));
            Range.Require(Who, with);
            Range.Require(Who, without);
            var deviation = (sign * (with - without)) - mean;
            mean += deviation / (k + 1);
            squares += deviation * ((sign * (with - without)) - mean);
        }

        return new(mean, Math.Sqrt(squares / (GainGames - 1.0) / GainGames), GainGames, Range.Width);
    }

    private void Check(int rows, int columns, int iterations)
    {
        var info = MetaSolver.Info;
        if (info.MetaCaveat is { } caveat)
            throw new ArgumentException($"{Who}: the meta-solver '{info.Name}' {caveat}; use lp.");
        if (info.SymmetricOnly)
            throw new ArgumentException(
                $"{Who}: the meta-solver '{info.Name}' takes symmetric games only, and those between two populations are not; use lp."
            );
        if (rows == 0 || columns == 0)
            throw new ArgumentException(
                $"{Who}: expected at least one first policy a player, got {rows} and {columns}."
            );
        foreach (
            var (name, value, least) in new[]
            {
                ("iterations", iterations, 1),
                (nameof(Games), Games, 1),
                (nameof(Extra), Extra, 0),
                (nameof(GainGames), GainGames, 2),
            }
        )
        {
            if (value < least)
                throw new ArgumentException($"{Who}, {name}: expected at least {least}, got {value}.");
        }
    }

    // a linear program may leave a weight a rounding below 0
    private static ValueList<double> Normal(ValueList<double> weights)
    {
        var sum = weights.Sum(w => Math.Max(w, 0));
        return weights.Select(w => Math.Max(w, 0) / sum).ToValueList();
    }
}
