using System.Globalization;
using System.Runtime.InteropServices;

namespace Alignment.Benchmarks;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>Processor, system, runtime and date, as a sentence.</summary>
    public static string Describe() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} processors, vectors of {System.Numerics.Vector<byte>.Count} bytes; {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}; {RuntimeInformation.FrameworkDescription}; {DateTimeOffset.UtcNow:yyyy-MM-dd}."
        );

    private static string Processor()
    {
        const string File = "/proc/cpuinfo";
        var line = System.IO.File.Exists(File)
            ? System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "processor unknown";
    }
}
