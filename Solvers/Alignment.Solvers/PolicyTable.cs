using System.Globalization;

namespace Alignment;

/// <summary>The game between populations of policies: means of the games that members have played.</summary>
internal sealed class PolicyTable : IGameData
{
    private const int CheckEvery = 64;

    private readonly ValueList<string> _names;
    private readonly double[][] _payoffs;

    private PolicyTable(
        ValueList<string> names,
        ValueList<ValueList<Policy>> members,
        double[][] payoffs,
        ValueList<long> games
    )
    {
        (_names, Members, _payoffs, Games) = (names, members, payoffs, games);
        Players = names.Select((name, p) => Player.Of(name, members[p].Count)).ToValueList();
    }

    public ValueList<ValueList<Policy>> Members { get; }

    public ValueList<long> Games { get; }

    public ValueList<Player> Players { get; }

    public ReadOnlySpan<double> Payoff(int player) => _payoffs[player];

    /// <summary>Everyone plays uniformly; nothing was played yet.</summary>
    public static PolicyTable Of(ValueList<string> players) =>
        new(
            players,
            players.Select(_ => (ValueList<Policy>)[Policy.Uniform]).ToValueList(),
            [.. players.Select(_ => new double[1])],
            [0]
        );

    /// <summary>Puts the table with its members into a snapshot.</summary>
    public void Save(Snapshot snapshot)
    {
        for (var p = 0; p < _names.Count; p++)
        {
            snapshot.Put(Name("members", p), PolicySnapshot.Of(Members[p]));
            snapshot.Put(Name("payoffs", p), (double[])_payoffs[p].Clone());
        }

        snapshot.Put("games", Games);
    }

    /// <summary>The table that a snapshot is of.</summary>
    public static PolicyTable Load(Snapshot snapshot, ValueList<string> players) =>
        new(
            players,
            players.Select((_, p) => PolicySnapshot.Read(snapshot.Part(Name("members", p)))).ToValueList(),
            [.. players.Select((_, p) => (double[])snapshot.Array(Name("payoffs", p)).Clone())],
            snapshot.Integers("games").ToValueList()
        );

    private static string Name(string what, int player) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}/{player}");

    /// <summary>The table of populations that have grown: what was played stays, the other cells are played now. Null
    /// where cancelled.</summary>
    public PolicyTable? Extend(
        ValueList<ValueList<Policy>> members,
        OpenWalk walk,
        OpenRunSettings settings,
        CancellationToken cancellationToken
    )
    {
        var play = new OpenPlay(walk, new(settings.Seed, "psro table"));
        var cells = members.Aggregate(1, (n, own) => checked(n * own.Count));
        var payoffs = members.Select(_ => new double[cells]).ToArray();
        var games = new long[cells];
        var seats = new Seat[members.Count];
        for (var cell = 0; cell < cells; cell++)
        {
            var known = Place(members, cell, seats);
            if (known >= 0 && Games[known] > 0)
            {
                games[cell] = Games[known];
                for (var p = 0; p < seats.Length; p++)
                    payoffs[p][cell] = _payoffs[p][known];
                continue;
            }

            settings.Progress?.Report(new("playing members against each other", cell, cells, walk.Met));
            var means = new Moments[seats.Length];
            for (var game = 0; game < settings.CellGames; game++)
            {
                if (game % CheckEvery == 0 && cancellationToken.IsCancellationRequested)
                    return null;
                var returns = play.Play(game, seats);
                for (var p = 0; p < means.Length; p++)
                    means[p].Add(returns[p]);
            }

            games[cell] = settings.CellGames;
            for (var p = 0; p < seats.Length; p++)
                payoffs[p][cell] = means[p].Mean;
        }

        return new(_names, members, payoffs, games.ToValueList());
    }

    /// <summary>Seats the members of a cell; gives its place in this table, or -1 where a member is new.</summary>
    private int Place(ValueList<ValueList<Policy>> members, int cell, Seat[] seats)
    {
        var (place, stride) = (0, 1);
        for (var p = members.Count - 1; p >= 0; p--)
        {
            var k = cell % members[p].Count;
            cell /= members[p].Count;
            seats[p] = new(PolicyMixture.Of(members[p][k]));
            place = place < 0 || k >= Members[p].Count ? -1 : place + (k * stride);
            stride *= Members[p].Count;
        }

        return place;
    }
}
