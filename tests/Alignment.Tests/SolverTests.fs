module Alignment.Tests.SolverTests

open System
open System.Text.RegularExpressions
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

// ---- Running a solver without the loop around it -------------------------------------------------------------------

/// A solver on a game or a batch of games, in float64 on one thread: steps, strategies, state, and nothing else.
type private Runner(spec: GameSpec, solver: IIterativeSolver, joint) =
    let completed = solver.Complete spec
    let program = SolverProgram.Compile(completed, solver, completed.Batch, joint)
    let executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())
    let mutable step = 0L
    do executable.Initialize()

    member _.Run count =
        executable.Run(step + 1L, count)
        step <- step + int64 count

    /// An output such as "last/row": game by game.
    member _.Outputs name =
        executable.Read()
        let size = executable.OutputAxes name |> Seq.fold (fun n axis -> n * axis.Size) 1
        let values: float[] = Array.zeroCreate (program.Games * size)
        executable.GetOutput(name, values)
        Array.chunkBySize size values

    member this.Output name = Array.head (this.Outputs name)

    member _.State name =
        let values: float[] = Array.zeroCreate (executable.StateLength name)
        executable.GetState(name, values)
        values

    member _.SetState (name: string) (values: float[]) = executable.SetState(name, values)

    interface IDisposable with
        member _.Dispose() = executable.Dispose()

let private runner spec solver = new Runner(spec, solver, false)

let private outputs = [ "last/row"; "last/column"; "average/row"; "average/column" ]

/// The four strategies after some steps.
let private after steps spec solver =
    use runner = runner spec solver
    runner.Run steps
    outputs |> List.map runner.Output

let private set name (value: string) (solver: IIterativeSolver) =
    let setting = solver.Settings |> Seq.find (fun s -> s.Name = name)
    setting.With value :?> IIterativeSolver

let private has name (solver: IIterativeSolver) = solver.Settings |> Seq.exists (fun s -> s.Name = name)

let private simultaneous solver = if has "updates" solver then set "updates" "simultaneous" solver else solver

let private number (x: float) = x.ToString "R"

/// Every iterative solver with its default settings, and the variants that are another algorithm.
let private variants = [
    for name in iterativeNames do
        name, iterative name
    "prm+ simultaneous", simultaneous (iterative "prm+")
    "rm+ simultaneous", simultaneous (iterative "rm+")
    "rm alternating", set "updates" "alternating" (iterative "rm")
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
    "mmd, moving magnet", iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "7"
]

let private close tolerance (expected: float[]) (actual: float[]) message =
    Expect.equal actual.Length expected.Length $"{message}: length"

    for k in 0 .. expected.Length - 1 do
        if not (abs (actual[k] - expected[k]) <= tolerance) then
            failtest $"{message}, element {k}: expected {expected[k]}, got {actual[k]}"

// ---- Plain arithmetic, row by row ----------------------------------------------------------------------------------

let private dot (a: float[]) (b: float[]) =
    let mutable sum = 0.0

    for k in 0 .. a.Length - 1 do
        sum <- sum + a[k] * b[k]

    sum

let private times (matrix: float[][]) vector = matrix |> Array.map (fun row -> dot row vector)

let private uniform n = Array.create n (1.0 / float n)

let private normalize (weights: float[]) =
    let sum = Array.sum weights

    if sum > 0.0 then
        Array.map (fun w -> w / sum) weights
    else
        uniform weights.Length

let private softmax (logits: float[]) =
    let top = Array.max logits
    normalize (logits |> Array.map (fun l -> exp (l - top)))

/// By bisection on the threshold: another algorithm than the sort that a kernel would use.
let private project (point: float[]) =
    let mutable low, high = Array.min point - 1.0, Array.max point

    for _ in 1..200 do
        let middle = (low + high) / 2.0

        if point |> Array.sumBy (fun v -> max 0.0 (v - middle)) > 1.0 then
            low <- middle
        else
            high <- middle

    point |> Array.map (fun v -> max 0.0 (v - high))

/// NashConv in the zero-sum game of these payoffs to the row player.
let private saddleGap (a: float[][]) x y = Array.max (times a y) - Array.min (times (Array.transpose a) x)

let private matrix rows columns (payoffs: float[]) =
    Array.init rows (fun i -> payoffs[i * columns .. (i + 1) * columns - 1])

let private zeroSum (a: float[][]) = zeroSumOf a.Length a[0].Length (Array.concat a)

/// The game in which the row player gets a[i][j] and the column player b[i][j].
let private bimatrix (a: float[][]) (b: float[][]) =
    let first, second = row a.Length, column a[0].Length

    let payoff (m: float[][]) = Expr.Matrix(first.Actions, second.Actions, array2D m)

    Game.Named("bimatrix").Player(first).Player(second).Payoff(first, payoff a).Payoff(second, payoff b)

// ---- Worked examples -----------------------------------------------------------------------------------------------

// The game of all worked examples, payoffs to the row player:
//      3 -1
//     -1  1
// With p and q the probabilities of the first row and the first column, the first action is better than the second by
//     row:     d = 6 q - 2
//     column:  e = 2 - 6 p
// Everything starts at p = q = 1/2, hence with d = 1, e = -1. Values: row d_1 = 4 q - 1, d_2 = 1 - 2 q.
let private worked = zeroSum [| [| 3.0; -1.0 |]; [| -1.0; 1.0 |] |]

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

// ---- Oracles: the same updates as plain loops over arrays -----------------------------------------------------------

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

// ---- Properties ----------------------------------------------------------------------------------------------------

