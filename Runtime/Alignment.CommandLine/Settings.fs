namespace Alignment.CommandLine

open System
open Alignment

/// Brings the options of a run into an experiment.
module Settings =
    /// Numbers that all games' payoffs, or weights, together may take: 4 GB.
    let private mostNumbers = 5e8

    let private parameters (spec: GameSpec) = spec.Parameters |> Seq.map _.Name |> List.ofSeq

    let private settings (solver: ISolver) = solver.Settings |> Seq.map _.Name |> List.ofSeq

    let private unknown option (spec: GameSpec) (solver: ISolver) key =
        let hint = Nearest.Hint(key, parameters spec @ settings solver, "They have")

        Faults.refuse
            $"%s{option}: neither the game '%s{spec.Name}' nor the solver '%s{solver.Info.Name}' has a parameter '%s{key}'.%s{hint}"

    let private isDeclared spec key = List.contains key (parameters spec)

    let private setting (solver: ISolver) key = solver.Settings |> Seq.tryFind (fun setting -> setting.Name = key)

    let private set (spec: GameSpec, solver: ISolver) key text =
        match isDeclared spec key, setting solver key with
        | true, _ ->
            match Words.tryReal text with
            | Some value -> spec.Set(key, value), solver
            | None -> Faults.refuse $"--set: parameter '%s{key}' expects a finite number, got '%s{text}'."
        | false, Some setting when setting.TakesSolver -> spec, setting.With(Solvers.Find text)
        | false, Some setting -> spec, setting.With text
        | false, None -> unknown "--set" spec solver key

    let private sweep (spec: GameSpec, solver: ISolver) key text =
        let values = Words.numbers text

        match isDeclared spec key, setting solver key with
        | true, _ -> spec.Sweep(key, values), solver
        | false, Some setting -> spec, setting.Over(Axis.Of(key, Array.map Words.exact values), values)
        | false, None -> unknown "--sweep" spec solver key

    let private change (spec, solver) (key, change) =
        match change with
        | Value text -> Faults.reading "--set" (fun () -> set (spec, solver) key text)
        | Values text -> Faults.reading "--sweep" (fun () -> sweep (spec, solver) key text)

    /// `--sweep seed=...` is about the run where neither the game nor the solver has a parameter of that name.
    let private seeds (request: Request) (spec: GameSpec) (solver: ISolver) =
        let isSeeds (key, change: Change) =
            key = "seed" && change.IsValues && not (isDeclared spec key) && (setting solver key).IsNone

        let seed (value: float) =
            if value >= 0.0 && Double.IsInteger value && value < 9007199254740992.0 then
                uint64 value
            else
                Faults.refuse $"--sweep: a seed is a whole number of at least 0, got '%s{Words.exact value}'."

        match List.partition isSeeds request.Changes with
        | [ _, Values _ ], _ when request.Seed.IsSome ->
            Faults.refuse "--sweep: seeds come from --seed or from --sweep seed=..., not from both."
        | [ _, Values text ], changes -> Words.numbers text |> Array.map seed |> ValueList.ToValueList, changes
        | _ -> ValueList.Empty, request.Changes

    /// Noise on the payoffs: by the run's seed, or a game a seed.
    let private perturbed (request: Request) (seeds: ValueList<uint64>) (spec: GameSpec) =
        match request.Perturb with
        | None -> spec, seeds
        | Some scale when seeds.Count = 0 -> spec.Perturb(scale, defaultArg request.Seed 0UL), seeds
        | Some scale ->
            let axis = Axis.Of("seed", seeds |> Seq.map string |> Array.ofSeq)
            let games = seeds |> Seq.map (fun seed -> spec.Perturb(scale, seed)) |> Array.ofSeq
            Faults.reading "--sweep" (fun () -> Game.SideBySide(axis, games)), ValueList.Empty

    /// True copies: payoffs that do not depend on an axis would be computed once for all of its games.
    let private copies (number: int) (spec: GameSpec) =
        let copy = Axis.Of("copy", number)
        let payoffs = spec.Payoffs |> Seq.map _.Payoff |> Array.ofSeq

        spec.MapExpressions(fun e -> if Array.contains e payoffs then e.Expand copy else e).Over copy

    /// Refuses batches that would exhaust the memory, before anything is made for them.
    let private checkSize (spec: GameSpec) =
        let product axes = axes |> Seq.fold (fun n (axis: Axis) -> n * float axis.Size) 1.0
        let games = product spec.Batch

        let numbers, what =
            if spec.IsDifferentiable then
                games * (spec.Players |> Seq.sumBy (fun player -> float player.Actions.Size)), "weights"
            else
                games * product (spec.Players |> Seq.map _.Actions) * float spec.Players.Count, "payoffs"

        if games > 1.0 && numbers > mostNumbers then
            Faults.refuse
                $"%s{Words.large games} games of this size hold %s{Words.large numbers} %s{what}, more than the %s{Words.large mostNumbers} that are taken; solve fewer at once."

    let private executor (request: Request) (options: SolveOptions) =
        match request.Executor, request.Device with
        | None, None -> options.Executor
        | name, device -> Executors.Find(defaultArg name options.Executor.Name, defaultArg device "cpu")

    /// The experiment with everything that the options ask for.
    let apply (request: Request) (experiment: Experiment) =
        let solver =
            match request.Solver with
            | Some text -> Solvers.Find text
            | None -> experiment.Solver

        match Sweep.splits experiment.Game solver request.Changes with
        | [] -> ()
        | keys -> raise (SweepSplit keys)

        let seeds, changes = seeds request experiment.Game solver
        let spec, solver = List.fold change (experiment.Game, solver) changes
        let spec, seeds = Faults.reading "--perturb" (fun () -> perturbed request seeds spec)
        let spec = Option.foldBack copies request.Batch spec
        checkSize spec
        let old = experiment.Options

        let options =
            old
                .With(
                    executor = executor request old,
                    precision = Option.toNullable request.Precision,
                    threads = Option.toNullable request.Threads,
                    seed = Option.toNullable request.Seed,
                    seeds = seeds,
                    until = Option.toObj (Request.stop request)
                )
                .For
                spec

        Experiment(spec, solver, options.Until, experiment.Script).With(fun _ -> options).Reporting(experiment.Report)
