#load "alignment.fsx"

open Alignment

let red = Player.labelled "red" [ "injection"; "persona"; "encoding" ]
let blue = Player.labelled "blue" [ "filter"; "monitor" ]

// how often an attack gets past a defence
let success = Expr.matrix red.Actions blue.Actions [ [ 0.1; 0.7 ]; [ 0.6; 0.2 ]; [ 0.4; 0.3 ] ]

let redTeaming = game "red teaming" {
    zeroSum red blue success
    probe (Probe.SupportSize 0.01)
}

Experiment(redTeaming, PredictiveRegretMatchingPlus(), Stop.NashConvBelow 1e-9)
|> Experiment.main fsi.CommandLineArgs
|> exit
