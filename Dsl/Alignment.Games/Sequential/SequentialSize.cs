using System.Globalization;

namespace Alignment;

/// <summary>Refuses a tree that would be too large before it is walked.</summary>
internal static class SequentialSize
{
    /// <summary>Most ends of a game of the library.</summary>
    public const double MostEnds = 22_000_000;

    /// <param name="arguments">The game's arguments, named in the message.</param>
    /// <param name="ends">Its ends, or a little more.</param>
    /// <exception cref="GameSyntaxException">There are too many.</exception>
    public static void Require(GameArguments arguments, double ends)
    {
        if (ends > MostEnds)
            throw new GameSyntaxException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The game '{arguments}' would have about {ends:N0} ends; expected at most {MostEnds:N0}: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                )
            );
    }
}
