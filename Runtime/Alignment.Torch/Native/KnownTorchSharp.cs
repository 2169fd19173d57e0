namespace Alignment.Torch;

/// <summary>The build of TorchSharp that the cure was proven on. A new version changes all values here.</summary>
internal static class KnownTorchSharp
{
    public const string Version = "0.107.0";

    /// <summary>SHA-256 of libLibTorchSharp.so as the package has it (linux-x64).</summary>
    public const string OriginalHash = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";

    /// <summary>SHA-256 of the same file after <see cref="ElfPatch"/>.</summary>
    public const string PatchedHash = "a9fcaab7a60cd03bb491754c6cc1e62321bdd0838544bb8b4982c969918f8a93";

    /// <summary>The package with the LibTorch that this version of TorchSharp was built for.</summary>
    public const string LibTorchPackage = "libtorch-cpu-linux-x64";

    /// <inheritdoc cref="LibTorchPackage"/>
    public const string LibTorchVersion = "2.10.0";
}
