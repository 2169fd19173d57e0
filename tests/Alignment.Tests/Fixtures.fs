module Alignment.Tests.Fixtures

open System
open System.IO
open Alignment
open Alignment.Compiler

/// The repository's folder.
let root =
    let rec up (folder: string) =
        match Path.GetDirectoryName folder with
        | _ when File.Exists(Path.Combine(folder, "Alignment.sln")) -> folder
        | null -> failwith "these tests are to be run inside of the repository"
        | parent -> up parent

    up __SOURCE_DIRECTORY__

let row3 = Player.Of("row", "rock", "paper", "scissors")
let column3 = Player.Of("column", "rock", "paper", "scissors")

/// Rock-paper-scissors where scissors cutting paper pays `cut`: the equilibrium moves away from uniform.
let weightedRps (cut: float) =
    Game
        .Named("weighted_rps")
        .ZeroSum(
            row3,
            column3,
            Expr.Matrix(
                row3.Actions,
                column3.Actions,
                array2D [ [ 0.0; -1.0; 1.0 ]; [ 1.0; 0.0; -cut ]; [ -1.0; cut; 0.0 ] ]
            )
        )

/// Uniform draws on [-1, 1]: the payoffs of `games` games of rows x columns, game by game.
let draws name games rows columns =
    let stream = RandomStream(20260101UL, name)
    Array.init (games * rows * columns) (fun k -> 2.0 * stream.Uniform(0L, int64 k) - 1.0)

let row n = Player.Of("row", (n: int))
let column n = Player.Of("column", (n: int))

/// One zero-sum game of given payoffs.
let zeroSumOf rows columns (payoffs: float[]) =
    let a, b = row rows, column columns
    Game.Named("random").ZeroSum(a, b, Expr.Literal(NamedTensor.Of([ a.Actions; b.Actions ], payoffs)))

/// Many zero-sum games as one batch along `game`.
let zeroSumBatch games rows columns (payoffs: float[]) =
    let a, b = row rows, column columns
    let game = Axis.Of("game", (games: int))

    Game.Named("random").ZeroSum(a, b, Expr.Literal(NamedTensor.Of([ game; a.Actions; b.Actions ], payoffs))).Over game

let iterative (name: string) = Solver.Find name :?> IIterativeSolver

/// Names of all iterative solvers that take a two-player zero-sum game.
let iterativeNames =
    Solver.All
    |> Seq.choose (fun s ->
        match s with
        | :? IIterativeSolver -> Some s.Info.Name
        | _ -> None)
    |> List.ofSeq

/// The state of a solver after `steps` steps, run on Host in chunks of `chunk`: every variable, game by game, bit for bit.
let runHost (spec: GameSpec) solver precision threads steps chunk =
    let solver: IIterativeSolver = iterative solver
    let completed = (solver :> ISolver).Complete spec
    let program = SolverProgram.Compile(completed, solver, completed.Batch, false)
    use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions(precision, threads, 0UL))
    executable.Initialize()
    let mutable step = 1L

    while step <= int64 steps do
        let count = min chunk (steps - int step + 1)
        executable.Run(step, count)
        step <- step + int64 count

    executable.Read()

    [
        for output in program.Outputs do
            let size = executable.OutputAxes output.Name |> Seq.fold (fun n a -> n * a.Size) 1
            let values: float[] = Array.zeroCreate (program.Games * size)
            executable.GetOutput(output.Name, values)
            output.Name, values |> Array.chunkBySize size
    ]

let bits (values: float[]) = values |> Array.map BitConverter.DoubleToInt64Bits
