/// Solvers run without the loop around them, and the arithmetic that they are held against.
module Alignment.Tests.SolverFixtures

open System
open System.Collections.Generic
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

// ---- Expressions by themselves -------------------------------------------------------------------------------------

/// An expression's numbers, with signals bound to some where they are used.
let numbersWith (inputs: (string * float[]) list) (value: Expr) : float[] =
    let program =
        Lowering.Program("test", [], SolverState.Empty, SolverState.Empty, [ KeyValuePair("value", value) ])

    use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())

    if program.Inputs.Count > 0 then
        for name, numbers in inputs do
            executable.SetInput(name, numbers)

    executable.Initialize()
    executable.Read()
    let size = executable.OutputAxes "value" |> Seq.fold (fun n axis -> n * axis.Size) 1
    let values: float[] = Array.zeroCreate size
    executable.GetOutput("value", values)
    values

/// An expression's numbers.
let numbers value = numbersWith [] value

// ---- Running a solver without the loop around it -------------------------------------------------------------------

/// A solver on a game or a batch of games, in float64 on one thread: steps, strategies, state, and nothing else.
type Runner(spec: GameSpec, solver: IIterativeSolver, joint) =
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

let runner spec solver = new Runner(spec, solver, false)

let outputs = [ "last/row"; "last/column"; "average/row"; "average/column" ]

/// The four strategies after some steps.
let after steps spec solver =
    use runner = runner spec solver
    runner.Run steps
    outputs |> List.map runner.Output

let set name (value: string) (solver: IIterativeSolver) =
    let setting = solver.Settings |> Seq.find (fun s -> s.Name = name)
    setting.With value :?> IIterativeSolver

let has name (solver: IIterativeSolver) = solver.Settings |> Seq.exists (fun s -> s.Name = name)

let simultaneous solver = if has "updates" solver then set "updates" "simultaneous" solver else solver

let number (x: float) = x.ToString "R"

/// Names under which an algorithm stands in the list a second time: `mpo` is mmd with a moving magnet, `sppo` the replicator's update.
let sameAlgorithms = Set.ofList [ "mpo"; "sppo" ]

/// Every iterative algorithm with its default settings, and the variants that are another one.
let variants = [
    for name in iterativeNames do
        if not (sameAlgorithms.Contains name) then
            name, iterative name
    "prm+ simultaneous", simultaneous (iterative "prm+")
    "rm+ simultaneous", simultaneous (iterative "rm+")
    "rm alternating", set "updates" "alternating" (iterative "rm")
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
    "mmd, moving magnet", iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "7"
]

let close tolerance (expected: float[]) (actual: float[]) message =
    Expect.equal actual.Length expected.Length $"{message}: length"

    for k in 0 .. expected.Length - 1 do
        if not (abs (actual[k] - expected[k]) <= tolerance) then
            failtest $"{message}, element {k}: expected {expected[k]}, got {actual[k]}"

// ---- Plain arithmetic, row by row ----------------------------------------------------------------------------------

let dot (a: float[]) (b: float[]) =
    let mutable sum = 0.0

    for k in 0 .. a.Length - 1 do
        sum <- sum + a[k] * b[k]

    sum

let times (matrix: float[][]) vector = matrix |> Array.map (fun row -> dot row vector)

let uniform n = Array.create n (1.0 / float n)

let normalize (weights: float[]) =
    let sum = Array.sum weights

    if sum > 0.0 then
        Array.map (fun w -> w / sum) weights
    else
        uniform weights.Length

let softmax (logits: float[]) =
    let top = Array.max logits
    normalize (logits |> Array.map (fun l -> exp (l - top)))

/// By bisection on the threshold: another algorithm than the sort that a kernel would use.
let project (point: float[]) =
    let mutable low, high = Array.min point - 1.0, Array.max point

    for _ in 1..200 do
        let middle = (low + high) / 2.0

        if point |> Array.sumBy (fun v -> max 0.0 (v - middle)) > 1.0 then
            low <- middle
        else
            high <- middle

    point |> Array.map (fun v -> max 0.0 (v - high))

/// NashConv in the zero-sum game of these payoffs to the row player.
let saddleGap (a: float[][]) x y = Array.max (times a y) - Array.min (times (Array.transpose a) x)

let matrix rows columns (payoffs: float[]) = Array.init rows (fun i -> payoffs[i * columns .. (i + 1) * columns - 1])

let zeroSum (a: float[][]) = zeroSumOf a.Length a[0].Length (Array.concat a)

/// The game in which the row player gets a[i][j] and the column player b[i][j].
let bimatrix (a: float[][]) (b: float[][]) =
    let first, second = row a.Length, column a[0].Length

    let payoff (m: float[][]) = Expr.Matrix(first.Actions, second.Actions, array2D m)

    Game.Named("bimatrix").Player(first).Player(second).Payoff(first, payoff a).Payoff(second, payoff b)

// The game of all worked examples, payoffs to the row player:
//      3 -1
//     -1  1
// With p and q the probabilities of the first row and the first column, the first action is better than the second by
//     row:     d = 6 q - 2
//     column:  e = 2 - 6 p
// Everything starts at p = q = 1/2, hence with d = 1, e = -1. Values: row d_1 = 4 q - 1, d_2 = 1 - 2 q.
let worked = zeroSum [| [| 3.0; -1.0 |]; [| -1.0; 1.0 |] |]

/// Red picks a mode and does its harm, unless blue guards that mode and red is caught, at a cost.
module Inspection =
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
