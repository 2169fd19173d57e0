/// Every solver against worked examples and against the same updates as plain loops.
module Alignment.Tests.SolverTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- Worked examples -----------------------------------------------------------------------------------------------

// The game of all worked examples, payoffs to the row player:
//      3 -1
//     -1  1
// With p and q the probabilities of the first row and the first column, the first action is better than the second by
//     row:     d = 6 q - 2
//     column:  e = 2 - 6 p
// Everything starts at p = q = 1/2, hence with d = 1, e = -1. Values: row d_1 = 4 q - 1, d_2 = 1 - 2 q.
/// The probability of the first action when it is ahead by `bits` powers of two in the odds.
let private odds bits = 1.0 / (1.0 + 2.0 ** -bits)

let private skip = nan

/// Step by step: p and q of the last iterate, then of the average.
let private example name solver (steps: (float * float * float * float) list) =
    testCase name (fun () ->
        use runner = runner worked solver

        for t, (p, q, averageP, averageQ) in List.indexed steps do
            runner.Run 1

            for output, first in List.zip outputs [ p; q; averageP; averageQ ] do
                if not (Double.IsNaN first) then
                    close 1e-12 [| first; 1.0 - first |] (runner.Output output) $"step {t + 1}, {output}")

let private ln2 = log 2.0

