module Alignment.Tests.WaysInTests

open System
open System.Collections.Generic
open System.IO
open System.Reflection
open System.Text.Json
open System.Text.RegularExpressions
open CliWrap
open CliWrap.Buffered
open Expecto
open Microsoft.CodeAnalysis.CSharp.Scripting
open Microsoft.CodeAnalysis.Scripting
open Microsoft.CodeAnalysis.Scripting.Hosting
open Alignment
open Alignment.Cli
open Alignment.CommandLine
open Alignment.Compiler
open Alignment.Formats
open Alignment.Tests.Fixtures

// ---- Every way in, on Torch ----------------------------------------------------------------------------------------

/// What the executor of this test process says of the game that every way in solves.
let private expected =
    lazy
        (let options = SolveOptions(Executor = TorchExecutor.Cpu, Until = Stop.NashConvBelow 1e-9)

         let solution =
             GameSolver.Solve(Games.RockPaperScissors(scissors = 2.0), PredictiveRegretMatchingPlus(), options)

         Expect.isLessThan solution.Certificate.NashConv 1e-9 "solved on Torch in this process"
         [ SolutionText.certificateLine solution; SolutionText.specLine solution ])

/// The same game by the same program gives the same certificate, to the last digit, and ran on Torch.
let private agrees (output: string) =
    let lines = output.Split '\n' |> Array.map _.TrimEnd()

    let own =
        lines |> Array.filter (fun l -> l.StartsWith "certificate " || l.StartsWith "spec ") |> List.ofArray

    Expect.equal own expected.Value output
    Expect.exists lines (fun l -> Regex.IsMatch(l, @"^run +[\d,]+ steps, torch cpu float64")) output

let private fsharp =
    String.concat "\n" [
        $"#I @\"{AppContext.BaseDirectory}\""
        for name in [ "Dsl"; "Games"; "Compiler"; "Runtime"; "Solvers"; "CommandLine"; "Torch" ] do
            $"#r \"Alignment.{name}.dll\""
        "open Alignment"
        "Executors.Register(\"torch\", fun device -> TorchExecutor.On device :> _)"
        "Experiment(Games.RockPaperScissors(scissors = 2.0), PredictiveRegretMatchingPlus(), Stop.NashConvBelow 1e-9)"
        "|> Experiment.main fsi.CommandLineArgs"
        "|> exit"
    ]

let private csharp =
    "return new Experiment(Games.RockPaperScissors(scissors: 2), new PredictiveRegretMatchingPlus(), Stop.NashConvBelow(1e-9))"

/// A file-based app as anyone writes it, outside of the repository: no Directory.Build.props of ours, so the SDK sets PublishAot.
let private fileBased =
    String.concat "\n" [
        "#!/usr/bin/env dotnet"
        $"#:project {root}/Runtime/Alignment/Alignment.csproj"
        $"#:project {root}/Runtime/Alignment.Torch/Alignment.Torch.csproj"
        "using Alignment;"
        "Executors.Register(\"torch\", TorchExecutor.On);"
        $"{csharp}.Main(args);"
        ""
    ]

/// Where this program was built: `artifacts`, or wherever -p:ArtifactsPath pointed. What a file-based app builds belongs there too.
let private buildsBeside =
    let artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."))

    if artifacts = Path.Combine(root, "artifacts") then
        []
    else
        [ "ArtifactsPath", artifacts ]

let private torch = [ "--executor"; "torch" ]

