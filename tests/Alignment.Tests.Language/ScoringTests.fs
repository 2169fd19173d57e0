/// What texts are worth to a model, and derivatives of that: against finite differences, and some tokens at a time against all at once.
module Alignment.Tests.Language.ScoringTests

open System
open System.IO
open Expecto
open TorchSharp
open Alignment
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let private double = ModelOptions(Precision = WeightPrecision.Float64)

let private derivatives =
    testList "derivatives" [
        testCase
            "of a text's log-probability by all weights and an adapter's, against finite differences in float64"
            (fun () ->
                for name in [ "llama"; "qwen3"; "gpt2" ] do
                    use model = LanguageModel.Load(folder name, double)
                    Expect.isLessThan (GradientCheck.farthest model null rows[1] 1e-5 [||]) 1e-7 $"{name}: all weights"
                    let adapter = model.Attach("a", Lora(Rank = 2, Targets = AdapterTargets.All), 9UL)
                    GradientCheck.perturb adapter 4UL
                    Expect.isLessThan (GradientCheck.farthest model adapter rows[1] 1e-5 [||]) 1e-7 $"{name}: LoRA")

        testCase "of an adapter with preferences" (fun () ->
            use model = LanguageModel.Load(folder "llama", double)
            let front = model.Attach("front", PreferenceLora(Objectives = 2, Rank = 2), 9UL)
            GradientCheck.perturb front 4UL
            Expect.isLessThan (GradientCheck.farthest model front rows[1] 1e-5 [| 0.25; 0.75 |]) 1e-7 "all parameters")

        testCase "one player's text has a gradient of exactly 0 in another's parameters" (fun () ->
            use model = LanguageModel.Load(folder "llama")
            let red = model.Attach("red", Lora(Rank = 3), 1UL)
            let blue = model.Attach("blue", Lora(Rank = 3, Targets = AdapterTargets.All), 2UL)
            GradientCheck.perturb red 5UL
            GradientCheck.perturb blue 6UL
            // a batch of three: red, the base, blue; the loss is red's row alone
            let together = GradientCheck.ofRow model (Array.append rows [| rows[1] |]) [| red; null; blue |] 0
            Expect.equal (together blue) 0.0 "the other's"
            Expect.isGreaterThan (together red) 0.0 "its own")
    ]

/// Log-probabilities of texts and derivatives of their weighted sum by all parameters, with so many logits at once.
let private scored (model: LanguageModel) (rows: int[][]) (most: int64) =
    use _ = torch.NewDisposeScope()
    let parameters = model.Learn null
    let batch = TokenBatch.Of(model, rows)
    let scored = Scoring.Score(model.Transformer, batch, Pass.Plain, most)
    let logps = scored.LogProbabilities
    let stream = RandomStream(1UL, "weights")
    let weights = Array.init (int (logps.numel ())) (fun k -> stream.Normal(0L, int64 k))
    let gradient: torch.Tensor = torch.tensor(weights).view(logps.shape).``to``(logps.dtype)
    scored.Backward(logps, gradient)

    let numbers (t: torch.Tensor) =
        use _ = torch.NewDisposeScope()
        t.detach().``to``(torch.float64).data<float>().ToArray()

    let result =
        numbers logps,
        [
            for struct (name, value) in parameters ->
                name,
                match value.grad with
                | null -> [||]
                | grad -> numbers grad
        ]

    model.Rest()
    result

/// The most memory that the process has had since it was last asked, in MB.
let private peakOf action =
    let resident name =
        File.ReadLines "/proc/self/status"
        |> Seq.pick (fun line ->
            if line.StartsWith($"{name}:", StringComparison.Ordinal) then
                Some(float (line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0)
            else
                None)

    File.WriteAllText("/proc/self/clear_refs", "5")
    let before = resident "VmRSS"
    action ()
    resident "VmHWM" - before

let private parts =
    testList "a large vocabulary in parts" [
        testCase "says and teaches the same as in one" (fun () ->
            for name, precision, tolerance in
                [
                    "llama", WeightPrecision.Float32, 1e-6
                    "llama", WeightPrecision.Float64, 1e-14
                    "gpt2", WeightPrecision.Float64, 1e-14
                ] do
                use model = LanguageModel.Load(folder name, ModelOptions(Precision = precision))
                let logps, gradients = scored model rows Int64.MaxValue
                // 18 tokens and 13 words: 1 token at a time, 3, all but the last two, and 18
                for most in [ 1L; 8L * 39L; 8L * 16L * 13L ] do
                    let others, theirs = scored model rows most
                    Expect.isLessThan (farthest logps others) tolerance $"{name}, {most}: log-probabilities"

                    for (slot, ours), (_, theirs) in List.zip gradients theirs do
                        let size = ours |> Seq.map abs |> Seq.fold max 1.0
                        Expect.equal theirs.Length ours.Length slot
                        Expect.isLessThan (farthest ours theirs / size) tolerance $"{name}, {most}: {slot}")

        testCase "needs the memory of a part" (fun () ->
            if OperatingSystem.IsLinux() then
                // 8 texts of 256 tokens, 20,000 words: 164 MB for each tensor of all logits
                let config =
                    ModelConfig(
                        Architecture = Architecture.Llama,
                        Vocabulary = 20_000,
                        Hidden = 16,
                        Layers = 1,
                        Heads = 2,
                        KeyValueHeads = 2,
                        HeadSize = 8,
                        Inner = 32,
                        Context = 512,
                        Rotary = RotaryPositions(),
                        TiedHead = true
                    )

                use model = LanguageModel.Create(config, 1UL)
                let texts = [| for r in 0..7 -> [| for t in 0..256 -> (r * 7919 + t * 104729) % 20_000 |] |]
                let peak most = peakOf (fun () -> scored model texts most |> ignore)
                // the collector's heap may grow meanwhile, which only ever adds; the first time also what the process takes once
                let inParts = List.min [ for _ in 1..5 -> peak Scoring.Most ]
                let inOne = List.min [ for _ in 1..2 -> peak Int64.MaxValue ]
                // at most two million logits at once, 8 MB for each tensor of their size
                Expect.isLessThan inParts 100.0 "MB in parts"
                Expect.isGreaterThan inOne 300.0 "MB in one")
    ]

[<Tests>]
let tests = testSequenced (testList "scoring" [ derivatives; parts ])
