namespace Alignment;

/// <summary>What turns text without added tokens into ids.</summary>
internal interface ITokenModel
{
    /// <summary>Adds the ids of a text.</summary>
    /// <param name="text">The text, normalized where the tokenizer normalizes.</param>
    /// <param name="isFirst">Whether it begins what is encoded.</param>
    /// <param name="into">Where the ids go.</param>
    void Encode(string text, bool isFirst, List<int> into);
}
