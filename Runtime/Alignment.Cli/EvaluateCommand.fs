namespace Alignment.Cli

open System.IO
open System.Text.Json
open Argu
open Alignment
open Alignment.CommandLine

/// The options of `align evaluate`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type EvaluateOption =
    | [<EqualsAssignmentOrSpaced>] Profile of FILE: string
    | [<EqualsAssignmentOrSpaced>] Set of ``KEY=VALUE``: string
    | Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Profile _ ->
                "a saved profile: what `align solve --json` printed, or its \"profile\" object; may be repeated"
            | Set _ -> "change one parameter of the game; may be repeated"
            | Json -> "print one JSON object on stdout"

/// `align evaluate`: what saved profiles are worth, by themselves and against each other. `docs/schema/evaluate.json` is the
/// schema of its JSON.
module EvaluateCommand =
    [<Literal>]
    let private Schema = "evaluate/1"

    /// A profile, and what it is worth by itself.
    type private Saved = { File: string; Strategies: ValueList<float> list; Found: GameSolution }

    /// One player's strategy of one profile against all others' of another.
    type private Meeting = { Player: Player; Own: Saved; Others: Saved; Value: float }

    let private evaluate (game: BoundGame) strategies = GameSolver.Evaluate(game, ValueList.ToValueList strategies)[0]

    let private saved (game: BoundGame) file =
        let strategies = ProfileText.read game.Spec file
        { File = file; Strategies = strategies; Found = evaluate game strategies }

    /// Those who set the prices of constraints come behind these, and win nothing by it.
    let private declared (game: BoundGame) = game.Declared.Players

    let private meetings (game: BoundGame) (profiles: Saved list) = [
        for own in profiles do
            for others in profiles do
                if own.File <> others.File then
                    for index, player in Seq.indexed (declared game) do
                        let mixed = others.Strategies |> List.updateAt index own.Strategies[index]

                        {
                            Player = player
                            Own = own
                            Others = others
                            Value = (evaluate game mixed).Value player
                        }
    ]

    let private text (game: BoundGame) (profiles: Saved list) (meetings: Meeting list) =
        let own =
            Words.table [
                [
                    "profile"
                    for name, _ in CertificateText.figures profiles.Head.Found.Certificate do
                        name
                    for player in declared game do
                        $"value %s{player.Name}"
                ]
                for profile in profiles do
                    [
                        profile.File
                        for _, figure in CertificateText.figures profile.Found.Certificate do
                            Words.exact figure
                        for player in declared game do
                            Words.exact (profile.Found.Value player)
                    ]
            ]

        let against =
            Words.table [
                [ "player"; "plays"; "others play"; "value" ]
                for meeting in meetings do
                    [ meeting.Player.Name; meeting.Own.File; meeting.Others.File; Words.exact meeting.Value ]
            ]

        String.concat "\n" [
            yield! own
            if not (List.isEmpty meetings) then
                ""
                yield! against
        ]

    let private json (game: BoundGame) (profiles: Saved list) (meetings: Meeting list) =
        use stream = new MemoryStream()
        use json = new Utf8JsonWriter(stream, JsonText.options)
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("game", game.Spec.Name)
        json.WriteStartArray "profiles"

        for profile in profiles do
            let certificate = profile.Found.Certificate
            json.WriteStartObject()
            json.WriteString("file", profile.File)

            json.WriteString("kind", certificate.Kind)
            JsonText.numbers json (CertificateText.figures certificate)

            JsonText.object json "values" (fun () ->
                JsonText.numbers json [ for player in declared game -> player.Name, profile.Found.Value player ])

            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteStartArray "head_to_head"

        for meeting in meetings do
            json.WriteStartObject()
            json.WriteString("player", meeting.Player.Name)
            json.WriteString("plays", meeting.Own.File)
            json.WriteString("others_play", meeting.Others.File)
            JsonText.numbers json [ "value", meeting.Value ]
            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteEndObject()
        json.Flush()
        System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)

    /// The game that a text names, with the changes of the options.
    let private game terminal text options =
        let changes =
            options
            |> List.choose (function
                | Set text ->
                    let key, value = Words.pair "--set" text
                    Some(key, Value value)
                | _ -> None)

        GameText.resolve terminal text changes
        ||> List.fold (fun (spec: GameSpec) (key, change) ->
            match change with
            | Value text when (Words.tryReal text).IsSome ->
                Faults.reading "--set" (fun () -> spec.Set(key, (Words.tryReal text).Value))
            | Value text
            | Values text -> Faults.refuse $"--set %s{key}: expected a number, got '%s{text}'.")
        |> BoundGame.Bind

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<EvaluateOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "evaluate: expected a game, such as leduc_poker; `align games` lists them."
        | Some name ->
            let files =
                arguments.Options
                |> List.choose (function
                    | Profile file -> Some file
                    | _ -> None)

            if List.isEmpty files then
                Faults.refuse "evaluate: expected at least one --profile FILE, as `align solve --json` prints it."

            let game = game terminal name arguments.Options

            if game.Games > 1 then
                Faults.refuse $"evaluate: '%s{name}' is a batch of %d{game.Games} games; profiles are of one game."

            let profiles = files |> List.distinct |> List.map (saved game)
            let print = if List.contains Json arguments.Options then json else text
            terminal.Out.WriteLine(print game profiles (meetings game profiles))
            ExitCode.Done

    let command = {
        Name = "evaluate"
        Operands = "'GAME' --profile FILE..."
        Summary = "Certifies saved profiles, and tells what their strategies are worth against each other's."
        Details = fun () -> [ Arguments.help<EvaluateOption> "align evaluate 'GAME'" ]
        Examples = [
            "align evaluate leduc_poker --profile equilibrium.json"
            "align evaluate leduc_poker --profile a.json --profile b.json --json"
        ]
        Run = run
    }
