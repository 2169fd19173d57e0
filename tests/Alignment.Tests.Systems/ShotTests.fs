/// Success within many tries from counts of few: the fit against its likelihood, closed forms, and simulation from a known distribution.
module Alignment.Tests.ShotTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

/// Counts of prompts whose chances are drawn from Beta(a, b): chance k of repetition r lies at (r, k), its tries at (r, trials k + t).
let private simulated (a: float, b: float) prompts trials (repetition: int) =
    let chances, tries = RandomStream(20260401UL, "chances"), RandomStream(20260401UL, "tries")

    ShotCounts.Of(
        [
            for k in 0 .. prompts - 1 do
                let p = chances.Beta(a, b, int64 repetition, int64 k)

                Seq.init trials (fun t -> tries.Uniform(int64 repetition, int64 (trials * k + t)))
                |> Seq.filter (fun u -> u < p)
                |> Seq.length
        ],
        trials
    )

/// log of B(a + s, b + n - s) / B(a, b), summed over prompts: another writing of the likelihood.
let private likelihood (counts: ShotCounts) (a: float) b =
    let rising x count = Seq.init count (fun j -> log (x + float j)) |> Seq.sum

    Seq.zip counts.Successes counts.Trials
    |> Seq.sumBy (fun (s, n) -> rising a s + rising b (n - s) - rising (a + b) n)

/// 1 - E[(1 - p)^N] under Beta(a, b) by the trapezoid rule in q = (1 - p)^b, where the density is smooth for a >= 1.
let private byQuadrature a b shots =
    let points = 200_000
    let weight q = (1.0 - q ** (1.0 / b)) ** (a - 1.0)
    let integrate f = Seq.init (points - 1) (fun k -> let q = float (k + 1) / float points in f q * weight q) |> Seq.sum
    1.0 - integrate (fun q -> q ** (float shots / b)) / integrate (fun _ -> 1.0)

