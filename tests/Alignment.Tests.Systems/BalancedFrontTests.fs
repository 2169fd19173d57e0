/// Exact Pareto optimal search over three and four objectives: losses in the proportions that preferences ask for, on the front.
module Alignment.Tests.BalancedFrontTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra.Double
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

/// Objectives -|x - c|^2 for the corners c of a simplex: Pareto optimal are the points inside of it, and the ideal is 0 each.
let private walk corners (preferences: float list) start =
    let names = [ for k in 1 .. List.length corners -> $"goal%d{k}" ]
    let goals = Axis.labelled "objectives" names
    let space = Axis.sized "space" (List.length corners - 1)
    let x = Weights.Of("x", space).StartingAt(Initializer.Values(Array.ofList start))
    let walker = Player.With("walker", x)

    let toward (corner: float list) =
        let away = x.Value - Expr.vector space corner
        -(away * away).Sum space

    let zero = [ for _ in names -> 0.0 ]

    let spec =
        (Game.Named("walk").Player walker, List.zip names corners)
        ||> List.fold (fun spec (name, corner) -> spec.Objective(walker, Objective(name, toward corner)))

    spec.Aggregate(
        walker,
        Aggregator.ExactParetoOptimal(goals, Expr.vector goals preferences, IdealPoint.At(Expr.vector goals zero))
    )

let private ends steps (spec: GameSpec) =
    let solver = Solver.Find "gradient(rate=0.01)"
    let solution = GameSolver.Solve(spec, solver, SolveOptions(Until = Stop.AfterSteps steps))
    List.ofSeq solution.Games[0].Strategies[0]

let private squared (a: float list) (b: float list) = List.map2 (fun x y -> (x - y) ** 2.0) a b |> List.sum

let private triangle = [ [ 0.0; 0.0 ]; [ 1.0; 0.0 ]; [ 0.5; sqrt 0.75 ] ]
let private tetrahedron = [ [ 1.0; 1.0; 1.0 ]; [ 1.0; -1.0; -1.0 ]; [ -1.0; 1.0; -1.0 ]; [ -1.0; -1.0; 1.0 ] ]

/// Largest relative difference between the losses, each times its preference.
let private unbalance corners (preferences: float list) x =
    let losses = List.map2 (fun r c -> r * squared c x) preferences corners
    (List.max losses - List.min losses) / List.max losses

/// Weights of the corners that give the point: all at least 0 where it lies inside.
let private barycentric (corners: float list list) (x: float list) =
    let n = corners.Length
    let matrix = DenseMatrix.OfArray(Array2D.init n n (fun i j -> if i = n - 1 then 1.0 else corners[j][i]))
    let right = DenseVector.OfArray(Array.init n (fun i -> if i = n - 1 then 1.0 else x[i]))
    List.ofSeq (matrix.Solve right)

let private cases = [
    "three alike", triangle, [ 1.0; 1.0; 1.0 ], [ 0.9; 0.1 ]
    "three, one counts twice", triangle, [ 2.0; 1.0; 1.0 ], [ 0.3; 0.7 ]
    "three, all different", triangle, [ 3.0; 1.0; 1.5 ], [ 0.8; 0.6 ]
    "three, from outside", triangle, [ 1.0; 2.0; 1.2 ], [ -0.5; 1.0 ]
    "four alike", tetrahedron, [ 1.0; 1.0; 1.0; 1.0 ], [ 0.4; -0.2; 0.3 ]
    "four, all different", tetrahedron, [ 1.0; 1.5; 2.0; 1.2 ], [ 0.1; 0.5; -0.3 ]
]

[<Tests>]
let tests =
    testList "balanced fronts" [
        for name, corners, preferences, start in cases do
            test name {
                let x = ends 6_000L (walk corners preferences start)
                Expect.isLessThan (unbalance corners preferences x) 0.05 $"balanced: %A{x}"

                for share in barycentric corners x do
                    Expect.isGreaterThan share -0.02 $"on the front: %A{x}"
            }

        test "more than four objectives are refused" {
            let names = [ for k in 1..5 -> $"goal%d{k}" ]
            let goals = Axis.labelled "objectives" names
            let x = Weights.Of("x").StartingAt(Initializer.Constant 0.0)
            let walker = Player.With("walker", x)
            let all = Expr.vector goals [ 1.0; 1.0; 1.0; 1.0; 1.0 ]

            let spec =
                (Game.Named("walk").Player walker, names)
                ||> List.fold (fun spec name -> spec.Objective(walker, Objective(name, x.Value)))

            let spec = spec.Aggregate(walker, Aggregator.ExactParetoOptimal(goals, all, IdealPoint.At all))

            Expect.stringContains
                (refusal (fun () -> ends 1L spec))
                "exact Pareto optimal search takes from two to 4 objectives, got 5"
                "the message"
        }
    ]
