namespace Alignment.Cli

open Argu
open Alignment.CommandLine
open Alignment.Runs

/// The options of `align query`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type QueryOption =
    | Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Json -> "print one JSON object on stdout"

/// `align query`: SQL over the runs in a folder. `docs/schema/query.json` is the schema of its JSON.
module QueryCommand =
    let private tables () =
        String.concat "\n" [
            "TABLES:"
            ""
            "    runs      a row a run: id, path, name, group, tags, note, state, status, started (UTC), solver, seed,"
            "              spec, steps, seconds, certificate, nash_conv, exploitability, distance, loss, reward"
            "              (distance is nash_conv, or the residual of a game of smooth payoffs, where nash_conv is null;"
            "              loss and reward are a training's, as last measured, and solver is its method)"
            "    identity  what decides a run's result: run, key, value"
            "    metrics   a row for each metric at each measured moment: run, step, seconds, key, value"
            ""
            "    `run` is the id of a run. The SQL is DuckDB's; a query only reads, and reaches nothing but these tables."
        ]

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<QueryOption> tokens

        let answer sql folder =
            let runs = RunsPlace.all terminal (RunsPlace.folder folder)

            let result =
                RunsPlace.reading (fun () ->
                    use database = RunDatabase.Load(ResizeArray runs, RunDatabase.NeedsMetrics sql)
                    database.Query sql)

            let print = if List.contains Json arguments.Options then QueryText.json else QueryText.table
            terminal.Out.WriteLine(print result)
            ExitCode.Done

        match arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | [] ->
            Faults.refuse
                "query: expected a query, as in `align query \"select id, nash_conv from runs\"`; `align query --help` tells the tables."
        | [ sql ] -> answer sql None
        | [ sql; folder ] -> answer sql (Some folder)
        | _ :: _ :: token :: _ -> Command.unexpected command token

    let command = {
        Name = "query"
        Operands = "\"SQL\" [DIR] [OPTIONS]"
        Summary = "Asks SQL of the runs in a folder: by default in ALIGN_RUNS, or else in runs."
        Details = fun () -> [ tables (); Arguments.help<QueryOption> "align query \"SQL\" [DIR]" ]
        Examples = [
            "align query \"select solver, min(nash_conv) from runs where state = 'finished' group by solver\""
            "align query \"select run, min(step) from metrics where key = 'game/nash_conv' and value < 1e-3 group by run\""
        ]
        Run = run
    }
