/// Fronts, hypervolumes and what else is said of points in the space of objectives.
module Alignment.Tests.ParetoTests

open System
open System.Diagnostics
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private names d = [ for k in 1..d -> $"f{k}" ]
let private points (rows: float list list) = ObjectivePoints.Of(names rows.Head.Length, array2D rows)
let private front rows = ParetoFront.Of(points rows)
let private origin d = ObjectiveVector.All(0.0, Array.ofList (names d))

/// Rows of uniform draws, some of them rounded so that coordinates tie.
let private drawn name count d =
    let draws = RandomStream(7UL, name)

    [
        for i in 0 .. count - 1 ->
            [
                for k in 0 .. d - 1 ->
                    let u = draws.Uniform(int64 i, int64 k)
                    if i % 2 = 0 then Math.Round(u, 1) else u
            ]
    ]

/// Sets of 1 to `most` points on a grid, with `d` objectives from -1 to 4.
let private gridPoints d most = gen {
    let! count = Gen.choose (1, most)
    return! Gen.listOfLength count (Gen.listOfLength d (Gen.map float (Gen.choose (-1, 4))))
}

/// The volume of a union of boxes over all subsets: sum of (-1)^(k+1) times the volume of the intersection of k boxes.
let private inclusionExclusion (reference: float list) (rows: float list list) =
    [ 1 .. (1 <<< rows.Length) - 1 ]
    |> List.sumBy (fun set ->
        let chosen = rows |> List.indexed |> List.filter (fun (k, _) -> (set >>> k) &&& 1 = 1) |> List.map snd
        let corner = chosen |> List.reduce (List.map2 min)
        let volume = List.map2 (fun c r -> max 0.0 (c - r)) corner reference |> List.reduce (*)
        if chosen.Length % 2 = 1 then volume else -volume)

let private dominates (a: float list) (b: float list) = List.forall2 (>=) a b && a <> b

// ---- Fronts --------------------------------------------------------------------------------------------------------

