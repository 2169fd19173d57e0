namespace Alignment;

/// <summary>What a solver found in a game without its tree.</summary>
public sealed record OpenSolution
{
    /// <summary>The game.</summary>
    public required OpenGame Game { get; init; }

    /// <summary>The solver, with its settings.</summary>
    public required ISolver Solver { get; init; }

    /// <summary>How it was run.</summary>
    public required OpenOptions Options { get; init; }

    /// <summary>The answer: how each player plays, in the order of the game's players. Uniform where play never
    /// came.</summary>
    public required ValueList<PolicyMixture> Profile { get; init; }

    /// <summary>How the run ended.</summary>
    public required Status Status { get; init; }

    /// <summary>What deviations from the answer were found to gain.</summary>
    public required FoundDeviations Found { get; init; }

    /// <summary>Steps done: iterations of Monte Carlo CFR, or of growing populations.</summary>
    public required long Steps { get; init; }

    /// <summary>Information sets that the answer has entries for, of all players and members; the search for
    /// deviations met others besides.</summary>
    public required int InformationSets { get; init; }

    /// <summary>The measured moments, in order of steps: what is known without the tree, which is the work done and the information sets
    /// met.</summary>
    public required ValueList<TracePoint> Trace { get; init; }

    /// <summary>Time in the solve loop.</summary>
    public required double Seconds { get; init; }

    /// <summary>Time in which deviations were searched and measured.</summary>
    public required double CertificateSeconds { get; init; }

    /// <summary>The lower bound on NashConv.</summary>
    public Certificate.LowerBound Certificate => Found.Certificate;

    /// <summary>What each player gets when all play the answer, estimated by play.</summary>
    public ValueList<ValueEstimate> Values => Found.Values;

    /// <summary>Whether a player's answer mixes several policies.</summary>
    public bool IsMixed => Profile.Any(mixture => mixture.Members.Count > 1);
}
