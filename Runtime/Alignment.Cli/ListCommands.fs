namespace Alignment.Cli

open Alignment
open Alignment.CommandLine

/// `align games`, `align solvers`, `align metrics`: what there is, a line each, and one in full.
module ListCommands =
    let private lines (terminal: Terminal) (texts: string seq) =
        texts |> Seq.iter (fun text -> terminal.Out.WriteLine text)
        ExitCode.Done

    /// A command that lists things, and tells all about one.
    let private listing name summary examples (all: unit -> string list) (one: string -> string list) = {
        Name = name
        Operands = "[NAME]"
        Summary = summary
        Details = fun () -> []
        Examples = examples
        Run =
            fun command terminal tokens ->
                if List.exists Command.isHelp tokens then
                    Command.printHelp command terminal
                else
                    match Command.single command (Command.operands tokens) with
                    | None -> lines terminal (all ())
                    | Some name -> lines terminal (one name)
    }

    // ---- games ----------------------------------------------------------------------------------------------------

    let private allGames () =
        Words.table [
            for family in GameLibrary.All do
                [ string (GameArguments.Of family); family.Summary ]
        ]

    let private oneGame (text: string) =
        let call = GameLibrary.Parse text

        [
            call.Family.Usage()
            match Option.ofNullable call.KnownValue with
            | Some value -> $"  Value to the first player of %O{call}: %s{Words.exact value}"
            | None -> ()
        ]

    let games =
        listing
            "games"
            "Lists the games, or tells one game's parameters, source and known value."
            [ "align games"; "align games blotto"; "align games 'blotto(coins=5,fields=3)'" ]
            allGames
            oneGame

    // ---- solvers --------------------------------------------------------------------------------------------------

    let private kind (solver: ISolver) =
        match solver with
        | :? IIterativeSolver -> "iterative"
        | :? IGradientSolver -> "gradient"
        | :? IDirectSolver -> "direct"
        | :? ISampledSolver -> "sampled"
        | _ -> "population"

    let private allSolvers () =
        Words.table [
            for solver in Solvers.All do
                [ solver.Info.Name; kind solver; solver.Info.Summary ]
        ]

    let private takes (solver: ISolver) =
        let info = solver.Info

        [
            if solver :? IGradientSolver then
                "games of smooth payoffs: players that set weights, and players that choose from actions; no sequential games"
            if solver :? ISampledSolver then
                "sequential games, with the payoffs of their rules"
            if info.TwoPlayersOnly then
                "two players only"
            if info.ZeroSumOnly then
                "zero-sum and constant-sum games only"
            if info.SymmetricOnly then
                "symmetric games only"
            if info.UsesRegularizers then
                "takes regularizers into account"
            if info.UsesConstraints then
                "takes constraints into account"
        ]
        |> function
            | [] -> "any game without regularizers and constraints"
            | all -> String.concat "; " all

    let private oneSolver name =
        let solver = Solvers.Find name
        let info = solver.Info

        [
            yield!
                Words.table [
                    [ info.Name; $"%s{info.Title} (%s{kind solver})" ]
                    [ ""; info.Summary ]
                    match info.OnTrees with
                    | null -> ()
                    | name -> [ "on trees"; $"also called %s{name}" ]
                    [ "takes"; takes solver ]
                    if solver :? IOpenSolver then
                        [ ""; "games too large for a tree, by their rules" ]
                    [ "reports"; $"the %s{info.Reports.ToString().ToLowerInvariant()} iterate" ]
                    for claim in info.Claims do
                        [ "claims"; string claim ]
                    match info.MetaCaveat with
                    | null -> ()
                    | caveat -> [ "in psro"; caveat ]
                    [ "avoid"; info.Avoid ]
                    [ "source"; info.Source ]
                ]
            for section in Help.ofSolver solver do
                ""
                section
        ]

    let solvers =
        listing
            "solvers"
            "Lists the solvers, or tells one solver's settings, claims and source."
            [ "align solvers"; "align solvers mmd" ]
            allSolvers
            oneSolver

    // ---- metrics --------------------------------------------------------------------------------------------------

    let private allMetrics () =
        Words.table [
            for metric in MetricCatalogue.all do
                [ metric.Key; metric.Formula ]
        ]

    let private oneMetric (name: string) =
        let short (metric: MetricEntry) = metric.Key.Replace("game/", "")

        match MetricCatalogue.all |> List.tryFind (fun metric -> metric.Key = name || short metric = name) with
        | None -> Faults.unknown "metric" name (List.map short MetricCatalogue.all) "There are"
        | Some metric ->
            Words.table [
                [ metric.Key; metric.Formula ]
                [ "estimator"; metric.Estimator ]
                [ "unit"; metric.Unit ]
                [ "better"; metric.Better ]
            ]

    let metrics =
        listing
            "metrics"
            "Lists the metrics of a run, or tells how one is computed."
            [ "align metrics"; "align metrics nash_conv" ]
            allMetrics
            oneMetric
