namespace Alignment.CommandLine

open System
open System.IO
open Alignment
open Alignment.Formats

/// A game that a text names.
type NamedGame =
    | Enumerated of GameSpec
    /// Its tree is too large; why, in the library's words.
    | RulesAlone of OpenGame * refusal: string

/// What `GAME` stands for on a command line: a game of the library with its parameters, or a file.
module GameText =
    /// The specification of a table; its actions keep their labels, its players their order.
    let ofTable (name: string) (table: NormalFormTable) =
        let players =
            Seq.zip table.Players table.Actions
            |> Seq.map (fun (player, labels) -> Player.Of(player, Array.ofSeq labels))
            |> List.ofSeq

        let axes = players |> List.map _.Actions
        let title = if String.IsNullOrWhiteSpace table.Title then name else table.Title
        let withPlayers = players |> List.fold (fun (spec: GameSpec) -> spec.Player) (Game.Named title)

        Seq.zip players table.Payoffs
        |> Seq.fold
            (fun (spec: GameSpec) (player, payoffs) ->
                spec.Payoff(player, Expr.Literal(NamedTensor.Of(axes, payoffs.AsSpan()))))
            withPlayers

    let private table read (path: string) = read path |> ofTable (Words.stem path)

    let private tree progress (path: string) =
        try
            Game.FromRules(EfgReader.Read path, progress = progress)
        with :? RulesException as e ->
            Faults.refuse $"%s{path}: %s{e.Message}"

    let private files: (string * (IProgress<TreeProgress> -> string -> GameSpec)) list = [
        ".nfg", (fun _ -> table NfgReader.Read)
        ".csv", (fun _ -> table PayoffCsv.Read)
        ".efg", tree
    ]

    /// The game that a text names.
    let resolve (terminal: Terminal) (text: string) =
        let enumeration = Enumeration terminal
        let extension = Words.extension text

        match List.tryFind (fst >> (=) extension) files with
        | Some(_, read) -> enumeration.Watch(fun progress -> read progress text)
        | None when File.Exists text ->
            Faults.refuse
                $"%s{text}: expected a file that ends in .nfg, .efg or .csv, or a name such as 'rock_paper_scissors'; `align games` lists names."
        | None -> enumeration.Watch(fun progress -> GameLibrary.Create(text, progress))

    let private rulesAlone text (refusal: exn) =
        let call = GameLibrary.Parse text

        match call.Family with
        | :? IRulesFamily as family -> RulesAlone(family.Rules call.Arguments, refusal.Message)
        | _ -> raise refusal

    /// The game that a text names, by its rules where the library refuses its tree.
    let find (terminal: Terminal) (text: string) =
        try
            Enumerated(resolve terminal text)
        with
        // arguments that fit no rules either are refused there in the same words
        | :? GameSyntaxException as e -> rulesAlone text e
        | :? RulesException as e when e.IsTooLarge -> rulesAlone text e
