module Alignment.Tests.Fixtures

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Text.Json
open CliWrap
open CliWrap.Buffered
open Expecto
open NJsonSchema
open Alignment
open Alignment.Cli
open Alignment.CommandLine
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

let bitsOf (value: float) = BitConverter.DoubleToInt64Bits value

let bits (values: float[]) = Array.map bitsOf values

let private setting name (unset: uint64) =
    match Environment.GetEnvironmentVariable name with
    | null -> unset
    | text ->
        match UInt64.TryParse text with
        | true, value when value > 0UL -> value
        | _ -> failwith $"{name}: expected a whole number from 1 on, got '{text}'"

/// A property over that many cases, the same ones in each run. ALIGN_TEST_SEED=n draws others, and ALIGN_TEST_FACTOR=k draws k times as many.
let propertyOver cases name property =
    let config = {
        FsCheckConfig.defaultConfig with
            maxTest = cases * int (setting "ALIGN_TEST_FACTOR" 1UL)
            replay = Some(setting "ALIGN_TEST_SEED" 20260101UL, 1UL, None)
    }

    testPropertyWithConfig config name property

let near tolerance (expected: float) (actual: float) message =
    if not (abs (actual - expected) <= tolerance) then
        failtest $"{message}: expected {expected:R} to {tolerance}, got {actual:R}"

/// The message of a specification that is refused.
let refusal (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with :? SpecException as e ->
        e.Message

/// The message of arguments that are refused.
let argumentFault (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with :? ArgumentException as e ->
        e.Message

// ---- The command line ----------------------------------------------------------------------------------------------

/// A command line in this process: exit code, stdout, stderr.
let align args =
    use out = new StringWriter()
    use error = new StringWriter()
    let code = Program.run (Array.ofList args) out error
    code, string out, string error

/// What a command line prints that must succeed.
let printed args =
    match align args with
    | 0, out, _ -> out
    | code, _, error -> failtest $"align %A{args} ended with %d{code}: %s{error}"

let json (text: string) = (JsonDocument.Parse text).RootElement

/// A check that a text is JSON valid by a schema of docs/schema.
let validBy (schema: string) =
    let file = Path.Combine(root, "docs", "schema", schema)
    let schema = lazy (JsonSchema.FromFileAsync(file).GetAwaiter().GetResult())

    fun (text: string) ->
        let faults = schema.Value.Validate text |> Seq.map string |> List.ofSeq
        Expect.isEmpty faults $"valid by %s{file}: %s{text}"

/// Exit code 2, nothing on stdout, one line on stderr: this one.
let refused args (message: string) =
    let code, out, error = align args
    Expect.equal (error.TrimEnd()) ("align: " + message) "the message"
    Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
    Expect.equal code ExitCode.WrongInput "the exit code"
    Expect.equal out "" "nothing on stdout"

/// A folder for files of a test, removed afterwards.
let inFolder action =
    let folder = Directory.CreateTempSubdirectory "align-test-"

    try
        action folder.FullName
    finally
        folder.Delete(recursive = true)

/// A file of this name and content, removed afterwards.
let withFile (name: string) (content: string) action =
    inFolder (fun folder ->
        let path = Path.Combine(folder, name)
        File.WriteAllText(path, content)
        action path)

/// The tool's program, for `dotnet`.
let tool = typeof<ScriptGlobals>.Assembly.Location

/// A process that has been started with its outputs redirected, to its end: exit code, stdout, stderr.
let ended (child: Process) =
    let error = child.StandardError.ReadToEndAsync()
    let out = child.StandardOutput.ReadToEnd()
    child.WaitForExit()
    child.ExitCode, out, error.Result

/// Tests that start processes, which have compilers and threads of their own: one after the other, beside the tests of this process. Not for tests that hold a time against a limit.
let startsProcesses test = testSequencedGroup "processes" test

/// The tool in a process of its own, to its end, with variables of its environment changed.
let childIn (environment: (string * string) list) (args: string list) =
    let info =
        ProcessStartInfo("dotnet", tool :: args, RedirectStandardOutput = true, RedirectStandardError = true)

    for name, value in environment do
        info.Environment[name] <- value

    match Process.Start info with
    | null -> failtest "no child process"
    | started ->
        use child = started
        ended child

/// The tool in a process of its own, to its end.
let child args = childIn [] args

/// A folder outside of the repository with nothing in it that `dotnet` would take for a project.
let private elsewhere =
    lazy (Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "align-elsewhere"))).FullName

/// What a command of `dotnet` prints that must succeed, started from a folder outside of the repository.
let dotnet (environment: (string * string) list) (arguments: string list) =
    let variables = environment |> List.map (fun (name, value) -> KeyValuePair(name, value)) |> Dictionary

    let result =
        Cli
            .Wrap("dotnet")
            .WithArguments(arguments)
            .WithWorkingDirectory(elsewhere.Value)
            .WithEnvironmentVariables(variables)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync()
            .GetAwaiter()
            .GetResult()

    let command = String.concat " " arguments
    Expect.equal result.ExitCode 0 $"{command}:\n{result.StandardOutput}\n{result.StandardError}"
    result.StandardOutput
