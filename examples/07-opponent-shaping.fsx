// Two learners with memory of one round play the prisoner's dilemma again and again: naive ones end in defection, those who
// see that the other learns (LOLA) in reciprocity. 50 starts and both kinds of learners in one program.
#load "alignment.fsx"

open Alignment

let discount = 0.96
let starts = Axis.sized "starts" 50
let memory = Axis.labelled "memory" [ "start"; "CC"; "CD"; "DC"; "DD" ]
let outcome = Axis.labelled "outcome" [ "CC"; "CD"; "DC"; "DD" ]
let next = outcome.Named "next"

// the logit of cooperating after each outcome, one's own move first
let logits name = Weights.Of(name, memory).StartingAt(Initializer.Normal(1.0, starts))
let aliceLogits, bobLogits = logits "alice logits", logits "bob logits"
let alice, bob = Player.With("alice", aliceLogits), Player.With("bob", bobLogits)

let cooperates (logits: Expr) = 1.0 / (1.0 + (-logits).Exp())
let aliceMoves = cooperates aliceLogits.Value
let bobMoves = (cooperates bobLogits.Value).Gather(memory, memory, [| 0; 1; 3; 2; 4 |]) // CD is DC to him

/// The probability of each outcome on an axis when both choose by themselves.
let outcomes (axis: Axis) (a: Expr) (b: Expr) =
    let aliceC, bobC = Expr.vector axis [ 1.0; 1.0; 0.0; 0.0 ], Expr.vector axis [ 1.0; 0.0; 1.0; 0.0 ]
    (aliceC * a + (1.0 - aliceC) * (1.0 - a)) * (bobC * b + (1.0 - bobC) * (1.0 - b))

let first =
    let once = Axis.sized "once" 1
    let atStart (moves: Expr) = moves.Slice(memory, 0, once).Sum once
    outcomes outcome (atStart aliceMoves) (atStart bobMoves)

let transition =
    outcomes next (aliceMoves.Slice(memory, 1, outcome)) (bobMoves.Slice(memory, 1, outcome))

/// The mean payoff a round, (1 - discount) sum_t discount^t: the series of the transition's powers, doubled ten times.
let perRound (payoffs: float list) =
    let step (worth: Expr, power: Expr) =
        let middle = outcome.Named "middle"
        let squared = power.On(next, middle).Dot(power.On(outcome, middle), middle)
        worth + power.Dot(worth.On(outcome, next), next), squared

    let worth, _ =
        Seq.fold (fun state _ -> step state) (Expr.vector outcome payoffs, discount * transition) [ 1..10 ]

    (1.0 - discount) * first.Dot(worth, outcome)

let dilemma = game "iterated prisoner's dilemma" {
    over starts
    player alice
    player bob
    payoff alice (perRound [ -1.0; -3.0; 0.0; -2.0 ])
    payoff bob (perRound [ -1.0; 0.0; -3.0; -2.0 ])
}

let learners = Axis.labelled "learners" [ "naive"; "LOLA" ]

let report (solution: Solution) =
    let mean (learner: string) =
        solution.At(learners, learner).Games
        |> Seq.averageBy (fun game -> (game.Value alice + game.Value bob) / 2.0)

    $"mean payoff a round: naive %.1f{mean learners.Labels[0]}, LOLA above -1.5: %b{mean learners.Labels[1] > -1.5}"

Experiment(
    dilemma,
    Lola(Optimizer = GradientAscent(Rate = 1.0), OpponentRate = Expr.vector learners [ 0.0; 10.0 ]),
    Stop.AfterSteps 300L
)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
