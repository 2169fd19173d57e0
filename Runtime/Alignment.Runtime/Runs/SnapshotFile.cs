using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Alignment.Runtime;

/// <summary>Snapshots as files: a name and a version, then every text and array with its name, then a SHA-256 of all before it.</summary>
/// <remarks>
/// <para>Little endian. <c>ALIGNCKP</c>, int32 version, int32 number of texts, for each its name and itself (int32 length, UTF-8); int32 number of
/// arrays, for each its name, int32 count, a byte for how many bytes a number takes, and the numbers; 32 bytes of hash. A file that was cut off
/// or changed is told apart by the hash.</para>
/// <para>A number takes 8 bytes as a float64; 1, 2 or 4 as an unsigned integer, in an array of such alone. Version 1 had float64 alone,
/// without the byte, and is read too.</para>
/// </remarks>
internal static class SnapshotFile
{
    private const int Version = 2;
    private const int OnlyFloats = 1;
    private const int Chunk = 1 << 16;
    private static readonly byte[] Magic = "ALIGNCKP"u8.ToArray();
    private static readonly UTF8Encoding Letters = new(false, throwOnInvalidBytes: true);

    /// <summary>Writes a snapshot.</summary>
    /// <exception cref="RunStoreException">A text is none.</exception>
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
                    var bytes = Letters.GetBytes(text);
                    PutInt(bytes.Length);
                    Put(bytes);
                }

                Put(Magic);
                PutInt(Version);
                PutInt(snapshot.Texts.Count);
                foreach (var (name, text) in snapshot.Texts)
                {
                    PutText(name);
                    try
                    {
                        PutText(text);
                    }
                    catch (EncoderFallbackException e)
                    {
                        throw new RunStoreException(
                            $"A checkpoint cannot be written: its text '{name}' holds half of a surrogate pair, which no file can; name information states and actions by whole letters.",
                            e
                        );
                    }
                }

                PutInt(snapshot.Numbers.Count);
                var buffer = new byte[Chunk * sizeof(uint)];
                foreach (var (name, numbers) in snapshot.Numbers)
                {
                    var width = SnapshotNumbers.Width(numbers);
                    PutText(name);
                    PutInt(numbers.Length);
                    Put([(byte)width]);
                    for (var at = 0; at < numbers.Length; at += Chunk)
                        Put(
                            SnapshotNumbers.Bytes(
                                numbers.AsSpan(at, Math.Min(Chunk, numbers.Length - at)),
                                width,
                                buffer
                            )
                        );
                }

                stream.Write(hash.GetHashAndReset());
            }
        );

    /// <summary>Bytes of a snapshot's file.</summary>
    public static long Length(Snapshot snapshot)
    {
        static long OfText(string text) => sizeof(int) + (long)Letters.GetByteCount(text);
        return Magic.Length
            + (3 * sizeof(int))
            + snapshot.Texts.Sum(t => OfText(t.Key) + OfText(t.Value))
            + snapshot.Numbers.Sum(n =>
                OfText(n.Key) + sizeof(int) + sizeof(byte) + ((long)SnapshotNumbers.Width(n.Value) * n.Value.Length)
            )
            + SHA256.HashSizeInBytes;
    }

    /// <summary>Reads a snapshot.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isWanted">Which arrays to keep, by name; the others are looked at for the hash alone. Default: null, all.</param>
    /// <exception cref="InvalidDataException">The file is not whole, or none of these.</exception>
    public static Snapshot Read(string path, Func<string, bool>? isWanted = null)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var left = file.Length - SHA256.HashSizeInBytes;
        var buffer = new byte[Chunk * sizeof(double)];
        ReadOnlySpan<byte> Take(long count)
        {
            if (count < 0 || count > left)
                throw Broken(path, "it is cut off");
            if (count > buffer.Length)
                buffer = new byte[count];
            var bytes = buffer.AsSpan(0, (int)count);
            file.ReadExactly(bytes);
            hash.AppendData(bytes);
            left -= count;
            return bytes;
        }

        int TakeInt() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        string TakeText() => Encoding.UTF8.GetString(Take(TakeInt()));

        if (!Take(Magic.Length).SequenceEqual(Magic))
            throw Broken(path, "it does not begin like a checkpoint");
        var version = TakeInt();
        if (version is not (Version or OnlyFloats))
            throw Broken(
                path,
                $"it is of version {version}, and this program reads versions {OnlyFloats} and {Version}"
            );
        var snapshot = new Snapshot();
        for (var texts = TakeInt(); texts > 0; texts--)
            snapshot.Put(TakeText(), TakeText());
        for (var arrays = TakeInt(); arrays > 0; arrays--)
        {
            var (name, count) = (TakeText(), TakeInt());
            var width = version == OnlyFloats ? sizeof(double) : Take(sizeof(byte))[0];
            if (width is not (1 or 2 or 4 or 8) || count < 0 || count > left / width)
                throw Broken(path, "it is cut off");
            var numbers = isWanted is null || isWanted(name) ? new double[count] : null;
            for (var at = 0; at < count; at += Chunk)
            {
                var length = Math.Min(Chunk, count - at);
                var bytes = Take((long)length * width);
                if (numbers is not null)
                    SnapshotNumbers.Read(bytes, width, numbers.AsSpan(at, length));
            }

            if (numbers is not null)
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
