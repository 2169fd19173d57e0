using System.Globalization;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>The information sets and events of an .efg file, described where they are met first.</summary>
internal sealed class EfgMoves(NfgScanner scan, ValueList<string> players)
{
    private const double Tolerance = 1e-9;

    private readonly Dictionary<(Turn, int), EfgMove> all = [];
    private readonly EfgUniqueNames labels = new();

    /// <summary>The number at the current token, and the description after it where there is one.</summary>
    public EfgMove Read(Turn turn)
    {
        NfgToken at = scan.Current;
        string what = turn.IsChance ? "the chance event's number" : "the information set's number";
        int number = EfgHeader.TakeCount(scan, what, 1, int.MaxValue);
        bool known = all.TryGetValue((turn, number), out EfgMove? move);
        if (!scan.IsAt(NfgTokenKind.Text))
        {
            return known ? move! : throw Undescribed(turn, number);
        }
        string name = scan.Take().Text;
        (ValueList<string> actions, ValueList<double> chance) = ReadActions(turn, number);
        if (known)
        {
            CheckSame(move!, Who(turn, number), at, name, actions, chance);
            return move!;
        }
        string label = turn.IsChance ? name : labels.Of(Label(players[turn.Player], name, number));
        return all[(turn, number)] = new EfgMove(turn, at, name, label, actions, chance);
    }

    /// <summary>The player's name and the information set's: but once if the second begins with the first.</summary>
    private static string Label(string player, string name, int number) =>
        name.StartsWith(player + " ", StringComparison.Ordinal) ? name
        : name.Length > 0 ? $"{player} {name}"
        : $"{player} {Number(number)}";

    private string Who(Turn turn, int number) =>
        turn.IsChance
            ? $"chance event {Number(number)}"
            : $"information set {Number(number)} of player {Quote(players[turn.Player])}";

    private InputFormatException Undescribed(Turn turn, int number)
    {
        int owner = turn.IsChance
            ? -1
            : Enumerable.Range(0, players.Count).FirstOrDefault(p => all.ContainsKey((Turn.Of(p), number)), -1);
        return scan.Unexpected(
            owner < 0
                ? $"the name and the actions of {Who(turn, number)}, which is met for the first time"
                : $"the name and the actions of {Who(turn, number)}, since {Who(Turn.Of(owner), number)} is another's"
        );
    }

    private (ValueList<string> Actions, ValueList<double> Chance) ReadActions(Turn turn, int number)
    {
        NfgToken open = scan.IsAt(NfgTokenKind.OpenBrace)
            ? scan.Take()
            : throw scan.Unexpected($"'{{' before the actions of {Who(turn, number)}");
        var names = new EfgUniqueNames();
        var actions = new List<string>();
        var chance = new List<EfgRational>();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            string name = scan.Take(NfgTokenKind.Text, "an action's name in double quotes, or '}'").Text;
            actions.Add(names.Of(string.IsNullOrWhiteSpace(name) ? Number(actions.Count + 1) : name));
            if (turn.IsChance)
            {
                chance.Add(ReadProbability(actions[^1]));
            }
        }
        scan.Take();
        if (actions.Count == 0)
        {
            throw scan.Error(open, $"{Who(turn, number)} has no actions; expected at least one");
        }
        if (turn.IsChance && EfgRational.Sum(chance) is var sum && Math.Abs(sum.Value - 1) > Tolerance)
        {
            throw scan.Error(open, $"the probabilities of {Who(turn, number)} sum to {sum}; expected 1");
        }
        return (actions.ToValueList(), chance.Select(each => each.Value).ToValueList());
    }

    private EfgRational ReadProbability(string action)
    {
        if (!EfgRational.TryParseProbability(scan.CurrentText, out EfgRational probability))
        {
            throw scan.Error(
                scan.Current,
                $"the probability of {Quote(action)} is {scan.DescribeCurrent()}; expected a number from 0 to 1, such as "
                    + $"0.25 or 1/4, of at most {Number(EfgRational.MaxLength)} characters"
            );
        }
        scan.Take();
        return probability;
    }

    private void CheckSame(
        EfgMove known,
        string who,
        NfgToken at,
        string name,
        ValueList<string> actions,
        ValueList<double> chance
    )
    {
        if (known.Name != name)
        {
            throw Differs(known, at, $"{who} is named {Quote(name)} here, and {Quote(known.Name)}");
        }
        if (known.Actions.Count != actions.Count)
        {
            throw Differs(
                known,
                at,
                $"{who} has {Number(actions.Count)} actions here, and {Number(known.Actions.Count)}"
            );
        }
        for (int a = 0; a < actions.Count; a++)
        {
            if (known.Actions[a] != actions[a])
            {
                throw Differs(
                    known,
                    at,
                    $"action {Number(a + 1)} of {who} is {Quote(actions[a])} here, and {Quote(known.Actions[a])}"
                );
            }
            if (known.Turn.IsChance && !known.Chance[a].Equals(chance[a]))
            {
                string here = chance[a].ToString("R", CultureInfo.InvariantCulture);
                string there = known.Chance[a].ToString("R", CultureInfo.InvariantCulture);
                throw Differs(known, at, $"{Quote(actions[a])} of {who} has the probability {here} here, and {there}");
            }
        }
    }

    private InputFormatException Differs(EfgMove known, NfgToken at, string problem) =>
        scan.Error(
            at,
            $"{problem} on line {Number(scan.Error(known.First, "").Line)}; describe it once, or the same way each time"
        );
}
