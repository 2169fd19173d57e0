namespace Alignment.Cli

open System
open System.IO
open Argu
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime

/// The options of `align report` and `align compare`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type ReportOption =
    | [<EqualsAssignmentOrSpaced>] Out of FILE: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Out _ -> "the HTML file to write"

/// `align report` and `align compare`: runs for people to read.
module ReportCommand =
    let private out (options: ReportOption list) = options |> List.map (fun (Out file) -> file) |> List.tryLast

    let private write (terminal: Terminal) (file: string) (content: Stream -> unit) =
        try
            AtomicFile.Write(file, Action<Stream> content)
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse $"--out: %s{e.Message}"

        terminal.Out.WriteLine file

    /// The solver that a run names, for what it claims; what is not known here claims nothing.
    let solver (run: RunFolder) : SolverInfo | null =
        match run.Description.Identity.TryGetValue "solver" with
        | true, name ->
            try
                Solvers.Find(name).Info
            with
            | InputFault _
            | :? ArgumentException -> null
        | _ -> null

    let private report command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ReportOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "report: expected a run's folder, such as runs/latest."
        | Some path ->
            let run = RunNames.find path
            let file = out arguments.Options |> Option.defaultValue (run.File "report.html")
            write terminal file (fun stream -> Report.Write(run, stream, solver = solver run))
            ExitCode.Done

    let private compare command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ReportOption> tokens

        match arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | []
        | [ _ ] -> Faults.refuse "compare: expected the folders of two runs or more."
        | paths ->
            let comparison = Comparison.Of(paths |> List.map RunNames.find |> Array.ofList)
            let table rows = rows |> Seq.map List.ofSeq |> List.ofSeq |> Words.table
            let print (lines: string list) = lines |> List.iter terminal.Out.WriteLine

            print (table comparison.Certificates)
            print [ "" ]

            if comparison.Differences.Count > 1 then
                print (table comparison.Differences)
            else
                print [ "They differ neither in what decides the result nor in the machine." ]

            out arguments.Options
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
        Operands = "RUN RUN... [--out FILE]"
        Summary =
            "Prints the certificates of runs and what differs between them; --out also writes an HTML file with their gaps."
        Details = fun () -> [ Arguments.help<ReportOption> "align compare RUN RUN..." ]
        Examples = [ "align compare runs/a runs/b"; "align compare runs/a runs/b --out comparison.html" ]
        Run = compare
    }
