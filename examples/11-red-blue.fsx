// A red team that attacks in one of eight modes, a blue team that guards one. Policy-space response oracles grow both populations: by best
// responses, or by responses that also keep away from what their population can play already.
#load "alignment.fsx"

open Alignment

let teams = Games.Inspection(harm = [ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 ], penalty = 0.5)

// what a response gets, plus w(t) times its KL distance from the hull of its population; w fades out
let away =
    RegularizedResponse(Temperature = 0.0, Diversity = HullDistance(), Weight = WeightSchedule(0.1, 0.8, 20L))

let until = Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 100L

/// exp(entropy): over how many modes a mixture is spread.
let spread (strategy: seq<float>) = strategy |> Seq.sumBy (fun p -> if p > 0.0 then -p * log p else 0.0) |> exp

let report (diverse: Solution) =
    let plain = GameSolver.Solve(teams, DoubleOracle(), SolveOptions(Until = until))
    let table = TextTable("responses", "iterations", "value", "red's modes", "blue's modes")

    for name, found in [ "best", plain; "best and away", diverse ] do
        let modes = [ for player in found.Players -> $"%.2f{spread (found.Strategy player)}" ]
        let value = found.Value found.Players[0]
        table.Row(name, string found.Trace.Count, $"%.6f{value}", modes[0], modes[1]) |> ignore

    string table

Experiment(teams, DoubleOracle(Oracle = away), until)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
