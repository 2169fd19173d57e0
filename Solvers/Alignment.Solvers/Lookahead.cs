namespace Alignment;

/// <summary>Where the values come from that a player expects in the step to come.</summary>
public enum Lookahead
{
    /// <summary>From nowhere: play the point.</summary>
    None,

    /// <summary>From the last step: play where the last values would lead.</summary>
    Optimistic,

    /// <summary>
    /// From the present points: play where their values lead. Costs a second evaluation of the game.
    /// </summary>
    Extragradient,
}
