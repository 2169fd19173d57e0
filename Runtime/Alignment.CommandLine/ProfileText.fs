namespace Alignment.CommandLine

open System
open System.Text.Json
open Alignment

/// A saved profile: the JSON of `align solve --json`, or its "profile" object alone.
module ProfileText =
    /// Probabilities that are off by more do not come from rounding.
    let private tolerance = 1e-6

    let private names (element: JsonElement) = element.EnumerateObject() |> Seq.map _.Name |> List.ofSeq

    let private part file where (element: JsonElement) (name: string) what =
        if element.ValueKind <> JsonValueKind.Object then
            Faults.refuse $"%s{file}: %s{where}: expected an object, got %O{element.ValueKind}."

        match element.TryGetProperty name with
        | true, value -> value
        | _ ->
            let hint = Nearest.Hint(name, names element, "It has")
            Faults.refuse $"%s{file}: %s{where} lacks the %s{what} '%s{name}'.%s{hint}"

    /// Refuses names that this game does not have: they may be another game's, or misspelt.
    let private known file where what (element: JsonElement) (expected: string seq) =
        match names element |> List.except expected with
        | [] -> ()
        | name :: _ ->
            let hint = Nearest.Hint(name, expected, "There are")
            Faults.refuse $"%s{file}: %s{where} has no %s{what} '%s{name}' in this game.%s{hint}"

    let private distribution file where (element: JsonElement) (labels: string seq) =
        let numbers = [
            for label in labels do
                let value = part file where element label "action"

                match value.ValueKind with
                | JsonValueKind.Number when value.GetDouble() >= 0.0 -> value.GetDouble()
                | _ ->
                    Faults.refuse
                        $"%s{file}: %s{where}: expected a probability for '%s{label}', got %s{value.GetRawText()}."
        ]

        known file where "action" element labels
        let sum = List.sum numbers

        if abs (sum - 1.0) > tolerance then
            Faults.refuse $"%s{file}: the probabilities of %s{where} sum to %s{Words.exact sum}, expected 1."

        numbers

    // ---- weights -----------------------------------------------------------------------------------------------------

    let private refuseOutside file where (weights: Weights) (numbers: float list) =
        let refuse what = Faults.refuse $"%s{file}: %s{where}: expected numbers in %O{weights.Domain}, %s{what}."

        match weights.Domain with
        | :? Domain.Interval as interval ->
            match numbers |> List.tryFind (fun x -> x < interval.Low - tolerance || x > interval.High + tolerance) with
            | Some outside -> refuse $"got %s{Words.exact outside}"
            | None -> ()
        | :? Domain.Simplex as simplex ->
            let at = weights.Axes.IndexOf simplex.Axis
            let inner = weights.Axes |> Seq.skip (at + 1) |> Seq.fold (fun n axis -> n * axis.Size) 1

            if numbers |> List.exists (fun x -> x < 0.0) then
                refuse "got one below 0"

            // of each distribution the place among all others, and within the innermost axes
            for (_, _), own in
                List.indexed numbers |> List.groupBy (fun (k, _) -> k / (inner * simplex.Axis.Size), k % inner) do
                let sum = List.sumBy snd own

                if abs (sum - 1.0) > tolerance then
                    refuse $"got some that sum to %s{Words.exact sum}"
        | _ -> ()

    let private weights file (player: Player) (element: JsonElement) = [
        for weights in player.Weights do
            let where = $"'%s{weights.Name}' of '%s{player.Name}'"
            let array = part file $"'%s{player.Name}'" element weights.Name "weights"

            let entries =
                if array.ValueKind = JsonValueKind.Array then
                    List.ofSeq (array.EnumerateArray())
                else
                    Faults.refuse $"%s{file}: %s{where}: expected an array of numbers, got %O{array.ValueKind}."

            if entries.Length <> weights.Size then
                Faults.refuse $"%s{file}: %s{where}: expected %d{weights.Size} numbers, got %d{entries.Length}."

            let numbers =
                entries
                |> List.map (fun entry ->
                    if entry.ValueKind = JsonValueKind.Number && Double.IsFinite(entry.GetDouble()) then
                        entry.GetDouble()
                    else
                        Faults.refuse $"%s{file}: %s{where}: expected finite numbers, got %s{entry.GetRawText()}.")

            refuseOutside file where weights numbers
            yield! numbers

        known file $"'%s{player.Name}'" "weights" element (player.Weights |> Seq.map _.Name)
    ]

    let private strategy file (spec: GameSpec) (player: Player) (element: JsonElement) =
        match spec.Tree with
        | _ when player.Weights.Count > 0 -> weights file player element
        | null ->
            let labels = List.init player.Actions.Size player.Actions.Label
            distribution file $"'%s{player.Name}'" element labels
        | tree ->
            let sets = tree.Tree.Players[tree.Players.IndexOf player].InformationSets
            let owner = $"'%s{player.Name}'"

            let parts =
                sets |> Seq.map (fun set -> set, part file owner element set.Label "information set") |> List.ofSeq

            known file owner "information set" element (sets |> Seq.map _.Label)

            [
                for set, probabilities in parts do
                    yield! distribution file $"'%s{set.Label}' of %s{owner}" probabilities set.Actions
            ]

    let private parse (file: string) (text: string) =
        try
            JsonDocument.Parse text
        with :? JsonException as e ->
            Faults.refuse $"%s{file}: this is no JSON: %s{e.Message}"

    /// One strategy a player, as solutions have them.
    let read (spec: GameSpec) (file: string) =
        if not (IO.File.Exists file) then
            Faults.refuse $"--profile: there is no file '%s{file}'."

        use document = parse file (IO.File.ReadAllText file)
        let root = document.RootElement

        let profile =
            match root.ValueKind with
            | JsonValueKind.Object ->
                match root.TryGetProperty "profile" with
                | true, inner -> inner
                | _ -> root
            | kind -> Faults.refuse $"%s{file}: expected an object, got %O{kind}."

        let parts =
            spec.Players |> Seq.map (fun p -> p, part file "the profile" profile p.Name "player") |> List.ofSeq

        known file "the profile" "player" profile (spec.Players |> Seq.map _.Name)

        [
            for player, element in parts do
                strategy file spec player element |> ValueList.ToValueList
        ]
