using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Alignment;

/// <summary>A 128-bit content hash: equal contents have equal fingerprints, on every machine and in every process.</summary>
/// <remarks>The first half of a SHA-256 digest. Two different contents sharing one is a chance of about 2^-64 among 2^32 values.</remarks>
public readonly record struct Fingerprint(ulong High, ulong Low)
{
    /// <summary>Fingerprint of a text.</summary>
    public static Fingerprint Of(string text) => FromDigest(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Fingerprint of a text followed by other fingerprints, in order.</summary>
    public static Fingerprint Of(string text, IReadOnlyList<Fingerprint> parts)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1 + (16 * parts.Count)];
        var at = Encoding.UTF8.GetBytes(text, bytes) + 1; // the zero between text and parts keeps ("a", b) apart from ("ab", ...)
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), part.High);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at + 8), part.Low);
            at += 16;
        }

        return FromDigest(SHA256.HashData(bytes));
    }

    /// <summary>Fingerprint of numbers, bit for bit (so -0 and 0 differ).</summary>
    public static Fingerprint Of(ReadOnlySpan<double> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> chunk = stackalloc byte[8];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(chunk, value);
            hash.AppendData(chunk);
        }

        return FromDigest(hash.GetHashAndReset());
    }

    /// <summary>Fingerprint of whole numbers, in order.</summary>
    public static Fingerprint Of(ReadOnlySpan<int> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> chunk = stackalloc byte[1024];
        for (var done = 0; done < values.Length; )
        {
            var count = Math.Min(chunk.Length / 4, values.Length - done);
            for (var k = 0; k < count; k++)
                BinaryPrimitives.WriteInt32LittleEndian(chunk[(4 * k)..], values[done + k]);
            hash.AppendData(chunk[..(4 * count)]);
            done += count;
        }

        return FromDigest(hash.GetHashAndReset());
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";

    private static Fingerprint FromDigest(ReadOnlySpan<byte> digest) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]));
}
