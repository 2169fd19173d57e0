namespace Alignment;

/// <summary>What a file of a tokenizer says, of whatever format.</summary>
/// <param name="Tokens">Tokens by id; null where an id has none.</param>
/// <param name="Bytes">What each token stands for in decoded text, in UTF-8; a part of a character at worst.</param>
/// <param name="Added">Tokens that are found before anything is merged.</param>
/// <param name="Normalization">What is done to text first.</param>
/// <param name="Model">What merges.</param>
/// <param name="DropsFirstSpace">Whether the space that encoding puts before text is taken away by decoding.</param>
/// <param name="Before">Ids before a text that is encoded with special tokens.</param>
/// <param name="After">Ids behind it.</param>
internal sealed record TokenizerParts(
    string?[] Tokens,
    byte[][] Bytes,
    IReadOnlyList<AddedToken> Added,
    Normalization Normalization,
    ITokenModel Model,
    bool DropsFirstSpace,
    int[] Before,
    int[] After
);
