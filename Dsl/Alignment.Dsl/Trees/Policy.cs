namespace Alignment;

/// <summary>What a player does in the information sets that it has an entry for; everywhere else it plays
/// uniformly.</summary>
/// <remarks>A behaviour strategy for games whose information sets nobody has counted. It is of one player; entries of
/// others' information sets are never asked for.</remarks>
public sealed class Policy
{
    /// <summary>A policy.</summary>
    /// <param name="sets">By what the player knows (<see cref="IRules{TState}.InformationState"/>): how it plays
    /// there.</param>
    public Policy(IReadOnlyDictionary<string, Behaviour> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        Sets = sets;
    }

    /// <summary>Uniform play everywhere.</summary>
    public static Policy Uniform { get; } = new(new Dictionary<string, Behaviour>(StringComparer.Ordinal));

    /// <summary>By what the player knows: how it plays there.</summary>
    public IReadOnlyDictionary<string, Behaviour> Sets { get; }

    /// <summary>How it plays in an information set; null where it has no entry, and so plays uniformly.</summary>
    public Behaviour? At(string informationState) => Sets.GetValueOrDefault(informationState);
}

/// <summary>How a player plays in one information set.</summary>
/// <param name="Actions">Labels of the actions.</param>
/// <param name="Probabilities">The probability of each.</param>
public sealed record Behaviour(ValueList<string> Actions, ValueList<double> Probabilities);

/// <summary>A mixture of a player's policies: one of them is drawn before a game starts and played to its end.</summary>
/// <remarks>By Kuhn's theorem (1953) a behaviour strategy plays as a mixture does where the player has perfect recall;
/// finding it takes the player's reach of every information set, and so the tree. The mixture itself is played without
/// one.</remarks>
public sealed class PolicyMixture
{
    /// <summary>A mixture.</summary>
    /// <param name="members">The policies, at least one.</param>
    /// <param name="weights">The probability of each: of at least 0, with a sum of 1 (to 1e-6).</param>
    /// <exception cref="ArgumentException">There is not one weight for each member, or they are no probabilities.</exception>
    public PolicyMixture(ValueList<Policy> members, ValueList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(weights);
        if (members.Count == 0 || members.Count != weights.Count)
            throw new ArgumentException(
                $"Expected a weight for each of at least one member, got {Quote.Number(members.Count)} members and {Quote.Number(weights.Count)} weights.",
                nameof(weights)
            );
        if (weights.Any(w => !(w >= 0)) || !(Math.Abs(weights.Sum() - 1) <= 1e-6))
            throw new ArgumentException(
                $"Weights of members: expected numbers of at least 0 that sum to 1, got {weights}.",
                nameof(weights)
            );
        (Members, Weights) = (members, weights);
    }

    /// <summary>The policies.</summary>
    public ValueList<Policy> Members { get; }

    /// <summary>The probability of each.</summary>
    public ValueList<double> Weights { get; }

    /// <summary>One policy for sure.</summary>
    public static PolicyMixture Of(Policy policy) => new([policy], [1]);
}
