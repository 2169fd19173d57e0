using System.Runtime.InteropServices;
using TorchSharp;

namespace Alignment.Torch;

/// <summary>Loads LibTorch into the process; on Linux also where TorchSharp as published does not load.</summary>
/// <remarks>
/// TorchSharp 0.107 asks for a libstdc++ of GCC 13, which Debian 12, Ubuntu 22.04 and RHEL 9 do not have; see
/// <see cref="ElfPatch"/>. Call <see cref="EnsureLoaded"/> before the first use of TorchSharp: what it loads by path,
/// TorchSharp's own loader then finds by name.
/// </remarks>
public static partial class TorchNative
{
    private const string LibTorchSharp = "libLibTorchSharp.so";
    private const string LibTorch = "libtorch.so";

    private static readonly Lock Gate = new();
    private static volatile string? s_loaded;
    private static volatile string? s_threads;

    /// <summary>One line: what was loaded, from where, whether it was patched, and the threads that were set.</summary>
    public static string Description => s_loaded is null ? "LibTorch is not loaded." : s_loaded + s_threads;

    /// <summary>Loads the natives of TorchSharp, once in a process; afterwards it costs one read.</summary>
    /// <exception cref="TorchUnavailableException">They cannot be loaded. A later call tries again.</exception>
    public static void EnsureLoaded()
    {
        if (s_loaded is not null)
            return;
        lock (Gate)
            s_loaded ??= Load();
    }

    /// <summary>Loads LibTorch if need be and sets the threads inside an operation; it may be called again.</summary>
    /// <remarks>
    /// Small operations lose on more than one thread: the others spin meanwhile. The threads *between* operations are
    /// one from the load on: LibTorch lets them be set once and aborts the process at the second time, and nothing here
    /// uses them.
    /// </remarks>
    /// <param name="threads">The number of threads, at least 1.</param>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static void ConfigureThreads(int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        EnsureLoaded();
        lock (Gate)
        {
            torch.set_num_threads(threads);
            var (within, between) = (torch.get_num_threads(), torch.get_num_interop_threads());
            s_threads = $"; threads: {within} in an operation, {between} between operations";
        }
    }

    private static string Load()
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                torch.InitializeDeviceType(DeviceType.CPU);
                return "LibTorch loaded by TorchSharp";
            }

            AskForTheSameSumsOnAnyThreads();

            // By name alone: it succeeds if another part of the process, or LD_LIBRARY_PATH, has seen to it already.
            var isReady = NativeLibrary.TryLoad(LibTorchSharp, out _);
            var description = isReady
                ? $"{LibTorchSharp} was loaded before, or found by the system's linker"
                : LoadOnLinux();

            // TorchSharp's own loader runs in its static constructor: here its failure still gets a sentence of ours.
            torch.InitializeDeviceType(DeviceType.CPU);
            // Only who loaded the library can know that this is the first time; see ConfigureThreads.
            if (!isReady)
                torch.set_num_interop_threads(1);
            return description;
        }
        catch (TypeInitializationException e)
        {
            throw new TorchUnavailableException(
                "TorchSharp did not start, most likely as it was used before its natives were there: restart, and call "
                    + "TorchNative.EnsureLoaded() first.",
                e
            );
        }
        catch (Exception e) when (e is not TorchUnavailableException)
        {
            // Of a failed load the runtime gives a paragraph of advice; what the linker said is its last line.
            var lines = e.Message.Trim().Split('\n');
            var reason = e is DllNotFoundException ? lines[^1] : lines[0];
            throw new TorchUnavailableException(
                $"LibTorch could not be loaded ({reason}): repair what is named, or use the executor of the CPU.",
                e
            );
        }
    }

    /// <summary>On Linux products of matrices in 32 and 64 bits come out the same to the last bit on any number of threads, unless the environment has a wish of its own.</summary>
    /// <remarks>
    /// Intel's MKL, in LibTorch, else shares the sums of a product out by threads. It asks the environment of the C library once, at its first product; .NET's own
    /// copy of the environment does not reach it. AUTO is the best that the processor has.
    /// </remarks>
    private static void AskForTheSameSumsOnAnyThreads() => _ = SetVariable("MKL_CBWR", "AUTO,STRICT", 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int isWrittenOver);

    private static string LoadOnLinux()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new TorchUnavailableException(
                $"TorchSharp has no build for Linux on {RuntimeInformation.ProcessArchitecture}: "
                    + "use an x64 machine, or the executor of the CPU."
            );

        var libtorch = Require(LibTorch, $"{KnownTorchSharp.LibTorchPackage} {KnownTorchSharp.LibTorchVersion}");
        var libTorchSharp = Require(LibTorchSharp, $"TorchSharp {KnownTorchSharp.Version}");

        // It finds its parts beside itself; TorchSharp's library then finds it by name, wherever either of them lies.
        NativeLibrary.Load(libtorch);
        return $"{LoadLibTorchSharp(libTorchSharp)}; LibTorch from {Path.GetDirectoryName(libtorch)}";
    }

    private static string LoadLibTorchSharp(string original)
    {
        try
        {
            // Whatever libstdc++ this process uses, the linker's own answer counts; a refusal leaves no trace.
            NativeLibrary.Load(original);
            return $"{original} loaded as published";
        }
        catch (DllNotFoundException e) when (e.Message.Contains(ElfPatch.MissingVersion, StringComparison.Ordinal))
        {
            var copy = PatchedCopy.Of(original);
            try
            {
                NativeLibrary.Load(copy.Location);
            }
            finally
            {
                copy.ReleaseFile();
            }
            var place = copy.IsTemporary
                ? "for this process, as no cache could be written"
                : $"cached at {copy.Location}";
            return $"{LibTorchSharp} {KnownTorchSharp.Version} patched for libstdc++ without {ElfPatch.MissingVersion} "
                + $"({place})";
        }
    }

    private static string Require(string fileName, string package) =>
        NativeFiles.Find(fileName)
        ?? throw new TorchUnavailableException(
            $"{fileName} was not found: reference the package {package} in the program, or set NUGET_PACKAGES to the "
                + $"folder that holds it (searched: {string.Join(", ", NativeFiles.Folders())})."
        );
}
