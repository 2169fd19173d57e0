namespace Alignment;

/// <summary>The games of the library as functions, one a family, for use from code; by name they are in <see cref="GameLibrary"/>.</summary>
/// <example><code>Games.RockPaperScissors(rock: 2)</code></example>
public static partial class Games
{
    private static GameArguments Defaults<T>()
        where T : IGameFamily, new() => GameArguments.Of(new T());

    private static GameSpec Create<T>(GameArguments arguments)
        where T : IGameFamily, new() => new T().Create(arguments);
}
