namespace Alignment.Cli

open System
open System.Diagnostics
open System.IO
open Argu
open Alignment
open Alignment.CommandLine
open Alignment.Runtime

/// The options of `align train`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text, with all keys and their defaults")>]
type TrainOption =
    | [<EqualsAssignmentOrSpaced>] Data of FILE: string
    | [<EqualsAssignmentOrSpaced>] Eval_Data of FILE: string
    | [<EqualsAssignmentOrSpaced>] Reward of ``JUDGE|DIR``: string
    | [<EqualsAssignmentOrSpaced>] Set of ``KEY=VALUE``: string
    | [<EqualsAssignmentOrSpaced>] Config of FILE: string
    | [<EqualsAssignmentOrSpaced>] Precision of TYPE: string
    | [<EqualsAssignmentOrSpaced>] Threads of N: string
    | [<EqualsAssignmentOrSpaced>] Device of NAME: string
    | [<EqualsAssignmentOrSpaced>] Out of DIR: string
    | [<EqualsAssignmentOrSpaced>] Name of NAME: string
    | [<EqualsAssignmentOrSpaced>] Tag of TEXT: string
    | [<EqualsAssignmentOrSpaced>] Note of TEXT: string
    | [<EqualsAssignmentOrSpaced>] Group of NAME: string
    | [<EqualsAssignmentOrSpaced>] Resume of WHICH: string
    | [<EqualsAssignmentOrSpaced>] Checkpoint of SECONDS: string
    | [<EqualsAssignmentOrSpaced>] Keep of K: string
    | Json
    | Verbose
    | Dry_Run

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Data _ ->
                "a JSONL file in a layout of TRL or PKU (.gz too), or 'dialogues(rows=N,seed=S,difficulty=D,split=train)'; may be repeated"
            | Eval_Data _ -> "the same, to be judged by"
            | Reward _ -> "of grpo: judge, the dialogue world's exact one, or the folder of a model of rewards"
            | Set _ -> "set one of the keys below; may be repeated"
            | Config _ -> "read keys from a YAML file of `key: value` lines; the command line wins"
            | Precision _ -> "numbers of the base's weights: float32, bfloat16, stored or float64"
            | Threads _ -> "threads within an operation, 1 when left out"
            | Device _ -> "cpu (the default) or cuda"
            | Out _ -> "the folder below which the run is kept: ALIGN_RUNS, or else runs, when left out"
            | Name _ -> Keeping.Usage.name
            | Tag _ -> Keeping.Usage.tag
            | Note _ -> Keeping.Usage.note
            | Group _ -> Keeping.Usage.group
            | Resume _ -> Keeping.Usage.resume
            | Checkpoint _ -> Keeping.Usage.checkpoint
            | Keep _ -> "how many of the newest checkpoints to keep, 2 when left out, at least 1"
            | Json -> Keeping.Usage.json
            | Verbose -> Keeping.Usage.verbose
            | Dry_Run -> "print all keys with where their values are from, and what would run, and run nothing"

