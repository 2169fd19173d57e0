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
            Expect.isNone (Language.policy plain).Adapter "the base alone")
    ]
