namespace Alignment;

/// <summary>The game of a pairwise preference: two policies choose a response each, and each wants its own to be preferred. Value 0.</summary>
/// <remarks>
/// The defaults go in a circle: y1 is preferred to y2, y2 to y3 and y3 to y1; the von Neumann winner plays (.3, .3, .4). See
/// <see cref="Game.Preference"/>, which also takes contexts, counts, and a reference policy.
/// </remarks>
public sealed record PreferenceFamily : IGameFamily
{
    /// <summary>Most responses.</summary>
    public const int MostResponses = 100;

    /// <summary>For every two responses the probability that the first is preferred.</summary>
    public static GameParameter<ValueList<double>> Probabilities { get; } =
        GameParameter.Reals(
            "probabilities",
            [0.9, 0.2, 0.8],
            MostResponses * (MostResponses - 1) / 2,
            0,
            1,
            "Probability that the first of two responses is preferred, for each pair: y1 over y2, y1 over y3, ..., y2 over y3, ...."
        );

    /// <inheritdoc/>
    public string Name => "preference";

    /// <inheritdoc/>
    public string Summary => "Two policies choose a response each, and each wants its own to be preferred.";

    /// <inheritdoc/>
    public string Source => "Munos et al. (2023), Nash learning from human feedback, arXiv 2312.00886.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Probabilities];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var pairs = arguments.Get(Probabilities);
        var count = Enumerable.Range(2, MostResponses - 1).FirstOrDefault(n => n * (n - 1) / 2 == pairs.Count);
        if (count == 0)
        {
            throw new GameSyntaxException(
                $"The game '{Name}': expected a probability for each pair of responses, which are 1, 3, 6, 10, ... n (n - 1) / 2, got {pairs.Count}."
            );
        }

        var table = new double[count, count];
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            table[i, i] = 0.5;
            for (var j = i + 1; j < count; j++)
            {
                table[i, j] = pairs[next++];
                table[j, i] = 1 - table[i, j];
            }
        }

        var responses = Axis.Of(
            "response",
            [.. Enumerable.Range(1, count).Select(k => FormattableString.Invariant($"y{k}"))]
        );
        return Game.Preference(arguments.SpecName, Preference.Of(responses, table));
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments) => 0;
}

public static partial class Games
{
    /// <summary>The game of a pairwise preference; see <see cref="Alignment.PreferenceFamily"/>.</summary>
    /// <exception cref="GameSyntaxException">A number is no probability, or there is not one for each pair.</exception>
    public static GameSpec Preference(IEnumerable<double> probabilities) =>
        Create<PreferenceFamily>(
            Defaults<PreferenceFamily>().With(Alignment.PreferenceFamily.Probabilities, probabilities.ToValueList())
        );
}
