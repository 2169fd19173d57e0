/// What trainers learn: losses fall to what is known, and metrics are what they say.
module Alignment.Tests.Language.TrainingTests

open System
open System.Collections.Generic
open System.IO
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures
open Alignment.Tests.Language.TrainingFixtures

[<Tests>]
let tests =
    testSequenced (
        testList "training" [
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

                Expect.floatClose
                    Accuracy.high
                    told.Points[0].Metrics["learning_rate"]
                    3e-4
                    "a tenth of the rate at first"

                Expect.isLessThan
                    told.Points[told.Points.Count - 1].Metrics["learning_rate"]
                    1e-6
                    "and hardly any at last")

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
                    TrainingOptions(Steps = 3L, BatchSize = batch, Accumulation = accumulation, LearningRate = 1e-3)
                    |> supervised
                    |> snd

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

                    let options =
                        TrainingOptions(Steps = 60L, LearningRate = 2e-2, EvaluateEvery = 30L, Recorder = told)

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

                Expect.isLessThan
                    (abs result.Metrics["eval_mean_reward"])
                    (result.Metrics["eval_margin"] / 4.0)
                    "centred"
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
                            for c in completions ->
                                float (c.Generated.Tokens |> Seq.filter ((=) 7) |> Seq.length) / 6.0
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
                        TrainingOptions(
                            Steps = 60L,
                            BatchSize = 16,
                            LearningRate = 1e-2,
                            Recorder = told,
                            LogEvery = 1L
                        )

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

                    let told = [
                        metric "mean_length"
                        metric "min_length"
                        metric "max_length"
                        metric "clipped_ratio"
                    ]

                    let counted = [
                        each Array.average
                        each Array.min
                        each Array.max
                        float (ends |> Seq.filter ((<>) GenerationEnd.Stop) |> Seq.length) / 16.0
                    ]

                    Expect.isLessThan (farthest told counted) 1e-12 $"monitors: %A{told}, %A{counted}")
        ]
    )
