/// Transformers against the same networks written down a second time, in NumPy: `tests/fixtures/make_fixtures.py`.
module Alignment.Tests.Language.ModelTests

open System
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let private models = [
    "llama"
    "llama-biased"
    "llama-linear"
    "llama-llama3"
    "llama-yarn"
    "qwen2"
    "qwen3"
    "mistral"
    "gpt2"
    "llama-yarn-set"
    "llama-newer"
    "llama-float16"
    "llama-float64"
]

/// Logits and log-probabilities of a model, or of one of its adapters, against those of the fixtures.
let agrees tolerance (model: LanguageModel) (adapter: Adapter | null) file =
    let logits = model.Logits(rows, adapter)
    let logps = model.LogProbabilities(rows, adapter)

    for r in 0..1 do
        let ours = logits[r] |> Array.concat |> Array.map float
        Expect.isLessThan (farthest ours (expected file $"logits.{r}")) tolerance $"logits of row {r}"
        Expect.isLessThan (farthest logps[r] (expected file $"logps.{r}")) tolerance $"log-probabilities of row {r}"

let private parity =
    testList "parity" [
        for name in models do
            testCase name (fun () ->
                use model = LanguageModel.Load(folder name)
                agrees 1e-5 model null (Path.Combine(folder name, "expected.safetensors")))

        for name in models do
            testCase $"{name} in float64" (fun () ->
                use model = LanguageModel.Load(folder name, ModelOptions(Precision = WeightPrecision.Float64))
                let logps = model.LogProbabilities rows
                let file = Path.Combine(folder name, "expected.safetensors")
                // logits are read as float32, log-probabilities are not
                for r in 0..1 do
                    Expect.isLessThan (farthest logps[r] (expected file $"logps.{r}")) 1e-12 $"row {r}")

        for name, adapter in [ "llama", "red"; "llama", "blue"; "gpt2", "red" ] do
            testCase $"{name} through the adapter '{adapter}' in PEFT's layout" (fun () ->
                use model = LanguageModel.Load(folder name)
                let adapter = model.LoadAdapter(adapter, Path.Combine(folder name, adapter))
                let file = Path.Combine(folder name, adapter.Name, "expected.safetensors")
                agrees 1e-5 model adapter file
                // merged the base says the same, and unmerged what it said before, bit for bit
                let before = model.Logits rows
                model.Merge adapter
                agrees 1e-5 model null file
                model.Unmerge()
                Expect.equal (model.Logits rows) before "unmerged")

        testCase "llama through an adapter with preferences, and merged at them" (fun () ->
            use model = LanguageModel.Load(folder "llama")
            let front = model.LoadAdapter("front", Path.Combine(folder "llama", "front"))
            let file = Path.Combine(folder "llama", "front", "expected.safetensors")

            let far (logits: float32[][][]) =
                Seq.max [
                    for r in 0..1 ->
                        farthest (logits[r] |> Array.concat |> Array.map float) (expected file $"logits.{r}")
                ]

            Expect.isLessThan (far (model.Logits(rows, front, 0.3, 0.7))) 1e-5 "as NumPy says"
            Expect.isGreaterThan (far (model.Logits(rows, front, 0.7, 0.3))) 1e-2 "and at others something else"
            let before = model.Logits rows
            model.Merge(front, 0.3, 0.7)
            Expect.isLessThan (far (model.Logits rows)) 1e-5 "merged"
            model.Unmerge()
            Expect.equal (model.Logits rows) before "unmerged")

        testCase "weights are held in the numbers that are asked for" (fun () ->
            for name, precision, held in
                [
                    "llama-float64", Nullable(), "float64"
                    "llama-float16", Nullable(), "float32"
                    "llama-float16", Nullable WeightPrecision.Stored, "float16"
                    "mistral", Nullable WeightPrecision.Stored, "bfloat16"
                    "llama-float64", Nullable WeightPrecision.Float32, "float32"
                ] do
                use model = LanguageModel.Load(folder name, ModelOptions(Precision = precision))
                Expect.equal model.Precision held $"{name}, {precision}")

        testCase "players share the base: an adapter is its own tensors and no others" (fun () ->
            use model = LanguageModel.Load(folder "llama")
            let live = GradientCheck.liveTensors ()
            let red = model.Attach("red", Lora(Rank = 2), 1UL)
            let blue = model.Attach("blue", Lora(Rank = 3, Targets = AdapterTargets.All), 2UL)
            // two layers: 4 matrices of attention, 7 in all, two factors each
            Expect.equal (GradientCheck.liveTensors () - live) (int64 (2 * 2 * (4 + 7))) "tensors"
            // a rank of 2, two layers; q, k, v and the output have 16 inputs each
            Expect.equal
                red.Count
                (int64 (2 * 2 * List.sum [ for outputs in [ 16; 8; 8; 16 ] -> 16 + outputs ]))
                "numbers"

            Expect.equal (model.Logits(rows, blue)) (model.Logits rows) "new adapters change nothing")
    ]

