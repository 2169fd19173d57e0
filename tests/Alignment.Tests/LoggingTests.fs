module Alignment.Tests.Logging

open System
open System.Collections.Generic
open System.IO
open Expecto
open Microsoft.Extensions.Logging
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

/// Keeps what it is told, and fails whoever hands it a line that it did not want.
type private Kept(least: LogLevel) =
    member val Lines = List<string * string>()

    interface ILogger with
        member _.BeginScope _ = null
        member _.IsEnabled level = level >= least

        member this.Log(level, _, state, e, format) =
            if level < least then
                failtest $"a line of {level} was made though nobody reads it"

            this.Lines.Add((string level, format.Invoke(state, e)))

let private logged level (change: SolveOptions -> SolveOptions) (solver: string) (spec: GameSpec) =
    let logger = Kept level

    let options = change (SolveOptions().With(threads = 1, until = Stop.AfterSteps 50L, logger = logger))

    GameSolver.Solve(spec, Solver.Find solver, options) |> ignore
    logger.Lines |> List.ofSeq

let private messages lines = lines |> List.map snd |> String.concat "\n"

let private library =
    testList "of the library" [
        test "what is done once is Information: game, solver, compilation, end" {
            let spec = weightedRps 2.0
            let lines = logged LogLevel.Information id "rm+" spec
            Expect.all lines (fst >> (=) "Information") "levels"
            Expect.equal lines.Length 4 (messages lines)
            let text = messages lines
            Expect.stringContains text $"specification {spec.Hash}" "the game's hash"
            Expect.stringContains text "row (3 actions), column (3 actions)" "its size"
            Expect.stringContains text "until steps >= 50; seed 0, host on cpu in float64, 1 threads" "how"
            Expect.stringContains text "compiled and planned in " "the compilation"
            Expect.stringContains text "Finished after 50 steps, as asked. Certificate exact, nash_conv " "the end"
        }

        test "every moment and the plan are Debug" {
            let lines = logged LogLevel.Debug id "rm+" (weightedRps 2.0)
            let details = lines |> List.filter (fst >> (=) "Debug") |> List.map snd
            Expect.stringContains details[0] "host plan of rm+ on weighted_rps" "the plan"
            let moments = details |> List.filter _.StartsWith("step ")
            Expect.stringStarts moments[0] "step 0: nash_conv " "the first moment"
            Expect.stringStarts (List.last moments) "step 50: nash_conv " "the last moment"
        }

        test "of a game of smooth payoffs the residual is told, by its name" {
            let lines = logged LogLevel.Debug id "gradient" GradientFixtures.bilinear
            let text = messages lines
            Expect.stringContains text "left (1 number), right (1 number)" "its size"
            Expect.stringContains text "step 50: stationarity " "a moment"
            Expect.stringContains text "Certificate stationary, residual " "the end"
            Expect.isFalse (text.Contains "nash_conv") "no NashConv"
        }

        test "of few games the end of each is told, of many their number" {
            let few = zeroSumBatch 3 2 2 (draws "few" 3 2 2)
            let lines = logged LogLevel.Information id "rm+" few

            Expect.equal
                (lines |> List.filter (fun (_, text) -> text.StartsWith "game game=") |> List.length)
                3
                (messages lines)

            let many = zeroSumBatch 50 2 2 (draws "many" 50 2 2)
            let lines = logged LogLevel.Information id "rm+" many

            Expect.equal
                (lines |> List.filter (fun (_, text) -> text.StartsWith "game game=") |> List.length)
                0
                (messages lines)

            Expect.stringContains (messages lines) "50 of 50 games are done after 50 steps" "their number"
        }

        test "solves inside of a solver say nothing of their own" {
            let lines = logged LogLevel.Debug id "double_oracle" (weightedRps 2.0)

            Expect.equal
                (lines |> List.filter (fun (_, text) -> text.StartsWith "solver ") |> List.length)
                1
                "one solve"
        }

        test "checkpoints and going on are told, with the bytes that the file has" {
            inFolder (fun folder ->
                let plan resume =
                    RunPlan(
                        Parent = folder,
                        Start = RunStart("solve", "x", [], "/", null),
                        Resume = resume,
                        Writing = RunWriterOptions(Interval = TimeSpan.Zero)
                    )

                let run resume (token: Threading.CancellationToken) steps =
                    let logger = Kept LogLevel.Information
                    use session = new RunSession(plan resume, ignore)

                    let options =
                        SolveOptions()
                            .With(
                                threads = 1,
                                chunk = 10,
                                until = Stop.AfterSteps steps,
                                logger = logger,
                                recorder = session
                            )

                    GameSolver.Solve(weightedRps 2.0, Solver.Find "rm+", options, token) |> ignore
                    logger.Lines |> Seq.map snd |> List.ofSeq, session.Folder

                use cancelled = new Threading.CancellationTokenSource()
                cancelled.Cancel()
                let lines, folder = run ResumeFrom.Nothing cancelled.Token 50L
                let struct (_, path) = (nonNull folder).Checkpoints |> Seq.head
                let bytes = FileInfo(path).Length
                Expect.exists lines (fun l -> l.StartsWith $"checkpoint after 0 steps: {bytes} bytes in ") $"{lines}"
                Expect.exists lines (fun l -> l = $"the run is kept in {(nonNull folder).Path}") $"{lines}"
                let lines, _ = run ResumeFrom.Newest Threading.CancellationToken.None 50L
                Expect.contains lines $"going on after 0 steps, from {bytes} bytes" $"{lines}")
        }
    ]

