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

    /// The values of a sweep over a parameter of a family: `a..b` in steps of one, or `v1,v2,...` as the family writes them.
    let private values (text: string) =
        match text.Split ".." with
        | [| _; _ |] -> Words.numbers text |> Array.map Words.exact
        | _ -> text.Split ',' |> Array.map _.Trim()

    /// The game of a call with values for its parameters; several values lie side by side along an axis of the parameter's name.
    let rec private create progress (call: GameCall) changes =
        match changes with
        | [] -> call.Create progress
        | (key, Value text) :: rest -> create progress (call.With(key, text)) rest
        | (key, Values text) :: rest ->
            let texts = values text
            let games = texts |> Array.map (fun value -> create progress (call.With(key, value)) rest)

            try
                Game.SideBySide(Axis.Of(key, texts), games)
            with :? ArgumentException as e ->
                raise (SweepSplit [ key, e.Message ])

    /// Whether a parameter is part of a family's tables or rules, so that another value of it makes another specification.
    let private isOfFamily (call: GameCall) (key, _) =
        call.Family.Parameters
        |> Seq.exists (fun parameter -> parameter.Name = key && not parameter.IsDeclared)

    let private ofLibrary text changes =
        let call = GameLibrary.Parse text
        let own, rest = changes |> List.partition (isOfFamily call)
        call, own, rest

    /// The game that a text names, with the changes of its family's parameters, and the changes that are left: those of what the
    /// specification declares, and of the solver.
    let resolve (terminal: Terminal) (text: string) (changes: (string * Change) list) =
        let enumeration = Enumeration terminal
        let extension = Words.extension text

        match List.tryFind (fst >> (=) extension) files with
        | Some(_, read) -> enumeration.Watch(fun progress -> read progress text), changes
        | None when File.Exists text ->
            Faults.refuse
                $"%s{text}: expected a file that ends in .nfg, .efg or .csv, or a name such as 'rock_paper_scissors'; `align games` lists names."
        | None ->
            let call, own, rest = ofLibrary text changes
            enumeration.Watch(fun progress -> create progress call own), rest

    let private first change =
        match change with
        | Values text -> Value(Array.head (values text))
        | single -> single

    let private rulesAlone text (changes: (string * Change) list) (refusal: exn) =
        let call, own, rest = ofLibrary text changes

        let set (call: GameCall) (key, change) =
            match change with
            | Value text -> call.With(key, text)
            | Values _ -> raise refusal

        /// Too large side by side, or too large each for itself: whether there are rules for each value is looked at here.
        let split (family: IRulesFamily) =
            match own |> List.tryFind (fun (_, change: Change) -> change.IsValues) with
            | Some(key, Values text) ->
                for value in values text do
                    let single = own |> List.map (fun (k, change) -> k, (if k = key then Value value else first change))
                    family.Rules((List.fold set call single).Arguments) |> ignore

                raise (SweepSplit [ key, refusal.Message ])
            | _ -> ()

        match call.Family with
        | :? IRulesFamily as family ->
            split family

            RulesAlone(family.Rules((List.fold set call own).Arguments), refusal.Message), rest
        | _ -> raise refusal

    /// The game that a text names, by its rules where the library refuses its tree; and the changes that are left.
    let find (terminal: Terminal) (text: string) changes =
        try
            let spec, rest = resolve terminal text changes
            Enumerated spec, rest
        with
        // arguments that fit no rules either are refused there in the same words
        | :? GameSyntaxException as e -> rulesAlone text changes e
        | :? RulesException as e when e.IsTooLarge -> rulesAlone text changes e
