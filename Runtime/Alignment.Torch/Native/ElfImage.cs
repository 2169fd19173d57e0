using System.Buffers.Binary;
using System.Text;

namespace Alignment.Torch;

/// <summary>A 64-bit little-endian ELF file. Every read is checked: a damaged file is told, not followed.</summary>
/// <remarks>Field offsets: System V Application Binary Interface, chapters 4 and 5 (ELF-64).</remarks>
internal sealed class ElfImage
{
    private const int SectionHeaderSize = 64;

    private readonly byte[] _bytes;
    private readonly Dictionary<string, ElfSection> _sections = new(StringComparer.Ordinal);

    /// <summary>Copies the bytes and reads the section table.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such file, or its section table is damaged.</exception>
    public ElfImage(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes.ToArray();
        const byte class64 = 2;
        const byte littleEndian = 1;
        if (!bytes.StartsWith("\u007fELF"u8) || bytes.Length < 64 || bytes[4] != class64 || bytes[5] != littleEndian)
            throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        ReadSections(table: Offset64(0x28), headerSize: U16(0x3A), count: U16(0x3C), namesIndex: U16(0x3E));
    }

    /// <summary>The section of this name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public ElfSection this[string name] =>
        _sections.TryGetValue(name, out var section)
            ? section
            : throw new InvalidDataException($"The ELF file has no section '{name}'.");

    public ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Span(at, 2));

    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Span(at, 4));

    public void SetU16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Span(at, 2), value);

    public void SetU32(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Span(at, 4), value);

    /// <summary>A 32-bit offset, never negative: who follows them only walks forward, and comes to an end.</summary>
    public int Offset32(int at) => Checked(U32(at));

    /// <summary>A 64-bit offset or size.</summary>
    public int Offset64(int at) => Checked(BinaryPrimitives.ReadUInt64LittleEndian(Span(at, 8)));

    /// <summary>The zero-terminated string that starts here.</summary>
    public string Text(int at)
    {
        Span(at, 1);
        var text = _bytes.AsSpan(at);
        var length = text.IndexOf((byte)0);
        return length >= 0 ? Encoding.ASCII.GetString(text[..length]) : throw Outside((ulong)_bytes.Length);
    }

    /// <summary>Writes a shorter string over a longer one and zeros over its rest: nothing moves.</summary>
    public void OverwriteText(int at, string text)
    {
        var room = Span(at, Text(at).Length);
        if (text.Length > room.Length)
            throw new InvalidDataException($"'{text}' does not fit over '{Text(at)}'.");
        room.Clear();
        Encoding.ASCII.GetBytes(text, room);
    }

    public byte[] ToArray() => _bytes.AsSpan().ToArray();

    private void ReadSections(int table, int headerSize, int count, int namesIndex)
    {
        if (headerSize != SectionHeaderSize || namesIndex >= count)
            throw new InvalidDataException("The ELF file has no section table of the 64-bit form.");
        var names = Offset64(table + (namesIndex * SectionHeaderSize) + 24);
        for (var header = table; header < table + (count * SectionHeaderSize); header += SectionHeaderSize)
        {
            // .bss and its kin occupy no bytes: their size says nothing about the file.
            const uint noBits = 8;
            if (U32(header + 4) == noBits)
                continue;
            var section = new ElfSection(Offset64(header + 24), Offset64(header + 32));
            Span(section.Start, section.Length);
            _sections[Text(names + Offset32(header))] = section;
        }
    }

    private Span<byte> Span(int at, int length) =>
        at >= 0 && length <= _bytes.Length - at ? _bytes.AsSpan(at, length) : throw Outside((uint)at);

    private int Checked(ulong offset) => offset <= (ulong)_bytes.Length ? (int)offset : throw Outside(offset);

    private InvalidDataException Outside(ulong at) =>
        new($"The ELF file is damaged: offset {at} leads outside of its {_bytes.Length} bytes.");
}

/// <summary>Where a section lies in the file.</summary>
internal readonly record struct ElfSection(int Start, int Length);