let private workedExamples =
    testList "worked examples" [
        // R += d-side and e-side regrets; x = R+ / sum R+; averaged is what was played.
        // 1: plays (1/2, 1/2). Row values (1, 0), value 1/2: R = (1/2, -1/2), p = 1. Column R = (-1/2, 1/2), q = 0.
        // 2: plays (1, 0). Row values (-1, 1), value -1: R = (1/2, 3/2), p = 1/4. Column values (-3, 1), value 1: R = (-9/2, 1/2), q = 0.
        // 3: plays (1/4, 0). Row values (-1, 1), value 1/2: R = (-1, 2), p = 0. Column values (0, -1/2), value -1/2: R = (-4, 1/2), q = 0.
        // Averages of p: 1/2, (1/2 + 1)/2 = 3/4, (1/2 + 1 + 1/4)/3 = 7/12; of q: 1/2, 1/4, 1/6.
        example "rm" (iterative "rm") [
            1.0, 0.0, 1.0 / 2.0, 1.0 / 2.0
            1.0 / 4.0, 0.0, 3.0 / 4.0, 1.0 / 4.0
            0.0, 0.0, 7.0 / 12.0, 1.0 / 6.0
        ]

        // In turns; step t averages (x after, y before) with weight t; R never falls below 0.
        // 1: row regrets (1/2, -1/2): R = (1/2, 0), p = 1. Column against p = 1 from q = 1/2: values (-3, 1), value -1: R = (0, 2), q = 0.
        // 2: row against q = 0 from p = 1: values (-1, 1), value -1: R = (1/2, 2), p = 1/5.
        //    Column against p = 1/5 from q = 0: values (1/5, -3/5), value -3/5: R = (4/5, 2), q = 2/7.
        // 3: row against q = 2/7 from p = 1/5: values (1/7, 3/7), value 13/35: R = (1/2 - 8/35, 2 + 2/35) = (19, 144)/70, p = 19/163.
        //    Column against p = 19/163 from q = 2/7: values (87, -125)/163, value -451/1141: R = (4/5 + 1060/1141, 2 - 424/1141)
        //    = (9864, 9290)/5705, q = 9864/19154.
        // Averages of p: 1, (1 + 2/5)/3, (1 + 2/5 + 57/163)/6; of q: 1/2, (1/2 + 0)/3, (1/2 + 0 + 6/7)/6.
        example "rm+" (iterative "rm+") [
            1.0, 0.0, 1.0, 1.0 / 2.0
            1.0 / 5.0, 2.0 / 7.0, 7.0 / 15.0, 1.0 / 6.0
            19.0 / 163.0, 9864.0 / 19154.0, 713.0 / 2445.0, 19.0 / 84.0
        ]

        // Half a step of tau = 1 / ln 2: the exponent of 2 in the odds becomes half of itself and half of the advantage.
        // 1: 1/2 and -1/2.   2: d = 6 q - 2 with q = 1 / (1 + sqrt 2), e = 2 - 6 p with p = 1 - q. Nothing is averaged.
        (let q = 1.0 / (1.0 + sqrt 2.0)
         let second = odds (0.25 + (6.0 * q - 2.0) / 2.0), odds (-0.25 + (2.0 - 6.0 * (1.0 - q)) / 2.0)

         example "logit" (iterative "logit" |> set "damping" "0.5" |> set "temperature" (number (1.0 / ln2))) [
             odds 0.5, odds -0.5, odds 0.5, odds -0.5
             fst second, snd second, fst second, snd second
         ])

        // In turns, weight t^2; after step t regrets above 0 are multiplied by a = t^1.5 / (t^1.5 + 1), those below by 1/2 (beta 0).
        // 1: a = 1/2. Row r = (1/2, -1/2): R = (1/4, -1/4), p = 1. Column r = (-2, 2): R = (-1, 1), q = 0.
        // 2: row against q = 0 from p = 1: r = (0, 2): R = (1/4, 7/4) a, p = 1/8. Column against p = 1/8 from q = 0: values (1/2, -3/4),
        //    value -3/4: r = (5/4, 0): R = (1/4, 1) a, q = 1/5.
        // Averages of p: 1, (1 + 4/8)/5; of q: 1/2, (1/2 + 0)/5.
        example "drm" (iterative "drm") [ 1.0, 0.0, 1.0, 1.0 / 2.0; 1.0 / 8.0, 1.0 / 5.0, 3.0 / 10.0, 1.0 / 10.0 ]

        // In turns, weight t; after step t all regrets are multiplied by t / (t + 1).
        // 1: R = (1/4, -1/4), p = 1; R = (-1, 1), q = 0.   2: as above before the last factor, which changes nothing.
        example "lrm" (iterative "lrm") [
            1.0, 0.0, 1.0, 1.0 / 2.0
            1.0 / 8.0, 1.0 / 5.0, (1.0 + 2.0 / 8.0) / 3.0, 1.0 / 6.0
        ]

        // In turns, weight t^2; plays max(R + r, 0) with r the last regret.
        // 1: row r = (1/2, -1/2), R = (1/2, 0): (1, 0), p = 1. Column r = (-2, 2), R = (0, 2): (0, 4), q = 0.
        // 2: row r = (0, 2), R = (1/2, 2): (1/2, 4), p = 1/9. Column against 1/9 from 0: values (5/9, -7/9), value -7/9:
        //    r = (4/3, 0), R = (4/3, 2): (8/3, 2), q = 4/7.
        // 3: row against 4/7 from 1/9: values (9/7, -1/7), value 1/63: r = (80, -10)/63, R = (223, 232)/126: (383, 212)/126, p = 383/595.
        //    Column against 383/595 from 4/7: values (-937, 171)/595, value -3235/4165: r = (-3324, 4432)/4165,
        //    R = (6688, 38286)/12495: (6688 - 9972 < 0, > 0), q = 0.
        // Averages of p: 1, (1 + 4/9)/5, (1 + 4/9 + 3447/595)/14; of q: 1/2, (1/2)/5, (1/2 + 0 + 36/7)/14.
        example "prm+" (iterative "prm+") [
            1.0, 0.0, 1.0, 1.0 / 2.0
            1.0 / 9.0, 4.0 / 7.0, 13.0 / 45.0, 1.0 / 10.0
            383.0 / 595.0, 0.0, 38758.0 / 74970.0, 79.0 / 196.0
        ]

        testCase "prm+: the regrets of that example" (fun () ->
            use runner = runner worked (iterative "prm+")
            runner.Run 3
            close 1e-12 [| 223.0 / 126.0; 232.0 / 126.0 |] (runner.State "regret/row") "row"
            close 1e-12 [| 80.0 / 63.0; -10.0 / 63.0 |] (runner.State "predicted/row") "row's last"
            close 1e-12 [| 6688.0 / 12495.0; 38286.0 / 12495.0 |] (runner.State "regret/column") "column")

        // log odds = eta_t times the sum of d (of e), eta_t = c sqrt(ln 2 / t); c = ln 3 sqrt(2 / ln 2) makes eta_2 = ln 3.
        // 1: sums 1 and -1: odds 3 and 1/3, p = 3/4, q = 1/4.
        // 2: d = 6/4 - 2 = -1/2, e = 2 - 18/4 = -5/2: sums 1/2 and -7/2, eta_3 = ln 3 sqrt(2/3).
        // Averages: 1/2, then (1/2 + 3/4)/2 = 5/8 and (1/2 + 1/4)/2 = 3/8.
        (let s = sqrt (2.0 / 3.0)
         let power x = 1.0 / (1.0 + 3.0 ** -x)

         example "hedge" (iterative "hedge" |> set "stepSize" (number (log 3.0 * sqrt (2.0 / ln2)))) [
             3.0 / 4.0, 1.0 / 4.0, 1.0 / 2.0, 1.0 / 2.0
             power (s / 2.0), power (-3.5 * s), 5.0 / 8.0, 3.0 / 8.0
         ])

        // A step of ln 2 doubles the odds per unit of advantage. Exponents of 2, row and column:
        // 1: 1, -1: p = 2/3, q = 1/3.   2: d = 0, e = -2: 1, -3: 2/3, 1/9.   3: d = -4/3, e = -2: -1/3, -5.
        // Averages of p: 1/2, 7/12, 11/18; of q: 1/2, 5/12, 17/54.
        example "replicator" (iterative "replicator" |> set "stepSize" (number ln2)) [
            2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
            2.0 / 3.0, 1.0 / 9.0, 7.0 / 12.0, 5.0 / 12.0
            odds (-1.0 / 3.0), 1.0 / 33.0, 11.0 / 18.0, 17.0 / 54.0
        ]

        // Exponents as above, but with the last advantage counted twice.
        // 1: 1 + 1 and -1 - 1: p = 4/5, q = 1/5.   2: d = 6/5 - 2 = -4/5, e = 2 - 24/5 = -14/5: 1/5 - 4/5 and -19/5 - 14/5.
        example "omwu" (iterative "omwu" |> set "stepSize" (number ln2)) [
            4.0 / 5.0, 1.0 / 5.0, 1.0 / 2.0, 1.0 / 2.0
            odds (-3.0 / 5.0), odds (-33.0 / 5.0), 13.0 / 20.0, 7.0 / 20.0
        ]

        // Exponents of z; played and averaged is x, the look ahead from it, with z's advantages.
        // 1: z = 0, 0 (1/2, 1/2): x = 1, -1 (2/3, 1/3), there d = 0, e = -2: z = 0, -2 (1/2, 1/5).
        //    Next x: d = 6/5 - 2 = -4/5, e = -1: -4/5, -3.
        // 2: x = (odds -4/5, 1/9), there d = -4/3, e = 2 - 6 odds(-4/5): z = -4/3, -6 odds(-4/5).
        //    Next x: d = 6 odds(-6 odds(-4/5)) - 2, e = 2 - 6 odds(-4/3).
        (let x = odds (-4.0 / 5.0)
         let z, w = -4.0 / 3.0, -6.0 * x

         example "extragradient" (iterative "extragradient" |> set "stepSize" (number ln2)) [
             x, 1.0 / 9.0, 2.0 / 3.0, 1.0 / 3.0
             odds (z + 6.0 * odds w - 2.0), odds (w + 2.0 - 6.0 * odds z), (2.0 / 3.0 + x) / 2.0, 2.0 / 9.0
         ])

        // eta = (1/2)/2 = 1/4; with two actions a projected step moves p by eta d / 2 = d/8.
        // 1: z = 1/2, 1/2: x = 5/8, 3/8, there d = 1/4, e = -7/4: z = 17/32, 9/32. Next x: d = -5/16, e = -19/16: 63/128, 17/128.
        // 2: there d = -77/64, e = -61/64: z = 195/512, 83/512. Next x: d = -263/256, e = -73/256: 517/2048, 259/2048.
        example "euclidean extragradient" (iterative "extragradient" |> set "geometry" "euclidean") [
            63.0 / 128.0, 17.0 / 128.0, 5.0 / 8.0, 3.0 / 8.0
            517.0 / 2048.0, 259.0 / 2048.0, 143.0 / 256.0, 65.0 / 256.0
        ]

        // eta = (1/4)/2 = 1/8, a step moves p by d/16; x = z moved by the last d.
        // 1: x = 1/2, 1/2: d = 1, e = -1: z = 9/16, 7/16; next x = 5/8, 3/8.
        // 2: d = 1/4, e = -7/4: z = 37/64, 21/64; next x = 38/64, 14/64.
        // 3: d = -11/16, e = -25/16: z = 137/256, 59/256; next x = 126/256, 34/256.
        // Averages of p: 1/2, 9/16, (1/2 + 5/8 + 19/32)/3 = 55/96; of q: 1/2, 7/16, 35/96.
        example "ogda" (iterative "ogda") [
            5.0 / 8.0, 3.0 / 8.0, 1.0 / 2.0, 1.0 / 2.0
            19.0 / 32.0, 7.0 / 32.0, 9.0 / 16.0, 7.0 / 16.0
            63.0 / 128.0, 17.0 / 128.0, 55.0 / 96.0, 35.0 / 96.0
        ]

        // eta tau = 1 with eta = 2 ln 2: exponent' = (exponent + the magnet's + 2 d) / 2; a uniform magnet's is 0.
        // 1: 2/2, -2/2: p = 2/3, q = 1/3.   2: d = 0, e = -2: 1/2, (-1 - 4)/2 = -5/2.
        (let eta, tau = set "stepSize" (number (2.0 * ln2)), set "temperature" (number (0.5 / ln2))

         testList "mmd" [
             example "uniform magnet" (iterative "mmd" |> eta |> tau) [
                 2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
                 odds 0.5, odds -2.5, 7.0 / 12.0, 5.0 / 12.0
             ]

             // A magnet that moved in step 2 is where the strategy is: exponent' = exponent + d, a replicator step.
             (let q = odds -2.5
              let d, e = 6.0 * q - 2.0, 2.0 - 6.0 * odds 0.5

              example "moving magnet" (iterative "mmd" |> eta |> tau |> set "magnet" "moving" |> set "magnetEvery" "2") [
                  2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
                  odds 0.5, odds -2.5, 7.0 / 12.0, 5.0 / 12.0
                  odds (0.5 + d), odds (-2.5 + e), skip, skip
              ])

             // Row's magnet (1/3, 2/3) has exponent -1: 1: (0 - 1 + 2)/2 = 1/2 for the row, -1 for the column.
             testCase "a reference" (fun () ->
                 let a, b = row 2, column 2
                 let reference, tau = Expr.Vector(a.Actions, 1.0 / 3.0, 2.0 / 3.0), Expr.Constant(0.5 / ln2)
                 let spec = worked.Regularize(a, Regularizer.Kl(reference, tau)).Regularize(b, Regularizer.Entropy tau)
                 let strategies = after 1 spec (iterative "mmd" |> eta)
                 close 1e-12 [| odds 0.5; odds -0.5 |] strategies[0] "row"
                 close 1e-12 [| 1.0 / 3.0; 2.0 / 3.0 |] strategies[1] "column")
         ])

        // tau = 1 / ln 2: the first action's advantage is an exponent of 2 in the odds, times a; a = 1, 2/3, ... is the reference's share.
        // 1: from the uniform reference: 1, -1: p = 2/3, q = 1/3.
        // 2: mixtures 1/3, -1/3; against them d = 6 odds(-1/3) - 2, e = 2 - 6 odds(1/3): 1/3 + 2/3 d, -1/3 + 2/3 e. Played was step 1's.
        (let d, e = 6.0 * odds (-1.0 / 3.0) - 2.0, 2.0 - 6.0 * odds (1.0 / 3.0)

         testList "nash_md" [
             example "decaying" (iterative "nash_md" |> set "temperature" (number (1.0 / ln2))) [
                 2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
                 odds ((1.0 + 2.0 * d) / 3.0), odds ((-1.0 + 2.0 * e) / 3.0), 7.0 / 12.0, 5.0 / 12.0
             ]

             // Share 1/2: from 0 by half the advantage: 1/2, -1/2. Then mixtures 1/4, -1/4, and half the advantage against them.
             (let d, e = 6.0 * odds -0.25 - 2.0, 2.0 - 6.0 * odds 0.25

              example "fixed" (iterative "nash_md" |> set "mixture" "0.5" |> set "temperature" (number (1.0 / ln2))) [
                  odds 0.5, odds -0.5, 1.0 / 2.0, 1.0 / 2.0
                  odds (0.25 + d / 2.0), odds (-0.25 + e / 2.0), (0.5 + odds 0.5) / 2.0, (0.5 + odds -0.5) / 2.0
              ])
         ])

        // s tau = 1/2 with s = ln 2: exponent' = half the exponent and d: mmd's example with eta = s / (1 - s tau) = 2 ln 2.
        // 1: 1, -1.   2: d = 0, e = -2: 1/2, -5/2.
        example "inpo" (iterative "inpo" |> set "stepSize" (number ln2) |> set "temperature" (number (0.5 / ln2))) [
            2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
            odds 0.5, odds -2.5, 7.0 / 12.0, 5.0 / 12.0
        ]

        // mmd's example with a moving magnet.
        (let d, e = 6.0 * odds -2.5 - 2.0, 2.0 - 6.0 * odds 0.5

         example
             "mpo"
             (iterative "mpo"
              |> set "stepSize" (number (2.0 * ln2))
              |> set "temperature" (number (0.5 / ln2))
              |> set "magnetEvery" "2")
             [
                 2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
                 odds 0.5, odds -2.5, 7.0 / 12.0, 5.0 / 12.0
                 odds (0.5 + d), odds (-2.5 + e), skip, skip
             ])

        // The replicator's example: the update is the same.
        example "sppo" (iterative "sppo" |> set "stepSize" (number ln2)) [
            2.0 / 3.0, 1.0 / 3.0, 1.0 / 2.0, 1.0 / 2.0
            2.0 / 3.0, 1.0 / 9.0, 7.0 / 12.0, 5.0 / 12.0
            odds (-1.0 / 3.0), 1.0 / 33.0, 11.0 / 18.0, 17.0 / 54.0
        ]

        // Plays the better action against the averages so far, quadratic weights 1, 4, 9.
        // 1: d = 1, e = -1 at uniform: plays p = 1, q = 0.   2: against q = 0: d < 0; against p = 1: e < 0: plays 0, 0; averages 1/5, 0.
        // 3: d = -2, e = 2 - 6/5 > 0: plays 0, 1; averages 1/14, 9/14.   4: d = 54/14 - 2 > 0, e = 2 - 6/14 > 0.
        example "fp" (iterative "fp" |> set "averaging" "quadratic") [
            0.0, 0.0, 1.0, 0.0
            0.0, 1.0, 1.0 / 5.0, 0.0
            1.0, 1.0, 1.0 / 14.0, 9.0 / 14.0
        ]

        // Matching pennies at uniform play: all values are 0 exactly.
        testCase "fp breaks ties towards the first action" (fun () ->
            let strategies = after 1 (zeroSum [| [| 1.0; -1.0 |]; [| -1.0; 1.0 |] |]) (iterative "fp")
            Expect.sequenceEqual strategies[2] [| 1.0; 0.0 |] "row"
            Expect.sequenceEqual strategies[3] [| 1.0; 0.0 |] "column")
    ]

