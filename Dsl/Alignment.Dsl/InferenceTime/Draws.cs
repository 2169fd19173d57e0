using System.Globalization;

namespace Alignment;

/// <summary>Several actions at once: what a player chooses who may try n of them and has the best one count, as in an attack with n shots.</summary>
/// <remarks>
/// <para>A choice is a multiset of n actions, so there are (k + n - 1 over n) of k actions, each written by its labels, as in <c>a + a + b</c>. Payoffs
/// over them are enumerated exactly: the largest, or the smallest, over the members against each action of the others. The game over choices is a
/// matrix game, and every solver takes it.</para>
/// <para>In it a mixed strategy draws n actions jointly. A policy that is sampled n times independently is a special case, <see cref="Sampled"/>, and
/// its payoff is no longer linear in it, so no matrix game has such policies for its strategies. The value over choices bounds what they can get:
/// a player who takes the largest gets at most that by independent draws, since a joint draw need not waste one on an action that it has already.</para>
/// <para>Source: Hughes et al. (2024), "Best-of-N jailbreaking", arXiv 2412.03556, for attacks by repeated sampling.</para>
/// <para>Not for large n: choices are enumerated, at most <see cref="MostChoices"/>.</para>
/// </remarks>
/// <example><code>var shots = Draws.Of(red.Actions, 3); // Player.Of("red", shots.Choices), shots.Largest(payoff)</code></example>
public sealed record Draws
{
    /// <summary>Most choices.</summary>
    public const int MostChoices = 100_000;

    private Draws(Axis actions, int count, ValueList<int> members)
    {
        Actions = actions;
        Count = count;
        Members = members;
        var labels = members
            .AsSpan()
            .ToArray()
            .Chunk(count)
            .Select(choice => string.Join(" + ", choice.Select(actions.Label)));
        Choices = Axis.Of($"{actions.Name}-x{count.ToString(CultureInfo.InvariantCulture)}", [.. labels]);
    }

    /// <summary>What is drawn from.</summary>
    public Axis Actions { get; }

    /// <summary>n, how many are drawn; at least 1.</summary>
    public int Count { get; }

    /// <summary>The multisets, in lexicographic order.</summary>
    public Axis Choices { get; }

    /// <summary>The actions in each choice: <see cref="Count"/> numbers a choice, not decreasing.</summary>
    public ValueList<int> Members { get; }

    /// <summary>All ways to draw a number of actions.</summary>
    /// <param name="actions">What is drawn from.</param>
    /// <param name="count">n, at least 1.</param>
    /// <exception cref="ArgumentException">n is below 1, or there are too many ways.</exception>
    public static Draws Of(Axis actions, int count)
    {
        ArgumentNullException.ThrowIfNull(actions);
        if (count < 1)
            throw new ArgumentException($"Draws from '{actions.Name}': expected at least 1, got {count}.");
        var choices = 1.0;
        for (var k = 1; k <= count; k++)
            choices = choices * (actions.Size + k - 1) / k;
        if (choices > MostChoices)
            throw new ArgumentException(
                $"Draws from '{actions.Name}': {count} of {actions.Size} actions can be drawn in {Quote.Number(choices)} ways, expected at most {MostChoices}; draw fewer, or keep fewer actions."
            );
        var members = new List<int>();
        var choice = new int[count];
        while (true)
        {
            members.AddRange(choice);
            var k = count - 1;
            while (k >= 0 && choice[k] == actions.Size - 1)
                k--;
            if (k < 0)
                return new(actions, count, members.ToValueList());
            Array.Fill(choice, choice[k] + 1, k, count - k);
        }
    }

    /// <summary>The largest of the members' payoffs, over <see cref="Choices"/> in place of <see cref="Actions"/>.</summary>
    /// <param name="payoff">Over the actions and any other axes.</param>
    /// <exception cref="ArgumentException">The payoff is not over the actions.</exception>
    public Expr Largest(Expr payoff) => Over(payoff, (a, b) => a.Maximum(b));

    /// <summary>The smallest of the members' payoffs, over <see cref="Choices"/> in place of <see cref="Actions"/>: for a player who minimizes.</summary>
    /// <param name="payoff">Over the actions and any other axes.</param>
    /// <exception cref="ArgumentException">The payoff is not over the actions.</exception>
    public Expr Smallest(Expr payoff) => Over(payoff, (a, b) => a.Minimum(b));

    /// <summary>The strategy over choices of a policy that is sampled n times independently: n! / (prod of counts!) prod of policy.</summary>
    /// <param name="policy">Probabilities over <see cref="Actions"/>.</param>
    /// <exception cref="ArgumentException">The policy is not over the actions.</exception>
    public Expr Sampled(Expr policy)
    {
        var ways = new double[Choices.Size];
        for (var c = 0; c < ways.Length; c++)
        {
            ways[c] = 1;
            var run = 0;
            for (var k = 0; k < Count; k++)
            {
                run = k > 0 && Members[(c * Count) + k] == Members[(c * Count) + k - 1] ? run + 1 : 1;
                ways[c] *= (k + 1.0) / run;
            }
        }

        return Over(policy, (a, b) => a * b) * Expr.Vector(Choices, ways);
    }

    private Expr Over(Expr value, Func<Expr, Expr, Expr> together)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Axes.Find(Actions.Name) != Actions)
            throw new ArgumentException(
                $"Draws from '{Actions.Name}': expected an expression over {AxisSet.Of(Actions)}, got {value.Axes}."
            );
        return Enumerable
            .Range(0, Count)
            .Select(k =>
                value.Gather(
                    Actions,
                    Choices,
                    [.. Enumerable.Range(0, Choices.Size).Select(c => Members[(c * Count) + k])]
                )
            )
            .Aggregate(together);
    }
}
