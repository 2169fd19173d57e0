namespace Alignment.Torch;

/// <summary>
/// Makes a shared library that was linked with GCC 13 load beside an older libstdc++, when all it takes from the new
/// one is <c>std::ios_base_library_init</c>.
/// </summary>
/// <remarks>
/// That function does nothing: a reference to it only makes a new libstdc++ a condition of loading. TorchSharp 0.107
/// needs no other symbol of GCC 13, and LibTorch needs none. Three edits of equal length take the condition away: the
/// version becomes one that older hosts have, the symbol becomes one of libc, and its version that of libc. Code and
/// data stay untouched.
/// </remarks>
public static class ElfPatch
{
    /// <summary>The version that older hosts lack.</summary>
    public const string MissingVersion = "GLIBCXX_3.4.32";

    private const string PresentVersion = "GLIBCXX_3.4.30";
    private const string Symbol = "_ZSt21ios_base_library_initv";

    // Any function that every libc has: nothing calls the symbol, it must only be found.
    private const string StandIn = "getpid";
    private const string StandInVersion = "GLIBC_2.2.5";
    private const string StandInLibrary = "libc.so.6";

    private const int SymbolSize = 24;
    private const int HiddenBit = 0x8000;

    /// <summary>A copy of the library that does not ask for <see cref="MissingVersion"/>.</summary>
    /// <param name="library">The library as it was built.</param>
    /// <returns>The patched copy, of the same length.</returns>
    /// <exception cref="InvalidDataException">
    /// The bytes are no 64-bit little-endian ELF file, it needs more of GCC 13 than that, or it was patched before.
    /// </exception>
    public static byte[] Apply(ReadOnlySpan<byte> library)
    {
        var elf = new ElfImage(library);
        var versions = ReadVersions(elf);
        var missing = Single(versions, v => v.Name == MissingVersion, MissingVersion);
        var present = Single(versions, v => v.Name == PresentVersion && v.Library == missing.Library, PresentVersion);
        var standIn = Single(versions, v => v.Name == StandInVersion && v.Library == StandInLibrary, StandInVersion);
        var (symbol, name) = FindOnlyUser(elf, missing);

        elf.SetU32(missing.At + NeededVersion.HashField, present.Hash);
        elf.SetU32(missing.At + NeededVersion.NameField, (uint)present.NameOffset);
        elf.OverwriteText(name, StandIn);
        elf.SetU16(elf[".gnu.version"].Start + (2 * symbol), standIn.Index);
        return elf.ToArray();
    }

    private static List<NeededVersion> ReadVersions(ElfImage elf)
    {
        var strings = elf[".dynstr"].Start;
        var versions = new List<NeededVersion>();
        int nextLibrary;
        for (var library = elf[".gnu.version_r"].Start; ; library += nextLibrary)
        {
            var libraryName = elf.Text(strings + elf.Offset32(library + 4));
            var version = library + elf.Offset32(library + 8);
            for (int left = elf.U16(library + 2); left > 0; left--, version += elf.Offset32(version + 12))
            {
                var name = elf.Offset32(version + NeededVersion.NameField);
                versions.Add(
                    new(
                        At: version,
                        Library: libraryName,
                        Name: elf.Text(strings + name),
                        NameOffset: name,
                        Hash: elf.U32(version + NeededVersion.HashField),
                        Index: elf.U16(version + 6)
                    )
                );
            }
            nextLibrary = elf.Offset32(library + 12);
            if (nextLibrary == 0)
                return versions;
        }
    }

    private static (int Symbol, int Name) FindOnlyUser(ElfImage elf, NeededVersion version)
    {
        var symbols = elf[".dynsym"];
        var strings = elf[".dynstr"].Start;
        var users = new List<int>();
        for (var i = 0; i < symbols.Length / SymbolSize; i++)
        {
            if ((elf.U16(elf[".gnu.version"].Start + (2 * i)) & ~HiddenBit) == version.Index)
                users.Add(i);
        }

        if (
            users is not [var user]
            || elf.Text(NameOf(user)) != Symbol
            || elf.U16(symbols.Start + (user * SymbolSize) + 6) != 0
        )
            throw new InvalidDataException(
                $"The library takes more than '{Symbol}' from {version.Name}; it needs that libstdc++."
            );

        // Linkers let a name be the tail of another one: renaming it there would rename both.
        var (first, last) = (NameOf(user), NameOf(user) + Symbol.Length);
        for (var i = 0; i < symbols.Length / SymbolSize; i++)
        {
            var name = NameOf(i);
            if (i != user && name <= last && name + elf.Text(name).Length >= first)
                throw new InvalidDataException($"Symbol '{elf.Text(name)}' shares its text with '{Symbol}'.");
        }
        return (user, first);

        int NameOf(int symbol) => strings + elf.Offset32(symbols.Start + (symbol * SymbolSize));
    }

    private static NeededVersion Single(List<NeededVersion> versions, Predicate<NeededVersion> match, string name) =>
        versions.FindAll(match) is [var only]
            ? only
            : throw new InvalidDataException(
                $"The library does not name {name} exactly once among the versions it needs."
            );

    /// <summary>One entry of <c>.gnu.version_r</c> (<c>Elf64_Vernaux</c>) with the library it belongs to.</summary>
    private readonly record struct NeededVersion(
        int At,
        string Library,
        string Name,
        int NameOffset,
        uint Hash,
        ushort Index
    )
    {
        public const int HashField = 0;
        public const int NameField = 8;
    }
}
