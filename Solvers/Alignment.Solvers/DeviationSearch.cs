using System.Globalization;

namespace Alignment;

/// <summary>A lower bound on NashConv without the game's tree: searches, for each player, a deviation that gains, and
/// measures what it gains on games that it was not found on.</summary>
/// <remarks>
/// <para>NashConv = sum over players i of max over x of u_i(x, s_-i) - u_i(s), for the answer s. Any deviation d_i that
/// was found gives u_i(d_i, s_-i) - u_i(s) &lt;= that maximum, so the sum of what found deviations gain is at most
/// NashConv. It may be far below it: a search that finds nothing shows nothing.</para>
/// <para>Three steps for each player, each on draws of its own (streams <c>deviation search PLAYER</c>, <c>deviation
/// validation</c>, <c>deviation value</c>). (1) Monte Carlo CFR with external sampling, in which this player alone
/// learns and all others play the answer, a member of each mixture drawn for each iteration; where it has not learned
/// anything better, it plays the answer as well. (2) On validation games two candidates, the action of most regret and
/// regret matching, are played against the answer; the one that gains more is taken if it gains anything, else the
/// player stays, and counts 0. (3) On fresh games, the same draws with and without the deviation: the mean difference
/// is an unbiased estimate of what it gains, and may lie below 0 by chance.</para>
/// <para>The standard error is that of the sum over players, from the differences game by game (ddof 1). Payoffs in any
/// unit; any number of players.</para>
/// <para>Default: 1,000 iterations, 5,000 validation games, 10,000 fresh games.</para>
/// <para>Source: Lanctot et al. (2009), "Monte Carlo sampling for regret minimization in extensive games", NIPS 22; the
/// idea of bounding exploitability by a response that was found: Lisy, Bowling (2017), "Equilibrium approximation
/// quality of current no-limit poker bots", arXiv 1612.07547; Timbers et al. (2022), "Approximate exploitability",
/// arXiv 2004.09677. Ours: improvements on the answer itself, and the choice on a validation sample.</para>
/// <para>Not for trees that fit into memory: there NashConv is computed exactly.</para>
/// </remarks>
public sealed record DeviationSearch
{
    /// <summary>Games played at each stage however early it is cancelled.</summary>
    internal const int FewestGames = 100;

    private const int CheckEvery = 64;

    /// <summary>Iterations of the search for each player, at least 1; default 1,000.</summary>
    public int Iterations { get; init; } = 1_000;

    /// <summary>Games on which it is decided whether to deviate, at least 100; default 5,000.</summary>
    public int ValidationGames { get; init; } = 5_000;

    /// <summary>Games on which gains and values are measured, at least 100; default 10,000.</summary>
    public int Games { get; init; } = 10_000;

    /// <summary>Information sets that the search for a player may meet before it ends early, at least 1; default
    /// 5,000,000: some GB.</summary>
    public int MostInformationSets { get; init; } = 5_000_000;

    /// <summary>Searches deviations from an answer and measures what they gain.</summary>
    /// <param name="game">The game.</param>
    /// <param name="profile">The answer: how each player plays, in order.</param>
    /// <param name="seed">Seed of all draws; default 0.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Cuts the search short, and the games to 100; what was found by then is measured.</param>
    /// <exception cref="ArgumentException">A number is out of range, or there is not one mixture for each player.</exception>
    /// <exception cref="RulesException">The rules break their contract at a position that was met.</exception>
    public FoundDeviations Measure(
        OpenGame game,
        ValueList<PolicyMixture> profile,
        ulong seed = 0,
        IProgress<OpenProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(profile);
        Require(nameof(Iterations), Iterations, 1);
        Require(nameof(MostInformationSets), MostInformationSets, 1);
        Require(nameof(ValidationGames), ValidationGames, FewestGames);
        Require(nameof(Games), Games, FewestGames);
        if (profile.Count != game.Players.Count)
            throw new ArgumentException(
                Invariant($"Expected a mixture for each of {game.Players.Count} players, got {profile.Count}."),
                nameof(profile)
            );

        var searched = 0L;
        var candidates = new Policy[game.Players.Count][];
        for (var p = 0; p < candidates.Length; p++)
        {
            // a walk of its own: what a search has met is not kept beyond it
            var search = new ResponseSearch(
                game.Walk(),
                profile,
                p,
                new(seed, Invariant($"deviation search {game.Players[p]}"))
            );
            search.Run(Iterations, MostInformationSets, progress, cancellationToken);
            candidates[p] = search.Iterations == 0 ? [] : [search.Greedy(), search.Matched()];
            searched += search.Iterations;
        }

        var walk = game.Walk();
        var deviations = Choose(walk, profile, candidates, seed, progress, cancellationToken);
        var measured = new Table(walk, profile, [.. deviations.Select(d => (Policy[])(d is null ? [] : [d]))]);
        measured.Run(
            new(walk, new(seed, "deviation value")),
            "measuring deviations",
            Games,
            progress,
            cancellationToken
        );
        var players = game.Players;
        return new(
            new(
                measured.Total.Mean,
                players.Count,
                Oracle(players, searched, deviations),
                measured.Total.StandardError
            ),
            players.Select((name, p) => measured.Own[p].Of(name)).ToValueList(),
            players
                .Select(
                    (name, p) =>
                        deviations[p] is null
                            ? new ValueEstimate(name, 0, 0, measured.Own[p].Count)
                            : measured.Gains[p][0].Of(name)
                )
                .ToValueList(),
            deviations.ToValueList()
        );
    }

