namespace Alignment.CommandLine

open System
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open Alignment

/// How JSON is written here.
module JsonText =
    /// Names such as prm+ stay readable: the text goes to files and pipes, never into HTML.
    let options = JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

    let object (json: Utf8JsonWriter) (name: string) write =
        json.WriteStartObject name
        write ()
        json.WriteEndObject()

    /// Numbers of an object. JSON has no infinity: such a number is null, and what it was stands beside it.
    let numbers (json: Utf8JsonWriter) (entries: (string * float) seq) =
        for name, value in entries do
            if Double.IsFinite value then
                json.WriteNumber(name, value)
            else
                json.WriteNull name

        match entries |> Seq.filter (snd >> Double.IsFinite >> not) |> List.ofSeq with
        | [] -> ()
        | lost ->
            object json "nonfinite" (fun () ->
                for name, value in lost do
                    json.WriteString(name, Words.exact value))

/// A solution as one JSON object; `docs/schema/solve.json` is its schema.
/// Written by hand: reflection is switched off where scripts run as file-based apps.
module SolutionJson =
    open JsonText

    [<Literal>]
    let Schema = "solve/1"

    let private certificate json (certificate: Certificate) =
        object json "certificate" (fun () ->
            json.WriteString("kind", certificate.Kind)
            numbers json (CertificateText.figures certificate))

    let private values json (solution: Solution) (game: GameSolution) =
        object json "values" (fun () ->
            numbers json [ for player in solution.Players -> player.Name, game.Metrics[$"game/value/%s{player.Name}"] ])

    /// Each player's weights as arrays, row-major.
    let private weights (json: Utf8JsonWriter) (player: Player) (numbers: ValueList<float>) =
        let mutable start = 0

        for weights in player.Weights do
            json.WriteStartArray weights.Name

            for k in start .. start + weights.Size - 1 do
                if Double.IsFinite numbers[k] then
                    json.WriteNumberValue numbers[k]
                else
                    json.WriteNullValue()

            json.WriteEndArray()
            start <- start + weights.Size

    /// The axes of what players set: the order of the numbers in a profile.
    let private shapes (json: Utf8JsonWriter) (solution: Solution) =
        if solution.DeclaredPlayers |> Seq.exists (fun player -> player.Weights.Count > 0) then
            json.WriteStartArray "weights"

            for player in solution.DeclaredPlayers do
                for weights in player.Weights do
                    json.WriteStartObject()
                    json.WriteString("name", weights.Name)
                    json.WriteString("player", player.Name)
                    json.WriteStartArray "axes"

                    for axis in weights.Axes do
                        json.WriteStartObject()
                        json.WriteString("name", axis.Name)
                        json.WriteNumber("size", axis.Size)

                        if axis.Labels.Count > 0 then
                            json.WriteStartArray "labels"
                            axis.Labels |> Seq.iter json.WriteStringValue
                            json.WriteEndArray()

                        json.WriteEndObject()

                    json.WriteEndArray()
                    json.WriteEndObject()

            json.WriteEndArray()

    /// What constraints came to.
    let private constraints (json: Utf8JsonWriter) (solution: Solution) (game: GameSolution) =
        match List.ofSeq (solution.Constraints(solution.Games.IndexOf game)) with
        | [] -> ()
        | outcomes ->
            json.WriteStartArray "constraints"

            for outcome in outcomes do
                json.WriteStartObject()
                json.WriteString("name", outcome.Constraint.Name)
                json.WriteString("player", outcome.Constraint.Player.Name)
                json.WriteString("lagrange_player", PricedConstraint.Of(outcome.Constraint).Player.Name)

                numbers json [
                    "bound", outcome.Constraint.Bound
                    "value", outcome.Value
                    "multiplier", outcome.Multiplier
                    "violation", outcome.Violation
                ]

                json.WriteEndObject()

            json.WriteEndArray()

    let private profile json (solution: Solution) (game: GameSolution) =
        object json "profile" (fun () ->
            for player, strategy in Seq.zip solution.Players game.Strategies do
                object json player.Name (fun () ->
                    match solution.Game.Spec.Tree with
                    | _ when player.Weights.Count > 0 -> weights json player strategy
                    | null -> numbers json (strategy |> Seq.mapi (fun action p -> player.Actions.Label action, p))
                    | tree ->
                        for set in tree.Tree.Players[tree.Players.IndexOf player].InformationSets do
                            object json set.Label (fun () ->
                                numbers
                                    json
                                    (set.Actions |> Seq.mapi (fun a label -> label, strategy[set.First + a])))))

    /// What a correlated equilibrium recommends; only where it is the solver's answer, not kept along the way.
    let private joint (json: Utf8JsonWriter) (solution: Solution) (game: GameSolution) =
        match game.Joint with
        | null -> ()
        | probabilities when (solution.Solver :? IDirectSolver) ->
            let axes = solution.Players |> Seq.map _.Actions |> Array.ofSeq
            json.WriteStartArray "joint"

            for cell, p in Seq.indexed probabilities do
                if p > 0.0 then
                    json.WriteStartObject()
                    json.WriteString("cell", NamedTensor.Describe(axes, cell))
                    json.WriteNumber("probability", p)
                    json.WriteEndObject()

            json.WriteEndArray()
        | _ -> ()

    /// The fitted exponent of the distance from equilibrium for the iterate that the solver reports.
    let private rate (solution: Solution) =
        solution.Rates
        |> Seq.tryFind (fun rate ->
            (rate.Gap = Gap.NashConv || rate.Gap = Gap.Stationarity)
            && rate.Iterate = solution.Solver.Info.Reports)
        |> Option.map (fun rate -> "game/rate", rate.Exponent)

    let private metrics json (solution: Solution) (game: GameSolution) =
        object json "metrics" (fun () ->
            numbers json [
                for metric in game.Metrics do
                    metric.Key, metric.Value
                match game.Certificate with
                | :? Certificate.Exact as exact -> "game/exploitability", exact.Exploitability
                | _ -> ()
                yield! Option.toList (rate solution)
                "game/cycling", solution.Cycling
            ])

    let private element (json: Utf8JsonWriter) solution (game: GameSolution) =
        json.WriteStartObject()
        json.WriteString("game", game.Game)
        json.WriteNumber("steps", game.Steps)
        json.WriteString("status", game.Status.Sentence)
        certificate json game.Certificate
        values json solution game
        profile json solution game
        constraints json solution game
        joint json solution game
        json.WriteEndObject()

    /// What decides the answer beside the solver's name; the solver inside of another is one of them.
    let private settings (json: Utf8JsonWriter) (solver: ISolver) =
        object json "settings" (fun () ->
            for setting in solver.Settings do
                json.WriteString(setting.Name, setting.Value))

    let private seeds (json: Utf8JsonWriter) (options: SolveOptions) =
        if options.Seeds.Count = 0 then
            json.WriteNumber("seed", options.Seed)
        else
            json.WriteNull "seed"
            json.WriteStartArray "seeds"
            options.Seeds |> Seq.iter json.WriteNumberValue
            json.WriteEndArray()

    /// The whole object. With a batch, what stands outside of `elements` is about the game furthest from equilibrium.
    let write (solution: Solution) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonText.options)
        let options = solution.Options
        let worst = solution.Worst
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("game", solution.Game.Spec.Name)
        json.WriteString("solver", solution.Solver.Info.NameOn solution.Game.Spec)
        settings json solution.Solver
        json.WriteString("executor", options.Executor.Name)
        json.WriteString("device", options.Executor.Device)
        json.WriteString("precision", options.Precision.ToString().ToLowerInvariant())
        json.WriteNumber("batch", solution.Games.Count)
        seeds json options
        json.WriteNumber("steps", solution.Steps)
        json.WriteNumber("seconds", solution.Seconds)
        json.WriteNumber("compile_seconds", solution.CompileSeconds)
        json.WriteNumber("measure_seconds", solution.MeasureSeconds)
        json.WriteString("status", solution.Status.Sentence)
        certificate json worst.Certificate
        metrics json solution worst
        values json solution worst
        profile json solution worst
        shapes json solution
        constraints json solution worst
        joint json solution worst
        json.WriteStartArray "notes"
        solution.Notes |> Seq.iter json.WriteStringValue
        json.WriteEndArray()

        if solution.Batch.Count > 0 then
            json.WriteStartArray "elements"

            for game in solution.Games do
                element json solution game

            json.WriteEndArray()

        json.WriteEndObject()

    let text solution =
        use stream = new MemoryStream()
        write solution stream
        Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)