/// `align train`: a language model that learns from texts, labelled pairs, or rewards of what it says, as a kept run.
module TrainCommand =
    type private Asked = {
        Keeping: Keeping
        Out: string option
        Json: bool
        Verbosity: int
        DryRun: bool
    }

    let private none = {
        Keeping = Keeping.none
        Out = None
        Json = false
        Verbosity = 0
        DryRun = false
    }

    let private add (asked: Asked) option =
        let keep change = { asked with Keeping = change asked.Keeping }

        match option with
        | Out folder -> { asked with Out = Some folder }
        | Name text -> keep (Keeping.name text)
        | Tag text -> keep (Keeping.tag text)
        | Note text -> keep (Keeping.note text)
        | Group text -> keep (Keeping.group text)
        | Resume text -> keep (Keeping.resume text)
        | Checkpoint text -> keep (Keeping.checkpoint text)
        | Keep text -> keep (Keeping.keep text)
        | Json -> { asked with Json = true }
        | Verbose -> { asked with Verbosity = asked.Verbosity + 1 }
        | Dry_Run -> { asked with DryRun = true }
        | _ -> asked

    // ---- keys -------------------------------------------------------------------------------------------------------

    /// Options that stand for a key.
    let private keyOf option =
        match option with
        | Data text -> Some("--data", "dataset_name", text)
        | Eval_Data text -> Some("--eval-data", "eval_dataset_name", text)
        | Reward text -> Some("--reward", "reward", text)
        | Precision text -> Some("--precision", "precision", text)
        | Threads text -> Some("--threads", "threads", text)
        | Device text -> Some("--device", "device", text)
        | _ -> None

    /// Keys of configuration files, then those of the command line, of which several of one option are one list; and names of those without effect.
    let private settings trained (model: string option) (options: TrainOption list) =
        let idle = ResizeArray<string>()

        let read place name values from =
            if TrainKeys.changesNothing place name values then
                idle.Add name
                []
            else
                [ TrainKeys.read trained place name values from ]

        let ofFiles = [
            for option in options do
                match option with
                | Config file ->
                    for name, place, values in Config.entries file do
                        yield! read place name values file
                | _ -> ()
        ]

        let ofOptions = [
            for (option, name), texts in options |> List.choose keyOf |> List.groupBy (fun (o, n, _) -> o, n) do
                let values = texts |> List.map (fun (_, _, text) -> text) |> TrainKeys.valuesOfAll name
                TrainKeys.read trained option name values option
        ]

        let ofSets = [
            for option in options do
                match option with
                | Set text ->
                    let name, value = Words.pair "--set" text
                    yield! read "--set" name (TrainKeys.valuesOf name value) "--set"
                | _ -> ()
        ]

        let ofOperand = [
            match model with
            | Some text -> TrainKeys.read trained "train" "model_name_or_path" [ text ] "MODEL"
            | None -> ()
        ]

        TrainSettings(TrainKeys.resolve trained (ofFiles @ ofOptions @ ofSets @ ofOperand)),
        idle |> Seq.filter (fun name -> List.contains name TrainKeys.unused) |> Seq.distinct |> List.ofSeq

    // ---- again ------------------------------------------------------------------------------------------------------

    /// A path without links: `runs/latest` is another run tomorrow.
    let rec private unlinked (path: string) =
        match Path.GetDirectoryName path with
        | null -> path
        | parent ->
            let here = Path.Combine(unlinked parent, nonNull (Path.GetFileName path))

            match Directory.ResolveLinkTarget(here, returnFinalTarget = true) with
            | null -> here
            | target -> target.FullName

    /// A path as it reads from anywhere and at any time; what is no path stays.
    let private absolute (text: string) =
        if File.Exists text || Directory.Exists text then
            unlinked (Path.GetFullPath text)
        else
            text

    let private values (setting: TrainSetting) =
        match setting.Key.Kind with
        | KeyKind.Place
        | KeyKind.Places -> List.map absolute setting.Values
        | _ -> setting.Values

    let private config trained (settings: TrainSettings) =
        Resolved.file [
            "The keys of this training, none left to a default."
            $"Again: align train %s{TrainKeys.nameOf trained} --config config.yaml"
        ] [
            for setting in settings.All do
                let values = values setting

                setting.Key.Name,
                (match values with
                 | [] -> Resolved.Text "none"
                 | [ single ] -> Resolved.Text single
                 | several -> Resolved.Several several)
        ]

    let private start trained (settings: TrainSettings) =
        let options = [
            for setting in settings.All do
                match setting.Key.Name, values setting with
                | "model_name_or_path", _ -> ()
                | _ when setting.From = TrainKeys.ByDefault || setting.From = TrainKeys.ByModel -> ()
                | "dataset_name", files -> yield! files |> List.map (fun file -> $"--data=%s{file}")
                | "eval_dataset_name", files -> yield! files |> List.map (fun file -> $"--eval-data=%s{file}")
                | name, [] -> $"--set=%s{name}=none"
                | name, values ->
                    let listed = String.concat "," values
                    $"--set=%s{name}=%s{listed}"
        ]

        let model = defaultArg (settings.Text "model_name_or_path") "" |> absolute
        RunStart($"train %s{TrainKeys.nameOf trained}", model, Array.ofList options, Environment.CurrentDirectory, null)

    // ---- running ----------------------------------------------------------------------------------------------------

    let private dryRun (terminal: Terminal) (settings: TrainSettings) (job: TrainJob) =
        TrainJob.options settings job null null (Verbosity.logger terminal.Error 0)
        |> fun options ->
            match options.Fault() with
            | null -> ()
            | fault -> Faults.refuse $"%s{fault}."

        terminal.Out.WriteLine(
            String.concat "\n" [
                yield! TrainKeys.table settings.All
                ""
                yield!
                    Words.table [
                        yield! TrainOutput.data settings job
                        [ "steps"; Words.count job.Steps ]
                        [ "makes"; $"%s{job.Makes}" ]
                    ]
            ]
        )

        ExitCode.Done

    let private kept (trained: Trained) = {
        State =
            (match trained.Result.Outcome with
             | TrainingOutcome.Finished -> RunState.Finished
             | TrainingOutcome.Cancelled -> RunState.Cancelled
             | _ -> RunState.Failed)
        Sentence = trained.Result.Sentence
        Steps = trained.Result.Steps
        Folders = if trained.IsFinished then [ RunFiles.Model, trained.Job.Save ] else []
        Files = [ RunFiles.Training, TrainOutput.write trained ]
        Summary = TrainOutput.summary trained
    }

    let private print (terminal: Terminal) asked (trained: Trained) =
        if asked.Json then
            terminal.Out.WriteLine(TrainOutput.json trained)
            terminal.Error.WriteLine trained.Result.Sentence
        else
            terminal.Out.WriteLine(TrainOutput.summary trained)

        terminal.Out.Flush()
        trained.Result.Warnings |> Seq.iter (fun text -> terminal.Error.WriteLine $"note     %s{text}")

    let private train (terminal: Terminal) (asked: Asked) (settings: TrainSettings) (job: TrainJob) =
        for row in TrainOutput.data settings job do
            if job.LeftOut + job.HeldOutLeftOut > 0 then
                let text = String.concat ": " row
                terminal.Error.WriteLine $"note     %s{text}"

        use signals = new Signals()
        let clock = Stopwatch.StartNew()

        let parent = RunKeeping.place asked.Out asked.Keeping.Resume |> Option.defaultWith RunNames.parent

        let plan = RunKeeping.planOf asked.Keeping (start job.Method settings) (config job.Method settings) []

        let trained =
            RunKeeping.keep terminal parent plan signals kept (fun log session ->
                let log = Verbosity.terminal asked.Verbosity log
                // a line that is written over is for the terminal alone
                let progress =
                    TrainStatus((if log.ErrorIsTerminal then terminal else log), TrainKeys.nameOf job.Method)

                let logger = Verbosity.logger log.Error asked.Verbosity
                let options = TrainJob.options settings job session progress logger

                let result =
                    try
                        job.Run options signals.Token
                    finally
                        progress.Clear()

                {
                    Job = job
                    Settings = settings
                    Result = result
                    Folder = (nonNull session.Folder).Path
                    Seconds = clock.Elapsed.TotalSeconds
                })

        print terminal asked trained

        match signals.ExitCode, trained.Result.Outcome with
        | Some code, TrainingOutcome.Cancelled -> code
        | _, TrainingOutcome.Diverged -> ExitCode.NotConverged
        | _ -> ExitCode.Done

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<TrainOption> tokens
        let listed = TrainKeys.methods |> List.map fst |> String.concat ", "

        match arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | [] -> Faults.refuse $"train: expected what to learn by, one of %s{listed}, and a model."
        | _ :: _ :: token :: _ -> Command.unexpected command token
        | word :: model ->
            let trained = Words.choice "train" TrainKeys.methods word
            let asked = List.fold add none arguments.Options
            let settings, idle = settings trained (List.tryHead model) arguments.Options

            let name =
                match settings.Text "model_name_or_path" with
                | Some name -> name
                | None -> Faults.refuse "train: expected a model, a folder or the name of a shipped one."

            let folder = LanguageModel.Find name
            use model = LanguageModel.Load(folder, TrainJob.modelOptions settings)
            Speaking.tokenizer folder model |> ignore
            let settings = TrainJob.resolved settings model

            if not idle.IsEmpty then
                let names = String.concat ", " idle
                terminal.Error.WriteLine $"note     without effect here: %s{names}"

            let job = TrainJob.prepare trained settings model

            if asked.DryRun then
                dryRun terminal settings job
            else
                train terminal asked settings job

    let command: Command = {
        Name = "train"
        Operands = "sft|reward|dpo|grpo MODEL --data FILE... [OPTIONS]"
        Summary =
            "Trains a language model on texts, labelled pairs or rewards, as a kept run that goes on after it broke off."
        Details =
            fun () -> [
                "What was trained lies in the run's folder below model/: an adapter in PEFT's layout, a model, or a model of rewards."
                "A configuration that was written for TRL is taken as it is: settings that change no result here are named on stderr, and one that would change a result and is not built is refused."
                Arguments.help<TrainOption> "align train METHOD MODEL"
                String.concat
                    "\n"
                    ("KEYS, for --set and --config, with TRL's names and defaults:" :: "" :: TrainKeys.overview ())
            ]
        Examples = [
            "align train sft tiny-base --data sft.jsonl --set learning_rate=1e-3 --set num_train_epochs=2"
            "align train dpo tiny-chat --data helpful.jsonl --set use_peft=true --set lora_r=8 --json"
            "align train reward tiny-chat --data 'dialogues(rows=512,seed=7)' --set use_peft=true --set preferred_by=harmlessness"
            "align train grpo tiny-chat --data 'dialogues(rows=256)' --reward judge --set max_completion_length=48 --set use_peft=true"
            "align train sft tiny-base --config sft.yaml --resume auto --dry-run"
        ]
        Run = run
    }
