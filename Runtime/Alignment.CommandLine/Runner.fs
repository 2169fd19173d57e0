namespace Alignment.CommandLine

open System
open Alignment
open Alignment.Compiler
open Alignment.Runtime

/// Runs an experiment as the options ask, prints what was found, and says how it went by the exit code.
module Runner =
    // ---- whether what was asked for was reached ----------------------------------------------------------------------

    let private metrics (rule: Stop) : string list =
        rule.Fold((fun below -> [ below.Metric ]), (fun _ -> []), (fun _ -> []), (@), (@))

    let private lookUp (game: GameSolution) metric =
        [ metric; "game/" + metric ]
        |> List.tryPick (fun key ->
            match game.Metrics.TryGetValue key with
            | true, value -> Some value
            | _ -> None)

    /// Direct solvers look at no stop rule, so a name that they do not measure is found here.
    let private checkNames (solution: Solution) rule =
        let game = solution.Games[0]

        for metric in metrics rule do
            if (lookUp game metric).IsNone then
                let names = game.Metrics.Keys |> Seq.map _.Replace("game/", "")
                let hint = Nearest.Hint(metric, names, "It measures")
                Faults.refuse $"--until: this run does not measure '%s{metric}'.%s{hint}"

    let private reached (rule: Stop) (game: GameSolution) =
        List.isEmpty (metrics rule)
        || rule.Fold(
            (fun below -> (lookUp game below.Metric).Value < below.Threshold),
            (fun _ -> false),
            (fun _ -> false),
            (||),
            (||)
        )

    let private exitCode (request: Request) (signals: Signals) (solution: Solution) =
        match signals.ExitCode, request.Until with
        | Some code, _ when solution.Status.Outcome = Outcome.Cancelled -> code
        | _ when solution.Status.Outcome = Outcome.NonFinite -> ExitCode.NotConverged
        | _, Some rule when not (Seq.forall (reached rule) solution.Games) -> ExitCode.NotConverged
        | _ -> ExitCode.Done

    // ---- printing ----------------------------------------------------------------------------------------------------

    let private print (terminal: Terminal) format (experiment: Experiment) solution =
        let result (text: string) = terminal.Out.WriteLine text

        /// stdout belongs to the machine that reads it: what people want to know goes to stderr.
        let forMachines (text: string) =
            result text

            [ SolutionText.certificateLine solution; solution.Status.Sentence; SolutionText.specLine solution ]
            |> List.iter terminal.Error.WriteLine

        match format with
        | Json -> forMachines (SolutionJson.text solution)
        | Gambit -> forMachines (SolutionText.gambit solution)
        | Summary when isNull experiment.Report -> result (SolutionText.summary solution)
        | Summary ->
            result (experiment.Report.Invoke solution)
            result (SolutionText.specLine solution)
            result (SolutionText.certificateLine solution)

        terminal.Out.Flush()

    // ---- running -----------------------------------------------------------------------------------------------------

    /// A logger of the experiment's own is told unless `--verbose` asks for lines.
    let private logger (terminal: Terminal) (request: Request) (options: SolveOptions) =
        if request.Verbosity = 0 then
            options.Logger
        else
            Verbosity.logger terminal.Error request.Verbosity

    let private kept (solution: Solution) = {
        State = RunKeeping.stateOf solution.Status
        Sentence = solution.Status.Sentence
        Steps = solution.Steps
        Folders = []
        Files = [ RunFiles.Solution, SolutionJson.write solution ]
        Summary = SolutionText.summary solution
    }

    let private solve (terminal: Terminal) (request: Request) (experiment: Experiment) =
        if experiment.Options.Executor.Device = "meta" then
            Faults.refuse "--device: 'meta' holds no numbers, so nothing can be solved there; it is for --show plan."

        if request.Jobs.IsSome then
            Faults.refuse "--jobs: this is one run in one process; it is about sweeps that need several."

        if request.Format = Gambit && experiment.Game.IsDifferentiable then
            Faults.refuse
                $"--format: a line of Gambit is an equilibrium in mixed strategies, and '%s{experiment.Game.Name}' is a game of smooth payoffs or has constraints; use --json."

        use signals = new Signals()
        let title = $"%s{experiment.Game.Name} by %s{experiment.Solver.Info.NameOn experiment.Game}"
        let options = experiment.Options

        let solution =
            RunKeeping.solve
                terminal
                request
                (Resolved.ofExperiment request experiment)
                signals
                kept
                (fun terminal recorder ->
                    let terminal = Verbosity.terminal request.Verbosity terminal
                    let logger = logger terminal request options

                    LiveDisplay.watch terminal title options.Until options.Progress (fun progress ->
                        experiment
                            .With(fun options ->
                                options.With(progress = progress, recorder = recorder, logger = logger))
                            .Run
                            signals.Token))

        if solution.Status.Outcome <> Outcome.Cancelled then
            request.Until |> Option.iter (checkNames solution)

        print terminal request.Format experiment solution
        exitCode request signals solution

    /// Applies the options to an experiment and does what they ask. Faults are raised, not printed.
    let run (terminal: Terminal) (request: Request) (experiment: Experiment) =
        let experiment = Settings.apply request experiment

        let show (text: string) =
            terminal.Out.WriteLine text
            ExitCode.Done

        match request.Action with
        | Show stage -> show (Stages.print stage experiment)
        | DryRun -> show (Stages.dryRun experiment)
        | Run -> solve terminal request experiment
