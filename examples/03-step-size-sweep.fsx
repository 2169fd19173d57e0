// A hyperparameter of the solver as a batch axis: optimistic hedge with six step sizes on one game, in one program.
#load "alignment.fsx"

open Alignment

let stepSize = Axis.labelled "stepSize" [ "0.05"; "0.1"; "0.2"; "0.4"; "0.8"; "1.6" ]
let solver = OptimisticHedge(StepSize = Expr.vector stepSize [ 0.05; 0.1; 0.2; 0.4; 0.8; 1.6 ])

let report (solution: Solution) =
    let table = TextTable("step size", "NashConv of the average", "of the last iterate")

    for k, g in Seq.indexed solution.Games do
        let last = g.Metrics["game/nash_conv/last"]
        table.Row(stepSize.Label k, $"%.2g{g.Certificate.NashConv}", $"%.2g{last}") |> ignore

    string table

Experiment(GameLibrary.Create "random_zero_sum(rows=20,columns=20,seed=3)", solver, Stop.AfterSteps 10_000L)
|> _.With(fun options -> options.With(threads = 1)) // six games of this size keep no second thread busy
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
