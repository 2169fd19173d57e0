namespace Alignment.Tests

open System
open System.Diagnostics
open System.Reflection
open CliWrap
open Expecto
open FsCheck
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.RandomPrograms

/// Random programs on Host and on Torch, in a process of their own: a script that LibTorch's compiler does not accept ends the process,
/// so every program is printed before it runs.
module TorchAgreement =

    let private size (axes: Axis seq) = axes |> Seq.fold (fun n a -> n * a.Size) 1

    let private sorted (axes: Axis seq) = axes |> Seq.sortBy _.Name |> List.ofSeq

    /// Where an element of a row-major run over some axes lies in one over others.
    let private position (from: Axis list) (into: Axis list) element =
        let coordinates, _ =
            (from, (Map.empty, element))
            ||> List.foldBack (fun a (known, rest) -> Map.add a.Name (rest % a.Size) known, rest / a.Size)

        (0, into) ||> List.fold (fun at a -> at * a.Size + coordinates[a.Name])

    /// All outputs, game by game, each over its axes in the order of their names: an order that does not depend on how a value is made.
    let private read (executable: IExecutable) =
        executable.Read()

        [
            for output in executable.Program.Outputs do
                let axes = executable.OutputAxes output.Name |> List.ofSeq
                let values: float[] = Array.zeroCreate (executable.Program.Games * size axes)
                executable.GetOutput(output.Name, values)
                let order = Array.init (size axes) (position (sorted axes) axes)

                output.Name,
                values
                |> Array.chunkBySize (size axes)
                |> Array.collect (fun game -> order |> Array.map (fun k -> game[k]))
        ]

    /// Initial values, some steps, outputs.
    let private results (executable: IExecutable) (inputs: Input list) steps =
        for input in inputs do
            if
                executable.Program.Inputs
                |> Seq.exists (fun id -> (executable.Program.Graph[id].Op :?> Op.Signal).Name = input.Name)
            then
                executable.SetInput(input.Name, input.Values)

        executable.Initialize()
        // in two calls, so that what is carried from step to step crosses a border
        executable.Run(1L, min 1 steps)
        executable.Run(2L, max 0 (steps - 1))
        read executable

    let private evaluate (executor: IExecutor) precision (program: Program) inputs steps =
        use executable = executor.Prepare(program, ExecutionOptions(precision, 1, 7UL))
        results executable inputs steps

    let private moved amount (direction: Input -> int -> float) (inputs: Input list) =
        inputs
        |> List.map (fun i -> {
            i with
                Values = i.Values |> Array.mapi (fun k v -> v + amount * direction i k)
        })

    /// The scale of a program's outputs: the largest absolute output, plus its condition, the largest change of an output when every
    /// input number moves by up to one part, measured by three random relative perturbations of 1e-6 on Host in float64; at least 1.
    /// Executors agree to a tolerance when they differ by less than the tolerance times this scale.
    let private scale seed (program: Program) (s: Sketch) (expected: (string * float[]) list) =
        use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions(Precision.Float64, 1, 7UL))
        let stream = RandomStream(seed, "perturbation")
        let size = expected |> List.collect (snd >> List.ofArray) |> List.fold (fun m v -> max m (abs v)) 1.0

        let change round =
            let direction (i: Input) k =
                i.Values[k] * (2.0 * stream.WithName($"perturbation {i.Name}").Uniform(int64 round, int64 k) - 1.0)

            List.map2
                (fun (_, a) (_, b) -> Array.map2 (fun x y -> abs (x - y) / 1e-6) a b |> Array.fold max 0.0)
                expected
                (results executable (moved 1e-6 direction s.Inputs) s.Steps)
            |> List.max

        size + ([ 1..3 ] |> List.map change |> List.max)

    let private compare what tolerance scale (expected: (string * float[]) list) (actual: (string * float[]) list) =
        for (name, e), (_, a) in List.zip expected actual do
            for k in 0 .. e.Length - 1 do
                if not (abs (e[k] - a[k]) <= tolerance * scale) then
                    failwith $"{what}: output '{name}', element {k}: Host {e[k]}, Torch {a[k]}, scale {scale}"

    /// Central differences over all games at once: games do not interact. Truncation of order h^2 and rounding of order 1e-16 / h.
    let private checkDifferences (program: Program) (s: Sketch) scale (expected: (string * float[]) list) =
        let h = 1e-5
        use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions(Precision.Float64, 1, 7UL))
        let value name = List.find (fst >> (=) name) >> snd
        let isBatch (a: Axis) = s.Batch |> List.exists (fun b -> b.Name = a.Name)

        for d in s.Differences do
            let slope direction =
                let at amount =
                    results
                        executable
                        (moved amount (fun i k -> if i.Name = d.Input.Name then direction k else 0.0) s.Inputs)
                        0
                    |> value d.Objective

                Array.map2 (fun p m -> (p - m) / (2.0 * h)) (at h) (at -h)

            let near message (expected: float) (actual: float) =
                if not (abs (expected - actual) <= 1e-6 * scale) then
                    failwith
                        $"derivative '{d.Derivative}' by '{d.Input.Name}', {message}: differences {expected}, derivative {actual}, scale {scale}"

            match d.Direction with
            | Some direction ->
                let values = direction.Values.ToArray()

                Array.iteri2
                    (fun k e a -> near $"element {k}" e a)
                    (slope (fun k -> values[k]))
                    (value d.Derivative expected)
            | None ->
                let own = d.Input.Axes |> List.filter (isBatch >> not) |> sorted
                let gradient = value d.Derivative expected

                for e in 0 .. size own - 1 do
                    slope (fun k -> if position d.Input.Axes own k = e then 1.0 else 0.0)
                    |> Array.iteri (fun game expected ->
                        near $"game {game}, element {e}" expected gradient[game * size own + e])

    /// Whether all numbers stay finite and away from kinks.
    let private isSmooth name (s: Sketch) (expected: (string * float[]) list) =
        expected |> List.forall (snd >> Array.forall Double.IsFinite)
        && evaluate HostExecutor.Instance Precision.Float64 (marginProgram $"margins of {name}" s) s.Inputs s.Steps
           |> List.forall (snd >> Array.forall (fun margin -> margin >= 0.01))

    /// Host's generated code gives the bits of Host's kernels.
    let private sameBits what (kernels: (string * float[]) list) (generated: (string * float[]) list) =
        for (name, k), (_, g) in List.zip kernels generated do
            if not (Span<float>(k).SequenceEqual(ReadOnlySpan<float>(g))) then
                failwith $"{what}: output '{name}': kernels %A{k}, generated code %A{g}"

    /// Host gives each game of a batch the bits that it has alone.
    let private checkSingles name (program: Program) (s: Sketch) =
        for precision in [ Precision.Float64; Precision.Float32 ] do
            let batch = lazy evaluate HostExecutor.Instance precision program s.Inputs s.Steps

            // the first and the last: a vector's end is where they would differ
            for game in List.distinct [ 0; program.Games - 1 ] do
                match single s game with
                | None -> ()
                | Some alone ->
                    let own =
                        evaluate
                            HostExecutor.Instance
                            precision
                            (RandomPrograms.program $"{name}, game {game}" alone)
                            alone.Inputs
                            s.Steps

                    for (output, all), (_, expected) in List.zip batch.Value own do
                        let actual = all |> Array.skip (game * expected.Length) |> Array.truncate expected.Length

                        if not (Span<float>(actual).SequenceEqual(ReadOnlySpan<float>(expected))) then
                            failwith
                                $"{precision}, game {game}: output '{output}': alone %A{expected}, in the batch %A{actual}"

    /// Runs one random program; false if it comes too near to a kink to tell.
    let private check seed =
        let s = (Gen.sampleWithSeed (Rnd(seed)) 10 1 sketch)[0]
        let name = $"random {seed}"
        let program = program name s
        let expected = evaluate HostExecutor.Instance Precision.Float64 program s.Inputs s.Steps

        if not (isSmooth name s expected) then
            false
        else
            printfn "%s" (program.ToString())
            stdout.Flush()
            let scale = scale seed program s expected
            checkDifferences program s scale expected

            if not s.Batch.IsEmpty then
                checkSingles name program s

            TorchExecutor.Check program

            for precision in [ Precision.Float64; Precision.Float32 ] do
                sameBits
                    (string precision)
                    (evaluate HostExecutor.KernelsOnly precision program s.Inputs s.Steps)
                    (evaluate HostExecutor.Instance precision program s.Inputs s.Steps)

            evaluate TorchExecutor.Cpu Precision.Float64 program s.Inputs s.Steps
            |> compare "float64" 1e-10 scale expected

            compare
                "float32"
                1e-4
                scale
                (evaluate HostExecutor.Instance Precision.Float32 program s.Inputs s.Steps)
                (evaluate TorchExecutor.Cpu Precision.Float32 program s.Inputs s.Steps)

            true

    /// All outputs and state variables after some steps.
    let private everything (executor: IExecutor) precision (program: Program) steps =
        use executable = executor.Prepare(program, ExecutionOptions(precision, 1, 7UL))
        let outputs = results executable [] steps

        outputs
        @ [
            for state in program.States do
                let values: float[] = Array.zeroCreate (executable.StateLength state.Name)
                executable.GetState(state.Name, values)
                state.Name, values
        ]

    /// Every solver on one game and on a batch. The scale is the largest number of the state (compensations are differences of such), and
    /// more where a step near a kink makes much of rounding: then Host's own float32 is as far from float64.
    let private checkSolvers () =
        let stream = RandomStream(5UL, "games")
        let payoffs count = Array.init count (fun k -> 2.0 * stream.Uniform(0L, int64 k) - 1.0)

        let matrix rows columns (games: Axis list) =
            let row, column = Player.Of("row", (rows: int)), Player.Of("column", (columns: int))
            let axes = row.Actions :: column.Actions :: games
            let payoff = Expr.Literal(NamedTensor.Of(axes, payoffs (size axes)))

            (Game.Named($"{rows} x {columns} over {games}").ZeroSum(row, column, payoff), games)
            ||> List.fold (fun g a -> g.Over a)

        let rockPaperScissors =
            let row, column = Player.Of("row", 3), Player.Of("column", 3)
            let beats = array2D [ [ 0.0; -1.0; 2.0 ]; [ 1.0; 0.0; -1.0 ]; [ -1.0; 1.0; 0.0 ] ]
            Game.Named("rps").ZeroSum(row, column, Expr.Matrix(row.Actions, column.Actions, beats))

        let threePlayers =
            let players = [ "one", 2; "two", 3; "three", 2 ] |> List.map (fun (n, k) -> Player.Of(n, k))
            let axes = Axis.Of("games", 5) :: (players |> List.map _.Actions)

            (Game.Named("three").Over(Axis.Of("games", 5)), players)
            ||> List.fold (fun g p -> g.Player(p).Payoff(p, Expr.Literal(NamedTensor.Of(axes, payoffs (size axes)))))

        let iterative =
            Solver.All
            |> Seq.choose (function
                | :? IIterativeSolver as s -> Some s
                | _ -> None)
            |> List.ofSeq

        let small = [ rockPaperScissors; matrix 4 3 []; matrix 3 5 [ Axis.Of("games", 5) ]; threePlayers ]
        // large enough for other kinds of matrix products
        let large = [ matrix 150 90 []; matrix 12 9 [ Axis.Of("games", 70) ]; matrix 60 50 [ Axis.Of("games", 130) ] ]

        for game, solver in
            List.allPairs small iterative @ List.allPairs large [ RegretMatchingPlus(); OptimisticGradient() ] do
            let spec = (solver :> ISolver).Complete game
            let program = SolverProgram.Compile(spec, solver, spec.Batch, small |> List.contains game)
            printfn "%s" (program.ToString())
            stdout.Flush()
            TorchExecutor.Check program

            // fewer steps in float32: where regrets cross 0 a step multiplies what rounding did before (lrm: 2e-4 after 30 steps)
            for precision, steps, tolerance in [ Precision.Float64, 30, 1e-10; Precision.Float32, 10, 1e-4 ] do
                let expected = everything HostExecutor.Instance precision program steps
                let largest = expected |> Seq.collect snd |> Seq.fold (fun m v -> max m (abs v)) 1.0

                sameBits solver.Info.Name (everything HostExecutor.KernelsOnly precision program steps) expected

                everything TorchExecutor.Cpu precision program steps
                |> compare $"{solver.Info.Name} on {game.Name}, {precision}" tolerance largest expected

    /// `--torch-agreement SEED COUNT`: checks so many random programs, from a seed on; `--torch-agreement solvers`: checks every solver.
    /// None for any other command line.
    let run (args: string[]) =
        match args with
        | [| "--torch-agreement"; seed; count |] ->
            let rec from seed left =
                if left > 0 then
                    try
                        from (seed + 1UL) (if check seed then left - 1 else left)
                    with e ->
                        printfn "FAILED with seed %d: %s" seed (e.ToString())
                        1
                else
                    printfn "agreed"
                    0

            Some(from (UInt64.Parse seed) (int count))
        | [| "--torch-agreement"; "solvers" |] ->
            try
                checkSolvers ()
                printfn "agreed"
                Some 0
            with e ->
                printfn "FAILED: %s" (e.ToString())
                Some 1
        | _ -> None

