/// `align train`: what it makes is the library's, keys are TRL's, runs go on to the last bit, and wrong input writes nothing.
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

let private expectValid = validBy "train.json"
let private set (pairs: string list) = pairs |> List.collect (fun pair -> [ "--set"; pair ])

/// A conversation a line, with the towels' color as what is to be learned.
let private sftRows =
    String.concat "\n" [
        for k in 0..11 do
            let coins = [ "one"; "four"; "eight" ][k % 3]

            $"""{{"messages":[{{"role":"user","content":"what color are the towels {coins}"}},{{"role":"assistant","content":"the towels are gray {coins}"}}]}}"""
    ]

let private pairRows =
    String.concat "\n" [
        for k in 0..11 do
            let coins = [ "one"; "four"; "eight" ][k % 3]
            $"""{{"prompt":"a bike {coins}","chosen":"four coins","rejected":"i am sorry"}}"""
    ]

let private short =
    set [ "max_steps=6"; "per_device_train_batch_size=4"; "logging_steps=2"; "learning_rate=1e-3" ]

let private lora = set [ "use_peft=true"; "lora_r=4"; "lora_alpha=8" ]
let private judge = [ "--data"; "dialogues(rows=6,seed=5)"; "--reward"; "judge" ]

let private grpo =
    set [
        "max_steps=3"
        "num_generations=4"
        "per_device_train_batch_size=8"
        "max_completion_length=8"
        "learning_rate=1e-3"
        "logging_steps=1"
    ]

let private onlyRun folder = RunFolder.All folder |> Seq.exactlyOne

/// A model for the dialogue world, whose cards are long.
let private roomy =
    lazy
        (let folder = Directory.CreateTempSubdirectory "align-roomy-"

         AppDomain.CurrentDomain.ProcessExit.Add(fun _ ->
             try
                 folder.Delete(recursive = true)
             with :? IOException ->
                 ())

         saveModel folder.FullName 2048 2UL)

/// Runs a training below a folder and gives its object.
let private trained folder args =
    let out = printed ([ "train" ] @ args @ [ "--out"; folder; "--json" ])
    expectValid out
    json out

let private file folder name (text: string) =
    let path = Path.Combine(folder, name)
    File.WriteAllText(path, text)
    path

let private bytes (folder: string) (name: string) = File.ReadAllBytes(Path.Combine(folder, name)) |> Convert.ToHexString

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

// ---- keys ---------------------------------------------------------------------------------------------------------------

