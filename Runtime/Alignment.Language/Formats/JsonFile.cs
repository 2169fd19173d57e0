using System.Text.Json;
using Alignment.Formats;

namespace Alignment;

/// <summary>Reads a JSON file that somebody else wrote.</summary>
internal static class JsonFile
{
    /// <exception cref="InputFormatException">It cannot be read, or is no JSON.</exception>
    public static JsonDocument Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InputFormatException(path, $"is no JSON: {e.Message.Split('\n')[0].TrimEnd('.')}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFormatException(path, $"cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }
}
