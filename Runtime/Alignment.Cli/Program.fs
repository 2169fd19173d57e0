module Alignment.Cli.Program

open System
open System.IO
open System.Text
open Alignment.CommandLine

let private commands = [
    RunCommand.command
    SolveCommand.command
    CheckCommand.command
    EvaluateCommand.command
    ConvertCommand.command
    ReportCommand.command
    ReportCommand.comparison
    ListCommands.games
    ListCommands.solvers
    ListCommands.metrics
    RunsCommand.command
    ExportCommand.command
    QueryCommand.command
    ServeCommand.command
    GenerateCommand.command
    ChatCommand.command
    TrainCommand.command
    DoctorCommand.command
    BenchCommand.command
]

let private overview () =
    let lines =
        Words.table [
            for command in commands do
                [ $"    %s{command.Name} %s{command.Operands}"; command.Summary ]
        ]

    String.concat "\n" [
        "align COMMAND: declares, checks, solves and compares games; runs and trains language models."
        ""
        "COMMANDS:"
        ""
        yield! lines
        ""
        "    align COMMAND --help tells a command's options, with examples. align --version prints the version."
        ""
        "EXAMPLE:"
        ""
        "    align solve rock_paper_scissors --solver prm+ --until 'nash_conv < 1e-9'"
        ""
        "EXIT CODES:"
        ""
        "    0 done; 1 a bug of ours; 2 the input is wrong; 3 not converged where --until asked for it, or diverged;"
        "    130 and 143 cancelled by SIGINT and SIGTERM, the result so far printed."
        ""
        "ENVIRONMENT:"
        ""
        "    ALIGN_RUNS, the folder of all runs; OTEL_EXPORTER_OTLP_ENDPOINT and its kin, which have spans and metrics exported."
    ]

/// All help texts, one after the other: the grammar that a golden file holds.
let grammar () = overview () :: List.map Command.help commands |> String.concat "\n\n\n"

let private find name =
    match commands |> List.tryFind (fun command -> command.Name = name) with
    | Some command -> command
    | None -> Faults.unknown "command" name (commands |> List.map _.Name) "There are"

let private dispatch (terminal: Terminal) tokens =
    let print (text: string) =
        terminal.Out.WriteLine text
        ExitCode.Done

    match tokens with
    | []
    | [ "help" ] -> print (overview ())
    | [ token ] when Command.isHelp token -> print (overview ())
    | [ "--version" ] -> print (DoctorCommand.version ())
    | [ "help"; name ] -> print (Command.help (find name))
    | token :: _ when token.StartsWith '-' -> Faults.unknown "option" token [ "--help"; "--version" ] "There are"
    | name :: rest ->
        let command = find name
        command.Run command terminal rest

/// Runs a command line in this process, on a terminal or what stands for one.
let runOn terminal (args: string[]) =
    try
        Registrations.add ()
        use _ = TelemetryExport.start terminal
        dispatch terminal (List.ofArray args)
    with e ->
        Terminal.fail terminal "align" e

/// Runs a command line in this process. Scripts that run as children have stdout and stderr of the process.
let run (args: string[]) (out: TextWriter) (error: TextWriter) =
    runOn
        {
            In = TextReader.Null
            InIsTerminal = false
            Out = out
            OutIsTerminal = false
            Error = error
            ErrorIsTerminal = false
        }
        args

[<EntryPoint>]
let main args =
    // Names and labels are UTF-8 wherever they come from.
    Console.OutputEncoding <- UTF8Encoding(encoderShouldEmitUTF8Identifier = false)
    runOn (Terminal.console ()) args
