using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The payoffs of an .nfg file: a flat list of them, or of outcomes, that ends the file.</summary>
internal sealed class NfgBody(NfgScanner scan, NfgHeader header)
{
    private delegate bool ItemParser<T>(ReadOnlySpan<char> text, out T item);

    /// <summary>For each player its payoff in each cell, row-major.</summary>
    public double[][] Payoffs() => scan.IsAt(NfgTokenKind.OpenBrace) ? PayoffsByOutcome() : PayoffsByCell();

    private double[][] PayoffsByCell()
    {
        int players = header.Players.Length;
        var words = new ListWords(
            "payoff",
            "payoffs",
            NumberText.Expected,
            $"{header.Size} cells for {Number(players)} players",
            item => $", to {Quote(header.Players[item % players])} at {header.DescribeCell(item / players)},"
        );
        double[] flat = ReadList<double>(header.Cells * players, NumberText.TryParse, words);
        return Arrange((cell, player) => flat[(cell * players) + player]);
    }

    private double[][] PayoffsByOutcome()
    {
        List<double[]> outcomes = [new double[header.Players.Length], .. ReadOutcomes()];
        var words = new ListWords(
            "outcome index",
            "outcome indices",
            $"a whole number from 0 (no outcome) to {Number(outcomes.Count - 1)}",
            $"{header.Size} cells",
            cell => $", at {header.DescribeCell(cell)},"
        );
        bool TryOutcome(ReadOnlySpan<char> text, out double[] outcome)
        {
            bool valid = NumberText.TryCount(text, out long index) && index < outcomes.Count;
            outcome = outcomes[valid ? (int)index : 0];
            return valid;
        }
        double[][] flat = ReadList<double[]>(header.Cells, TryOutcome, words);
        return Arrange((cell, player) => flat[cell][player]);
    }

    private List<double[]> ReadOutcomes()
    {
        var outcomes = new List<double[]>();
        scan.Take();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            NfgToken open = scan.Take(NfgTokenKind.OpenBrace, "'{' before an outcome, or '}' after the last");
            scan.Take(NfgTokenKind.Text, "the outcome's name in double quotes");
            int number = outcomes.Count + 1;
            outcomes.Add(ReadOutcome(number));
            if (outcomes[^1].Length != header.Players.Length)
            {
                throw scan.Error(
                    open,
                    $"outcome {Number(number)} has {Number(outcomes[^1].Length)} payoffs"
                        + $"; expected {Number(header.Players.Length)}, one per player"
                );
            }
        }
        scan.Take();
        return outcomes;
    }

    private double[] ReadOutcome(int number)
    {
        var payoffs = new List<double>();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            if (!NumberText.TryParse(scan.CurrentText, out double payoff))
            {
                string owner =
                    payoffs.Count < header.Players.Length ? $", to {Quote(header.Players[payoffs.Count])}," : "";
                throw scan.Error(
                    scan.Current,
                    $"payoff {Number(payoffs.Count + 1)} of outcome {Number(number)}{owner} is {scan.DescribeCurrent()}"
                        + $"; expected {NumberText.Expected}, or '}}'"
                );
            }
            payoffs.Add(payoff);
            TakeItem();
        }
        scan.Take();
        return [.. payoffs];
    }

    /// <summary>The list that ends the file, exactly as long as expected.</summary>
    private T[] ReadList<T>(int expected, ItemParser<T> tryParse, ListWords words)
    {
        // An item takes a character, and another parts it from the next: what the text has no room for is not
        // allocated, whatever the counts say, and the number found is reported at the end.
        var items = new T[Math.Min(expected, (scan.Remaining / 2) + 1)];
        for (int i = 0; i < expected; i++)
        {
            if (scan.IsAt(NfgTokenKind.End))
            {
                throw scan.Error(scan.Current, $"{words.Mismatch(expected, found: i)}; is the file complete?");
            }
            if (!tryParse(scan.CurrentText, out items[i]))
            {
                throw scan.Error(
                    scan.Current,
                    $"{words.One} {Number(i + 1)} of {Number(expected)}{words.Place(i)} is {scan.DescribeCurrent()}"
                        + $"; expected {words.Domain}"
                );
            }
            TakeItem();
        }
        return scan.IsAt(NfgTokenKind.End) ? items : throw Surplus(expected, words);
    }

    private InputFormatException Surplus(int expected, ListWords words)
    {
        NfgToken first = scan.Current;
        int found = expected;
        for (; scan.IsAt(NfgTokenKind.Word); found++)
        {
            TakeItem();
        }
        return scan.IsAt(NfgTokenKind.End)
            ? scan.Error(
                first,
                $"{words.Mismatch(expected, found)}; remove the surplus or correct the number of actions"
            )
            : scan.Unexpected($"the end of the file after {Number(expected)} {words.Many}");
    }

    /// <summary>Moves on past an item and the comma that may follow it.</summary>
    private void TakeItem()
    {
        scan.Take();
        if (scan.IsAt(NfgTokenKind.Comma))
        {
            scan.Take();
        }
    }

    /// <summary>From the file's order of cells to row-major order, for each player.</summary>
    private double[][] Arrange(Func<int, int, double> payoff)
    {
        double[][] payoffs = [.. header.Players.Select(_ => new double[header.Cells])];
        IEnumerable<int> order = TableShape.CellsInNfgOrder([.. header.Actions.Select(list => (int)list.Count)]);
        foreach ((int cell, int rowMajor) in order.Index())
        {
            for (int player = 0; player < payoffs.Length; player++)
            {
                payoffs[player][rowMajor] = payoff(cell, player);
            }
        }
        return payoffs;
    }

    /// <summary>How the messages about a list speak of it, and of whose an item is by its number: <c>, to 'A' at (A '1', B '2'),</c>.</summary>
    private sealed record ListWords(string One, string Many, string Domain, string Size, Func<int, string> Place)
    {
        public string Mismatch(int expected, int found) =>
            $"expected {Number(expected)} {Many} ({Size}), found {Number(found)}";
    }
}
