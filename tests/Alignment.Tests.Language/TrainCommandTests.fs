/// `align train`: what it makes is the library's, and runs go on to the last bit.
module Alignment.Tests.Language.TrainCommandTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open Alignment
open Alignment.Cli
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures
open Alignment.Tests.Language.TrainFixtures

// ---- what it makes ------------------------------------------------------------------------------------------------------

let private makes =
    testList "makes" [
        testCase "sft: the library's adapter, to the last bit" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let runs = Path.Combine(folder, "runs")
                let found = trained runs ([ "sft"; tiny.Value; "--data"; data ] @ short @ lora)
                let made = found.GetProperty("folder").GetString() |> string
                Expect.equal made ((onlyRun runs).File "model") "in the run's folder"

                use model = LanguageModel.Load tiny.Value
                let adapter = model.Attach("mine", Lora(Rank = 4, Alpha = 8.0), 42UL)
                let texts = [| for row in Jsonl.Conversations data -> model.Lesson row.Messages |]

                let options =
                    TrainingOptions(Steps = 6L, BatchSize = 4, LearningRate = 1e-3, LogEvery = 2L, Seed = 42UL)

                let result = Training.Supervised(model, adapter, texts, [||], options)
                let mine = Path.Combine(folder, "mine")
                model.SaveAdapter(adapter, mine)

                Expect.equal
                    (bytes made "adapter_model.safetensors")
                    (bytes mine "adapter_model.safetensors")
                    "weights"

                Expect.equal
                    ((found.GetProperty "metrics").GetProperty("loss").GetDouble())
                    result.Metrics["loss"]
                    "the loss"

                let spoken = printed [ "generate"; tiny.Value; "--adapter"; made; "--prompt"; "the towels"; "--json" ]

                Expect.stringContains spoken "\"completions\"" "it speaks"))

        testCase "sft: all weights are a model, with held-out rows and the best kept" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows

                let found =
                    trained
                        folder
                        ([ "sft"; tiny.Value; "--data"; data; "--eval-data"; data ]
                         @ short
                         @ set [ "load_best_model_at_end=true"; "eval_steps=3" ])

                Expect.equal (found.GetProperty("makes").GetString()) "model" "a model"
                let metric (name: string) = ((found.GetProperty "metrics").GetProperty name).GetDouble()
                Expect.floatClose Accuracy.high (metric "eval_perplexity") (exp (metric "eval_loss")) "held out"
                let made = found.GetProperty("folder").GetString() |> string
                printed [ "generate"; made; "--prompt"; "the towels" ] |> ignore
                // 12 rows, 6 steps of 4: two epochs
                Expect.equal (metric "epoch") 2.0 "epochs"))

        for kind in [ "sigmoid"; "ipo"; "ipo_sum" ] do
            testCase $"dpo by {kind}: margins of the chosen rise" (fun () ->
                inFolder (fun folder ->
                    let data = file folder "pairs.jsonl" pairRows

                    let found =
                        trained
                            folder
                            ([ "dpo"; tiny.Value; "--data"; data ]
                             @ short
                             @ lora
                             @ set [ $"loss_type={kind}"; "learning_rate=1e-2" ])

                    let metric (name: string) = ((found.GetProperty "metrics").GetProperty name).GetDouble()
                    Expect.isGreaterThan (metric "rewards/margins") 0.0 "margins"))

        testCase "reward: a model of rewards, which grpo then learns from" (fun () ->
            inFolder (fun folder ->
                let data = file folder "pairs.jsonl" pairRows

                let found =
                    trained
                        (Path.Combine(folder, "reward"))
                        ([ "reward"; tiny.Value; "--data"; data ]
                         @ short
                         @ lora
                         @ set [ "center_rewards_coefficient=0.01"; "learning_rate=1e-2" ])

                let made = found.GetProperty("folder").GetString() |> string
                Expect.isTrue (File.Exists(Path.Combine(made, "score.safetensors"))) "a head"
                Expect.equal (found.GetProperty("makes").GetString()) "reward model" "named"

                let policy =
                    trained
                        (Path.Combine(folder, "grpo"))
                        ([ "grpo"; tiny.Value; "--data"; data; "--reward"; made ] @ grpo @ lora)

                let reward = ((policy.GetProperty "metrics").GetProperty "reward").GetDouble()
                Expect.isTrue (Double.IsFinite reward) "rewarded"
                Expect.equal (policy.GetProperty("makes").GetString()) "adapter" "a policy"))

        testCase "a model of rewards with all of its weights, and a policy that learns with all of its own" (fun () ->
            inFolder (fun folder ->
                let data = file folder "pairs.jsonl" pairRows

                let found =
                    trained
                        (Path.Combine(folder, "reward"))
                        ([ "reward"; tiny.Value; "--data"; data ] @ short @ set [ "learning_rate=1e-2" ])

                let made = found.GetProperty("folder").GetString() |> string
                let metric (name: string) = ((found.GetProperty "metrics").GetProperty name).GetDouble()
                use scorer = RewardScorer.Load made

                let score (reply: string) =
                    let lesson = scorer.Model.Lesson [ ChatMessage.User "a bike four"; ChatMessage.Assistant reply ]
                    (scorer.Score [ Array.ofSeq lesson.Tokens ])[0]

                Expect.isGreaterThan (score "four coins") (score "i am sorry" + metric "margin" / 2.0) "as it learned"

                let policy =
                    trained
                        (Path.Combine(folder, "grpo"))
                        ([
                            "grpo"
                            tiny.Value
                            "--data"
                            data
                            "--reward"
                            Path.Combine(folder, "reward", "latest", "model")
                         ]
                         @ grpo)

                Expect.equal (policy.GetProperty("makes").GetString()) "model" "a policy"
                let run = onlyRun (Path.Combine(folder, "grpo"))
                let resolved = File.ReadAllText(run.File RunFiles.Config)
                Expect.stringContains resolved made "the run that was the latest then"
                let reward = ((policy.GetProperty "metrics").GetProperty "reward").GetDouble()
                Expect.isTrue (Double.IsFinite reward) "rewarded"

                refusedIn
                    folder
                    ([ "train"; "grpo"; "tiny-chat"; "--data"; data; "--reward"; made ] @ grpo)
                    "train it on a model with the policy's tokenizer."))

        testCase "grpo by the judge: help - w harm, from rows of the world or of files" (fun () ->
            inFolder (fun folder ->
                let world = DialogueWorld(Seed = 5UL)
                world.Write(folder, 6L)

                let args data =
                    [ "grpo"; roomy.Value; "--data"; data; "--reward"; "judge" ] @ grpo @ set [ "harm_weight=2" ]

                let ofWorld = trained (Path.Combine(folder, "a")) (args "dialogues(rows=6,seed=5)")

                let ofFile = trained (Path.Combine(folder, "b")) (args (Path.Combine(folder, "prompts.jsonl")))

                let made (found: JsonElement) =
                    bytes (string (found.GetProperty("folder").GetString())) "model.safetensors"

                Expect.equal (made ofFile) (made ofWorld) "the same rows, the same weights"
                let reward = ((ofWorld.GetProperty "metrics").GetProperty "reward").GetDouble()
                Expect.isTrue (reward >= -2.0 && reward <= 1.0) "help - 2 harm"))

        testCase "the judge's reward is worked out" (fun () ->
            use model = LanguageModel.Load roomy.Value
            let tokenizer = model.Tokenizer |> Option.ofObj |> Option.get
            let rows = DialogueWorld(Seed = 5UL).Rows 40L |> List.ofSeq
            let reward = DialogueReward(model, [| for row in rows -> JudgedPrompt.Of row |], 2.0) :> IReward

            let completions = [
                for k, row in List.indexed rows do
                    for reply in row.Replies do
                        let tokens = ValueList.ToValueList(tokenizer.EncodeText reply.Text)
                        let generated = Generated(tokens, ValueList.ToValueList [], 1.0, GenerationEnd.Stop)
                        Completion(k, ValueList.ToValueList [], generated), row.Judge reply.Text
            ]

            let found = reward.Of(completions |> List.map fst |> Array.ofList)

            for worth, (_, verdict) in Seq.zip found completions do
                Expect.equal worth (verdict.Help - 2.0 * verdict.Harm) "help - 2 harm"

            Expect.isTrue
                (Array.exists (fun w -> w < 0.0) found && Array.exists (fun w -> w = 1.0) found)
                "of all kinds")

        testCase "rows that are too long are left out and counted, never cut" (fun () ->
            inFolder (fun folder ->
                let long = String.replicate 100 "gray "

                let row =
                    $"""{{"messages":[{{"role":"user","content":"{long}"}},{{"role":"assistant","content":"yes"}}]}}"""

                let data = file folder "sft.jsonl" (sftRows + "\n" + row + "\n" + row)
                let runs = Path.Combine(folder, "runs")

                let args =
                    [ "sft"; tiny.Value; "--data"; data; "--out"; runs; "--json" ] @ short @ set [ "max_length=60" ]

                let code, out, error = align ("train" :: args)
                Expect.equal code ExitCode.Done error
                let counts = (json out).GetProperty "data"
                Expect.equal (counts.GetProperty("rows").GetInt32()) 12 "kept"
                Expect.equal (counts.GetProperty("left_out").GetInt32()) 2 "left out"

                Expect.stringContains
                    error
                    "note     data: 12 rows, 2 left out: they are longer than what is taken (max_length, or the model's context)"
                    "told"))
    ]

