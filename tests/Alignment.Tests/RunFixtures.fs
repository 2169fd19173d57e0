/// Runs to look at.
module Alignment.Tests.RunFixtures

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

let readOnly (entries: (string * 'T) list) = (dict entries).AsReadOnly()

let started = DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)

let private described name minute tags group identity =
    RunDescription(
        Name = name,
        Tags = Array.ofList tags,
        Group = Option.toObj group,
        Started = started.AddMinutes minute,
        Identity = readOnly identity,
        Start = RunStart("solve", "rock_paper_scissors(scissors=2)", [||], ".", null),
        Machine = readOnly [ "program", "test" ]
    )

/// What a run says of itself; `minute` tells runs apart in time.
let description name minute tags group solver (seed: string) =
    described name minute tags group [ "spec", "cafe"; "solver", solver; "seed", seed ]

let beginning parent name minute tags group solver seed =
    RunWriter.Begin(parent, description name minute tags group solver seed, "spec")

let point (step: int64) seconds (metrics: (string * float) list) = TracePoint(step, seconds, readOnly metrics)

/// A training's run with what it told of its steps, as `align train` keeps one.
let training parent name minute method (points: (int64 * float * (string * float) list) list) =
    let about = described name minute [] None [ "task", method; "seed", "1"; "batch_size", "4" ]
    let writer = RunWriter.Begin(parent, about, $"training %s{method}\nbatch_size: 4")

    for step, seconds, metrics in points do
        writer.Measured(point step seconds metrics)

    writer.End(RunState.Finished, "Done.")
    writer.Dispose()
    writer.Folder

/// A run of a solver, kept as `align solve --out` keeps one; gives its folder and its solution.
let solvedRun parent name minute tags group (solver: string) steps =
    use writer = beginning parent name minute tags group solver "7"

    let options =
        SolveOptions().With(seed = 7UL, threads = 1, until = Stop.AfterSteps(int64 steps), recorder = writer)

    let solution = GameSolver.Solve(weightedRps 2.0, Solver.Find solver, options)
    writer.Add(RunFiles.Solution, SolutionJson.write solution)
    writer.End(RunState.Finished, solution.Status.Sentence)
    writer.Folder, solution

/// Finished, cancelled, interrupted, and one that a writer is still at.
let withRuns action =
    inFolder (fun parent ->
        let first = solvedRun parent "first" 0.0 [ "a"; "b" ] (Some "sweep") "rm+" 100
        let second = solvedRun parent "second" 1.0 [ "b" ] None "mmd" 50
        let cancelled = beginning parent "third" 2.0 [] (Some "sweep") "hedge(stepSize=0.5)" "3"
        cancelled.Measured(point 5L 0.5 [ "game/nash_conv", 0.25 ])
        cancelled.End(RunState.Cancelled, "Cancelled.")
        cancelled.Dispose()
        let interrupted = beginning parent "fourth" 3.0 [ "a" ] None "rm+" "4"
        interrupted.Dispose()
        use running = beginning parent "fifth" 4.0 [] None "rm+" "9223372036854775807"
        running.Measured(point 8L 0.25 [ "game/nash_conv", 0.5; "game/value/row", nan ])
        action parent first second cancelled.Folder)

/// A run whose metrics are this text.
let withMetrics (text: string) action =
    inFolder (fun parent ->
        let writer = beginning parent "raw" 0.0 [] None "rm+" "0"
        writer.End(RunState.Finished, "")
        writer.Dispose()
        File.WriteAllText(writer.Folder.File RunFiles.Metrics, text)
        action writer.Folder)

/// Metric lines of every kind that a file may hold.
let nasty =
    let long = String('x', 300_000)

    [
        """{"step":1,"seconds":0.5,"game/nash_conv":0.1,"game/rate":null}"""
        """{"step":2,"seconds":0.5,"game/rate":-0,"game/nash_conv":4.9406564584124654E-324}"""
        """{"game/nash_conv":1e999,"seconds":1E0,"step":3}"""
        """{"step":4,"seconds":1,"game/\u006eash_conv":7,"value/\"a,b\"":1.7976931348623157E308}"""
        "{\"step\":5,\"seconds\":1,\"value/späte Wörter 🎲\":0.30000000000000004}\r"
        """{"step":6,"seconds":1,"a":"NaN","b":[1,{"step":9}],"c":{"d":1},"e":true,"f":2}"""
        """{"step":7,"seconds":1,"a":1,"a":2}"""
        """{"step":8.5,"seconds":1,"a":1}"""
        """{"step":"8","seconds":1,"a":1}"""
        """{"seconds":1,"a":1}"""
        """{"step":9,"a":1}"""
        """{"step":10,"seconds":1,"a":1} {"step":11}"""
        ""
        "   "
        "nothing"
        "[1,2]"
        "{}"
        $"""{{"step":12,"seconds":2,"%s{long}":3}}"""
        """  {"step":13, "seconds" :2 , "a": 5 }  """
        """{"step":14,"seconds":3,"game/nash_conv":0.2}"""
    ]
    |> String.concat "\n"

// ---- Runs in processes of their own -----------------------------------------------------------------------------------

let runsIn folder = RunFolder.All folder |> List.ofSeq

let onlyRun folder =
    match runsIn folder with
    | [ run ] -> run
    | runs -> failtest $"expected one run, got {runs.Length}"

/// A metric line without the clock, which no run can repeat.
let metricLine (text: string) =
    (JsonDocument.Parse text).RootElement.EnumerateObject()
    |> Seq.filter (fun property -> property.Name <> "seconds")
    |> Seq.map (fun property -> property.Name, property.Value.GetRawText())
    |> List.ofSeq

let metricLines (run: RunFolder) = File.ReadAllLines(run.File RunFiles.Metrics) |> Array.map metricLine |> List.ofArray

/// What a solution says apart from the clock.
let timeless (text: string) =
    (json text).EnumerateObject()
    |> Seq.filter (fun property -> not (property.Name.EndsWith "seconds"))
    |> Seq.map (fun property -> property.Name, property.Value.GetRawText())
    |> List.ofSeq

/// The tool in a process of its own.
let startTool (args: string list) =
    let info =
        ProcessStartInfo("dotnet", tool :: args, RedirectStandardOutput = true, RedirectStandardError = true)

    match Process.Start info with
    | null -> failtest "no child process"
    | started -> started

/// Starts a kept run again and again and kills it once it runs: at any moment, and often within a checkpoint's writing; every other time behind
/// a new checkpoint. Then lets it end, and gives its exit code, stdout and stderr.
/// <param name="folder">Where it is kept.</param>
/// <param name="args">Its command line, with `--resume auto`.</param>
/// <param name="most">How often it is killed.</param>
/// <param name="within">Seconds within which it is.</param>
let killedOften folder args (most: int64) within =
    let moments = RandomStream(11UL, "kills")

    let newest () =
        runsIn folder
        |> Seq.collect _.Checkpoints
        |> Seq.fold (fun newest struct (step, _) -> max newest step) -1L

    for kill in 0L .. most - 1L do
        use child = startTool args
        let outputs = child.StandardOutput.ReadToEndAsync(), child.StandardError.ReadToEndAsync()
        let before = newest ()

        while not child.HasExited && (runsIn folder |> List.forall (fun run -> run.Status.Process <> child.Id)) do
            Thread.Sleep 5

        while kill % 2L = 1L && not child.HasExited && newest () <= before do
            Thread.Sleep 5

        Thread.Sleep(TimeSpan.FromSeconds(within * moments.Uniform(kill, 0L)))

        if child.HasExited then
            failtest $"it runs when it is killed: %s{(snd outputs).Result}"

        child.Kill()
        child.WaitForExit()

    use child = startTool args
    ended child

let files folder = Directory.GetFileSystemEntries folder |> Array.map Path.GetFileName |> Array.sort
