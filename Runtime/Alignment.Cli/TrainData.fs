namespace Alignment.Cli

open System
open Alignment
open Alignment.CommandLine

/// What a training learns from, and how many rows were too long for it.
type Lessons<'T> = { Rows: 'T list; LeftOut: int }

/// Rows of files, and of the dialogue world.
module TrainData =
    type private Source =
        | File of path: string
        | World of text: string * world: DialogueWorld * count: int64

    let private worldName = "dialogues"
    let private worldKeys = [ "rows"; "seed"; "difficulty"; "split" ]

    let private splits = [ for split in Enum.GetValues<DialogueSplit>() -> (string split).ToLowerInvariant(), split ]

    /// `dialogues(rows=512,seed=7,difficulty=0.5,split=train)`.
    let private world (text: string) =
        let inside = text.Substring(worldName.Length).Trim()

        let pairs =
            if inside.Length >= 2 && inside[0] = '(' && inside.EndsWith ')' then
                inside[1 .. inside.Length - 2].Split(',', StringSplitOptions.RemoveEmptyEntries)
                |> Array.map (Words.pair text)
                |> List.ofArray
            else
                Faults.refuse $"--data: expected dialogues(rows=N,...), got '%s{text}'."

        for key, _ in pairs do
            if not (List.contains key worldKeys) then
                let hint = Nearest.Hint(key, worldKeys, "There are")
                Faults.refuse $"--data: '%s{text}' has no parameter '%s{key}'.%s{hint}"

        let find key = pairs |> List.tryFindBack (fst >> (=) key) |> Option.map snd

        let count =
            match find "rows" with
            | Some text -> Words.whole "--data: rows" 1L 10_000_000L text
            | None -> Faults.refuse $"--data: '%s{text}': expected rows=N, how many rows."

        let difficulty =
            match find "difficulty" |> Option.map (fun text -> text, Words.tryReal text) with
            | None -> DialogueWorld().Difficulty
            | Some(_, Some value) when value >= 0.0 && value <= 1.0 -> value
            | Some(text, _) -> Faults.refuse $"--data: difficulty: expected a number from 0 to 1, got '%s{text}'."

        let seed = find "seed" |> Option.map (Words.seed "--data: seed") |> Option.defaultValue 0UL

        let split =
            find "split"
            |> Option.map (Words.choice "--data: split" splits)
            |> Option.defaultValue DialogueSplit.Train

        World(text, DialogueWorld(Seed = seed, Difficulty = difficulty, Split = split), count)

    let private source (text: string) =
        if text = worldName || text.StartsWith(worldName + "(") then
            world text
        else
            File text

    /// Rows, each with where it stands, which is looked up when it is asked for.
    let private rows ofFile ofWorld text = [
        match source text with
        | File path ->
            for number, row in Seq.indexed (ofFile path) do
                (fun () -> $"%s{path}(%d{Seq.item number (Jsonl.RowLines path)},1)"), row
        | World(text, world, count) ->
            for row in world.Rows count do
                (fun () -> $"%s{text}, row %d{row.Index + 1L}"), ofWorld row
    ]

    /// Rows as lessons; those that are longer than is taken are left out and counted. Wrong turns are told with the row.
    let private lessons lesson (length: 'T -> int) limit (rows: ((unit -> string) * 'R) list) =
        let all = [
            for where, row in rows ->
                try
                    lesson row
                with :? ArgumentException as fault ->
                    Faults.refuse $"%s{where ()}: %s{fault.Message}"
        ]

        let kept = all |> List.filter (fun text -> length text <= limit)

        match all, kept with
        | [], _ -> Faults.refuse "--data: expected at least one row, got none."
        | _, [] ->
            let shortest = all |> List.map length |> List.min

            Faults.refuse
                $"--data: every row is longer than the %s{Words.count (int64 limit)} tokens that are taken; the shortest has %s{Words.count (int64 shortest)}."
        | _ -> { Rows = kept; LeftOut = all.Length - kept.Length }

    let texts (model: LanguageModel) limit (files: string list) =
        files
        |> List.collect (rows Jsonl.Conversations _.Conversation)
        |> lessons (fun (row: Conversation) -> model.Lesson row.Messages) _.Tokens.Count limit

    let pairs (model: LanguageModel) limit by (files: string list) =
        let ofWorld (row: DialogueRow) = if by = PreferredBy.Harmlessness then row.HarmlessPair else row.HelpfulPair

        files
        |> List.collect (rows (fun path -> Jsonl.Preferences(path, by = by)) ofWorld)
        |> lessons
            (fun (row: PreferencePair) -> model.Lesson row)
            (fun text -> max text.Chosen.Tokens.Count text.Rejected.Tokens.Count)
            limit

    /// Prompts as tokens, each with its row.
    let private prompts (model: LanguageModel) limit ofRow rows =
        lessons
            (fun row -> row, model.Prompt(ofRow row: ValueList<ChatMessage>))
            (fun (_, tokens: ValueList<int>) -> tokens.Count)
            limit
            rows

    let judged (model: LanguageModel) limit (files: string list) =
        files |> List.collect (rows Jsonl.JudgedPrompts JudgedPrompt.Of) |> prompts model limit _.Prompt

    let plain (model: LanguageModel) limit (files: string list) =
        files |> List.collect (rows Jsonl.Prompts _.Prompt) |> prompts model limit id
