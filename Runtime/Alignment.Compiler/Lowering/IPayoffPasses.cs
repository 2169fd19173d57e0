namespace Alignment.Compiler;

/// <summary>A view of a game that counts what is asked of its payoffs.</summary>
public interface IPayoffPasses : IGameView
{
    /// <summary>
    /// Payoffs looked at, one player's at one cell or end each, by the distinct passes over them that expressions of this view make.
    /// </summary>
    double Evaluations { get; }
}
