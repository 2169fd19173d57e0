using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>What an .efg file says before its nodes.</summary>
internal sealed record EfgHeader(string Title, ValueList<string> Players, string Comment)
{
    // Every information set's label begins with its player's name: a long one would be in memory many times.
    private const int LongestName = 200;

    public static EfgHeader Read(NfgScanner scan)
    {
        Keyword(scan, "'EFG', with which a Gambit extensive-form game starts", "EFG");
        Keyword(scan, "version '2' of the .efg format", "2");
        Keyword(scan, "the number type 'R'", "R", "D");
        string title = scan.Take(NfgTokenKind.Text, "the title in double quotes").Text;
        ValueList<string> players = ReadPlayers(scan);
        string comment = scan.IsAt(NfgTokenKind.Text) ? scan.Take().Text : "";
        return new EfgHeader(title, players, comment);
    }

    /// <summary>Takes a whole number between limits.</summary>
    public static int TakeCount(NfgScanner scan, string what, int least, int most, string meaning = "")
    {
        if (!NumberText.TryCount(scan.CurrentText, out long count) || count < least || count > most)
        {
            throw scan.Error(
                scan.Current,
                $"{what} is {scan.DescribeCurrent()}; expected a whole number from {Number(least)}{meaning} to {Number(most)}"
            );
        }
        scan.Take();
        return (int)count;
    }

    private static void Keyword(NfgScanner scan, string expected, params string[] keywords)
    {
        string word = scan.IsAt(NfgTokenKind.Word) ? scan.CurrentText.ToString() : "";
        _ = keywords.Contains(word, StringComparer.Ordinal) ? scan.Take() : throw scan.Unexpected(expected);
    }

    private static ValueList<string> ReadPlayers(NfgScanner scan)
    {
        NfgToken open = scan.Take(NfgTokenKind.OpenBrace, "'{' before the players' names");
        var players = new List<string>();
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            NfgToken token = scan.Take(NfgTokenKind.Text, "a player's name in double quotes, or '}'");
            int number = players.Count + 1;
            players.Add(token.Text.Length > 0 ? token.Text : Number(number));
            if (!firsts.TryAdd(players[^1], number))
            {
                throw scan.Error(
                    token,
                    $"player {Number(number)} is named {Quote(players[^1])}, as is player "
                        + $"{Number(firsts[players[^1]])}; give every player a name of its own"
                );
            }
            if (token.Text.Length > LongestName)
            {
                throw scan.Error(
                    token,
                    $"the name of player {Number(number)} has {Number(token.Text.Length)} characters"
                        + $"; expected at most {Number(LongestName)}"
                );
            }
        }
        scan.Take();
        return players.Count > 0
            ? players.ToValueList()
            : throw scan.Error(open, "the list of players is empty; expected at least one name");
    }
}