// ---- Oracles: the same updates as plain loops over arrays ----------------------------------------------------------

/// Two players' payoffs, each with the owner's actions as rows.
type private Payoffs = { Row: float[][]; Column: float[][] }

/// One step of some algorithm: from the step's number, what is played (and averaged with the weight), as a side effect.
/// Gives the four strategies of `outputs`.
let private average steps weight (play: int -> float[] * float[]) (last: unit -> float[] * float[]) =
    let mutable x, y = [||], [||]

    for t in 1..steps do
        let playedX, playedY = play t

        if t = 1 then
            x <- Array.map (fun _ -> 0.0) playedX
            y <- Array.map (fun _ -> 0.0) playedY

        for i in 0 .. x.Length - 1 do
            x[i] <- x[i] + weight t * playedX[i]

        for j in 0 .. y.Length - 1 do
            y[j] <- y[j] + weight t * playedY[j]

    let lastX, lastY = last ()
    [ lastX; lastY; normalize x; normalize y ]

let private regretMatching clips predicts alternates power game steps =
    let rx, ry = Array.map (fun _ -> 0.0) game.Row, Array.map (fun _ -> 0.0) game.Column
    let px, py = Array.copy rx, Array.copy ry

    let strategy (regret: float[]) (predicted: float[]) =
        Array.map2 (fun r p -> max 0.0 (r + p)) regret predicted |> normalize

    let respond (regret: float[]) (predicted: float[]) (values: float[]) own =
        let value = dot values own

        for k in 0 .. regret.Length - 1 do
            let instant = values[k] - value
            regret[k] <- if clips then max 0.0 (regret[k] + instant) else regret[k] + instant
            predicted[k] <- if predicts then instant else 0.0

    let play _ =
        let before, y = strategy rx px, strategy ry py
        respond rx px (times game.Row y) before
        let x = if alternates then strategy rx px else before
        respond ry py (times game.Column x) y
        x, y

    average steps (fun t -> float t ** power) play (fun () -> strategy rx px, strategy ry py)

