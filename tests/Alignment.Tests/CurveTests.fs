module Alignment.Tests.CurveTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open Alignment.Runs
open Alignment.Runtime
open Alignment.Serve
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures
open Alignment.Tests.ServeFixtures

let private request ids grouping spread =
    CurveRequest(Array.ofList ids, "game/nash_conv", "step", grouping, spread, Nullable false, 20_000)

let private curves grouping spread (runs: RunFolder list) =
    let shelf = MetricShelf(ServeOptions(Folder = "."))
    Curves.Of(request (runs |> List.map _.Id) grouping spread, Array.ofList runs, shelf)

let private band (curve: Curve) = nonNull curve.Band

let private gap step value = step, float step / 10.0, [ "game/nash_conv", value ]

/// Increasing steps with values, some of them not finite.
let private moments = gen {
    let! count = Gen.choose (1, 40)
    let! jumps = Gen.listOfLength count (Gen.choose (1, 3))

    let! values =
        Gen.listOfLength
            count
            (Gen.frequency [ 9, Gen.map (fun n -> float n / 7.0) (Gen.choose (-50, 50)); 1, Gen.constant nan ])

    return List.zip (jumps |> List.scan (+) 0 |> List.tail |> List.map int64) values
}

let private run parent name minute seed points =
    ended (measured parent name minute seed (points |> List.map (fun (s, v) -> gap s v)))

/// The mean by the definition, slowly: at steps where each run was measured that covers them.
let private meanByHand (runs: (int64 * float) list list) =
    let runs = runs |> List.map (List.filter (snd >> Double.IsFinite)) |> List.filter (List.isEmpty >> not)

    [
        for step in runs |> List.collect (List.map fst) |> List.distinct |> List.sort do
            let covering =
                runs |> List.filter (fun run -> fst (List.head run) <= step && step <= fst (List.last run))

            let values = covering |> List.choose (List.tryFind (fst >> (=) step)) |> List.map snd

            if values.Length = covering.Length then
                step, values
    ]

let private means =
    testList "means of runs" [
        propertyOver 40 "two equal runs give what either gives, bit for bit"
        <| Prop.forAll (Arb.fromGen moments) (fun points ->
            inFolder (fun parent ->
                let a = run parent "a" 0.0 "1" points
                let b = run parent "a" 1.0 "2" points

                if points |> List.exists (snd >> Double.IsFinite) then
                    let alone = (curves Grouping.None Spread.Range [ a ]).Drawn[0]

                    for runs in [ [ a; b ]; [ a; b; run parent "a" 2.0 "3" points ] ] do
                        for spread in [ Spread.Range; Spread.Deviation ] do
                            let together = (curves Grouping.Seed spread runs).Drawn
                            Expect.equal together.Count 1 "one curve"
                            Expect.equal together[0].X alone.X "where"
                            Expect.equal (bits together[0].Y) (bits alone.Y) "the mean"
                            Expect.equal (band together[0]).Low alone.Y "below"
                            Expect.equal (band together[0]).High alone.Y "above"
                            Expect.allEqual (band together[0]).Count runs.Length "n"))

        propertyOver 60 "mean, spread and n are those of the files, recomputed"
        <| Prop.forAll (Arb.fromGen (Gen.listOfLength 3 moments)) (fun all ->
            inFolder (fun parent ->
                let runs = all |> List.mapi (fun k points -> run parent "a" (float k) (string k) points)
                let expected = meanByHand all
                let range = (curves Grouping.Seed Spread.Range runs).Drawn
                let deviation = (curves Grouping.Seed Spread.Deviation runs).Drawn

                if range.Count = 0 then
                    Expect.isTrue (all |> List.forall (List.forall (snd >> Double.IsFinite >> not))) "nothing to draw"
                else
                    Expect.equal (List.ofArray range[0].X) (expected |> List.map (fst >> float)) "steps"
                    Expect.equal (List.ofArray (band range[0]).Count) (expected |> List.map (snd >> List.length)) "n"

                    for k, (_, values) in List.indexed expected do
                        let mean = List.average values
                        near 1e-12 mean range[0].Y[k] "mean"
                        Expect.equal (band range[0]).Low[k] (List.min values) "the least"
                        Expect.equal (band range[0]).High[k] (List.max values) "the largest"

                        let sd =
                            if values.Length < 2 then
                                0.0
                            else
                                sqrt ((values |> List.sumBy (fun v -> (v - mean) ** 2.0)) / float (values.Length - 1))

                        near 1e-12 (mean + sd) (band deviation[0]).High[k] "a standard deviation above"
                        near 1e-12 (mean - sd) (band deviation[0]).Low[k] "and below"))

        testCase "runs that differ in more than the seed are curves of their own" (fun () ->
            inFolder (fun parent ->
                let one = run parent "a" 0.0 "1" [ 1L, 1.0 ]
                let two = run parent "a" 1.0 "2" [ 1L, 3.0 ]
                let other = beginning parent "a" 2.0 [] None "mmd" "1"
                other.Measured(point 1L 0.1 [ "game/nash_conv", 9.0 ])
                let drawn = (curves Grouping.Seed Spread.Range [ one; ended other; two ]).Drawn

                Expect.equal [ for curve in drawn -> curve.Runs.Count, curve.Y[0] ] [ 2, 2.0; 1, 9.0 ] "by solver"))

        testCase "over seconds, the mean stands at the mean of the seconds" (fun () ->
            inFolder (fun parent ->
                let at seconds seed minute =
                    ended (measured parent "a" minute seed [ 5L, seconds, [ "game/nash_conv", 1.0 ] ])

                let runs = [ at 1.0 "1" 0.0; at 4.0 "2" 1.0 ]
                let shelf = MetricShelf(ServeOptions(Folder = "."))

                let request = CurveRequest([||], "game/nash_conv", "seconds", Grouping.Seed, Spread.Range, false, 100)

                Expect.equal (Curves.Of(request, Array.ofList runs, shelf).Drawn[0].X) [| 2.5 |] "between"))
    ]

