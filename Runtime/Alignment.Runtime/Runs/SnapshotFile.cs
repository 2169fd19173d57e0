using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Alignment.Runtime;

/// <summary>Snapshots as files: a name and a version, then every text and array with its name, then a SHA-256 of all before it.</summary>
/// <remarks>
/// Little endian. <c>ALIGNCKP</c>, int32 version, int32 number of texts, for each its name and itself (int32 length, UTF-8); int32 number of
/// arrays, for each its name, int64 count and float64 numbers; 32 bytes of hash. A file that was cut off or changed is told apart by the hash.
/// </remarks>
internal static class SnapshotFile
{
    private const int Version = 1;
    private static readonly byte[] Magic = "ALIGNCKP"u8.ToArray();

    /// <summary>Writes a snapshot.</summary>
    public static void Write(string path, Snapshot snapshot) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                void Put(ReadOnlySpan<byte> bytes)
                {
                    stream.Write(bytes);
                    hash.AppendData(bytes);
                }

                void PutInt(int value)
                {
                    Span<byte> bytes = stackalloc byte[sizeof(int)];
                    BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
                    Put(bytes);
                }

                void PutText(string text)
                {
                    var bytes = Encoding.UTF8.GetBytes(text);
                    PutInt(bytes.Length);
                    Put(bytes);
                }

                Put(Magic);
                PutInt(Version);
                PutInt(snapshot.Texts.Count);
                foreach (var (name, text) in snapshot.Texts)
                {
                    PutText(name);
                    PutText(text);
                }

                PutInt(snapshot.Numbers.Count);
                foreach (var (name, numbers) in snapshot.Numbers)
                {
                    PutText(name);
                    PutInt(numbers.Length);
                    for (var at = 0; at < numbers.Length; at += Chunk)
                        Put(MemoryMarshal.AsBytes(numbers.AsSpan(at, Math.Min(Chunk, numbers.Length - at))));
                }

                stream.Write(hash.GetHashAndReset());
            }
        );

    private const int Chunk = 1 << 16;

    /// <summary>Bytes of a snapshot's file.</summary>
    public static long Length(Snapshot snapshot) =>
        Magic.Length
        + (3 * sizeof(int))
        + snapshot.Texts.Sum(t =>
            (2L * sizeof(int)) + Encoding.UTF8.GetByteCount(t.Key) + Encoding.UTF8.GetByteCount(t.Value)
        )
        + snapshot.Numbers.Sum(n =>
            (2L * sizeof(int)) + Encoding.UTF8.GetByteCount(n.Key) + ((long)sizeof(double) * n.Value.Length)
        )
        + SHA256.HashSizeInBytes;

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="InvalidDataException">The file is not whole, or none of these.</exception>
    public static Snapshot Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var left = file.Length - SHA256.HashSizeInBytes;
        byte[] Take(long count)
        {
            if (count < 0 || count > left || count > int.MaxValue)
                throw Broken(path, "it is cut off");
            var bytes = new byte[count];
            file.ReadExactly(bytes);
            hash.AppendData(bytes);
            left -= count;
            return bytes;
        }

        int TakeInt() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        string TakeText() => Encoding.UTF8.GetString(Take(TakeInt()));

        if (!Take(Magic.Length).AsSpan().SequenceEqual(Magic))
            throw Broken(path, "it does not begin like a checkpoint");
        var version = TakeInt();
        if (version != Version)
            throw Broken(path, $"it is of version {version}, and this program reads version {Version}");
        var snapshot = new Snapshot();
        for (var texts = TakeInt(); texts > 0; texts--)
            snapshot.Put(TakeText(), TakeText());
        for (var arrays = TakeInt(); arrays > 0; arrays--)
        {
            var (name, count) = (TakeText(), TakeInt());
            if (count < 0 || count > left / sizeof(double))
                throw Broken(path, "it is cut off");
            var numbers = new double[count];
            for (var at = 0; at < count; at += Chunk)
            {
                var part = Take(Math.Min(Chunk, count - at) * (long)sizeof(double));
                MemoryMarshal.Cast<byte, double>(part).CopyTo(numbers.AsSpan(at));
            }

            snapshot.Put(name, numbers);
        }

        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        if (left != 0 || file.ReadAtLeast(expected, expected.Length, throwOnEndOfStream: false) < expected.Length)
            throw Broken(path, "it is cut off");
        return hash.GetHashAndReset().AsSpan().SequenceEqual(expected)
            ? snapshot
            : throw Broken(path, "its numbers do not fit its hash");
    }

    private static InvalidDataException Broken(string path, string why) =>
        new($"{path} is no whole checkpoint: {why}.");
}
