namespace Alignment;

/// <summary>The stag hunt: hunting the stag together pays most, hunting a hare is safe. Three equilibria: both the stag, both the hare, or each with probability 1/2.</summary>
public sealed record StagHunt : IGameFamily
{
    /// <inheritdoc/>
    public string Name => "stag_hunt";

    /// <inheritdoc/>
    public string Summary => "Hunting the stag together pays most, hunting a hare is safe.";

    /// <inheritdoc/>
    public string Source =>
        "Rousseau (1755), Discourse on Inequality; Skyrms (2004), The Stag Hunt and the Evolution of Social Structure; payoffs 4, 3, 2, 1.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Bimatrix.Of(
            arguments.SpecName,
            ["stag", "hare"],
            new double[,]
            {
                { 4, 1 },
                { 3, 2 },
            },
            new double[,]
            {
                { 4, 3 },
                { 1, 2 },
            }
        );
    }
}

public static partial class Games
{
    /// <summary>The stag hunt; see <see cref="Alignment.StagHunt"/>.</summary>
    public static GameSpec StagHunt() => Create<StagHunt>(Defaults<StagHunt>());
}
