/// `align generate`: what it prints, that it is the library's, and what it refuses.
module Alignment.Tests.Language.GenerateCommandTests

open System
open System.IO
open System.Text
open System.Text.Json
open System.Text.Json.Nodes
open Expecto
open FsCheck
open Alignment
open Alignment.Cli
open Alignment.CommandLine
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures

let private expectValid = validBy "generate.json"
let private fixture name = ModelFixtures.folder name

let private copied (from: string) (folder: string) =
    for file in Directory.GetFiles from do
        File.Copy(file, Path.Combine(folder, FileInfo(file).Name))

let private sampling = [ "--max-new-tokens"; "12"; "--seed"; "7" ]

let private generate args = [ "generate"; tiny.Value ] @ args @ sampling

let private completions (text: string) = [
    for c in ((json text).GetProperty "completions").EnumerateArray() ->
        c.GetProperty("text").GetString(), [ for t in c.GetProperty("tokens").EnumerateArray() -> t.GetInt32() ]
]

let private output = [
    testCase "JSON is one object, valid by its schema, and says what the library says" (fun () ->
        let args =
            generate [
                "--prompt"
                "what color are the towels"
                "--prompt"
                "a boat"
                "--samples"
                "2"
                "--system"
                "be kind"
                "--temperature"
                "0.8"
                "--top-k"
                "20"
                "--json"
            ]

        let out = printed args
        expectValid out
        Expect.hasLength (out.TrimEnd().Split '\n') 1 "one line"
        use model = LanguageModel.Load tiny.Value

        let requests = [|
            for k, text in List.indexed [ "what color are the towels"; "a boat" ] do
                for sample in 0..1 do
                    let prompt = model.Prompt [ ChatMessage.System "be kind"; ChatMessage.User text ]
                    GenerationRequest(prompt, int64 (2 * k + sample))
        |]

        let options =
            SamplingOptions(MaxNewTokens = 12, Seed = 7UL, Temperature = 0.8, TopK = 20) |> model.Stopping

        let expected = [
            for generated in model.Generate(requests, options) ->
                model.Read(generated).Text, List.ofSeq generated.Tokens
        ]

        Expect.equal (completions out) expected "texts and tokens"
        Expect.equal (completions (printed args)) expected "the same again"

        let found = json out
        let options = found.GetProperty "options"
        Expect.equal (options.GetProperty("top_p").GetDouble()) 1.0 "a default is told"
        Expect.equal (options.GetProperty("precision").GetString()) "float32" "resolved"
        Expect.equal (options.GetProperty("template").GetString()) "tiny" "the layout"

        let all = expected |> List.sumBy (snd >> List.length)
        Expect.equal (found.GetProperty("tokens").GetInt32()) all "counted"

        for c in (found.GetProperty "completions").EnumerateArray() do
            let logp = c.GetProperty("log_probability").GetDouble()
            Expect.isLessThan logp 0.0 "a probability"
            Expect.isGreaterThan logp -1000.0 "finite")

    testCase "one prompt streams what JSON says" (fun () ->
        let args = generate [ "--prompt"; "größe über 🎲" ]
        let text, _ = completions (printed (args @ [ "--json" ])) |> List.exactlyOne
        let code, out, error = align args
        Expect.equal code ExitCode.Done error
        Expect.equal out (nonNull text + Environment.NewLine) "the text alone"
        Expect.stringContains error "a second; ended: " "speed on stderr")

    testCase "several prompts are told apart" (fun () ->
        let out = printed (generate [ "--prompt"; "a"; "--prompt"; "b"; "--samples"; "2" ])

        Expect.hasLength (out.Split '\n' |> Array.filter _.StartsWith("-- prompt")) 4 $"a line above each: {out}"

        Expect.stringContains out "-- prompt 2 sample 1 (" "which it is")

    testCase "raw continues the text, and stdin is a prompt" (fun () ->
        let args = generate [ "--raw"; "--prompt"; "-"; "--json" ]
        let code, out, error = alignReading false "the towels\n" args
        Expect.equal code ExitCode.Done error
        expectValid out
        use model = LanguageModel.Load tiny.Value
        let tokenizer = model.Tokenizer |> Option.ofObj |> Option.get
        let prompt = ValueList.ToValueList(tokenizer.Encode "the towels")
        let options = SamplingOptions(MaxNewTokens = 12, Seed = 7UL)
        let expected = model.Generate([| GenerationRequest(prompt, 0L) |], options) |> Seq.exactlyOne
        Expect.equal (completions out |> List.map snd) [ List.ofSeq expected.Tokens ] "no template")

    testCase "an adapter speaks, and merged says the same" (fun () ->
        inFolder (fun folder ->
            use model = LanguageModel.Load tiny.Value
            let adapter = model.Attach("new", Lora(Rank = 2), 5UL)
            let text = TrainingText.All(model.Prompt [ ChatMessage.User "a bike" ])

            Training.Supervised(model, adapter, [| text |], [||], TrainingOptions(Steps = 30L, LearningRate = 0.05))
            |> ignore

            model.SaveAdapter(adapter, folder)
            let args extra = generate ([ "--prompt"; "a bike"; "--json"; "--temperature"; "0" ] @ extra)
            let plain = completions (printed (args []))
            let adapted = completions (printed (args [ "--adapter"; folder ]))
            Expect.notEqual adapted plain "it changes what is said"
            // at temperature 0 the two differ only where two tokens are equal to rounding
            Expect.equal (completions (printed (args [ "--adapter"; folder; "--merge" ]))) adapted "merged"))

    testCase "preferences weigh an adapter's objectives" (fun () ->
        inFolder (fun folder ->
            use model = LanguageModel.Load tiny.Value
            let adapter = model.Attach("both", PreferenceLora(Objectives = 2), 5UL)
            model.SaveAdapter(adapter, folder)
            let args p = generate [ "--prompt"; "a bike"; "--adapter"; folder; "--preferences"; p ]
            printed (args "0.3,0.7") |> ignore

            refusedIn
                folder
                (args "0.3,0.3")
                "Adapter 'adapter': expected 2 preferences of at least 0 that sum to 1, got [0.3, 0.3]."))
]

