namespace Alignment;

/// <summary>The bilinear game x'y: one player sets x and gains what the other, who sets y, loses. It only rotates.</summary>
/// <remarks>
/// u(x, y) = sum over i of x_i y_i, real numbers without bounds, all starting at 1. The one equilibrium is 0, worth 0. Plain simultaneous gradient steps
/// spiral outwards, alternating ones stay on an orbit; extragradient, optimistic, consensus and competitive steps come in.
/// </remarks>
public sealed record Bilinear : IGameFamily
{
    /// <summary>Numbers that each player sets.</summary>
    public static GameParameter<int> Size { get; } =
        GameParameter.Integer("size", 1, 1, 1000, "Numbers that each player sets.");

    /// <inheritdoc/>
    public string Name => "bilinear";

    /// <inheritdoc/>
    public string Summary => "Players set x and y, and the first gains x'y from the second: a game that only rotates.";

    /// <inheritdoc/>
    public string Source =>
        "The textbook example of cycling, as in Balduzzi et al. (2018), The Mechanics of n-Player Differentiable Games, arXiv 1802.05642.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Size];

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var size = arguments.Get(Size);
        Axis[] axes = size == 1 ? [] : [Axis.Of("numbers", size)];
        Weights Ones(string name) => Weights.Of(name, axes).StartingAt(Initializer.Constant(1));
        var (x, y) = (Ones("x"), Ones("y"));
        return Game.Named(arguments.SpecName)
            .ZeroSum(Player.With("first", x), Player.With("second", y), (x.Value * y.Value).Sum(axes));
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments) => 0;
}

public static partial class Games
{
    /// <summary>The bilinear game; see <see cref="Alignment.Bilinear"/>.</summary>
    /// <exception cref="GameSyntaxException">The size is out of range.</exception>
    public static GameSpec Bilinear(int size = 1) =>
        Create<Bilinear>(Defaults<Bilinear>().With(Alignment.Bilinear.Size, size));
}
