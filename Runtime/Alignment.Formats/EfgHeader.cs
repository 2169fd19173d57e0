using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>What an .efg file says before its nodes.</summary>
internal sealed record EfgHeader(string Title, ValueList<string> Players, string Comment)
{
    // Every information set's label begins with its player's name: a long one would be in memory many times.
    private const int LongestName = 200;

    public static EfgHeader Read(NfgScanner scan)
    {
        string title = GambitHeader.TakeTitle(scan, "EFG", "extensive-form", "2");
        ValueList<string> players = GambitHeader.TakePlayers(scan, LongestName).ToValueList();
        string comment = GambitHeader.TakeComment(scan);
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
}