let private streaming =
    testList "streams" [
        // the stream is what is said, whatever the tokens: characters in parts, white space at both ends
        testCase "a stream says what the whole text is, trimmed or not" (fun () ->
            let tokenizer = Tokenizer.Load tiny.Value

            let says (tokens: int[]) trims =
                let said = StringBuilder()
                let stream = TextStream(tokenizer.Decoder(skipSpecial = true), trims, (said.Append >> ignore))
                tokens |> Array.iter stream.Add
                stream.Finish()
                string said

            let property (numbers: NonNegativeInt[]) =
                let tokens = numbers |> Array.map (fun (NonNegativeInt n) -> n % tokenizer.VocabularySize)
                let whole = tokenizer.Decode(tokens, skipSpecial = true)
                says tokens false = whole && says tokens true = whole.Trim()

            Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true), property)
            let spaced = tokenizer.Encode("  größe 🎲 \n\n ", addSpecial = false)
            Expect.equal (says spaced true) "größe 🎲" "a worked example"
            Expect.equal (says spaced false) "  größe 🎲 \n\n " "and untrimmed")

        testCase "tokens are told in the order in which they are drawn" (fun () ->
            use model = LanguageModel.Load(fixture "llama")
            let told = Collections.Generic.List<DrawnToken>()

            let observer = {
                new IProgress<DrawnToken> with
                    member _.Report drawn = told.Add drawn
            }

            let requests = [| for k in 0L .. 2L -> GenerationRequest(ValueList.ToValueList [ 3; int k + 1 ], k) |]

            let options = SamplingOptions(MaxNewTokens = 6, Seed = 3UL)
            let generated = model.Generate(requests, options, observer)

            for row, g in Seq.indexed generated do
                Expect.sequenceEqual
                    (told |> Seq.filter (fun d -> d.Row = row) |> Seq.map _.Token)
                    g.Tokens
                    "each row's tokens"

            Expect.equal (model.Generate(requests, options)) generated "and nothing changes for being told")
    ]

let private lookUp =
    testList "models by name" [
        testCase "a folder, a shipped name, and the nearest name" (fun () ->
            inFolder (fun home ->
                for name in [ "tiny-base"; "tiny-chat" ] do
                    Directory.CreateDirectory(Path.Combine(home, name)) |> ignore

                let find name = LanguageModel.Find(name, home)
                Expect.equal (find tiny.Value) tiny.Value "a folder is itself"
                Expect.equal (find "tiny-chat") (Path.Combine(home, "tiny-chat")) "a shipped one"

                for name, message in
                    [
                        "tiny-caht",
                        "There is no model 'tiny-caht', neither a folder nor a shipped one. Did you mean 'tiny-chat'?"
                        "gigantic",
                        "There is no model 'gigantic', neither a folder nor a shipped one. There are tiny-base, tiny-chat."
                        "no/where", "There is no folder 'no/where'; expected that of a model."
                    ] do
                    Expect.equal (argumentFault (fun () -> find name)) message name

                Directory.Delete(Path.Combine(home, "tiny-chat"))
                Directory.Delete(Path.Combine(home, "tiny-base"))

                Expect.equal
                    (argumentFault (fun () -> find "x"))
                    "There is no model 'x', neither a folder nor a shipped one."
                    "none is shipped"))
    ]

