/// The vocabularies and texts of tests/fixtures/tokens.json, which make_fixtures_tokens.py writes by an encoder of its own.
module Alignment.Tests.TokenFixtures

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open Alignment
open Alignment.Formats
open Alignment.Tests.Fixtures

type Case = { Text: string; Ids: int[]; Plain: int[]; Decoded: string }

type Kind = { Name: string; Tokenizer: Tokenizer; Json: string; Cases: Case list }

let private document =
    lazy (JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "tests", "fixtures", "tokens.json"))).RootElement)

let fixture (name: string) = document.Value.GetProperty name

let items (e: JsonElement) = List.ofSeq (e.EnumerateArray())
let text (name: string) (e: JsonElement) = (e.GetProperty name).GetString() |> string
let texts name (e: JsonElement) = items (e.GetProperty(name: string)) |> List.map (fun t -> string (t.GetString()))
let private ids name (e: JsonElement) = [| for i in items (e.GetProperty(name: string)) -> i.GetInt32() |]

/// A folder of its own for the time of an action.
let inFolder (files: (string * byte[]) list) action =
    let folder = Directory.CreateTempSubdirectory "align-tokens-"

    try
        for name, content in files do
            File.WriteAllBytes(Path.Combine(folder.FullName, name), content)

        action folder.FullName
    finally
        folder.Delete(recursive = true)

let utf8 (s: string) = Encoding.UTF8.GetBytes s

/// Through the files of a folder, as a user loads them.
let private load (e: JsonElement) =
    let file = e.GetProperty "tokenizer"
    let config = e.GetProperty "config"

    let vocabulary =
        match file.ValueKind with
        | JsonValueKind.String -> "tokenizer.model", Convert.FromBase64String(string (file.GetString()))
        | _ -> "tokenizer.json", utf8 (file.GetRawText())

    let beside =
        match config.ValueKind with
        | JsonValueKind.Null -> []
        | _ -> [ "tokenizer_config.json", utf8 (config.GetRawText()) ]

    inFolder (vocabulary :: beside) Tokenizer.Load

let kinds =
    lazy
        ([
            for e in items (fixture "kinds") ->
                {
                    Name = text "name" e
                    Tokenizer = load e
                    Json = (e.GetProperty "tokenizer").GetRawText()
                    Cases = [
                        for case in items (e.GetProperty "cases") ->
                            {
                                Text = text "text" case
                                Ids = ids "ids" case
                                Plain = ids "plain" case
                                Decoded =
                                    match case.TryGetProperty "decoded" with
                                    | true, d -> string (d.GetString())
                                    | _ -> text "text" case
                            }
                    ]
                }
        ])

let kind name = kinds.Value |> List.find (fun k -> k.Name = name)

/// Kinds whose tokens are bytes and that leave text as it is.
let exact = [ "gpt2"; "llama3"; "digits" ]

/// Texts of valid Unicode: characters from everywhere, more often those that patterns and merges care for.
let anyText =
    let plane =
        Gen.frequency [
            6, Gen.elements (List.map int (List.ofSeq "aeth '1290 \n\r\t.,!<|>[]_im"))
            2, Gen.choose (0x20, 0x2FF)
            1, Gen.choose (0x300, 0x36F)
            2, Gen.choose (0x370, 0xD7FF)
            1, Gen.choose (0xE000, 0xFFFD)
            2, Gen.choose (0x10000, 0x1FAFF)
            1, Gen.choose (0x20000, 0x10FFFF)
        ]

    Gen.listOf plane
    |> Gen.map (fun codes -> codes |> List.map (fun c -> Rune(c).ToString()) |> String.concat "")
    |> Arb.fromGen

/// The message of a file that is refused.
let fileFault (action: unit -> 'a) =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with :? InputFormatException as e ->
        Expect.isFalse (e.Message.Contains '\n') "one line"
        e.Message
