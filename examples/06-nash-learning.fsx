// Preferences that go in a circle: no response beats all others, so a policy has to mix. Nash learning finds the mixture; implementations that
// play against a fixed mixture with the reference policy find another one.
#load "alignment.fsx"

open Alignment

let answer = Axis.labelled "answer" [ "brief"; "thorough"; "friendly" ]

// how often the answer of a row is preferred to that of a column
let preferred =
    Preference.Of(answer, array2D [ [ 0.5; 0.9; 0.2 ]; [ 0.1; 0.5; 0.8 ]; [ 0.8; 0.2; 0.5 ] ])

// both policies are pulled to a reference, here the uniform one, by 0.1 KL
let learning = Game.Preference("nash learning", preferred, temperature = 0.1)

// the reference's share in the mixture that is played against; 0 lets it decay
let mixture = Axis.labelled "mixture" [ "fixed at 0.5"; "fixed at 0.05"; "decaying" ]
let solver = NashMirrorDescent(Mixture = Expr.vector mixture [ 0.5; 0.05; 0.0 ])

let report (solution: Solution) =
    let table = TextTable("mixture", "regularized gap", "policy")

    for k, g in Seq.indexed solution.Games do
        let policy = g.Strategies[0] |> Seq.map (sprintf "%.3f") |> String.concat " "
        table.Row(mixture.Label k, $"%.2g{g.Certificate.RegularizedGap.Value}", policy) |> ignore

    string table

Experiment(learning, solver, Stop.AfterSteps 20_000L)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
