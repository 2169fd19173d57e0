namespace Alignment;

/// <summary>Where the magnet of <see cref="MagneticMirrorDescent"/> is.</summary>
public enum Magnet
{
    /// <summary>At the reference of the player's regularizer: the limit is the regularized equilibrium.</summary>
    Fixed,

    /// <summary>At the strategy of some steps ago: the limit is an equilibrium of the unregularized game.</summary>
    Moving,
}