let private onTorch =
    startsProcesses (
        testList "on Torch" [
            testCase "the test process" (fun () -> expected.Force() |> ignore)

            testCase "align solve" (fun () ->
                let game = [ "rock_paper_scissors(scissors=2)"; "--solver"; "prm+"; "--until"; "nash_conv < 1e-9" ]
                dotnet [] ([ tool; "solve" ] @ game @ torch) |> agrees)

            testCase "dotnet fsi" (fun () ->
                withFile "rps.fsx" fsharp (fun path -> dotnet [] ([ "fsi"; path; "--" ] @ torch) |> agrees))

            testCase "align run x.csx" (fun () ->
                withFile "rps.csx" $"{csharp}.Main(Args);" (fun path ->
                    dotnet [] ([ tool; "run"; path ] @ torch) |> agrees))

            // `dotnet run` keeps what it builds by the path of the file: LibTorch, each time a new path is used.
            testCase "dotnet run x.cs" (fun () ->
                let folder = Path.Combine(Path.GetTempPath(), "align-ways-in")
                Directory.CreateDirectory folder |> ignore
                let path = Path.Combine(folder, "rps.cs")
                File.WriteAllText(path, fileBased)
                dotnet buildsBeside ([ "run"; "-c"; "Release"; path; "--" ] @ torch) |> agrees)
        ]
    )

// ---- Every example's program on the meta device --------------------------------------------------------------------

let private ours = [
    for path in Directory.EnumerateFiles(AppContext.BaseDirectory, "Alignment*.dll") do
        let name = FileInfo(path).Name.Replace(".dll", "")

        if not (name.StartsWith "Alignment.Tests") && name <> "Alignment.Benchmarks" then
            Assembly.Load name
]

/// How a file-based app hands its experiment over.
let private handsOver = Regex(@"\s*\.Main\(args\);")

/// What a file-based app leaves, without its first lines, which are for `dotnet run`, and without its last call if it hands an experiment over.
let private ran (path: string) =
    let code =
        File.ReadAllLines path
        |> Array.map (fun line -> if line.StartsWith '#' then "" else line)
        |> String.concat "\n"

    let options =
        ScriptOptions.Default
            .WithFilePath(path)
            .AddReferences([ typeof<obj>.Assembly; typeof<List<int>>.Assembly; typeof<Linq.Enumerable>.Assembly ])
            .AddReferences(ours)
            .AddImports("System", "System.Collections.Generic", "System.IO", "System.Linq")

    let loader = new InteractiveAssemblyLoader()
    ours |> List.iter loader.RegisterDependency

    let script = CSharpScript.Create<obj>(handsOver.Replace(code, ";"), options, assemblyLoader = loader)

    script.RunAsync().GetAwaiter().GetResult()

let private experimentOf (path: string) =
    Expect.equal (handsOver.Count(File.ReadAllText path)) 1 $"{path} hands one experiment over"
    (ran path).ReturnValue :?> Experiment

/// The one specification that an example measures which solves no game.
let private measuredBy (path: string) =
    let specs =
        (ran path).Variables
        |> Seq.map _.Value
        |> Seq.choose (fun v -> v |> Option.ofObj)
        |> Seq.choose (function
            | :? GameSpec as spec -> Some spec
            | _ -> None)

    Expect.hasLength specs 1 $"{path} declares one specification"
    Seq.head specs

let private fits (game: BoundGame) (solver: IIterativeSolver) =
    let info = solver.Info

    not game.Spec.IsDifferentiable
    && (not info.TwoPlayersOnly || game.Spec.Players.Count = 2)
    && (not info.ZeroSumOnly || game.IsConstantSum)
    && (info.UsesRegularizers || game.Spec.Regularizers.Count = 0)
    // the logit response is one to entropy alone
    && (info.Name <> "logit"
        || game.Spec.Regularizers |> Seq.forall (fun r -> r.Regularizer :? EntropyRegularizer))

let private checkSolved path () =
    let experiment = experimentOf path
    let options = experiment.Options
    let game = BoundGame.Bind(experiment.Game, options.BaseDirectory, options.Seed)

    let others =
        Solver.All
        |> Seq.filter (function
            | :? IIterativeSolver as solver -> fits game solver
            | _ -> false)
        |> List.ofSeq

    // populations have no program of their own: their games are solved by the solver inside
    let own =
        match experiment.Solver with
        | :? IPopulationSolver as population -> population.Inner
        | solver -> solver

    for solver in own :: others do
        let spec = solver.Complete game.Spec
        let withJoint = not (spec.IsDifferentiable || game.IsConstantSum)

        match solver with
        | :? IGradientSolver as solver -> TorchExecutor.Check(SolverProgram.Compile(spec, solver, game.Batch))
        | _ ->
            let solver = solver :?> IIterativeSolver
            TorchExecutor.Check(SolverProgram.Compile(spec, solver, game.Batch, withJoint))

        // what certifies could run there as well
        TorchExecutor.Check(Measurement.Compile(spec, game.Batch, withJoint))

