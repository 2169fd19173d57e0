namespace Alignment;

/// <summary>log-probabilities of labelled pairs of responses under a policy and its reference.</summary>
/// <remarks>
/// <para>Shapes: each over the pairs, and any other axes. A response's log-probability is the sum over its tokens; where a loss wants the mean over tokens it says so.</para>
/// <para>Units: nats.</para>
/// </remarks>
/// <param name="Chosen">log pi of the responses that were preferred.</param>
/// <param name="Rejected">log pi of the others.</param>
/// <param name="ReferenceChosen">log ref of the preferred; held fixed.</param>
/// <param name="ReferenceRejected">log ref of the others; held fixed.</param>
public sealed record PairLogProbabilities(Expr Chosen, Expr Rejected, Expr ReferenceChosen, Expr ReferenceRejected)
{
    /// <summary>log pi(chosen) / ref(chosen).</summary>
    public Expr ChosenRatio => Chosen - ReferenceChosen;

    /// <summary>log pi(rejected) / ref(rejected).</summary>
    public Expr RejectedRatio => Rejected - ReferenceRejected;

    /// <summary>h: the log-ratio of the chosen less that of the rejected.</summary>
    public Expr Margin => ChosenRatio - RejectedRatio;
}
