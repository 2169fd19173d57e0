namespace Alignment;

/// <summary>How much a strategy differs from a population.</summary>
public interface IDiversity
{
    /// <summary>Its name in texts.</summary>
    string Name { get; }

    /// <summary>How much a strategy differs from a population, and the derivative: a function of its plan (<see cref="ResponseContext.PlanOf"/>), which in a game of one
    /// move is the strategy; of plans with every probability above 0, and of pure ones. An ascent asks it thousands of times, so what the population alone
    /// decides is computed here.</summary>
    /// <param name="context">The population, and what actions get against the others'.</param>
    /// <exception cref="ArgumentException">What was set does not fit the game.</exception>
    Func<double[], DiversityValue> From(ResponseContext context);

    /// <summary>Its largest value less its smallest over all strategies, or a bound on that.</summary>
    double Range(ResponseContext context);
}

/// <summary>A diversity and its derivative.</summary>
/// <param name="Value">How much the strategy differs.</param>
/// <param name="Gradient">By each action's probability in the plan.</param>
public sealed record DiversityValue(double Value, double[] Gradient);

/// <summary>The diversities of the library.</summary>
public static class Diversity
{
    /// <summary>All of them, with their default settings.</summary>
    public static IReadOnlyList<IDiversity> All { get; } =
    [new SemanticDiversity(), new ExpectedCardinality(), new HullDistance()];

    /// <summary>The one of a name.</summary>
    /// <exception cref="ArgumentException">There is none; with the nearest name.</exception>
    public static IDiversity Find(string name) =>
        All.FirstOrDefault(d => d.Name == name)
        ?? throw new ArgumentException(
            $"There is no diversity '{name}'.{Nearest.Hint(name, All.Select(d => d.Name), "There are")}"
        );
}
