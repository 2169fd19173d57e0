/// Sampling against its law, cached decoding against the whole text, batches against single texts.
module Alignment.Tests.Language.GenerationTests

open System
open System.IO
open System.Text.Json
open Expecto
open FsCheck
open Alignment
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let private load name = LanguageModel.Load(folder name)

let private request number (prompt: int list) = GenerationRequest(ValueList.ToValueList prompt, number)

let private prompts = [ [ 3; 1; 4 ]; [ 7; 0; 11; 2; 9; 12; 1 ]; [ 5 ]; [ 2; 2; 8; 10; 6 ] ]

let private endless = SamplingOptions(MaxNewTokens = 20)

let private sampling =
    testList "sampling" [
        testCase "filters keep what NumPy keeps" (fun () ->
            use json = JsonDocument.Parse(File.ReadAllText(folder "sampling.json"))
            let number (name: string) (case: JsonElement) = case.GetProperty(name).GetDouble()

            let numbers (name: string) (case: JsonElement) = [|
                for x in case.GetProperty(name).EnumerateArray() -> x.GetDouble()
            |]

            for case in json.RootElement.EnumerateArray() do
                let options =
                    SamplingOptions(
                        Temperature = number "temperature" case,
                        TopK = int (number "top_k" case),
                        TopP = number "top_p" case
                    )

                let logits = numbers "logits" case |> Array.map float32
                let ours = TokenSampler.Probabilities(logits, options)
                let expected = numbers "probabilities" case
                Expect.isLessThan (farthest ours expected) 1e-12 $"{options}"

                for k in 0 .. logits.Length - 1 do
                    Expect.equal (ours[k] = 0.0) (expected[k] = 0.0) $"{options}: token {k}")

        testCase "a token is drawn as often as its probability says" (fun () ->
            let logits = [| 0.0f; 1.0f; -1.0f; 2.0f |]
            let options = SamplingOptions(Temperature = 0.8, TopK = 3)
            let law = TokenSampler.Probabilities(logits, options)
            let stream = RandomStream(1UL, "draws")
            let counts = Array.zeroCreate<int> 4

            for k in 0L .. 19_999L do
                let draw = TokenSampler.Sample(logits, options, stream.Uniform(0L, k))
                counts[draw.Token] <- counts[draw.Token] + 1

            for k in 0..3 do
                let deviation = sqrt (20_000.0 * law[k] * (1.0 - law[k]))

                Expect.isLessThan
                    (abs (float counts[k] - 20_000.0 * law[k]))
                    (4.0 * deviation + 0.5)
                    $"token {k}: {counts[k]}")

        testCase "a margin is what another draw takes" (fun () ->
            // p = 1/4, 3/4: 0.3 lies 0.05 above the border of the first
            let logits = [| 0.0f; float32 (log 3.0) |]
            let draw = TokenSampler.Sample(logits, SamplingOptions(), 0.3)
            Expect.equal draw.Token 1 "token"
            Expect.floatClose Accuracy.medium draw.Margin 0.05 "margin"
            Expect.floatClose Accuracy.medium draw.LogProbability (log 0.75) "log-probability"
            // the likeliest is 1/2 ahead
            let greedy = TokenSampler.Sample(logits, SamplingOptions(Temperature = 0.0), 0.3)
            Expect.floatClose Accuracy.medium greedy.Margin 0.5 "ahead")

        testCase "logits that are no numbers are refused" (fun () ->
            let sample (logits: float32[]) = TokenSampler.Sample(logits, SamplingOptions(), 0.5) |> ignore

            Expect.throwsT<ArithmeticException> (fun () -> sample [| 0.0f; nanf |]) "NaN"
            Expect.throwsT<ArithmeticException> (fun () -> sample [| 0.0f; infinityf |]) "infinity")

        testCase "options out of range are refused in one sentence" (fun () ->
            use model = load "llama"

            for options, sentence in
                [
                    SamplingOptions(Temperature = -1.0), "Sampling, temperature: expected at least 0, got -1."
                    SamplingOptions(TopP = 0.0), "Sampling, top_p: expected above 0 and at most 1, got 0."
                    SamplingOptions(MaxNewTokens = 0), "Sampling, max_new_tokens: expected at least 1, got 0."
                ] do
                Expect.equal
                    (argumentFault (fun () -> model.Generate([ request 0L [ 1 ] ], options) |> ignore))
                    sentence
                    "sentence")
    ]

