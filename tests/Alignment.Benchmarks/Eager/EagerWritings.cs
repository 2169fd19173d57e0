using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>All the eager writings of a case: the fastest of them is the one to beat.</summary>
internal static class EagerWritings
{
    /// <summary>Actions up to which a chain of one multiply-add for each of them is worth a try.</summary>
    private const int MostChained = 8;

    public static IReadOnlyList<EagerWriting> Of(Case it, double[] payoffs)
    {
        using var mode = inference_mode();
        return [.. it.Solver == "rm+" ? RegretMatchingPlus(it, payoffs) : Hedge(it, payoffs)];
    }

    private static IEnumerable<EagerWriting> RegretMatchingPlus(Case it, double[] payoffs)
    {
        foreach (var layout in Layouts(it, payoffs))
        {
            foreach (var compensated in new[] { false, true })
            {
                foreach (var byFloor in new[] { true, false })
                    yield return new EagerRegretMatchingPlus(layout(), byFloor, compensated);
            }
        }
    }

    private static IEnumerable<EagerWriting> Hedge(Case it, double[] payoffs)
    {
        var ways = new[]
        {
            (Logits: EagerLogits.Cumulative, Compensated: false),
            (Logits: EagerLogits.Centred, Compensated: false),
            (Logits: EagerLogits.Centred, Compensated: true),
        };
        foreach (var way in ways)
        {
            foreach (var layout in Layouts(it, payoffs))
                yield return new EagerHedge(layout(), way.Logits, way.Compensated);
            foreach (var stack in Stacks(it, payoffs))
                yield return new EagerStackedHedge(stack(), way.Logits, way.Compensated);
        }
    }

    private static IEnumerable<Func<EagerLayout>> Layouts(Case it, double[] payoffs)
    {
        var (type, games, actions) = (TypeOf(it), it.Games, it.Actions);
        if (games == 1)
            yield return () => new VectorLayout(type, payoffs, actions);
        yield return () => new GamesFirstLayout(type, payoffs, games, actions, bySum: false);
        yield return () => new GamesFirstLayout(type, payoffs, games, actions, bySum: true);
        yield return () => new GamesLastLayout(type, payoffs, games, actions);
        if (actions <= MostChained)
            yield return () => new GamesLastChainLayout(type, payoffs, games, actions);
    }

    private static IEnumerable<Func<EagerStack>> Stacks(Case it, double[] payoffs)
    {
        var (type, games, actions) = (TypeOf(it), it.Games, it.Actions);
        if (games == 1)
            yield return () => new BlockStack(type, payoffs, actions);
        yield return () => new GamesFirstStack(type, payoffs, games, actions);
        yield return () => new GamesLastStack(type, payoffs, games, actions, byAction: false);
        if (actions <= MostChained)
            yield return () => new GamesLastStack(type, payoffs, games, actions, byAction: true);
    }

    private static ScalarType TypeOf(Case it) =>
        it.Precision == Precision.Float32 ? ScalarType.Float32 : ScalarType.Float64;
}