/// Games of two to four actions a player; payoffs over [-1, 1] of six digits, so that ties are out of the question.
let private smallGames =
    gen {
        let! rows = Gen.choose (2, 4)
        let! columns = Gen.choose (2, 4)
        let! payoffs = Gen.arrayOfLength (rows * columns) (Gen.choose (-1_000_000, 1_000_000))
        return payoffs |> Array.map (fun v -> float v / 1e6) |> matrix rows columns
    }
    |> Arb.fromGen

/// Strategies of the given sizes with every action above 0.
let private interior n = Gen.arrayOfLength n (Gen.choose (1, 1000)) |> Gen.map (Array.map float >> normalize)

/// A square zero-sum game with an interior equilibrium of value 0, and that equilibrium.
let private interiorGames =
    gen {
        let! n = Gen.choose (2, 4)
        let! payoffs = Gen.arrayOfLength (n * n) (Gen.choose (-1_000_000, 1_000_000))
        let! x = interior n
        let! y = interior n
        let raw = payoffs |> Array.map (fun v -> float v / 2e6) |> matrix n n
        let rows, columns = times raw y, times (Array.transpose raw) x
        let value = dot x rows
        // taking out row and column values makes every action as good as any other
        return raw |> Array.mapi (fun i r -> r |> Array.mapi (fun j v -> v - rows[i] - columns[j] + value)), x, y
    }
    |> Arb.fromGen

let private config = {
    FsCheckConfig.defaultConfig with
        maxTest = 25
        replay = Some(20260101UL, 1UL, None)
}

