using System.Collections;

namespace Alignment;

/// <summary>One strategy a player, as expressions over the players' decision axes. Immutable.</summary>
public sealed class Profile : IEnumerable<KeyValuePair<Player, Expr>>
{
    private readonly (Player Player, Expr Strategy)[] _entries;

    private Profile((Player, Expr)[] entries) => _entries = entries;

    /// <summary>A profile with a strategy for each player.</summary>
    public static Profile Of(IEnumerable<Player> players, Func<Player, Expr> strategy) =>
        new([.. players.Select(p => (p, strategy(p)))]);

    /// <summary>The strategy of a player.</summary>
    /// <exception cref="KeyNotFoundException">The profile has no such player.</exception>
    public Expr this[Player player]
    {
        get
        {
            foreach (var (owner, strategy) in _entries)
            {
                if (owner == player)
                    return strategy;
            }

            throw new KeyNotFoundException(
                $"The profile has no player '{player}'; it has {string.Join(", ", _entries.Select(e => e.Player))}."
            );
        }
    }

    /// <summary>This profile with another strategy for one player.</summary>
    public Profile With(Player player, Expr strategy) =>
        new([.. _entries.Select(e => e.Player == player ? (player, strategy) : e)]);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<Player, Expr>> GetEnumerator() =>
        _entries.Select(e => KeyValuePair.Create(e.Player, e.Strategy)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
