using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Alignment;

/// <summary>A name for data by what they are: a run goes on with the same alone.</summary>
internal static class TextFingerprint
{
    public static string Of(IEnumerable<TrainingText> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            Span<int> marked = [.. text.Tokens.Select((token, k) => (2 * token) + (text.Counts[k] ? 1 : 0)), -1];
            hash.AppendData(MemoryMarshal.AsBytes(marked));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
