using System.Globalization;

namespace Alignment;

/// <summary>How often tries succeeded, prompt by prompt: what attacks with more tries are foretold from.</summary>
/// <remarks>
/// <para>Shapes: one number of successes and one of trials a prompt.</para>
/// <para>Errors: no prompts; fewer than one trial; successes below 0 or above the trials.</para>
/// </remarks>
public sealed record ShotCounts
{
    private ShotCounts(ValueList<int> successes, ValueList<int> trials) => (Successes, Trials) = (successes, trials);

    /// <summary>Successes of each prompt.</summary>
    public ValueList<int> Successes { get; }

    /// <summary>Trials of each prompt.</summary>
    public ValueList<int> Trials { get; }

    /// <summary>Number of prompts.</summary>
    public int Prompts => Trials.Count;

    /// <summary>Successes over trials, all prompts together.</summary>
    public double Rate => (double)Successes.Sum(s => (long)s) / Trials.Sum(n => (long)n);

    /// <summary>Counts by prompt.</summary>
    /// <exception cref="ArgumentException">They are no such counts.</exception>
    public static ShotCounts Of(IEnumerable<int> successes, IEnumerable<int> trials)
    {
        ArgumentNullException.ThrowIfNull(successes);
        ArgumentNullException.ThrowIfNull(trials);
        var (s, n) = (successes.ToValueList(), trials.ToValueList());
        if (s.Count != n.Count || s.Count == 0)
            throw new ArgumentException(
                $"Shots: expected as many successes as trials and at least one prompt, got {s.Count} and {n.Count}."
            );
        for (var k = 0; k < s.Count; k++)
        {
            if (n[k] < 1 || s[k] < 0 || s[k] > n[k])
                throw new ArgumentException(
                    $"Shots: expected at least 1 trial and from 0 to as many successes, got {s[k]} of {n[k]} at prompt {k}."
                );
        }

        return new(s, n);
    }

    /// <summary>The same number of trials for every prompt.</summary>
    /// <exception cref="ArgumentException">They are no such counts.</exception>
    public static ShotCounts Of(IEnumerable<int> successes, int trials)
    {
        var list = successes.ToValueList();
        return Of(list, Enumerable.Repeat(trials, list.Count));
    }

    /// <summary>Prompts drawn with replacement: replicate r of the bootstrap.</summary>
    internal ShotCounts Resampled(RandomStream stream, int replicate)
    {
        var chosen = new int[Prompts];
        for (var k = 0; k < chosen.Length; k++)
            chosen[k] = (int)stream.Integer(Prompts, replicate, k);
        return new(chosen.Select(k => Successes[k]).ToValueList(), chosen.Select(k => Trials[k]).ToValueList());
    }

    /// <summary><c>12 of 400 trials over 20 prompts</c>.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Successes.Sum(s => (long)s)} of {Trials.Sum(n => (long)n)} trials over {Prompts} prompts"
        );
}