let private onMeta =
    testList "on the meta device" [
        for path in
            Directory.EnumerateFiles(Path.Combine(root, "examples"), "*.cs")
            |> Seq.filter (fun path -> Char.IsDigit(FileInfo(path).Name[0]))
            |> Seq.sort do
            let text = File.ReadAllText path
            // what solves no game measures one specification, and says so
            let isMeasured = text.Contains "Measurements.Of(" && not (handsOver.IsMatch text)
            // statistics of data have no program to run
            let hasNone = not isMeasured && not (text.Contains "GameSpec") && not (text.Contains "Game.")

            let check =
                if isMeasured then
                    fun () ->
                        let game = BoundGame.Bind(measuredBy path, null, 0UL, true)
                        TorchExecutor.Check(Measurement.CompileProbes(game.Spec, game.Batch))
                else
                    checkSolved path

            if not hasNone then
                testCase (FileInfo(path).Name) check
    ]

// ---- A file of three players ---------------------------------------------------------------------------------------

let private threePlayers = "random_general_sum(players=3,actions=3,seed=9)"

/// A game of the library as an .nfg file.
let private nfg (game: string) =
    let spec = GameLibrary.Create game
    let data = (BoundGame.Bind spec).Data 0

    NormalFormTable(
        game,
        "",
        spec.Players |> Seq.map _.Name,
        spec.Players |> Seq.map (fun p -> Seq.init p.Actions.Size (fun k -> p.Actions.Label k)),
        spec.Players |> Seq.mapi (fun k _ -> Seq.ofArray (data.Payoff(k).ToArray()))
    )
    |> NfgWriter.Write

/// Regret matching as a textbook has it, on the numbers of the file: the largest external regret and the welfare, both over the number of steps.
let private replayed (table: NormalFormTable) steps =
    let regret = Array.init 3 (fun player -> Array.zeroCreate<float> table.Shape[player])
    let mutable welfare = 0.0

    let strategy (regrets: float[]) =
        let positive = regrets |> Array.map (max 0.0)

        match Array.sum positive with
        | 0.0 -> regrets |> Array.map (fun _ -> 1.0 / float regrets.Length)
        | total -> positive |> Array.map (fun r -> r / total)

    let cells = [|
        for i in 0 .. table.Shape[0] - 1 do
            for j in 0 .. table.Shape[1] - 1 do
                for k in 0 .. table.Shape[2] - 1 -> [| i; j; k |]
    |]

    for _ in 1..steps do
        let play = regret |> Array.map strategy
        let values = regret |> Array.map (fun r -> Array.zeroCreate<float> r.Length)

        for at in 0 .. cells.Length - 1 do
            let cell = cells[at]

            for player in 0..2 do
                let a, b = (player + 1) % 3, (player + 2) % 3
                let others = play[a][cell[a]] * play[b][cell[b]]
                let own = values[player]
                own[cell[player]] <- own[cell[player]] + others * table.Payoffs[player][at]

        for player in 0..2 do
            let earned = Array.fold2 (fun sum p v -> sum + p * v) 0.0 play[player] values[player]
            welfare <- welfare + earned
            regret[player] |> Array.iteri (fun a r -> regret[player][a] <- r + values[player][a] - earned)

    (regret |> Array.map Array.max |> Array.max) / float steps, welfare / float steps

