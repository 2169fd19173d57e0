namespace Alignment;

/// <summary>What regret minimizers add up.</summary>
internal static class InstantaneousRegret
{
    /// <summary>For each action, its value minus the value of the strategy that was played.</summary>
    public static Expr Regret(this IGameView game, Player player, Profile profile)
    {
        var values = game.ActionValues(player, profile);
        return values - values.Dot(profile[player], game.Actions(player));
    }
}
