using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>How Gambit's files start: format, version, number type, title, players; and the lists of names in them.</summary>
internal static class GambitHeader
{
    /// <summary>Takes what stands before the players, and gives the title.</summary>
    /// <param name="scan">At the start of the file.</param>
    /// <param name="format">The first word, such as <c>EFG</c>.</param>
    /// <param name="game">What kind of game that is.</param>
    /// <param name="version">The only version that is read.</param>
    public static string TakeTitle(NfgScanner scan, string format, string game, string version)
    {
        TakeKeyword(scan, $"'{format}', with which a Gambit {game} game starts", format);
        TakeKeyword(scan, $"version '{version}' of the .{format.ToLowerInvariant()} format", version);
        TakeKeyword(scan, "the number type 'R'", "R", "D");
        return scan.Take(NfgTokenKind.Text, "the title in double quotes").Text;
    }

    /// <summary>Takes the players' names, at least one, each once.</summary>
    /// <param name="scan">At the brace that opens the list.</param>
    /// <param name="longest">Characters of a name at most.</param>
    public static ImmutableArray<string> TakePlayers(NfgScanner scan, int longest = int.MaxValue)
    {
        NfgToken open = scan.Take(NfgTokenKind.OpenBrace, "'{' before the players' names");
        List<NfgToken> names = TakeTexts(scan, "a player's name");
        if (names.Count == 0)
        {
            throw scan.Error(open, "the list of players is empty; expected at least one name");
        }
        int tooLong = names.FindIndex(name => name.Text.Length > longest);
        return tooLong < 0
            ? Distinct(scan, names, "player", "")
            : throw scan.Error(
                names[tooLong],
                $"the name of player {Number(tooLong + 1)} has {Number(names[tooLong].Text.Length)} characters"
                    + $"; expected at most {Number(longest)}"
            );
    }

    /// <summary>Takes the comment; empty where there is none.</summary>
    public static string TakeComment(NfgScanner scan) => scan.IsAt(NfgTokenKind.Text) ? scan.Take().Text : "";

    /// <summary>Takes texts and the brace that closes their list.</summary>
    public static List<NfgToken> TakeTexts(NfgScanner scan, string what)
    {
        var texts = new List<NfgToken>();
        while (!scan.IsAt(NfgTokenKind.CloseBrace))
        {
            texts.Add(scan.Take(NfgTokenKind.Text, $"{what} in double quotes, or '}}'"));
        }
        scan.Take();
        return texts;
    }

    /// <summary>The names, an empty one replaced by its number, once they are found distinct.</summary>
    public static ImmutableArray<string> Distinct(NfgScanner scan, List<NfgToken> names, string noun, string owner)
    {
        var firsts = new Dictionary<string, int>(StringComparer.Ordinal);
        return
        [
            .. names.Select(
                (token, i) =>
                {
                    string name = token.Text.Length > 0 ? token.Text : Number(i + 1);
                    return firsts.TryAdd(name, i + 1)
                        ? name
                        : throw scan.Error(
                            token,
                            $"{noun} {Number(i + 1)}{owner} is named {Quote(name)}, as is {noun} {Number(firsts[name])}"
                                + $"; give every {noun} a name of its own"
                        );
                }
            ),
        ];
    }

    private static void TakeKeyword(NfgScanner scan, string expected, params string[] keywords)
    {
        string word = scan.IsAt(NfgTokenKind.Word) ? scan.CurrentText.ToString() : "";
        _ = keywords.Contains(word, StringComparer.Ordinal) ? scan.Take() : throw scan.Unexpected(expected);
    }
}