/// In turns: regrets are multiplied after step t, those above 0 by t^alpha / (t^alpha + 1), others by t^beta / (t^beta + 1).
let private discounted alpha beta gamma game steps =
    let rx, ry = Array.map (fun _ -> 0.0) game.Row, Array.map (fun _ -> 0.0) game.Column
    let strategy (regret: float[]) = regret |> Array.map (max 0.0) |> normalize

    let respond t (regret: float[]) (values: float[]) own =
        let value = dot values own

        for k in 0 .. regret.Length - 1 do
            let sum = regret[k] + values[k] - value
            let power = float t ** (if sum > 0.0 then alpha else beta)
            regret[k] <- sum * (power / (power + 1.0))

    let play t =
        let before, y = strategy rx, strategy ry
        respond t rx (times game.Row y) before
        let x = strategy rx
        respond t ry (times game.Column x) y
        x, y

    average steps (fun t -> float t ** gamma) play (fun () -> strategy rx, strategy ry)

/// Logits are any function of the step and of the values seen: (step about to be done, sum of values, last values).
let private exponential logits game steps =
    let gx, gy = Array.map (fun _ -> 0.0) game.Row, Array.map (fun _ -> 0.0) game.Column
    let mutable lastX, lastY = Array.copy gx, Array.copy gy
    let mutable now = 1

    let strategies () = softmax (logits now gx lastX), softmax (logits now gy lastY)

    let play t =
        now <- t
        let x, y = strategies ()
        lastX <- times game.Row y
        lastY <- times game.Column x

        for i in 0 .. gx.Length - 1 do
            gx[i] <- gx[i] + lastX[i]

        for j in 0 .. gy.Length - 1 do
            gy[j] <- gy[j] + lastY[j]

        now <- t + 1
        x, y

    average steps (fun _ -> 1.0) play strategies