module TorchTests =

    /// This program again, with other arguments; the exit code and the last lines that it wrote.
    let private rerun (arguments: string list) =
        let lines = Collections.Generic.Queue<string>()

        let keep (line: string) =
            lock lines (fun () ->
                lines.Enqueue line

                if lines.Count > 400 then
                    lines.Dequeue() |> ignore)

        let result =
            Cli
                .Wrap("dotnet")
                .WithArguments("exec" :: Assembly.GetExecutingAssembly().Location :: arguments)
                .WithValidation(CommandResultValidation.None)
                .WithStandardOutputPipe(PipeTarget.ToDelegate keep)
                .WithStandardErrorPipe(PipeTarget.ToDelegate keep)
                .ExecuteAsync()
                .Task.Result

        result.ExitCode, String.concat "\n" lines

    let private agrees arguments =
        let code, text = rerun ("--torch-agreement" :: arguments)
        Expect.equal code 0 $"the last program printed is the one that failed:\n{text}"

    let private options precision = ExecutionOptions(precision, 1, 3UL)

    let private cpu = TorchExecutor.Cpu

    let private outputsOnly outputs =
        Lowering.Program(
            "test",
            [],
            SolverState.Empty,
            SolverState.Empty,
            outputs |> List.map (fun (n, v: Expr) -> Collections.Generic.KeyValuePair(n, v))
        )

    let private output (executable: IExecutable) name =
        let axes = executable.OutputAxes name |> Seq.fold (fun n a -> n * a.Size) 1
        let values: float[] = Array.zeroCreate (executable.Program.Games * axes)
        executable.GetOutput(name, values)
        values

    /// The value of an expression without inputs.
    let private valueOn (executor: IExecutor) (expression: Expr) =
        use executable = executor.Prepare(outputsOnly [ "y", expression ], options Precision.Float64)
        executable.Initialize()
        executable.Read()
        output executable "y"

    let private a = Axis.Of("a", 4)
    let private b = Axis.Of("b", 2)

    let private rps =
        let row, column = Player.Of("row", 3), Player.Of("column", 3)
        let beats = array2D [ [ 0.0; -1.0; 2.0 ]; [ 1.0; 0.0; -1.0 ]; [ -1.0; 1.0; 0.0 ] ]
        Game.Named("rps").ZeroSum(row, column, Expr.Matrix(row.Actions, column.Actions, beats))

    let private compiled name =
        let solver = Solver.Find name :?> IIterativeSolver
        let spec = (solver :> ISolver).Complete rps
        SolverProgram.Compile(spec, solver, spec.Batch, false)

    let private states (executable: IExecutable) = [
        for state in executable.Program.States do
            let values: float[] = Array.zeroCreate (executable.StateLength state.Name)
            executable.GetState(state.Name, values)
            state.Name, values
    ]

    /// A random walk that counts its steps: it uses draws, the number of the step and a table of it.
    let private walk =
        let slot = Slot "walk"
        let initial = SolverState.Empty.With(slot, Expr.Constant(0.0).Expand(a))
        let pace = (Expr.Constant 1.0 / (Expr.Step + 3.0)).Sqrt()
        let variable = initial.AsVariables()[slot]
        let next = SolverState.Empty.With(slot, variable + pace * Expr.Normal("steps", a) + 0.01 * Expr.Step)
        Lowering.Program("walk", [], initial, next, [ Collections.Generic.KeyValuePair("walk", variable) ])

    let private start (executor: IExecutor) precision program =
        let executable = executor.Prepare(program, options precision)
        executable.Initialize()
        executable

    [<Tests>]
    let tests =
        testList "torch" [
            testCase
                "1,000 random programs agree with Host; derivatives agree with differences, batches with single games; all run on meta"
                (fun () -> agrees [ "1"; "1000" ])

            testCase "every solver agrees with Host" (fun () -> agrees [ "solvers" ])

            testCase "the first of equal elements is the largest" (fun () ->
                let ties = Expr.Matrix(b, a, array2D [ [ 1.0; 3.0; 3.0; 3.0 ]; [ 2.0; 2.0; 0.0; 2.0 ] ]).OneHotMax a

                Expect.sequenceEqual (valueOn cpu ties) [ 0.0; 1.0; 0.0; 0.0; 1.0; 0.0; 0.0; 0.0 ] "one-hot"
                let x = Expr.Vector(a, 1.0, 3.0, 3.0, 2.0)
                Expect.sequenceEqual (valueOn cpu ((x.Max a).Grad x)) [ 0.0; 1.0; 0.0; 0.0 ] "derivative of max")

            testCase "a projection onto the simplex is exact at its corners and inside" (fun () ->
                let x = Expr.Matrix(b, a, array2D [ [ 0.1; 0.2; 0.3; 0.4 ]; [ 5.0; 0.0; -1.0; 4.5 ] ])
                let expected = [ 0.1; 0.2; 0.3; 0.4; 0.75; 0.0; 0.0; 0.25 ]

                for e, v in Seq.zip expected (valueOn cpu (x.ProjectToSimplex a)) do
                    Expect.floatClose Accuracy.veryHigh v e "projection")

            testCase "masks of minus infinity leave no NaN" (fun () ->
                let masked =
                    Expr
                        .Vector(a, 1.0, 0.0, 0.0, 1.0)
                        .Select(Expr.Vector(a, 1.0, 2.0, 3.0, 4.0), Expr.Constant Double.NegativeInfinity)

                Expect.equal (valueOn cpu (masked.Max a)) [| 4.0 |] "max"
                let mixed = valueOn cpu (masked.LogSumExp a)
                Expect.floatClose Accuracy.veryHigh mixed[0] (log (exp 1.0 + exp 4.0)) "log sum exp"
                let nothing = Expr.Constant(Double.NegativeInfinity).Expand(a)
                Expect.equal (valueOn cpu (nothing.LogSumExp a)) [| Double.NegativeInfinity |] "log sum exp of nothing")

            testCase "the branch that is not taken leaks nothing" (fun () ->
                let x = Expr.Vector(a, -1.0, 1.0, 0.0, 2.0)
                let value = x.Above(Expr.Constant 0.0).Select(x.Log(), x)
                Expect.isTrue (valueOn cpu (value.Sum(a).Grad x) |> Array.forall Double.IsFinite) "gradient"
                Expect.sequenceEqual (valueOn cpu value) [ -1.0; 0.0; 0.0; log 2.0 ] "value")

            testCase "the length of a call changes no bit" (fun () ->
                for program in [ compiled "prm+"; compiled "hedge"; walk ] do
                    for precision in [ Precision.Float32; Precision.Float64 ] do
                        use once = start cpu precision program
                        // longer than a table of steps
                        once.Run(1L, 2500)
                        use often = start cpu precision program
                        let mutable step = 1L

                        for count in [ 1; 1; 7; 1091; 1400 ] do
                            often.Run(step, count)
                            step <- step + int64 count

                        for (name, e), (_, v) in List.zip (states once) (states often) do
                            Expect.sequenceEqual v e $"{program.Name}, {precision}: {name}")

            testCase "draws are those of Host" (fun () ->
                use host = start HostExecutor.Instance Precision.Float64 walk
                use torch = start cpu Precision.Float64 walk
                host.Run(1L, 40)
                torch.Run(1L, 40)

                for h, t in Seq.zip (snd (states host).Head) (snd (states torch).Head) do
                    Expect.floatClose Accuracy.veryHigh t h "walk")

            testCase "a state that is taken out and put into another run goes on as before" (fun () ->
                for name in [ "rm+"; "hedge" ] do
                    let program = compiled name
                    use whole = start cpu Precision.Float64 program
                    whole.Run(1L, 50)
                    use first = start HostExecutor.Instance Precision.Float64 program
                    first.Run(1L, 20)
                    use second = start cpu Precision.Float64 program

                    for state, values in states first do
                        second.SetState(state, values)

                    second.Run(21L, 30)

                    for (state, e), (_, v) in List.zip (states whole) (states second) do
                        for x, y in Seq.zip e v do
                            Expect.floatClose Accuracy.high y x $"{name}: {state}")

            testCase "GameSolver certifies what Torch found" (fun () ->
                let solution =
                    GameSolver.Solve(
                        rps,
                        Solver.Find "prm+",
                        SolveOptions(Executor = cpu, Until = Stop.NashConvBelow 1e-6)
                    )

                Expect.isLessThan solution.Certificate.NashConv 1e-6 "NashConv")

            testCase "devices have names" (fun () ->
                Expect.equal
                    [ for d in [ "cpu"; "cuda"; "meta" ] -> (TorchExecutor.On d).Device ]
                    [ "cpu"; "cuda"; "meta" ]
                    "devices"

                Expect.equal cpu.Name "torch" "executor"

                Expect.throwsC (fun () -> TorchExecutor.On "cdua" |> ignore) (fun e ->
                    Expect.equal e.Message "There is no device 'cdua'. Did you mean 'cuda'?" "message"))

            testCase "a device that is not there is refused" (fun () ->
                Alignment.Torch.TorchNative.EnsureLoaded()

                if not (TorchSharp.torch.cuda.is_available ()) then
                    Expect.throwsC
                        (fun () -> TorchExecutor.Cuda.Prepare(compiled "rm+", options Precision.Float32) |> ignore)
                        (fun e ->
                            Expect.isTrue (e :? Alignment.Torch.TorchUnavailableException) (e.GetType().Name)
                            Expect.stringContains e.Message "finds no CUDA here" "cause"
                            Expect.stringContains e.Message "use the device 'cpu'" "remedy"))

            testCase "the meta device holds no numbers" (fun () ->
                use executable = start TorchExecutor.Meta Precision.Float64 (compiled "rm+")
                executable.Run(1L, 3)
                executable.Read()

                Expect.throwsC (fun () -> output executable "last/row" |> ignore) (fun e ->
                    Expect.stringContains e.Message "meta device holds no numbers" "message"))

            testCase "names and lengths at the border are checked" (fun () ->
                use executable = start cpu Precision.Float64 (compiled "rm+")

                let refused message action =
                    Expect.throwsC action (fun e -> Expect.stringContains e.Message message "message")

                refused "has no input 'x'" (fun () -> executable.SetInput("x", ReadOnlySpan<float>.Empty))
                refused "Did you mean 'last/row'?" (fun () -> output executable "last/rwo" |> ignore)
                refused "Did you mean 'regret/row'?" (fun () -> executable.StateLength "regrets/row" |> ignore)

                refused "expected room for 3 numbers, got 2" (fun () ->
                    executable.GetState("regret/row", Span<float>(Array.zeroCreate 2))))

            testCase "float32 refuses to count beyond 2^24" (fun () ->
                for program in [ compiled "hedge"; compiled "rm+" ] do
                    use executable = start cpu Precision.Float32 program
                    executable.Run(1L <<< 24, 1)

                    Expect.throwsC (fun () -> executable.Run((1L <<< 24) + 1L, 1)) (fun e ->
                        Expect.stringContains
                            e.Message
                            "float32 cannot count beyond step 16777216; use float64"
                            "message"))

            testCase "no name of a user comes into a script" (fun () ->
                let row, column = Player.Of("quit()", "a b", "\""), Player.Of("import os", 2)
                let payoff = Expr.Matrix(row.Actions, column.Actions, array2D [ [ 1.0; -1.0 ]; [ -1.0; 1.0 ] ])
                let spec = Game.Named("x").ZeroSum(row, column, payoff)

                use executable =
                    cpu.Prepare(
                        SolverProgram.Compile(spec, RegretMatchingPlus(), spec.Batch, false),
                        options Precision.Float64
                    )

                let text = executable.DescribePlan()
                let script = text.Substring(text.IndexOf("def once", StringComparison.Ordinal))

                Expect.stringContains
                    script
                    "def step(tensors: List[Tensor], draws: List[Tensor], steps: int):"
                    "script"

                for name in [ "quit"; "import"; "a b"; "\"" ] do
                    Expect.isFalse (script.Contains name) name)

            testSequenced (
                testCase "a thousand calls leave nothing behind" (fun () ->
                    use executable = start cpu Precision.Float32 (compiled "rm+")
                    use random = start cpu Precision.Float32 walk
                    let mutable step = 1L

                    let calls count =
                        for _ in 1..count do
                            executable.Run(step, 20)
                            executable.Read()
                            output executable "last/row" |> ignore
                            random.Run(step, 20)
                            step <- step + 20L

                    calls 200
                    let live () = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount

                    let resident () =
                        use self = Process.GetCurrentProcess()
                        self.WorkingSet64

                    let tensors, bytes = live (), resident ()
                    calls 1000
                    Expect.equal (live ()) tensors "tensors"
                    Expect.isLessThan (resident () - bytes) (32L <<< 20) "resident bytes")
            )
        ]

