using Alignment.Runtime;

namespace Alignment;

/// <summary>What is run, as far as a run's folder tells it.</summary>
/// <param name="Game">The game's name.</param>
/// <param name="Spec">What the folder says of the game: the specification's canonical text, or of a game by its rules alone its
/// name.</param>
/// <param name="Identity">What decides the result, by name: a run goes on only where all of it is the same.</param>
public sealed record RunSubject(string Game, string Spec, IReadOnlyDictionary<string, string> Identity)
{
    /// <summary>Data files that were read, with the hash of their bytes.</summary>
    public IReadOnlyList<DataFile> Files { get; init; } = [];

    /// <summary>What is run where a bound game is solved.</summary>
    public static RunSubject Of(BoundGame game, ISolver solver, SolveOptions options)
    {
        ArgumentNullException.ThrowIfNull(game);
        return new(game.Spec.Name, game.Declared.ToString(), RunIdentity.Of(game, solver, options))
        {
            Files = game.Files,
        };
    }
}