let private fictitious game steps =
    let mutable x, y = uniform game.Row.Length, uniform game.Column.Length
    let countX, countY = Array.map (fun _ -> 0.0) x, Array.map (fun _ -> 0.0) y

    let firstBest (values: float[]) =
        let best = Array.findIndex (fun v -> v = Array.max values) values
        values |> Array.mapi (fun k _ -> if k = best then 1.0 else 0.0)

    let responses () = firstBest (times game.Row y), firstBest (times game.Column x)

    let play _ =
        let i, j = responses ()
        Array.iteri (fun k v -> countX[k] <- countX[k] + v) i
        Array.iteri (fun k v -> countY[k] <- countY[k] + v) j
        x <- normalize countX
        y <- normalize countY
        i, j

    average steps (fun _ -> 1.0) play responses

/// In probabilities, as the paper writes it: x' ~ (x rho^(eta tau) exp(eta g))^(1 / (1 + eta tau)); the magnet moves every so many steps.
let private magnetic eta tau every game steps =
    let mutable x, y = uniform game.Row.Length, uniform game.Column.Length
    let mutable magnetX, magnetY = x, y

    let update (p: float[]) (rho: float[]) (g: float[]) =
        Array.map3 (fun p rho g -> (p * rho ** (eta * tau) * exp (eta * g)) ** (1.0 / (1.0 + eta * tau))) p rho g
        |> normalize

    let play t =
        let played = x, y
        let gx, gy = times game.Row y, times game.Column x
        x <- update x magnetX gx
        y <- update y magnetY gy

        if every > 0 && t % every = 0 then
            magnetX <- x
            magnetY <- y

        played

    average steps (fun _ -> 1.0) play (fun () -> x, y)

