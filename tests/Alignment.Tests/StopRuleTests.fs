/// Stop rules: as text, as values, in a run.
module Alignment.Tests.StopRuleTests

open System
open System.Threading
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.LoopFixtures

// ---- Stop rules ----------------------------------------------------------------------------------------------------

/// A rule of one comparison, and rules of one to three others.
let private anyRule =
    let one =
        Gen.oneof [
            Gen.map2
                (fun name threshold -> Stop.Below(name, threshold) :> Stop)
                (Gen.elements [ "nash_conv"; "regularized_gap"; "value/red"; "nash_conv/last"; "support/p-1.2" ])
                (Gen.elements [ 1e-300; 1e-6; 0.1; 1.0 / 3.0; 12345.678; 1e22 ])
            Gen.map (fun count -> Stop.AfterSteps(int64 (count: int))) (Gen.choose (1, Int32.MaxValue))
            Gen.map (fun tenths -> Stop.AfterSeconds(float (tenths: int) / 10.0)) (Gen.choose (1, 100_000))
        ]

    let joined (combine: Stop -> Stop -> Stop) inner =
        Gen.choose (1, 3)
        |> Gen.bind (fun count -> Gen.listOfLength count inner)
        |> Gen.map (List.reduce combine)

    one, joined

/// Rules as texts say them without brackets: any of all, joined from the left.
let private flatRules =
    let one, joined = anyRule
    one |> joined (&&&) |> joined (|||) |> Arb.fromGen

/// Rules of any shape.
let private nestedRules =
    let one, joined = anyRule
    one |> joined (|||) |> joined (&&&) |> joined (|||) |> joined (&&&) |> Arb.fromGen

let private wrongRules = [
    "",
    "'' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "soon",
    "'soon' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < 1e-6 or",
    "'nash_conv < 1e-6 or' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < inf",
    "'nash_conv < inf' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv < 1e999",
    "'nash_conv < 1e999' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    for text, found in
        [
            "(nash_conv < 1", "(nash_conv < 1"
            "nash_conv < 1)", ")"
            "()", "()"
            "nash_conv < 1 (or) steps >= 5", "(or) steps >= 5"
            "nash_conv < 1 steps >= 5", "nash_conv < 1 steps >= 5"
        ] do
        text,
        $"'{found}' is not a stop rule; write for example nash_conv < 1e-6, steps >= 20000 or seconds >= 60, joined by 'or' and 'and'."
    "nash_conv > 1e-6", "'nash_conv > 1e-6': a rule on nash_conv is 'nash_conv < number'."
    "nash_conv < 0", "'nash_conv < 0': A rule on nash_conv needs a number above 0, got 0."
    "steps < 100", "'steps < 100': a rule on steps is 'steps >= number'."
    "seconds <= 1", "'seconds <= 1': a rule on seconds is 'seconds >= number'."
    "seconds >= -1", "'seconds >= -1': A rule on seconds needs a number above 0, got -1."
    "steps >= 1e30", "'steps >= 1e30': Arithmetic operation resulted in an overflow."
]

let private notARule text =
    try
        failtest $"read as {Stop.Parse text}"
    with :? FormatException as e ->
        e.Message

