namespace Alignment.Reports;

/// <summary>What a run found, as a report needs it: the same from a solution and from the file that a solution was written to.</summary>
internal sealed record Finding
{
    /// <summary>The game's name.</summary>
    public required string Game { get; init; }

    /// <summary>The solver's name.</summary>
    public required string Solver { get; init; }

    /// <summary>The solver's settings, and how it was run.</summary>
    public required IReadOnlyList<Entry> Settings { get; init; }

    /// <summary>Steps of the longest run.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds inside the solve loop.</summary>
    public required double Seconds { get; init; }

    /// <summary>How the run ended.</summary>
    public required string Status { get; init; }

    /// <summary>Of the game furthest from equilibrium.</summary>
    public required Certified Certificate { get; init; }

    /// <summary>Names the game furthest from equilibrium among the games that were declared; empty for a single one.</summary>
    public string WorstName { get; init; } = "";

    /// <summary>What was measured of that game, by key.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>What its players play and get.</summary>
    public required IReadOnlyList<Play> Plays { get; init; }

    /// <summary>What constraints came to in that game; those who set their prices are not among <see cref="Plays"/>.</summary>
    public IReadOnlyList<Limit> Limits { get; init; } = [];

    /// <summary>What a correlated equilibrium recommends, where that is the solver's answer.</summary>
    public IReadOnlyList<Share> Joint { get; init; } = [];

    /// <summary>Sentences that a reader of the result must know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>All games of a batch; empty without one.</summary>
    public IReadOnlyList<Element> Elements { get; init; } = [];

    /// <summary>Which of them is furthest from equilibrium.</summary>
    public int Worst =>
        Elements.Count == 0
            ? 0
            : Enumerable.Range(0, Elements.Count).MaxBy(k => Further(Elements[k].Certificate.Distance));

    /// <summary>A distance to sort by: what is no number is further than any.</summary>
    public static double Further(double distance) => double.IsNaN(distance) ? double.PositiveInfinity : distance;
}

/// <summary>A name and what stands behind it.</summary>
internal sealed record Entry(string Name, string Value);

/// <summary>A name and a probability.</summary>
internal sealed record Share(string Name, double Probability);

/// <summary>A certificate.</summary>
/// <param name="Kind">The word for JSON.</param>
/// <param name="Distance">NashConv, exact or the bound; of the first order the residual.</param>
/// <param name="Exploitability">NashConv over the number of players; null where that is not known.</param>
/// <param name="StandardError">Of a lower bound's sum.</param>
/// <param name="Oracle">What searched for deviations.</param>
/// <param name="Violation">Of the most violated constraint.</param>
/// <param name="Slackness">The largest |multiplier times (cost - bound)|.</param>
/// <param name="Confidence">Of an upper bound.</param>
internal sealed record Certified(
    string Kind,
    double Distance,
    double? Exploitability = null,
    double? StandardError = null,
    string? Oracle = null,
    double? Violation = null,
    double? Slackness = null,
    double? Confidence = null
)
{
    /// <summary>Whether it is about small steps alone, of a game of smooth payoffs.</summary>
    public bool IsFirstOrder => Kind is "stationary" or "kkt";

    /// <summary>What the distance is called.</summary>
    public string Figure => IsFirstOrder ? "residual" : "NashConv";

    /// <summary>The same with its unit, for axes.</summary>
    public string Measured => IsFirstOrder ? Figure : $"{Figure}, in units of payoff";

    /// <summary>The kind for readers.</summary>
    public string Words => Kind.Replace('_', ' ');
}

/// <summary>What a player plays and gets.</summary>
/// <param name="Player">Its name.</param>
/// <param name="Value">Its expected payoff.</param>
/// <param name="Interval">Where that is an estimate: a 95 % interval.</param>
/// <param name="Decisions">One without a name in a matrix game; one an information set in a sequential game; none where strategies are elsewhere.</param>
/// <param name="Weights">What it sets, where it does not choose.</param>
internal sealed record Play(
    string Player,
    double? Value,
    Interval? Interval,
    IReadOnlyList<Decision> Decisions,
    IReadOnlyList<Tensor> Weights
)
{
    /// <summary>Whether the player has information sets.</summary>
    public bool IsSequential => Decisions.Any(decision => decision.InformationSet is not null);
}

/// <summary>An interval.</summary>
internal sealed record Interval(double Low, double High);

/// <summary>What is played where.</summary>
internal sealed record Decision(string? InformationSet, IReadOnlyList<Share> Actions);

/// <summary>What a constraint came to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Player">Who must respect it.</param>
/// <param name="Bound">The largest expected cost allowed.</param>
/// <param name="Value">The expected cost.</param>
/// <param name="Multiplier">Its price.</param>
/// <param name="Violation">By how much the cost exceeds the bound; 0 where it does not.</param>
internal sealed record Limit(
    string Name,
    string Player,
    double Bound,
    double Value,
    double Multiplier,
    double Violation
);

/// <summary>A game of a batch.</summary>
internal sealed record Element(
    string Game,
    long Steps,
    string Status,
    Certified Certificate,
    IReadOnlyList<double?> Values
);
