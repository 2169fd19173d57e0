using System.IO.MemoryMappedFiles;
using Alignment.Formats;

namespace Alignment;

/// <summary>A safetensors file, opened without being read: tensors come from the mapped file when they are asked for.</summary>
/// <remarks>
/// <para>Layout: 8 bytes with the length of the header, little-endian; the header, a JSON object from names to <c>dtype</c>, <c>shape</c> and
/// <c>data_offsets</c>, and <c>__metadata__</c> with notes; then the numbers, little-endian, row by row, without holes.</para>
/// <para>Everything that the header says is checked before a number is read: types, shapes against offsets, that tensors cover the file without overlapping.</para>
/// <para>Errors: <see cref="InputFormatException"/> with the file, the tensor, what was expected and what was found.</para>
/// <para>Source: the format's description at huggingface.co/docs/safetensors.</para>
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, StoredTensor> _byName;
    private readonly long _dataAt;

    private SafeTensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view, long size)
    {
        (Path, _map, _view) = (path, map, view);
        (Tensors, Notes, _dataAt) = SafeTensorsHeader.Read(path, size, Bytes);
        _byName = Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it holds, in the order of the data.</summary>
    public ValueList<StoredTensor> Tensors { get; }

    /// <summary>Its notes, <c>__metadata__</c>.</summary>
    public ValueList<KeyValuePair<string, string>> Notes { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InputFormatException">There is no such file, it cannot be read, or it is no safetensors file.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            var size = new FileInfo(path).Length;
            if (size == 0)
                throw new InputFormatException(path, "the file is empty; expected a safetensors file");
            map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            view = map.CreateViewAccessor(0, size, MemoryMappedFileAccess.Read);
            return new(path, map, view, size);
        }
        catch (Exception e)
        {
            view?.Dispose();
            map?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new InputFormatException(path, $"cannot be read: {e.Message.TrimEnd('.')}", e);
            throw;
        }
    }

    /// <summary>The tensor of this name, or null.</summary>
    public StoredTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Copies a tensor's bytes, from one of them on.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">The first byte wanted, from the tensor's beginning.</param>
    /// <param name="target">What is filled; it ends within the tensor.</param>
    public void Read(StoredTensor tensor, long offset, Span<byte> target)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (offset < 0 || offset + target.Length > tensor.End - tensor.Begin)
            throw new ArgumentOutOfRangeException(nameof(offset));
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)(_dataAt + tensor.Begin + offset), target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    private byte[] Bytes(long at, int count)
    {
        var bytes = new byte[count];
        _view.SafeMemoryMappedViewHandle.ReadSpan<byte>((ulong)at, bytes);
        return bytes;
    }
}
