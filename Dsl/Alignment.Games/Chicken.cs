namespace Alignment;

/// <summary>Chicken: daring pays against one who swerves and is the worst for both when both do. Three equilibria: who dares is one player, the other, or each with probability 1/3.</summary>
public sealed record Chicken : IGameFamily
{
    /// <inheritdoc/>
    public string Name => "chicken";

    /// <inheritdoc/>
    public string Summary =>
        "Daring pays against one who swerves and is the worst for both when both do; the largest sum of payoffs in a correlated equilibrium is 10.5.";

    /// <inheritdoc/>
    public string Source => "Aumann (1974), Subjectivity and correlation in randomized strategies.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return Bimatrix.Of(
            arguments.SpecName,
            ["swerve", "dare"],
            new double[,]
            {
                { 6, 2 },
                { 7, 0 },
            },
            new double[,]
            {
                { 6, 7 },
                { 2, 0 },
            }
        );
    }
}

public static partial class Games
{
    /// <summary>Chicken; see <see cref="Alignment.Chicken"/>.</summary>
    public static GameSpec Chicken() => Create<Chicken>(Defaults<Chicken>());
}