let private halved =
    testList "in 16 bits" [
        for name in models do
            testCase $"{name}: near what it says in 32, and adapters work on it" (fun () ->
                use model = LanguageModel.Load(folder name, ModelOptions(Precision = WeightPrecision.BFloat16))
                let logps = model.LogProbabilities rows
                // 8 bits of each weight and each state: errors of some 2^-8 of states of order 1, over two layers
                for r in 0..1 do
                    let expected = expected (Path.Combine(folder name, "expected.safetensors")) $"logps.{r}"
                    Expect.isLessThan (farthest logps[r] expected) 0.15 $"row {r}"

                let adapter = model.Attach("pupil", Lora(Targets = AdapterTargets.All), 1UL)
                Expect.equal (model.LogProbabilities(rows, adapter)) logps "a new adapter changes nothing"
                let text = TrainingText.All [ 1; 2; 3; 4; 5 ]
                let options = TrainingOptions(Steps = 40L, BatchSize = 1, LearningRate = 1e-2)
                let result = Training.Supervised(model, adapter, [ text ], [], options)
                Expect.isLessThan result.Metrics["loss"] 1.0 "it learns"
                let request = GenerationRequest(ValueList.ToValueList [ 1; 2 ], 0L, adapter)
                let said = model.Generate([ request ], SamplingOptions(Temperature = 0.0, MaxNewTokens = 3))[0]
                Expect.equal (List.ofSeq said.Tokens) [ 3; 4; 5 ] "and says what it learned")
    ]

/// What PEFT is told of an adapter, and the tensors beside it.
let private written (model: LanguageModel) adapter folder =
    model.SaveAdapter(adapter, folder)
    use config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))

    let modules = [
        for name in config.RootElement.GetProperty("target_modules").EnumerateArray() -> name.GetString()
    ]

    use file = SafeTensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"))
    modules, [ for tensor in file.Tensors -> tensor.Name ]

let private targets =
    testList "matrices of an adapter" [
        testCase "queries and values alone, through PEFT's layout" (fun () ->
            inFolder (fun home ->
                use model = LanguageModel.Load(folder "llama")
                let chosen = model.Targets [ "q_proj"; "v_proj" ]
                Expect.equal chosen (AdapterTargets.Query ||| AdapterTargets.Value) "as named"
                let adapter = model.Attach("some", Lora(Rank = 2, Targets = chosen), 3UL)

                Training.Supervised(model, adapter, [ TrainingText.All [ 1; 2; 3 ] ], [], TrainingOptions(Steps = 2L))
                |> ignore

                let modules, tensors = written model adapter home
                Expect.equal modules [ "q_proj"; "v_proj" ] "target_modules"

                Expect.equal
                    (List.sort tensors)
                    (List.sort [
                        for layer in 0 .. model.Config.Layers - 1 do
                            for matrix in [ "q_proj"; "v_proj" ] do
                                for part in [ "A"; "B" ] ->
                                    $"base_model.model.model.layers.{layer}.self_attn.{matrix}.lora_{part}.weight"
                    ])
                    "tensors"

                let again = model.LoadAdapter("again", home)
                Expect.equal again.Kind.Targets chosen "as read"
                Expect.equal (model.Logits(rows, again)) (model.Logits(rows, adapter)) "logits"
                Expect.notEqual (model.Logits(rows, again)) (model.Logits rows) "it learned"))

        testCase "GPT-2's own names, and its one matrix for three" (fun () ->
            use model = LanguageModel.Load(folder "gpt2")
            let three = AdapterTargets.Query ||| AdapterTargets.Key ||| AdapterTargets.Value
            Expect.equal (model.Targets [ "c_attn" ]) three "c_attn"
            Expect.equal (model.Targets [ "c_proj" ]) (AdapterTargets.Output ||| AdapterTargets.Down) "c_proj"
            Expect.equal (model.Targets [ "attn.c_proj" ]) AdapterTargets.Output "as PEFT matches it"
            Expect.equal (model.Targets [ "all-linear" ]) AdapterTargets.All "all-linear"

            inFolder (fun home ->
                let output = model.Attach("output", Lora(Targets = AdapterTargets.Output))
                Expect.equal (fst (written model output home)) [ "attn.c_proj" ] "and as PEFT is told")

            for targets, says in
                [
                    AdapterTargets.Query,
                    "Targets: 'c_attn' is one matrix for Query, Key, Value; an adapter changes all of it or nothing, got Query."
                    AdapterTargets.Gate, "Targets: the model has no matrix for 'Gate'."
                ] do
                let fault = argumentFault (fun () -> model.Attach("some", Lora(Targets = targets)))
                Expect.equal fault says $"{targets}"

            Expect.equal
                (argumentFault (fun () -> model.Targets [ "q_proj" ]))
                "expected names of the model's matrices, c_attn, attn.c_proj, c_fc, mlp.c_proj, got 'q_proj'"
                "another family's name")
    ]

[<Tests>]
let tests = testList "language models" [ parity; halved; targets ]
