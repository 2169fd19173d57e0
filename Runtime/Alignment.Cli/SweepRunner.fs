namespace Alignment.Cli

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Alignment
open Alignment.CommandLine
open Alignment.Runtime

/// Runs a sweep whose values cannot lie side by side: each as a kept run in a process of its own.
module SweepRunner =
    let private parse (text: string) =
        try
            use document = JsonDocument.Parse text
            Some(document.RootElement.Clone())
        with :? JsonException ->
            None

    // ---- runs that are there already ---------------------------------------------------------------------------------

    let private code (cell: SweepCell) solution =
        match (Request.ofOptions cell.Options).Until with
        | Some rule when not (SweepResults.isReached rule solution) -> ExitCode.NotConverged
        | _ -> ExitCode.Done

    /// A script knows its path in full, however it was named.
    let private isOperand (plan: SweepPlan) (start: RunStart) =
        start.Operand = plan.Operand
        || (plan.Command = "run"
            && Path.GetFullPath(start.Operand, start.Folder) = Path.GetFullPath plan.Operand)

    /// The result of a run of this sweep that has ended: it is not run again.
    let private finished (plan: SweepPlan) (runs: RunFolder list) (cell: SweepCell) : SweepResult option =
        let isIt (run: RunFolder) =
            let start = run.Description.Start

            run.Description.Group = plan.Group
            && start.Command = plan.Command
            && isOperand plan start
            && (start.Options |> Seq.filter (fun o -> not (o.StartsWith "--threads=")) |> List.ofSeq) =
                List.ofArray (SweepCell.identity cell.Options)
            && run.Status.State = RunState.Finished
            && File.Exists(run.File RunFiles.Solution)

        runs
        |> List.tryFind isIt
        |> Option.bind (fun run ->
            parse (File.ReadAllText(run.File RunFiles.Solution))
            |> Option.map (fun solution -> {
                Cell = cell
                Code = code cell solution
                Solution = Some solution
                Message = ""
                Run = Some run.Path
            }))

    // ---- one run -----------------------------------------------------------------------------------------------------

    let private saved = "saved    "

    let private result cell (exitCode: int) (out: string) (errors: string list) =
        let run = errors |> List.tryFindBack _.StartsWith(saved) |> Option.map _.Substring(saved.Length)

        // a process that a signal ended said nothing of it
        let code =
            match exitCode with
            | ExitCode.Done
            | ExitCode.WrongInput
            | ExitCode.NotConverged
            | ExitCode.Interrupted
            | ExitCode.Terminated -> exitCode
            | _ -> ExitCode.Bug

        let message =
            match errors |> List.tryFindBack (fun line -> line.Trim() <> "") with
            | Some line -> line
            | None -> $"The process ended with %d{exitCode} and said nothing."

        { Cell = cell; Code = code; Solution = parse out; Message = message; Run = run }

    let private runOne (plan: SweepPlan) (tell: string -> unit) (children: ConcurrentDictionary<int, Process>) cell =
        use child = ChildProcess.startTool (SweepCell.arguments plan cell) [ Handshake.BuiltVariable, "1" ]
        children[child.Id] <- child
        let errors = ConcurrentQueue<string>()

        child.ErrorDataReceived.Add(fun line ->
            match line.Data with
            | null -> ()
            | text ->
                errors.Enqueue text

                if plan.Request.Verbosity > 0 then
                    tell $"%s{SweepCell.label cell}: %s{text}")

        child.BeginErrorReadLine()
        let out = child.StandardOutput.ReadToEnd()
        child.WaitForExit()
        children.TryRemove child.Id |> ignore
        result cell child.ExitCode out (List.ofSeq errors)

    // ---- all of them -------------------------------------------------------------------------------------------------

    let private never cell = {
        Cell = cell
        Code = ExitCode.Terminated
        Solution = None
        Message = "Cancelled before it began."
        Run = None
    }

    /// The worst: a bug, wrong input, a run that was stopped from outside, one that did not converge.
    let private worst (codes: int list) =
        [
            ExitCode.Bug
            ExitCode.WrongInput
            ExitCode.Interrupted
            ExitCode.Terminated
            ExitCode.NotConverged
        ]
        |> List.tryFind (fun code -> List.contains code codes)
        |> Option.defaultValue ExitCode.Done

    let private sentence (result: SweepResult) =
        match result.Solution with
        | Some solution -> $"%s{SweepResults.told solution}. %s{SweepResults.status result}"
        | None -> result.Message

    let private runAll (terminal: Terminal) (plan: SweepPlan) (signals: Signals) children =
        let gate = obj ()
        let tell (text: string) = lock gate (fun () -> terminal.Error.WriteLine text)
        let ended = ref 0

        let runs =
            if plan.Request.Keeping.Resume = Auto then
                RunFolder.All plan.Parent |> List.ofSeq
            else
                []

        let told (result: SweepResult) =
            lock gate (fun () ->
                ended.Value <- ended.Value + 1

                terminal.Error.WriteLine
                    $"run %d{ended.Value} of %d{plan.Cells.Length}: %s{SweepCell.label result.Cell}: %s{sentence result}")

            result

        let results: SweepResult option[] = Array.create plan.Cells.Length None
        let cells = Array.ofList plan.Cells
        let next = ref -1

        // threads of their own: each waits for a process
        let work () =
            let mutable at = Interlocked.Increment(&next.contents)

            while at < cells.Length do
                results[at] <-
                    Some(
                        match finished plan runs cells[at] with
                        | Some(result: SweepResult) -> told result
                        | None when signals.Token.IsCancellationRequested -> never cells[at]
                        | None -> told (runOne plan tell children cells[at])
                    )

                at <- Interlocked.Increment(&next.contents)

        let threads = [
            for _ in 1 .. min plan.Jobs cells.Length do
                let thread = Thread work
                thread.Start()
                thread
        ]

        threads |> List.iter _.Join()
        results |> Array.choose id |> List.ofArray

    /// Runs the plan and prints its results; the exit code is the worst run's.
    let private execute (terminal: Terminal) (plan: SweepPlan) =
        terminal.Error.WriteLine $"note     %s{SweepCell.describe plan}"
        RunKeeping.check plan.Parent
        let children = ConcurrentDictionary<int, Process>()

        let stopAll _ =
            for child in children.Values do
                try
                    ChildProcess.stop child
                with :? InvalidOperationException ->
                    ()

        use signals = new Signals(stopAll)
        let results = runAll terminal plan signals children
        let code = signals.ExitCode |> Option.defaultWith (fun () -> worst (results |> List.map _.Code))

        terminal.Out.WriteLine(
            if plan.Request.Format = Format.Json then
                SweepResults.json plan results code
            else
                SweepResults.table plan results
        )

        code

    let private dryRun (terminal: Terminal) (plan: SweepPlan) =
        terminal.Out.WriteLine(SweepCell.describe plan)

        for cell in plan.Cells do
            terminal.Out.WriteLine $"    %s{SweepCell.label cell}"

        ExitCode.Done

    /// Does with a sweep what its request asks for.
    /// <param name="command">`solve` or `run`.</param>
    /// <param name="operand">The game or the script.</param>
    /// <param name="split">Keys whose values need runs of their own, with why.</param>
    let run (terminal: Terminal) command operand (request: Request) split =
        let plan = SweepCell.plan command operand request split

        match request.Action, request.Format, request.Keeping.Resume with
        | Action.Show _, _, _ ->
            Faults.refuse "--show: this sweep has a program for each of its runs; show one of them by --set."
        | _, Format.Gambit, _ -> Faults.refuse "--format: a sweep by processes prints a table, or by --json one object."
        | _, _, Named _ ->
            Faults.refuse "--resume: a sweep by processes goes on by --resume auto; one of its runs without --sweep."
        | Action.DryRun, _, _ -> dryRun terminal plan
        | _ -> execute terminal plan
