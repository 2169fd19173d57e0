namespace Alignment;

/// <summary>A player's part of a game tree: its information sets, and after which of its own actions each is met.</summary>
/// <remarks>
/// <para>Actions are numbered over all information sets, those of one side by side. A <em>sequence</em> is what a player has done so far:
/// number 0 is nothing yet, number a + 1 ends with action a. Perfect recall makes every information set follow exactly one sequence.</para>
/// <para>An information set stands behind the one whose action leads to it, so a loop upwards sees parents first, a loop downwards children.
/// (B. von Stengel 1996, "Efficient computation of behavior strategies", Games and Economic Behavior 14; S. Hoda et al. 2010 for the name.)</para>
/// </remarks>
public sealed record Treeplex
{
    internal Treeplex(string player, ValueList<InformationSet> informationSets)
    {
        Player = player;
        InformationSets = informationSets;
        Actions = informationSets.Sum(i => i.Actions.Count);
    }

    /// <summary>The player's name.</summary>
    public string Player { get; }

    /// <summary>What the player can know when it acts, parents first.</summary>
    public ValueList<InformationSet> InformationSets { get; }

    /// <summary>Actions of all information sets.</summary>
    public int Actions { get; }

    /// <summary>Sequences: the actions, and the empty sequence.</summary>
    public int Sequences => Actions + 1;
}

/// <summary>Positions that the acting player cannot tell apart.</summary>
/// <param name="Label">What the player knows.</param>
/// <param name="Actions">Labels of its actions.</param>
/// <param name="First">Number of the first action.</param>
/// <param name="Parent">The player's sequence on the way here; 0 if it has not acted yet.</param>
public sealed record InformationSet(string Label, ValueList<string> Actions, int First, int Parent);
