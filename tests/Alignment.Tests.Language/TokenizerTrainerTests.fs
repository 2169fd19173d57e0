module Alignment.Tests.TokenizerTrainerTests

open System.Diagnostics
open System.IO
open System.Text
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open Alignment
open Alignment.Tests.TokenFixtures

let private small = TokenizerTrainer().WithSpecial("<|pad|>", "<|end|>")

let private worked =
    testCase "a worked example" (fun () ->
        // Words: "ab" 3, " ab" 2, "abc" 1 (lines are cut before spaces). Bytes: a 66, b 67, c 68 (two special tokens, '!' is 2), Ġ the
        // highest of the three. Pairs: ab 3+2+1 = 6, Ġa 2, bc 1. First merge a b (6); then Ġ ab 2, ab c 1: Ġ ab; then ab c is below 2.
        let trained = small.Train [ "ab ab"; "ab ab"; "ab"; "abc" ]
        Expect.equal (List.ofSeq trained.Merges) [ "a b"; "Ġ ab" ] "merges"
        Expect.equal (List.ofSeq trained.Tokens |> List.skip 258) [ "ab"; "Ġab" ] "their tokens"
        let tokenizer = trained.ToTokenizer()
        Expect.equal (tokenizer.Encode "ab abc") [| 258; 259; tokenizer.IdOf("c").Value |] "used")

let private ties =
    testCase "ties go to the lower left id, then to the lower right" (fun () ->
        // each of the four occurs twice; the right id alone would put bc first
        let trained = small.Train [ "cd"; "cd"; "bc"; "bc"; "ae"; "ae"; "ad"; "ad" ]
        Expect.equal (List.ofSeq trained.Merges) [ "a d"; "a e"; "b c"; "c d" ] "in the order of ids")

let private asFixture =
    testCase "as another trainer has it" (fun () ->
        let training = fixture "training"
        let lines = texts "lines" training

        for name, pattern, size in [ "gpt2", WordPattern.Gpt2, 420; "qwen2", WordPattern.Qwen2, 400 ] do
            let trained = small.WithPattern(pattern).WithSize(size).Train lines
            let expected = training.GetProperty name
            Expect.equal (List.ofSeq trained.Tokens) (texts "tokens" expected) $"{name}: tokens"
            Expect.equal (List.ofSeq trained.Merges) (texts "merges" expected) $"{name}: merges"

            Expect.equal
                (small.WithPattern(pattern).WithSize(size).Train(List.rev lines).Merges)
                trained.Merges
                "in any order"

            let tokenizer = trained.ToTokenizer()

            for line in lines do
                Expect.equal (tokenizer.Decode(tokenizer.EncodeText line)) line "comes back")

let private layout =
    testCase "files in the layout of Hugging Face" (fun () ->
        let trained = TokenizerTrainer().WithSize(270).Train [ "the desk, the desk" ]
        use document = JsonDocument.Parse(trained.ToJson())
        let names (e: JsonElement) = [ for p in e.EnumerateObject() -> p.Name ]

        Expect.equal
            (names document.RootElement)
            [
                "version"
                "truncation"
                "padding"
                "added_tokens"
                "normalizer"
                "pre_tokenizer"
                "post_processor"
                "decoder"
                "model"
            ]
            "fields in order"

        Expect.equal
            (names (document.RootElement.GetProperty "model"))
            [
                "type"
                "dropout"
                "unk_token"
                "continuing_subword_prefix"
                "end_of_word_suffix"
                "fuse_unk"
                "byte_fallback"
                "ignore_merges"
                "vocab"
                "merges"
            ]
            "the model's"

        Expect.equal
            (names (items (document.RootElement.GetProperty "added_tokens")).Head)
            [ "id"; "content"; "single_word"; "lstrip"; "rstrip"; "normalized"; "special" ]
            "an added token's"

        inFolder [] (fun folder ->
            trained.Save folder
            let read = Tokenizer.Load folder
            Expect.equal (read.Encode "the desk") (trained.ToTokenizer().Encode "the desk") "read back"
            Expect.equal (read.TokenOf read.Eos.Value, read.TokenOf read.Pad.Value) ("<|end|>", "<|pad|>") "names"
            Expect.equal (ChatTemplate.Of read) ChatTemplate.Tiny "its chat template"
            let first = File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"))
            trained.Save folder
            Expect.equal (File.ReadAllBytes(Path.Combine(folder, "tokenizer.json"))) first "the same bytes"))

let private refused =
    testCase "refuses what it can't do" (fun () ->
        let fault (trainer: TokenizerTrainer) = Fixtures.argumentFault (fun () -> trainer.Train [])

        Expect.stringContains
            (fault (small.WithSize 257))
            "expected a size of at least 258 (256 bytes, 2 special tokens), got 257"
            "size"

        Expect.stringContains (fault (small.WithSpecial("<a>", "<a>"))) "each named once, got '<a>'" "twice"
        Expect.stringContains (fault (small.WithSpecial "x")) "two letters or more, got 'x'" "a byte")

let private property =
    testCase "whatever it learned from, any text comes back" (fun () ->
        let run (seed: string) (text: string) =
            let tokenizer = small.WithSize(300).WithMinimumCount(1).Train([ seed; seed; text ]).ToTokenizer()
            tokenizer.Decode(tokenizer.EncodeText text) = text

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest 20,
            Prop.forAll anyText (fun a -> Prop.forAll anyText (run a))
        ))

/// Twenty megabytes of words drawn from 60,000, short ones often.
let private fast =
    testCase "20 MB in seconds" (fun () ->
        let draw = RandomStream(1UL, "words")
        let word k = System.String [| for i in 0L .. 2L + int64 k % 7L -> char (97L + draw.Integer(26, int64 k, i)) |]
        let words = Array.init 60000 word

        let lines = [|
            for line in 0L .. 39999L ->
                let text = StringBuilder()

                for i in 0L .. 79L do
                    let u = draw.Uniform(1000000L + line, i)
                    text.Append(words[int (60000.0 * u * u * u)]).Append(' ') |> ignore

                text.ToString()
        |]

        let size = lines |> Array.sumBy _.Length
        Expect.isGreaterThan size 18000000 "about 20 MB"
        let clock = Stopwatch.StartNew()
        let trained = TokenizerTrainer().Train lines
        let seconds = clock.Elapsed.TotalSeconds
        printfn "tokenizer trainer: %.1f MB to 2,000 tokens in %.2f s" (float size / 1e6) seconds
        Expect.equal trained.Tokens.Count 2000 "full"
        Expect.isLessThan seconds 30.0 "in seconds, on a shared machine too")

[<Tests>]
let tests = testList "tokenizer trainer" [ worked; ties; asFixture; layout; refused; property; fast ]
