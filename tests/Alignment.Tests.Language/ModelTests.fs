/// Transformers against the same networks written down a second time, in NumPy: `tests/fixtures/make_fixtures.py`.
module Alignment.Tests.Language.ModelTests

open System
open System.IO
open Expecto
open Alignment
open Alignment.Tests

let fixtures = Path.Combine(__SOURCE_DIRECTORY__, "..", "fixtures", "models")

let folder name = Path.Combine(fixtures, name)

/// The rows of tokens that the fixtures were made of.
let rows = [| [| 3; 1; 4; 1; 5; 9; 2; 6; 5; 3 |]; [| 7; 0; 11; 2 |] |]

/// A tensor of float64 numbers from a file of the fixtures.
let expected (path: string) name =
    use file = SafeTensorsFile.Open path
    let tensor = file.Find name |> Option.ofObj |> Option.get
    let bytes = Array.zeroCreate<byte>(int (tensor.End - tensor.Begin))
    file.Read(tensor, 0L, bytes.AsSpan())
    Array.init (bytes.Length / 8) (fun k -> BitConverter.ToDouble(bytes, 8 * k))

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
]

let farthest (a: float seq) (b: float seq) = Seq.map2 (fun x y -> abs (x - y)) a b |> Seq.max

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

[<Tests>]
let tests = testList "language models" [ parity; halved ]
