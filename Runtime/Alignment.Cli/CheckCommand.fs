namespace Alignment.Cli

open Argu
open Alignment.CommandLine

/// The options of `align check`: those of a run that change what is compiled.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type CheckOption =
    | [<EqualsAssignmentOrSpaced>] Show of STAGE: string
    | [<EqualsAssignmentOrSpaced>] Solver of NAME: string
    | [<EqualsAssignmentOrSpaced>] Set of ``KEY=VALUE``: string
    | [<EqualsAssignmentOrSpaced>] Sweep of ``KEY=VALUES``: string
    | [<EqualsAssignmentOrSpaced>] Batch of N: string
    | [<EqualsAssignmentOrSpaced>] Seed of N: string
    | [<EqualsAssignmentOrSpaced>] Precision of TYPE: string
    | [<EqualsAssignmentOrSpaced>] Executor of NAME: string
    | [<EqualsAssignmentOrSpaced>] Device of NAME: string
    | [<EqualsAssignmentOrSpaced>] Threads of N: string
    | [<EqualsAssignmentOrSpaced>] Config of FILE: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Show _ -> "print a stage: spec (the game), ir (the program) or plan (the program in memory)"
            | Solver _ -> "the solver whose program is compiled"
            | Set _ -> "change one parameter of the game, or one setting of the solver; may be repeated"
            | Sweep _ -> "values of a parameter or setting, as a batch axis; may be repeated"
            | Batch _ -> "N copies, along the batch axis `copy`"
            | Seed _ -> "seed of the draws that the game's data come from"
            | Precision _ -> "float32 or float64 (the default)"
            | Executor _ -> "whose plan is shown: host (the default) or torch"
            | Device _ -> "the device of the executor"
            | Threads _ -> "threads of the plan"
            | Config _ -> "read options from a YAML file"

/// `align check`: compiles without running.
module CheckCommand =
    let private stage (request: Request) =
        match request.Action with
        | Action.Show stage -> stage
        | _ -> "check"

    let private game (terminal: Terminal) request name =
        let experiment, _, request = SolveCommand.experiment terminal name request
        terminal.Out.WriteLine(Stages.print (stage request) (Settings.apply request experiment))
        ExitCode.Done

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<CheckOption> tokens

        match Command.single command arguments.Positional with
        | None when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "check: expected a script or a game."
        | Some name ->
            // Every option of a check is one of a run.
            let operands = Arguments.firstPositional<RunOption> tokens |> snd
            let request = (Arguments.parse<RunOption> operands).Options |> Request.ofOptions

            if arguments.WantsHelp then
                Command.printHelp command terminal
            elif RunCommand.isScript name then
                RunCommand.script name (Some(stage request)) operands
            else
                game terminal request name

    let command = {
        Name = "check"
        Operands = "EXPERIMENT|'GAME' [OPTIONS]"
        Summary = "Validates and tells the structure, or prints a compiled stage; runs and writes nothing."
        Details = fun () -> [ Arguments.help<CheckOption> "align check EXPERIMENT|'GAME'" ]
        Examples = [
            "align check chicken"
            "align check experiment.fsx --show spec"
            "align check rock_paper_scissors --solver mmd --show ir"
        ]
        Run = run
    }