let private decoding =
    testList "decoding" [
        for name in [ "llama"; "qwen3"; "mistral"; "gpt2" ] do
            testCase $"{name}: with a cache, padded in front, as the whole text says" (fun () ->
                use model = load name
                let requests = prompts |> List.mapi (fun k p -> request (int64 k) p)
                let drawn = model.Generate(requests, endless)

                for prompt, row in Seq.zip prompts drawn do
                    let text = Array.append (Array.ofList prompt) (Array.ofSeq row.Tokens)
                    let whole = model.LogProbabilities([| text |])[0]
                    let added = whole[prompt.Length - 1 ..]
                    Expect.isLessThan (farthest added row.LogProbabilities) 1e-5 $"%A{prompt}")

            testCase $"{name}: a text is the same whatever else is in its batch" (fun () ->
                use model = load name
                let mutable settled, all = 0, 0

                for seed in 0UL .. 4UL do
                    let options = SamplingOptions(MaxNewTokens = 20, Seed = seed, TopP = 0.95)
                    let requests = prompts |> List.mapi (fun k p -> request (int64 k) p)
                    let together = model.Generate(requests, options)
                    let reversed = model.Generate(List.rev requests, options) |> Seq.rev |> List.ofSeq

                    let crowded =
                        let others = [ for k in 4..31 -> request (int64 k) [ k % 13; 1 + k % 5 ] ]
                        model.Generate(requests @ others, options) |> Seq.take 4 |> List.ofSeq

                    for k in 0 .. prompts.Length - 1 do
                        let alone = model.Generate([ requests[k] ], options)[0]
                        let beside = model.Generate([ requests[(k + 1) % 4]; requests[k] ], options)[1]

                        for other in [ alone; beside; reversed[k]; crowded[k] ] do
                            all <- all + 1

                            if min together[k].Margin other.Margin > 1e-5 then
                                settled <- settled + 1
                                Expect.equal other.Tokens together[k].Tokens $"seed {seed}, text {k}"

                // 80 texts of at most 20 draws, each of which has a chance of some 1e-4 to lie so near a border
                Expect.isGreaterThan settled (all * 95 / 100) "and nearly all are compared")

        testCase "the same batch gives the same bits" (fun () ->
            use model = load "llama"
            let requests = prompts |> List.mapi (fun k p -> request (int64 k) p)

            Expect.equal
                (List.ofSeq (model.Generate(requests, endless)))
                (List.ofSeq (model.Generate(requests, endless)))
                "twice")

        testCase "a transcript gives the same bits again, from its file" (fun () ->
            use model = load "llama"
            let red = model.LoadAdapter("red", Path.Combine(folder "llama", "red"))
            let adapters: (Adapter | null) list = [ red; null; red; null ]

            let requests =
                List.mapi2
                    (fun k prompt adapter -> GenerationRequest(ValueList.ToValueList prompt, int64 k, adapter))
                    prompts
                    adapters

            let kept = Transcript.Of(model, requests, SamplingOptions(MaxNewTokens = 20, TopK = 5, Seed = 3UL))
            let path = Path.Combine(Path.GetTempPath(), $"transcript-{Guid.NewGuid()}.json")

            try
                kept.Save path
                let read = Transcript.Load path
                Expect.equal read kept "what the file says"
                Expect.equal (read.Again model) kept "again"
                model.Detach red

                Expect.equal
                    (argumentFault (fun () -> read.Again model))
                    "Transcript: there is no adapter 'red' on the model. There are none."
                    "without its adapter"
            finally
                File.Delete path)

        testCase "each row through its own adapter, as alone" (fun () ->
            use model = load "llama"
            let red = model.LoadAdapter("red", Path.Combine(folder "llama", "red"))
            let blue = model.LoadAdapter("blue", Path.Combine(folder "llama", "blue"))
            let adapters: (Adapter | null) list = [ red; null; blue; red ]

            let requests =
                List.mapi2
                    (fun k prompt adapter -> GenerationRequest(ValueList.ToValueList prompt, int64 k, adapter))
                    prompts
                    adapters

            let together = model.Generate(requests, endless)

            for k in 0..3 do
                let alone = model.Generate([ requests[k] ], endless)[0]
                Expect.isGreaterThan (min alone.Margin together[k].Margin) 1e-5 "no draw on the border"
                Expect.equal together[k].Tokens alone.Tokens $"tokens of row {k}"
                Expect.isLessThan (farthest together[k].LogProbabilities alone.LogProbabilities) 1e-5 $"row {k}"
            // the adapters do say other things
            let plain = model.Generate(prompts |> List.mapi (fun k p -> request (int64 k) p), endless)
            Expect.isGreaterThan (farthest together[0].LogProbabilities plain[0].LogProbabilities) 1e-2 "red"
            Expect.equal together[1] plain[1] "the base")

        testCase "no model is made of a shape that is no transformer's" (fun () ->
            let shape architecture keys size inner (rotary: RotaryPositions | null) =
                ModelConfig(
                    Architecture = architecture,
                    Vocabulary = 13,
                    Hidden = 16,
                    Layers = 1,
                    Heads = 2,
                    KeyValueHeads = keys,
                    HeadSize = size,
                    Inner = inner,
                    Context = 8,
                    Rotary = rotary
                )

            for config, says in
                [
                    shape Architecture.Llama 2 8 32 null,
                    "expected rotary positions, which only gpt2 does without; new RotaryPositions() are the usual ones"
                    shape Architecture.Gpt2 2 8 32 (RotaryPositions()),
                    "gpt2 learns its positions: expected no rotary ones"
                    shape Architecture.Gpt2 1 8 32 null,
                    "expected as many heads of keys as the 2 heads, as gpt2 has, got 1"
                    shape Architecture.Gpt2 2 7 32 null, "expected a hidden size of 2 heads of 7, 14, got 16"
                    shape Architecture.Qwen3 3 8 32 (RotaryPositions()),
                    "expected a number of heads that is a multiple of the 3 heads of keys, got 2"
                    shape Architecture.Mistral 2 7 32 (RotaryPositions()), "expected heads of an even size, got 7"
                    shape Architecture.Llama 2 8 0 (RotaryPositions()),
                    "numbers within a perceptron: expected at least 1, got 0"
                    shape Architecture.Llama 2 8 32 (RotaryPositions Double.NaN),
                    "expected a base of rotary positions above 1, got NaN"
                ] do
                Expect.equal
                    (argumentFault (fun () -> LanguageModel.Create(config, 1UL)))
                    $"A model cannot be made from this configuration: {says}. (Parameter 'config')"
                    says)

        testCase "a text ends where it should" (fun () ->
            use model = load "llama"
            let generate options prompt = model.Generate([ request 0L prompt ], options)[0]
            use endless = LanguageModel.Create(LanguageFixtures.config 13 32 (ValueList.ToValueList []), 3UL)
            let long = endless.Generate([ request 0L [ 1; 2; 3 ] ], SamplingOptions(MaxNewTokens = 100))[0]
            Expect.equal (long.End, long.Tokens.Count) (GenerationEnd.Context, 29) "at the end of the context"
            let short = endless.Generate([ request 0L [ 1; 2; 3 ] ], SamplingOptions(MaxNewTokens = 7))[0]
            Expect.equal (short.End, short.Tokens.Count) (GenerationEnd.Length, 7) "as long as is wanted"
            let greedy = SamplingOptions(Temperature = 0.0, MaxNewTokens = 5)
            let first = (generate greedy [ 4 ]).Tokens[0]

            let stopped =
                generate (SamplingOptions(Temperature = 0.0, Stops = ValueList.ToValueList [ first ])) [ 4 ]

            Expect.equal (stopped.End, stopped.Tokens.Count) (GenerationEnd.Stop, 1) "a stop token")

        testCase "circles end a text" (fun () ->
            // without attention's help a tiny model at temperature 0 soon goes round
            use model = load "llama-linear"

            let row =
                model.Generate(
                    [ request 0L [ 3; 1 ] ],
                    SamplingOptions(Temperature = 0.0, RepetitionStop = 2, MaxNewTokens = 29)
                )[0]

            let tokens = Array.ofSeq row.Tokens

            let circles length times =
                tokens.Length >= length * times
                && [ length .. length * times - 1 ]
                   |> List.forall (fun k -> tokens[tokens.Length - 1 - k] = tokens[tokens.Length - 1 - k + length])

            match row.End with
            | GenerationEnd.Repetition ->
                Expect.isTrue (circles 1 16 || [ 2..14 ] |> List.exists (fun l -> circles l 2)) $"%A{tokens}"
            | other -> failtest $"{other}: %A{tokens}")

        testCase "prompts that cannot be continued are refused in one sentence" (fun () ->
            use model = load "llama"

            for prompt, sentence in
                [
                    [], "Row 0 is empty; expected at least one token."
                    [ 13 ], "Row 0: expected tokens from 0 to 12, got 13."
                    List.replicate 33 1, "Row 0 has 33 tokens, and the model takes at most 32; shorten it."
                    List.replicate 32 1, "A prompt of 32 tokens leaves no room in a context of 32; shorten it."
                ] do
                Expect.equal
                    (argumentFault (fun () -> model.Generate([ request 0L prompt ], endless) |> ignore))
                    sentence
                    "sentence")
    ]

[<Tests>]
let tests = testList "generation" [ sampling; decoding ]
