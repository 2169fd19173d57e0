using System.Security.Cryptography;

namespace Alignment.Torch;

/// <summary>The patched libLibTorchSharp.so on disk; the package, shared and maybe read-only, stays as it is.</summary>
/// <param name="Location">Its absolute path.</param>
/// <param name="IsTemporary">Whether it is for this process alone, since no cache folder could be written.</param>
internal sealed record PatchedCopy(string Location, bool IsTemporary)
{
    /// <summary>Takes the copy from the user's cache, or writes it there.</summary>
    /// <param name="original">The file of the package.</param>
    /// <exception cref="TorchUnavailableException">The file is none that the cure is known to be right for.</exception>
    public static PatchedCopy Of(string original)
    {
        var bytes = File.ReadAllBytes(original);
        var hash = HashOf(bytes);
        if (hash != KnownTorchSharp.OriginalHash)
            throw new TorchUnavailableException(
                $"'{original}' needs a libstdc++ with {ElfPatch.MissingVersion}, which this system lacks, and it is "
                    + $"not the file of TorchSharp {KnownTorchSharp.Version} that can be patched (its SHA-256 is "
                    + $"{hash}): reference that version, or use a system with the libstdc++ of GCC 13."
            );

        var fileName = Path.GetFileName(original);
        if (CacheFolder() is { } cache)
        {
            var cached = Path.Combine(cache, hash, fileName);
            try
            {
                if (!IsIntact(cached))
                    Write(cached, Patch(bytes));
                return new(cached, IsTemporary: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A read-only home, a full quota: the temporary folder below serves as well, only not the next process.
            }
        }

        var temporary = Path.Combine(Directory.CreateTempSubdirectory("alignment-native-").FullName, fileName);
        Write(temporary, Patch(bytes));
        return new(temporary, IsTemporary: true);
    }

    /// <summary>Removes a temporary copy once it is loaded; the mapping outlives the name.</summary>
    public void ReleaseFile()
    {
        if (IsTemporary)
            Directory.Delete(Path.GetDirectoryName(Location)!, recursive: true);
    }

    private static byte[] Patch(byte[] original)
    {
        var patched = ElfPatch.Apply(original);
        return HashOf(patched) == KnownTorchSharp.PatchedHash
            ? patched
            : throw new InvalidDataException(
                $"The patched library does not have the SHA-256 {KnownTorchSharp.PatchedHash}."
            );
    }

    // Two processes may do this at once, and either may be killed: the name only ever stands for a whole file.
    private static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private static bool IsIntact(string path) =>
        File.Exists(path) && HashOf(File.ReadAllBytes(path)) == KnownTorchSharp.PatchedHash;

    // XDG Base Directory Specification: a relative path is to be ignored.
    private static string? CacheFolder()
    {
        var configured = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches =
            Path.IsPathFullyQualified(configured ?? "") ? configured
            : home.Length > 0 ? Path.Combine(home, ".cache")
            : null;
        return caches is null ? null : Path.Combine(caches, "alignment", "native");
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
