using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>What an .nfg file says before its payoffs.</summary>
internal sealed record NfgHeader(
    string Title,
    ImmutableArray<string> Players,
    ImmutableArray<NfgActions> Actions,
    string Comment
)
{
    /// <summary>The number of cells; times the players, no more numbers than <see cref="InputLimits.MaxNumbers"/>.</summary>
    public int Cells => (int)TableShape.Cells(Counts(Actions));

    /// <summary>The action counts as people write them.</summary>
    public string Size => TableShape.Describe(Counts(Actions));

    /// <summary>A cell as messages name it, by its number in the file, which counts the first player's action fastest.</summary>
    public string DescribeCell(int cell)
    {
        var labels = new List<string>();
        foreach (NfgActions actions in Actions)
        {
            (cell, int action) = Math.DivRem(cell, (int)actions.Count);
            labels.Add(actions.Label(action));
        }
        return PayoffCsv.Cell(Players, labels);
    }

    public static NfgHeader Read(NfgScanner scan)
    {
        string title = GambitHeader.TakeTitle(scan, "NFG", "normal-form", "1");
        ImmutableArray<string> players = GambitHeader.TakePlayers(scan);
        NfgToken open = scan.Current;
        ImmutableArray<NfgActions> actions = ReadActions(scan, players);
        string comment = GambitHeader.TakeComment(scan);
        return TableShape.Cells(Counts(actions)) <= InputLimits.MaxNumbers / players.Length
            ? new NfgHeader(title, players, actions, comment)
            : throw scan.Error(
                open,
                $"{TableShape.Describe(Counts(actions))} cells for {Number(players.Length)} players are more than "
                    + $"{Limit(InputLimits.MaxNumbers)} payoffs, the most that is read; give a smaller game"
            );
    }

    private static IEnumerable<long> Counts(ImmutableArray<NfgActions> actions) => actions.Select(list => list.Count);

    private static ImmutableArray<NfgActions> ReadActions(NfgScanner scan, ImmutableArray<string> players)
    {
        scan.Take(NfgTokenKind.OpenBrace, "'{' before the players' actions");
        bool labelled = scan.IsAt(NfgTokenKind.OpenBrace);
        var actions = new List<NfgActions>();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            string player = actions.Count < players.Length ? players[actions.Count] : Number(actions.Count + 1);
            actions.Add(labelled ? ReadLabels(scan, player) : ReadCount(scan, player));
        }
        if (actions.Count != players.Length)
        {
            string what = labelled ? "lists of action labels" : "action counts";
            throw scan.Error(
                scan.Current,
                $"expected {Number(players.Length)} {what}, one per player, found {Number(actions.Count)}"
            );
        }
        scan.Take();
        return [.. actions];
    }

    private static NfgActions ReadLabels(NfgScanner scan, string player)
    {
        NfgToken open = scan.Take(NfgTokenKind.OpenBrace, "'{' before a player's action labels, or '}'");
        List<NfgToken> labels = GambitHeader.TakeTexts(scan, "an action's label");
        return labels.Count > 0
            ? new NfgActions(GambitHeader.Distinct(scan, labels, "action", $" of player {Quote(player)}"))
            : throw scan.Error(open, $"player {Quote(player)} has no actions; expected at least one label");
    }

    private static NfgActions ReadCount(NfgScanner scan, string player)
    {
        if (!NumberText.TryCount(scan.CurrentText, out long count) || count == 0)
        {
            throw scan.Error(
                scan.Current,
                $"the action count of player {Quote(player)} is {scan.DescribeCurrent()}"
                    + "; expected a whole number of at least 1"
            );
        }
        scan.Take();
        return new NfgActions(count);
    }
}

/// <summary>A player's actions: their labels, or only how many there are.</summary>
internal sealed class NfgActions
{
    private readonly ImmutableArray<string> labels;

    public NfgActions(ImmutableArray<string> labels) => (this.labels, Count) = (labels, labels.Length);

    public NfgActions(long count) => Count = count;

    public long Count { get; }

    /// <summary>One label, by its number from 0.</summary>
    public string Label(int action) => labels.IsDefault ? Number(action + 1) : labels[action];

    /// <summary>The labels, made on demand when only a count is given, which may be larger than memory.</summary>
    public ImmutableArray<string> Labels =>
        labels.IsDefault ? [.. Enumerable.Range(1, (int)Count).Select(number => Number(number))] : labels;
}