/// In probabilities: from mixtures z ~ x^(1 - a) rho^a, rho uniform, to z exp((a / tau) g(z)); the share a may depend on the step.
let private mixing (share: int -> float) tau game steps =
    let mutable x, y = uniform game.Row.Length, uniform game.Column.Length

    let play t =
        let played = x, y
        let a = share t
        let mixture p = p |> Array.map (fun q -> q ** (1.0 - a)) |> normalize
        let z, w = mixture x, mixture y
        let moved z values = Array.map2 (fun p v -> p * exp (a / tau * v)) z values |> normalize
        x <- moved z (times game.Row w)
        y <- moved w (times game.Column z)
        played

    average steps (fun _ -> 1.0) play (fun () -> x, y)

/// In probabilities: x' ~ x^(1 - s tau) rho^(s tau) exp(s g), rho uniform.
let private linearized s tau game steps =
    let mutable x, y = uniform game.Row.Length, uniform game.Column.Length
    let moved p values = Array.map2 (fun p v -> p ** (1.0 - s * tau) * exp (s * v)) p values |> normalize

    let play _ =
        let played = x, y
        let gx, gy = times game.Row y, times game.Column x
        x <- moved x gx
        y <- moved y gy
        played

    average steps (fun _ -> 1.0) play (fun () -> x, y)

