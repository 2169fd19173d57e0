/// Training: small batches against large ones, stopped runs against undisturbed ones.
module Alignment.Tests.Language.TrainingTests

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Expecto
open TorchSharp
open Alignment
open Alignment.Runtime
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures
open Alignment.Tests.Language.WeightFileTests

let private load () = LanguageModel.Load(folder "llama")
let private text (tokens: int list) = TrainingText.All tokens

/// Texts of a tiny language: every token is followed by the next, and 7 by 0.
let private texts = [| for k in 0..23 -> text [ for t in k % 7 .. k % 7 + 4 + k % 3 -> t % 8 ] |]

/// Prompts whose reply is to be 7 8 9, and not 3 2 1.
let private pairs = [|
    for k in 0..15 ->
        let prompt = [ k % 5; 6 ]

        let reply (tokens: int list) =
            TrainingText(
                ValueList.ToValueList(prompt @ tokens),
                ValueList.ToValueList([ false; false ] @ List.replicate tokens.Length true)
            )

        PreferredText(reply [ 7; 8; 9 ], reply [ 3; 2; 1 ])
|]

let private everything (model: LanguageModel) =
    inFolder (fun home ->
        model.Save home
        File.ReadAllBytes(Path.Combine(home, "model.safetensors")))

let private supervised (options: TrainingOptions) =
    use model = load ()
    let result = Training.Supervised(model, null, texts[..15], texts[16..], options)
    result, everything model

/// Moments that a run tells, without a folder.
type private Told() =
    member val Points = List<TracePoint>()
    member val Saved: Snapshot | null = null with get, set
    member val From: Snapshot | null = null with get, set
    member val Due = false with get, set

    interface IRunRecorder with
        member _.Begin(_: BoundGame, _: ISolver, _: SolveOptions) = ()
        member _.Begin(_: RunSubject, _) = ()
        member this.Resume = this.From
        member this.IsDue = this.Due
        member this.Measured point = this.Points.Add point
        member this.Save(_, _, snapshot) = this.Saved <- snapshot