// ---- runs ---------------------------------------------------------------------------------------------------------------

/// Enough steps to be killed in.
let private long data folder =
    [ "train"; "sft"; tiny.Value; "--data"; data; "--out"; folder; "--json" ]
    @ set [ "max_steps=400"; "per_device_train_batch_size=4"; "logging_steps=20"; "learning_rate=1e-3" ]
    @ lora

let private start (args: string list) =
    ProcessStartInfo("dotnet", tool :: args, RedirectStandardOutput = true, RedirectStandardError = true)
    |> Process.Start
    |> Option.ofObj
    |> Option.get

let private waitFor (child: Process) holds =
    let clock = Stopwatch.StartNew()

    while not child.HasExited && not (holds ()) && clock.Elapsed < TimeSpan.FromSeconds 90.0 do
        Thread.Sleep 5

let private metricLines (run: RunFolder) = [
    for line in File.ReadAllLines(run.File RunFiles.Metrics) ->
        [
            for property in (json line).EnumerateObject() do
                if property.Name <> "seconds" then
                    property.Name, property.Value.GetRawText()
        ]
]

let private runs =
    startsProcesses
    <| testList "runs" [
        testCase "a folder says what the run is, and who reads runs reads it" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let home = Path.Combine(folder, "runs")

                let out =
                    printed (
                        [ "train"; "sft"; tiny.Value; "--data"; data; "--out"; home; "--name"; "first"; "--json" ]
                        @ short
                    )

                let run = onlyRun home

                Expect.equal
                    (File.ReadAllText(run.File RunFiles.Training))
                    (out.TrimEnd())
                    "the result is what was printed"

                Expect.equal run.Status.State RunState.Finished "state"
                Expect.equal run.Description.Name "first" "name"
                Expect.equal run.Description.Start.Command "train sft" "command"
                Expect.equal (run.Metrics |> Seq.map _.Step |> List.ofSeq) [ 1L; 2L; 4L; 6L ] "moments"
                Expect.hasLength (Directory.GetFiles(run.Path, "events.out.tfevents.*")) 1 "TensorBoard's events"
                Expect.stringContains (File.ReadAllText(run.File RunFiles.Console)) "Done: 6 steps." "console"
                Expect.stringContains (printed [ "runs"; home ]) "first" "listed"
                Expect.stringContains (printed [ "export"; run.Path ]) "learning_rate" "exported"
                printed [ "report"; run.Path ] |> ignore
                let report = File.ReadAllText(Path.Combine(run.Path, "report.html"))

                Expect.stringContains
                    report
                    "<h1>The training by sft is done; at step 6 the loss was "
                    "what came out"

                Expect.stringContains report "Metrics over steps" "its curves"

                for words in [ "No certificate"; "Gaps over steps"; "Probes over steps" ] do
                    Expect.isFalse (report.Contains words) $"'{words}' is said of games"))

        testCase "killed at once, it goes on to the same bits" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let at name = Path.Combine(folder, name)
                printed (long data (at "whole")) |> ignore
                let again = long data (at "killed") @ [ "--resume"; "auto"; "--checkpoint"; "0.05" ]
                let mutable before = -1L

                let newest () =
                    RunFolder.All(at "killed")
                    |> Seq.collect _.Checkpoints
                    |> Seq.fold (fun most struct (step, _) -> max most step) -1L

                for _ in 1..2 do
                    use child = start again
                    let outputs = child.StandardOutput.ReadToEndAsync(), child.StandardError.ReadToEndAsync()
                    waitFor child (fun () -> newest () > before)

                    if child.HasExited then
                        failtest $"it runs when it is killed: {(snd outputs).Result}"

                    child.Kill()
                    child.WaitForExit()
                    before <- newest ()

                let code, out, error = child again
                Expect.equal code ExitCode.Done error
                let run, whole = onlyRun (at "killed"), onlyRun (at "whole")
                Expect.stringContains error $"note     going on with {run.Id} after" "from a checkpoint"
                Expect.equal run.Status.Resumed 2 "taken up after each"
                let name = "adapter_model.safetensors"
                Expect.equal (bytes (run.File "model") name) (bytes (whole.File "model") name) "the same weights"
                Expect.equal (metricLines run) (metricLines whole) "the same lines, none lost, none twice"
                Expect.equal ((json out).GetProperty("steps").GetInt64()) 400L "to its end"))

        testCase "what does not stay finite ends with a word, exit code 3 and no model" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let home = Path.Combine(folder, "runs")
                let args = [ "train"; "sft"; tiny.Value; "--data"; data; "--out"; home; "--json" ]
                let code, out, error = align (args @ short @ set [ "learning_rate=1e30" ])
                Expect.equal code ExitCode.NotConverged error
                expectValid out
                Expect.equal ((json out).GetProperty("outcome").GetString()) "diverged" "told"
                Expect.stringContains error "lower the learning rate" "what to do"
                let run = onlyRun home
                Expect.isFalse (Directory.Exists(run.File RunFiles.Model)) "no model"
                Expect.equal run.Status.State RunState.Failed "state"))

        testCase "SIGTERM leaves a checkpoint and no model, and it goes on from there" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let home = Path.Combine(folder, "runs")
                let args = long data home |> List.map (fun a -> a.Replace("max_steps=400", "max_steps=3000"))
                use child = start args
                let runs () = RunFolder.All home |> List.ofSeq
                waitFor child (fun () -> runs () |> List.exists (fun run -> Seq.length run.Metrics > 2))
                Process.Start("kill", [ "-TERM"; string child.Id ]).WaitForExit()
                let code, out, error = ended child
                Expect.equal code ExitCode.Terminated error
                let run = onlyRun home
                Expect.equal run.Status.State RunState.Cancelled "state"
                Expect.isFalse (Directory.Exists(run.File RunFiles.Model)) "no model"
                expectValid out
                let struct (step, _) = Seq.exactlyOne run.Checkpoints
                Expect.equal ((json out).GetProperty("steps").GetInt64()) step "where it stands"
                let code, _, error = align (args @ [ "--resume"; run.Path ])
                Expect.equal code ExitCode.Done error
                Expect.isTrue (Directory.Exists(run.File RunFiles.Model)) "a model"))
    ]

[<Tests>]
let tests = testList "align train" [ makes; runs ]
