namespace Alignment

open System.Runtime.CompilerServices
open Alignment.CommandLine

/// The last line of a script: the experiment and the script's arguments, and everything that a tool can ask of it.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Experiment =
    /// How people start this script, for its help.
    let private usage (experiment: Experiment) =
        let extension = Words.extension experiment.Script
        let file = Words.stem experiment.Script + extension

        match extension with
        | ".fsx" -> $"dotnet fsi %s{file} --"
        | ".cs" -> $"dotnet run %s{file} --"
        | ".csx" -> $"align run %s{file}"
        | _ -> "script"

    let private help (experiment: Experiment) =
        String.concat "\n\n" [
            $"Solves '%s{experiment.Game.Name}' by %s{experiment.Solver.Info.Title}."
            Arguments.help<RunOption>(usage experiment)
            yield! Help.parameters experiment
        ]

    /// `align check` asks for a stage through the environment.
    let private captured request =
        match Handshake.captured () with
        | Some stage -> { request with Action = Show stage }
        | None -> request

    /// A run that `align run` started is kept, wherever else it was not asked to be.
    let private request (experiment: Experiment) options =
        let request = Request.ofOptions options

        {
            request with
                Start = Script experiment.Script
                Out = request.Out |> Option.orElse (Handshake.kept ())
        }

    let private handOver (terminal: Terminal) tokens (experiment: Experiment) =
        let arguments = Arguments.parse<RunOption> tokens

        match arguments.Positional with
        | unexpected :: _ -> Faults.refuse $"A script takes options only, got '%s{unexpected}'."
        | [] when arguments.WantsHelp ->
            terminal.Out.WriteLine(help experiment)
            ExitCode.Done
        | [] -> Runner.run terminal (captured (request experiment arguments.Options)) (Handshake.based experiment)

    /// What stands before the arguments of a script: fsi counts the script's path, and its own `--`.
    let private ownArguments (tokens: string list) =
        match tokens with
        | script :: rest when Words.extension script = ".fsx" -> rest
        | all -> all

    let private run program (args: string[]) experiment =
        let terminal = Terminal.console ()
        Handshake.entered ()

        try
            handOver terminal (ownArguments (List.ofSeq args)) experiment |> Handshake.ended
        with
        | SweepSplit keys when Handshake.isAsked () ->
            Handshake.split keys
            ExitCode.WrongInput
        | e -> Terminal.fail terminal program e |> Handshake.ended

    /// Runs an experiment as the arguments of its script ask and gives the exit code:
    /// `Experiment(game, solver) |> Experiment.main fsi.CommandLineArgs |> exit`.
    let main (args: string[]) (experiment: Experiment) : int =
        match Words.stem experiment.Script with
        | "" -> run "script" args experiment
        | program -> run program args experiment

/// For C#.
[<Extension>]
type ExperimentExtensions =
    /// Runs an experiment as the arguments of its program ask and gives the exit code:
    /// `return new Experiment(game, solver).Main(args);`
    [<Extension>]
    static member Main(experiment: Experiment, args: string[]) : int = Experiment.main args experiment