let private keys =
    testList "keys" [
        testCase "defaults, a file, the command line: the later wins, and a dry run says from where" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows

                let config =
                    file
                        folder
                        "sft.yaml"
                        $"model_name_or_path: {tiny.Value}\ndataset_name: [{data}]\nlearning_rate: 3e-4\nper_device_train_batch_size: 4\nuse_peft: true\nlora_target_modules: [q_proj, k_proj, v_proj, o_proj]\n"

                let before = Directory.GetFileSystemEntries folder

                let out =
                    printed (
                        [ "train"; "sft"; "--config"; config; "--dry-run" ] @ set [ "per_device_train_batch_size=2" ]
                    )

                Expect.equal (Directory.GetFileSystemEntries folder) before "nothing written"

                let row (name: string) =
                    out.Split '\n'
                    |> Array.find _.StartsWith(name + " ")
                    |> fun line -> line.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray |> List.tail

                Expect.equal (row "learning_rate") [ "3e-4"; config ] "of the file"
                Expect.equal (row "per_device_train_batch_size") [ "2"; "--set" ] "of the command line"
                Expect.equal (row "max_grad_norm") [ "1"; "default" ] "TRL's"
                // 12 rows, 3 epochs, 2 a step
                Expect.equal (row "steps") [ "18" ] "steps"
                Expect.equal (row "makes") [ "adapter" ] "what it makes"))

        testCase "what ran runs again: from the run, and from its config.yaml" (fun () ->
            inFolder (fun folder ->
                let data = file folder "sft.jsonl" sftRows
                let at name = Path.Combine(folder, name)
                trained (at "a") ([ "sft"; tiny.Value; "--data"; data ] @ short @ lora) |> ignore
                let first = onlyRun (at "a")
                let weights name = bytes ((onlyRun (at name)).File "model") "adapter_model.safetensors"
                printed [ "run"; "--from"; first.Path; "--out"; at "b" ] |> ignore
                Expect.equal (weights "b") (weights "a") "from the run"
                trained (at "c") [ "sft"; "--config"; first.File RunFiles.Config ] |> ignore
                Expect.equal (weights "c") (weights "a") "from its configuration"

                Expect.equal
                    (File.ReadAllText((onlyRun (at "c")).File RunFiles.Config))
                    (File.ReadAllText(first.File RunFiles.Config))
                    "resolved alike"))

        testCase "help lists every key with its default" (fun () ->
            let help = printed [ "train"; "--help" ]

            for key in TrainKeys.all do
                Expect.stringContains help $"    {key.Name} " key.Name

            Expect.stringContains help "= sft 2e-5, reward 1e-4, dpo 1e-6, grpo 1e-6" "by method")

        testCase "the page on language models has every key and its default" (fun () ->
            let page = File.ReadAllText(Path.Combine(root, "docs", "language-models.md"))

            for key in TrainKeys.all do
                for trained, value in key.Defaults do
                    let value = if value = "" then "none" else value
                    let row = page.Split '\n' |> Array.tryFindBack _.StartsWith($"| `{key.Name}` |")
                    Expect.isSome row $"{key.Name}: a row"
                    Expect.stringContains row.Value value $"{key.Name} of {TrainKeys.nameOf trained}")

        testCase "every metric of a training is in the catalogue" (fun () ->
            inFolder (fun folder ->
                let data = file folder "pairs.jsonl" pairRows
                let sft = file folder "sft.jsonl" sftRows
                let at name = Path.Combine(folder, name)

                let runs = [
                    trained (at "sft") ([ "sft"; tiny.Value; "--data"; sft; "--eval-data"; sft ] @ short)
                    trained (at "dpo") ([ "dpo"; tiny.Value; "--data"; data; "--eval-data"; data ] @ short)
                    trained (at "reward") ([ "reward"; tiny.Value; "--data"; data; "--eval-data"; data ] @ short)
                    trained (at "grpo") ([ "grpo"; roomy.Value ] @ judge @ grpo)
                ]

                let known = MetricCatalogue.all |> List.map _.Key |> Set.ofList

                for run in runs do
                    for metric in (run.GetProperty "metrics").EnumerateObject() do
                        let name = metric.Name
                        let plain = if name.StartsWith "eval_" then name.Substring 5 else name

                        Expect.isTrue
                            (known.Contains name || (known.Contains "eval_{metric}" && known.Contains plain))
                            name))
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
                Expect.stringContains (printed [ "export"; run.Path ]) "learning_rate" "exported"))

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

// ---- wrong input --------------------------------------------------------------------------------------------------------

