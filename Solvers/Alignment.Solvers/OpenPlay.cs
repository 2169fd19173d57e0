namespace Alignment;

/// <summary>How a player plays whole games: a member of a mixture, drawn before the game, and before that what it has
/// learned.</summary>
/// <param name="Mixture">Where nothing was learned.</param>
/// <param name="Learned">Goes before the mixture wherever it has an entry; null for nothing.</param>
internal sealed record Seat(PolicyMixture Mixture, Policy? Learned = null)
{
    /// <summary>How it plays in an information set; null for uniformly.</summary>
    public Behaviour? At(string informationState, int member) =>
        Learned?.At(informationState) ?? Mixture.Members[member].At(informationState);
}

/// <summary>Plays games from start to end by fixed strategies.</summary>
/// <remarks>Draws are common: that of an actor's k-th move of a game lies at the same place whoever sits at the table,
/// so that two tables differ by what their players do and as little as possible by luck.</remarks>
internal sealed class OpenPlay(OpenWalk walk, RandomStream stream)
{
    private readonly int _players = walk.Players.Count;
    private readonly long[] _moves = new long[walk.Players.Count + 1];
    private readonly int[] _members = new int[walk.Players.Count];

    /// <summary>What each player gets in a game.</summary>
    /// <param name="game">Its number, which says which draws it is played on.</param>
    /// <param name="seats">Who plays, in order.</param>
    public ValueList<double> Play(long game, IReadOnlyList<Seat> seats)
    {
        Array.Clear(_moves);
        for (var p = 0; p < _players; p++)
            _members[p] = Member(seats[p].Mixture.Weights, game, p);
        var at = walk.Start;
        while (!at.Actor.IsOver)
        {
            var player = at.Actor.Player;
            var odds =
                at.Actor.IsChance ? at.Chance
                : seats[player].At(walk.Label(player, at.InformationSet), _members[player]) is { } behaviour
                    ? behaviour.Probabilities
                : UniformOdds.Of(at.Actions);
            at = at.Next(stream.Categorical(odds.AsSpan(), game, Place(player)));
        }

        return at.Returns;
    }

    private int Member(ValueList<double> weights, long game, int player)
    {
        var place = Place(player);
        return weights.Count == 1 ? 0 : stream.Categorical(weights.AsSpan(), game, place);
    }

    // chance is the player before the first
    private long Place(int player) => (_moves[player + 1]++ * (_players + 1)) + player + 1;
}

/// <summary>Equal odds, made once for each number of actions.</summary>
internal static class UniformOdds
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, ValueList<double>> Known = new();

    public static ValueList<double> Of(int actions) =>
        Known.GetOrAdd(actions, n => Enumerable.Repeat(1.0 / n, n).ToValueList());
}

/// <summary>Mean and spread of numbers that come one by one (Welford 1962).</summary>
internal struct Moments
{
    private double _squares; // sum of squared deviations from the mean

    public long Count { get; private set; }

    public double Mean { get; private set; }

    /// <summary>Sample standard deviation (ddof 1) over the square root of the count; 0 for fewer than two.</summary>
    public readonly double StandardError => Count < 2 ? 0 : Math.Sqrt(_squares / (Count - 1.0) / Count);

    public void Add(double value)
    {
        Count++;
        var deviation = value - Mean;
        Mean += deviation / Count;
        _squares += deviation * (value - Mean);
    }

    public readonly ValueEstimate Of(string player) => new(player, Mean, StandardError, Count);
}
