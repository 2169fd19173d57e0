module Alignment.Tests.TokenizerRefusalTests

open System
open System.IO
open Expecto
open Alignment
open Alignment.Tests.TokenFixtures

let private gpt2 = lazy (kind "gpt2").Json

/// The fixture's file with one text replaced, which must be there.
let private changed (old: string) (replacement: string) =
    Expect.stringContains gpt2.Value old "what is replaced"
    gpt2.Value.Replace(old, replacement)

let private says json (part: string) =
    testCase part (fun () ->
        let message = fileFault (fun () -> Tokenizer.Parse(json ()))
        Expect.stringContains message part message
        Expect.stringStarts message "tokenizer.json" "names the file")

let private split =
    "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}"

[<Tests>]
let tests =
    testList "tokenizer refuses" [
        says
            (fun () -> changed "\"type\":\"BPE\"" "\"type\":\"WordPiece\"")
            "model.type: expected the model BPE, the one that is known here, got \"WordPiece\""

        says
            (fun () -> changed split "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}")
            "pre_tokenizer.type: expected one of ByteLevel, Digits, Metaspace, Sequence, Split, Whitespace, WhitespaceSplit, the ones that are known here, got \"BertPreTokenizer\""

        says
            (fun () -> changed "\"normalizer\":null" "\"normalizer\":{\"type\":\"Precompiled\"}")
            "normalizer.type: expected one of NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace, Strip, Sequence, the ones that are known here, got \"Precompiled\""

        says
            (fun () -> changed "\"decoder\":{\"type\":\"ByteLevel\"" "\"decoder\":{\"type\":\"WordPiece\"")
            "decoder.type: expected one of ByteFallback, ByteLevel,"

        says
            (fun () ->
                changed "\"post_processor\":{\"type\":\"ByteLevel\"" "\"post_processor\":{\"type\":\"BertProcessing\"")
            "post_processor.type: expected one of ByteLevel, Sequence, TemplateProcessing"

        says
            (fun () ->
                changed
                    split
                    "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a++\"},\"behavior\":\"Isolated\"}")
            "pre_tokenizer.pattern.Regex: expected a regular expression that .NET understands too"

        says
            (fun () ->
                changed
                    split
                    "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"a\"},\"behavior\":\"Torn\"}")
            "pre_tokenizer.behavior: expected Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous, got \"Torn\""

        says
            (fun () -> changed "\"merges\":[" "\"merges\":[\"zq zq\",")
            "model.merges[0]: expected tokens of the vocabulary, got 'zq', which it lacks"

        says
            (fun () -> changed "\"merges\":[" "\"merges\":[\"abc\",")
            "model.merges[0]: expected two tokens without spaces"
        says (fun () -> changed "\"merges\":[" "\"merges\":[7,") "model.merges[0]: expected a text, got 7"
        says (fun () -> changed "\"!\":0" "\"!\":1") "expected an id from 0 to 4194303 that no other token has, got 1"
        says
            (fun () -> changed "\"!\":0" "\"!!!!\":0")
            "model.vocab: expected a token for each of the 256 bytes, got none for byte 0x21 ('!')"
        says
            (fun () -> changed "\"dropout\":null" "\"dropout\":0.1")
            "model.dropout: expected none: encoding repeats here, got 0.1"
        says
            (fun () -> changed "\"unk_token\":null" "\"unk_token\":\"<none>\"")
            "model.unk_token: expected a token of the vocabulary"

        says
            (fun () -> changed "\"continuing_subword_prefix\":null" "\"continuing_subword_prefix\":\"##\"")
            "model.continuing_subword_prefix: expected none, since affixes of words are not known here, got \"##\""

        says
            (fun () ->
                changed split "\"pre_tokenizer\":null"
                |> fun s -> s.Replace("\"decoder\":{\"type\":\"ByteLevel\"", "\"decoder\":{\"type\":\"Fuse\""))
            "model: expected byte_fallback or an unk_token, got neither"

        says
            (fun () -> changed "\"content\":\"<|endoftext|>\"" "\"content\":\"<|stop|>\"")
            "added_tokens: expected '<|stop|>' at an id of its own"

        says (fun () -> "{\"version\":\"1.0\"}") "expected a field 'model', got none; there are version"
        says (fun () -> "[1]") "the whole: expected an object, got [1]"
        says
            (fun () -> gpt2.Value[.. gpt2.Value.Length / 2])
            "expected JSON, got a text that ends before its value does; the file is cut short"
        says (fun () -> changed "\"model\":" "\"model\" ") "expected JSON, got what is none here"
        says (fun () -> "") "expected JSON, got a text that ends before its value does"

        testCase "what a configuration names and the vocabulary lacks" (fun () ->
            let message = fileFault (fun () -> Tokenizer.Parse(gpt2.Value, "{\"eos_token\":\"</s>\"}"))

            Expect.equal
                message
                "tokenizer_config.json: eos_token: expected a token of tokenizer.json, got '</s>', which it lacks"
                "names both")

        testCase "a folder without a vocabulary" (fun () ->
            let message = inFolder [] (fun folder -> fileFault (fun () -> Tokenizer.Load folder))

            Expect.stringContains
                message
                "expected tokenizer.json or tokenizer.model in this folder, got neither"
                "what"

            let missing =
                fileFault (fun () -> Tokenizer.Load(Path.Combine(Path.GetTempPath(), "no-such", "tokenizer.json")))

            Expect.stringContains missing "no such file; check the path" "a file")

        testCase "what is no SentencePiece model" (fun () ->
            let refused (bytes: byte[]) =
                inFolder [ "tokenizer.model", bytes ] (fun folder -> fileFault (fun () -> Tokenizer.Load folder))

            Expect.stringContains (refused [||]) "got a file without pieces" "empty"
            Expect.stringContains (refused [| 0xFFuy; 0xFFuy |]) "end or break in the middle of a field" "garbage"

            let whole =
                items (fixture "kinds")
                |> List.find (fun k -> text "name" k = "sentencepiece")
                |> text "tokenizer"
                |> Convert.FromBase64String

            Expect.stringContains
                (refused whole[.. whole.Length / 2])
                "end or break in the middle of a field"
                "cut short")
    ]
