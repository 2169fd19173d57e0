namespace Alignment.Reports;

/// <summary>A part of a literate script: prose in Markdown, or code.</summary>
/// <param name="IsProse">Which it is.</param>
/// <param name="Text">Without the comment's signs, and without empty lines at its ends.</param>
internal sealed record LiteratePart(bool IsProse, string Text);

/// <summary>An F# script taken apart: what stands in comments <c>(** ... *)</c> is prose, all else is code.</summary>
/// <remarks>
/// A comment is prose if its line begins with <c>(**</c> and a space or nothing more; it ends with the first line that ends with <c>*)</c>. One that does
/// not end is code, which no compiler takes.
/// </remarks>
internal static class LiterateSource
{
    private const string Opening = "(**";
    private const string Closing = "*)";

    /// <summary>The parts in order; none is empty.</summary>
    public static IReadOnlyList<LiteratePart> Parse(string source)
    {
        var lines = source.ReplaceLineEndings("\n").Split('\n');
        var parts = new List<LiteratePart>();
        var code = new List<string>();
        void Add(bool isProse, IEnumerable<string> text)
        {
            var joined = string.Join('\n', text).TrimEnd();
            // code keeps the indentation of its first line
            var from = isProse ? joined.TrimStart() : joined.TrimStart('\n');
            if (from.Length > 0)
                parts.Add(new(isProse, from));
        }

        for (var at = 0; at < lines.Length; at++)
        {
            var end = Opens(lines[at])
                ? Array.FindIndex(lines, at, line => line.TrimEnd().EndsWith(Closing, StringComparison.Ordinal))
                : -1;
            if (end < 0)
            {
                code.Add(lines[at]);
                continue;
            }

            Add(isProse: false, code);
            code.Clear();
            var prose = lines[at..(end + 1)];
            prose[^1] = prose[^1].TrimEnd()[..^Closing.Length];
            prose[0] = prose[0][Opening.Length..];
            Add(isProse: true, prose);
            at = end;
        }

        Add(isProse: false, code);
        return parts;
    }

    // (***) is no comment with prose in it, and (*** begins what other tools read as a command
    private static bool Opens(string line) =>
        line.StartsWith(Opening, StringComparison.Ordinal)
        && (line.Length == Opening.Length || char.IsWhiteSpace(line[Opening.Length]));
}
