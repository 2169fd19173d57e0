/// What a leader gets by commitment: worked examples, other solvers as bounds, enumeration.
module Alignment.Tests.StackelbergTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.GameFixtures
open Alignment.Tests.SolverFixtures

let private answer (spec: GameSpec) leader =
    (StackelbergLp(Leader = leader) :> IDirectSolver).Solve(Table.Of spec, CancellationToken.None)

/// Leader's and follower's payoffs, rows the leader's actions; the game with the leader in either seat.
let private seats (a: float[][]) (b: float[][]) = [
    1, bimatrix a b
    2, bimatrix (Array.transpose b) (Array.transpose a)
]

/// The commitment and the answer to it, whichever seat the leader has.
let private played (answer: DirectAnswer) leader =
    Array.ofSeq answer.Strategies[leader - 1], Array.ofSeq answer.Strategies[2 - leader]

let private payoff (a: float[][]) x y = dot x (times a y)

let private commitment a b =
    let x, y = played (answer (bimatrix a b) 1) 1
    payoff a x y

let private gain (b: float[][]) x y =
    let values = times (Array.transpose b) x
    Array.max values - dot values y

// Commitment pays: 3.5 by half and half, where the follower is indifferent and the leader likes the second column better.
let private a = [| [| 2.0; 4.0 |]; [| 1.0; 3.0 |] |]
let private b = [| [| 1.0; 0.0 |]; [| 0.0; 1.0 |] |]

/// All strategies of three rows at which two of the constraints hold with equality: rows unused, or pairs of answers equally good.
let private vertices (b: float[][]) = [
    let columns = b[0].Length

    let lines = [
        for i in 0..2 -> Array.init 3 (fun k -> if k = i then 1.0 else 0.0)
        for j in 0 .. columns - 1 do
            for k in 0 .. j - 1 -> Array.init 3 (fun i -> b[i].[j] - b[i].[k])
    ]

    for m, u in List.indexed lines do
        for v in List.truncate m lines do
            // orthogonal to both
            let x = [| u[1] * v[2] - u[2] * v[1]; u[2] * v[0] - u[0] * v[2]; u[0] * v[1] - u[1] * v[0] |]
            let sum = Array.sum x

            if abs sum > 1e-9 then
                let x = x |> Array.map (fun w -> w / sum)

                if Array.forall (fun w -> w >= -1e-12) x then
                    x
]

/// The best commitment among these, ties of the follower to within 1e-9 for the leader.
let private best (a: float[][]) (b: float[][]) candidates =
    candidates
    |> Seq.map (fun x ->
        let own, others = times (Array.transpose a) x, times (Array.transpose b) x

        Seq.zip own others
        |> Seq.filter (fun (_, v) -> v >= Array.max others - 1e-9)
        |> Seq.map fst
        |> Seq.max)
    |> Seq.max

let private random rows columns seed =
    let draw name = matrix rows columns (draws $"{name} {seed}" 1 rows columns)
    draw "leader", draw "follower"

