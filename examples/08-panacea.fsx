// One policy for every preference (Panacea): two rewards that pull apart, a low-rank adapter whose singular values hold the
// preference, trained once over 21 preferences; held against the front in closed form.
#load "alignment.fsx"

open Alignment

let beta = 0.5
let prompts = Axis.sized "prompts" 4
let responses = Axis.sized "responses" 5
let goals = Axis.labelled "objectives" [ "helpful"; "harmless" ]

// rewards of rank one: what a response is like, times what a prompt asks for
let reward response prompt = Expr.vector responses response * Expr.vector prompts prompt
let helpful = reward [ 1.0; 0.4; -0.2; -0.6; -0.6 ] [ 1.0; 0.5; -0.5; 0.8 ]
let harmless = reward [ -0.8; 0.2; 0.5; 0.6; -0.5 ] [ 0.6; 1.0; 0.4; -0.7 ]

let share = [ for k in 0..20 -> float k / 20.0 ]
let preference = Axis.labelled "preference" [ for s in share -> $"%.2f{s}" ]

let weights =
    Expr.table [ preference; goals ] [
        for s in share do
            yield! [ s; 1.0 - s ]
    ]

// adapter: left diag(scale preference) right', its two slots named like the goals
let left = Weights.Of("left", responses, goals).StartingAt(Initializer.Normal 0.3)
let right = Weights.Of("right", prompts, goals).StartingAt(Initializer.Normal 0.3)
let scale = Weights.Of("scale").StartingAt(Initializer.Constant 1.0)
let adapter = Player.With("adapter", left, right, scale)

let logits = (left.Value * scale.Value * weights).Dot(right.Value, goals)
let policy = logits.Softmax responses
let logRatio = logits - logits.LogSumExp responses + log 5.0 // to the uniform reference
let worth (r: Expr) = (policy * (r - beta * logRatio)).Sum responses

let wanted = weights.At(goals, "helpful") * helpful + weights.At(goals, "harmless") * harmless
let best = TiltedPolicy.Of(Expr.uniformOver [ responses ], wanted, Expr.constant beta, responses)

let farthest = (policy * (policy / best).Log()).Sum(responses).Mean(prompts).Max preference

let panacea = game "panacea" {
    nature prompts (Expr.uniformOver [ prompts ])
    nature preference (Expr.uniformOver [ preference ])
    player adapter
    objective adapter (Objective("helpful", worth helpful))
    objective adapter (Objective("harmless", worth harmless))
    aggregate adapter (Aggregator.Linear(goals, weights))
    probe (Probe.Expression("front/kl", farthest))
}

let report (solution: Solution) =
    let kl = solution.Games[0].Metrics["front/kl"]
    $"farthest from the front over 21 preferences: KL below 1e-3: %b{kl < 1e-3}"

Experiment(panacea, GradientPlay(Optimizer = Adam(Rate = 0.05)), Stop.AfterSteps 3_000L)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
