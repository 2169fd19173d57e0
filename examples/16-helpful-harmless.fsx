// Helpful and harmless: one scorer each from labelled pairs (SafeSora), the best of 16 responses under both, and the constrained game: as helpful as can be
// at an expected harm within a bound.
#load "alignment.fsx"

open Alignment

// people whose two preferences pull apart: the product of the directions is -0.4, the best scorers agree with 65 % and 72 % of the labels
let directions = [ [ for k in 0..15 -> if k = 0 then 1.0 else 0.0 ]; [ -0.4; sqrt 0.84 ] @ List.replicate 14 0.0 ]

let people =
    List.map2 (fun (w: float list) agreement -> LinearScorer.Of(w, agreement)) directions [ 0.65; 0.72 ]

let pairs, feature = Axis.sized "pair" 4000, Axis.sized "feature" 16

/// A scorer, and what it maximizes: the likelihood of the labels, its rewards kept near 0.
let scorer name (who: LinearScorer) =
    let weights = Weights.Of(name, feature).StartingAt(Initializer.Constant 0.0)
    let labelled = who.Pairs(4000, RandomStream(5UL, "responses"), RandomStream(5UL, name))
    let chosen = labelled.ChosenOver(pairs, feature).Dot(weights.Value, feature)
    let rejected = labelled.RejectedOver(pairs, feature).Dot(weights.Value, feature)

    Player.With(name, weights),
    (RewardModel.LogLikelihood(chosen, rejected) - 0.001 * RewardModel.Size(chosen, rejected)).Mean pairs

let scorers = List.map2 scorer [ "helpful"; "harmless" ] people

let fitted =
    (Game.Named "scorers"
     |> List.foldBack (fun (who, payoff) (spec: GameSpec) -> spec.Player(who).Payoff(who, payoff)) scorers)
        .Solve(GradientPlay(Optimizer = Adam(Rate = 0.05)), Stop.StationarityBelow 1e-8 ||| Stop.AfterSteps 5_000L)

let weights = [ for who, _ in scorers -> Array.ofSeq (fitted.Strategy who) ]

// candidates, and what the fitted scorers and people say of them
let drawn = RandomStream(8UL, "candidates")
let candidates = [| for k in 0L .. 499L -> [| for f in 0L .. 15L -> drawn.Normal(k, f) |] |]
let score (w: float seq) = candidates |> Array.map (fun x -> Seq.map2 (*) w x |> Seq.sum)
let helpful, harmless = score weights[0], score weights[1]
let both = BestOfLaw.Of(Array.map2 (+) helpful harmless)
let truly = [ for who in people -> both.Expected(score who.Weights, 16.0) ]

// the constrained game over the first 8 of them, the scorers as reward and cost
let policy = Player.sized "policy" 8
let each (values: float[]) = Expr.vector policy.Actions values[..7]

let constrained = game "helpful and harmless" {
    player policy
    payoff policy (each helpful)
    regularize policy (Regularizer.Kl(each (Array.create 8 0.125), Expr.constant 0.2))
    subjectTo (Constraint.AtMost("harm", policy, -(each harmless), -0.3))
}

let report (solution: Solution) =
    let lost = List.map2 (fun (who: LinearScorer) (w: float[]) -> who.ExcessError w) people weights
    let metric key = solution.Games[0].Metrics[key]

    $"scorers lose %.2f{100.0 * lost[0]} and %.2f{100.0 * lost[1]} points of agreement to the best; "
    + $"best of 16 under both: helpful %+.2f{truly[0]}, harmless %+.2f{truly[1]}\n"
    + $"""harm %.4f{metric "constraint/harm/value"} at a price of %.4f{metric "constraint/harm/multiplier"}"""

Experiment(
    constrained,
    GradientPlay(
        Optimizer = GradientAscent(Rate = 0.2),
        Multipliers = ProportionalIntegral(Rate = 0.2, Proportional = 1.0)
    )
)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