[<Tests>]
let tests =
    testList "stackelberg" [
        testCase "commitment pays 3.5 where Nash pays 2" (fun () ->
            for leader, spec in seats a b do
                let x, y = played (answer spec leader) leader
                close 1e-12 [| 0.5; 0.5 |] x "half and half"
                Expect.equal y [| 0.0; 1.0 |] "the second column"
                near 1e-12 3.5 (payoff a x y) "value"

            // the first row is dominant, and the first column the answer to it
            let nash = (SupportEnumeration()).FindAll(Table.Of(bimatrix a b))
            Expect.equal nash.Equilibria.Count 1 "one Nash equilibrium"
            let x, y = Array.ofSeq nash.Equilibria[0].First, Array.ofSeq nash.Equilibria[0].Second
            near 1e-12 2.0 (payoff a x y) "Nash")

        testCase "what is said of it is what it is" (fun () ->
            for leader, spec in seats a b do
                let solution = GameSolver.Solve(spec, StackelbergLp(Leader = leader), SolveOptions())
                let own, other = solution.Players[leader - 1].Name, solution.Players[2 - leader].Name
                let metric key = solution.Games[0].Metrics[key]
                near 1e-12 3.5 (metric $"game/value/{own}") "the commitment value"
                near 1e-15 0.0 (metric $"game/gain/{other}") "the follower's gain"
                // by going back to the first row: 4 - 3.5
                near 1e-12 0.5 (metric $"game/gain/{own}") "the leader's gain"
                near 1e-12 0.5 solution.Certificate.NashConv "NashConv is their sum"

                Expect.equal
                    (List.ofSeq solution.Notes)
                    [
                        $"'{own}' commits and gets 3.5, '{other}' answers with '1'; no commitment gets more than 3.5, by the duals of 2 linear programs. It is a Nash equilibrium only where NashConv is 0."
                    ]
                    "note")

        testCase "a follower who does not care does what the leader likes" (fun () ->
            let x, y = played (answer (bimatrix [| [| 0.0; 5.0; 1.0 |] |] [| [| 2.0; 2.0; 2.0 |] |]) 1) 1
            Expect.equal (x, y) ([| 1.0 |], [| 0.0; 1.0; 0.0 |]) "5")

        testCase "answers that are never given" (fun () ->
            // the third column is worse for the follower than the mean of the others, whatever the leader does, though never worse than both
            let a = [| [| 0.0; 1.0; 9.0 |]; [| 1.0; 0.0; 9.0 |] |]
            let b = [| [| 2.0; 0.0; 0.5 |]; [| 0.0; 2.0; 0.5 |] |]
            near 1e-12 0.5 (commitment a b) "9 is out of reach"
            // the same with a column that the first one strictly dominates
            near 1e-12 2.0 (commitment [| [| 2.0; 7.0 |] |] [| [| 1.0; 0.0 |] |]) "7 is out of reach")

        testCase "in a zero-sum game it is the value" (fun () ->
            for seed in 1..20 do
                let rows, columns = 2 + seed % 5, 2 + seed % 4
                let spec = Games.RandomZeroSum(rows, columns, seed)
                let table = Table.Of spec
                let m = matrix rows columns table.Payoffs[0]

                let value (answer: DirectAnswer) =
                    payoff m (Array.ofSeq answer.Strategies[0]) (Array.ofSeq answer.Strategies[1])

                let expected = value ((ZeroSumLp() :> IDirectSolver).Solve(table, CancellationToken.None))

                for leader in 1..2 do
                    near 1e-9 expected (value (answer spec leader)) $"seed {seed}, leader {leader}")

        testCase "three rows: no vertex of the leader's simplex is better" (fun () ->
            for seed in 1..40 do
                let a, b = random 3 (2 + seed % 4) seed
                let x, y = played (answer (bimatrix a b) 1) 1
                Expect.isLessThan (gain b x y) 1e-12 $"seed {seed}: follower"
                near 1e-9 (best a b (vertices b)) (payoff a x y) $"seed {seed}: value")

        // Both are commitments that the follower obeys, and the leader too: one more constraint (Conitzer, Korzhyk 2011).
        testCase "never below the leader's best Nash or correlated equilibrium" (fun () ->
            for seed in 1..20 do
                let a, b = random 4 4 seed
                let spec = bimatrix a b
                let value = commitment a b

                for e in (SupportEnumeration()).FindAll(Table.Of spec).Equilibria do
                    Expect.isGreaterThan value (payoff a (Array.ofSeq e.First) (Array.ofSeq e.Second) - 1e-9) "Nash"

                let correlated = CorrelatedEquilibriumLp(Objective = CorrelatedObjective.Player, Player = 1)

                match ((correlated :> IDirectSolver).Solve(Table.Of spec, CancellationToken.None)).Joint with
                | null -> failtest "no joint distribution"
                | joint -> Expect.isGreaterThan value (dot (Array.ofSeq joint) (Array.concat a) - 1e-9) "correlated")

        testCase "payoffs in another unit, actions in another order: the same answer" (fun () ->
            for seed in 1..10 do
                let a, b = random 4 3 seed
                let value = commitment a b
                let scaled = Array.map (Array.map (fun u -> 1e3 * u - 7.0))
                near 1e-9 value ((commitment (scaled a) b + 7.0) / 1e3) "the leader's unit"
                near 1e-9 value (commitment a (scaled b)) "the follower's unit"
                near 1e-9 value (commitment (Array.rev a) (Array.rev b)) "rows"
                near 1e-9 value (commitment (Array.map Array.rev a) (Array.map Array.rev b)) "columns")

        testCase "each game of a batch" (fun () ->
            let rows, columns = row 2, column 2
            let games = Axis.sized "game" 2

            let payoff first second =
                Expr.table [ games; rows.Actions; columns.Actions ] (Array.concat (Array.append first second))

            let spec =
                Game
                    .Named("two")
                    .Player(rows)
                    .Player(columns)
                    .Over(games)
                    .Payoff(rows, payoff a (Array.map (Array.map ((*) 2.0)) a))
                    .Payoff(columns, payoff b b)

            let solution = GameSolver.Solve(spec, StackelbergLp(), SolveOptions())
            near 1e-12 3.5 (solution.Value(rows, 0)) "first"
            near 1e-12 7.0 (solution.Value(rows, 1)) "second")

        testCase "refusals" (fun () ->
            Expect.equal
                (refusal (fun () -> GameSolver.Solve(Games.TeamInspection(), StackelbergLp(), SolveOptions())))
                "solver 'stackelberg': takes games of two players, got 3; use rm, hedge or cce"
                "three players"

            let message =
                try
                    (StackelbergLp().Settings[0]).With "3" |> ignore
                    "taken"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal message "Setting 'leader': expected a whole number from 1 to 2, got '3'." "leader")
    ]