let private property name arbitrary (check: 'a -> unit) =
    testPropertyWithConfig config name (Prop.forAll arbitrary check)

let private permuted (order: int[]) (values: 'a[]) = order |> Array.map (fun k -> values[k])

let private pairs (strategies: float[] list) message (other: float[] list) tolerance =
    for output, e, v in List.zip3 outputs strategies other do
        close tolerance e v $"{message}, {output}"

let private properties =
    testList "properties" [
        for name, solver in variants do
            property $"{name} stays on the simplex" smallGames (fun a ->
                use runner = runner (zeroSum a) solver

                for steps in [ 0; 1; 2; 47 ] do
                    runner.Run steps

                    for output in outputs do
                        let strategy = runner.Output output
                        Expect.all strategy (fun p -> p >= 0.0 && p <= 1.0 + 1e-12) $"{output} in [0, 1]"
                        Expect.isLessThan (abs (Array.sum strategy - 1.0)) 1e-12 $"{output} sums to 1")

            property $"{name}: permuted actions, permuted answer" smallGames (fun a ->
                let rows = RandomStream(1UL, "rows").Permutation(a.Length, 0L, 0L)
                let columns = RandomStream(1UL, "columns").Permutation(a[0].Length, 0L, 0L)
                let plain = after 30 (zeroSum a) solver
                let shuffled = after 30 (a |> permuted rows |> Array.map (permuted columns) |> zeroSum) solver
                let order = [ rows; columns; rows; columns ]
                pairs (List.map2 permuted order plain) "permuted" shuffled 1e-9)

            property $"{name}: a constant added to all payoffs changes nothing" smallGames (fun a ->
                let plain = after 30 (zeroSum a) solver
                pairs plain "3 added" (after 30 (a |> Array.map (Array.map ((+) 3.0)) |> zeroSum) solver) 1e-9)

            // what is in units of payoff or of 1 / payoff must be scaled along
            property $"{name}: payoffs in another unit, the same answer" smallGames (fun a ->
                let scale = 8.0

                let rescaled key factor (s: IIterativeSolver) =
                    match s.Settings |> Seq.tryFind (fun setting -> setting.Name = key) with
                    | Some setting -> setting.With(number (factor * float setting.Value)) :?> IIterativeSolver
                    | None -> s

                let inUnit = solver |> rescaled "stepSize" (1.0 / scale) |> rescaled "temperature" scale
                let plain = after 30 (zeroSum a) solver
                pairs plain "scaled" (after 30 (a |> Array.map (Array.map ((*) scale)) |> zeroSum) inUnit) 1e-9)

            property $"{name}: same seed, same trace; no seed matters" smallGames (fun a ->
                let solve seed =
                    GameSolver.Solve(
                        zeroSum a,
                        solver,
                        SolveOptions(Until = Stop.AfterSteps 40L, Threads = 1, Seed = seed)
                    )

                let trace (solution: Solution) = [
                    for point in solution.Trace do
                        point.Step,
                        [ for metric in point.Metrics -> metric.Key, BitConverter.DoubleToInt64Bits metric.Value ]
                ]

                let first = solve 1UL
                // none of these solvers draws
                for again in [ solve 1UL; solve 2UL ] do
                    Expect.equal (trace again) (trace first) "trace"
                    Expect.equal again.Games[0].Strategies first.Games[0].Strategies "strategies")

            property $"{name}: players declared in the other order" smallGames (fun a ->
                let first, second = row a.Length, column a[0].Length
                let payoff = Expr.Matrix(first.Actions, second.Actions, array2D a)
                let swapped = Game.Named("swapped").ZeroSum(second, first, -payoff)
                let atOnce = simultaneous solver
                pairs (after 30 (zeroSum a) atOnce) "swapped" (after 30 swapped atOnce) 1e-9)

        testCase "in turns, who moves first matters" (fun () ->
            let a = matrix 3 3 (draws "turns" 1 3 3)
            let first, second = row 3, column 3
            let payoff = Expr.Matrix(first.Actions, second.Actions, array2D a)
            let swapped = Game.Named("swapped").ZeroSum(second, first, -payoff)

            for name in [ "prm+"; "rm+" ] do
                let averages spec = after 3 spec (iterative name) |> List.item 2
                let difference = Array.map2 (fun u v -> abs (u - v)) (averages (zeroSum a)) (averages swapped)
                Expect.isGreaterThan (Array.max difference) 1e-3 name)

        // in every unit, to the last bit, when the unit is a power of two: no regret is ever compared with anything but 0
        for name in [ "rm"; "rm+"; "prm+"; "fp" ] do
            property $"{name} needs no unit" smallGames (fun a ->
                let plain = after 100 (zeroSum a) (iterative name)

                for scale in [ 1024.0; 1.0 / 1024.0 ] do
                    let scaled = after 100 (a |> Array.map (Array.map ((*) scale)) |> zeroSum) (iterative name)
                    Expect.sequenceEqual (List.map bits scaled) (List.map bits plain) $"times {scale}")

        // An equilibrium, written into the state, stays there: all regrets are 0 and all values equal.
        let fixedPoint name solver (states: float[] * float[] -> (string * float[] * float[]) list) =
            property $"{name}: an interior equilibrium is a fixed point" interiorGames (fun (a, x, y) ->
                use runner = runner (zeroSum a) solver

                for state, ofRow, ofColumn in states (x, y) do
                    runner.SetState $"{state}/row" ofRow
                    runner.SetState $"{state}/column" ofColumn

                for _ in 1..10 do
                    runner.Run 1
                    close 1e-12 x (runner.Output "last/row") "row"
                    close 1e-12 y (runner.Output "last/column") "column")

        let logs = Array.map log
        let zeros = Array.map (fun _ -> 0.0)
        let proportional (x, y) = [ "regret", Array.map ((*) 3.0) x, Array.map ((*) 5.0) y ]
        fixedPoint "rm" (iterative "rm") proportional
        fixedPoint "rm+" (iterative "rm+") proportional
        fixedPoint "prm+" (iterative "prm+") (fun (x, y) -> ("predicted", zeros x, zeros y) :: proportional (x, y))
        fixedPoint "replicator" (iterative "replicator") (fun (x, y) -> [ "point", logs x, logs y ])
        fixedPoint "omwu" (iterative "omwu") (fun (x, y) -> [ "point", logs x, logs y; "seen", zeros x, zeros y ])
        fixedPoint "extragradient" (iterative "extragradient") (fun (x, y) -> [ "point", logs x, logs y ])

        fixedPoint "ogda" (iterative "ogda") (fun (x, y) -> [ "point", x, y; "seen", zeros x, zeros y ])

        fixedPoint "euclidean extragradient" (iterative "extragradient" |> set "geometry" "euclidean") (fun (x, y) -> [
            "point", x, y
        ])

        fixedPoint "mmd with its magnet there" (iterative "mmd" |> set "magnet" "moving") (fun (x, y) -> [
            "logit", logs x, logs y
            "magnet", logs x, logs y
        ])

        // hedge's falling step sizes pull every strategy but the uniform one towards it; fictitious play's last iterate is pure
        property "hedge: a uniform equilibrium is a fixed point" interiorGames (fun (a, _, _) ->
            let n = a.Length
            let centre = times a (uniform n)
            let level = a |> Array.mapi (fun i r -> r |> Array.map (fun v -> v - centre[i]))
            let columns = times (Array.transpose level) (uniform n)
            let flat = level |> Array.map (fun r -> Array.map2 (-) r columns)
            let strategies = after 20 (zeroSum flat) (iterative "hedge")

            for strategy in strategies do
                close 1e-12 (uniform n) strategy "strategy")

        // a pure and strict equilibrium attracts fictitious play for good
        testCase "fp: a strict pure equilibrium is a fixed point" (fun () ->
            let strategies = after 50 (zeroSum [| [| 0.0; 1.0 |]; [| -1.0; 2.0 |] |]) (iterative "fp")
            Expect.sequenceEqual strategies[0] [| 1.0; 0.0 |] "row"
            Expect.sequenceEqual strategies[1] [| 1.0; 0.0 |] "column")

        // the regularized equilibrium, found by iterating the logit responses with damping
        testCase "mmd: the regularized equilibrium is a fixed point" (fun () ->
            let a = matrix 3 4 (draws "logit" 1 3 4)
            let tau = 0.5
            let mutable x, y = uniform 3, uniform 4

            for _ in 1..5000 do
                let bestX = softmax (times a y |> Array.map (fun v -> v / tau))
                let bestY = softmax (times (Array.transpose a) x |> Array.map (fun v -> -v / tau))
                x <- Array.map2 (fun p b -> 0.9 * p + 0.1 * b) x bestX
                y <- Array.map2 (fun p b -> 0.9 * p + 0.1 * b) y bestY

            use runner = runner (zeroSum a) (iterative "mmd" |> set "temperature" (number tau))
            runner.SetState "logit/row" (logs x)
            runner.SetState "logit/column" (logs y)
            runner.Run 25
            close 1e-12 x (runner.Output "last/row") "row"
            close 1e-12 y (runner.Output "last/column") "column")
    ]

// ---- Rates ---------------------------------------------------------------------------------------------------------

/// Measured steps from first to last, a tenth apart.
let private grid first last =
    first
    |> List.unfold (fun t -> if t > last then None else Some(t, max (t + 1) (int (ceil (float t * 1.1)))))

/// Minus the slope of log gap on log step.
let private exponent (points: (int * float) list) =
    let points = points |> List.map (fun (t, gap) -> log (float t), log gap)
    let x, y = List.averageBy fst points, List.averageBy snd points
    let spread = points |> List.sumBy (fun (u, _) -> (u - x) ** 2.0)
    -(points |> List.sumBy (fun (u, v) -> (u - x) * (v - y))) / spread

let private games = 20
let private tenByTen = draws "rates" games 10 10

let private coarseGap (a: float[][]) (joint: float[][]) =
    let value = Array.sum (Array.map2 dot a joint)
    let columns, rows = joint |> Array.transpose |> Array.map Array.sum, joint |> Array.map Array.sum
    max (Array.max (times a columns) - value) (value - Array.min (times (Array.transpose a) rows))

/// Fitted exponents of the 20 games, smallest first; gaps below 1e-12 are rounding.
let private fitted (solver: IIterativeSolver) (claim: RateClaim) (steps: int list) =
    let spec = zeroSumBatch games 10 10 tenByTen
    use runner = new Runner(spec, solver, (claim.Gap = Gap.CoarseCorrelated))
    let mutable at = 0

    let measured = [
        for t in steps do
            runner.Run(t - at)
            at <- t

            let gap =
                match claim.Gap, claim.Iterate with
                | Gap.CoarseCorrelated, _ ->
                    let joint = runner.Outputs "joint"
                    fun game a -> coarseGap a (matrix 10 10 joint[game])
                | _, iterate ->
                    let word = if iterate = Iterate.Last then "last" else "average"
                    let x, y = runner.Outputs $"{word}/row", runner.Outputs $"{word}/column"
                    fun game a -> saddleGap a x[game] y[game]

            t, Array.init games (fun game -> gap game (matrix 10 10 tenByTen[game * 100 .. game * 100 + 99]))
    ]

    // a gap that reached rounding before there was much to fit fell faster than any power
    let fit points = if List.length points < 8 then infinity else exponent points

    List.init games (fun game ->
        fit [
            for t, gaps in measured do
                if gaps[game] > 1e-12 then
                    t, gaps[game]
        ])
    |> List.sort

// Every claim of every solver, under its own conditions. Two decades of steps: from 100 where regret is what counts, from 1,000
// where a step size first has to carry the strategies from the centre to their place (about diameter^2 / eta steps).
let private rateTests =
    testList "rates over 20 random 10 x 10 games" [
        for name, solver in
            [
                for name in iterativeNames do
                    name, iterative name
                "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
                "mmd, moving magnet", set "magnet" "moving" (iterative "mmd")
            ] do
            for claim in solver.Info.Claims do
                if Double.IsFinite claim.Exponent then
                    testCase $"{name}, {claim.Gap} of the {claim.Iterate}: {claim.Exponent}" (fun () ->
                        let conditioned =
                            match name, claim.Gap, claim.Iterate with
                            | _, Gap.CoarseCorrelated, _ -> simultaneous solver
                            | "omwu", _, Iterate.Last -> set "stepSize" "0.125" solver
                            | _ -> solver

                        let carries = conditioned |> has "stepSize" && claim.Exponent >= 0.5 && name <> "hedge"
                        let steps = if carries then grid 1_000 100_000 else grid 100 10_000
                        let slowest = List.head (fitted conditioned claim steps)
                        Expect.isGreaterThanOrEqual slowest (claim.Exponent - 0.05) "slowest of 20 games")

        // sum over players of KL(z* || z_t) <= KL_0 / (1 + eta tau)^t for eta <= tau / L^2, L = max |payoff| <= 1; and the regularized
        // gap, at most (L + tau |log|) |z_t - z*| up to constants, goes the same way to rounding
        testCase "mmd, fixed magnet: linear at the rate that the theorem states" (fun () ->
            use runner = runner (zeroSumBatch games 10 10 tenByTen) (iterative "mmd")
            let eta, tau = 0.1, 0.1
            let read () = runner.Outputs "last/row", runner.Outputs "last/column"
            let grid = 0 :: grid 100 2_000
            let mutable at = 0

            let path = [
                for t in grid do
                    runner.Run(t - at)
                    at <- t
                    t, read ()
            ]

            runner.Run 10_000
            let limitX, limitY = read ()

            for game in 0 .. games - 1 do
                let kl (p: float[]) (q: float[]) = Array.map2 (fun p q -> p * log (p / q)) p q |> Array.sum
                let distance (x: float[][], y: float[][]) = kl limitX[game] x[game] + kl limitY[game] y[game]
                let start = distance (snd path[0])

                for t, strategies in path do
                    // a KL below 1e-13 is a difference of sums of order 1
                    Expect.isLessThan
                        (distance strategies)
                        (start / (1.0 + eta * tau) ** float t * 1.000001 + 1e-13)
                        $"game {game}, step {t}"

                let a = matrix 10 10 tenByTen[game * 100 .. game * 100 + 99]

                let gain values strategy =
                    let best = tau * log (values |> Array.averageBy (fun v -> exp (v / tau)))
                    best - (dot values strategy - tau * kl strategy (uniform 10))

                let x, y = limitX[game], limitY[game]
                let gap = gain (times a y) x + gain (times (Array.transpose a) x |> Array.map (~-)) y
                Expect.isLessThan gap 1e-10 $"game {game}: regularized gap")
    ]

// ---- The inspection game -------------------------------------------------------------------------------------------

/// Red picks a mode and does its harm, unless blue guards that mode and red is caught, at a cost.
module private Inspection =
    let harm = [| 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 |]
    let caught = 0.5
    let payoffs = Array.init 8 (fun i -> Array.init 8 (fun j -> if i = j then -caught else harm[i]))
    let spec = zeroSum payoffs

    /// On its support every guarded mode is worth v: h - (h + c) q = v. A mode with less harm than v is neither used nor guarded.
    let value, red, blue =
        let rec solve (support: int list) =
            let weight i = 1.0 / (harm[i] + caught)
            let v = ((support |> List.sumBy (fun i -> harm[i] * weight i)) - 1.0) / List.sumBy weight support

            match support |> List.filter (fun i -> harm[i] >= v) with
            | kept when kept.Length < support.Length -> solve kept
            | _ ->
                let on i value = if List.contains i support then value else 0.0

                v,
                normalize (Array.init 8 (fun i -> on i (weight i))),
                Array.init 8 (fun i -> on i ((harm[i] - v) * weight i))

        solve [ 0..7 ]

let private effectiveModes strategy = exp (-(strategy |> Array.sumBy (fun p -> if p > 0.0 then p * log p else 0.0)))

// Steps and the NashConv that must be reached. Payoffs span D = 1.5, |payoff| <= L = 1, n = 8 actions a player, T steps.
// Where a theorem has constants, the bound is the theorem's; where it has none, ten times what a correct run needs.
let private reached = [
    // Regret at most D sqrt(n T) a player: 2 * 1.5 sqrt(8 / 10,000).
    "rm", iterative "rm", 10_000L, 0.085
    // The same regret, linear weights: 2 / (T + 1) * 2 * 1.5 sqrt(8 T) in the worst case; in turns about T^-1, 2e-5 seen.
    "rm+", iterative "rm+", 10_000L, 2e-4
    // Proven T^-1/2, in turns with quadratic weights about T^-3: 6e-8 seen.
    "prm+", iterative "prm+", 1_000L, 1e-6
    // Proven T^-1/2; 1.3e-5 seen.
    "drm", iterative "drm", 10_000L, 1.3e-4
    // 2.1e-5 seen.
    "lrm", iterative "lrm", 10_000L, 2.1e-4
    // Regret at most 2 sqrt(T ln n) a player for c = 1: 4 sqrt(2.08 / 10,000).
    "hedge", iterative "hedge", 10_000L, 0.058
    // Regrets sum to at most 2 ln n / eta + eta L^2 over all time (predictable sequences), eta = 1/4: 17.2 / T.
    "omwu", iterative "omwu", 10_000L, 1.8e-3
    // Mirror-prox: 2 ln n / (eta T), eta = 1/2: 8.4 / T.
    "extragradient", iterative "extragradient", 10_000L, 8.4e-4
    // The same with half the squared distance from the centre, (1 - 1/8) / 2 a player, eta = 1/16: 14 / T.
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient"), 10_000L, 1.4e-3
    // Reports the last iterate: T^-1/2, linear in the end. 9e-5 seen at 10,000 steps and rounding at 100,000.
    "ogda", iterative "ogda", 10_000L, 1e-3
    // Inexact proximal point: 5e-4 seen after 20 moves of the magnet.
    "mmd, moving magnet", set "magnet" "moving" (iterative "mmd"), 10_000L, 5e-3
    // The regularized equilibrium is off by at most tau ln n a player: 0.1 * 2 * 2.08.
    "mmd", iterative "mmd", 10_000L, 0.416
    // The same equilibrium.
    "logit", iterative "logit", 10_000L, 0.416
    // No rate (0.05 on 100 x 100 after 10,000 steps); 0.017 seen.
    "fp", iterative "fp", 10_000L, 0.05
]

let private inspectionTests =
    testList "inspection game" [
        testCase "closed form" (fun () ->
            Expect.isLessThan (abs (Inspection.value - 0.577020)) 5e-7 "value"
            Expect.equal (Inspection.red |> Array.filter (fun p -> p > 0.0) |> Array.length) 7 "modes used"
            Expect.isLessThan (saddleGap Inspection.payoffs Inspection.red Inspection.blue) 1e-15 "an equilibrium"
            Expect.isLessThan (abs (effectiveModes Inspection.red - 6.96)) 0.005 "red's effective modes"
            Expect.isLessThan (abs (effectiveModes Inspection.blue - 5.45)) 0.005 "blue's effective modes")

        for name, solver, steps, bound in reached do
            testCase $"{name} comes within {bound} in {steps} steps" (fun () ->
                let solution =
                    GameSolver.Solve(Inspection.spec, solver, SolveOptions(Until = Stop.AfterSteps steps, Threads = 1))

                Expect.isLessThan solution.Certificate.NashConv bound "NashConv"
                // a profile's value and the game's differ by less than what the players could still gain
                Expect.isLessThan (abs (solution.Value(solution.Players[0]) - Inspection.value)) bound "value")

        // the documented bound on the time average: (ln n + ln m) / (stepSize T) + stepSize L^2, at 0.1 and 10,000 steps
        testCase "replicator's average comes within 0.105, its last iterate nowhere" (fun () ->
            let solution =
                GameSolver.Solve(
                    Inspection.spec,
                    iterative "replicator",
                    SolveOptions(Until = Stop.AfterSteps 10_000L, Threads = 1)
                )

            Expect.isLessThan solution.Games[0].Metrics["game/nash_conv/average"] 0.105 "average"
            Expect.isGreaterThan solution.Games[0].Metrics["game/nash_conv/last"] 0.1 "last"
            Expect.isGreaterThan solution.Cycling 0.8 "it goes in circles")

        testCase "mmd: the regularized gap reaches 1e-10" (fun () ->
            let until = Stop.RegularizedGapBelow 1e-10 ||| Stop.AfterSteps 5_000L

            let solution =
                GameSolver.Solve(Inspection.spec, iterative "mmd", SolveOptions(Until = until, Threads = 1))

            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence)

        testCase "every solver is held to its accuracy" (fun () ->
            let held = reached |> List.map (fun (_, solver, _, _) -> solver.Info.Name) |> Set.ofList
            Expect.equal (held.Add "replicator") (Set.ofList iterativeNames) "names")

        testCase "the strategies are the closed form's" (fun () ->
            let until = Stop.NashConvBelow 1e-10 ||| Stop.AfterSteps 20_000L

            let solution =
                GameSolver.Solve(Inspection.spec, iterative "prm+", SolveOptions(Until = until, Threads = 1))

            close 1e-7 Inspection.red (Array.ofSeq (solution.Strategy solution.Players[0])) "red"
            close 1e-7 Inspection.blue (Array.ofSeq (solution.Strategy solution.Players[1])) "blue")
    ]

// ---- Three players -------------------------------------------------------------------------------------------------

let private three = [ for name in [ "first"; "second"; "third" ] -> Player.Of(name, 3) ]

/// Payoffs of a random game of three players with three actions each, cell (i, j, k) at 9 i + 3 j + k. One of the few (12 of 80 drawn)
/// in which regret matching never settles: elsewhere it finds a pure equilibrium and its gap falls like 1 / T.
let private cells = draws "three players 1" 3 9 3 |> Array.chunkBySize 27

let private threePlayers =
    let axes = three |> List.map (fun p -> p.Actions)

    (Game.Named("three"), List.indexed three)
    ||> List.fold (fun spec (k, p) -> spec.Player(p).Payoff(p, Expr.Literal(NamedTensor.Of(axes, cells[k]))))

let private generalSumTests =
    testList "three players, general sum" [
        // Proven is T^-1/2. Here: 9.8e-4 after 10,000 steps, below 1e-4 from 166,844 on. NashConv stays above 0.1: what converges is the
        // joint play, not the product of its marginals.
        testCase "rm: the joint average is a coarse correlated equilibrium, its gap the largest regret / T" (fun () ->
            let steps = 200_000
            let solver = iterative "rm"

            let solution =
                GameSolver.Solve(threePlayers, solver, SolveOptions(Until = Stop.AfterSteps(int64 steps), Threads = 1))

            let gap = solution.Certificate.CoarseCorrelatedGap.Value
            Expect.isLessThan gap 1e-4 "gap"
            Expect.isGreaterThan solution.Certificate.NashConv 0.1 "NashConv of the marginals"

            // external regret, added up from what was played
            use runner = runner threePlayers solver
            let values = Array.init 3 (fun _ -> Array.zeroCreate<float> 3)
            let earned = Array.zeroCreate<float> 3

            for _ in 1..steps do
                let play = three |> List.map (fun p -> runner.Output $"last/{p.Name}") |> Array.ofList

                for i in 0..2 do
                    for j in 0..2 do
                        for k in 0..2 do
                            let cell = 9 * i + 3 * j + k
                            let p, q, r = play[0][i], play[1][j], play[2][k]
                            values[0][i] <- values[0][i] + q * r * cells[0][cell]
                            values[1][j] <- values[1][j] + p * r * cells[1][cell]
                            values[2][k] <- values[2][k] + p * q * cells[2][cell]

                            for player in 0..2 do
                                earned[player] <- earned[player] + p * q * r * cells[player][cell]

                runner.Run 1

            let regret = Array.map2 (fun v e -> Array.max v - e) values earned |> Array.max
            Expect.isLessThan (abs (gap - regret / float steps)) 1e-10 $"gap {gap}, regret / T {regret / float steps}")

        for name in [ "rm+"; "prm+"; "hedge" ] do
            testCase $"{name}: the joint average's gap falls" (fun () ->
                let gap steps =
                    let options = SolveOptions(Until = Stop.AfterSteps steps, Threads = 1)

                    GameSolver
                        .Solve(threePlayers, simultaneous (iterative name), options)
                        .Certificate.CoarseCorrelatedGap.Value

                // ten times the steps: T^-1/2 is a factor of 3.2; the tolerance of 0.05 on the exponent makes it 2.8
                Expect.isLessThan (gap 20_000L * 2.8) (gap 2_000L) "from 2,000 to 20,000 steps")
    ]

// ---- Double oracle -------------------------------------------------------------------------------------------------

let private solveInner = {
    new ISolve with
        member _.Solve game =
            let players = List.ofSeq game.Players
            let rows, columns = players[0].Actions.Size, players[1].Actions.Size
            let spec = zeroSumOf rows columns (game.Payoff(0).ToArray())
            let options = SolveOptions(Until = (Stop.NashConvBelow 1e-9 ||| Stop.AfterSteps 20_000L), Threads = 1)
            GameSolver.Solve(spec, iterative "prm+", options).Games[0].Strategies
}

let private doubleOracleTests =
    testList "double oracle" [
        // Row 0 against column 0 of the worked game: responses are row 0 (3 > -1) and column 1 (-3 < 1).
        // The game (3 -1) has column 1 as answer; against it row 1 is best; then the populations hold everything.
        testCase "worked example" (fun () ->
            let game = BoundGame.Bind(worked).Data 0
            let solver = DoubleOracle()
            let mutable population = solver.Init game
            let grown = ResizeArray()

            for _ in 1..3 do
                let iterate = solver.Step(game, population, solveInner)

                grown.Add(
                    [ for members in iterate.Next.Members -> [ for m in members -> m.IndexOf 1.0 ] ],
                    iterate.Grew
                )

                population <- iterate.Next

            Expect.sequenceEqual
                grown
                [ [ [ 0 ]; [ 0; 1 ] ], true; [ [ 0; 1 ]; [ 0; 1 ] ], true; [ [ 0; 1 ]; [ 0; 1 ] ], false ]
                "populations")

        testCase "a 60 x 60 game from less than its half" (fun () ->
            let payoffs = draws "double oracle" 1 60 60
            let options = SolveOptions(Until = Stop.AfterSteps 1_000L, Threads = 1)
            let solution = GameSolver.Solve(zeroSumOf 60 60 payoffs, Solver.Find "double_oracle", options)
            let x, y = Array.ofSeq solution.Games[0].Strategies[0], Array.ofSeq solution.Games[0].Strategies[1]
            let certificate = saddleGap (matrix 60 60 payoffs) x y
            Expect.isLessThan certificate 1e-5 "NashConv in the full game"
            Expect.isLessThan (abs (solution.Certificate.NashConv - certificate)) 1e-12 "the certificate's"

            let sizes =
                Regex.Match(solution.Status.Sentence, @"(\d+) of 60 actions of row and (\d+) of 60 actions of column")

            Expect.isTrue sizes.Success solution.Status.Sentence

            for k in 1..2 do
                Expect.isLessThan (int sizes.Groups[k].Value) 60 solution.Status.Sentence)

        testCase "an exact solver inside makes the end exact" (fun () ->
            let spec = zeroSumOf 60 60 (draws "double oracle" 1 60 60)
            let options = SolveOptions(Until = Stop.AfterSteps 1_000L, Threads = 1)
            let gap inner = GameSolver.Solve(spec, DoubleOracle(Inner = inner), options).Certificate.NashConv
            Expect.isLessThan (gap (ZeroSumLp())) 1e-12 "NashConv with the linear program inside"
            // prm+ stops at 1e-9 or after 20,000 steps: that it is another answer shows that the solver inside is the one asked for
            Expect.isGreaterThan (gap (PredictiveRegretMatchingPlus())) 1e-12 "NashConv with prm+ inside")

        testCase "the solver inside is a part of the value and of its text" (fun () ->
            let text (solver: ISolver) = SolverText.Of solver
            Expect.equal (DoubleOracle()) (DoubleOracle(Inner = PredictiveRegretMatchingPlus())) "default"
            Expect.notEqual (DoubleOracle(Inner = Hedge())) (DoubleOracle()) "another"

            Expect.equal
                (text (DoubleOracle()))
                "double_oracle(inner=prm+(updates=alternating,averaging=quadratic))"
                "with all settings of both"

            Expect.equal (text (DoubleOracle(Inner = ZeroSumLp()))) "double_oracle(inner=lp)" "without settings")

        testCase "finds the seven modes of the inspection game" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1)
            let solution = GameSolver.Solve(Inspection.spec, Solver.Find "double_oracle", options)
            Expect.isLessThan solution.Certificate.NashConv 1e-6 "NashConv"
            let red = solution.Strategy solution.Players[0]
            Expect.equal (red |> Seq.filter (fun p -> p > 1e-3) |> Seq.length) 7 "modes"
            close 1e-5 Inspection.red (Array.ofSeq red) "red")
    ]

