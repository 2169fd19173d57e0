namespace Alignment.Cli

open System
open System.IO
open Alignment.CommandLine

/// `align run`: a script with its arguments, whichever language it is in.
module RunCommand =
    let private kinds = [ ".fsx"; ".cs"; ".csx" ]

    /// Whether a name is that of a script rather than of a game.
    let isScript (name: string) = List.contains (Words.extension name) kinds

    /// A hosted script has the environment of this process.
    let private hosted path arguments (environment: (string * string) list) =
        let before = environment |> List.map (fun (name, _) -> name, Environment.GetEnvironmentVariable name)

        try
            environment |> List.iter Environment.SetEnvironmentVariable
            CsxScript.run path arguments
        finally
            before |> List.iter Environment.SetEnvironmentVariable

    /// `dotnet run` prints what the compiler says on stdout, where nothing but results belong: hence a build of its own.
    let private compiled (path: string) arguments environment =
        let build () =
            if Handshake.isBuilt () then
                ExitCode.Done
            else
                ChildProcess.runOnError [ "build"; path; "--verbosity"; "quiet"; "--nologo" ] environment

        match build () with
        | ExitCode.Done -> ChildProcess.run ([ "run"; "--no-build"; path; "--" ] @ arguments) environment
        | code -> code

    /// A script in a process of its own loads no exporter.
    let private tellUnexported (path: string) =
        if TelemetryExport.isAsked () then
            Console.Error.WriteLine
                $"note     %s{path} runs in a process of its own, which exports no spans and metrics; a .csx script's are, or add OpenTelemetry to the script, with the source and the meter 'Alignment'"

    let private runner (path: string) arguments =
        match Words.extension path with
        | ".fsx" ->
            tellUnexported path
            ChildProcess.run ([ "fsi"; "--quiet"; "--exec"; path; "--" ] @ arguments)
        | ".cs" ->
            tellUnexported path
            compiled path arguments
        | ".csx" -> hosted path arguments
        | _ ->
            let all = String.concat ", " kinds
            Faults.refuse $"%s{path}: expected a script that ends in one of %s{all}."

    let private started (path: string) capture environment arguments =
        let run = runner path arguments

        if not (File.Exists path) then
            Faults.refuse $"%s{path}: no such file; check the path."

        Receipt.forScript path capture environment run

    /// Lets a script print a stage.
    let script (path: string) capture arguments = started path capture [] arguments

    /// What a script started by `align run` is told: its run is kept.
    let private kept () = [ Handshake.OutVariable, RunNames.parent () ]

    // ---- again -------------------------------------------------------------------------------------------------------

    /// What stands behind an option of `align run` itself, if it is there, and the other tokens.
    let private taken (option: string) what (tokens: string list) =
        let rec search before tokens =
            match tokens with
            | name :: value :: rest when name = option -> Some value, List.rev before @ rest
            | [ name ] when name = option -> Faults.refuse $"%s{option}: expected %s{what}."
            | (token: string) :: rest when token.StartsWith(option + "=") ->
                Some(token.Substring(option.Length + 1)), List.rev before @ rest
            | token :: rest -> search (token :: before) rest
            | [] -> None, List.rev before

        search [] tokens

    let private from = taken "--from" "the folder of a run, such as runs/latest"
    let private literate = taken "--literate" "the HTML file to write, such as notes.html"

    /// Runs again what a run ran: its own copy of the script or the game's file, with its options; later ones win.
    let private again terminal (run: string) (tokens: string list) =
        let folder = RunNames.find run
        let start = folder.Description.Start

        let operand =
            match start.Copy with
            | null -> start.Operand
            | copy -> folder.File copy

        let options = List.ofSeq start.Options @ tokens

        let out = [ "--out=" + RunNames.parent () ]

        match start.Command.Split ' ' with
        | [| "solve" |] -> SolveCommand.command.Run SolveCommand.command terminal (operand :: out @ options)
        | [| "train"; learned |] ->
            TrainCommand.command.Run TrainCommand.command terminal (learned :: operand :: out @ options)
        | _ ->
            let original =
                match Path.GetDirectoryName(Path.GetFullPath(start.Operand, start.Folder)) with
                | null -> start.Folder
                | folder -> folder

            started operand None ((Handshake.FolderVariable, original) :: kept ()) options

    let private run command (terminal: Terminal) tokens =
        match from tokens, literate tokens with
        | (Some _, _), (Some _, _) ->
            Faults.refuse "--literate is about a script with its prose; name the script instead of --from."
        | (Some run, rest), _ -> again terminal run rest
        | (None, _), (file, tokens) ->

            match Arguments.firstPositional<RunOption> tokens, file with
            | (Some path, arguments), Some file -> LiterateScript.run terminal path arguments file (kept ())
            | (Some path, arguments), None ->
                try
                    started path None (kept ()) arguments
                with SweepSplit keys ->
                    let request = (Arguments.parse<RunOption> arguments).Options |> Request.ofOptions
                    SweepRunner.run terminal "run" path request keys
            | (None, arguments), _ when List.exists Command.isHelp arguments -> Command.printHelp command terminal
            | (None, _), _ -> Faults.refuse "run: expected a script that ends in .fsx, .cs or .csx."

    let command = {
        Name = "run"
        Operands = "EXPERIMENT|--from RUN [OPTIONS]"
        Summary =
            "Runs a script (.fsx, .cs, .csx) and keeps the run below `runs`, ALIGN_RUNS or --out; or runs again what a run ran."
        Details =
            fun () -> [
                "--literate FILE writes an .fsx script that was run as one HTML file: comments (** Markdown *) as prose, the code, what it\nprinted, and the report of its run."
                Arguments.help<RunOption> "align run EXPERIMENT"
            ]
        Examples = [
            "align run experiment.fsx --set cost=0.2 --out runs"
            "align run experiment.cs --sweep cost=0,0.1,0.2 --json"
            "align run experiment.csx --help"
            "align run --from runs/latest"
            "align run notes.fsx --literate notes.html"
        ]
        Run = run
    }
