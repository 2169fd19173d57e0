// Two games where interests only partly clash, solved side by side: the joint play of regret matching against correlated equilibrium.
#load "alignment.fsx"

open Alignment

let row = Player.labelled "row" [ "first"; "second" ]
let column = Player.labelled "column" [ "first"; "second" ]
let story = Axis.labelled "story" [ "chicken"; "battle of the sexes" ]

let payoffs = Expr.table [ story; row.Actions; column.Actions ]

let stories = game "two stories" {
    player row
    player column
    over story
    payoff row (payoffs [ 6.0; 2.0; 7.0; 0.0; 3.0; 0.0; 0.0; 2.0 ])
    payoff column (payoffs [ 6.0; 7.0; 2.0; 0.0; 2.0; 0.0; 0.0; 3.0 ])
}

let report (solution: Solution) =
    let table =
        TextTable("story", "CCE gap", "CE gap", "NashConv of the averages", "row", "column", "joint play")

    for g in solution.Games do
        let joint = g.Joint |> Seq.map (sprintf "%.3f") |> String.concat " "
        let gap (value: System.Nullable<float>) = $"%.2g{value.Value}"
        let c = g.Certificate
        let r, s = g.Metrics["game/joint_value/row"], g.Metrics["game/joint_value/column"]

        table.Row(
            g.Game,
            gap c.CoarseCorrelatedGap,
            gap c.CorrelatedGap,
            $"%.2g{c.NashConv}",
            $"%.3f{r}",
            $"%.3f{s}",
            joint
        )
        |> ignore

    string table

Experiment(stories, RegretMatching(), Stop.CceGapBelow 1e-3 ||| Stop.AfterSteps 100_000L)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
