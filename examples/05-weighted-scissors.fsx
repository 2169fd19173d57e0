(**
# Scissors that pay twice

Rock, paper, scissors, but a win by scissors **counts double**, and so does the loss of whoever is cut. Who plays what then?
This file is a script like any other. `align run 05-weighted-scissors.fsx --literate FILE` runs it and writes what you read here as a page.
*)
#load "alignment.fsx"

open Alignment

let row = Player.labelled "row" [ "rock"; "paper"; "scissors" ]
let column = Player.labelled "column" [ "rock"; "paper"; "scissors" ]

(**
Each entry is what the row player wins; the column player loses as much.

| row \ column | rock | paper | scissors |
|---|---|---|---|
| rock | 0 | -1 | 1 |
| paper | 1 | 0 | -2 |
| scissors | -1 | 2 | 0 |
*)
let wins =
    Expr.matrix row.Actions column.Actions [ [ 0.0; -1.0; 1.0 ]; [ 1.0; 0.0; -2.0 ]; [ -1.0; 2.0; 0.0 ] ]

let weighted = game "weighted scissors" { zeroSum row column wins }

(**
At equilibrium an action has the weight of the win that it has no part in: rock 2, paper 1, scissors 1, each over 4. Rock is played most, since it stops
the scissors. The stakes of the pair *paper and scissors* do not make scissors more frequent.

Regret matching plus finds it. Its average goes round the equilibrium in ever smaller circles, as the triangles below show.
*)
Experiment(weighted, RegretMatchingPlus(), Stop.AfterSteps 20_000L)
|> Experiment.main fsi.CommandLineArgs
|> exit

(**
How to read the gaps: the average falls faster than the slope of 1/2 that is proved for it.
*)