    /// <summary>For each player the candidate that gains most on validation games; null where none gains.</summary>
    private Policy?[] Choose(
        OpenWalk walk,
        ValueList<PolicyMixture> profile,
        Policy[][] candidates,
        ulong seed,
        IProgress<OpenProgress>? progress,
        CancellationToken cancellationToken
    )
    {
        var table = new Table(walk, profile, candidates);
        table.Run(
            new(walk, new(seed, "deviation validation")),
            "validating deviations",
            ValidationGames,
            progress,
            cancellationToken
        );
        return
        [
            .. candidates.Select(
                (own, p) =>
                {
                    var best = own.Length == 0 ? -1 : own.Select((_, k) => k).MaxBy(k => table.Gains[p][k].Mean);
                    return best >= 0 && table.Gains[p][best].Mean > 0 ? own[best] : null;
                }
            ),
        ];
    }

    private string Oracle(ValueList<string> players, long searched, Policy?[] deviations)
    {
        var all = (long)Iterations * players.Count;
        var iterations =
            searched == all
                ? Invariant($"{Iterations:N0} iterations a player")
                : Invariant($"cut short after {searched:N0} of {all:N0} iterations");
        string Named(bool deviates) =>
            string.Join(" and ", players.Where((_, p) => deviations[p] is not null == deviates));
        var chosen =
            deviations.All(d => d is null) ? "found nothing that gains"
            : deviations.All(d => d is not null) ? Invariant($"{Named(true)} deviate{(players.Count == 1 ? "s" : "")}")
            : Invariant(
                $"{Named(true)} deviate{(deviations.Count(d => d is not null) == 1 ? "s" : "")}, {Named(false)} stay{(deviations.Count(d => d is null) == 1 ? "s" : "")}"
            );
        return $"external-sampling MCCFR against fixed play, {iterations}: {chosen}";
    }

    private static void Require(string name, int value, int least)
    {
        if (value < least)
            throw new ArgumentException(Invariant($"{name}: expected at least {least}, got {value}."));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Plays the answer, and each candidate in its player's place, on the same draws.</summary>
    private sealed class Table(OpenWalk walk, ValueList<PolicyMixture> profile, Policy[][] candidates)
    {
        public Moments[] Own { get; } = new Moments[profile.Count];

        public Moments[][] Gains { get; } = [.. candidates.Select(own => new Moments[own.Length])];

        /// <summary>Of the sum over players of what their first candidates gain.</summary>
        public Moments Total => _total;

        private Moments _total;

        public void Run(
            OpenPlay play,
            string doing,
            int games,
            IProgress<OpenProgress>? progress,
            CancellationToken cancellationToken
        )
        {
            Seat[] seats = [.. profile.Select(mixture => new Seat(mixture))];
            for (var game = 0; game < games; game++)
            {
                if (game >= FewestGames && cancellationToken.IsCancellationRequested)
                    return;
                if (game % CheckEvery == 0)
                    progress?.Report(new(doing, game, games, walk.Met));
                PlayOne(play, game, seats);
            }
        }

        private void PlayOne(OpenPlay play, int game, Seat[] seats)
        {
            var own = play.Play(game, seats);
            var total = 0.0;
            for (var p = 0; p < seats.Length; p++)
            {
                Own[p].Add(own[p]);
                for (var k = 0; k < candidates[p].Length; k++)
                {
                    var seat = seats[p];
                    seats[p] = seat with { Learned = candidates[p][k] };
                    var gain = play.Play(game, seats)[p] - own[p];
                    seats[p] = seat;
                    Gains[p][k].Add(gain);
                    total += k == 0 ? gain : 0;
                }
            }

            _total.Add(total);
        }
    }
}

/// <summary>What <see cref="DeviationSearch"/> found, measured on games that it was not found on.</summary>
/// <param name="Certificate">The lower bound.</param>
/// <param name="Values">What each player gets when all play the answer.</param>
/// <param name="Gains">What each player gains by its deviation; 0 with standard error 0 where it stays.</param>
/// <param name="Deviations">How each player deviates: where the policy has no entry, it plays the answer. Null where it
/// stays.</param>
public sealed record FoundDeviations(
    Certificate.LowerBound Certificate,
    ValueList<ValueEstimate> Values,
    ValueList<ValueEstimate> Gains,
    ValueList<Policy?> Deviations
);
