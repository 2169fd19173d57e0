using System.Text;

namespace Alignment;

/// <summary>The games that come with the library, by name.</summary>
/// <example><code>GameLibrary.Create("blotto(coins=5,fields=3)")</code></example>
public static class GameLibrary
{
    /// <summary>All families.</summary>
    public static ValueList<IGameFamily> All { get; } =
    [
        new MatchingPennies(),
        new RockPaperScissors(),
        new PrisonersDilemma(),
        new Chicken(),
        new BattleOfTheSexes(),
        new StagHunt(),
        new Blotto(),
        new Inspection(),
        new TeamInspection(),
        new PreferenceFamily(),
        new RandomZeroSum(),
        new RandomGeneralSum(),
        new KuhnPokerFamily(),
        new LeducPokerFamily(),
        new LiarsDiceFamily(),
        new GoofspielFamily(),
        new PhantomTicTacToeFamily(),
        new SignallingFamily(),
        new InspectionDialogueFamily(),
        new DebateFamily(),
        new AuditFamily(),
        new Bilinear(),
        new IteratedPrisonersDilemma(),
    ];

    /// <summary>The family of a name.</summary>
    /// <exception cref="GameSyntaxException">There is none; the message holds the nearest name.</exception>
    public static IGameFamily Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(family => family.Name == name)
            ?? throw new GameSyntaxException(
                $"There is no game '{name}'." + Nearest.Hint(name, All.Select(f => f.Name), "There are")
            );
    }

    /// <summary>Reads <c>name</c> or <c>name(key=value,...)</c>; parameters left out have their defaults.</summary>
    /// <exception cref="GameSyntaxException">The text is not of that form, or names no game, parameter or value.</exception>
    public static GameCall Parse(string text)
    {
        var (name, pairs) = GameSyntax.Read(text);
        var family = Find(name);
        return new(
            family,
            pairs.Aggregate(GameArguments.Of(family), (arguments, pair) => arguments.With(pair.Key, pair.Value))
        );
    }

    /// <summary>The game of a text such as <c>blotto(coins=5,fields=3)</c>.</summary>
    /// <exception cref="GameSyntaxException">The text is not of that form, names no game, parameter or value, or the game would be too large.</exception>
    /// <param name="text">The text.</param>
    /// <param name="progress">Told how far the enumeration of a sequential game is.</param>
    public static GameSpec Create(string text, IProgress<TreeProgress>? progress = null) =>
        Parse(text).Create(progress);

    /// <summary>How to write a family's name: the defaults, then a line a parameter.</summary>
    public static string Usage(this IGameFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        var text = new StringBuilder().Append(GameArguments.Of(family)).Append("\n  ").Append(family.Summary);
        foreach (var parameter in family.Parameters)
            text.Append("\n  ")
                .Append(parameter.Name)
                .Append(": ")
                .Append(parameter.Description)
                .Append(" Expected: ")
                .Append(parameter.Range)
                .Append("; default ")
                .Append(parameter.Default)
                .Append('.');
        return text.Append("\n  Source: ").Append(family.Source).ToString();
    }
}
