using System.Runtime.InteropServices;

namespace Alignment.Runtime;

/// <summary>Files that appear complete or not at all, whatever happens to the process or the machine while they are written.</summary>
public static partial class AtomicFile
{
    /// <summary>Ending of a file that is being written; a reader passes it over.</summary>
    public const string Unfinished = ".tmp";

    /// <summary>Writes a file beside its place, has it on the disk, and moves it there.</summary>
    /// <exception cref="IOException">It cannot be written, the disk being full for example; what stood there before stands there still.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written there.</exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, overwrite: true);

    /// <summary>The same, where no file may be: nothing is written over.</summary>
    /// <exception cref="IOException">It cannot be written, or there is a file.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written there.</exception>
    public static void WriteNew(string path, Action<Stream> write) => Write(path, write, overwrite: false);

    private static void Write(string path, Action<Stream> write, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(write);
        var unfinished = $"{path}.{Environment.ProcessId}{Unfinished}";
        try
        {
            using (
                var stream = new FileStream(unfinished, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16)
            )
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite);
        }
        catch
        {
            TryDelete(unfinished);
            throw;
        }

        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Writes a text.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})"/>
    public static void Write(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes a file if that can be done; one that stays does no harm.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // it is passed over by its ending, or written over by the next
        }
    }

    /// <summary>Has the names in a folder on the disk: after a power cut a file is there only if its name was written too.</summary>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS keeps a journal of names
        var handle = Open(folder, 0);
        if (handle < 0)
            return;
        _ = Flush(handle);
        _ = Close(handle);
    }

    /// <summary>Points a link at a folder beside it, in one go; where links cannot be made nothing happens.</summary>
    internal static void Link(string path, string target)
    {
        if (OperatingSystem.IsWindows())
            return; // a link there takes rights that most users do not have
        var beside = $"{path}.{Environment.ProcessId}{Unfinished}";
        try
        {
            File.CreateSymbolicLink(beside, target);
            // File.Move takes a link to a folder for no file
            if (Rename(beside, path) != 0)
                TryDelete(beside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(beside);
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
