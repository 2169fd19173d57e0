/// Runs of training: stopped ones against undisturbed ones, what was lost on the way, and what a user is warned of.
module Alignment.Tests.Language.TrainingRunTests

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Expecto
open TorchSharp
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures
open Alignment.Tests.Language.TrainingFixtures

let private running =
    testList "running" [
        testCase "a run that was stopped goes on to the same bits" (fun () ->
            let options recorder progress =
                TrainingOptions(
                    Steps = 24L,
                    LearningRate = 2e-3,
                    EvaluateEvery = 6L,
                    KeepBest = true,
                    Seed = 5UL,
                    LogEvery = 1L,
                    Recorder = recorder,
                    Progress = progress
                )

            let undisturbed = Told()
            let _, whole = supervised (options undisturbed null)

            for stopAt in [ 1L; 7L; 13L; 23L ] do
                let told = Told()
                use stop = new CancellationTokenSource()

                let watching = stoppingAt stopAt stop

                use model = load ()

                let result =
                    Training.Supervised(model, null, texts[..15], texts[16..], options told watching, stop.Token)

                Expect.equal (result.Outcome, result.Steps) (TrainingOutcome.Cancelled, stopAt) "stopped"
                use again = load ()
                let later = Told(From = told.Saved)
                let result = Training.Supervised(again, null, texts[..15], texts[16..], options later null)
                Expect.equal result.Outcome TrainingOutcome.Finished "gone on"
                Expect.equal (everything again) whole $"weights after a stop at {stopAt}"

                let losses (told: Told) = [ for p in told.Points -> p.Step, p.Metrics["loss"], p.Metrics["grad_norm"] ]
                Expect.equal (losses told @ losses later) (losses undisturbed) "moments")

        testCase "every method goes on to the same bits" (fun () ->
            let prompts = [| for k in 0..4 -> ValueList.ToValueList [ k; 3 ] |]
            let group = GroupOptions(Generations = 4, Sampling = SamplingOptions(MaxNewTokens = 6))

            let sevens = {
                new IReward with
                    member _.Name = "sevens"

                    member _.Of completions = [|
                        for c in completions -> float (c.Generated.Tokens |> Seq.filter ((=) 7) |> Seq.length)
                    |]
            }

            let adapted (train: LanguageModel -> Adapter -> TrainingOptions -> CancellationToken -> TrainingResult) =
                fun options token ->
                    use model = load ()
                    let adapter = model.Attach("a", Lora(Rank = 3), 1UL)
                    let result = train model adapter options token

                    inFolder (fun home ->
                        model.SaveAdapter(adapter, home)
                        result, [ File.ReadAllBytes(Path.Combine(home, "adapter_model.safetensors")) ])

            let rewards options token =
                use model = load ()
                use scorer = new RewardScorer(model, model.Attach("a", Lora(Rank = 3), 1UL))
                let result = Training.Rewards(scorer, 0.01, pairs, pairs[..3], options, token)

                inFolder (fun home ->
                    scorer.Save home

                    result,
                    [
                        for name in [ "adapter_model.safetensors"; "score.safetensors" ] ->
                            File.ReadAllBytes(Path.Combine(home, name))
                    ])

            for name, run in
                [
                    "preferences",
                    adapted (fun model adapter options token ->
                        Training.Preferences(model, adapter, DpoLoss(0.1), pairs, pairs[..3], options, token))
                    "rewards", rewards
                    "groups",
                    adapted (fun model adapter options token ->
                        Training.Groups(model, adapter, group, sevens, prompts, options, token))
                ] do
                let options recorder progress =
                    TrainingOptions(
                        Steps = 12L,
                        LearningRate = 1e-2,
                        Accumulation = 2,
                        WarmupSteps = 3L,
                        WeightDecay = 0.1,
                        EvaluateEvery = 4L,
                        LogEvery = 1L,
                        Recorder = recorder,
                        Progress = progress
                    )

                let whole, bits = run (options (Told()) null) CancellationToken.None

                for at in [ 1L; 7L ] do
                    let told = Told()
                    use stop = new CancellationTokenSource()

                    let watching = stoppingAt at stop

                    let stopped, _ = run (options told watching) stop.Token
                    Expect.equal (stopped.Outcome, stopped.Steps) (TrainingOutcome.Cancelled, at) $"{name} stopped"
                    let result, again = run (options (Told(From = told.Saved)) null) CancellationToken.None
                    Expect.isTrue (again = bits) $"{name}: the same bits after a stop at {at}"

                    Expect.equal
                        (List.ofSeq result.Metrics |> List.sortBy _.Key)
                        (List.ofSeq whole.Metrics |> List.sortBy _.Key)
                        $"{name}: metrics")

        testCase "weights that were lost on the way: back to the last good ones, slower, and to the end" (fun () ->
            let train rate (spoil: bool) =
                use model = load ()
                let adapter = model.Attach("a", Lora(Rank = 3), 1UL)
                let mutable isSpoilt = false

                let watching = {
                    new IProgress<TrainingProgress> with
                        member _.Report progress =
                            if spoil && progress.Step = 5L && not isSpoilt then
                                isSpoilt <- true
                                use _ = torch.no_grad ()
                                let struct (_, weight) = Seq.head (model.Learn adapter)
                                weight.fill_ (nan) |> ignore
                }

                let options = TrainingOptions(Steps = 12L, LearningRate = rate, LogEvery = 1L, Progress = watching)
                let result = Training.Supervised(model, adapter, texts, [||], options)

                inFolder (fun home ->
                    model.SaveAdapter(adapter, home)
                    result, File.ReadAllBytes(Path.Combine(home, "adapter_model.safetensors")))

            let result, bits = train 1e-2 true
            Expect.equal (result.Outcome, result.Steps) (TrainingOutcome.Finished, 12L) result.Sentence

            Expect.equal
                (List.ofSeq result.Warnings)
                [
                    "The loss or its gradient was not finite at step 6; went back to step 0, with half of the learning rate."
                ]
                "told once"

            let half, same = train 5e-3 false
            Expect.equal result.Metrics["learning_rate"] half.Metrics["learning_rate"] "half of the rate"
            Expect.isTrue (bits = same) "as if it had been so from there on")

        testCase "on one thread and on two the same" (fun () ->
            // wide enough for LibTorch to share sums and products out, which it does not below 32,768 numbers
            for architecture, precision in
                List.allPairs [ Architecture.Llama; Architecture.Gpt2 ] [
                    WeightPrecision.Float32
                    WeightPrecision.Float64
                ] do
                let config =
                    ModelConfig(
                        Architecture = architecture,
                        Vocabulary = 2000,
                        Hidden = 128,
                        Layers = 2,
                        Heads = 4,
                        KeyValueHeads = 4,
                        HeadSize = 32,
                        Inner = 352,
                        Context = 128,
                        Rotary = (if architecture = Architecture.Llama then RotaryPositions() else null)
                    )

                let stream = RandomStream(3UL, "texts of many tokens")

                let texts = [|
                    for row in 0L .. 15L ->
                        TrainingText.All [| for k in 0L .. 109L + row -> int (stream.Integer(2000L, row, k)) |]
                |]

                let after threads =
                    let options = ModelOptions(Threads = threads, Precision = precision)
                    use model = LanguageModel.Create(config, 1UL, options)
                    let options = TrainingOptions(Steps = 2L, BatchSize = 16, LearningRate = 1e-3)
                    let result = Training.Supervised(model, null, texts, [||], options)
                    let scores = model.LogProbabilities [| for text in texts -> Array.ofSeq text.Tokens |]
                    result.Metrics["grad_norm"], List.ofSeq (Seq.concat scores), everything model

                let norm, scores, weights = after 1
                let norm', scores', weights' = after 2
                Expect.equal norm' norm $"%A{architecture} in %A{precision}: the gradient's norm"
                Expect.equal scores' scores $"%A{architecture} in %A{precision}: log-probabilities"
                Expect.isTrue (weights' = weights) $"%A{architecture} in %A{precision}: weights")

        testCase "texts that are null are refused by name" (fun () ->
            use model = load ()
            let options = TrainingOptions(Steps = 1L)
            let none: TrainingText[] = Unchecked.defaultof<_>

            for texts, heldOut, name in [ none, [||], "texts"; texts, none, "heldOut" ] do
                let fault =
                    Expect.throwsC (fun () -> Training.Supervised(model, null, texts, heldOut, options) |> ignore) id

                Expect.equal (fault :?> ArgumentNullException).ParamName name "the argument")

        testCase "a run on another number of threads is another run" (fun () ->
            let recorded threads =
                use model = LanguageModel.Load(folder "llama", ModelOptions(Threads = threads))
                let told = Told()
                let options = TrainingOptions(Steps = 1L, LearningRate = 1e-3, Recorder = told)
                Training.Supervised(model, null, texts, [||], options) |> ignore
                (nonNull told.Subject).Identity

            let one, two = recorded 1, recorded 2

            let differing = [
                for KeyValue(key, value) in one do
                    if two[key] <> value then
                        key, value, two[key]
            ]

            Expect.equal differing [ "threads", "1", "2" ] "what differs"
            Expect.stringContains one["model"] "in float32" "the numbers that weights are held in are told too")

        testCase "a rate that is far too high: back, slower, and in the end a sentence" (fun () ->
            let result, bytes = supervised (TrainingOptions(Steps = 40L, LearningRate = 1e30, MaxRollbacks = 2))
            Expect.equal result.Outcome TrainingOutcome.Diverged result.Sentence
            Expect.equal result.Warnings.Count 2 "rollbacks"
            Expect.stringContains result.Warnings[0] "went back to step 0, with half of the learning rate" "warning"
            Expect.isGreaterThan bytes.Length 0 "saved")

        testCase "what a run goes back to does not depend on where it was stopped" (fun () ->
            // the first step is taken, the second is not finite: back to the beginning, by the state that the checkpoint brought along
            let options recorder progress =
                TrainingOptions(
                    Steps = 40L,
                    LearningRate = 1e30,
                    MaxRollbacks = 2,
                    Recorder = recorder,
                    Progress = progress
                )

            let undisturbed, _ = supervised (options (Told()) null)
            let told = Told()
            use stop = new CancellationTokenSource()

            let watching = stoppingAt 1L stop

            use model = load ()

            let stopped =
                Training.Supervised(model, null, texts[..15], texts[16..], options told watching, stop.Token)

            Expect.equal
                (stopped.Outcome, stopped.Steps)
                (TrainingOutcome.Cancelled, 1L)
                "stopped behind the first step"

            let gone, _ = supervised (options (Told(From = told.Saved)) null)
            Expect.equal gone.Warnings undisturbed.Warnings "back to the same steps"
            Expect.equal (gone.Outcome, gone.Steps) (undisturbed.Outcome, undisturbed.Steps) "with the same end")

        testCase "the best and not the last" (fun () ->
            // a schedule that ends in too large steps: the last is worse than the best
            use model = load ()
            let told = Told()

            let options =
                TrainingOptions(
                    Steps = 60L,
                    LearningRate = 0.3,
                    Schedule = RateSchedule.Constant,
                    EvaluateEvery = 5L,
                    KeepBest = true,
                    Recorder = told
                )

            Training.Supervised(model, null, texts[..15], texts[16..], options) |> ignore

            let evaluations = [
                for p in told.Points do
                    if p.Metrics.ContainsKey "eval_loss" then
                        p.Metrics["eval_loss"]
            ]

            let loss =
                let rows = [| for t in texts[16..] -> Array.ofSeq t.Tokens |]
                let logps = model.LogProbabilities rows
                -(logps |> Seq.sumBy Seq.sum) / (logps |> Seq.sumBy (fun r -> float r.Length))

            Expect.isLessThan (abs (loss - List.min evaluations)) 1e-5 $"%A{evaluations}")

        testCase "wrong options and data are refused in one sentence" (fun () ->
            use model = load ()

            let train options data = Training.Supervised(model, null, data, [||], options) |> ignore

            for sentence, action in
                [
                    "Training, steps: expected at least 1, got 0.",
                    (fun () -> train (TrainingOptions(Steps = 0L)) texts)
                    "Training, learning_rate: expected above 0, got NaN.",
                    (fun () -> train (TrainingOptions(LearningRate = nan)) texts)
                    "Training, data: expected at least one text, got none.", (fun () -> train (TrainingOptions()) [||])
                    "Training, data, text 1: expected at most 32 tokens, got 40; shorten it or leave it out.",
                    (fun () -> train (TrainingOptions()) [| text [ 1; 2 ]; text (List.replicate 40 1) |])
                    "Training, data, text 0: expected a token that counts, got none.",
                    (fun () -> train (TrainingOptions()) [| text [ 1 ] |])
                    "Training, data, text 0: expected tokens from 0 to 12.",
                    (fun () -> train (TrainingOptions()) [| text [ 1; 99 ] |])
                    "Training, held-out data: expected at least one text, got none.",
                    (fun () -> train (TrainingOptions(EvaluateEvery = 5L)) texts)
                    "Training, num_generations: expected a divisor of the 8 samples of a batch, got 3.",
                    (fun () ->
                        let nothing = {
                            new IReward with
                                member _.Name = ""
                                member _.Of _ = [||]
                        }

                        let adapter = model.Attach("x", Lora())

                        Training.Groups(
                            model,
                            adapter,
                            GroupOptions(Generations = 3),
                            nothing,
                            [| ValueList.ToValueList [ 1 ] |],
                            TrainingOptions()
                        )
                        |> ignore)
                ] do
                Expect.equal (argumentFault action) sentence "sentence")

        testCase "tensors do not pile up, within 1,000 steps and 10,000 tokens" (fun () ->
            use model = LanguageModel.Create(LanguageFixtures.config 13 128 (ValueList.ToValueList []), 3UL)
            let live = GradientCheck.liveTensors ()

            // counted while it trains, when each step is over: what a step leaves behind would still be there
            let counts steps (train: TrainingOptions -> TrainingResult) =
                let counts = List<int64>()

                let watching = {
                    new IProgress<TrainingProgress> with
                        member _.Report progress =
                            if progress.Step > 2L then
                                counts.Add(GradientCheck.liveTensors ())
                }

                let options =
                    TrainingOptions(Steps = steps, Progress = watching, EvaluateEvery = 50L, MaxGradientNorm = 0.1)

                let result = train options
                Expect.equal (result.Steps, int64 counts.Count) (steps, steps - 2L) "steps"
                List.ofSeq counts |> List.distinct

            let adapter = model.Attach("a", Lora(), 1UL)
            let sft options = Training.Supervised(model, adapter, texts, texts[..2], options)
            Expect.hasLength (counts 1_000L sft) 1 "supervised"
            let dpo options = Training.Preferences(model, adapter, DpoLoss(0.1), pairs, pairs[..2], options)
            Expect.hasLength (counts 60L dpo) 1 "preferences"
            use scorer = new RewardScorer(model, model.Attach("s", Lora(), 1UL))
            Expect.hasLength (counts 60L (fun o -> Training.Rewards(scorer, 0.01, pairs, pairs[..2], o))) 1 "rewards"
            let group = GroupOptions(Generations = 4, Sampling = SamplingOptions(MaxNewTokens = 6))
            let prompts = [| for k in 0..4 -> ValueList.ToValueList [ k; 3 ] |]

            let groups (options: TrainingOptions) =
                Training.Groups(model, adapter, group, ScorerReward("r", [ scorer ]), prompts, options)

            Expect.hasLength (counts 60L groups) 1 "groups"
            model.Detach adapter
            model.Detach(scorer.Adapter |> Option.ofObj |> Option.get)
            // the head of the scorer is alive still
            Expect.equal (GradientCheck.liveTensors ()) (live + 1L) "after all of them"

            let tokens =
                List.sum [
                    for call in 0L .. 24L do
                        let requests = [
                            for row in 0L .. 3L ->
                                GenerationRequest(ValueList.ToValueList [ 1; 2; 3 ], call * 4L + row)
                        ]

                        for said in model.Generate(requests, SamplingOptions(MaxNewTokens = 100)) do
                            Expect.equal (GradientCheck.liveTensors ()) (live + 1L) $"call {call}"
                            said.Tokens.Count
                ]

            Expect.equal tokens 10_000 "tokens")
    ]

let private warning =
    testList "warnings" [
        testCase "the chosen fall with the rejected: told once, also in a run that was stopped" (fun () ->
            let both = {
                new IPairLoss with
                    member _.Name = "both"
                    member _.IsByToken = false
                    member _.Beta = 0.1
                    member _.Fault() = null
                    member _.Of pair = pair.Chosen + pair.Rejected
            }

            let train loss from steps (stop: CancellationTokenSource) =
                use model = load ()
                let told = Told(From = from)

                let watching = stoppingAt steps stop

                let options =
                    TrainingOptions(
                        Steps = 14L,
                        LearningRate = 3e-3,
                        EvaluateEvery = 7L,
                        LogEvery = 1L,
                        Recorder = told,
                        Progress = watching
                    )

                let adapter = model.Attach("a", Lora(Targets = AdapterTargets.All), 1UL)
                told, Training.Preferences(model, adapter, loss, pairs, pairs[..3], options, stop.Token)

            let whole loss = snd (train loss null 0L (new CancellationTokenSource()))
            let undisturbed = whole both
            Expect.hasLength undisturbed.Warnings 1 "warnings"
            Expect.stringStarts undisturbed.Warnings[0] "The chosen responses grow less likely together" "both fall"
            Expect.equal (whole (DpoLoss 0.1)).Warnings (ValueList.ToValueList []) "DPO raises the chosen here"

            // both before it was told, and after
            for at in [ 8L; 12L ] do
                use stop = new CancellationTokenSource()
                let told, stopped = train both null at stop
                Expect.equal (stopped.Outcome, stopped.Steps) (TrainingOutcome.Cancelled, at) "stopped"
                use never = new CancellationTokenSource()
                let _, result = train both told.Saved 0L never
                Expect.equal result.Warnings undisturbed.Warnings $"warnings after a stop at {at}"

                Expect.equal
                    (List.ofSeq result.Metrics |> List.sortBy _.Key)
                    (List.ofSeq undisturbed.Metrics |> List.sortBy _.Key)
                    "metrics")

        testCase "samples: in circles, all worth the same, cut off" (fun () ->
            let train sampling (worth: Completion -> float) =
                use model = load ()

                let reward = {
                    new IReward with
                        member _.Name = "reward"
                        member _.Of completions = [| for c in completions -> worth c |]
                }

                let options = TrainingOptions(Steps = 60L, BatchSize = 16, LearningRate = 1e-2, LogEvery = 1L)
                let adapter = model.Attach("a", Lora(Rank = 4, Targets = AdapterTargets.All), 1UL)
                let group = GroupOptions(Sampling = sampling)
                let prompts = [| ValueList.ToValueList [ 1; 3 ] |]
                (Training.Groups(model, adapter, group, reward, prompts, options)).Warnings

            let sevens (c: Completion) = float (c.Generated.Tokens |> Seq.filter ((=) 7) |> Seq.length)

            for sampling, worth, sentence in
                [
                    // a text of sevens ends at the eighth
                    SamplingOptions(MaxNewTokens = 20, RepetitionStop = 2),
                    sevens,
                    "More than a fifth of the completions go round"
                    SamplingOptions(MaxNewTokens = 6, Stops = ValueList.ToValueList [ 0..12 ]),
                    (fun _ -> 1.0),
                    "In nine of ten groups all rewards"
                    SamplingOptions(MaxNewTokens = 6), sevens, "More than half of the completions are cut off"
                ] do
                let warnings = train sampling worth
                Expect.exists warnings (fun w -> w.StartsWith(sentence, StringComparison.Ordinal)) $"{warnings}"

            // every token ends a text, and only 7 is worth something
            let ends = SamplingOptions(MaxNewTokens = 6, Stops = ValueList.ToValueList [ 0..12 ], Temperature = 3.0)
            Expect.isEmpty (train ends sevens) "nothing to tell")
    ]

[<Tests>]
let tests = testSequenced (testList "runs of training" [ running; warning ])