// ---- Two quantal responses ----------------------------------------------------------------------------------------

let private responseTests =
    testList "agent and normal form" [
        // Whoever holds the king and faces a bet wins 2 by a call and loses 1 by a fold, whatever the others do; the jack loses 2 or 1.
        testCase "the agent form answers by what actions are worth there" (fun () ->
            let until = Stop.Parse "agent_gap < 1e-12 or steps >= 20000"
            let kuhn = Game.FromRules(KuhnPoker())
            let solver = iterative "agent_qre" |> set "temperature" "0.7" |> set "damping" "0.1"
            let solution = GameSolver.Solve(kuhn, solver, SolveOptions(Until = until, Threads = 1))
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence

            for player in 0..1 do
                let treeplex = GameTree.Of(KuhnPoker()).Players[player]

                let call label =
                    let set = treeplex.InformationSets |> Seq.find (fun s -> s.Label = label)
                    solution.Games[0].Strategies[player][set.First + 1]

                let facing = if player = 0 then "pb" else "b"
                let king, jack = call $"player{player + 1} K {facing}", call $"player{player + 1} J {facing}"
                close 1e-10 [| 1.0 / (1.0 + exp (-3.0 / 0.7)) |] [| king |] "king"
                close 1e-10 [| 1.0 / (1.0 + exp (1.0 / 0.7)) |] [| jack |] "jack")

        testCase "the normal form is another equilibrium" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 3_000L, Threads = 1)
            let solve solver = GameSolver.Solve(Game.FromRules(KuhnPoker()), solver, options).Games[0]
            let agent = solve (iterative "agent_qre")
            let normal = solve (iterative "mmd")
            Expect.isLessThan agent.Metrics["game/agent_gap"] 1e-9 "the agent form is there"
            Expect.isGreaterThan agent.Metrics["game/regularized_gap"] 0.1 "and not at the normal form"
            Expect.isLessThan normal.Metrics["game/regularized_gap"] 1e-12 "the normal form is there")

        testCase "of a matrix game they are one" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 20_000L, Threads = 1)
            let solve solver = GameSolver.Solve(worked, solver, options).Games[0].Strategies
            let agent = solve (iterative "logit" |> set "temperature" "2")
            let normal = solve (iterative "mmd" |> set "temperature" "2")

            for a, n in Seq.zip agent normal do
                close 1e-9 (Array.ofSeq n) (Array.ofSeq a) "strategy")
    ]