let private wrong =
    testList "wrong input" [
        for name, args, message in
            [
                "a folder that is not there",
                (fun folder -> [ Path.Combine(folder, "none"); "--prompt"; "x" ]),
                "There is no folder '"
                "no model in it",
                (fun folder -> [ folder; "--prompt"; "x" ]),
                "expected a model's folder with config.json, model.safetensors and tokenizer.json; there is no config.json"
                "an architecture that is not built",
                (fun folder ->
                    File.WriteAllText(Path.Combine(folder, "config.json"), "{\"model_type\":\"mamba\"}")
                    [ folder; "--prompt"; "x" ]),
                "expected one of the architectures llama, qwen2, qwen3, mistral, gpt2, got 'mamba'"
                "a tensor of another shape",
                (fun folder ->
                    let json = File.ReadAllText(Path.Combine(fixture "llama", "config.json"))
                    copied (fixture "llama") folder

                    File.WriteAllText(
                        Path.Combine(folder, "config.json"),
                        json.Replace("\"vocab_size\": 13", "\"vocab_size\": 14")
                    )

                    [ folder; "--prompt"; "x" ]),
                "'model.embed_tokens.weight' is [13, 16] where the configuration says [14, 16]"
                "a tensor that is missing",
                (fun folder ->
                    copied (fixture "qwen2") folder
                    let path = Path.Combine(folder, "model.safetensors.index.json")
                    let json = (JsonNode.Parse(File.ReadAllText path) |> Option.ofObj |> Option.get).AsObject()
                    (json["weight_map"] |> Option.ofObj |> Option.get).AsObject().Remove "model.norm.weight" |> ignore
                    File.WriteAllText(path, json.ToJsonString())
                    [ folder; "--prompt"; "x" ]),
                "'model.norm.weight' [16] is missing"
                "weights that break off",
                (fun folder ->
                    copied tiny.Value folder
                    let path = Path.Combine(folder, "model.safetensors")
                    let bytes = File.ReadAllBytes path
                    File.WriteAllBytes(path, bytes[.. bytes.Length - 100])
                    [ folder; "--prompt"; "x" ]),
                "download it again"
                "a vocabulary larger than the embedding",
                (fun folder ->
                    copied tiny.Value folder
                    let path = Path.Combine(folder, "tokenizer.json")
                    let json = (JsonNode.Parse(File.ReadAllText path) |> Option.ofObj |> Option.get).AsObject()
                    let added = (json["added_tokens"] |> Option.ofObj |> Option.get).AsArray()
                    let last = (added[added.Count - 1] |> Option.ofObj |> Option.get).DeepClone().AsObject()
                    use model = LanguageModel.Load tiny.Value
                    last["id"] <- JsonValue.Create model.Config.Vocabulary
                    last["content"] <- JsonValue.Create "<|one more|>"
                    added.Add last
                    File.WriteAllText(path, json.ToJsonString())
                    [ folder; "--prompt"; "x" ]),
                "rows; they do not belong together"
                "no tokenizer",
                (fun _ -> [ fixture "llama"; "--prompt"; "x" ]),
                "the model has no tokenizer, so it reads no text; expected tokenizer.json or tokenizer.model in its folder."
                "an empty prompt",
                (fun _ -> [ tiny.Value; "--prompt"; "" ]),
                "--prompt: expected a text, got an empty one."
                "no prompt", (fun _ -> [ tiny.Value ]), "generate: expected at least one --prompt TEXT."
                "a prompt that fills the context",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--prompt"; String.replicate 300 "gray " ]),
                "--prompt: number 2 has"
                "an adapter of another base",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--adapter"; Path.Combine(fixture "gpt2", "red") ]),
                "was it made for another base?"
                "an adapter that is none",
                (fun folder -> [ tiny.Value; "--prompt"; "x"; "--adapter"; folder ]),
                "expected an adapter's folder with adapter_config.json"
                "a merge of nothing",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--merge" ]),
                "--merge: there is nothing to merge; name an adapter by --adapter DIR."
                "preferences of nobody",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--preferences"; "1" ]),
                "--preferences: they weigh the objectives of an adapter; name one by --adapter DIR."
                "instructions for raw text",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--raw"; "--system"; "y" ]),
                "--system: instructions are part of a conversation, and --raw continues the text as it is."
                "a temperature below 0",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--temperature"; "-1" ]),
                "--temperature: expected at least 0, got -1."
                "a nucleus of nothing",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--top-p"; "0" ]),
                "--top-p: expected above 0 and at most 1, got 0."
                "a precision that is none",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--precision"; "float23" ]),
                "--precision: expected one of float32, bfloat16, stored, float64, got 'float23'. Did you mean 'float32'?"
                "a device that is not there",
                (fun _ -> [ tiny.Value; "--prompt"; "x"; "--device"; "cuda" ]),
                "There is no CUDA device here; load the model on 'cpu'."
                "an option that is none",
                (fun _ -> [ tiny.Value; "--promt"; "x" ]),
                "There is no option '--promt'. Did you mean '--prompt'?"
            ] do
            testCase name (fun () ->
                inFolder (fun folder ->
                    let args = args folder
                    refusedIn folder ("generate" :: args) message))
    ]

[<Tests>]
let tests = testList "align generate" (output @ [ streaming; lookUp; wrong ])
