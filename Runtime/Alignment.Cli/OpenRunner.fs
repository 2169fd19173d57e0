namespace Alignment.Cli

open System
open Alignment
open Alignment.Runtime
open Alignment.CommandLine

/// The line that says how far a run without a tree is.
type private OpenStatus(terminal: Terminal) =
    let status = StatusLine terminal

    let line (progress: OpenProgress) =
        let ``of`` =
            match Option.ofNullable progress.Of with
            | Some all -> $" of %s{Words.count all}"
            | None -> ""

        $"%s{progress.Doing}: %s{Words.count progress.Done}%s{``of``}, %s{Words.count (int64 progress.InformationSets)} information sets, %s{Words.seconds status.Elapsed.TotalSeconds}"

    member _.Clear() = status.Clear()

    interface IProgress<OpenProgress> with
        member _.Report progress = status.Write(fun () -> line progress)

/// `align solve` where the library refuses the game's tree, and its family has rules.
module OpenRunner =
    let private solvers = [
        for solver in Solver.All do
            if solver :? IOpenSolver then
                yield! solver.Info.Names
    ]

    /// For the help of `align solve`.
    let overview =
        String.concat "\n" [
            "GAMES TOO LARGE FOR A TREE:"
            ""
            "    A sequential game of the library whose tree is refused is played by its rules, by --solver mccfr (the default"
            "    there) or psro. Nobody knows NashConv then: the certificate is a lower bound, from deviations that were searched"
            "    for and found, and --until takes steps and seconds alone. `align solve 'GAME' --help` tells the settings."
        ]

    // ---- options -----------------------------------------------------------------------------------------------------

    let private choose (refusal: string) (request: Request) =
        match request.Solver with
        | None -> Solver.Find "mccfr", [ "solver mccfr was chosen, as the game is too large for a tree" ]
        | Some text ->
            match Solvers.Find text with
            | :? IOpenSolver as solver -> solver :> ISolver, []
            | solver ->
                let names = String.concat ", " solvers

                Faults.refuse
                    $"%s{refusal} The solver '%s{OpenText.solverName solver}' needs the whole tree; by the rules alone there are %s{names}."

    /// Refuses what nothing would look at.
    let private checkOptions (game: OpenGame) (request: Request) =
        let refuse option =
            Faults.refuse
                $"%s{option}: '%s{game.Name}' is too large for a tree and is played by its rules, on this CPU in float64, one run at a time."

        if request.Batch.IsSome then
            refuse "--batch"

        if request.Precision = Some Precision.Float32 then
            refuse "--precision"

        if defaultArg request.Executor "host" <> "host" then
            refuse "--executor"

        if defaultArg request.Device "cpu" <> "cpu" then
            refuse "--device"

        if request.Format = Format.Gambit then
            refuse "--format"

        if request.Perturb.IsSome then
            refuse "--perturb"

        match request.Action with
        | Action.Show _ -> refuse "--show"
        | _ -> ()

        match request.Changes |> List.filter (fun (_, change) -> change.IsValues) with
        | [] ->
            if request.Jobs.IsSome then
                refuse "--jobs"
        | swept ->
            swept
            |> List.map (fun (key, _) -> key, $"'%s{game.Name}' is played by its rules, one run at a time.")
            |> SweepSplit
            |> raise

    let private set (game: OpenGame) (solver: ISolver, options: OpenOptions) (key, change) =
        let text =
            match change with
            | Value text
            | Values text -> text

        let ofSolver = solver.Settings |> Seq.tryFind (fun setting -> setting.Name = key)
        let ofRun = options.Settings solver |> Seq.tryFind (fun setting -> setting.Name = key)

        match ofSolver, ofRun with
        | Some setting, _ when setting.TakesSolver -> setting.With(Solvers.Find text), options
        | Some setting, _ -> Faults.reading "--set" (fun () -> setting.With text), options
        | None, Some setting -> solver, Faults.reading "--set" (fun () -> setting.With text)
        | None, None ->
            let known = [ yield! solver.Settings |> Seq.map _.Name; yield! options.Settings solver |> Seq.map _.Name ]

            let hint = Nearest.Hint(key, known, "They have")

            Faults.refuse
                $"--set: neither a run of '%s{game.Name}' by its rules nor the solver '%s{solver.Info.Name}' has a setting '%s{key}'.%s{hint}"

    /// The solver, how to run it, and notes.
    let private read game refusal (request: Request) =
        checkOptions game request
        let solver, notes = choose refusal request

        let options =
            OpenOptions(Seed = defaultArg request.Seed 0UL, Until = Option.toObj (Request.stop request))

        let solver, options = List.fold (set game) (solver, options) request.Changes
        OpenSolver.ThrowUnfit(game, solver, options)
        solver, options, notes

    /// Refuses what cannot be run, and running nothing.
    let check game refusal (request: Request) = read game refusal { request with Action = Run } |> ignore

    // ---- help --------------------------------------------------------------------------------------------------------

    /// What the help of a game says that is played by its rules.
    let help (game: OpenGame) refusal (request: Request) =
        let solver, options, _ = read game refusal { request with Action = Run }

        let rows =
            options.Settings solver
            |> Seq.map (fun setting -> [ setting.Name; $"= %d{setting.Value}"; setting.Range; setting.Description ])
            |> List.ofSeq
            |> Words.table
            |> List.map (fun row -> "    " + row)

        Help.ofSolver solver
        @ [
            String.concat "\n" ($"SETTINGS of a run of '%s{game.Name}' by its rules, for --set:" :: "" :: rows)
        ]

    // ---- running -----------------------------------------------------------------------------------------------------

    let private steps (solver: ISolver) (options: OpenOptions) =
        match options.Until, solver with
        | null, (:? IOpenSolver as solver) -> $"steps >= %d{solver.OpenSteps}"
        | rule, _ -> string rule

    let private dryRun (game: OpenGame) (solver: ISolver) options =
        String.concat "\n" [
            $"game     %s{game.Name}, by its rules alone"
            $"solver   %s{SolverText.Of solver}"
            $"until    %s{steps solver options}"
            for setting in options.Settings solver do
                $"setting  %s{setting.Name}=%d{setting.Value}"
        ]

    let private print (terminal: Terminal) (request: Request) (solution: OpenSolution) =
        match request.Format with
        | Format.Json ->
            terminal.Out.WriteLine(OpenJson.text solution)
            terminal.Error.WriteLine(OpenText.certificateLine solution)
            terminal.Error.WriteLine solution.Status.Sentence
        | _ -> terminal.Out.WriteLine(OpenText.summary solution)

        terminal.Out.Flush()

    /// The options, resolved.
    let private config (request: Request) (solver: ISolver) (options: OpenOptions) =
        Resolved.text request [
            yield! Resolved.solver request solver
            "set",
            Resolved.Pairs [
                yield! Resolved.ofFamily request
                for setting in options.Settings solver do
                    setting.Name, string setting.Value
            ]
            Resolved.until request (steps solver options)
            "seed", Resolved.Text(string options.Seed)
        ]

    let private kept (solution: OpenSolution) = {
        State = RunKeeping.stateOf solution.Status
        Sentence = solution.Status.Sentence
        Steps = solution.Steps
        Folders = []
        Files = [ RunFiles.Policy, OpenJson.writePolicy solution; RunFiles.Solution, OpenJson.write solution ]
        Summary = OpenText.summary solution
    }

    let private solve (terminal: Terminal) (request: Request) game solver (options: OpenOptions) =
        use signals = new Signals()

        let solution =
            RunKeeping.solve terminal request (config request solver options) signals kept (fun log recorder ->
                let log = Verbosity.terminal request.Verbosity log
                // a line that is written over is for the terminal alone
                let progress = OpenStatus(if log.ErrorIsTerminal then terminal else log)
                let options = options.Logging(Verbosity.logger log.Error request.Verbosity).Recording recorder

                try
                    OpenSolver.Solve(game, solver, options.Reporting progress, signals.Token)
                finally
                    progress.Clear())

        print terminal request solution

        match signals.ExitCode, solution.Status.Outcome with
        | Some code, Outcome.Cancelled -> code
        | _, Outcome.NotConverged -> ExitCode.NotConverged
        | _ -> ExitCode.Done

    /// Solves a game by its rules as the options ask. Faults are raised, not printed.
    /// <param name="refusal">Why there is no tree.</param>
    let run (terminal: Terminal) (game: OpenGame) (refusal: string) (request: Request) =
        let solver, options, notes = read game refusal request

        match request.Action with
        | Action.DryRun ->
            terminal.Out.WriteLine(dryRun game solver options)
            ExitCode.Done
        | _ ->
            let code = solve terminal request game solver options
            notes |> List.iter (fun note -> terminal.Error.WriteLine $"note     %s{note}")
            code
