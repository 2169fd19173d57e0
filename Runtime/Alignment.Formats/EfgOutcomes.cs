using System.Globalization;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The outcomes of an .efg file, described where they are met first.</summary>
internal sealed class EfgOutcomes(NfgScanner scan, ValueList<string> players)
{
    private readonly Dictionary<int, Outcome> all = [];

    private readonly record struct Outcome(NfgToken First, string Name, ValueList<double> Payoffs);

    /// <summary>The number at the current token, and the description after it where there is one: what it pays, if anything.</summary>
    public ValueList<double>? Read()
    {
        NfgToken at = scan.Current;
        int number = EfgHeader.TakeCount(scan, "the outcome's number", 0, int.MaxValue, " (no outcome)");
        bool named = scan.IsAt(NfgTokenKind.Text);
        if (number == 0)
        {
            return named ? throw scan.Unexpected("neither name nor payoffs after outcome 0, which is none") : null;
        }
        bool known = all.TryGetValue(number, out Outcome outcome);
        if (!named)
        {
            return known
                ? outcome.Payoffs
                : throw scan.Unexpected(
                    $"the name and the payoffs of outcome {Number(number)}, which is met for the first time"
                );
        }
        var described = new Outcome(at, scan.Take().Text, ReadPayoffs(number));
        if (known)
        {
            CheckSame(number, outcome, described);
            return outcome.Payoffs;
        }
        all[number] = described;
        return described.Payoffs;
    }

    private ValueList<double> ReadPayoffs(int number)
    {
        NfgToken open = scan.IsAt(NfgTokenKind.OpenBrace)
            ? scan.Take()
            : throw scan.Unexpected($"'{{' before the payoffs of outcome {Number(number)}");
        var payoffs = new List<double>();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            if (!NumberText.TryParse(scan.CurrentText, out double payoff))
            {
                string owner = payoffs.Count < players.Count ? $", to {Quote(players[payoffs.Count])}," : "";
                throw scan.Error(
                    scan.Current,
                    $"payoff {Number(payoffs.Count + 1)} of outcome {Number(number)}{owner} is {scan.DescribeCurrent()}"
                        + $"; expected {NumberText.Expected}, or '}}'"
                );
            }
            payoffs.Add(payoff);
            scan.Take();
            if (scan.IsAt(NfgTokenKind.Comma))
            {
                scan.Take();
            }
        }
        scan.Take();
        return payoffs.Count == players.Count
            ? payoffs.ToValueList()
            : throw scan.Error(
                open,
                $"outcome {Number(number)} has {Number(payoffs.Count)} payoffs"
                    + $"; expected {Number(players.Count)}, one per player"
            );
    }

    private void CheckSame(int number, Outcome known, Outcome here)
    {
        string? difference = null;
        if (known.Name != here.Name)
        {
            difference = $"is named {Quote(here.Name)} here, and {Quote(known.Name)}";
        }
        for (int p = 0; p < players.Count && difference is null; p++)
        {
            if (!known.Payoffs[p].Equals(here.Payoffs[p]))
            {
                string pays = here.Payoffs[p].ToString("R", CultureInfo.InvariantCulture);
                string paid = known.Payoffs[p].ToString("R", CultureInfo.InvariantCulture);
                difference = $"pays {pays} to {Quote(players[p])} here, and {paid}";
            }
        }
        if (difference is not null)
        {
            throw scan.Error(
                here.First,
                $"outcome {Number(number)} {difference} on line {Number(scan.Error(known.First, "").Line)}"
                    + "; describe it once, or the same way each time"
            );
        }
    }
}
