namespace Alignment.CommandLine

open System
open System.IO
open Alignment
open Alignment.Formats

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
