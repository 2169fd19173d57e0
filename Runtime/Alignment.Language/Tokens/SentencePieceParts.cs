using System.Text;
using Alignment.Formats;
using Microsoft.ML.Tokenizers;

namespace Alignment;

/// <summary>Reads a SentencePiece model as the parts of a tokenizer.</summary>
internal static class SentencePieceParts
{
    /// <summary>The parts of a file.</summary>
    /// <exception cref="InputFormatException">The file cannot be read or is no SentencePiece model.</exception>
    public static TokenizerParts Read(string path, TokenizerConfig config)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputFormatException(path, "no such file; check the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFormatException(path, $"cannot be read: {e.Message}", e);
        }

        var file = SentencePieceFile.Parse(bytes, path);
        SentencePieceTokenizer pieces;
        try
        {
            using var stream = new MemoryStream(bytes);
            pieces = SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        }
        catch (Exception e)
            when (e
                    is InvalidDataException
                        or ArgumentException
                        or InvalidOperationException
                        or NotSupportedException
                        or IOException
            )
        {
            throw new InputFormatException(
                path,
                $"expected a SentencePiece model, got one that is refused: {e.Message}",
                e
            );
        }

        var added = file
            .Pieces.Select((piece, id) => (piece, id))
            .Where(p => p.piece.Kind is SentencePieceFile.Kind.Control or SentencePieceFile.Kind.UserDefined)
            .Where(p => p.piece.Text.Length > 0)
            .Select(p => new AddedToken(
                p.id,
                p.piece.Text,
                p.piece.Kind == SentencePieceFile.Kind.Control,
                IsNormalized: false,
                IsWord: false,
                TakesLeft: false,
                TakesRight: false
            ))
            .ToArray();
        return new TokenizerParts(
            [.. file.Pieces.Select(piece => piece.Text)],
            [.. file.Pieces.Select(BytesOf)],
            added,
            new Normalization.None(),
            new SentencePieceModel(pieces, file),
            file.AddsPrefix,
            config.AddsBos ? [pieces.BeginningOfSentenceId] : [],
            config.AddsEos ? [pieces.EndOfSentenceId] : []
        );
    }

    private static byte[] BytesOf(SentencePieceFile.Piece piece) =>
        piece.Kind == SentencePieceFile.Kind.Byte && TokenizerJson.ByteOf(piece.Text) is { } b
            ? [b]
            : Encoding.UTF8.GetBytes(piece.Text.Replace('\u2581', ' '));
}
