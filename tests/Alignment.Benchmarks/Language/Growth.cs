namespace Alignment.Benchmarks;

/// <summary>Whether the process grows with steps and tokens: a line fitted to its resident memory.</summary>
internal static class Growth
{
    public static void Write(Report report, bool smoke) { }
}
