/// Language models as an F# user writes them.
module Alignment.Tests.Language.FSharpSurfaceTests

open System.IO
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures

let private options = TrainingOptions(Steps = 3L, BatchSize = 2, LearningRate = 1e-3)

let private pupil () =
    let policy = Language.load tiny.Value |> Lora.attach (rank = 8, targets = Attention)
    policy

[<Tests>]
let tests =
    testList "F# surface of language models" [
        testCase "a pipeline makes what the methods make" (fun () ->
            use model = LanguageModel.Load tiny.Value
            let adapter = model.Attach("policy", Lora(Rank = 8))

            let lesson (model: LanguageModel) =
                model.Lesson [ ChatMessage.User "a boat"; ChatMessage.Assistant "eight coins" ]

            Training.Supervised(model, adapter, [| lesson model |], [||], options) |> ignore

            let policy = pupil ()
            use ours = policy.Model
            let result = policy |> Train.supervised options [ lesson ours ]
            Expect.equal result.Steps 3L "it learns"

            let sampling = SamplingOptions(MaxNewTokens = 8, Seed = 2UL)
            let turns = [ ChatMessage.User "a boat" ]

            Expect.equal
                (policy |> Language.reply sampling [ turns ])
                [ for reply in model.Reply([| [| ChatMessage.User "a boat" |] |], sampling, adapter) -> reply.Text ]
                "and says the same"

            let generated = policy |> Language.generate sampling [ ours.Prompt turns ]
            Expect.hasLength generated 1 "tokens, too"

            inFolder (fun folder ->
                policy |> Language.save folder
                let again = Language.load tiny.Value |> Language.adapted folder
                use _ = again.Model
                Expect.equal (again |> Language.generate sampling [ ours.Prompt turns ]) generated "saved and loaded"
                Expect.isTrue (File.Exists(Path.Combine(folder, "adapter_config.json"))) "PEFT's layout"))

        testCase "every method trains in a pipeline" (fun () ->
            let policy = pupil ()
            use model = policy.Model

            let pair =
                PreferencePair(
                    ValueList.ToValueList [ ChatMessage.User "a bike" ],
                    ValueList.ToValueList [ ChatMessage.Assistant "four coins" ],
                    ValueList.ToValueList [ ChatMessage.Assistant "i am sorry" ]
                )

            let pairs = [ model.Lesson pair ]
            let ended (result: TrainingResult) = Expect.equal result.Outcome TrainingOutcome.Finished result.Sentence
            policy |> Train.preferences (DpoLoss 0.1) options pairs |> ended
            use scorer = new RewardScorer(model, model.Attach("scorer", Lora()))
            scorer |> Train.rewards options pairs |> ended
            let group = GroupOptions(Generations = 2, Sampling = SamplingOptions(MaxNewTokens = 4))

            policy
            |> Train.groups group (ScorerReward("scorer", [ scorer ])) options [
                model.Prompt [ ChatMessage.User "a bike" ]
            ]
            |> ended

            use plain = (Language.loadWith (ModelOptions()) tiny.Value |> Language.policy).Model
            Expect.isNull (Language.policy plain).Adapter "the base alone")

        testCase "an adapter with preferences learns one text at each end, and says it there" (fun () ->
            let policy =
                Language.load tiny.Value |> PreferenceLora.attach (2, rank = 4, targets = AdapterTargets.All)

            use model = policy.Model
            let options = TrainingOptions(Steps = 30L, BatchSize = 1, LearningRate = 1e-2)

            let ends = [
                for preferences, reply in [ [ 1.0; 0.0 ], "eight coins"; [ 0.0; 1.0 ], "i am sorry" ] ->
                    policy |> Language.preferring preferences, reply
            ]

            // in turns, so that neither end forgets
            for _ in 1..4 do
                for policy, reply in ends do
                    policy
                    |> Train.supervised options [
                        model.Lesson [ ChatMessage.User "a boat"; ChatMessage.Assistant reply ]
                    ]
                    |> ignore

            for policy, reply in ends do
                Expect.equal
                    (policy
                     |> Language.reply (SamplingOptions(Temperature = 0.0, MaxNewTokens = 16)) [
                         [ ChatMessage.User "a boat" ]
                     ])
                    [ reply ]
                    $"at {policy.Preferences}"

            let group = GroupOptions(Generations = 2, Sampling = SamplingOptions(MaxNewTokens = 4))

            let reward = {
                new IReward with
                    member _.Name = "length"
                    member _.Of completions = [| for c in completions -> float c.Generated.Tokens.Count |]
            }

            let result =
                fst ends[0]
                |> Train.groups group reward (TrainingOptions(Steps = 2L, BatchSize = 2)) [
                    model.Prompt [ ChatMessage.User "a boat" ]
                ]

            Expect.equal result.Outcome TrainingOutcome.Finished result.Sentence)
    ]
