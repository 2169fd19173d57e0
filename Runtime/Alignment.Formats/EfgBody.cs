using System.Globalization;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The nodes of an .efg file: a tree in prefix order that ends the file.</summary>
/// <remarks>
/// Nothing is allocated for a child before its text is read: a line may refer to an information set of a million actions.
/// The open nodes are on a stack of our own, since a file may nest them as deep as it likes.
/// </remarks>
internal sealed class EfgBody(NfgScanner scan, EfgHeader header)
{
    private const string NodeStart = "'c', 'p' or 't', with which a node starts";

    private readonly EfgMoves moves = new(scan, header.Players);
    private readonly EfgOutcomes outcomes = new(scan, header.Players);
    private readonly List<EfgMove?> moveOf = [];
    private readonly List<int> parentOf = [];
    private readonly List<ValueList<double>?> paidAt = [];
    private readonly Stack<OpenNode> path = [];

    // How many nodes the text up to here still calls for.
    private long missing = 1;
    private long sums;

    /// <summary>A node that has children to come.</summary>
    private readonly record struct OpenNode(int Node, int Missing, int Depth);

    public EfgTree Read()
    {
        while (missing > 0)
        {
            ReadNode();
        }
        return scan.IsAt(NfgTokenKind.End)
            ? EfgTree.Of([.. moveOf], [.. parentOf], [.. paidAt])
            : throw scan.Unexpected($"the end of the file after {Number(moveOf.Count)} nodes, which make a whole tree");
    }

    private void ReadNode()
    {
        NfgToken at = scan.Current;
        string kind = ReadKind();
        int depth = 0;
        int parent = -1;
        if (path.TryPop(out OpenNode above))
        {
            (parent, depth) = (above.Node, above.Depth + 1);
            if (above.Missing > 1)
            {
                path.Push(above with { Missing = above.Missing - 1 });
            }
        }
        CheckSize(at, depth);
        EfgMove? move = kind switch
        {
            "c" => moves.Read(Turn.Chance),
            "p" => moves.Read(ReadPlayer()),
            _ => null,
        };
        int node = moveOf.Count;
        moveOf.Add(move);
        parentOf.Add(parent);
        NfgToken outcome = scan.Current;
        paidAt.Add(Total(outcome, parent < 0 ? null : paidAt[parent], outcomes.Read()));
        missing--;
        if (move is not null)
        {
            missing += move.Actions.Count;
            path.Push(new OpenNode(node, move.Actions.Count, depth));
        }
    }

    private string ReadKind()
    {
        if (scan.IsAt(NfgTokenKind.End))
        {
            string needed = missing == 1 ? "1 more node is" : $"{Number(missing)} more nodes are";
            throw scan.Error(
                scan.Current,
                $"expected {NodeStart}, got the end of the file; at least {needed} needed: is the file complete?"
            );
        }
        string kind = scan.CurrentText is "c" or "p" or "t"
            ? scan.CurrentText.ToString()
            : throw scan.Unexpected(NodeStart);
        scan.Take();
        scan.Take(NfgTokenKind.Text, "the node's name in double quotes");
        return kind;
    }

    private Turn ReadPlayer() => Turn.Of(EfgHeader.TakeCount(scan, "the player's number", 1, header.Players.Count) - 1);

    private void CheckSize(NfgToken at, int depth)
    {
        if (depth > EfgReader.MaxDepth)
        {
            throw scan.Error(
                at,
                $"the node that starts here lies more than {Limit(EfgReader.MaxDepth)} moves deep, the most that is read"
                    + "; give a smaller game"
            );
        }
        if (moveOf.Count == EfgReader.MaxNodes)
        {
            throw scan.Error(
                at,
                $"the game has more than {Limit(EfgReader.MaxNodes)} nodes, the most that are read; give a smaller game"
            );
        }
    }

    /// <summary>What is paid from the root to a node: a list of its own only where two outcomes add up.</summary>
    private ValueList<double>? Total(NfgToken at, ValueList<double>? before, ValueList<double>? gain)
    {
        if (before is null || gain is null)
        {
            return before ?? gain;
        }
        sums += header.Players.Count;
        if (sums > InputLimits.MaxNumbers)
        {
            throw scan.Error(
                at,
                $"payoffs that add up make more than {Limit(InputLimits.MaxNumbers)} numbers, the most that are read"
                    + "; give a smaller game"
            );
        }
        ValueList<double> total = before.Zip(gain, (a, b) => a + b).ToValueList();
        for (int p = 0; p < total.Count; p++)
        {
            if (!double.IsFinite(total[p]))
            {
                string sum = before[p].ToString("R", CultureInfo.InvariantCulture);
                string more = gain[p].ToString("R", CultureInfo.InvariantCulture);
                throw scan.Error(
                    at,
                    $"the payoffs to {Quote(header.Players[p])} up to here add up to {sum} and {more}; expected a finite sum"
                );
            }
        }
        return total;
    }
}