let private fronts =
    testList "front" [
        test "what is dominated goes, of equal points the first stays" {
            // (2, 2) dominates (1, 2), which is as good in one objective only, and (2, 1); (3, 0) and (0, 3) are worse somewhere
            let found = front [ [ 1; 2 ]; [ 3; 0 ]; [ 2; 2 ]; [ 2; 1 ]; [ 2; 2 ]; [ 0; 3 ]; [ 0; 0 ] ]

            Expect.equal (List.ofSeq found.Members) [ 1; 2; 5 ] "members, as given"
            Expect.equal (List.ofSeq found.Points.Values) [ 3; 0; 2; 2; 0; 3 ] "points"
        }

        for d in 1..5 do
            propertyOver 200 $"of {d} objectives, by every pair"
            <| Prop.forAll (Arb.fromGen (gridPoints d 12)) (fun rows ->
                let expected = [
                    for k, row in List.indexed rows do
                        let isFirst = List.findIndex ((=) row) rows = k

                        if isFirst && not (rows |> List.exists (fun other -> dominates other row)) then
                            k
                ]

                Expect.equal (List.ofSeq (front rows).Members) expected "members")

        test "domination by name" {
            let vector values = ObjectiveVector.Of [| for name, value in values -> ObjectiveValue(name, value) |]
            let a = vector [ "helpful", 1.0; "harmless", 2.0 ]
            Expect.isTrue (ParetoFront.Dominates(a, vector [ "harmless", 1.5; "helpful", 1.0 ])) "in another order"
            Expect.isFalse (ParetoFront.Dominates(a, a)) "not itself"
            Expect.isFalse (ParetoFront.Dominates(a, vector [ "harmless", 0.0; "helpful", 2.0 ])) "worse in one"
        }

        for name, action, message in
            [
                "no points",
                (fun () -> ObjectivePoints.Of([ "a" ], Seq.empty<float list>) |> ignore),
                "Objective points: expected at least one point, got none."
                "another width",
                (fun () -> ObjectivePoints.Of([ "a"; "b" ], array2D [ [ 1.0 ] ]) |> ignore),
                "Objective points: expected 2 numbers a point (a, b), got 1."
                "a short row",
                (fun () -> ObjectivePoints.Of([ "a"; "b" ], [ [| 1.0; 2.0 |]; [| 1.0 |] ]) |> ignore),
                "Objective points: expected 2 numbers a point (a, b), got 1 for point 1."
                "not a number",
                (fun () -> ObjectivePoints.Of([ "a"; "b" ], array2D [ [ 1.0; 2.0 ]; [ nan; 0.0 ] ]) |> ignore),
                "Objective points: expected finite numbers, got NaN for 'a' of point 1."
                "an objective twice",
                (fun () -> ObjectivePoints.Of([ "a"; "a" ], array2D [ [ 1.0; 2.0 ] ]) |> ignore),
                "Objective points: expected different names, got 'a' twice."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")
    ]

// ---- Hypervolume ---------------------------------------------------------------------------------------------------

/// Points of which none dominates another: on the part of a sphere where all coordinates are positive.
let private sphere count : ObjectivePoints =
    let draws = RandomStream(3UL, "sphere")

    ObjectivePoints.Of(
        names 3,
        Array.init count (fun i ->
            let normal = Array.init 3 (fun k -> abs (draws.Normal(int64 i, int64 k)))
            let length = sqrt (Array.sumBy (fun x -> x * x) normal)
            normal |> Array.map (fun x -> x / length))
    )

let private hypervolume =
    testList "hypervolume" [
        test "two and three objectives by hand" {
            // (3, 1), (2, 2), (1, 3) above 0: strips of width 1 and heights 3, 2, 1
            near 1e-15 6.0 (Hypervolume.Of(points [ [ 3; 1 ]; [ 2; 2 ]; [ 1; 3 ] ], origin 2)) "two"
            // a cube of 2 and a bar 3 x 1 x 1 that leaves it by 1 x 1 x 1
            near 1e-15 9.0 (Hypervolume.Of(points [ [ 2; 2; 2 ]; [ 3; 1; 1 ] ], origin 3)) "three"
            near 1e-15 4.0 (Hypervolume.Of(points [ [ 4 ]; [ 2 ] ], origin 1)) "one"
            // not above the reference in one objective: no box at all
            near 1e-15 0.0 (Hypervolume.Of(points [ [ 5; 0 ]; [ -1; 7 ] ], origin 2)) "nothing"
        }

        test "objectives are found by name" {
            let skewed = points [ [ 3; 5 ] ]
            let reference = ObjectiveVector.Of(ObjectiveValue("f2", 1), ObjectiveValue("f1", 2))
            near 1e-15 4.0 (Hypervolume.Of(skewed, reference)) "(3 - 2) (5 - 1)"
        }

        for d in 1..3 do
            propertyOver 150 $"of {d} objectives against inclusion and exclusion"
            <| Prop.forAll (Arb.fromGen (gridPoints d 8)) (fun rows ->
                near
                    1e-9
                    (inclusionExclusion (List.replicate d 0.0) rows)
                    (Hypervolume.Of(points rows, origin d))
                    "volume")

        test "of uneven points against inclusion and exclusion" {
            for d in 2..3 do
                for trial in 1..5 do
                    let rows = drawn $"uneven {d} {trial}" 11 d

                    near
                        1e-11
                        (inclusionExclusion (List.replicate d 0.0) rows)
                        (Hypervolume.Of(points rows, origin d))
                        $"{d} objectives"
        }

        for d in 2..3 do
            propertyOver 150 $"of {d} objectives: a point more never makes it less, and the front has it all"
            <| Prop.forAll (Arb.fromGen (Gen.zip (gridPoints d 12) (gridPoints d 1))) (fun (rows, more) ->
                let before = Hypervolume.Of(points rows, origin d)
                let after = Hypervolume.Of(points (rows @ more), origin d)
                Expect.isGreaterThanOrEqual after before "monotone"
                near 1e-12 before (Hypervolume.Of(front rows, origin d)) "dominated points add nothing")

        test "of a sphere: close to pi / 6, and a part of it" {
            // the octant of the unit ball is where the boxes of all points of the sphere meet: the volume from within
            let volume = Hypervolume.Of(sphere 20_000, origin 3)
            Expect.isLessThan volume (Math.PI / 6.0) "below"
            near 0.005 (Math.PI / 6.0) volume "near"
        }

        // by itself: what runs beside it takes its time
        testSequenced (
            test "three objectives take n log n" {
                let seconds count =
                    let cloud = sphere count

                    [
                        for _ in 1..3 ->
                            let watch = Stopwatch.StartNew()
                            Hypervolume.Of(cloud, origin 3) |> ignore
                            watch.Elapsed.TotalSeconds
                    ]
                    |> List.min

                seconds 1_000 |> ignore // compiles
                let times = [ for count in [ 1_000; 10_000; 100_000 ] -> count, seconds count ]
                let thousand, hundredThousand = snd times[0], snd times[2]
                let ratio = hundredThousand / thousand

                for count, time in times do
                    printfn "hypervolume of %d points of a sphere: %.4f s" count time

                // n log n: 167; n^2: 10,000. Caches make the larger one slower than the count of its steps.
                Expect.isLessThan ratio 1500.0 $"{ratio:F0} times as long for a hundred times as many"
            }
        )

        test "four objectives by draws" {
            let rows = drawn "four" 10 4
            let truth = inclusionExclusion (List.replicate 4 0.0) rows
            let found = [ for seed in 1UL .. 60UL -> Hypervolume.Estimate(points rows, origin 4, seed, 10_000) ]

            // a box of 0.68 of which 0.88 is hit: a deviation of 0.0023 each, of 0.0003 in the mean of sixty
            near 0.0012 truth (found |> List.averageBy _.Value) "unbiased"

            let held = found |> List.filter (fun e -> e.Low <= truth && truth <= e.High)
            Expect.isGreaterThanOrEqual held.Length 51 "95 % intervals, 57 of 60 on average"

            Expect.equal
                (Hypervolume.Estimate(points rows, origin 4, 1UL, 10_000))
                found[0]
                "the same seed, the same draws"

            Expect.notEqual found[1] found[0] "another seed"
        }

        test "intervals hold the exact volume at least as often as they say" {
            let rows = drawn "coverage" 6 3
            let truth = Hypervolume.Of(points rows, origin 3)

            let held = [
                for seed in 1UL .. 400UL ->
                    let found = Hypervolume.Estimate(points rows, origin 3, seed, 200, 0.9)
                    if found.Low <= truth && truth <= found.High then 1.0 else 0.0
            ]

            // Clopper and Pearson: at least 0.9; 400 trials deviate by 0.015
            Expect.isGreaterThan (List.average held) 0.87 "coverage"
        }

        test "draws of which none or all hit" {
            let cube = points [ [ 1; 1; 1; 1 ] ]
            let found = Hypervolume.Estimate(cube, origin 4, 1UL, 100)
            // all hit: the lower end is 0.025^(1/100)
            near 1e-12 1.0 found.Value "value"
            near 1e-9 (0.025 ** 0.01) found.Low "low"
            near 1e-12 1.0 found.High "high"
            Expect.equal (Hypervolume.Estimate(points [ [ -1; 1; 1; 1 ] ], origin 4, 1UL)).High 0.0 "nothing above"
            let missed = HypervolumeEstimate(0.0, 0.0, 0.0, 0.95, 100000, 0)
            Expect.equal (Hypervolume.Estimate(points [ [ -1; 1; 1; 1 ] ], origin 4, 1UL)) missed "exactly"
        }

        test "the front (t, (1 - t)^2): a third of a square, of which its ends have nothing" {
            // the area below the curve is 1/3; boxes of 1,000 strips lie below it by at most the height of the first, over 1,000
            let curve = [ for k in 0..1000 -> float k / 1000.0 ] |> List.map (fun t -> [ t; (1.0 - t) ** 2.0 ])
            let known = front curve
            Expect.equal known.Count 1001 "none dominates another"
            let volume = Hypervolume.Of(known, origin 2)
            Expect.isLessThan volume (1.0 / 3.0) "from below"
            near 1e-3 (1.0 / 3.0) volume "area"
            // what sums of objectives find on it, for deterministic policies: the two ends
            near 0.0 0.0 (Hypervolume.Ratio(front [ curve[0]; curve[1000] ], known, origin 2)) "ends"
        }

        test "the ratio to a known front" {
            let known = front [ [ 3; 1 ]; [ 2; 2 ]; [ 1; 3 ] ]
            near 1e-15 (4.0 / 6.0) (Hypervolume.Ratio(front [ [ 2; 2 ] ], known, origin 2)) "2 x 2 of 6"
            near 1e-15 1.0 (Hypervolume.Ratio(known, known, origin 2)) "all"
        }

        for name, action, message in
            [
                "four objectives exactly",
                (fun () -> Hypervolume.Of(points [ [ 1; 1; 1; 1 ] ], origin 4) |> ignore),
                "Hypervolume: expected at most 3 objectives for an exact volume, got 4 (f1, f2, f3, f4); use Hypervolume.Estimate, which gives an interval."
                "a reference of other objectives",
                (fun () ->
                    Hypervolume.Of(
                        ObjectivePoints.Of([ "helpful"; "harmless" ], array2D [ [ 1.0; 2.0 ] ]),
                        ObjectiveVector.All(0, "helpfull", "harmless")
                    )
                    |> ignore),
                "Hypervolume, reference point: there is no number for the objective 'helpful'. Did you mean 'helpfull'?"
                "a reference of one objective",
                (fun () -> Hypervolume.Of(points [ [ 1; 1 ] ], origin 1) |> ignore),
                "Hypervolume, reference point: expected a number for each of 2 objectives (f1, f2), got 1 (f1)."
                "a reference that is not finite",
                (fun () -> ObjectiveVector.All(-infinity, "a") |> ignore),
                "Objective vector: expected a finite number for 'a', got -Infinity."
                "no draws",
                (fun () -> Hypervolume.Estimate(points [ [ 1; 1 ] ], origin 2, 1UL, 0) |> ignore),
                "Hypervolume: expected at least 1 draw, got 0."
                "no known volume",
                (fun () -> Hypervolume.Ratio(front [ [ 1; 1 ] ], front [ [ -1; 1 ] ], origin 2) |> ignore),
                "Hypervolume ratio: expected a known front with a volume above the reference (f1 0, f2 0), got one without; choose a lower reference point."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")

        test "no reference" {
            let message =
                argumentFault (fun () -> Hypervolume.Of(points [ [ 1; 1 ] ], Unchecked.defaultof<ObjectiveVector>))

            Expect.stringStarts
                message
                "Hypervolume: expected a reference point below the front; there is no default, since volumes above different ones are not comparable."
                "message"
        }
    ]

// ---- Sparsity, spacing, coverage, inner product --------------------------------------------------------------------

let private spread =
    testList "spread" [
        test "sparsity by hand" {
            // f1: 0, 1, 3 with gaps 1, 2; f2: 0, 5, 6 with gaps 5, 1: (1 + 4 + 25 + 1) / 2. Over ranges 3 and 6: (1 + 4)/9 + (25 + 1)/36, halved.
            let found = front [ [ 3; 0 ]; [ 1; 5 ]; [ 0; 6 ] ]
            near 1e-12 15.5 (Sparsity.Of(found, GapScale.Raw)) "raw"
            near 1e-12 ((5.0 / 9.0 + 26.0 / 36.0) / 2.0) (Sparsity.Of(found, GapScale.UnitRange)) "in parts of ranges"
        }

        test "spacing by hand" {
            // distances: (3,0)-(1,5) 7, (1,5)-(0,6) 2, (3,0)-(0,6) 9: nearest 7, 2, 2, mean 11/3, sum of squares 150/9, over 2
            let found = front [ [ 3; 0 ]; [ 1; 5 ]; [ 0; 6 ] ]
            near 1e-12 (sqrt (150.0 / 18.0)) (Spacing.Of(found, GapScale.Raw)) "raw"
            near 1e-12 0.0 (Spacing.Of(front [ [ 3; 0 ]; [ 2; 1 ]; [ 1; 2 ]; [ 0; 3 ] ], GapScale.Raw)) "even"
        }

        propertyOver 100 "parts of ranges do not depend on units"
        <| Prop.forAll (Arb.fromGen (gridPoints 3 10)) (fun rows ->
            let found = front rows

            if found.Count >= 2 then
                let other = front (rows |> List.map (List.mapi (fun k x -> (float k + 2.0) * x - 7.0)))
                near 1e-9 (Sparsity.Of(found, GapScale.UnitRange)) (Sparsity.Of(other, GapScale.UnitRange)) "sparsity"
                near 1e-9 (Spacing.Of(found, GapScale.UnitRange)) (Spacing.Of(other, GapScale.UnitRange)) "spacing"
                let twice = front (rows |> List.map (List.map (fun x -> 2.0 * x)))
                near 1e-9 (4.0 * Sparsity.Of(found, GapScale.Raw)) (Sparsity.Of(twice, GapScale.Raw)) "squared units"
                near 1e-9 (2.0 * Spacing.Of(found, GapScale.Raw)) (Spacing.Of(twice, GapScale.Raw)) "units")

        test "coverage by hand" {
            let a = points [ [ 2; 2 ]; [ 0; 4 ] ]
            let b = points [ [ 1; 1 ]; [ 2; 2 ]; [ 3; 0 ]; [ 0; 5 ] ]
            near 1e-15 0.5 (FrontCoverage.Of(b, a)) "a covers (1, 1) and, equal, (2, 2)"
            near 1e-15 1.0 (FrontCoverage.Of(a, b)) "b covers both"
            let renamed = ObjectivePoints.Of([ "f2"; "f1" ], array2D [ [ 2.0; 2.0 ]; [ 4.0; 0.0 ] ])
            near 1e-15 0.5 (FrontCoverage.Of(b, renamed)) "by name"
        }

        propertyOver 100 "a front covers all, and a covered set has no more volume"
        <| Prop.forAll (Arb.fromGen (Gen.zip (gridPoints 3 8) (gridPoints 3 8))) (fun (first, second) ->
            near 0.0 1.0 (FrontCoverage.Of(points first, (front first).Points)) "its own"
            let volume rows = Hypervolume.Of(points rows, origin 3)

            if FrontCoverage.Of(points second, points first) = 1.0 then
                Expect.isGreaterThanOrEqual (volume first) (volume second - 1e-12) "volume")

        test "inner products by hand" {
            // (1, 0) . (3, 0) = 3, (0.5, 0.5) . (2, 2) = 2, in any order of names
            let reached = points [ [ 3; 0 ]; [ 2; 2 ] ]
            let preference a b = ObjectiveVector.Of(ObjectiveValue("f2", b), ObjectiveValue("f1", a))
            near 1e-15 2.5 (PreferenceFit.InnerProduct(reached, [ preference 1.0 0.0; preference 0.5 0.5 ])) "mean"
        }

        test "agreement on a linear front: each preference is best served by its own optimum" {
            // on a quarter of a circle J(lambda) = lambda / |lambda| maximizes lambda . J; any other assignment of points has less
            let angles = [ for k in 0..6 -> float k * Math.PI / 12.0 ]
            let reached = [ for t in angles -> [ cos t; sin t ] ]

            let preferences = [
                for t in angles ->
                    let total = cos t + sin t
                    ObjectiveVector.Of(ObjectiveValue("f1", cos t / total), ObjectiveValue("f2", sin t / total))
            ]

            let own = PreferenceFit.InnerProduct(points reached, preferences)
            let turned = PreferenceFit.InnerProduct(points (List.rev reached), preferences)
            Expect.isGreaterThan own turned "own"
            near 1e-12 (angles |> List.averageBy (fun t -> 1.0 / (cos t + sin t))) own "closed form"
        }

        for name, action, message in
            [
                "sparsity of one point",
                (fun () -> Sparsity.Of(front [ [ 1; 1 ] ], GapScale.Raw) |> ignore),
                "Sparsity: expected a front of at least 2 points, got 1, which has no neighbours to be near to."
                "spacing of one point",
                (fun () -> Spacing.Of(front [ [ 1; 1 ] ], GapScale.Raw) |> ignore),
                "Spacing: expected a front of at least 2 points, got 1, which has no nearest neighbour."
                "coverage of other objectives",
                (fun () ->
                    FrontCoverage.Of(points [ [ 1; 1 ] ], ObjectivePoints.Of([ "f1"; "g" ], array2D [ [ 1.0; 2.0 ] ]))
                    |> ignore),
                "Coverage: there is no 'f2'. Did you mean 'f1'?"
                "a preference that is none",
                (fun () -> PreferenceFit.InnerProduct(points [ [ 1; 1 ] ], [ origin 2 ]) |> ignore),
                "Mean inner product, preference 0: expected weights of at least 0 that sum to 1, got f1 0, f2 0."
                "fewer preferences than points",
                (fun () -> PreferenceFit.InnerProduct(points [ [ 1; 1 ]; [ 2; 2 ] ], [ origin 2 ]) |> ignore),
                "Mean inner product: expected a preference for each of 2 points, got 1."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")
    ]

[<Tests>]
let tests = testList "pareto" [ fronts; hypervolume; spread ]
