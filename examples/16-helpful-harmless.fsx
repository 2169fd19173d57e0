// Helpful and harmless: one scorer each from labelled pairs (SafeSora), the best of 16 responses under both, and the constrained game: as helpful as can be
// at an expected harm within a bound.
#load "alignment.fsx"

open Alignment

// people whose two preferences pull apart: the product of the directions is -0.4, the best scorers agree with 65 % and 72 % of the labels
let people = [
    LinearScorer.Of([ 1.0 ], 0.65, features = 16)
    LinearScorer.Of([ -0.4; sqrt 0.84 ], 0.72, features = 16)
]

let scorers = [
    for name, who in List.zip [ "helpful"; "harmless" ] people ->
        who.Pairs(4000, RandomStream(5UL, "responses"), RandomStream(5UL, name)).Scorer name
]

let fitted = PairScorer.Together(scorers).Solve(GradientPlay(Optimizer = Adam(Rate = 0.05)))
let weights = [ for scorer in scorers -> fitted.Strategy scorer.Player ]

// candidates, and what the fitted scorers and people say of them
let candidates = ResponseFeatures.Normal(500, 16, RandomStream(8UL, "candidates"))
let helpful, harmless = candidates.Scores weights[0], candidates.Scores weights[1]
let both = BestOfLaw.Of(Array.map2 (+) helpful harmless)
let truly = [ for who in people -> both.Expected(candidates.Scores who.Weights, 16.0) ]

// the constrained game over the first 8 of them, the scorers as reward and cost
let policy = Player.sized "policy" 8
let each (scores: float[]) = Expr.vector policy.Actions scores[..7]

let constrained = game "helpful and harmless" {
    player policy
    payoff policy (each helpful)
    regularize policy (Regularizer.Kl(Expr.uniformOver [ policy.Actions ], Expr.constant 0.2))
    subjectTo (Constraint.AtMost("harm", policy, -(each harmless), -0.3))
}

let report (solution: Solution) =
    let lost = List.map2 (fun (who: LinearScorer) w -> 100.0 * who.ExcessError w) people weights
    let harm = solution.Constraints()[0]

    $"scorers lose %.2f{lost[0]} and %.2f{lost[1]} points of agreement to the best; "
    + $"best of 16 under both: helpful %+.2f{truly[0]}, harmless %+.2f{truly[1]}\n"
    + $"harm %.4f{harm.Value} at a price of %.4f{harm.Multiplier}"

Experiment(constrained, GradientPlay(Multipliers = ProportionalIntegral(Rate = 0.2, Proportional = 1.0)))
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
