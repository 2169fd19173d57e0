using System.Text;

namespace Alignment;

/// <summary>Lists of texts in a snapshot: of each how much it shares with the one before it, and the rest.</summary>
/// <remarks>Information sets that are met one after the other begin alike, since they share a history: a million labels of 36
/// letters each keep 5 of them.</remarks>
internal static class FrontCoding
{
    public static void Put(Snapshot snapshot, string name, IReadOnlyCollection<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var (shared, lengths, rest) = (new double[texts.Count], new double[texts.Count], new StringBuilder());
        var (before, k) = ("", 0);
        foreach (var text in texts)
        {
            var common = Common(before, text);
            (shared[k], lengths[k++]) = (common, text.Length - common);
            rest.Append(text, common, text.Length - common);
            before = text;
        }

        snapshot.Put(Shared(name), shared);
        snapshot.Put(Lengths(name), lengths);
        snapshot.Put(name, rest.ToString());
    }

    public static string[] List(Snapshot snapshot, string name)
    {
        var (shared, lengths) = (snapshot.Array(Shared(name)), snapshot.Array(Lengths(name)));
        var rest = snapshot.Text(name).AsSpan();
        var texts = new string[shared.Length];
        var before = "";
        for (var k = 0; k < texts.Length; k++)
        {
            texts[k] = before = string.Concat(before.AsSpan(0, (int)shared[k]), rest[..(int)lengths[k]]);
            rest = rest[(int)lengths[k]..];
        }

        return texts;
    }

    // a surrogate pair is not parted: in a file, half of one is no letter
    private static int Common(string before, string text)
    {
        var common = before.AsSpan().CommonPrefixLength(text);
        return common > 0 && char.IsHighSurrogate(text[common - 1]) ? common - 1 : common;
    }

    private static string Shared(string name) => $"{name}/shared";

    private static string Lengths(string name) => $"{name}/length";
}