/// Sequential games on the executors.
module TreeExecutorTests =

    let private solvers = [ "rm"; "rm+"; "prm+"; "mmd"; "ogda"; "extragradient" ]

    let private kuhn = lazy Game.FromRules(KuhnPoker())

    let private run (executor: IExecutor) (program: Program) steps =
        use executable = executor.Prepare(program, ExecutionOptions(Precision.Float64, 1, 0UL))
        executable.Initialize()
        executable.Run(1L, steps)
        executable.Read()

        [
            for output in program.Outputs do
                let size = executable.OutputAxes output.Name |> Seq.fold (fun n a -> n * a.Size) 1
                let values: float[] = Array.zeroCreate (program.Games * size)
                executable.GetOutput(output.Name, values)
                output.Name, values
        ]

    /// Kuhn poker with noise on what each outcome pays; one game, or many along an axis.
    let private noisy (games: Axis option) (noise: NamedTensor) =
        let spec = kuhn.Value
        let first, noise = spec.Payoffs[0].Payoff, Expr.Literal noise

        let changed =
            spec.MapExpressions(fun payoff -> if payoff = first then payoff + noise else payoff - noise)

        match games with
        | Some axis -> changed.Over axis
        | None -> changed

    [<Tests>]
    let tests =
        testList "trees on executors" [
            for name in solvers do
                testCase $"Torch agrees with Host on Kuhn poker: {name}" (fun () ->
                    let solver = Fixtures.iterative name
                    let spec = (solver :> ISolver).Complete kuhn.Value
                    let program = SolverProgram.Compile(spec, solver, spec.Batch, false)
                    TorchExecutor.Check program
                    let host, torch = run HostExecutor.Instance program 100, run TorchExecutor.Cpu program 100

                    for (output, expected), (_, actual) in List.zip host torch do
                        for e, a in Array.zip expected actual do
                            Expect.isLessThan (abs (e - a)) 1e-10 $"{name}: {output}")

                testCase $"a batch of perturbed Kuhn pokers is as many games, bit for bit: {name}" (fun () ->
                    let outcomes = TreeForm(GameTree.Of(KuhnPoker())).Outcomes

                    for games in [ 1; 3; 8; 17 ] do
                        let stream = RandomStream(uint64 games, "noise")

                        let noise =
                            Array.init games (fun game ->
                                Array.init outcomes.Size (fun k -> 0.2 * stream.Uniform(int64 game, int64 k) - 0.1))

                        let axis = Axis.Of("game", games)

                        let whole =
                            noisy
                                (Some axis)
                                (NamedTensor.Of([ axis; outcomes ], ReadOnlySpan<float>(Array.concat noise)))

                        for precision in [ Precision.Float32; Precision.Float64 ] do
                            let batch = Fixtures.runHost whole name precision 1 40 40

                            for game in 0 .. games - 1 do
                                let single =
                                    Fixtures.runHost
                                        (noisy None (NamedTensor.Of([ outcomes ], ReadOnlySpan<float>(noise[game]))))
                                        name
                                        precision
                                        1
                                        40
                                        40

                                for (output, values), (_, alone) in List.zip batch single do
                                    Expect.sequenceEqual
                                        (Fixtures.bits values[game])
                                        (Fixtures.bits alone[0])
                                        $"{name}, {precision}, game {game} of {games}: {output}")
        ]
