/// The losses that train language models, in games of one policy over a handful of responses: there their optima are known.
module Alignment.Tests.Language.TabularLossTests

open System
open Expecto
open Alignment
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let private response = Axis.Of("response", 4)
let private other = response.Named "other"
let private reference = [| 0.4; 0.3; 0.2; 0.1 |]
let private rewards = [| 0.0; 1.0; -0.5; 2.0 |]

/// How often each response beats each other: not explained by any rewards.
let private beats =
    array2D [ [ 0.5; 0.8; 0.3; 0.6 ]; [ 0.2; 0.5; 0.7; 0.9 ]; [ 0.7; 0.3; 0.5; 0.4 ]; [ 0.4; 0.1; 0.6; 0.5 ] ]

let private sigmoid x = 1.0 / (1.0 + exp -x)
let private vector (values: float[]) = Expr.Vector(response, values)
let private matrix f = Expr.Matrix(response, other, Array2D.init 4 4 f)

let private theta = Weights.Of("theta", response).StartingAt(Initializer.Constant 0.0)

let private policy = Player.With("policy", theta)
let private logPolicy = theta.Value - theta.Value.LogSumExp response

/// log-probabilities of every ordered pair: the row is chosen, the column rejected.
let private everyPair =
    let logReference = (vector reference).Log()
    PairLogProbabilities(logPolicy, logPolicy.On(response, other), logReference, logReference.On(response, other))

let private normal (weights: float[]) = weights |> Array.map (fun w -> w / Array.sum weights)

/// The policy that a loss is least at, found by playing the game of the one player that pays it.
let private optimum (loss: Expr) =
    let spec = Game.Named("loss").Player(policy).Payoff(policy, -loss)

    let solution =
        spec.Solve(GradientPlay(Optimizer = Adam(Rate = 0.05)), Stop.StationarityBelow 1e-9 ||| Stop.AfterSteps 60_000L)

    Expect.isLessThan solution.Certificate.Distance 1e-9 (string solution.Status)
    solution.Strategy policy |> Seq.map exp |> Array.ofSeq |> normal

let private close message (expected: float[]) (actual: float[]) =
    Expect.isLessThan (farthest expected actual) 1e-6 $"%s{message}: %A{expected}, got %A{actual}"

let private mean (loss: Expr) (weights: Expr) = (loss * weights).Sum(response, other)

