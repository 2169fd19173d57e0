#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Two games where interests only partly clash, solved side by side: the joint play of regret matching against correlated equilibrium.
using Alignment;

var row = Player.Of("row", "first", "second");
var column = Player.Of("column", "first", "second");
var story = Axis.Of("story", "chicken", "battle of the sexes");

Expr Payoffs(params double[] values) => Expr.Table([story, row.Actions, column.Actions], values);

var stories = Game.Named("two stories")
    .Player(row)
    .Player(column)
    .Over(story)
    .Payoff(row, Payoffs(6, 2, 7, 0, 3, 0, 0, 2))
    .Payoff(column, Payoffs(6, 7, 2, 0, 2, 0, 0, 3));

return new Experiment(stories, new RegretMatching(), Stop.CceGapBelow(1e-3) | Stop.AfterSteps(100_000))
    .Reporting(Report)
    .Main(args);

string Report(Solution solution)
{
    var table = new TextTable("story", "CCE gap", "CE gap", "NashConv of the averages", "row", "column", "joint play");
    foreach (var game in solution.Games)
    {
        var c = game.Certificate;
        var joint = string.Join(" ", game.Joint!.Select(p => $"{p:f3}"));
        table.Row(
            game.Game,
            $"{c.CoarseCorrelatedGap:g2}",
            $"{c.CorrelatedGap:g2}",
            $"{c.NashConv:g2}",
            $"{game.Metrics["game/joint_value/row"]:f3}",
            $"{game.Metrics["game/joint_value/column"]:f3}",
            joint
        );
    }

    return table.ToString();
}
