namespace Alignment.CommandLine

open System
open System.IO
open Alignment
open Alignment.Formats
open Alignment.Runtime

/// Writes games as files of Gambit. A file appears complete or not at all; nothing is ever written over.
module GameFile =
    /// The payoffs of each player: at each cell, or at each outcome of a tree.
    let private payoffs (spec: GameSpec) =
        let game = BoundGame.Bind spec

        if game.Games > 1 then
            Faults.refuse $"'%s{spec.Name}' is a batch of %d{game.Games} games; a file of Gambit holds one."

        spec.Players |> Seq.mapi (fun player _ -> Seq.ofArray (game.Data(0).Payoff(player).ToArray()))

    let private names (spec: GameSpec) = spec.Players |> Seq.map _.Name

    let private labels (spec: GameSpec) =
        spec.Players |> Seq.map (fun player -> Seq.init player.Actions.Size player.Actions.Label)

    let private table (spec: GameSpec) =
        match spec.Tree with
        | null -> NormalFormTable(spec.Name, "", names spec, labels spec, payoffs spec)
        | form -> ReducedNormalForm.Of form.Tree

    let private oneStep (spec: GameSpec) =
        let lists (items: 'T seq seq) = items |> Seq.map ValueList.ToValueList |> ValueList.ToValueList
        MatrixTree(spec.Name, ValueList.ToValueList(names spec), lists (labels spec), lists (payoffs spec))

    let private efg (spec: GameSpec) (writer: TextWriter) =
        match spec.Tree with
        | null -> EfgWriter.Write(oneStep spec, writer)
        | form ->
            form.Visit
                {
                    new IRulesVisitor with
                        member _.Visit rules = EfgWriter.Write(rules, writer)
                }

    let private nfg spec (writer: TextWriter) = NfgWriter.Write(table spec, writer)

    let private kinds = [ ".efg", efg; ".nfg", nfg ]

    let private writerOf (path: string) =
        match List.tryFind (fst >> (=) (Words.extension path)) kinds with
        | Some(_, write) -> write
        | None -> Faults.refuse $"%s{path}: expected the name of a file that ends in .efg or .nfg."

    /// Refuses a name that no file can be written under, before the work that would be lost.
    let check (path: string) =
        writerOf path |> ignore

        if Path.Exists path then
            Faults.refuse $"%s{path}: exists, and nothing is written over; name another file."

        match Path.GetDirectoryName(Path.GetFullPath path) with
        | null -> ()
        | folder ->
            if not (Directory.Exists folder) then
                Faults.refuse $"%s{path}: there is no folder '%s{folder}'; make it first."

    let private refuseParts (spec: GameSpec) =
        [
            "regularizers", Seq.length spec.Regularizers
            "constraints", Seq.length spec.Constraints
            "players that set weights",
            spec.Players |> Seq.filter (fun player -> player.Weights.Count > 0) |> Seq.length
        ]
        |> List.iter (fun (what, count) ->
            if count > 0 then
                Faults.refuse $"'%s{spec.Name}' has %s{what}, which no file of Gambit can hold.")

    /// A tree's payoffs are written as its rules give them.
    let private refuseOtherPayoffs (spec: GameSpec) =
        match spec.Tree with
        | null -> ()
        | form ->
            if Seq.exists2 (fun own rules -> not (Seq.forall2 (=) own rules)) (payoffs spec) form.Tree.Payoffs then
                Faults.refuse
                    $"'%s{spec.Name}' pays something else than the rules that its tree comes from; a file would hold what those pay."

    /// Writes a game; the ending of the name decides how.
    let write (path: string) (spec: GameSpec) =
        check path
        refuseParts spec
        refuseOtherPayoffs spec

        let content (stream: Stream) =
            use writer = new StreamWriter(stream, leaveOpen = true)
            writerOf path spec writer

        try
            AtomicFile.WriteNew(path, content)
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Faults.refuse $"%s{path}: %s{e.Message}"