[<Tests>]
let tests =
    testList "shots" [
        testCase "the fit is a maximum of the likelihood" (fun () ->
            for (a, b), prompts, trials in
                [ (0.4, 2.0), 200, 20; (3.0, 5.0), 60, 8; (1.0, 1.0), 500, 3; (0.1, 4.0), 300, 50 ] do
                let counts = simulated (a, b) prompts trials 0
                let fit = BetaBinomial.Fit counts
                let top = likelihood counts fit.A fit.B

                for u in [ -1.0; 0.0; 1.0 ] do
                    for v in [ -1.0; 0.0; 1.0 ] do
                        let moved = likelihood counts (fit.A * exp (1e-3 * u)) (fit.B * exp (1e-3 * v))
                        Expect.isLessThanOrEqual moved (top + 1e-9) $"Beta({a}, {b}), moved by {u}, {v}"

                // and of no other place on a wide grid
                for x in [ -4.0 .. 0.5..4.0 ] do
                    for y in [ -4.0 .. 0.5..6.0 ] do
                        Expect.isLessThanOrEqual (likelihood counts (exp x) (exp y)) (top + 1e-9) $"{exp x}, {exp y}")

        testCase "it finds what the counts were drawn from" (fun () ->
            let fit = BetaBinomial.Fit(simulated (0.4, 2.0) 20_000 20 0)
            // standard errors about 0.005 and 0.03
            near 0.02 0.4 fit.A "a"
            near 0.12 2.0 fit.B "b"
            near 0.01 (0.4 / 2.4) fit.Mean "mean"
            near 0.02 (1.0 / 3.4) fit.Correlation "correlation")

        testCase "prompts that are alike, or more alike than chance" (fun () ->
            // every prompt the same count: less spread than a binomial has
            let fit = BetaBinomial.Fit(ShotCounts.Of([ 3; 3; 3; 3; 3 ], 10))
            Expect.equal fit.Correlation 0.0 "correlation"
            near 1e-12 0.3 fit.Mean "mean"
            near 1e-12 (1.0 - 0.7 ** 25.0) (fit.SuccessWithin 25) "as one rate for all"
            let foretold = ShotExtrapolation.Of(ShotCounts.Of([ 3; 3; 3; 3; 3 ], 10), 25)
            near 1e-12 foretold.Alike foretold.Value "no difference")

        testCase "two kinds of prompts: half always, half never" (fun () ->
            // the likelihood grows towards a, b to 0: success within N tries is then what one try gives
            let fit = BetaBinomial.Fit(ShotCounts.Of([ 10; 10; 10; 0; 0; 0 ], 10))
            near 1e-6 0.5 fit.Mean "mean"
            Expect.isGreaterThan fit.Correlation 0.999 "correlation"
            near 1e-3 0.5 (fit.SuccessWithin 1000) "success")

        testCase "success within N tries: closed forms and quadrature" (fun () ->
            let fit = BetaBinomial.Fit(simulated (2.0, 5.0) 400 15 0)
            let a, b = fit.A, fit.B
            near 0.0 0.0 (fit.SuccessWithin 0) "none"
            near 1e-14 fit.Mean (fit.SuccessWithin 1) "one"
            near 1e-14 (1.0 - b * (b + 1.0) / ((a + b) * (a + b + 1.0))) (fit.SuccessWithin 2) "two"

            for shots in [ 10; 100 ] do
                near 1e-5 (byQuadrature a b shots) (fit.SuccessWithin shots) $"{shots}"

            Expect.isTrue
                ([ 1; 2; 5; 100; 10_000; 1_000_000 ]
                 |> List.map fit.SuccessWithin
                 |> List.pairwise
                 |> List.forall (fun (x, y) -> x < y))
                "more tries, more success")

        // N = 100 from 20 tries; chances Beta(0.4, 2): true success 1 - prod (2 + k) / (2.4 + k) = 0.8045
        testCase "intervals hold the truth about as often as they say, and one rate for all does not" (fun () ->
            let a, b, shots, repetitions = 0.4, 2.0, 100, 100

            let truth =
                1.0 - Seq.fold (fun f k -> f * (b + float k) / (a + b + float k)) 1.0 (seq { 0 .. shots - 1 })

            let foretold = [
                for r in 1..repetitions -> ShotExtrapolation.Of(simulated (a, b) 200 20 r, shots, uint64 r, 100)
            ]

            let share f = float (foretold |> List.filter f |> List.length) / float repetitions
            let held = share (fun e -> e.Low <= truth && truth <= e.High)
            // 93.6 % of 500 repetitions with 300 replicates; of 100 the standard error is 2.5 %
            Expect.isGreaterThan held 0.88 "coverage"
            Expect.isLessThan held 0.99 "not by being too wide"
            // the standard error of the mean is 0.002
            near 0.008 truth (foretold |> List.averageBy (fun e -> e.Value)) "no bias to speak of"

            Expect.isGreaterThan
                (foretold |> List.map (fun e -> e.Alike) |> List.min)
                (truth + 0.15)
                "one rate for all is far too high")

        testCase "the same seed, the same interval" (fun () ->
            let counts = simulated (0.4, 2.0) 50 10 3
            let interval seed = let e = ShotExtrapolation.Of(counts, 50, seed, 100) in e.Low, e.High
            Expect.equal (interval 4UL) (interval 4UL) "again"
            Expect.notEqual (interval 4UL) (interval 5UL) "another seed"

            let wide, narrow =
                ShotExtrapolation.Of(counts, 50, 4UL, 100, 0.99), ShotExtrapolation.Of(counts, 50, 4UL, 100, 0.5)

            Expect.isTrue (wide.Low <= narrow.Low && narrow.High <= wide.High) "more confidence, wider")

        testCase "in words" (fun () ->
            let counts = ShotCounts.Of([ 0; 1; 4; 0; 2 ], 5)
            let e = ShotExtrapolation.Of(counts, 20, 1UL, 100)
            Expect.equal (string counts) "7 of 25 trials over 5 prompts" "counts"

            Expect.stringStarts
                (string e)
                $"success within 20 tries {e.Value:F4} (95 %% interval {e.Low:F4} to {e.High:F4}), 0.9986 if all prompts were alike; from 7 of 25 trials over 5 prompts"
                "estimate")

        testCase "refusals" (fun () ->
            let counts = ShotCounts.Of([ 0; 1; 4 ], 5)

            for action, expected in
                [
                    (fun () -> ShotCounts.Of([ 1; 2 ], [ 3 ]) |> box),
                    "Shots: expected as many successes as trials and at least one prompt, got 2 and 1."
                    (fun () -> ShotCounts.Of([ 1; 6 ], 5) |> box),
                    "Shots: expected at least 1 trial and from 0 to as many successes, got 6 of 5 at prompt 1."
                    (fun () -> BetaBinomial.Fit(ShotCounts.Of([ 1; 0; 1 ], 1)) |> box),
                    "Beta-binomial: expected two trials or more at some prompt, got one each; whether prompts differ shows only in repeated tries."
                    (fun () -> BetaBinomial.Fit(ShotCounts.Of([ 0; 0 ], 5)) |> box),
                    "Beta-binomial: expected successes and failures, got 0 of 10 trials over 2 prompts; give the bound of a binomial instead, or try more often."
                    (fun () -> ShotExtrapolation.Of(counts, 0) |> box),
                    "Shots: expected from 1 to 1000000 tries, got 0."
                    (fun () -> ShotExtrapolation.Of(counts, 5, replicates = 3) |> box),
                    "Shots: expected at least 20 replicates, got 3."
                    (fun () -> ShotExtrapolation.Of(counts, 5, confidence = 1.0) |> box),
                    "Shots: expected a confidence between 0 and 1, got 1."
                ] do
                Expect.equal (argumentFault action) expected "message")
    ]
