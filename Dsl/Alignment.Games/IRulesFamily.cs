namespace Alignment;

/// <summary>A family of sequential games, which has their rules apart from their trees.</summary>
public interface IRulesFamily : IGameFamily
{
    /// <summary>The rules for these arguments, however large the tree behind them is.</summary>
    /// <exception cref="GameSyntaxException">The arguments do not fit together.</exception>
    OpenGame Rules(GameArguments arguments);
}
