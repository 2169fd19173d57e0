namespace Alignment;

/// <summary>Two numbers for each action of an information set: its regret, and its sum of strategies played.</summary>
internal abstract class RegretTable
{
    /// <summary>Cumulative regrets, to be read and added to.</summary>
    public abstract Span<double> Regrets(int player, int set, int actions);

    /// <summary>The weighted sum of the strategies played, to be read and added to.</summary>
    public abstract Span<double> Sums(int player, int set, int actions);

    /// <summary>max(R, 0) / sum max(R, 0); uniform where no regret is above 0.</summary>
    public static void Match(ReadOnlySpan<double> regrets, Span<double> strategy)
    {
        var sum = 0.0;
        foreach (var regret in regrets)
            sum += Math.Max(regret, 0);
        for (var a = 0; a < regrets.Length; a++)
            strategy[a] = sum > 0 ? Math.Max(regrets[a], 0) / sum : 1.0 / regrets.Length;
    }
}

/// <summary>The table of a game whose tree is known: arrays of a state, one number an action, in the order of the
/// treeplex.</summary>
internal sealed class TreeTable(SampledGame game, SampledState state) : RegretTable
{
    private readonly double[][] _regrets = [.. game.Players.Select(p => state[Regret(p)])];
    private readonly double[][] _sums = [.. game.Players.Select(p => state[Sum(p)])];

    public static string Regret(Treeplex player) => $"regret/{player.Player}";

    public static string Sum(Treeplex player) => $"sum/{player.Player}";

    public override Span<double> Regrets(int player, int set, int actions) =>
        _regrets[player].AsSpan(First(player, set), actions);

    public override Span<double> Sums(int player, int set, int actions) =>
        _sums[player].AsSpan(First(player, set), actions);

    private int First(int player, int set) => game.Players[player].InformationSets[set].First;
}
