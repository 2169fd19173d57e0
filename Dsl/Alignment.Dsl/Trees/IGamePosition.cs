namespace Alignment;

/// <summary>A position of a game's rules in numbers alone: what a solver that samples play needs, whatever a state is
/// made of.</summary>
/// <remarks>
/// <para>A position never changes, and its answers are those of the rules. <see cref="TreeForm.Start"/> gives the first
/// one of a game whose tree is known, <see cref="OpenWalk"/> that of a game too large for one.</para>
/// <para>Positions remember some of those behind them, so that a place that is come to often is asked of the rules
/// once. Those that come from one start belong to one thread.</para>
/// </remarks>
public interface IGamePosition
{
    /// <summary>Who acts: a player, chance, or no one, since the game is over.</summary>
    Turn Actor { get; }

    /// <summary>How many actions there are; 0 where the game is over.</summary>
    int Actions { get; }

    /// <summary>Where chance acts: the probability of each action; some may be 0. Else empty.</summary>
    ValueList<double> Chance { get; }

    /// <summary>Where a player acts: the number of its information set, among its own, from 0. Else -1.</summary>
    int InformationSet { get; }

    /// <summary>Where the game is over: what each player gets. Else empty.</summary>
    ValueList<double> Returns { get; }

    /// <summary>The position after an action, from 0 to <see cref="Actions"/> - 1.</summary>
    /// <exception cref="RulesException">The rules break their contract there.</exception>
    IGamePosition Next(int action);
}
