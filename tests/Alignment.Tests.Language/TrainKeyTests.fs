/// The keys of `align train` are TRL's, the later of two wins, and wrong input writes nothing.
module Alignment.Tests.Language.TrainKeyTests

open System
open System.IO
open Expecto
open Alignment
open Alignment.Cli
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures
open Alignment.Tests.Language.TrainFixtures

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
                            name

                // the pages of TRL's trainers list these; ours beside them are eval_perplexity and completions/repetition
                let everywhere = [ "loss"; "grad_norm"; "learning_rate"; "epoch" ]

                let theirs = [
                    [ "num_tokens"; "eval_loss"; "eval_perplexity" ]
                    [
                        "num_tokens"
                        for group in [ "rewards"; "logps" ] do
                            for reply in [ "chosen"; "rejected" ] do
                                $"{group}/{reply}"
                        "rewards/margins"
                        "rewards/accuracies"
                    ]
                    [ "num_tokens"; "accuracy"; "margin"; "min_reward"; "mean_reward"; "max_reward" ]
                    [
                        "reward"
                        "reward_std"
                        "frac_reward_zero_std"
                        "kl"
                        for length in [ "mean_length"; "min_length"; "max_length"; "clipped_ratio"; "repetition" ] do
                            $"completions/{length}"
                    ]
                ]

                for run, names in List.zip runs theirs do
                    let told = [ for m in (run.GetProperty "metrics").EnumerateObject() -> m.Name ]
                    let plain = told |> List.filter (fun name -> not (name.StartsWith "eval_"))
                    let wanted = everywhere @ names |> List.filter (fun name -> not (name.StartsWith "eval_"))
                    Expect.equal (List.sort plain) (List.sort wanted) "the names that TRL has"))

        testCase
            "a file as it was written for TRL: what changes nothing here is told, what would change a result is refused"
            (fun () ->
                inFolder (fun folder ->
                    let data = file folder "sft.jsonl" sftRows

                    let theirs =
                        $"""model_name_or_path: {tiny.Value}
dataset_name: {data}
learning_rate: 2.0e-4
num_train_epochs: 1
per_device_train_batch_size: 2
gradient_accumulation_steps: 2
gradient_checkpointing: true
logging_steps: 25
eval_strategy: "no"
use_peft: true
lora_r: 32
lora_alpha: 16
lora_dropout: 0.0
lora_target_modules: [q_proj, v_proj]
output_dir: out/of-mine
report_to: none
save_steps: 500
bf16: false
optim: adamw_torch
"""

                    let args text = [ "train"; "sft"; "--config"; file folder "theirs.yaml" text; "--dry-run" ]
                    let code, out, error = align (args theirs)
                    Expect.equal code ExitCode.Done error
                    Expect.stringContains out "lora_target_modules          q_proj, v_proj" "read"

                    Expect.equal
                        (error.TrimEnd())
                        "note     without effect here: gradient_checkpointing, eval_strategy, output_dir, report_to, save_steps"
                        "told"

                    for line, says in
                        [
                            "bf16: true", "bf16: expected false, got 'true'; nothing else is built."
                            "lora_dropout: 0.05", "lora_dropout: expected 0, got '0.05'; nothing else is built."
                            "optim: adafactor",
                            "optim: expected adamw_torch or adamw_torch_fused, got 'adafactor'; nothing else is built."
                        ] do
                        let name = line.Split(':')[0]

                        let changed =
                            theirs.Split '\n'
                            |> Array.map (fun l -> if l.StartsWith $"{name}:" then line else l)
                            |> String.concat "\n"

                        refusedIn folder (args changed) says))
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
                "rows.jsonl(13,1): "
                "a row without a turn of the assistant",
                (fun folder ->
                    let row = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                    [ "sft"; tiny.Value; "--data"; file folder "rows.jsonl" (sftRows + "\n\n" + row) ]),
                "rows.jsonl(14,1): Expected a turn of the assistant to learn from, got none."
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
                "modules that the model has not",
                sft (set [ "use_peft=true"; "lora_target_modules=q_proj,c_attn" ]),
                "lora_target_modules: expected names of the model's matrices, q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, got 'c_attn'; or attention, perceptron or all."
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
                (fun folder -> [ "sft"; ModelFixtures.folder "llama"; "--data"; good folder ]),
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
                (fun folder ->
                    file folder "adapter_config.json" "{}" |> ignore
                    [ "grpo"; tiny.Value; "--data"; good folder; "--reward"; folder ] @ grpo),
                "set use_peft=true and train an adapter."
                "a KL to a reference that changes",
                (fun _ -> [ "grpo"; roomy.Value ] @ judge @ grpo @ set [ "beta=0.1" ]),
                "Training, beta: a KL to the reference needs the reference to stay; train an adapter, or set beta to 0."
                "completions without room",
                (fun folder ->
                    [ "grpo"; tiny.Value; "--data"; good folder; "--reward"; "judge" ]
                    @ set [ "max_completion_length=256" ]),
                "max_completion_length: expected less than the model's context of 256 tokens, got 256; a smaller one, as by --set max_completion_length=64, leaves room for prompts."
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
let tests = testList "keys of align train" [ keys; wrong ]
