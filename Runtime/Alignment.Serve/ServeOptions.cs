using System.Net;
using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>Where a live page is served, and to whom.</summary>
public sealed record ServeOptions
{
    /// <summary>The port that is taken where none is asked for and nobody has it.</summary>
    public const int UsualPort = 6460;

    /// <summary>The folder of runs.</summary>
    public required string Folder { get; init; }

    /// <summary>The address to listen on. Default: 127.0.0.1, which only this machine reaches.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port, from 0 to 65535; 0 takes any free one. Default: null, 6460 or, where that is taken, any free one.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// What a visitor must show, at least 16 characters. Default: null: nothing on a loopback address, and on any other a token that is drawn anew.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>How often the folder is looked at while somebody watches. Default: half a second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How much memory the metrics of runs that were shown may take before the longest unused are let go, in bytes. Default: 1 GiB.</summary>
    public long MetricsMemory { get; init; } = 1L << 30;

    /// <summary>Finds the solver of a run, for the rates that its report says are claimed. Default: none is known.</summary>
    public Func<RunFolder, SolverInfo?> Solver { get; init; } = _ => null;
}
