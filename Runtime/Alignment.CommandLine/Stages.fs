namespace Alignment.CommandLine

open System
open Alignment
open Alignment.Compiler

/// The stages between a game and its run, as texts. Nothing here does a step.
module Stages =
    let private bind (experiment: Experiment) =
        BoundGame.Bind(experiment.Game, experiment.Options.BaseDirectory, experiment.Options.Seed)

    /// The solver, if it runs a program.
    let private compiled (experiment: Experiment) : ISolver =
        match experiment.Solver with
        | :? IIterativeSolver
        | :? IGradientSolver -> experiment.Solver
        | other ->
            let why =
                if other :? IDirectSolver then
                    "answers at once and has"
                else
                    "is ordinary code and has"

            Faults.refuse
                $"The solver '%s{other.Info.Name}' %s{why} no program; --show ir and --show plan are for iterative solvers such as prm+ and gradient."

    let private prepare (experiment: Experiment) program =
        let options = experiment.Options
        options.Executor.Prepare(program, ExecutionOptions(options.Precision, options.Threads, options.Seed))

    let private spec (experiment: Experiment) =
        SpecCheck.ThrowFaults experiment.Game
        $"%O{experiment.Game}\nspec %O{experiment.Game.Hash}"

    let private ir experiment =
        let solver = compiled experiment
        string (GameSolver.Compile(bind experiment, solver))

    let private plan experiment =
        let solver = compiled experiment
        use executable = prepare experiment (GameSolver.Compile(bind experiment, solver))
        executable.DescribePlan()

    let private structureName structure =
        match structure with
        | Structure.ZeroSum -> "zero-sum"
        | Structure.ConstantSum -> "constant-sum"
        | Structure.Symmetric -> "symmetric"
        | _ -> "potential"

    let private decision (decision: StructureDecision) =
        match decision.Verdict with
        | Verdict.Proved -> "proved"
        | Verdict.Refuted -> $"refuted: %s{decision.Witness}"
        | _ -> "unknown: too large to look at every cell"

    let private check (experiment: Experiment) =
        let game = bind experiment
        GameSolver.ThrowUnfit(game, experiment.Solver)

        let players =
            game.Spec.Players
            |> Seq.map (fun player ->
                match player.Actions.Parent with
                | _ when player.Weights.Count > 0 ->
                    let weights = player.Weights |> Seq.map WeightsText.title |> String.concat " and "
                    let numbers = Words.plural (int64 player.Actions.Size) "number"
                    $"%s{player.Name} (sets %s{weights}, %s{numbers})"
                | null -> $"%s{player.Name} (%d{player.Actions.Size} actions)"
                | sets -> $"%s{player.Name} (%d{sets.Size} information sets, %d{player.Actions.Size} actions)")
            |> String.concat ", "

        let rows =
            Words.table [
                [ "game"; game.Spec.Name ]
                [ "players"; players ]
                [ "games"; Words.count game.Games ]
                match game.Spec.Tree with
                | null -> ()
                | form ->
                    let size = form.Tree.Size

                    [
                        "tree"
                        $"%s{Words.count size.Histories} histories (%s{Words.count size.Decisions} decisions, %s{Words.count size.ChanceNodes} chance, %s{Words.count size.Ends} ends), depth %d{size.Depth}, %s{Words.count form.Outcomes.Size} outcomes"
                    ]
                for rule in game.Declared.Constraints do
                    [ "constraint"; string rule ]
                if game.Spec.IsDifferentiable then
                    [ "payoffs"; "smooth: what is certified is stationarity, and NashConv is not known" ]
                for structure in game.Structures do
                    [ structureName structure.Structure; decision structure ]
                for file in game.Files do
                    [ "file"; $"%s{file.Path} sha256 %s{file.Sha256}" ]
                for note in game.Notes do
                    [ "note"; note ]
                [ "solver"; $"%s{experiment.Solver.Info.Name} can take it" ]
            ]

        String.concat "\n" [ yield! rows; $"spec %O{experiment.Game.Hash}" ]

    /// The text of a stage.
    let print stage experiment =
        let text =
            match stage with
            | "spec" -> spec experiment
            | "ir" -> ir experiment
            | "plan" -> plan experiment
            | "check" -> check experiment
            | other -> Faults.unknown "stage" other (Request.stages @ [ "check" ]) "There are"

        text.TrimEnd()

    // ---- what a run would cost ---------------------------------------------------------------------------------------

    /// Numbers that an operation touches: all combinations of the elements of the axes that it reads and writes.
    let private work (graph: Graph) id =
        let node = graph[id]

        node.Arguments
        |> Seq.fold (fun (axes: AxisSet) argument -> axes.Union graph[argument].Axes) node.Axes
        |> Seq.fold (fun product axis -> product * float axis.Size) 1.0

    /// What one thread does in a second, to an order of magnitude: enough to tell a second from an hour.
    let private operationsPerSecond = 1e9

    let private steps (rule: Stop) =
        rule.Fold(
            (fun _ -> None),
            (fun steps -> Some steps.Count),
            (fun _ -> None),
            (fun a b -> List.tryHead (List.sort (Option.toList a @ Option.toList b))),
            (fun a b -> Option.map2 max a b)
        )

    let private cost (options: SolveOptions) (program: Program) =
        let perStep = program.StepValues |> Seq.sumBy (work program.Graph)
        let threads = min options.Threads program.Games

        let atMost =
            match steps options.Until with
            | None -> []
            | Some steps ->
                let seconds = perStep * float steps / (operationsPerSecond * float threads)
                [ [ "at most"; $"%s{Words.count steps} steps, about %s{Words.seconds seconds}" ] ]

        [ [ "a step"; $"%s{Words.count (int64 perStep)} operations on numbers" ]; yield! atMost ]

    /// What would run, what it costs to an order of magnitude, and the plan.
    let dryRun (experiment: Experiment) =
        let game = bind experiment
        GameSolver.ThrowUnfit(game, experiment.Solver)
        let options = experiment.Options
        let precision = options.Precision.ToString().ToLowerInvariant()
        let games = Words.plural game.Games "game"
        let threads = Words.plural options.Threads "thread"

        let rows cost =
            Words.table [
                [ "solver"; SolverText.Of experiment.Solver ]
                [ "game"; $"%s{game.Spec.Name}, %s{games}" ]
                [ "until"; string options.Until ]
                [ "on"; $"%s{options.Executor.Name} %s{options.Executor.Device} %s{precision}, %s{threads}" ]
                yield! cost
                [ "spec"; string experiment.Game.Hash ]
            ]

        match experiment.Solver with
        | :? IIterativeSolver
        | :? IGradientSolver ->
            let program = GameSolver.Compile(game, experiment.Solver)
            use executable = prepare experiment program
            String.concat "\n" [ yield! rows (cost options program); ""; executable.DescribePlan().TrimEnd() ]
        | _ -> String.concat "\n" (rows [])
