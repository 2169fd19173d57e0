namespace Alignment;

/// <summary>A sequential game by its rules alone, whatever its states are made of; its tree may be too large to be
/// enumerated.</summary>
/// <remarks>The rules are looked at where play comes, never as a whole: see <see cref="OpenWalk"/> for what is checked
/// on the way. For games whose tree fits into memory <see cref="Enumerate"/> gives more: perfect recall is checked, and
/// answers are certified exactly.</remarks>
/// <example><code>OpenGame.Of(new LiarsDice(dice: 3, sides: 6))</code></example>
public sealed class OpenGame
{
    private readonly Func<OpenWalk> _walk;
    private readonly Func<IProgress<TreeProgress>?, GameSpec> _enumerate;

    private OpenGame(
        string name,
        ValueList<string> players,
        Func<OpenWalk> walk,
        Func<IProgress<TreeProgress>?, GameSpec> enumerate
    ) => (Name, Players, _walk, _enumerate) = (name, players, walk, enumerate);

    /// <summary>The game's name.</summary>
    public string Name { get; }

    /// <summary>The players' names, in order.</summary>
    public ValueList<string> Players { get; }

    /// <summary>The game of rules.</summary>
    public static OpenGame Of<TState>(IRules<TState> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return new(
            rules.Name,
            rules.Players,
            () => OpenWalk.Of(rules),
            progress => Game.FromRules(rules, progress: progress)
        );
    }

    /// <summary>A walk of its own, which has met nothing yet.</summary>
    /// <exception cref="RulesException">The rules break their contract at the start.</exception>
    public OpenWalk Walk() => _walk();

    /// <summary>The specification with the whole tree, as <see cref="Game.FromRules"/> gives it.</summary>
    /// <param name="progress">Told how far the enumeration is.</param>
    /// <exception cref="RulesException">The rules break their contract, or the game is too large.</exception>
    public GameSpec Enumerate(IProgress<TreeProgress>? progress = null) => _enumerate(progress);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
