namespace Alignment.CommandLine

open System
open Alignment

/// Another value of a parameter or setting, or one value for each game of a batch axis.
type Change =
    | Value of string
    | Values of string

/// What to print on stdout.
type Format =
    | Summary
    | Json
    | Gambit

/// What to do with an experiment.
type Action =
    | Run
    | Show of stage: string
    | DryRun

/// What is run.
type Start =
    | Script of path: string
    | GameNamed of text: string

/// The options of a run, read. None is what the experiment or the library says.
type Request = {
    Solver: string option
    /// Parameters and settings by name, in the order in which they were first named.
    Changes: (string * Change) list
    Batch: int option
    /// Scale of the noise on payoffs.
    Perturb: float option
    Steps: int64 option
    Until: Stop option
    Seed: uint64 option
    Precision: Precision option
    Executor: string option
    Device: string option
    Threads: int option
    Out: string option
    Keeping: Keeping
    Start: Start
    /// All options, those of configuration files among them.
    Options: RunOption list
    Format: Format
    /// Processes at once of a sweep.
    Jobs: int option
    /// How often `--verbose` was said.
    Verbosity: int
    Action: Action
}

module Request =
    let none = {
        Solver = None
        Changes = []
        Batch = None
        Perturb = None
        Steps = None
        Until = None
        Seed = None
        Precision = None
        Executor = None
        Device = None
        Threads = None
        Out = None
        Keeping = Keeping.none
        Start = Script ""
        Options = []
        Format = Summary
        Jobs = None
        Verbosity = 0
        Action = Run
    }

    let stages = [ "spec"; "ir"; "plan" ]

    /// Copies beyond this are no timing of anything.
    let private mostCopies = 1_000_000L

    /// A later change of a parameter replaces an earlier one, whichever kind each is: what the config file sweeps and the
    /// command line sets is set.
    let private change option build text request =
        let key, value = Words.pair option text

        {
            request with
                Changes = List.filter (fst >> (<>) key) request.Changes @ [ key, build value ]
        }

    let private add request option =
        let keep change = { request with Keeping = change request.Keeping }

        match option with
        | RunOption.Solver name -> { request with Solver = Some name }
        | Set text -> change "--set" Value text request
        | Sweep text -> change "--sweep" Values text request
        | Batch text -> { request with Batch = Some(int (Words.whole "--batch" 1 mostCopies text)) }
        | Perturb text -> { request with Perturb = Some(Words.positive "--perturb" text) }
        | Steps text -> { request with Steps = Some(Words.whole "--steps" 1 Int64.MaxValue text) }
        | Until text -> {
            request with
                Until = Some(Faults.reading "--until" (fun () -> Stop.Parse text))
          }
        | Seed text -> { request with Seed = Some(Words.seed "--seed" text) }
        | RunOption.Precision text ->
            let words = [ "float32", Precision.Float32; "float64", Precision.Float64 ]

            { request with Precision = Some(Words.choice "--precision" words text) }
        | Executor name -> { request with Executor = Some name }
        | Device name -> { request with Device = Some name }
        | Threads text -> { request with Threads = Some(int (Words.whole "--threads" 1 1024 text)) }
        | Out folder -> { request with Out = Some folder }
        | Name text -> keep (Keeping.name text)
        | Tag text -> keep (Keeping.tag text)
        | Note text -> keep (Keeping.note text)
        | Group text -> keep (Keeping.group text)
        | Resume text -> keep (Keeping.resume text)
        | Checkpoint text -> keep (Keeping.checkpoint text)
        | Keep text -> keep (Keeping.keep text)
        | RunOption.Json -> { request with Format = Json }
        | RunOption.Jobs text -> { request with Jobs = Some(int (Words.whole "--jobs" 1 1024 text)) }
        | Verbose -> { request with Verbosity = request.Verbosity + 1 }
        | RunOption.Format text -> {
            request with
                Format = Words.choice "--format" [ "gambit", Gambit; "json", Json; "text", Summary ] text
          }
        | RunOption.Show text -> {
            request with
                Action = Words.choice "--show" (stages |> List.map (fun stage -> stage, Show stage)) text
          }
        | Dry_Run -> { request with Action = DryRun }
        | Config _ -> request

    /// Config files first, so that what the command line says comes later and wins.
    let ofOptions (options: RunOption list) =
        let files =
            options
            |> List.choose (function
                | Config file -> Some(file, Config.read file)
                | _ -> None)

        /// A wrong value of a file is told with the file.
        let addFile request (file: string, options) =
            try
                List.fold add request options
            with InputFault message ->
                Faults.refuse $"%s{file}: %s{message}"

        let ofFiles = List.fold addFile none files

        {
            List.fold add ofFiles options with
                Options = List.collect snd files @ options
        }

    /// The changes of parameters and settings as they were asked for, before any was brought into a game.
    let changes (request: Request) = (List.fold add none request.Options).Changes

    let private isBounded (rule: Stop) =
        rule.Fold((fun _ -> false), (fun _ -> true), (fun _ -> true), (fun a b -> a || b), (fun a b -> a && b))

    /// Steps after which a run ends that was given no limit of its own.
    let private defaultSteps = 100_000L

    /// The stop rule that the options ask for, if they do.
    let stop request =
        match request.Until, request.Steps with
        | None, None -> None
        | None, Some steps -> Some(Stop.AfterSteps steps)
        | Some rule, Some steps -> Some(rule ||| Stop.AfterSteps steps)
        | Some rule, None when isBounded rule -> Some rule
        | Some rule, None -> Some(rule ||| Stop.AfterSteps defaultSteps)