let private stopRules =
    testList "stop rules" [
        propertyOver
            100
            "what is printed is read back"
            (Prop.forAll flatRules (fun rule -> Stop.Parse(string rule) = rule))

        // a chain of one word reads back joined from the left, so texts are compared
        propertyOver
            100
            "what is printed with brackets is read back"
            (Prop.forAll nestedRules (fun rule -> string (Stop.Parse(string rule)) = string rule))

        testCase "all ways to write a rule" (fun () ->
            let below = Stop.NashConvBelow 1e-6

            for text, rule in
                [
                    "nash_conv < 1e-6", below
                    " game/nash_conv<=0.000001 ", below
                    "nash_conv < 1e-6 or steps >= 20000", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6|steps > 2e4", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6 ||| steps >= 19999.5", below ||| Stop.AfterSteps 20_000L
                    "nash_conv < 1e-6 and steps >= 10 || seconds >= 60",
                    (below &&& Stop.AfterSteps 10L) ||| Stop.AfterSeconds 60.0
                    "seconds >= 60 or nash_conv < 1e-6 && steps >= 10",
                    Stop.AfterSeconds 60.0 ||| (below &&& Stop.AfterSteps 10L)
                    "regularized_gap < 1e-10", Stop.RegularizedGapBelow 1e-10
                    "cce_gap < 1e-4", Stop.CceGapBelow 1e-4
                ] do
                Expect.equal (Stop.Parse text) rule text)

        testCase "printed" (fun () ->
            let rule = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L) &&& Stop.AfterSeconds 0.5

            Expect.equal
                (string rule)
                "(nash_conv < 1E-06 or steps >= 20000) and seconds >= 0.5"
                "brackets where they are needed")

        for text, message in wrongRules do
            testCase $"wrong: '{text}'" (fun () -> Expect.equal (notARule text) message "message")

        testCase "wrong values of the factories" (fun () ->
            let message (make: unit -> Stop) =
                try
                    failtest $"made {make ()}"
                with :? ArgumentException as e ->
                    e.Message

            Expect.equal
                (message (fun () -> Stop.NashConvBelow 0.0))
                "A rule on nash_conv needs a number above 0, got 0."
                "nash_conv"

            Expect.equal
                (message (fun () -> Stop.AfterSeconds nan))
                "A rule on seconds needs a number above 0, got NaN."
                "seconds"

            Expect.stringStarts (message (fun () -> Stop.AfterSteps 0L)) "Expected at least 1 step." "steps")

        testCase "Fold handles every case" (fun () ->
            let text =
                (Stop.NashConvBelow 1.0 ||| Stop.AfterSteps 2L &&& Stop.AfterSeconds 3.0)
                    .Fold(
                        (fun b -> b.Metric),
                        (fun s -> string s.Count),
                        (fun s -> string s.Count),
                        (fun a b -> $"({a}|{b})"),
                        (fun a b -> $"({a}&{b})")
                    )

            // F# reads ||| and &&& from the left, with one precedence
            Expect.equal text "((nash_conv|2)&3)" "every case")

        testCase "steps end where they say, not at the next measured moment" (fun () ->
            for steps in [ 1L; 7L; 1234L ] do
                let solution = solve (weightedRps 2.0) (iterative "rm") (Stop.AfterSteps steps)
                Expect.equal solution.Steps steps "steps"
                Expect.equal solution.Status.Outcome Outcome.Finished solution.Status.Sentence)

        testCase "the first measured moment at which a gap is small" (fun () ->
            let solution = solve (weightedRps 2.0) (iterative "prm+") (Stop.NashConvBelow 1e-4)
            let gaps = [ for point in solution.Trace -> point.Metrics["game/nash_conv"] ]
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
            Expect.all (List.take (gaps.Length - 1) gaps) (fun gap -> gap >= 1e-4) "all but the last"
            Expect.isLessThan (List.last gaps) 1e-4 "the last"
            Expect.equal solution.Trace[solution.Trace.Count - 1].Step solution.Steps "steps")

        testCase "and waits for both, or for either" (fun () ->
            let steps text = (solve (weightedRps 2.0) (iterative "prm+") (Stop.Parse text)).Steps

            let alone = steps "nash_conv < 1e-4"
            Expect.equal (steps $"nash_conv < 1e-4 and steps >= {alone + 100L}") (alone + 100L) "and"
            Expect.equal (steps $"nash_conv < 1e-4 and steps >= 2") alone "and, the other first"
            Expect.equal (steps "nash_conv < 1e-4 or steps >= 5") 5L "or"
            Expect.equal (steps $"nash_conv < 1e-4 or steps >= {alone + 100L}") alone "or, the other first")

        testCase "a gap of the iterate that is not reported" (fun () ->
            let solution =
                solve
                    (weightedRps 2.0)
                    (iterative "mmd" |> fun s -> s)
                    (Stop.Parse "nash_conv/average < 0.2 and steps >= 3")

            Expect.isLessThan solution.Games[0].Metrics["game/nash_conv/average"] 0.2 "average")

        testCase "the clock" (fun () ->
            let solution = solve (weightedRps 2.0) (iterative "rm") (Stop.AfterSeconds 0.1)
            Expect.equal solution.Status.Outcome Outcome.OutOfTime solution.Status.Sentence
            Expect.isGreaterThanOrEqual solution.Seconds 0.1 "at least"
            Expect.isLessThan solution.Seconds 1.0 "not much more")

        testCase "a metric that is not measured" (fun () ->
            let asked text = refusal (fun () -> solve (weightedRps 2.0) (iterative "rm") (Stop.Parse text))

            Expect.equal
                (asked "nash_con < 1e-3 or steps >= 5")
                "stop rule 'nash_con < 0.001 or steps >= 5': this run does not measure 'nash_con'. Did you mean 'nash_conv'?"
                "near"

            Expect.equal
                (asked "game/temperature < 1")
                "stop rule 'temperature < 1': this run does not measure 'temperature'. It measures entropy/column, entropy/row, nash_conv, nash_conv/average, nash_conv/last, value/column, value/row."
                "far"

            Expect.equal
                (asked "regularized_gap < 1e-3")
                "stop rule 'regularized_gap < 0.001': this run does not measure 'regularized_gap'. It measures entropy/column, entropy/row, nash_conv, nash_conv/average, nash_conv/last, value/column, value/row."
                "nothing is regularized")

        testCase "brackets are read back" (fun () ->
            let rule = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L) &&& Stop.AfterSeconds 0.5
            Expect.equal (Stop.Parse(string rule)) rule "round trip")

        testCase "digits in groups" (fun () ->
            Expect.equal (Stop.Parse "steps >= 20_000") (Stop.AfterSteps 20_000L) "rule")

        testCase "wrong: no steps" (fun () ->
            Expect.equal (notARule "steps >= 0") "'steps >= 0': Expected at least 1 step." "message")

        // a time limit that passes is a reason to measure, not to stop stepping
        testCase "steps and seconds" (fun () ->
            use limit = new CancellationTokenSource(5_000)
            let until = Stop.AfterSteps 200_000L &&& Stop.AfterSeconds 0.002
            let solution = GameSolver.Solve(weightedRps 2.0, iterative "rm", options until, limit.Token)
            Expect.notEqual solution.Status.Outcome Outcome.Cancelled solution.Status.Sentence
            Expect.equal solution.Steps 200_000L "steps")

        testCase "half of a conjunction is not convergence" (fun () ->
            let solution =
                solve
                    (weightedRps 2.0)
                    (iterative "rm")
                    (Stop.Parse "nash_conv < 10 and nash_conv/last < 1e-12 or steps >= 20")

            Expect.equal solution.Steps 20L "ended by steps"
            Expect.equal solution.Status.Outcome Outcome.NotConverged solution.Status.Sentence)
    ]

[<Tests>]
let tests = testList "loop" [ stopRules ]
