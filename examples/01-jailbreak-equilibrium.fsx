// Which attacks should a red team mix, and which model should a blue team deploy, when attack success was measured in only 10 trials a cell?
// Red chooses an attack, blue a target model; red's payoff is the success rate minus what the attack's queries cost.
#load "alignment.fsx"

open Alignment

let attack = Axis.labelled "attack" [ "GCG"; "JailbreakChat"; "PAIR"; "adaptive_random_search" ]

let target =
    Axis.labelled "target" [ "gpt-3.5-turbo-1106"; "gpt-4-0125-preview"; "llama-2-7b-chat-hf"; "vicuna-13b-v1.5" ]

let category =
    Axis.labelled "category" [
        "pooled"
        "Disinformation"
        "Economic harm"
        "Expert advice"
        "Fraud/Deception"
        "Government decision-making"
        "Harassment/Discrimination"
        "Malware/Hacking"
        "Physical harm"
        "Privacy"
        "Sexual/Adult content"
    ]

let outcomes =
    CountTable.Read("data/jailbreakbench.csv").By(attack, target, category).Pooling(category, "pooled")

// Queries an attack makes for one behaviour, in thousands: round numbers assumed here, they are not in the data.
let queries = Expr.vector attack [ 0.5; 0.001; 0.06; 2.0 ]

let cost =
    Signal.Parameter("cost", 0.25, 0.0, 1.0, "What 1,000 queries cost red, in units of one successful attack.")

let red = Player.choosing "red" attack
let blue = Player.choosing "blue" target

let jailbreak = game "jailbreak equilibrium" {
    over category
    zeroSum red blue (outcomes.Rate - cost * queries)
    probe (Probe.Posterior(outcomes, draws = 1000))
    sweep "cost" [ 0.0; 0.25 ]
}

/// adaptive_random_search -> adaptive, gpt-4-0125-preview -> gpt-4
let short (label: string) = (label.Split '_' |> Array.head).Split '-' |> Seq.truncate 2 |> String.concat "-"

let mix (axis: Axis) weights =
    weights
    |> Seq.mapi (fun k w -> short (axis.Label(k)), w)
    |> Seq.filter (fun (_, w) -> w > 0.005)
    |> Seq.map (fun (label, w) -> $"%s{label} %.0f{100.0 * w}%%")
    |> String.concat " "

let table (solution: Solution) =
    let table =
        TextTable(
            "cost",
            "category",
            "value to red, net (95 %)",
            "red mixes",
            "attack in support",
            "blue mixes",
            "NashConv"
        )

    let prices = solution.Batch[1]

    for price in prices.Labels do
        for name in category.Labels do
            let draws = solution.At(category, name).At(prices, price)
            let point = draws.Games[0]
            let quantile p = draws.Quantile((fun g -> g.Value red), p)
            let support k = (draws.Games |> Seq.averageBy (fun g -> if g.Strategies[0][k] > 0.01 then 1.0 else 0.0))

            table.Row(
                price,
                name,
                $"%.3f{point.Value red} (%.3f{quantile 0.025} to %.3f{quantile 0.975})",
                mix attack point.Strategies[0],
                mix attack (Seq.init attack.Size support),
                mix target point.Strategies[1],
                $"%.2g{draws.Certificate.NashConv}"
            )
            |> ignore

    $"{table}\nEach row: the game at the point estimate, and 1,000 posterior draws for the interval and the support.\n"

Experiment(jailbreak, PredictiveRegretMatchingPlus(), Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 1_000_000L)
|> _.Reporting(table)
|> Experiment.main fsi.CommandLineArgs
|> exit
