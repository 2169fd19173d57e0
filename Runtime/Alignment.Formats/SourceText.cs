using System.Text;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A text with the name of its file, which turns an offset into an error with line and column.</summary>
/// <remarks>Positions are worked out when an error is made, so that reading counts no lines.</remarks>
internal sealed class SourceText
{
    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private SourceText(string fileName, string text) => (FileName, Text) = (fileName, text);

    public string FileName { get; }

    /// <summary>The text, without a byte order mark.</summary>
    public string Text { get; }

    public static SourceText Of(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        return text.Length <= InputLimits.MaxLength
            ? new SourceText(fileName, text.StartsWith('\uFEFF') ? text[1..] : text)
            : throw TooLong(fileName);
    }

    public static SourceText Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes = ReadBytes(path);
        try
        {
            return Of(StrictUtf8.GetString(bytes), path);
        }
        catch (DecoderFallbackException e)
        {
            SourceText valid = Of(StrictUtf8.GetString(bytes, 0, e.Index), path);
            throw valid.Error(
                valid.Text.Length,
                $"byte 0x{bytes[e.Index]:X2} is not UTF-8 text; save the file as UTF-8"
            );
        }
    }

    public InputFormatException Error(int offset, string problem)
    {
        ReadOnlySpan<char> before = Text.AsSpan(0, offset);
        int line = 1 + before.Count('\n') + before.Count('\r') - before.Count("\r\n");
        int column = offset - before.LastIndexOfAny('\n', '\r');
        return new InputFormatException(FileName, line, column, problem);
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            var block = new byte[1 << 16];
            // The length of a pipe is unknown and a file may grow meanwhile: only what was read counts.
            for (int read; (read = file.Read(block)) > 0; )
            {
                if ((file.CanSeek ? Math.Max(file.Length, file.Position) : bytes.Length + read) > InputLimits.MaxLength)
                {
                    throw TooLong(path);
                }
                bytes.Write(block, 0, read);
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputFormatException(path, "no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFormatException(path, $"cannot be read: {e.Message}", e);
        }
    }

    private static InputFormatException TooLong(string fileName) =>
        new(
            fileName,
            $"is longer than {Limit(InputLimits.MaxLength)} bytes, the most that is read; give a smaller file"
        );
}
