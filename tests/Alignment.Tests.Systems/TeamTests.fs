/// A team against one: what its members get who draw together, who draw apart, and what NashConv says of that.
module Alignment.Tests.TeamTests

open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

/// The least that two reds who draw apart get, over blue's guards.
let private worst (p: float[]) (q: float[]) =
    let together = Array.map2 (*) p q
    Array.sum together - Array.max together

let private strategies =
    gen {
        let! modes = Gen.choose (2, 6)
        let weights = Gen.arrayOfLength modes (Gen.choose (0, 1000)) |> Gen.map (Array.map float >> normalize)
        let! p = weights
        let! q = weights
        return p, q
    }
    |> Arb.fromGen

[<Tests>]
let tests =
    testList "team games" [
        testCase "who draws together gets 1 - 1 / modes" (fun () ->
            for modes in [ 2; 3; 5 ] do
                let spec = Games.TeamInspection(modes, "correlated")
                let solution = GameSolver.Solve(spec, ZeroSumLp(), SolveOptions())
                near 1e-12 (1.0 - 1.0 / float modes) (solution.Value spec.Players[0]) $"{modes} modes"
                let known = (GameLibrary.Parse spec.Name).KnownValue
                near 1e-12 known.Value (solution.Value spec.Players[0]) "the library's value"
                Expect.isLessThan solution.Certificate.NashConv 1e-12 "NashConv")

        testCase "who draws apart gets 1/4, with two modes half and half" (fun () ->
            near 0.0 0.25 (worst [| 0.5; 0.5 |] [| 0.5; 0.5 |]) "half and half"
            near 0.0 0.25 (worst [| 0.5; 0.5; 0.0 |] [| 0.5; 0.5; 0.0 |]) "two of three"
            // by the solver's certificate too: the value of all three at half and half
            let spec = Games.TeamInspection()
            let half = ValueList.ToValueList [ for _ in 1..3 -> ValueList.ToValueList [ 0.5; 0.5 ] ]
            let evaluated = GameSolver.Evaluate(BoundGame.Bind spec, half) |> Seq.head
            near 1e-15 0.25 (evaluated.Value spec.Players[0]) "red1"
            near 1e-15 -0.5 (evaluated.Value spec.Players[2]) "blue"
            near 1e-15 0.0 evaluated.Certificate.NashConv "a Nash equilibrium")

        propertyOver 2000 "and never more" (Prop.forAll strategies (fun (p, q) -> worst p q <= 0.25 + 1e-15))

        testCase "NashConv says nothing of a team: an equilibrium where it gets nothing" (fun () ->
            let spec = Games.TeamInspection()
            let same = ValueList.ToValueList [ for _ in 1..3 -> ValueList.ToValueList [ 1.0; 0.0 ] ]
            let evaluated = GameSolver.Evaluate(BoundGame.Bind spec, same) |> Seq.head
            near 0.0 0.0 evaluated.Certificate.NashConv "nobody gains alone"
            near 0.0 0.0 (evaluated.Value spec.Players[0]) "and the reds get nothing"
            // together they would win at once by changing to the other mode
            let payoff = (BoundGame.Bind spec).Data(0).Payoff(0).ToArray()
            Expect.equal payoff[4 * 1 + 2 * 1 + 0] 1.0 "both reds in the second mode, blue at the first")
    ]