/// Logits go a part of the way to values / tau; nothing is averaged.
let private damped part tau game steps =
    let logX, logY = Array.map (fun _ -> 0.0) game.Row, Array.map (fun _ -> 0.0) game.Column

    let move (logits: float[]) (values: float[]) =
        values |> Array.iteri (fun k v -> logits[k] <- (1.0 - part) * logits[k] + part * v / tau)

    for _ in 1..steps do
        let x, y = softmax logX, softmax logY
        move logX (times game.Row y)
        move logY (times game.Column x)

    let x, y = softmax logX, softmax logY
    [ x; y; x; y ]

/// Mirror descent with a look ahead; `move` leads a point along values.
let private ahead move looksTwice game steps =
    let mutable x, y = uniform game.Row.Length, uniform game.Column.Length
    let mutable seenX, seenY = Array.map (fun _ -> 0.0) x, Array.map (fun _ -> 0.0) y

    let looked () =
        if looksTwice then
            move x (times game.Row y), move y (times game.Column x)
        else
            move x seenX, move y seenY

    let play _ =
        let px, py = looked ()
        seenX <- times game.Row py
        seenY <- times game.Column px
        x <- move x seenX
        y <- move y seenY
        px, py

    average steps (fun _ -> 1.0) play looked

let private oracles =
    let scaled c = Array.map (fun v -> c * v)
    let entropic eta p v = Array.map2 (fun p v -> p * exp (eta * v)) p v |> normalize
    let euclidean eta p v = Array.map2 (fun p v -> p + eta * v) p v |> project

    let hedge t (sum: float[]) (_: float[]) = scaled (sqrt (log (float sum.Length) / float t)) sum

    // the Euclidean step is divided by the largest number of actions: 5
    [
        "rm", iterative "rm", regretMatching false false false 0.0
        "rm in turns, linear",
        iterative "rm" |> set "updates" "alternating" |> set "averaging" "linear",
        regretMatching false false true 1.0
        "rm+", iterative "rm+", regretMatching true false true 1.0
        "rm+ at once", simultaneous (iterative "rm+"), regretMatching true false false 1.0
        "prm+", iterative "prm+", regretMatching true true true 2.0
        "prm+ at once, uniform",
        simultaneous (iterative "prm+") |> set "averaging" "uniform",
        regretMatching true true false 0.0
        "drm", iterative "drm", discounted 1.5 0.0 2.0
        "drm with other exponents",
        iterative "drm" |> set "alpha" "1" |> set "beta" "0.5" |> set "gamma" "3",
        discounted 1.0 0.5 3.0
        "lrm", iterative "lrm", discounted 1.0 1.0 1.0
        "hedge", iterative "hedge", exponential hedge
        "replicator", iterative "replicator", exponential (fun _ sum _ -> scaled 0.1 sum)
        "omwu", iterative "omwu", exponential (fun _ sum last -> scaled 0.25 (Array.map2 (+) sum last))
        "omwu as mirror descent", iterative "omwu", ahead (entropic 0.25) false
        "ogda", iterative "ogda", ahead (euclidean (0.25 / 5.0)) false
        "extragradient", iterative "extragradient", ahead (entropic 0.5) true
        "euclidean extragradient",
        set "geometry" "euclidean" (iterative "extragradient"),
        ahead (euclidean (0.5 / 5.0)) true
        "mmd", iterative "mmd", magnetic 0.1 0.1 0
        "mmd, moving magnet", iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "7", magnetic 0.1 0.1 7
        "nash_md", iterative "nash_md", mixing (fun t -> 2.0 / float (t + 1)) 0.1
        "nash_md with a fixed mixture", iterative "nash_md" |> set "mixture" "0.25", mixing (fun _ -> 0.25) 0.1
        "inpo", iterative "inpo", linearized 0.09 0.1
        "mpo", iterative "mpo" |> set "magnetEvery" "7", magnetic 0.1 0.1 7
        "sppo", iterative "sppo", exponential (fun _ sum _ -> scaled 0.1 sum)
        "logit", iterative "logit", damped 0.01 0.1
        "fp", iterative "fp", fictitious
    ]

