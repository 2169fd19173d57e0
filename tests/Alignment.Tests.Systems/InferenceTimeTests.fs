/// Best of n draws: against enumeration of all draws, closed forms and limits; games in which a player has several tries.
module Alignment.Tests.InferenceTimeTests

open System
open System.Collections.Generic
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

/// An expression's numbers, with the signal `policy` bound to some where it is used.
let private evaluate (policy: float[]) (value: Expr) = numbersWith [ "policy", policy ] value

let private number' (value: float) = Expr.Constant value

/// What is kept of n draws, by all k^n of them: any of the best with the same probability.
let rec private sequences n k =
    if n = 0 then
        [ [] ]
    else
        [
            for first in 0 .. k - 1 do
                for rest in sequences (n - 1) k -> first :: rest
        ]

let private enumerated (policy: float[]) (score: float[]) n =
    let kept = Array.zeroCreate policy.Length

    for draw in sequences n policy.Length do
        let probability = draw |> List.fold (fun p y -> p * policy[y]) 1.0
        let top = draw |> List.map (fun y -> score[y]) |> List.max
        let best = draw |> List.filter (fun y -> score[y] = top)

        for y in best do
            kept[y] <- kept[y] + probability / float best.Length

    kept

let private responses = Axis.sized "response" 4
let private policies = [ [| 0.4; 0.3; 0.2; 0.1 |]; [| 0.05; 0.15; 0.5; 0.3 |]; [| 0.0; 0.6; 0.0; 0.4 |] ]

let private scores = [
    [| 1.0; 2.0; 3.0; 4.0 |]
    [| 0.5; -1.0; 0.5; 0.0 |]
    [| 2.0; 2.0; 2.0; 2.0 |]
    [| 3.0; 1.0; 1.0; 3.0 |]
]

let private kept policy score (n: Expr) =
    BestOf.Policy(Expr.vector responses policy, Expr.vector responses score, responses, n)

