namespace Alignment.Cli

open System
open System.IO
open System.Text
open System.Text.Json
open Alignment
open Alignment.CommandLine

/// What was found in a game without its tree, as one JSON object; `docs/schema/open.json` is its schema.
module OpenJson =
    [<Literal>]
    let Schema = "open/1"

    let private object (json: Utf8JsonWriter) (name: string) write =
        json.WriteStartObject name
        write ()
        json.WriteEndObject()

    let private settings (json: Utf8JsonWriter) (solution: OpenSolution) =
        object json "settings" (fun () ->
            for setting in solution.Solver.Settings do
                json.WriteString(setting.Name, setting.Value)

            for setting in solution.Options.Settings solution.Solver do
                json.WriteString(setting.Name, string setting.Value))

    let private certificate (json: Utf8JsonWriter) (certificate: Certificate.LowerBound) =
        object json "certificate" (fun () ->
            json.WriteString("kind", certificate.Kind)
            json.WriteNumber("nash_conv", certificate.NashConv)
            json.WriteNumber("exploitability", certificate.Exploitability)
            json.WriteNumber("standard_error", certificate.StandardError)
            json.WriteString("oracle", certificate.Oracle))

    let private values (json: Utf8JsonWriter) (solution: OpenSolution) =
        object json "values" (fun () ->
            for value in solution.Values do
                object json value.Player (fun () ->
                    json.WriteNumber("mean", value.Mean)
                    json.WriteNumber("standard_error", value.StandardError)
                    json.WriteNumber("low", value.Low)
                    json.WriteNumber("high", value.High)
                    json.WriteNumber("games", value.Games)))

    /// The members' weights, by which the lines of `policy.jsonl` belong together; only where somebody mixes.
    let private mixture (json: Utf8JsonWriter) (solution: OpenSolution) =
        if solution.IsMixed then
            object json "mixture" (fun () ->
                for player, mixture in Seq.zip solution.Game.Players solution.Profile do
                    json.WriteStartArray player
                    Seq.iter (fun (weight: float) -> json.WriteNumberValue weight) mixture.Weights
                    json.WriteEndArray())

    /// The whole object.
    let write (solution: OpenSolution) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonText.options)
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("game", solution.Game.Name)
        json.WriteString("solver", OpenText.solverName solution.Solver)
        settings json solution
        json.WriteNumber("seed", solution.Options.Seed)
        json.WriteNumber("steps", solution.Steps)
        json.WriteNumber("seconds", solution.Seconds)
        json.WriteString("status", solution.Status.Sentence)
        json.WriteNumber("information_sets", solution.InformationSets)
        certificate json solution.Certificate
        values json solution
        mixture json solution
        json.WriteEndObject()

    let text solution =
        use stream = new MemoryStream()
        write solution stream
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)

    let private behaviour (json: Utf8JsonWriter) (player: string) (k: int) (label: string) (behaviour: Behaviour) =
        json.WriteStartObject()
        json.WriteString("player", player)
        json.WriteNumber("member", k)
        json.WriteString("information_set", label)
        json.WriteStartArray "actions"
        Seq.iter (fun (action: string) -> json.WriteStringValue action) behaviour.Actions
        json.WriteEndArray()
        json.WriteStartArray "probabilities"
        Seq.iter (fun (p: float) -> json.WriteNumberValue p) behaviour.Probabilities
        json.WriteEndArray()
        json.WriteEndObject()

    /// The answer, a line for each information set of each member that has any weight; where there is no line, play is
    /// uniform.
    let writePolicy (solution: OpenSolution) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonText.options)

        for player, mixture in Seq.zip solution.Game.Players solution.Profile do
            for k, (policy, weight) in Seq.indexed (Seq.zip mixture.Members mixture.Weights) do
                if weight > 0.0 then
                    for set in policy.Sets do
                        behaviour json player k set.Key set.Value
                        json.Flush()
                        stream.WriteByte(byte '\n')
                        json.Reset()