let private commandLine =
    testList "of the command line" [
        for format in [ []; [ "--json" ] ] do
            test $"--verbose prints lines on stderr alone: {format}" {
                let args = [ "solve"; "rock_paper_scissors"; "--solver"; "rm+"; "--steps"; "20" ] @ format
                let _, quietOut, quietError = align args
                let code, out, error = align (args @ [ "--verbose" ])
                Expect.equal code 0 error
                let infos = error.Split('\n') |> Array.filter _.StartsWith("info     ")
                Expect.equal infos.Length 4 error
                Expect.isFalse (error.Contains "debug    ") "no details"

                Expect.equal
                    (error.Split('\n') |> Array.filter (fun l -> not (l.StartsWith "info     ")) |> String.concat "\n")
                    quietError
                    "what is said anyhow"

                // the clock stands in either text
                let words (text: string) =
                    text.Split('\n') |> Array.filter (fun l -> not (l.Contains "seconds") && not (l.StartsWith "time"))

                if format.IsEmpty then
                    Expect.equal (words out) (words quietOut) "stdout is as it was"
                else
                    json out |> ignore
                    Expect.isFalse (out.Contains "info     ") "stdout is JSON"
            }

        test "given twice it prints the plan and every moment; a configuration file may ask for it" {
            inFolder (fun folder ->
                let args = [ "solve"; "rock_paper_scissors"; "--solver"; "rm+"; "--steps"; "20" ]
                let _, _, error = align (args @ [ "--verbose"; "--verbose" ])
                Expect.stringContains error "debug    plan of a step:" "the plan"
                Expect.stringContains error "debug    step 20: nash_conv " "a moment"
                let file = Path.Combine(folder, "c.yaml")
                File.WriteAllText(file, "verbose: true\n")
                let _, _, error = align (args @ [ "--config"; file ])
                Expect.stringContains error "info     solver rm+" "asked for by a file")
        }

        test "what is said is kept in console.log" {
            inFolder (fun folder ->
                let args = [ "solve"; "rock_paper_scissors"; "--solver"; "rm+"; "--steps"; "20"; "--out"; folder ]
                let _, _, error = align (args @ [ "--verbose" ])
                let run = RunFolder.All folder |> Seq.exactlyOne
                let log = File.ReadAllText(run.File RunFiles.Console)

                for line in error.Split('\n') |> Array.filter _.StartsWith("info") do
                    Expect.stringContains log line "kept"

                Expect.isFalse (Seq.contains "--verbose" run.Description.Start.Options) "no part of how it is started")
        }

        test "a game by its rules alone says what it does too" {
            let _, _, error =
                align [
                    "solve"
                    "liars_dice(dice=2,sides=6)"
                    "--solver"
                    "mccfr"
                    "--steps"
                    "5"
                    "--set"
                    "certificateIterations=5"
                    "--set"
                    "validationGames=100"
                    "--set"
                    "certificateGames=100"
                    "--verbose"
                ]

            Expect.stringContains
                error
                "info     game liars_dice(dice=2,sides=6) by its rules alone; solver mccfr("
                "begin"

            Expect.stringContains error "searching deviations for the certificate" "the search"
        }
    ]

[<Tests>]
let tests = testList "logging" [ library; commandLine ]