let private optima =
    testList "optima" [
        testCase "DPO: ref exp(r / beta) on all pairs with labels of Bradley and Terry" (fun () ->
            let labels = matrix (fun i j -> if i = j then 0.0 else sigmoid (rewards[i] - rewards[j]) / 12.0)
            let expected = Array.map2 (fun p r -> p * exp (r / 0.5)) reference rewards |> normal
            close "policy" expected (optimum (mean (PreferenceLoss.Dpo(everyPair, 0.5)) labels))
            // smoothed by a tenth it is that of labels which come as 0.1 + 0.8 p
            let mild = rewards |> Array.map (fun r -> r / 4.0)

            let smoothed =
                matrix (fun i j -> if i = j then 0.0 else (sigmoid (mild[i] - mild[j]) - 0.1) / 0.8 / 12.0)

            let expected = Array.map2 (fun p r -> p * exp (r / 0.5)) reference mild |> normal
            close "smoothed" expected (optimum (mean (PreferenceLoss.Dpo(everyPair, 0.5, 0.1)) smoothed)))

        testCase "IPO: ref exp(E P(y > y') / tau), labels between responses drawn from mu" (fun () ->
            // (h - 1 / 2 tau)^2 over labels: h_ij tends to (2 P_ij - 1) / 2 tau, weighted by mu; the best of all h that are differences is that of the means
            let mu = [| 0.1; 0.2; 0.3; 0.4 |]
            let labels = matrix (fun i j -> mu[i] * mu[j] * beats[i, j])
            let won = Array.init 4 (fun i -> Seq.sum [ for j in 0..3 -> mu[j] * beats[i, j] ])
            let expected = Array.map2 (fun p w -> p * exp (w / 0.4)) reference won |> normal
            close "policy" expected (optimum (mean (PreferenceLoss.Ipo(everyPair, 0.4)) labels)))

        testCase "INPO: one step of magnetic mirror descent" (fun () ->
            let present = [| 0.25; 0.15; 0.35; 0.25 |]
            let eta, tau = 1.25, 0.3
            let logPresent = (vector present).Log()
            let labels = matrix (fun i j -> present[i] * present[j] * beats[i, j])
            let loss = PreferenceGameLoss.Inpo(everyPair, logPresent, logPresent.On(response, other), eta, tau)
            let won = Array.init 4 (fun i -> Seq.sum [ for j in 0..3 -> present[j] * beats[i, j] ])

            let expected =
                Array.init 4 (fun i ->
                    reference[i] ** (tau / eta) * present[i] ** (1.0 - tau / eta) * exp (won[i] / eta))
                |> normal

            close "policy" expected (optimum (mean loss labels)))

        testCase "INPO's steps are those of the solver of that name, and reach the regularized equilibrium" (fun () ->
            let eta, tau = 0.625, 0.3
            let game = Game.Preference("beats", Preference.Of(response, beats), tau, vector reference)

            let ofSolver steps =
                let solution =
                    game.Solve(
                        IterativeNashPolicyOptimization(StepSize = Expr.Constant(1.0 / eta)),
                        Stop.AfterSteps steps
                    )

                solution.Strategy game.Players[0] |> Array.ofSeq

            let won (present: float[]) = Array.init 4 (fun i -> Seq.sum [ for j in 0..3 -> present[j] * beats[i, j] ])

            let step (present: float[]) =
                let logPresent = (vector present).Log()
                let labels = matrix (fun i j -> present[i] * present[j] * beats[i, j])
                let loss = PreferenceGameLoss.Inpo(everyPair, logPresent, logPresent.On(response, other), eta, tau)
                optimum (mean loss labels)

            let mutable present = Array.create 4 0.25

            for steps in 1L .. 30L do
                present <- step present

                if steps <= 3L || steps = 30L then
                    close $"after {steps} steps" (ofSolver steps) present

            // by 1 - tau / eta each time: 30 steps leave 3e-9 of the way
            let expected = Array.map2 (fun r w -> r * exp (w / tau)) reference (won present) |> normal
            close "the equilibrium" expected present)

        testCase "SPPO's steps are those of Hedge to first order" (fun () ->
            let step eta =
                let present = [| 0.25; 0.15; 0.35; 0.25 |]
                let won = Array.init 4 (fun i -> Seq.sum [ for j in 0..3 -> present[j] * beats[i, j] ])
                let loss = PreferenceGameLoss.Sppo(logPolicy, (vector present).Log(), vector won, eta)
                let reached = optimum ((loss * vector present).Sum response)
                let hedge = Array.map2 (fun p w -> p * exp (eta * w)) present won |> normal
                farthest reached hedge
            // an error of second order: a step a tenth as long is off a hundredth as much, to within a factor of 2
            let far, near = step 1.0, step 0.1
            Expect.isLessThan near (far / 50.0) $"{near} against {far}")

        testCase "supervised: what the data are" (fun () ->
            let data = [| 0.5; 0.2; 0.2; 0.1 |]
            let one = Axis.Of("text", 1)
            let loss = TokenLoss.Supervised(logPolicy.Expand one, (vector data).Expand one, one, response)
            close "policy" data (optimum loss))

        testCase "rewards of Bradley and Terry: those of the labels, but for what all have in common" (fun () ->
            let labels = matrix (fun i j -> if i = j then 0.0 else sigmoid (rewards[i] - rewards[j]) / 12.0)
            let score = theta.Value

            let loss = -RewardModel.LogLikelihood(score, score.On(response, other))

            let fitted =
                Game.Named("rewards").Player(policy).Payoff(policy, -(mean loss labels))
                |> fun spec ->
                    spec.Solve(
                        GradientPlay(Optimizer = Adam(Rate = 0.05)),
                        Stop.StationarityBelow 1e-9 ||| Stop.AfterSteps 60_000L
                    )

            let found = Array.ofSeq (fitted.Strategy policy)
            let centred (values: float[]) = values |> Array.map (fun r -> r - Array.average values)
            Expect.isLessThan (farthest (centred found) (centred rewards)) 1e-6 $"%A{found}")

    ]

/// The derivative of a number by theta, at some policy.
let private gradientAt (at: float[]) (loss: Expr) =
    let input = Signal.External("at", response)
    let there = loss.Substitute(fun e -> if e.Equals theta.Value then input else null)
    use compiled = CompiledLoss.Of("loss", there, [ input ])
    compiled.Set("at", ReadOnlySpan at)
    compiled.Evaluate() |> ignore
    compiled.Gradient("at").ToArray()

