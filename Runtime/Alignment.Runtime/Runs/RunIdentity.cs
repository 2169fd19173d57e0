using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Alignment.Runtime;

/// <summary>What decides a run's result, by name, and what it ran on.</summary>
public static class RunIdentity
{
    /// <summary>Everything that decides the result. Threads and chunks are not among it.</summary>
    public static IReadOnlyDictionary<string, string> Of(BoundGame game, ISolver solver, SolveOptions options)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(options);
        var identity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["game"] = game.Spec.Name,
            ["spec"] = game.Declared.Hash.ToString(),
            ["solver"] = solver.Info.NameOn(game.Spec),
            ["settings"] = string.Join(' ', solver.Settings.Select(s => $"{s.Name}={s.Value}")),
            ["until"] = options.Until.ToString(),
            ["seed"] = string.Join(
                ',',
                (options.Seeds.Count == 0 ? [options.Seed] : options.Seeds).Select(s =>
                    s.ToString(CultureInfo.InvariantCulture)
                )
            ),
            ["precision"] = options.Precision.ToString().ToLowerInvariant(),
            ["executor"] = options.Executor.Name,
            ["device"] = options.Executor.Device,
        };
        foreach (var file in game.Files)
            identity[$"file {file.Path}"] = file.Sha256;
        return identity;
    }

    /// <summary>Each entry in which two differ, as <c>seed: 0 there, 1 here</c>.</summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyDictionary<string, string> there,
        IReadOnlyDictionary<string, string> here
    )
    {
        ArgumentNullException.ThrowIfNull(there);
        ArgumentNullException.ThrowIfNull(here);
        return
        [
            .. there
                .Keys.Union(here.Keys)
                .Where(key => there.GetValueOrDefault(key) != here.GetValueOrDefault(key))
                .Select(key => $"{key}: {Shown(there, key)} there, {Shown(here, key)} here"),
        ];
    }

    private static string Shown(IReadOnlyDictionary<string, string> identity, string key) =>
        identity.GetValueOrDefault(key) is not { } value ? "nothing"
        : value.Length > 0 ? value
        : "none";

    /// <summary>This program, runtime, system and processor.</summary>
    public static IReadOnlyDictionary<string, string> Machine() =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["alignment"] =
                typeof(RunIdentity)
                    .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                    ?.InformationalVersion
                ?? "unknown",
            ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription,
            ["processor"] = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            ["vectors"] =
                Avx512F.IsSupported ? "avx512"
                : Avx2.IsSupported ? "avx2"
                : AdvSimd.IsSupported ? "neon"
                : "scalar",
            ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        };
}
