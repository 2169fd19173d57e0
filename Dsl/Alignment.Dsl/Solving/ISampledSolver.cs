namespace Alignment;

/// <summary>A solver that plays a sequential game at random and learns from what it meets: ordinary code over rules, in
/// float64.</summary>
/// <remarks>
/// <para>All randomness comes from draws addressed by the seed, the iteration and the position in the iteration
/// (<see cref="RandomStream"/>). So the state after n iterations is a function of game, settings and seed alone, bit
/// for bit, however the n are split over calls of <see cref="Step"/>.</para>
/// <para>The runtime measures what <see cref="Read"/> gives on the exact tree of the game. Games without one are walked
/// through by <see cref="OpenWalk"/>, without a certificate.</para>
/// </remarks>
public interface ISampledSolver : ISolver
{
    /// <summary>The state before the first iteration.</summary>
    SampledState Init(SampledGame game);

    /// <summary>Takes the state some iterations further, in place.</summary>
    /// <param name="game">The game of the state.</param>
    /// <param name="state">What <see cref="Init"/> gave, or a copy of it.</param>
    /// <param name="iterations">How many, at least 0.</param>
    /// <param name="seed">The seed of the run.</param>
    void Step(SampledGame game, SampledState state, long iterations, ulong seed);

    /// <summary>The strategies that a state stands for.</summary>
    SampledReadout Read(SampledGame game, SampledState state);
}

/// <summary>A sequential game as sampling solvers see it.</summary>
/// <param name="Players">Each player's information sets.</param>
/// <param name="Start">The position before anything has happened; information sets are numbered as in <paramref
/// name="Players"/>.</param>
public sealed record SampledGame(ValueList<Treeplex> Players, IGamePosition Start)
{
    /// <summary>The game of a specification's tree; null where the tree has no rules.</summary>
    public static SampledGame? Of(TreeForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return form.Start() is { } start ? new(form.Tree.Players, start) : null;
    }
}

/// <summary>The state of a sampling solver: how many iterations are done, and arrays of numbers by name. What they
/// mean, the solver says.</summary>
/// <param name="numbers">The arrays, which the state takes over.</param>
/// <param name="iterations">Iterations done.</param>
public sealed class SampledState(IEnumerable<KeyValuePair<string, double[]>> numbers, long iterations = 0)
{
    private readonly KeyValuePair<string, double[]>[] _numbers = [.. numbers];

    /// <summary>Iterations done.</summary>
    public long Iterations { get; set; } = iterations;

    /// <summary>Payoffs looked at so far: one player's at one end of the game each. Whole numbers, exact up to 2^53.</summary>
    public double Evaluations { get; set; }

    /// <summary>Names of the arrays, in the order of the solver.</summary>
    public IEnumerable<string> Names => _numbers.Select(n => n.Key);

    /// <summary>The array of a name; writing into it changes the state.</summary>
    /// <exception cref="KeyNotFoundException">The state has no such array.</exception>
    public double[] this[string name]
    {
        get
        {
            foreach (var (key, values) in _numbers)
            {
                if (key == name)
                    return values;
            }

            throw new KeyNotFoundException(
                $"The solver's state has no array '{name}'.{Nearest.Hint(name, Names, "It has")}"
            );
        }
    }

    /// <summary>A state of its own with the same numbers.</summary>
    public SampledState Copy() =>
        new(_numbers.Select(n => KeyValuePair.Create(n.Key, (double[])n.Value.Clone())), Iterations)
        {
            Evaluations = Evaluations,
        };
}

/// <summary>The strategies that a sampling solver's state stands for: for each player the probability of each action,
/// as its <see cref="Treeplex"/> numbers them.</summary>
/// <param name="Last">The strategies that the next iteration plays.</param>
/// <param name="Average">The average of the strategies played, with the solver's weights.</param>
public sealed record SampledReadout(ValueList<ValueList<double>> Last, ValueList<ValueList<double>> Average);
