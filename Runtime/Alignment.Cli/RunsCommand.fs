namespace Alignment.Cli

open System
open System.Globalization
open System.IO
open System.IO.Enumeration
open System.Text
open System.Text.Json
open Argu
open Alignment.CommandLine
open Alignment.Runs
open Alignment.Runtime

/// The options of `align runs`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type RunsOption =
    | [<EqualsAssignmentOrSpaced>] Tag of TAG: string
    | [<EqualsAssignmentOrSpaced>] Group of GROUP: string
    | [<EqualsAssignmentOrSpaced>] Name of GLOB: string
    | [<EqualsAssignmentOrSpaced>] State of STATE: string
    | [<EqualsAssignmentOrSpaced>] Solver of NAME: string
    | [<EqualsAssignmentOrSpaced>] Limit of N: string
    | Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Tag _ -> "only runs with this tag; may be repeated, for runs with all of them"
            | Group _ -> "only runs of this group"
            | Name _ -> "only runs whose name fits; * stands for any letters, ? for one"
            | State _ -> "only runs that are running, finished, cancelled, failed or interrupted"
            | Solver _ -> "only runs of this solver, whatever its settings"
            | Limit _ -> "no more than this many"
            | Json -> "print one JSON object on stdout"

/// `align runs`: the runs in a folder, the newest first. `docs/schema/runs.json` is the schema of its JSON.
module RunsCommand =
    /// `running`, `finished`, ...
    let private word (state: RunState) = state.ToString().ToLowerInvariant()

    let private states =
        Enum.GetValues<RunState>() |> Array.map (fun state -> word state, state) |> List.ofArray

    /// The solver's name without the settings in brackets behind it.
    let private solverName (run: RunSummary) =
        match run.Solver with
        | null -> ""
        | solver -> solver.Split('(')[0]

    let private fits option : RunSummary -> bool =
        match option with
        | Tag tag -> fun run -> Seq.contains tag run.Description.Tags
        | Group group -> fun run -> run.Description.Group = group
        | Name glob -> fun run -> FileSystemName.MatchesSimpleExpression(glob, run.Description.Name, ignoreCase = false)
        | State text ->
            let state = Words.choice "--state" states text
            fun run -> run.State = state
        | Solver name -> fun run -> solverName run = name
        | Limit _
        | Json -> fun _ -> true

    let private limit options =
        options
        |> List.choose (function
            | Limit text -> Some(int (Words.whole "--limit" 1L (int64 Int32.MaxValue) text))
            | _ -> None)
        |> List.tryLast
        |> Option.defaultValue Int32.MaxValue

    let private time (started: DateTimeOffset) =
        started.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)

    /// A lower bound is told as one.
    let private nashConv (run: RunSummary) =
        match Option.ofNullable run.NashConv, run.Certificate with
        | Some value, "lower_bound" -> $">= %s{Words.brief value}"
        | Some value, _ -> Words.brief value
        | None, _ -> ""

    let private number value = value |> Option.ofNullable |> Option.map Words.brief |> Option.defaultValue ""

    /// The columns of figures: those that any run has, or NashConv where none has one.
    let private figures (runs: RunSummary list) =
        let columns: (string * (RunSummary -> string)) list = [
            "nash_conv", nashConv
            "residual", (fun run -> number run.Residual)
            "loss", (fun run -> number run.Loss)
            "reward", (fun run -> number run.Reward)
        ]

        match columns |> List.filter (fun (_, told) -> runs |> List.exists (told >> (<>) "")) with
        | [] -> List.truncate 1 columns
        | some -> some

    let private text (runs: RunSummary list) =
        let figures = figures runs

        Words.table [
            [
                yield! [ "id"; "started (UTC)"; "state"; "name"; "solver"; "steps" ]
                yield! List.map fst figures
                "tags"
            ]
            for run in runs do
                [
                    run.Id
                    time run.Description.Started
                    word run.State
                    run.Description.Name
                    solverName run
                    Words.count run.Steps
                    for _, value in figures do
                        value run
                    String.concat " " run.Description.Tags
                ]
        ]
        |> String.concat "\n"

    let private json (folder: string) (runs: RunSummary list) =
        use stream = new MemoryStream()
        use json = new Utf8JsonWriter(stream, JsonText.options)
        RunSummaryJson.Write(json, folder, runs)
        json.Flush()
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<RunsOption> tokens

        if arguments.WantsHelp then
            Command.printHelp command terminal
        else
            let wanted = arguments.Options |> List.map fits
            let most = limit arguments.Options
            let folder = RunsPlace.folder (Command.single command arguments.Positional)

            let runs =
                RunsPlace.all terminal folder
                |> List.filter (fun run -> wanted |> List.forall (fun fits -> fits run))
                |> List.truncate most

            let print = if List.contains Json arguments.Options then json folder else text
            terminal.Out.WriteLine(print runs)
            ExitCode.Done

    let command = {
        Name = "runs"
        Operands = "[DIR] [OPTIONS]"
        Summary = "Lists the runs in a folder, the newest first: by default in ALIGN_RUNS, or else in runs."
        Details = fun () -> [ Arguments.help<RunsOption> "align runs [DIR]" ]
        Examples = [
            "align runs"
            "align runs sweeps --tag leduc --state finished --limit 20"
            "align runs --solver cfr+ --name 'leduc*' --json"
        ]
        Run = run
    }
