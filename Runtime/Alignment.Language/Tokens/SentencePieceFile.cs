using System.Buffers.Binary;
using System.Text;
using Alignment.Formats;

namespace Alignment;

/// <summary>The pieces of a SentencePiece model (<c>tokenizer.model</c>), with their kinds.</summary>
/// <remarks>
/// The file is a protocol buffer: field 1 repeats the pieces (1 text, 2 score, 3 kind), field 2 is the trainer (3 the kind of the model, 2
/// for byte-pair encoding), field 3 the normalizer (3 whether a space is put before the text). Everything else is the library's.
/// </remarks>
/// <param name="Pieces">The pieces by id.</param>
/// <param name="IsMerged">Whether the model is byte-pair encoding.</param>
/// <param name="AddsPrefix">Whether text gets a space before it.</param>
internal sealed record SentencePieceFile(IReadOnlyList<SentencePieceFile.Piece> Pieces, bool IsMerged, bool AddsPrefix)
{
    private const ulong MergedModel = 2;

    /// <summary>A piece.</summary>
    public readonly record struct Piece(string Text, float Score, Kind Kind);

    /// <summary>What a piece is, by the numbers of the format.</summary>
    public enum Kind
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6,
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InputFormatException">They are no SentencePiece model.</exception>
    public static SentencePieceFile Parse(ReadOnlySpan<byte> bytes, string file)
    {
        var pieces = new List<Piece>();
        var (isMerged, addsPrefix) = (false, true);
        while (Next(ref bytes, file, out var field, out _, out var content))
        {
            if (field == 1)
            {
                pieces.Add(PieceOf(content, file));
            }
            else if (field == 2)
            {
                while (Next(ref content, file, out var inner, out var number, out _))
                {
                    isMerged = inner == 3 ? number == MergedModel : isMerged;
                }
            }
            else if (field == 3)
            {
                while (Next(ref content, file, out var inner, out var number, out _))
                {
                    addsPrefix = inner == 3 ? number != 0 : addsPrefix;
                }
            }
        }

        return pieces.Count > 0
            ? new SentencePieceFile(pieces, isMerged, addsPrefix)
            : throw new InputFormatException(file, "expected a SentencePiece model, got a file without pieces");
    }

    private static Piece PieceOf(ReadOnlySpan<byte> content, string file)
    {
        var piece = new Piece("", 0, Kind.Normal);
        while (Next(ref content, file, out var inner, out var number, out var value))
        {
            piece = inner switch
            {
                1 => piece with { Text = Encoding.UTF8.GetString(value) },
                2
                    when value.Length == sizeof(float)
                        && float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(value)) => piece with
                {
                    Score = BinaryPrimitives.ReadSingleLittleEndian(value),
                },
                2 => throw Broken(file),
                3 => piece with { Kind = (Kind)number },
                _ => piece,
            };
        }

        return piece;
    }

    private static bool Next(
        ref ReadOnlySpan<byte> bytes,
        string file,
        out int field,
        out ulong number,
        out ReadOnlySpan<byte> content
    )
    {
        field = 0;
        number = 0;
        content = [];
        if (bytes.IsEmpty)
        {
            return false;
        }

        var key = Number(ref bytes, file);
        field = (int)(key >> 3);
        var length = (key & 7) switch
        {
            0 => 0UL,
            1 => 8UL,
            2 => Number(ref bytes, file),
            5 => 4UL,
            _ => ulong.MaxValue,
        };
        if (length > (ulong)bytes.Length || field == 0)
        {
            throw Broken(file);
        }

        if ((key & 7) == 0)
        {
            number = Number(ref bytes, file);
        }

        content = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return true;
    }

    private static ulong Number(ref ReadOnlySpan<byte> bytes, string file)
    {
        var number = 0UL;
        for (var i = 0; i < 10 && i < bytes.Length; i++)
        {
            number |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return number;
            }
        }

        throw Broken(file);
    }

    private static InputFormatException Broken(string file) =>
        new(
            file,
            "expected a SentencePiece model, got bytes that end or break in the middle of a field; fetch the file again"
        );
}
