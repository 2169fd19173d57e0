using Alignment.Runtime;

namespace Alignment.Runs;

/// <summary>Files that appear complete or not at all, and never in place of another.</summary>
internal static class NewFile
{
    /// <summary>Writes a file beside its place and moves it there.</summary>
    /// <exception cref="RunStoreException">There is a file, or it cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        if (Path.Exists(path))
            throw new RunStoreException($"'{path}' exists, and nothing is written over; name another file.");
        try
        {
            AtomicFile.WriteNew(path, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"'{path}' cannot be written: {e.Message}", e);
        }
    }
}
