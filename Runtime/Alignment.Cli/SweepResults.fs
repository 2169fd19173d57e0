namespace Alignment.Cli

open System.IO
open System.Text
open System.Text.Json
open Alignment
open Alignment.CommandLine
open Alignment.Runtime

/// What a run of a sweep came to.
type SweepResult = {
    Cell: SweepCell
    Code: int
    /// The result as `--json` prints it; none where the run was refused or never began.
    Solution: JsonElement option
    /// What it said where it failed.
    Message: string
    Run: string option
}

/// The results of a sweep side by side.
module SweepResults =
    let private number (name: string) (element: JsonElement) =
        match element.TryGetProperty name with
        | true, value when value.ValueKind = JsonValueKind.Number -> Some(value.GetDouble())
        | _ -> None

    let private text (name: string) (element: JsonElement) =
        match element.TryGetProperty name with
        | true, value when value.ValueKind = JsonValueKind.String -> value.GetString() |> Option.ofObj
        | _ -> None

    /// What the figure that says how far is called: NashConv is not known of every game.
    let private figure (solution: JsonElement) =
        match (solution.GetProperty "certificate").TryGetProperty "residual" with
        | true, _ -> "residual"
        | _ -> "nash_conv"

    /// That figure, with a sign for what is only a lower bound.
    let private distance (solution: JsonElement) =
        let certificate = solution.GetProperty "certificate"

        match number (figure solution) certificate, text "kind" certificate with
        | None, _ -> "not finite"
        | Some value, Some "lower_bound" -> $">= %s{Words.brief value}"
        | Some value, _ -> Words.brief value

    /// Name and figure.
    let told (solution: JsonElement) = $"%s{figure solution} %s{distance solution}"

    let status (result: SweepResult) =
        match result.Solution with
        | Some solution -> defaultArg (text "status" solution) ""
        | None -> result.Message

    /// Whether a rule on metrics holds for a run of which only its solution is left; with a batch for its worst game.
    let isReached (rule: Stop) (solution: JsonElement) =
        let metric (name: string) =
            match solution.TryGetProperty "metrics" with
            | true, metrics ->
                [ name; "game/" + name ] |> List.tryPick (fun key -> number key metrics) |> Option.defaultValue nan
            | _ -> nan

        let asks = rule.Fold((fun _ -> true), (fun _ -> false), (fun _ -> false), (||), (||))

        not asks
        || rule.Fold(
            (fun below -> metric below.Metric < below.Threshold),
            (fun _ -> false),
            (fun _ -> false),
            (||),
            (||)
        )

    let private runName (result: SweepResult) =
        match result.Run with
        | Some path -> Path.GetFileName path |> Option.ofObj |> Option.defaultValue path
        | None -> "-"

    /// A row a run.
    let table (plan: SweepPlan) (results: SweepResult list) =
        let keys = plan.Cells.Head.Values |> List.map fst

        // runs of one sweep are of one kind of game, but for scripts that choose
        let title, told =
            match results |> List.choose (_.Solution >> Option.map figure) |> List.distinct with
            | [] -> "nash_conv", distance
            | [ single ] -> single, distance
            | _ -> "distance", told

        Words.table [
            keys @ [ title; "steps"; "seconds"; "run"; "status" ]
            for result in results do
                List.map snd result.Cell.Values
                @ [
                    match result.Solution with
                    | Some solution ->
                        told solution
                        number "steps" solution |> Option.map (int64 >> Words.count) |> Option.defaultValue "-"
                        number "seconds" solution |> Option.map Words.brief |> Option.defaultValue "-"
                    | None -> yield! [ "-"; "-"; "-" ]
                    runName result
                    status result
                ]
        ]
        |> String.concat "\n"

    /// The whole object; `docs/schema/sweep.json` is its schema.
    let json (plan: SweepPlan) (results: SweepResult list) (exitCode: int) =
        use stream = new MemoryStream()

        using (new Utf8JsonWriter(stream, JsonText.options)) (fun json ->
            json.WriteStartObject()
            json.WriteString("schema", "sweep/1")
            json.WriteString("group", plan.Group)
            json.WriteString("folder", Path.GetFullPath plan.Parent)
            json.WriteNumber("exit_code", exitCode)

            JsonText.object json "why" (fun () ->
                for key, why in plan.Split do
                    json.WriteString(key, why))

            json.WriteStartArray "cells"

            for result in results do
                json.WriteStartObject()

                JsonText.object json "values" (fun () ->
                    for key, value in result.Cell.Values do
                        json.WriteString(key, value))

                json.WriteNumber("exit_code", result.Code)

                match result.Run with
                | Some run -> json.WriteString("run", run)
                | None -> json.WriteNull "run"

                match result.Solution with
                | Some solution ->
                    json.WriteNull "message"
                    json.WritePropertyName "solution"
                    solution.WriteTo json
                | None ->
                    json.WriteString("message", result.Message)
                    json.WriteNull "solution"

                json.WriteEndObject()

            json.WriteEndArray()
            json.WriteEndObject())

        Encoding.UTF8.GetString(stream.ToArray())
