#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// A hyperparameter of the solver as a batch axis: optimistic hedge with six step sizes on one game, in one program.
using Alignment;

var stepSize = Axis.Of("stepSize", "0.05", "0.1", "0.2", "0.4", "0.8", "1.6");
var solver = new OptimisticHedge { StepSize = Expr.Vector(stepSize, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6) };

return new Experiment(GameLibrary.Create("random_zero_sum(rows=20,columns=20,seed=3)"), solver, Stop.AfterSteps(10_000))
    .With(options => options with { Threads = 1 }) // six games of this size keep no second thread busy
    .Reporting(Report)
    .Main(args);

string Report(Solution solution)
{
    var table = new TextTable("step size", "NashConv of the average", "of the last iterate");
    foreach (var (game, k) in solution.Games.Select((g, k) => (g, k)))
        table.Row(stepSize.Label(k), $"{game.Certificate.NashConv:g2}", $"{game.Metrics["game/nash_conv/last"]:g2}");
    return table.ToString();
}