// ---- Weights for populations ------------------------------------------------------------------------------------------

let private populationTests =
    let data spec = BoundGame.Bind(spec).Data 0
    let solve (solver: IDirectSolver) spec = solver.Solve(data spec, Threading.CancellationToken.None)

    let joint (answer: DirectAnswer) =
        match answer.Joint with
        | null -> failtest "expected a joint distribution"
        | joint -> Array.ofSeq joint

    testList "weights for populations" [
        // From a profile each of 2 other actions is tried with 1/2. Prisoner's dilemma: to defect pays more whatever the other does,
        // so with noise e = 0.01 the chain goes CC -> DC, CD -> DD with 1 - e and back with e. By balance along the square:
        // mass of CC : DC : CD : DD = e^2 : e (1 - e) : e (1 - e) : (1 - e)^2, and defection has 1 - e.
        testCase "alpha-rank of a prisoner's dilemma, by hand" (fun () ->
            let dilemma = bimatrix [| [| 3.0; 0.0 |]; [| 5.0; 1.0 |] |] [| [| 3.0; 5.0 |]; [| 0.0; 1.0 |] |]
            let answer = solve (AlphaRank()) dilemma
            close 1e-12 [| 0.01; 0.99 |] (Array.ofSeq answer.Strategies[0]) "row"
            close 1e-12 [| 1e-4; 0.0099; 0.0099; 0.9801 |] (joint answer) "joint")

        testCase "alpha-rank is the stationary distribution of its chain" (fun () ->
            let payoffs = draws "alpha-rank" 2 3 4
            let a, b = matrix 3 4 payoffs[..11], matrix 3 4 payoffs[12..]
            let joint = joint (solve (AlphaRank(Noise = 0.1)) (bimatrix a b))

            let keep fromPays toPays =
                if toPays > fromPays then 0.9
                elif toPays < fromPays then 0.1
                else 0.5

            let next = Array.copy joint

            for i in 0..2 do
                for j in 0..3 do
                    for k in 0..2 do
                        if k <> i then
                            let flow = joint[4 * i + j] * keep (a[i][j]) (a[k][j]) / 5.0
                            next[4 * i + j] <- next[4 * i + j] - flow
                            next[4 * k + j] <- next[4 * k + j] + flow

                    for k in 0..3 do
                        if k <> j then
                            let flow = joint[4 * i + j] * keep (b[i][j]) (b[i][k]) / 5.0
                            next[4 * i + j] <- next[4 * i + j] - flow
                            next[4 * i + k] <- next[4 * i + k] + flow

            close 1e-14 joint next "one step changes nothing")

        testCase "alpha-rank refuses what it cannot hold" (fun () ->
            Expect.throwsC
                (fun () -> solve (AlphaRank()) (zeroSumOf 50 50 (Array.zeroCreate 2500)) |> ignore)
                (fun e ->
                    Expect.stringStarts
                        e.Message
                        "Solver 'alpha_rank': takes at most 2000 pure profiles, this game has 2500; rank fewer strategies, or use rm."
                        "message"))

        testCase "uniform play is uniform, on trees at every information set" (fun () ->
            let answer = solve (UniformWeights()) (Game.FromRules(LeducPoker()))

            for strategy, player in Seq.zip answer.Strategies (GameTree.Of(LeducPoker())).Players do
                for set in player.InformationSets do
                    for a in 0 .. set.Actions.Count - 1 do
                        let probability = strategy[set.First + a]
                        Expect.equal probability (1.0 / float set.Actions.Count) set.Label)

        testCase "psro on Kuhn poker ends in an equilibrium, with far fewer than all strategies" (fun () ->
            let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1)
            let solution = GameSolver.Solve(Game.FromRules(KuhnPoker()), DoubleOracle(Inner = ZeroSumLp()), options)
            Expect.isLessThan solution.Certificate.NashConv 1e-12 "NashConv"
            Expect.isLessThan (abs (solution.Value(solution.Players[0]) + 1.0 / 18.0)) 1e-12 "value"

            let sizes =
                Regex.Match(solution.Status.Sentence, @"(\d+) strategies of player1 and (\d+) strategies of player2")

            Expect.isTrue sizes.Success solution.Status.Sentence
            Expect.isLessThan (int sizes.Groups[1].Value) 20 "of 64"
            let running = solution.Trace |> Seq.map (fun t -> t.Metrics["game/nash_conv"]) |> Seq.scan min infinity
            Expect.isLessThan (Seq.last running) 1e-12 "running minimum")

        testCase "a mixture of members plays as they do together" (fun () ->
            let solution =
                GameSolver.Solve(
                    Game.FromRules(LeducPoker()),
                    DoubleOracle(Inner = UniformWeights()),
                    SolveOptions(Until = Stop.AfterSteps 6L, Threads = 1)
                )

            // the game between populations is zero-sum, and its value at the mixtures is that of the full game's strategies
            let game = BoundGame.Bind(Game.FromRules(LeducPoker()))
            let solver = DoubleOracle(Inner = UniformWeights())

            let inner = {
                new ISolve with
                    member _.Solve game =
                        game.Players
                        |> Seq.map (fun p ->
                            Array.create p.Actions.Size (1.0 / float p.Actions.Size) |> ValueList.ToValueList)
                        |> ValueList.ToValueList
            }

            let mutable population = solver.Init(game.Data 0)

            for _ in 1..4 do
                let iterate = solver.Step(game.Data 0, population, inner)
                let table = population.Payoffs[0]
                let mean = Seq.average table
                let found = GameSolver.Evaluate(game, iterate.Strategies)[0]
                let value = found.Value(game.Spec.Players[0])
                Expect.isLessThan (abs (mean - value)) 1e-12 "value of the mixtures"
                population <- iterate.Next

            Expect.isGreaterThan solution.Certificate.NashConv 0.0 "no equilibrium")
    ]

[<Tests>]
let tests =
    testList "solvers" [
        responseTests
        populationTests
        workedExamples
        oracleTests
        properties
        rateTests
        inspectionTests
        generalSumTests
        doubleOracleTests
    ]
