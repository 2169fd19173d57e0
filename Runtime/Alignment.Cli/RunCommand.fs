namespace Alignment.Cli

open System
open System.IO
open Alignment.CommandLine

/// `align run`: a script with its arguments, whichever language it is in.
module RunCommand =
    let private kinds = [ ".fsx"; ".cs"; ".csx" ]

    /// Whether a name is that of a script rather than of a game.
    let isScript (name: string) =
        List.contains (Words.extension name) kinds

    /// A stage that a hosted script must print; children get it in their environment.
    let private capturing capture action =
        let before = Environment.GetEnvironmentVariable Handshake.CaptureVariable
        let set (value: string | null) = Environment.SetEnvironmentVariable(Handshake.CaptureVariable, value)
        set (Option.toObj capture)

        try
            action ()
        finally
            set before

    /// Runs a script, or lets it print a stage.
    let script (path: string) capture (arguments: string list) =
        if not (File.Exists path) then
            Faults.refuse $"%s{path}: no such file; check the path."

        match Words.extension path with
        | ".fsx" -> ChildScript.run path capture ([ "fsi"; "--quiet"; "--exec"; path; "--" ] @ arguments)
        | ".cs" -> ChildScript.run path capture ([ "run"; path; "--" ] @ arguments)
        | ".csx" -> capturing capture (fun () -> CsxScript.run path arguments)
        | _ ->
            let all = String.concat ", " kinds
            Faults.refuse $"%s{path}: expected a script that ends in one of %s{all}."

    let private run command (terminal: Terminal) tokens =
        match Arguments.firstPositional<RunOption> tokens with
        | Some path, arguments -> script path None arguments
        | None, arguments when List.exists Command.isHelp arguments ->
            Command.printHelp command terminal
        | None, _ -> Faults.refuse "run: expected a script that ends in .fsx, .cs or .csx."

    let command = {
        Name = "run"
        Operands = "EXPERIMENT [OPTIONS]"
        Summary = "Runs a script (.fsx, .cs, .csx); options are the script's, see `align run x.fsx --help`."
        Details = fun () -> []
        Examples = [
            "align run experiment.fsx --set cost=0.2 --out runs"
            "align run experiment.cs --sweep cost=0,0.1,0.2 --json"
            "align run experiment.csx --help"
        ]
        Run = run
    }
