namespace Alignment.Benchmarks;

/// <summary>One eager writing's time.</summary>
/// <param name="Name">What it is.</param>
/// <param name="DoesAll">Whether it does all that the compiled solver does.</param>
/// <param name="Screened">Microseconds a step when all were timed shortly.</param>
/// <param name="Times">Microseconds a step by round, in the same rounds as the executors; null if it was not among the fastest.</param>
internal sealed record EagerTime(string Name, bool DoesAll, Figure Screened, double[]? Times);

/// <summary>A case's times, all taken in the same rounds: the executors and the fastest eager writings.</summary>
/// <param name="Case">The case.</param>
/// <param name="Host">Microseconds a step of the Host executor, by round.</param>
/// <param name="Torch">The same of the Torch executor, where it was asked for.</param>
/// <param name="Eager">Every eager writing.</param>
internal sealed record Comparison(Case Case, double[] Host, double[]? Torch, IReadOnlyList<EagerTime> Eager)
{
    /// <summary>Writings that are timed again beside the executors, of all and of those that do all that the compiled solver does.</summary>
    private const int Finalists = 3;

    /// <summary>The fastest writing of all.</summary>
    public EagerTime Fastest => Timed.MinBy(Median)!;

    /// <summary>The fastest of those that do all that the compiled solver does.</summary>
    public EagerTime FastestThatDoesAll => Timed.Where(e => e.DoesAll).MinBy(Median)!;

    private IEnumerable<EagerTime> Timed => Eager.Where(e => e.Times is not null);

    /// <summary>Checks that all writings are the same update, times all of them shortly, and the fastest again beside the executors.</summary>
    public static Comparison Of(Case it, bool withTorch, bool smoke)
    {
        var payoffs = it.Payoffs();
        var writings = EagerWritings.Of(it, payoffs);
        try
        {
            using var host = new Compiled(it, payoffs, HostExecutor.Instance);
            using var torch = withTorch ? new Compiled(it, payoffs, TorchExecutor.Cpu) : null;
            Agreement.Require(it, host, torch, writings, smoke);

            var screened = Paired.Time([.. writings.Select(w => (Action<int>)w.Run)], Effort.Screening(smoke));
            var order = Enumerable.Range(0, writings.Count).OrderBy(k => Figure.Of(screened[k]).Median).ToArray();
            int[] finalists = [.. order.Take(Finalists).Union(order.Where(k => writings[k].DoesAll).Take(Finalists))];

            var contenders = finalists.Select(k => (Action<int>)writings[k].Run).Prepend(host.Run).ToList();
            if (torch is not null)
                contenders.Add(torch.Run);
            var times = Paired.Time(contenders, Effort.Full(smoke));
            return new(
                it,
                times[0],
                torch is null ? null : times[^1],
                [
                    .. order.Select(k => new EagerTime(
                        writings[k].Name,
                        writings[k].DoesAll,
                        Figure.Of(screened[k]),
                        Array.IndexOf(finalists, k) is >= 0 and var place ? times[place + 1] : null
                    )),
                ]
            );
        }
        finally
        {
            foreach (var writing in writings)
                writing.Dispose();
        }
    }

    private static double Median(EagerTime writing) => Figure.Of(writing.Times!).Median;
}