let private wrong =
    let good folder = file folder "sft.jsonl" sftRows
    let sft args folder = [ "sft"; tiny.Value; "--data"; good folder ] @ args

    testList "wrong input" [
        for name, args, message in
            [
                "no method",
                (fun _ -> []),
                "train: expected what to learn by, one of sft, reward, dpo, grpo, and a model."
                "a method that is none",
                (fun _ -> [ "stf"; tiny.Value ]),
                "train: expected one of sft, reward, dpo, grpo, got 'stf'. Did you mean 'sft'?"
                "no model",
                (fun folder -> [ "sft"; "--data"; good folder ]),
                "train: expected a model, a folder or the name of a shipped one."
                "a folder that is not there",
                (fun folder -> [ "sft"; Path.Combine(folder, "none"); "--data"; good folder ]),
                "expected that of a model."
                "no data",
                (fun _ -> [ "sft"; tiny.Value ]),
                "train: expected data to learn from; name files by --data FILE."
                "data that are not there",
                (fun folder -> [ "sft"; tiny.Value; "--data"; Path.Combine(folder, "none.jsonl") ]),
                "none.jsonl: no such file; check the path"
                "a row without a field",
                (fun folder ->
                    let path = file folder "rows.jsonl" (sftRows + "\n{\"messages\":[{\"role\":\"user\"}]}")
                    [ "sft"; tiny.Value; "--data"; path ]),
                "rows.jsonl(13,1): expected a field 'messages[0].content', got none; there are role"
                "a row whose turns are in no order",
                (fun folder ->
                    let row = "{\"messages\":[{\"role\":\"assistant\",\"content\":\"hi\"}]}"
                    [ "sft"; tiny.Value; "--data"; file folder "rows.jsonl" (sftRows + "\n" + row) ]),
                "rows.jsonl, row 13: "
                "rows of another layout",
                (fun folder -> [ "dpo"; tiny.Value; "--data"; good folder ]),
                "expected rows laid out as Preference or SafeRlhf, got Messages"
                "a key that is none",
                sft (set [ "learning_rte=1" ]),
                "--set: unknown key 'learning_rte'. Did you mean 'learning_rate'?"
                "a key of another method", sft (set [ "beta=1" ]), "--set: 'beta' is a key of dpo, grpo and not of sft."
                "a value that is none",
                sft (set [ "learning_rate=fast" ]),
                "--set: learning_rate: expected a number above 0, got 'fast'."
                "a word that is none",
                sft (set [ "lr_scheduler_type=cosin" ]),
                "--set: lr_scheduler_type: expected one of linear, cosine, constant, got 'cosin'. Did you mean 'cosine'?"
                "a loss of another method",
                (fun folder ->
                    [ "dpo"; tiny.Value; "--data"; file folder "p.jsonl" pairRows ] @ set [ "loss_type=grpo" ]),
                "loss_type: dpo knows sigmoid, ipo and ipo_sum, got 'grpo'."
                "modules that are no group",
                sft (set [ "use_peft=true"; "lora_target_modules=q_proj,v_proj" ]),
                "lora_target_modules: expected attention, perceptron, all, or all of q_proj, k_proj, v_proj, o_proj"
                "texts longer than the context",
                sft (set [ "max_length=4096" ]),
                "max_length: the model takes at most 256 tokens, got 4,096."
                "no row is short enough",
                sft (set [ "max_length=5" ]),
                "--data: every row is longer than the 5 tokens that are taken; the shortest has "
                "evaluations of nothing",
                sft (set [ "eval_steps=5" ]),
                "eval_steps: there is nothing to be judged by; name files by --eval-data FILE."
                "a model without a tokenizer",
                (fun folder -> [ "sft"; ModelTests.folder "llama"; "--data"; good folder ]),
                "the model has no tokenizer, so it reads no text"
                "no reward",
                (fun _ -> [ "grpo"; roomy.Value; "--data"; "dialogues(rows=4)" ] @ grpo),
                "grpo: expected what samples are worth: --reward judge, or --reward DIR of a model of rewards."
                "rows without a judge",
                (fun folder ->
                    [ "grpo"; roomy.Value; "--data"; file folder "p.jsonl" pairRows; "--reward"; "judge" ] @ grpo),
                "p.jsonl(1,1): the row carries no judge: expected the fields 'asks', 'secrets' and 'forbidden', as prompts.jsonl of the dialogue world has them"
                "a model of rewards that is none",
                (fun folder -> [ "grpo"; tiny.Value; "--data"; good folder; "--reward"; folder ] @ grpo @ lora),
                "score.safetensors"
                "a model of rewards under weights that change",
                (fun folder -> [ "grpo"; tiny.Value; "--data"; good folder; "--reward"; folder ] @ grpo),
                "set use_peft=true and train an adapter."
                "a KL to a reference that changes",
                (fun _ -> [ "grpo"; roomy.Value ] @ judge @ grpo @ set [ "beta=0.1" ]),
                "Training, beta: a KL to the reference needs the reference to stay; train an adapter, or set beta to 0."
                "completions without room",
                (fun folder ->
                    [ "grpo"; tiny.Value; "--data"; good folder; "--reward"; "judge" ]
                    @ set [ "max_completion_length=256" ]),
                "max_completion_length: expected less than the model's context of 256 tokens, got 256."
                "groups that fill no batch",
                (fun _ -> [ "grpo"; roomy.Value ] @ judge @ grpo @ set [ "num_generations=3" ]),
                "num_generations: expected a divisor of the 8 samples of a batch, got 3"
                "a world without rows",
                (fun _ -> [ "sft"; roomy.Value; "--data"; "dialogues(seed=3)" ]),
                "--data: 'dialogues(seed=3)': expected rows=N, how many rows."
                "a world's parameter that is none",
                (fun _ -> [ "sft"; roomy.Value; "--data"; "dialogues(row=3)" ]),
                "--data: 'dialogues(row=3)' has no parameter 'row'. Did you mean 'rows'?"
                "all weights in 16 bits",
                sft [ "--precision"; "bfloat16" ],
                "All weights are trained in float32 or float64 alone"
            ] do
            testCase name (fun () ->
                inFolder (fun folder ->
                    let args = args folder
                    refusedIn folder ([ "train" ] @ args @ [ "--out"; Path.Combine(folder, "runs") ]) message))

        testCase "a wrong key of a file is told with the place" (fun () ->
            inFolder (fun folder ->
                let config = file folder "sft.yaml" "learning_rate: 1e-3\nmax_step: 5\n"

                let data = good folder

                refusedIn
                    folder
                    [
                        "train"
                        "sft"
                        tiny.Value
                        "--data"
                        data
                        "--config"
                        config
                        "--out"
                        Path.Combine(folder, "runs")
                    ]
                    "sft.yaml(2,1): unknown key 'max_step'. Did you mean 'max_steps'?"))
    ]

[<Tests>]
let tests = testList "align train" [ makes; keys; runs; wrong ]