/// Where bad regrets are forgotten slowly, strategies are quotients of small sums of large terms: each step multiplies what rounding
/// leaves. 1e-9 after 200 steps; so these are followed for 50.
let private stepsOf name = if name = "lrm" || name = "drm with other exponents" then 50 else 200

let private oracleTests =
    testList "200 steps of a 4 x 5 game equal plain loops" [
        for name, solver, oracle in oracles do
            testCase name (fun () ->
                let payoffs = draws "oracle" 2 4 5
                let a = matrix 4 5 payoffs[..19]

                for kind, b in [ "zero-sum", Array.map (Array.map (~-)) a; "general-sum", matrix 4 5 payoffs[20..] ] do
                    let expected = oracle { Row = a; Column = Array.transpose b } (stepsOf name)
                    let actual = after (stepsOf name) (bimatrix a b) solver

                    for output, e, v in List.zip3 outputs expected actual do
                        close 1e-10 e v $"{kind}, {output}")

        testCase "every iterative solver has an oracle" (fun () ->
            let covered = oracles |> List.map (fun (_, solver, _) -> solver.Info.Name) |> Set.ofList
            Expect.equal covered (Set.ofList iterativeNames) "names")
    ]

[<Tests>]
let tests = testList "solvers" [ workedExamples; oracleTests ]
