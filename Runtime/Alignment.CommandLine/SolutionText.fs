namespace Alignment.CommandLine

open System
open Alignment

/// A solution for people, and the two lines by which runs are compared.
module SolutionText =
    /// Games up to which each has a row of its own.
    let private mostRows = 16

    /// Actions up to which a strategy is printed in full.
    let private mostActions = 8

    /// The content hash of what was solved.
    let specLine (solution: Solution) = $"spec %O{solution.Game.Declared.Hash}"

    /// The certificate, every digit of it. In a batch it is that of the game furthest from equilibrium.
    let certificateLine (solution: Solution) =
        let worst = solution.Worst
        let certificate = worst.Certificate

        let where =
            if worst.Game.Length > 0 then
                $" worst of %d{solution.Games.Count} games: %s{worst.Game}"
            else
                ""

        String.concat "" [
            $"certificate %s{certificate.Kind}"
            for name, figure in CertificateText.all certificate do
                $" %s{name}=%s{Words.exact figure}"
            match worst.Metrics.TryGetValue "game/nfcce_gap" with
            | true, gap -> $" nfcce_gap=%s{Words.exact gap}"
            | _ -> ""
            where
        ]

    let private mixed (player: Player) (probabilities: float seq) =
        let entries = probabilities |> Seq.indexed |> List.ofSeq

        let shown =
            if entries.Length <= mostActions then
                entries
            else
                entries |> List.sortByDescending snd |> List.truncate mostActions

        let words = shown |> List.map (fun (action, p) -> $"%s{player.Actions.Label action} %.4f{p}")

        let rest =
            match entries.Length - shown.Length with
            | 0 -> []
            | more ->
                let mass = 1.0 - List.sumBy snd shown
                [ $"%d{more} others %.4f{max 0.0 mass}" ]

        String.concat ", " (words @ rest)

    /// Information sets up to which a strategy is printed in full.
    let private mostSets = 12

    /// A row for each information set, the first ones only where there are many.
    let private behaviour (tree: TreeForm) (player: Player) (probabilities: ValueList<float>) =
        let sets = tree.Tree.Players[tree.Players.IndexOf player].InformationSets

        [
            for set in Seq.truncate mostSets sets do
                let words = set.Actions |> Seq.mapi (fun a label -> $"%s{label} %.4f{probabilities[set.First + a]}")
                set.Label, String.concat ", " words
            if sets.Count > mostSets then
                "", $"%d{sets.Count - mostSets} more information sets; --json prints all"
        ]

    let private value (player: Player) (game: GameSolution) = game.Metrics[$"game/value/%s{player.Name}"]

    // ---- games of smooth payoffs -------------------------------------------------------------------------------------

    /// What was played, without the prices of constraints, which stand in a table of their own.
    let private played (solution: Solution) (game: GameSolution) = Seq.zip solution.DeclaredPlayers game.Strategies

    /// A row for each tensor of weights.
    let private singleSmooth (solution: Solution) (game: GameSolution) =
        Words.table [
            [ "player"; "value"; "plays"; "" ]
            for player, numbers in played solution game do
                let parts =
                    if player.Weights.Count > 0 then
                        WeightsText.parts player numbers
                        |> List.map (fun (weights, own) -> WeightsText.title weights, WeightsText.labelled weights own)
                    else
                        [ "strategy", mixed player numbers ]

                for index, (name, numbers) in List.indexed parts do
                    let who, worth = if index = 0 then player.Name, Words.brief (value player game) else "", ""
                    [ who; worth; name; numbers ]
        ]

    let private constraints (solution: Solution) (game: GameSolution) =
        match List.ofSeq (solution.Constraints(solution.Games.IndexOf game)) with
        | [] -> []
        | all ->
            ""
            :: Words.table [
                [ "constraint"; "of"; "cost"; "at most"; "multiplier"; "violation" ]
                for outcome in all do
                    [
                        outcome.Constraint.Name
                        outcome.Constraint.Player.Name
                        Words.brief outcome.Value
                        Words.brief outcome.Constraint.Bound
                        Words.brief outcome.Multiplier
                        Words.brief outcome.Violation
                    ]
            ]

    /// Objectives, and what probes of the author's own measured.
    let private probes (game: GameSolution) =
        let isOwn (key: string) =
            key.StartsWith "game/objective/"
            || [ "game/"; "constraint/"; "solver/" ] |> List.forall (key.StartsWith >> not)

        match game.Metrics |> Seq.filter (fun metric -> isOwn metric.Key) |> List.ofSeq with
        | [] -> []
        | own ->
            ""
            :: Words.table [
                for metric in own do
                    [ metric.Key; Words.brief metric.Value ]
            ]

    /// The cells of what a player plays in a table with a row a game; titles without a game.
    let private cells (player: Player) (numbers: ValueList<float> option) =
        match numbers with
        | None when player.Weights.Count > 0 -> player.Weights |> Seq.map WeightsText.heading |> List.ofSeq
        | Some numbers when player.Weights.Count > 0 ->
            WeightsText.parts player numbers |> List.map (snd >> WeightsText.brief)
        | None -> [ $"strategy %s{player.Name}" ]
        | Some probabilities -> [ mixed player probabilities ]

    let private singleMatrix (solution: Solution) (game: GameSolution) =
        Words.table [
            [ "player"; "value"; "strategy" ]
            for player, probabilities in Seq.zip solution.Players game.Strategies do
                [ player.Name; Words.brief (value player game); mixed player probabilities ]
        ]

    let private singleTree (tree: TreeForm) (solution: Solution) (game: GameSolution) =
        Words.table [
            [ "player"; "value"; "information set"; "strategy" ]
            for player, probabilities in Seq.zip solution.Players game.Strategies do
                for index, (set, strategy) in List.indexed (behaviour tree player probabilities) do
                    let name, value = if index = 0 then player.Name, Words.brief (value player game) else "", ""
                    [ name; value; set; strategy ]
        ]

    let private single (solution: Solution) game = [
        match solution.Game.Spec.Tree with
        | null when solution.Game.Spec.IsDifferentiable -> yield! singleSmooth solution game
        | null -> yield! singleMatrix solution game
        | tree -> yield! singleTree tree solution game
        yield! constraints solution game
        yield! probes game
    ]

    let private perGame (solution: Solution) =
        Words.table [
            [
                "game"
                yield! CertificateText.names solution.Certificate
                "steps"
                for player in solution.DeclaredPlayers do
                    $"value %s{player.Name}"

                    if isNull solution.Game.Spec.Tree then
                        yield! cells player None
                for rule in solution.Game.Declared.Constraints do
                    $"multiplier %s{rule.Name}"
            ]
            for game in solution.Games do
                [
                    game.Game
                    for _, figure in CertificateText.told game.Certificate do
                        Words.brief figure
                    Words.count game.Steps
                    for player, numbers in played solution game do
                        Words.brief (value player game)

                        if isNull solution.Game.Spec.Tree then
                            yield! cells player (Some numbers)
                    for rule in solution.Game.Declared.Constraints do
                        Words.brief game.Metrics[$"constraint/%s{rule.Name}/multiplier"]
                ]
        ]

    let private aggregated (solution: Solution) =
        let row name (number: GameSolution -> float) =
            let sorted = solution.Games |> Seq.map number |> Seq.sort |> Array.ofSeq
            name :: ([ sorted[0]; sorted[sorted.Length / 2]; Array.last sorted ] |> List.map Words.brief)

        Words.table [
            [ $"%d{solution.Games.Count} games"; "least"; "median"; "largest" ]
            for index, name in List.indexed (CertificateText.names solution.Certificate) do
                row name (fun game -> CertificateText.told game.Certificate |> List.item index |> snd)
            row "steps" (fun game -> float game.Steps)
            for player in solution.DeclaredPlayers do
                row $"value %s{player.Name}" (value player)
            for rule in solution.Game.Declared.Constraints do
                row $"multiplier %s{rule.Name}" _.Metrics[$"constraint/%s{rule.Name}/multiplier"]
            for place, player in Seq.indexed solution.DeclaredPlayers do
                if player.Weights.Count > 0 && player.Actions.Size <= mostActions then
                    for index, name in List.indexed (WeightsText.names player) do
                        row name (fun game -> game.Strategies[place][index])
        ]

    let private outcomes (solution: Solution) =
        if solution.Games.Count = 1 then
            []
        else
            solution.Games
            |> Seq.countBy _.Status.Outcome
            |> Seq.map (fun (outcome, number) -> $"%d{number} %O{outcome}")
            |> String.concat ", "
            |> fun all -> [ $"games    %s{all}" ]

    let private claimed (solution: Solution) (rate: FittedRate) =
        solution.Solver.Info.Claims
        |> Seq.tryFind (fun claim -> claim.Gap = rate.Gap && claim.Iterate = rate.Iterate)
        |> function
            | None -> "none claimed"
            | Some claim when Double.IsPositiveInfinity claim.Exponent -> $"claimed linear (%s{claim.Condition})"
            | Some claim when claim.Exponent = 0.0 -> $"claimed to converge, without a rate (%s{claim.Condition})"
            | Some claim -> $"claimed T^-%s{Words.exact claim.Exponent} (%s{claim.Condition})"

    let private gapName gap =
        match gap with
        | Gap.NashConv -> "nash_conv"
        | Gap.Regularized -> "regularized_gap"
        | Gap.Stationarity -> "stationarity"
        | _ -> "cce_gap"

    let private rates (solution: Solution) = [
        for rate in solution.Rates ->
            let iterate = rate.Iterate.ToString().ToLowerInvariant()

            $"rate     %s{gapName rate.Gap} of the %s{iterate} iterate: fitted T^-%.2f{rate.Exponent} (%.2f{rate.Low} to %.2f{rate.High}), %s{claimed solution rate}"
    ]

    /// Below this the last iterate has settled, or wanders.
    let private noteworthyCycling = 0.5

    let private seeds (options: SolveOptions) =
        match List.ofSeq options.Seeds with
        | [] -> $"seed %d{options.Seed}"
        | [ seed ] -> $"seed %d{seed}"
        | seeds -> $"%d{seeds.Length} seeds from %d{List.min seeds} to %d{List.max seeds}"

    let private footer (solution: Solution) =
        let options = solution.Options
        let precision = options.Precision.ToString().ToLowerInvariant()
        let games = Words.plural solution.Games.Count "game"

        let settings =
            solution.Solver.Settings
            |> Seq.map (fun setting -> $" %s{setting.Name}=%s{setting.Value}")
            |> String.concat ""

        let circles =
            if solution.Cycling >= noteworthyCycling then
                [ $"cycling  %.2f{solution.Cycling}: the last iterate goes in circles" ]
            else
                []

        [
            $"game     %s{solution.Game.Spec.Name}, %s{games}"
            $"solver   %s{solution.Solver.Info.NameOn solution.Game.Spec}%s{settings}"
            $"run      %s{Words.count solution.Steps} steps, %s{options.Executor.Name} %s{options.Executor.Device} %s{precision}, %s{seeds options}"
            $"time     %s{Words.seconds solution.Seconds} solving, %s{Words.seconds solution.CompileSeconds} compiling, %s{Words.seconds solution.MeasureSeconds} measuring"
            yield! rates solution
            yield! circles
            for note in solution.Notes do
                $"note     %s{note}"
        ]

    /// The certificate, how the run ended, a table, and how it was found.
    let summary (solution: Solution) =
        let table =
            match solution.Games.Count with
            | 1 -> single solution solution.Games[0]
            | games when games <= mostRows -> perGame solution
            | _ -> aggregated solution

        String.concat "\n" [
            certificateLine solution
            solution.Status.Sentence
            yield! outcomes solution
            ""
            yield! table
            ""
            yield! footer solution
            specLine solution
        ]

    /// Gambit's lines: `NE` and all players' probabilities, one line a game.
    let gambit (solution: Solution) =
        solution.Games
        |> Seq.map (fun game -> game.Strategies |> Seq.concat |> Seq.map Words.exact |> String.concat ",")
        |> Seq.map (fun numbers -> $"NE,%s{numbers}")
        |> String.concat "\n"