let private generalSum =
    // Regret matching never settles here: after 100,000 steps the gap is 4.5e-5, NashConv of the marginals 0.21.
    testCase "a file of three players: regret matching's joint play is a coarse correlated equilibrium" (fun () ->
        withFile "three.nfg" (nfg threePlayers) (fun path ->
            let metrics args =
                use out = new StringWriter()
                use error = new StringWriter()
                let code = Program.run (Array.ofList ([ "solve"; path; "--json" ] @ args)) out error
                Expect.equal code ExitCode.Done (string error)
                let metrics = (JsonDocument.Parse(string out)).RootElement.GetProperty "metrics"
                fun (key: string) -> metrics.GetProperty(key).GetDouble()

            let welfare metric = List.sumBy (fun k -> metric $"game/joint_value/player{k}") [ 1..3 ]
            let steps = 100_000
            let found = metrics [ "--solver"; "rm"; "--steps"; string steps ]
            let gap = found "game/cce_gap"
            Expect.isLessThan gap 1e-4 "gap"
            Expect.isGreaterThan (found "game/nash_conv") 0.1 "the marginals are no equilibrium"

            let regret, earned = replayed (NfgReader.Read path) steps
            Expect.isLessThan (abs (gap - regret)) 1e-10 $"gap {gap}, largest external regret / T {regret}"
            Expect.isLessThan (abs (welfare found - earned)) 1e-10 "welfare of the replay"

            let bound objective =
                let optimum = metrics [ "--solver"; "cce"; "--set"; $"objective={objective}Welfare" ]
                Expect.isLessThan (optimum "game/cce_gap") 1e-9 "exact"
                welfare optimum

            let least, most = bound "min", bound "max"
            Expect.isGreaterThan most (least + 1.0) "the bounds say something"
            Expect.isGreaterThan (welfare found) (least - gap) "welfare, from below"
            Expect.isLessThan (welfare found) (most + gap) "welfare, from above"))

// ---- The benchmark -------------------------------------------------------------------------------------------------

let private benchmark =
    startsProcesses (
        testCase "the benchmark runs, one short round of each case" (fun () ->
            let table = dotnet [] [ tool; "bench"; "matrix"; "--smoke" ]

            for solver in [ "rm+"; "hedge" ] do
                for precision in [ "float32"; "float64" ] do
                    Expect.exists
                        (table.Split '\n')
                        (fun line -> line.StartsWith $"| {solver}, games=1024, actions=3, {precision} | ")
                        table)
    )

let private languageBenchmark =
    startsProcesses (
        testCase "align bench language, one short round" (fun () ->
            let table = dotnet [] [ tool; "bench"; "language"; "--smoke" ]

            for start in
                [
                    "## A training step against its matrix products"
                    "| float32 | "
                    "| bfloat16 | "
                    "| 32 | 1 | "
                    "## Tiny models"
                    "| 80 training steps | resident | "
                    "| 80 generated tokens | resident | "
                ] do
                Expect.exists (table.Split '\n') _.StartsWith(start) table)
    )

let private postTraining =
    startsProcesses (
        testCase "align bench post-training, one short chain" (fun () ->
            let table = dotnet [] [ tool; "bench"; "post-training"; "--smoke" ]
            let cells = table.Split '\n' |> Array.map _.Split('|', StringSplitOptions.TrimEntries)

            /// Worth, help and harm of a policy.
            let judged policy =
                match cells |> Array.filter (fun row -> row.Length = 7 && row[2] = policy) with
                | [| row |] -> float row[3], float row[4], float row[5]
                | _ -> failtest table

            for policy in [ "supervised"; "dpo"; "grpo" ] do
                let worth, help, harm = judged policy
                Expect.isTrue (help >= 0.0 && help <= 1.0 && harm >= 0.0 && harm <= 1.0) policy
                Expect.isLessThan (abs (worth - (help - harm))) 0.0011 $"%s{policy}: worth is help less harm"

            // trained for a minute, not for a result: what it learns is that there are rules
            let _, helpBefore, _ = judged "supervised"
            Expect.isGreaterThan helpBefore 0.2 "a few good replies make a policy")
    )

[<Tests>]
let tests =
    testList "ways in" [ onTorch; onMeta; generalSum; benchmark; languageBenchmark; postTraining ]
