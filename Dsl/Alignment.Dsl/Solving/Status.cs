namespace Alignment;

/// <summary>How a run ended.</summary>
public enum Outcome
{
    /// <summary>The stop rule on a gap or metric holds.</summary>
    Converged,

    /// <summary>The steps or iterations asked for are done.</summary>
    Finished,

    /// <summary>Steps ran out, or float32 could count no more of them, before what was asked for was reached.</summary>
    NotConverged,

    /// <summary>Time ran out; such a run cannot be repeated exactly.</summary>
    OutOfTime,

    /// <summary>Cancelled; the result is that of the last completed check, or uniform play where a direct solver had no answer yet.</summary>
    Cancelled,

    /// <summary>A number left the finite range; the result is the last good state.</summary>
    NonFinite,
}

/// <summary>How a run ended: a case and a sentence that says what happened and what to try.</summary>
public sealed record Status(Outcome Outcome, string Sentence)
{
    /// <summary>The sentence.</summary>
    public override string ToString() => Sentence;
}
