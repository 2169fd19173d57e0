using System.Globalization;

namespace Alignment;

/// <summary>A sequential game in sequence form: a treeplex for each player, and what every combination of sequences pays.</summary>
/// <remarks>
/// <para>An <em>outcome</em> is a combination of the players' sequences at which games end. Ends that share one are merged: their payoffs,
/// weighted by chance, are added. A player's expected payoff is the sum over outcomes of its payoff times the probability that each player
/// plays its sequence.</para>
/// <para>Source: D. Koller, N. Megiddo, B. von Stengel (1996), "Efficient computation of equilibria for extensive two-person games".</para>
/// </remarks>
public sealed record GameTree
{
    internal GameTree(
        string name,
        ValueList<Treeplex> players,
        ValueList<ValueList<int>> sequences,
        ValueList<ValueList<double>> payoffs,
        ValueList<double> chances,
        TreeSize size
    )
    {
        Name = name;
        Players = players;
        Sequences = sequences;
        Payoffs = payoffs;
        Chances = chances;
        Size = size;
    }

    /// <summary>Histories that are enumerated at most, unless another limit is given.</summary>
    public const long MostHistories = 100_000_000;

    /// <summary>The game's name.</summary>
    public string Name { get; }

    /// <summary>Each player's information sets.</summary>
    public ValueList<Treeplex> Players { get; }

    /// <summary>For each player: its sequence at each outcome.</summary>
    public ValueList<ValueList<int>> Sequences { get; }

    /// <summary>For each player: its payoff at each outcome, times the probability that chance leads there.</summary>
    public ValueList<ValueList<double>> Payoffs { get; }

    /// <summary>For each outcome: the probability that chance leads there, when every player plays its sequence.</summary>
    public ValueList<double> Chances { get; }

    /// <summary>How large the tree was.</summary>
    public TreeSize Size { get; }

    /// <summary>Combinations of sequences at which the game can end.</summary>
    public int Outcomes => Payoffs[0].Count;

    /// <summary>The tree of a game's rules.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="mostHistories">Histories to enumerate at most; a larger game is refused.</param>
    /// <param name="progress">Told before it starts about how large the tree will be, and from time to time how far it is.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="RulesException">The rules break their contract, or the game is too large.</exception>
    public static GameTree Of<TState>(
        IRules<TState> rules,
        long mostHistories = MostHistories,
        IProgress<TreeProgress>? progress = null,
        CancellationToken cancellationToken = default
    ) => new TreeBuilder<TState>(rules, mostHistories, progress, cancellationToken).Build();

    /// <summary>One line a fact: what a golden test compares.</summary>
    public string Summary
    {
        get
        {
            var (histories, decisions, chanceNodes, ends, depth) = Size;
            string[] lines =
            [
                $"{histories} histories: {decisions} decisions, {chanceNodes} chance, {ends} ends; depth {depth}",
                .. Players.Select(p =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{p.Player}: {p.InformationSets.Count} information sets, {p.Sequences} sequences"
                    )
                ),
                string.Create(CultureInfo.InvariantCulture, $"{Outcomes} outcomes"),
            ];
            return string.Join("\n  ", lines.Prepend(Name));
        }
    }

    /// <summary>Name and size.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}: {Size.Histories} histories, {Players.Sum(p => p.InformationSets.Count)} information sets"
        );
}

/// <summary>How large a game tree is.</summary>
/// <param name="Histories">Positions, as many as there are ways to come to one.</param>
/// <param name="Decisions">Those at which a player acts.</param>
/// <param name="ChanceNodes">Those at which chance acts.</param>
/// <param name="Ends">Those at which the game is over.</param>
/// <param name="Depth">Moves of the longest game, chance included.</param>
public sealed record TreeSize(long Histories, long Decisions, long ChanceNodes, long Ends, int Depth);