let private single =
    testList "a curve of one run" [
        propertyOver 40 "is what was measured and finite"
        <| Prop.forAll (Arb.fromGen moments) (fun points ->
            inFolder (fun parent ->
                let folder = run parent "a" 0.0 "1" points
                let finite = points |> List.filter (snd >> Double.IsFinite)
                let drawn = (curves Grouping.None Spread.Range [ folder ]).Drawn
                Expect.equal drawn.Count (min 1 finite.Length) "a curve where there is something to draw"

                for curve in drawn do
                    Expect.equal (List.ofArray curve.X) (finite |> List.map (fst >> float)) "steps"
                    Expect.equal (List.ofArray curve.Y) (finite |> List.map snd) "values"
                    Expect.equal curve.Last (snd (List.last finite)) "the last"))

        testCase "keeps a spike of one moment among 100,000" (fun () ->
            withMetrics
                (String.concat "\n" [
                    for step in 1..100_000 do
                        let value = if step = 54_321 then 7.5 else 1.0 / float step
                        $"""{{"step":%d{step},"seconds":1,"game/nash_conv":%.17g{value}}}"""
                    ""
                ])
                (fun run ->
                    let shelf = MetricShelf(ServeOptions(Folder = "."))

                    for isLog in [ false; true ] do
                        let request =
                            CurveRequest([||], "game/nash_conv", "step", Grouping.None, Spread.Range, isLog, 500)

                        let curve = Curves.Of(request, [| run |], shelf).Drawn[0]
                        Expect.equal curve.Rows 100_000 "all were looked at"
                        Expect.isLessThanOrEqual curve.X.Length 500 "few are drawn"
                        Expect.isTrue (Array.contains (54_321.0, 7.5) (Array.zip curve.X curve.Y)) "the spike"
                        Expect.equal (curve.X[0], Array.last curve.X) (1.0, 100_000.0) "the ends"))

        testCase "over another metric stands at its values" (fun () ->
            inFolder (fun parent ->
                let folder =
                    ended (
                        measured parent "a" 0.0 "1" [
                            1L, 0.1, [ "game/nash_conv", 4.0; "solver/evaluations", 20.0 ]
                            2L, 0.2, [ "game/nash_conv", 3.0; "solver/evaluations", nan ]
                            3L, 0.3, [ "game/nash_conv", 2.0; "solver/evaluations", 60.0 ]
                        ]
                    )

                let of' x =
                    let request = CurveRequest([||], "game/nash_conv", x, Grouping.None, Spread.Range, false, 100)
                    Curves.Of(request, [| folder |], MetricShelf(ServeOptions(Folder = ".")))

                Expect.equal (of' "solver/evaluations").Drawn[0].X [| 20.0; 60.0 |] "where both are finite"
                Expect.equal (List.ofSeq (of' "nothing").Lacking) [ folder.Id ] "no such metric"
                Expect.isEmpty (of' "nothing").Drawn "nothing drawn"))
    ]

let private usual =
    testList "what is drawn where nobody chose" [
        let asked (runs: RunFolder list) =
            let request =
                CurveRequest(
                    [| for run in runs -> run.Id |],
                    null,
                    "step",
                    Grouping.None,
                    Spread.Range,
                    Nullable(),
                    100
                )

            let curves = Curves.Of(request, Array.ofList runs, MetricShelf(ServeOptions(Folder = ".")))
            curves.Key, curves.IsLogX, curves.IsLogY

        let labels parent = training parent "labels" 1.0 "dpo" [ 1L, 0.1, [ "loss", 0.5; "accuracy", 1.0 ] ]
        let judged parent = training parent "judged" 2.0 "grpo" [ 1L, 0.1, [ "loss", 0.0; "reward", 1.0; "kl", 0.0 ] ]
        let game parent = ended (measured parent "game" 0.0 "1" [ gap 1L 0.5 ])
        let valued parent = ended (measured parent "valued" 0.0 "1" [ 1L, 0.1, [ "game/value/row", 0.5 ] ])

        for name, runs, expected in
            [
                "of a game its gap, by magnitudes", [ game ], ("game/nash_conv", true, true)
                "of a game without gaps its values as they are", [ valued ], ("game/value/row", true, false)
                "of a training by labels its loss, over plain steps", [ labels ], ("loss", false, false)
                "of a training by rewards its reward", [ judged ], ("reward", false, false)
                "of several trainings what they share", [ labels; judged ], ("loss", false, false)
                "of a game and a training the gap", [ labels; game ], ("game/nash_conv", true, true)
            ] do
            testCase name (fun () ->
                inFolder (fun parent -> Expect.equal (asked [ for run in runs -> run parent ]) expected "drawn"))
    ]

let private tail =
    let line step = $"""{{"step":%d{step},"seconds":0.%d{step},"game/nash_conv":%d{step}}}"""
    let steps (tail: MetricTail) = tail.Table.Steps.ToArray() |> List.ofArray

    testList "metrics that grow" [
        testCase "are read on, a torn line once it is whole" (fun () ->
            withMetrics (line 1 + "\n" + line 2 + "\n{\"step\":3,") (fun run ->
                let file = run.File RunFiles.Metrics
                let tail = MetricTail run
                Expect.isTrue (tail.ReadOn()) "something"
                Expect.equal (steps tail) [ 1L; 2L ] "whole lines"
                Expect.isFalse (tail.ReadOn()) "nothing new"
                File.AppendAllText(file, "\"seconds\":1,\"game/rate\":5}\n" + line 4 + "\n")
                Expect.isTrue (tail.ReadOn()) "more"
                Expect.equal (steps tail) [ 1L; 2L; 3L; 4L ] "each once"
                Expect.equal (List.ofSeq tail.Table.Keys) [ "game/nash_conv"; "game/rate" ] "a new key"
                Expect.isTrue (Double.IsNaN(tail.Table.Column(1)[0])) "which the lines before lack"))

        testCase "are read anew where a run was taken up and wrote again what came behind its checkpoint" (fun () ->
            withMetrics (String.concat "" [ for k in 1..5 -> line k + "\n" ]) (fun run ->
                let file = run.File RunFiles.Metrics
                let tail = MetricTail run
                tail.ReadOn() |> ignore

                // cut to two lines and written on, to more bytes than there were
                File.WriteAllText(file, String.concat "" [ for k in [ 1; 2; 3; 40; 50; 60 ] -> line k + "\n" ])
                Expect.isTrue (tail.ReadOn()) "other lines"
                Expect.equal (steps tail) [ 1L; 2L; 3L; 40L; 50L; 60L ] "as the file has them"
                File.WriteAllText(file, line 1 + "\n")
                Expect.isTrue (tail.ReadOn()) "shorter"
                Expect.equal (steps tail) [ 1L ] "as the file has it"
                File.Delete file
                Expect.isTrue (tail.ReadOn()) "gone"
                Expect.equal (steps tail) [] "nothing"))

        testCase "of a large file are read in parts, as if in one" (fun () ->
            let text =
                String.concat "\n" [
                    for step in 1..300_000 do
                        if step % 7 = 0 then
                            $"""{{"step":%d{step},"seconds":%d{step},"a":%d{step},"late%d{step / 100_000}":1}}"""
                        else
                            $"""{{"step":%d{step},"seconds":%d{step},"a":%d{step * 3},"and some more to make it large":%d{step}}}"""
                ]

            withMetrics text (fun run ->
                Expect.isGreaterThan text.Length (20 <<< 20) "large enough for parts"
                let table = MetricTable.Of run
                Expect.equal table.Rows 300_000 "each line once"
                Expect.equal (table.Steps.ToArray()) [| 1L .. 300_000L |] "in order"
                let a = table.Column(0).ToArray()
                Expect.equal a [| for s in 1..300_000 -> float (if s % 7 = 0 then s else s * 3) |] "with their values"

                Expect.equal
                    (List.ofSeq table.Keys)
                    [ "a"; "and some more to make it large"; "late0"; "late1"; "late2" ]
                    "keys in order of first appearance"))
    ]

let private requests =
    testList "what a page may ask for" [
        for query, message in
            [
                "points=3", "points: expected a whole number from 12 to 20000, found '3'."
                "points=x", "points: expected a whole number from 12 to 20000, found 'x'."
                "group=dog", "group: expected none or seed or group, found 'dog'."
                "spread=3", "spread: expected range or deviation, found '3'."
                "scale=", ""
                "x=step&x=seconds", "x: expected once."
                String.concat "&" [ for k in 1..201 -> $"run=%d{k}" ], "run: expected at most 200 of them, found 201."
            ] do
            testCase (query.Substring(0, min 40 query.Length)) (fun () ->
                inFolder (fun folder ->
                    serving id folder (fun _ client ->
                        let status, text = get client $"/api/curves?%s{query}"

                        if message = "" then
                            Expect.equal status 200 text
                        else
                            Expect.equal (status, text.TrimEnd()) (400, message) "one sentence")))
    ]

[<Tests>]
let tests = testList "curves of runs" [ means; single; usual; tail; requests ]