let private bestOf =
    testList "best of n" [
        testCase "what is kept is what enumerating all draws gives, ties included" (fun () ->
            for policy in policies do
                for score in scores do
                    for n in 1..4 do
                        let expected = enumerated policy score n

                        close
                            4e-15
                            expected
                            (evaluate [||] (kept policy score (number' n)))
                            $"%A{policy} by %A{score}, n = {n}")

        testCase "without ties it is F^n less F-^n, at any real n" (fun () ->
            let policy, score = policies[0], scores[0]

            for n in [ 1.0; 1.5; 2.7; 40.0; 1000.0 ] do
                let upTo = [| 0.0; 0.4; 0.7; 0.9; 1.0 |]
                let expected = Array.init 4 (fun y -> upTo[y + 1] ** n - upTo[y] ** n)
                close 1e-14 expected (evaluate [||] (kept policy score (number' n))) $"n = {n}"
                near 1e-14 1.0 (evaluate [||] (kept policy score (number' n)) |> Array.sum) $"n = {n}: sum")

        testCase "rare responses keep their digits" (fun () ->
            // a response of mass m at the top of all others: kept with 1 - (1 - m)^n, n m but for m^2
            for m in [ 1e-6; 1e-10; 1e-14 ] do
                let policy = [| 0.5 - m; 0.3; 0.2; m |]
                let found = (evaluate [||] (kept policy scores[0] (number' 64.0)))[3]
                let expected = -(Math.Exp(64.0 * Math.Log(1.0 - m)) - 1.0)
                let exact = 64.0 * m - 64.0 * 63.0 / 2.0 * m * m
                Expect.isLessThan (abs (found / exact - 1.0)) 1e-7 $"m = {m}"
                // where the plain difference has lost what it is about
                if m = 1e-14 then
                    Expect.isGreaterThan (abs (expected / exact - 1.0)) 1e-4 "the plain formula")

        testCase "weights that do not sum to 1 are those of the policy" (fun () ->
            let doubled = kept (Array.map ((*) 2.0) policies[0]) scores[3] (number' 3.0)
            close 1e-15 (evaluate [||] (kept policies[0] scores[3] (number' 3.0))) (evaluate [||] doubled) "the same")

        testCase "n along a batch axis is each n by itself, to the last bit" (fun () ->
            let axis, counts = Axis.sized "n" 3, [ 1.0; 8.0; 2.5 ]
            // responses come first, n is the faster axis
            let values = evaluate [||] (kept policies[1] scores[1] (Expr.vector axis counts)) |> Array.chunkBySize 3

            for k, n in List.indexed counts do
                let single = evaluate [||] (kept policies[1] scores[1] (number' n))
                Expect.equal (bits (values |> Array.map (fun row -> row[k]))) (bits single) $"n = {n}")

        testCase "the gradient is that of differences" (fun () ->
            let policy = Signal.External("policy", responses)
            let weights = Expr.vector responses [ 1.0; -2.0; 0.5; 3.0 ]

            for score in List.take 2 scores do
                for n in [ 1.0; 3.5; 20.0 ] do
                    let score = Expr.vector responses score

                    for name, value in
                        [
                            "policy", BestOf.Policy(policy, score, responses, n).Dot(weights, responses)
                            "divergence", BestOf.Divergence(policy, score, responses, n)
                        ] do
                        let at = [| 0.35; 0.3; 0.25; 0.1 |]
                        let gradient = evaluate at (value.Grad policy)

                        let numeric =
                            at
                            |> Array.mapi (fun k _ ->
                                let moved d = at |> Array.mapi (fun j v -> if j = k then v + d else v)
                                ((evaluate (moved 1e-5) value)[0] - (evaluate (moved -1e-5) value)[0]) / 2e-5)

                        close 1e-6 numeric gradient $"{name}, n = {n}")

        testCase "the gradient is finite where responses have no mass" (fun () ->
            let policy = Signal.External("policy", responses)

            for n in [ 1.0; 1.5; 4.0 ] do
                let value = BestOf.Policy(policy, Expr.vector responses scores[0], responses, n)

                let gradient =
                    evaluate
                        policies[2]
                        ((value.Dot(Expr.vector responses [ 1.0; 2.0; 3.0; 5.0 ], responses)).Grad policy)

                Expect.all gradient Double.IsFinite $"n = {n}")

        testCase "the divergence is that of the definition, and at most log n - (n - 1) / n" (fun () ->
            for policy in List.tail policies do
                for score in List.take 2 scores do
                    for n in [ 1.0; 3.5; 1000.0 ] do
                        let p = Expr.vector responses policy

                        let value =
                            (evaluate [||] (BestOf.Divergence(p, Expr.vector responses score, responses, n)))[0]

                        let q = evaluate [||] (kept policy score (number' n))

                        let expected =
                            Array.map2 (fun q p -> if q > 0.0 then q * log (q / p) else 0.0) q policy |> Array.sum

                        near 1e-13 expected value $"n = {n}"
                        Expect.isLessThan value (log n - (n - 1.0) / n + 1e-13) $"n = {n}: bound"
                        let bound = evaluate [||] (BestOf.DivergenceBound n)
                        near 1e-15 (log n - (n - 1.0) / n) bound[0] "the bound")

        testCase "with many responses the bound is reached, from below" (fun () ->
            let gap count =
                let axis = Axis.sized "many" count
                let uniform = Expr.Constant(1.0 / float count).Expand axis
                let score = Expr.vector axis (Array.init count float)
                (evaluate [||] (BestOf.DivergenceBound 8.0 - BestOf.Divergence(uniform, score, axis, 8.0)))[0]

            let gaps = [ 10; 100; 1000 ] |> List.map gap
            Expect.isTrue (gaps |> List.forall (fun g -> g > 0.0)) $"from below: {gaps}"
            Expect.isTrue (List.pairwise gaps |> List.forall (fun (a, b) -> b < a / 5.0)) $"closer: {gaps}")

        testCase "one to one: a policy for every kept distribution" (fun () ->
            // F = F_n^(1/n): the policy whose best of 3 is uniform
            let upTo = [| 0.25; 0.5; 0.75; 1.0 |] |> Array.map (fun f -> f ** (1.0 / 3.0))
            let policy = Array.init 4 (fun y -> upTo[y] - (if y = 0 then 0.0 else upTo[y - 1]))
            close 1e-15 (uniform 4) (evaluate [||] (kept policy scores[0] (number' 3.0))) "uniform")

        testCase "refusals" (fun () ->
            Expect.equal
                (argumentFault (fun () -> kept policies[0] scores[0] (number' 0.5)))
                "Best of n: expected n of at least 1, got 0.5."
                "n"

            Expect.equal
                (argumentFault (fun () ->
                    kept policies[0] scores[0] (Expr.vector (Axis.sized "n" 2) [ 4.0; infinity ])))
                "A tensor over [n=2] holds Infinity at n=1; expected finite numbers."
                "no number"

            Expect.equal
                (argumentFault (fun () -> BestOf.DivergenceBound(Expr.vector (Axis.sized "n" 2) [ 4.0; 0.0 ])))
                "Best of n: expected n of at least 1, got 0."
                "bound"

            Expect.equal
                (argumentFault (fun () ->
                    BestOf.Policy(Expr.vector responses policies[0], number' 1.0, responses, 2.0)))
                "Best of n: expected a score over [response=4], got []."
                "axes")
    ]

// ---- Several tries in a game -----------------------------------------------------------------------------------------

let private modes = [ "a"; "b"; "c" ]
let private red, private blue = Player.labelled "red" modes, Player.labelled "blue" modes

/// Red succeeds where blue does not guard.
let private unguarded = 1.0 - Expr.Identity(red.Actions, blue.Actions)

let private value (spec: GameSpec) =
    let solution = GameSolver.Solve(spec, ZeroSumLp(), SolveOptions())
    solution.Value solution.Players[0]

let private shots n =
    let draws = Draws.Of(red.Actions, n)
    let attacker = Player.Of("red", draws.Choices)
    draws, Game.Named("shots").ZeroSum(attacker, blue, draws.Largest unguarded)

let private several =
    testList "several tries" [
        testCase "choices are the multisets" (fun () ->
            let draws = Draws.Of(red.Actions, 2)

            Expect.equal
                (List.ofSeq draws.Choices.Labels)
                [ "a + a"; "a + b"; "a + c"; "b + b"; "b + c"; "c + c" ]
                "labels"

            Expect.equal draws.Choices.Name "red-x2" "name"
            Expect.equal (List.ofSeq draws.Members) [ 0; 0; 0; 1; 0; 2; 1; 1; 1; 2; 2; 2 ] "members"
            Expect.equal (Draws.Of(red.Actions, 1).Choices.Labels) red.Actions.Labels "one draw"

            for k, n in [ 2, 5; 4, 3; 1, 7; 6, 2 ] do
                // (k + n - 1 over n)
                let expected = [ 1..n ] |> List.fold (fun c i -> c * (k + i - 1) / i) 1
                Expect.equal (Draws.Of(Axis.sized "x" k, n).Choices.Size) expected $"{n} of {k}")

        testCase "payoffs are the best of the members" (fun () ->
            let draws = Draws.Of(red.Actions, 2)
            let payoff = Expr.matrix red.Actions blue.Actions [ [ 1; 5; 2 ]; [ 4; 0; 2 ]; [ 3; 3; 3 ] ]
            let largest = evaluate [||] (draws.Largest payoff)
            let smallest = evaluate [||] (draws.Smallest payoff)
            close 0.0 [| 1; 5; 2; 4; 5; 2; 3; 5; 3; 4; 0; 2; 4; 3; 3; 3; 3; 3 |] largest "largest"
            close 0.0 [| 1; 5; 2; 1; 0; 2; 1; 3; 2; 4; 0; 2; 3; 0; 2; 3; 3; 3 |] smallest "smallest")

        testCase "independent draws are multinomial" (fun () ->
            let draws = Draws.Of(red.Actions, 3)
            let policy = [| 0.5; 0.3; 0.2 |]
            let found = evaluate [||] (draws.Sampled(Expr.vector red.Actions policy))

            for c in 0 .. draws.Choices.Size - 1 do
                let choice = [ for k in 0..2 -> draws.Members[3 * c + k] ]

                let expected =
                    sequences 3 3
                    |> List.filter (fun s -> List.sort s = choice)
                    |> List.sumBy (List.fold (fun p y -> p * policy[y]) 1.0)

                near 1e-15 expected found[c] (draws.Choices.Label c))

        // Against each guard the best of n independent draws is kept by its payoff: the two nouns say the same.
        testCase "what independent draws earn is what the best of n earns, for every answer of the other" (fun () ->
            let payoffs = [ [ 1.0; 5.0; 2.0 ]; [ 4.0; 0.0; 2.0 ]; [ 3.0; 3.0; -1.0 ] ]
            let policy = Expr.vector red.Actions [ 0.5; 0.3; 0.2 ]

            for n in 1..4 do
                let draws = Draws.Of(red.Actions, n)
                let payoff = Expr.matrix red.Actions blue.Actions payoffs
                let joint = evaluate [||] (draws.Sampled(policy).Dot(draws.Largest payoff, draws.Choices))

                for j in 0..2 do
                    let column = payoffs |> List.map (fun row -> row[j]) |> Expr.vector red.Actions
                    let best = BestOf.Policy(policy, column, red.Actions, number' n).Dot(column, red.Actions)
                    let kept = evaluate [||] best
                    near 1e-14 joint[j] kept[0] $"n = {n}, answer {j}")

        // One shot: 1 - 1/3. Two joint shots are never the same twice: always one is unguarded. Two independent ones, uniform by symmetry and
        // concavity: both hit the guard with 1/9. So the table of choices is a bound for a policy that is sampled twice, here a strict one.
        testCase "joint draws get more than independent ones" (fun () ->
            near 1e-12 (2.0 / 3.0) (value (snd (shots 1))) "one shot"
            let draws, two = shots 2
            near 1e-12 1.0 (value two) "two joint shots"
            let payoff = draws.Largest unguarded
            let independent = draws.Sampled(Expr.vector red.Actions (uniform 3)).Dot(payoff, draws.Choices)

            close
                1e-15
                (Array.create 3 (8.0 / 9.0))
                (evaluate [||] independent)
                "two independent shots, whatever blue does"

            // no policy does better: the worst of blue's answers over a grid of the simplex
            let worst p q =
                let policy = Expr.vector red.Actions [ p; q; 1.0 - p - q ]
                evaluate [||] (draws.Sampled(policy).Dot(payoff, draws.Choices)) |> Array.min

            for p, q in [ 0.3, 0.3; 0.4, 0.3; 0.2, 0.5; 0.5, 0.5; 0.34, 0.33; 1.0, 0.0 ] do
                Expect.isLessThanOrEqual (worst p q) (8.0 / 9.0 + 1e-15) $"{p}, {q}")

        testCase "a defender with two guards" (fun () ->
            let draws = Draws.Of(blue.Actions, 2)
            let defender = Player.Of("blue", draws.Choices)
            // red is unguarded with 1/3 where two of three modes are guarded
            near
                1e-12
                (1.0 / 3.0)
                (value (Game.Named("guards").ZeroSum(red, defender, draws.Smallest unguarded)))
                "value")

        testCase "refusals" (fun () ->
            Expect.equal
                (argumentFault (fun () -> Draws.Of(red.Actions, 0)))
                "Draws from 'red': expected at least 1, got 0."
                "none"

            Expect.equal
                (argumentFault (fun () -> Draws.Of(Axis.sized "x" 50, 5)))
                "Draws from 'x': 5 of 50 actions can be drawn in 3162510 ways, expected at most 100000; draw fewer, or keep fewer actions."
                "too many"

            Expect.equal
                (argumentFault (fun () -> Draws.Of(red.Actions, 2).Largest(Expr.vector blue.Actions [ 1.0; 2.0; 3.0 ])))
                "Draws from 'red': expected an expression over [red=3], got [blue=3]."
                "axes")
    ]

[<Tests>]
let tests = testList "inference time" [ bestOf; several ]
