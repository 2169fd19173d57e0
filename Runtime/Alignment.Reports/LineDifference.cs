namespace Alignment.Reports;

/// <summary>What differs between two texts, line by line: a longest common subsequence.</summary>
internal static class LineDifference
{
    private const int MostLines = 2000;

    /// <summary>The lines with <c>-</c>, <c>+</c> or a space before each; null where the texts are too long to compare.</summary>
    public static IReadOnlyList<string>? Of(string before, string after)
    {
        var (a, b) = (before.Split('\n'), after.Split('\n'));
        if (a.Length > MostLines || b.Length > MostLines)
            return null;
        var common = new int[a.Length + 1, b.Length + 1]; // of what is left of both
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var lines = new List<string>();
        for (var (i, j) = (0, 0); i < a.Length || j < b.Length; )
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add($"  {a[i++]}");
                j++;
            }
            else if (i < a.Length && (j == b.Length || common[i + 1, j] >= common[i, j + 1]))
                lines.Add($"- {a[i++]}");
            else
                lines.Add($"+ {b[j++]}");
        }

        return lines;
    }
}
