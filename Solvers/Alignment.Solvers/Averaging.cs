namespace Alignment;

/// <summary>The weight of step t (from 1) in the average of the strategies played.</summary>
public enum Averaging
{
    /// <summary>1: every step counts the same.</summary>
    Uniform,

    /// <summary>t: the mean step lies two thirds into the run.</summary>
    Linear,

    /// <summary>t^2: the mean step lies three quarters into the run.</summary>
    Quadratic,
}

/// <summary>
/// The running average of the strategies played: a weighted sum of realization weights in the solver's state.
/// </summary>
/// <remarks>
/// The sum is kept rather than the mean, so that the average of a batch element depends on its own steps alone and is
/// on the simplex to rounding whenever it is read. Before the first step the sum is 0 and the average uniform. It is
/// compensated: in float32 a plain sum stops improving near 10,000 steps.
/// </remarks>
internal static class Averages
{
    private static readonly CompensatedSum Sum = new("average");

    public static Setting Setting(Averaging value, Func<Averaging, ISolver> change) =>
        Alignment.Setting.Choice("averaging", value, "Weight of step t in the average: 1, t or t^2.", change);

    public static SolverState WithAverage(this SolverState state, IGameView game) =>
        Sum.Begin(state, game.Players, game.Zeros);

    public static SolverState AddToAverage(
        this SolverState state,
        IGameView game,
        Profile played,
        Averaging averaging
    ) => state.AddToAverage(game, played, Weight(averaging));

    public static SolverState AddToAverage(this SolverState state, IGameView game, Profile played, Expr weight) =>
        game.Players.Aggregate(
            state,
            (next, player) => Sum.Add(next, state, player, weight * game.Realization(player, played[player]))
        );

    public static Profile Average(this SolverState state, IGameView game) =>
        Profile.Of(game.Players, p => game.FromRealization(p, Sum.Of(state, p)));

    /// <summary>The weight of the present step.</summary>
    public static Expr Weight(Averaging averaging) =>
        averaging switch
        {
            Averaging.Linear => Expr.Step,
            Averaging.Quadratic => Expr.Step * Expr.Step,
            _ => 1,
        };
}
