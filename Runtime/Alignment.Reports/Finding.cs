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
            : Enumerable.Range(0, Elements.Count).MaxBy(k => Distance(Elements[k].Certificate.NashConv));

    /// <summary>A gap to sort by: what is no number is further than any.</summary>
    public static double Distance(double gap) => double.IsNaN(gap) ? double.PositiveInfinity : gap;
}

/// <summary>A name and what stands behind it.</summary>
internal sealed record Entry(string Name, string Value);

/// <summary>A name and a probability.</summary>
internal sealed record Share(string Name, double Probability);

/// <summary>A certificate.</summary>
/// <param name="Kind">The word for JSON.</param>
/// <param name="NashConv">Exact, or the bound.</param>
/// <param name="Exploitability">The same over the number of players.</param>
/// <param name="StandardError">Of a lower bound's sum.</param>
/// <param name="Oracle">What searched for deviations.</param>
internal sealed record Certified(
    string Kind,
    double NashConv,
    double Exploitability,
    double? StandardError = null,
    string? Oracle = null
)
{
    /// <summary>The kind for readers.</summary>
    public string Words => Kind.Replace('_', ' ');
}

/// <summary>What a player plays and gets.</summary>
/// <param name="Player">Its name.</param>
/// <param name="Value">Its expected payoff.</param>
/// <param name="Interval">Where that is an estimate: a 95 % interval.</param>
/// <param name="Decisions">One without a name in a matrix game; one an information set in a sequential game; none where strategies are elsewhere.</param>
internal sealed record Play(string Player, double? Value, Interval? Interval, IReadOnlyList<Decision> Decisions)
{
    /// <summary>Whether the player has information sets.</summary>
    public bool IsSequential => Decisions.Any(decision => decision.InformationSet is not null);
}

/// <summary>An interval.</summary>
internal sealed record Interval(double Low, double High);

/// <summary>What is played where.</summary>
internal sealed record Decision(string? InformationSet, IReadOnlyList<Share> Actions);

/// <summary>A game of a batch.</summary>
internal sealed record Element(
    string Game,
    long Steps,
    string Status,
    Certified Certificate,
    IReadOnlyList<double?> Values
);
