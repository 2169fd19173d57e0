using System.Buffers.Binary;
using System.Globalization;

namespace Alignment.Runtime;

/// <summary>A run's measured moments as an event file, which TensorBoard shows while the run goes on; LibTorch has no part in it.</summary>
/// <remarks>
/// <para>
/// The file is <c>events.out.tfevents.TIME.HOST</c>, one in a run's folder. A scalar's tag is its metric key, its step the steps done, its wall
/// time when it was added. Values are float32, as the format has them: about 7 digits, 0 below 1e-45, infinite above 3.4e38; the float64 numbers
/// stand in <see cref="RunFiles.Metrics"/>. A value that is not finite is written as it is, and TensorBoard marks it.
/// </para>
/// <para>
/// A record is: length (uint64), masked CRC32C of these 8 bytes (uint32), an Event message, its masked CRC32C (uint32), all little endian. It is
/// handed to the system whole, so whatever kills the process leaves whole records; a power cut may tear the last, at which TensorBoard waits.
/// </para>
/// </remarks>
public sealed class TensorBoardWriter : IDisposable
{
    /// <summary>How names of event files begin.</summary>
    public const string Prefix = "events.out.tfevents.";

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;

    /// <summary>Begins an event file, or goes on with the one that a run that is taken up again has.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="length">How much of the file to keep, in bytes: what came after the checkpoint comes again. A file that is shorter is begun
    /// anew.</param>
    /// <param name="clock">Tells wall times; default: the system's.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public TensorBoardWriter(string folder, long length = 0, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _clock = clock ?? TimeProvider.System;
        Path =
            Directory.EnumerateFiles(folder, Prefix + "*").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? System.IO.Path.Combine(folder, NewName());
        _stream = new(Path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var kept = length <= _stream.Length ? length : 0;
        _stream.SetLength(kept);
        _stream.Position = kept;
        if (kept == 0)
            Write(EventMessage.Version(WallTime));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Length in bytes; a run that is taken up again keeps as much.</summary>
    public long Length => _stream.Position;

    private double WallTime => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Adds a measured moment.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(TracePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        Write(EventMessage.Scalars(WallTime, point));
    }

    /// <summary>Has all records on the disk.</summary>
    public void Flush() => _stream.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Write(byte[] message)
    {
        const int Header = sizeof(ulong) + sizeof(uint);
        var record = new byte[Header + message.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(
            record.AsSpan(sizeof(ulong)),
            Crc32C.Masked(record.AsSpan(0, sizeof(ulong)))
        );
        message.CopyTo(record, Header);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Header + message.Length), Crc32C.Masked(message));
        _stream.Write(record);
    }

    // TensorBoard reads the files of a folder in the order of their names
    private string NewName() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Prefix}{_clock.GetUtcNow().ToUnixTimeSeconds():D10}.{Environment.MachineName}"
        );
}