let private learning =
    testList "learning" [
        testCase "supervised: the loss falls to what the texts leave open" (fun () ->
            let told = Told()

            let options =
                TrainingOptions(
                    Steps = 300L,
                    LearningRate = 3e-3,
                    Schedule = RateSchedule.Cosine,
                    WarmupSteps = 10L,
                    EvaluateEvery = 100L,
                    Recorder = told
                )

            let result, _ = supervised options
            Expect.equal (result.Outcome, result.Steps) (TrainingOutcome.Finished, 300L) result.Sentence
            // the first token decides all others: nothing is left open in the end
            Expect.isGreaterThan told.Points[0].Metrics["loss"] 2.0 "before"
            Expect.isLessThan result.Metrics["eval_loss"] 0.02 "held out"

            Expect.floatClose
                Accuracy.high
                result.Metrics["eval_perplexity"]
                (exp result.Metrics["eval_loss"])
                "perplexity"

            Expect.equal result.Metrics["epoch"] 150.0 "epochs: 300 steps of 8 of 16 texts"
            Expect.floatClose Accuracy.high told.Points[0].Metrics["learning_rate"] 3e-4 "a tenth of the rate at first"
            Expect.isLessThan told.Points[told.Points.Count - 1].Metrics["learning_rate"] 1e-6 "and hardly any at last")

        testCase "an adapter learns, and the base stays as it was" (fun () ->
            use model = load ()
            let before = everything model
            let adapter = model.Attach("pupil", Lora(Rank = 4, Targets = AdapterTargets.All), 3UL)
            let options = TrainingOptions(Steps = 150L, LearningRate = 1e-2)

            let loss () =
                Seq.averageBy
                    Seq.average
                    (model.LogProbabilities([| for t in texts -> Array.ofSeq t.Tokens |], adapter))

            let first = loss ()
            Training.Supervised(model, adapter, texts, [||], options) |> ignore
            Expect.isGreaterThan (loss ()) (first + 1.0) "log-probabilities rise"
            Expect.equal (everything model) before "the base")

        testCase "small batches give the step of a large one" (fun () ->
            let after batch accumulation =
                let _, bytes =
                    supervised (
                        TrainingOptions(
                            Steps = 3L,
                            BatchSize = batch,
                            Accumulation = accumulation,
                            LearningRate = 1e-3
                        )
                    )

                use file = new MemoryStream(bytes)
                file.ToArray()

            let numbers (bytes: byte[]) =
                let header = int (BitConverter.ToInt64(bytes, 0))
                [| for k in 8 + header .. 4 .. bytes.Length - 4 -> float (BitConverter.ToSingle(bytes, k)) |]
            // one step of Adam is of size 1e-3 whatever the gradient: rounding shows where it is near 0
            let far = Array.map2 (fun a b -> abs (a - b)) (numbers (after 8 1)) (numbers (after 2 4))
            Expect.isLessThan (Array.average far) 1e-6 "on average"

            Expect.isLessThan
                (far |> Array.filter (fun d -> d > 1e-5) |> Array.length)
                (far.Length / 100)
                "nearly everywhere")

        testCase "preferences: margins rise" (fun () ->
            use model = load ()

            for loss in [ DpoLoss(0.1) :> IPairLoss; IpoLoss(0.5); IpoLoss(0.5, true) ] do
                let adapter = model.Attach(loss.Name, Lora(Rank = 4), 1UL)
                let told = Told()
                let options = TrainingOptions(Steps = 60L, LearningRate = 2e-2, EvaluateEvery = 30L, Recorder = told)
                let result = Training.Preferences(model, adapter, loss, pairs, pairs[..3], options)
                let first = told.Points[0].Metrics
                // an adapter that is new is the reference
                Expect.equal (first["rewards/margins"], first["rewards/accuracies"]) (0.0, 0.0) $"{loss} at first"
                Expect.equal result.Metrics["rewards/accuracies"] 1.0 $"{loss}"
                Expect.isGreaterThan result.Metrics["rewards/margins"] 0.2 $"{loss}"
                Expect.isLessThan result.Metrics["eval_loss"] (first["loss"]) $"{loss} held out")

        testCase "rewards: the chosen score higher, around 0" (fun () ->
            use model = load ()
            let ends = [| for k in 0..15 -> PreferredText(text [ k % 9; 3; 8 ], text [ k % 9; 3; 1 ]) |]
            use scorer = new RewardScorer(model, model.Attach("scorer", Lora(Rank = 2), 1UL))

            let result =
                Training.Rewards(
                    scorer,
                    0.01,
                    ends,
                    ends[..3],
                    TrainingOptions(Steps = 80L, LearningRate = 1e-2, EvaluateEvery = 80L)
                )

            Expect.equal result.Metrics["eval_accuracy"] 1.0 "accuracy"

            Expect.isLessThan (abs result.Metrics["eval_mean_reward"]) (result.Metrics["eval_margin"] / 4.0) "centred"
            // saved and loaded it gives the same numbers
            inFolder (fun home ->
                scorer.Save home
                use again = RewardScorer.Load(model, "again", home)
                let rows = [| [| 4; 3; 8 |]; [| 1 |] |]
                Expect.equal (again.Score rows) (scorer.Score rows) "scores"))

        testCase "several models of rewards are their mean less a multiple of their variance" (fun () ->
            use model = load ()

            let scorers = [
                for k in 1UL .. 3UL do
                    let scorer = new RewardScorer(model, model.Attach($"scorer {k}", Lora(Rank = 2), k))
                    let pairs = [| for t in 0..7 -> PreferredText(text [ t; 3; int k ], text [ t; 3; 9 ]) |]

                    Training.Rewards(scorer, 0.0, pairs, [||], TrainingOptions(Steps = 20L, LearningRate = 1e-2))
                    |> ignore

                    scorer
            ]

            let completion (prompt: int list) (said: int list) =
                let generated =
                    Generated(
                        ValueList.ToValueList said,
                        ValueList.ToValueList [ for _ in said -> 0.0 ],
                        1.0,
                        GenerationEnd.Stop
                    )

                Completion(0, ValueList.ToValueList prompt, generated)

            let completions = [ completion [ 1; 3 ] [ 1 ]; completion [ 2 ] [ 3; 9 ] ]
            let rewards = [ for s in scorers -> s.Score [ [| 1; 3; 1 |]; [| 2; 3; 9 |] ] ]
            let ensemble = ScorerReward("three", scorers, 0.5).Of completions

            for k in 0..1 do
                let each = [ for r in rewards -> r[k] ]
                let mean = List.average each
                let variance = (each |> List.sumBy (fun r -> (r - mean) ** 2.0)) / 2.0
                Expect.isGreaterThan variance 1e-6 "they differ"
                Expect.floatClose Accuracy.veryHigh ensemble[k] (mean - 0.5 * variance) $"completion {k}"

            Expect.equal (ScorerReward("one", [ scorers[0] ]).Of completions) rewards[0] "one alone"

            for members, weight, sentence in
                [
                    [], 0.0, "Reward 'r': expected at least one model, got none."
                    [ scorers[0] ],
                    0.5,
                    "Reward 'r': expected a weight of the variance of at least 0, and above 0 of several models alone, got 0.5 for 1."
                ] do
                Expect.equal (argumentFault (fun () -> ScorerReward("r", members, weight))) sentence "sentence"

            scorers |> List.iter (fun s -> (s :> IDisposable).Dispose()))

        testCase "groups: what is rewarded is said more often" (fun () ->
            use model = load ()
            let adapter = model.Attach("player", Lora(Rank = 4, Targets = AdapterTargets.All), 1UL)

            let sevens = {
                new IReward with
                    member _.Name = "sevens"

                    member _.Of completions = [|
                        for c in completions -> float (c.Generated.Tokens |> Seq.filter ((=) 7) |> Seq.length) / 6.0
                    |]
            }

            let prompts = [| for k in 0..4 -> ValueList.ToValueList [ k; 3 ] |]

            for group in
                [
                    GroupOptions(Beta = 0.01, Sampling = SamplingOptions(MaxNewTokens = 6))
                    GroupOptions(
                        Beta = 0.0,
                        Normalization = GroupNormalization.Length,
                        Advantage = GroupAdvantage.Centred,
                        Sampling = SamplingOptions(MaxNewTokens = 6)
                    )
                    GroupOptions(
                        Beta = 0.0,
                        Advantage = GroupAdvantage.LeaveOneOut,
                        Sampling = SamplingOptions(MaxNewTokens = 6)
                    )
                ] do
                let told = Told()

                let options =
                    TrainingOptions(Steps = 60L, BatchSize = 16, LearningRate = 1e-2, Recorder = told, LogEvery = 1L)

                let adapter =
                    if group.Beta > 0.0 then
                        adapter
                    else
                        model.Attach($"{group.Advantage}", adapter.Kind, 1UL)

                let result = Training.Groups(model, adapter, group, sevens, prompts, options)

                let mean from count =
                    told.Points |> Seq.skip from |> Seq.take count |> Seq.averageBy (fun p -> p.Metrics["reward"])

                Expect.isGreaterThan (mean 50 10) (mean 0 10 + 0.2) $"{group.Advantage}: {result.Sentence}"
                Expect.isGreaterThan result.Metrics["completions/mean_length"] 0.0 "length")

        testCase "groups: what a step's loss is divided by" (fun () ->
            for normalization in Enum.GetValues<GroupNormalization>() do
                use model = load ()
                let batches = List<float[] * float[]>() // rewards and lengths
                let ends = List<GenerationEnd>()

                let reward = {
                    new IReward with
                        member _.Name = "sum of tokens"

                        member _.Of completions =
                            let worth = [| for c in completions -> float (Seq.sum c.Generated.Tokens) |]
                            batches.Add(worth, [| for c in completions -> float c.Generated.Tokens.Count |])
                            ends.AddRange(completions |> Seq.map _.Generated.End)
                            worth
                }

                let group =
                    GroupOptions(
                        Generations = 4,
                        Beta = 0.0,
                        Normalization = normalization,
                        Sampling = SamplingOptions(MaxNewTokens = 9, Stops = ValueList.ToValueList [ 0; 5; 7 ])
                    )

                let result =
                    Training.Groups(
                        model,
                        model.Attach("a", Lora(), 1UL),
                        group,
                        reward,
                        [| for k in 0..4 -> ValueList.ToValueList [ k; 3 ] |],
                        TrainingOptions(Steps = 1L, BatchSize = 8, Accumulation = 2)
                    )

                let samples = [
                    for worth, lengths in batches do
                        for k, (r, length) in Seq.indexed (Seq.zip worth lengths) do
                            let group = worth[k / 4 * 4 .. k / 4 * 4 + 3]
                            let mean = Array.average group
                            let deviation = sqrt ((group |> Array.sumBy (fun r -> (r - mean) ** 2.0)) / 3.0)
                            (r - mean) / (deviation + 1e-4), length
                ]

                Expect.hasLength samples 16 "samples"
                Expect.isGreaterThan (samples |> List.distinctBy snd |> List.length) 3 "lengths"

                // of the first step all ratios are 1: a token's loss is minus its sample's advantage
                let expected =
                    match normalization with
                    | GroupNormalization.Sample -> -(samples |> List.averageBy fst)
                    | GroupNormalization.Tokens ->
                        -(samples |> List.sumBy (fun (a, n) -> a * n)) / (samples |> List.sumBy snd)
                    | _ -> -(samples |> List.averageBy (fun (a, n) -> a * n / 9.0))

                Expect.floatClose Accuracy.high result.Metrics["loss"] expected $"{normalization}"
                Expect.equal result.Metrics["epoch"] 0.8 "4 of 5 prompts"
                let metric name = result.Metrics[$"completions/{name}"]
                let each f = batches |> Seq.averageBy (snd >> f)

                let told = [ metric "mean_length"; metric "min_length"; metric "max_length"; metric "clipped_ratio" ]

                let counted = [
                    each Array.average
                    each Array.min
                    each Array.max
                    float (ends |> Seq.filter ((<>) GenerationEnd.Stop) |> Seq.length) / 16.0
                ]

                Expect.isLessThan (farthest told counted) 1e-12 $"monitors: %A{told}, %A{counted}")
    ]

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

                let watching = {
                    new IProgress<TrainingProgress> with
                        member _.Report progress =
                            if progress.Step = stopAt then
                                stop.Cancel()
                }

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

                    let watching = {
                        new IProgress<TrainingProgress> with
                            member _.Report progress =
                                if progress.Step = at then
                                    stop.Cancel()
                    }

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
            let after threads =
                use model = LanguageModel.Load(folder "llama", ModelOptions(Threads = threads))

                Training.Supervised(model, null, texts, [||], TrainingOptions(Steps = 10L, LearningRate = 1e-3))
                |> ignore

                everything model

            Expect.equal (after 2) (after 1) "weights")

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

            let watching = {
                new IProgress<TrainingProgress> with
                    member _.Report _ = stop.Cancel()
            }

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
                    member _.Fault = null
                    member _.Of pair = pair.Chosen + pair.Rejected
            }

            let train loss from steps (stop: CancellationTokenSource) =
                use model = load ()
                let told = Told(From = from)

                let watching = {
                    new IProgress<TrainingProgress> with
                        member _.Report progress =
                            if progress.Step = steps then
                                stop.Cancel()
                }

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
let tests = testSequenced (testList "training" [ learning; running; warning ])
