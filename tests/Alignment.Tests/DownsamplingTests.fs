module Alignment.Tests.DownsamplingTests

open System
open Expecto
open FsCheck.FSharp
open Alignment.Reports
open Alignment.Tests.Fixtures

let private extremes most (x: float[]) (y: float[]) =
    Downsampling.Extremes(ReadOnlySpan x, ReadOnlySpan y, most) |> Array.ofSeq

/// Curves with spikes, ties, numbers that are not finite and steps that come twice, and a number of points to draw.
let private curves =
    let value =
        Gen.frequency [
            6, Gen.choose (-1000, 1000) |> Gen.map float
            2, Gen.elements [ 0.0; 1e-300; -1e300; 1e300; Double.MaxValue; -Double.MaxValue ]
            1, Gen.elements [ nan; infinity; -infinity ]
        ]

    let step = Gen.frequency [ 9, Gen.choose (0, 5) |> Gen.map float; 1, Gen.constant 1e6 ]

    gen {
        let! count = Gen.choose (0, 400)
        let! steps = Gen.arrayOfLength count step
        let! values = Gen.arrayOfLength count value
        let! most = Gen.choose (4, 60)
        return most, Array.scan (+) 1.0 steps |> Array.skip 1, values
    }

let private property name check = propertyOver 2000 name (Prop.forAll (Arb.fromGen curves) check)

[<Tests>]
let tests =
    testList "downsampling" [
        test "a worked example" {
            // positions 0 to 9 and 6 points at most: 2 buckets of width 4.5, 0 to 4 and 5 to 9.
            // least and largest of the first: 3 at -1 and 1 at 9; of the second: 8 at -7 and 5 at 4; first and last: 0 and 9
            let y = [| 0.0; 9.0; 2.0; -1.0; 3.0; 4.0; 2.0; 1.0; -7.0; 3.0 |]
            Expect.equal (extremes 6 (Array.init 10 float) y) [| 0; 1; 3; 5; 8; 9 |] "indices"
        }

        test "a spike of one step in a million survives" {
            let y = Array.create 1_000_000 1.0
            y[765_432] <- 2.0
            let kept = extremes 2000 (Array.init y.Length float) y
            Expect.contains kept 765_432 "the spike"
            Expect.isLessThanOrEqual kept.Length 2000 "at most"
        }

        property "no extreme and no end is lost" (fun (most, x, y) ->
            let kept = extremes most x y
            let finite = [| for i in 0 .. y.Length - 1 -> i |] |> Array.filter (fun i -> Double.IsFinite y[i])

            if finite.Length > 0 then
                let all = finite |> Array.map (fun i -> y[i])
                let few = kept |> Array.map (fun i -> y[i])
                Expect.equal (Array.min few) (Array.min all) "least"
                Expect.equal (Array.max few) (Array.max all) "largest"
                Expect.equal kept[0] finite[0] "first"
                Expect.equal (Array.last kept) (Array.last finite) "last")

        property "points keep their order, are finite, and are few enough" (fun (most, x, y) ->
            let kept = extremes most x y
            Expect.isLessThanOrEqual kept.Length most "at most"
            Expect.equal kept (kept |> Array.distinct |> Array.sort) "ascending"
            Expect.all kept (fun i -> Double.IsFinite y[i]) "finite")

        property "a curve that is short enough is drawn whole" (fun (_, x, y) ->
            let finite = [| for i in 0 .. y.Length - 1 -> i |] |> Array.filter (fun i -> Double.IsFinite y[i])
            Expect.equal (extremes (max 4 y.Length) x y) finite "all of it")

        property "what lies between two points that stay lies between the extremes of its bucket" (fun (most, x, y) ->
            let kept = extremes most x y
            let finite = [| for i in 0 .. y.Length - 1 -> i |] |> Array.filter (fun i -> Double.IsFinite y[i])

            if finite.Length > most then
                let low = finite |> Array.map (fun i -> x[i]) |> Array.min
                let high = finite |> Array.map (fun i -> x[i]) |> Array.max
                let width = (high - low) / float ((most - 2) / 2)

                for i in finite do
                    let near = kept |> Array.filter (fun k -> abs (x[k] - x[i]) <= width * 1.000001)
                    Expect.exists near (fun k -> y[k] <= y[i]) "one as small within a bucket's width"
                    Expect.exists near (fun k -> y[k] >= y[i]) "one as large within a bucket's width")

        test "what cannot be drawn is refused" {
            Expect.throwsT<ArgumentException> (fun () -> extremes 10 [| 1.0 |] [||] |> ignore) "lengths"
            Expect.throwsT<ArgumentOutOfRangeException> (fun () -> extremes 3 [||] [||] |> ignore) "too few"
        }
    ]