let private gradients =
    testList "gradients" [
        let at = [| 0.3; -0.2; 0.9; 0.1 |]
        let chances = logPolicy.Exp()

        let onPolicy (loss: Expr) = (chances.StopGradient() * loss).Sum response

        testCase "Nash-MD's is that of the game's payoff less tau KL" (fun () ->
            let opponent = vector [| 0.1; 0.4; 0.3; 0.2 |]
            let won = (matrix (fun i j -> beats[i, j])).Dot(opponent.On(response, other), other)
            let logReference = (vector reference).Log()
            let sampled = gradientAt at (onPolicy (PreferenceGameLoss.NashMd(logPolicy, logReference, won, 0.3)))
            let exact = (chances * won).Sum response - 0.3 * (chances * (logPolicy - logReference)).Sum response
            Expect.isLessThan (farthest sampled (gradientAt at -exact)) 1e-12 "the same")

        testCase "Reinforce, and with others' mean taken off, is that of the expected reward" (fun () ->
            let worth = vector rewards
            let exact = gradientAt at (-(chances * worth).Sum response)

            Expect.isLessThan
                (farthest (gradientAt at (onPolicy (PolicyGradientLoss.Reinforce(logPolicy, worth)))) exact)
                1e-12
                "alone"
            // two samples, each with the other's reward taken off: the mean over all pairs
            let first, second = worth, worth.On(response, other)
            let pairs = chances.StopGradient() * chances.StopGradient().On(response, other)
            let sample, one = Axis.Of("sample", 2), Axis.Of("one", 1)

            let both =
                Expr.Concat(
                    sample,
                    [|
                        struct (first.Expand(other).Expand(one), one)
                        struct (second.Expand(response).Expand(one), one)
                    |]
                )

            let ofFirst = PolicyGradientLoss.LeaveOneOut(both, sample).Slice(sample, 0, one).Sum one
            let loss = pairs * PolicyGradientLoss.Reinforce(logPolicy, ofFirst)
            Expect.isLessThan (farthest (gradientAt at (loss.Sum(response, other))) exact) 1e-12 "leave one out")

        testCase "the clipped surrogate's at the policy that drew is the policy gradient" (fun () ->
            let worth = vector rewards
            let old = logPolicy.StopGradient()
            let clipped = gradientAt at (onPolicy (PolicyGradientLoss.Clipped(logPolicy, old, worth)))
            Expect.isLessThan (farthest clipped (gradientAt at (-(chances * worth).Sum response))) 1e-12 "the same")

        testCase "KTO's pulls a good response up and a bad one down, and less where it is sure" (fun () ->
            let pull good ratio =
                let input = Signal.External("at", response)
                let loss = PreferenceLoss.Kto(input, vector (Array.create 4 good), Expr.Constant 0.1, 0.5).Sum response
                use compiled = CompiledLoss.Of("kto", loss, [ input ])
                compiled.Set("at", ReadOnlySpan(Array.create 4 ratio))
                compiled.Evaluate() |> ignore
                compiled.Gradient("at").ToArray()[0]
            // d/dr of 1 - sigmoid(beta (r - z)) = -beta s (1 - s)
            let s = sigmoid (0.5 * (0.6 - 0.1))
            Expect.floatClose Accuracy.veryHigh (pull 1.0 0.6) (-0.5 * s * (1.0 - s)) "good"
            Expect.floatClose Accuracy.veryHigh (pull 0.0 0.6) (0.5 * s * (1.0 - s)) "bad"
            Expect.isLessThan (abs (pull 1.0 8.0)) (abs (pull 1.0 0.6)) "sure")

        testCase "XPO without its bonus is DPO" (fun () ->
            let loss = PreferenceLoss.Xpo(everyPair, logPolicy, 0.5, 0.0) - PreferenceLoss.Dpo(everyPair, 0.5)
            let weights = matrix (fun i j -> float (i + 2 * j) / 10.0)
            Expect.isLessThan (farthest (gradientAt at (mean loss weights)) (Array.zeroCreate 4)) 1e-15 "nothing left")
    ]

[<Tests>]
let tests = testList "losses in tabular games" [ optima; gradients ]
