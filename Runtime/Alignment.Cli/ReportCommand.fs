namespace Alignment.Cli

open System
open System.IO
open Argu
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runs
open Alignment.Runtime

/// The options of `align report`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type ReportOption =
    | [<EqualsAssignmentOrSpaced>] Out of FILE: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Out _ -> "the HTML file to write"

/// The options of `align compare`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type CompareOption =
    | [<EqualsAssignmentOrSpaced>] Where of CONDITION: string
    | [<EqualsAssignmentOrSpaced; CustomCommandLine "--out">] OutFile of FILE: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Where _ ->
                "compare the runs of a folder for which this holds: SQL over the columns of `runs`, as `align query --help` has them"
            | OutFile _ -> "the HTML file to write"

/// `align report` and `align compare`: runs for people to read.
module ReportCommand =
    /// A comparison of more is for `align query`.
    let private mostRuns = 50

    let private write (terminal: Terminal) (file: string) (content: Stream -> unit) =
        try
            AtomicFile.Write(file, Action<Stream> content)
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse $"--out: %s{e.Message}"

        terminal.Out.WriteLine file

    let private report command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ReportOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "report: expected a run's folder, such as runs/latest."
        | Some path ->
            let run = RunNames.find path

            let file =
                arguments.Options
                |> List.map (fun (Out file) -> file)
                |> List.tryLast
                |> Option.defaultValue (run.File "report.html")

            write terminal file (fun stream -> Report.Write(run, stream, solver = RunsPlace.solver run))
            ExitCode.Done

    /// The runs of a folder for which a condition holds, the oldest first.
    let private fitting terminal (condition: string) folder =
        let folder = RunsPlace.folder folder
        let runs = RunsPlace.all terminal folder

        let found =
            RunsPlace.reading (fun () ->
                use database = RunDatabase.Load(ResizeArray runs, RunDatabase.NeedsMetrics condition)
                // on a line of its own: it may end with a comment
                let answer = database.Query $"select path from runs where (\n%s{condition}\n) order by started, id"
                [ for row in answer.Rows -> RunFolder.Open(string row[0]) ])

        match found.Length with
        | n when n < 2 ->
            Faults.refuse
                $"--where: it holds for %d{n} of %d{runs.Length} runs in '%s{folder}', and a comparison needs two; `align runs %s{folder}` lists them."
        | n when n > mostRuns ->
            Faults.refuse
                $"--where: it holds for %d{n} runs, and a comparison has at most %d{mostRuns}; ask for fewer, or use `align query`."
        | _ -> found

    let private chosen command terminal (where: string option) (positional: string list) =
        match where, positional with
        | Some condition, [] -> fitting terminal condition None
        | Some condition, [ folder ] -> fitting terminal condition (Some folder)
        | Some _, _ :: token :: _ -> Command.unexpected command token
        | None, ([] | [ _ ]) ->
            Faults.refuse "compare: expected the folders of two runs or more, or --where and a condition."
        | None, paths -> paths |> List.map RunNames.find

    let private compare command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<CompareOption> tokens

        if arguments.WantsHelp then
            Command.printHelp command terminal
        else
            let where =
                arguments.Options
                |> List.choose (function
                    | Where condition -> Some condition
                    | OutFile _ -> None)
                |> List.tryLast

            let comparison = Comparison.Of(chosen command terminal where arguments.Positional |> Array.ofList)
            let table rows = rows |> Seq.map List.ofSeq |> List.ofSeq |> Words.table
            let print (lines: string list) = lines |> List.iter terminal.Out.WriteLine

            print (table comparison.Certificates)
            print [ "" ]

            if comparison.Differences.Count > 1 then
                print (table comparison.Differences)
            else
                print [ "They differ neither in what decides the result nor in the machine." ]

            arguments.Options
            |> List.choose (function
                | OutFile file -> Some file
                | Where _ -> None)
            |> List.tryLast
            |> Option.iter (fun file ->
                print [ "" ]
                write terminal file comparison.Write)

            ExitCode.Done

    let command = {
        Name = "report"
        Operands = "RUN [--out FILE]"
        Summary = "Writes a run as one HTML file that needs no network: RUN/report.html, or FILE."
        Details = fun () -> [ Arguments.help<ReportOption> "align report RUN" ]
        Examples = [ "align report runs/latest"; "align report runs/latest --out report.html" ]
        Run = report
    }

    let comparison = {
        Name = "compare"
        Operands = "RUN RUN... [OPTIONS]"
        Summary =
            "Prints the certificates of runs and what differs between them; --out also writes an HTML file with their gaps."
        Details = fun () -> [ Arguments.help<CompareOption> "align compare RUN RUN..." ]
        Examples = [
            "align compare runs/a runs/b"
            "align compare runs/a runs/b --out comparison.html"
            "align compare --where \"solver = 'cfr+' and state = 'finished'\" runs"
        ]
        Run = compare
    }
