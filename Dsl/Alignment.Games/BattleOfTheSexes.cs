namespace Alignment;

/// <summary>Battle of the sexes: both want to meet, each at its own favourite concert. Three equilibria: both at one, both at the other, or each at its own favourite with probability 3/5.</summary>
public sealed record BattleOfTheSexes : IGameFamily
{
    /// <inheritdoc/>
    public string Name => "battle_of_the_sexes";

    /// <inheritdoc/>
    public string Summary => "Both want to meet, each at its own favourite concert.";

    /// <inheritdoc/>
    public string Source => "Luce, Raiffa (1957), Games and Decisions; payoffs 3, 2, 0.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Bimatrix.Of(
            arguments.SpecName,
            ["bach", "stravinsky"],
            new double[,]
            {
                { 3, 0 },
                { 0, 2 },
            },
            new double[,]
            {
                { 2, 0 },
                { 0, 3 },
            }
        );
    }
}

public static partial class Games
{
    /// <summary>Battle of the sexes; see <see cref="Alignment.BattleOfTheSexes"/>.</summary>
    public static GameSpec BattleOfTheSexes() => Create<BattleOfTheSexes>(Defaults<BattleOfTheSexes>());
}
