namespace Alignment;

/// <summary>Games of two players, row and column, who choose among the same actions.</summary>
internal static class Bimatrix
{
    /// <summary>The game with the given payoffs, indexed by the row player's and the column player's action.</summary>
    public static GameSpec Of(string name, string[] actions, double[,] rowPayoff, double[,] columnPayoff)
    {
        var row = Player.Of("row", actions);
        var column = Player.Of("column", actions);
        return Game.Named(name)
            .Player(row)
            .Player(column)
            .Payoff(row, Expr.Matrix(row.Actions, column.Actions, rowPayoff))
            .Payoff(column, Expr.Matrix(row.Actions, column.Actions, columnPayoff));
    }
}
