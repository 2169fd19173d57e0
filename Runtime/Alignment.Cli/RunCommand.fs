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
        match ChildProcess.runOnError [ "build"; path; "--verbosity"; "quiet"; "--nologo" ] environment with
        | ExitCode.Done -> ChildProcess.run ([ "run"; "--no-build"; path; "--" ] @ arguments) environment
        | code -> code

    let private runner (path: string) arguments =
        match Words.extension path with
        | ".fsx" -> ChildProcess.run ([ "fsi"; "--quiet"; "--exec"; path; "--" ] @ arguments)
        | ".cs" -> compiled path arguments
        | ".csx" -> hosted path arguments
        | _ ->
            let all = String.concat ", " kinds
            Faults.refuse $"%s{path}: expected a script that ends in one of %s{all}."

    /// Runs a script, or lets it print a stage.
    let script (path: string) capture arguments =
        let run = runner path arguments

        if not (File.Exists path) then
            Faults.refuse $"%s{path}: no such file; check the path."

        Receipt.forScript path capture run

    let private run command (terminal: Terminal) tokens =
        match Arguments.firstPositional<RunOption> tokens with
        | Some path, arguments -> script path None arguments
        | None, arguments when List.exists Command.isHelp arguments -> Command.printHelp command terminal
        | None, _ -> Faults.refuse "run: expected a script that ends in .fsx, .cs or .csx."

    let command = {
        Name = "run"
        Operands = "EXPERIMENT [OPTIONS]"
        Summary = "Runs a script (.fsx, .cs, .csx); options are the script's, see `align run x.fsx --help`."
        Details = fun () -> [ Arguments.help<RunOption> "align run EXPERIMENT" ]
        Examples = [
            "align run experiment.fsx --set cost=0.2 --out runs"
            "align run experiment.cs --sweep cost=0,0.1,0.2 --json"
            "align run experiment.csx --help"
        ]
        Run = run
    }
