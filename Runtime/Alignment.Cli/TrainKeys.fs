namespace Alignment.Cli

open System
open Alignment
open Alignment.CommandLine

/// What a language model learns from.
[<RequireQualifiedAccess>]
type TrainMethod =
    | Sft
    | Reward
    | Dpo
    | Grpo

/// What the value of a key may be.
[<RequireQualifiedAccess>]
type KeyKind =
    | Whole of least: int64
    /// At least the first, or above it where open; at most the last.
    | Real of least: float * isOpen: bool * most: float
    | Word of words: string list
    | Flag
    /// A file, a folder, or a name that stands for one.
    | Place
    /// Several of them.
    | Places
    /// Names, with commas between.
    | Names

/// A setting of a training, by the name that TRL has for it.
type TrainKey = {
    Name: string
    Kind: KeyKind
    /// Whether there may be none.
    IsOptional: bool
    /// The methods that know it, each with what it is there when nobody sets it; empty for none.
    Defaults: (TrainMethod * string) list
    About: string
}

/// A key with its values, and where they are from.
type TrainSetting = { Key: TrainKey; Values: string list; From: string }

/// The keys of `align train`. Names and defaults are those of TRL 1.x and of Transformers' TrainingArguments, but for those that say that they
/// are ours.
module TrainKeys =
    let methods = [
        "sft", TrainMethod.Sft
        "reward", TrainMethod.Reward
        "dpo", TrainMethod.Dpo
        "grpo", TrainMethod.Grpo
    ]

    /// Where a value is from that nobody set.
    [<Literal>]
    let ByDefault = "default"

    /// Where one is from that the model decides.
    [<Literal>]
    let ByModel = "the model's context"

    let nameOf trained = methods |> List.find (fun (_, m) -> m = trained) |> fst

    let private everywhere value = [ for _, m in methods -> m, value ]
    let private onGrpo value = [ TrainMethod.Grpo, value ]
    let private onTexts value = [ TrainMethod.Sft, value; TrainMethod.Reward, value; TrainMethod.Dpo, value ]

    let private key name kind defaults about = {
        Name = name
        Kind = kind
        IsOptional = false
        Defaults = defaults
        About = about
    }

    let private optional name kind defaults about = { key name kind defaults about with IsOptional = true }

    let private above0 = KeyKind.Real(0.0, true, Double.MaxValue)
    let private least0 = KeyKind.Real(0.0, false, Double.MaxValue)
    let private least1 = KeyKind.Whole 1L
    let private whole = KeyKind.Whole 0L

    let all = [
        optional
            "model_name_or_path"
            KeyKind.Place
            (everywhere "")
            "the model: a folder or a shipped name; MODEL on the command line"
        optional
            "dataset_name"
            KeyKind.Places
            (everywhere "")
            "files to learn from, or dialogues(...); --data on the command line"
        optional
            "eval_dataset_name"
            KeyKind.Places
            (onTexts "")
            "files to be judged by; --eval-data on the command line (ours)"
        optional
            "preferred_by"
            (KeyKind.Word [ "helpfulness"; "harmlessness" ])
            [ TrainMethod.Reward, "helpfulness"; TrainMethod.Dpo, "helpfulness" ]
            "which label, where rows have both (ours)"
        key
            "learning_rate"
            above0
            [
                TrainMethod.Sft, "2e-5"
                TrainMethod.Reward, "1e-4"
                TrainMethod.Dpo, "1e-6"
                TrainMethod.Grpo, "1e-6"
            ]
            "of AdamW, after the warm-up"
        key
            "per_device_train_batch_size"
            least1
            (everywhere "8")
            "examples that pass through the model together; in grpo samples"
        key "gradient_accumulation_steps" least1 (everywhere "1") "batches a step"
        key "num_train_epochs" above0 (everywhere "3") "how often all examples are taken"
        key "max_steps" (KeyKind.Whole -1L) (everywhere "-1") "steps in all; -1 for as many as the epochs take"
        key "warmup_steps" whole (everywhere "0") "steps over which the rate rises from 0"
        key
            "warmup_ratio"
            (KeyKind.Real(0.0, false, 1.0))
            (everywhere "0")
            "the same as a share of all steps; warmup_steps wins"
        key
            "lr_scheduler_type"
            (KeyKind.Word [ "linear"; "cosine"; "constant" ])
            (everywhere "linear")
            "how the rate changes after that"
        key "weight_decay" least0 (everywhere "0") "by which matrices shrink"
        key "adam_beta1" (KeyKind.Real(0.0, false, 1.0)) (everywhere "0.9") "memory of the gradient's mean"
        key "adam_beta2" (KeyKind.Real(0.0, false, 1.0)) (everywhere "0.999") "memory of its square"
        key "adam_epsilon" above0 (everywhere "1e-8") "added to the square's root"
        key "max_grad_norm" least0 (everywhere "1") "norm that larger gradients are brought to; 0 for never"
        key "logging_steps" least1 (everywhere "10") "steps between two lines of metrics"
        optional
            "eval_steps"
            least1
            (onTexts "")
            "steps between evaluations; logging_steps where there is data for them"
        key
            "load_best_model_at_end"
            KeyKind.Flag
            (onTexts "false")
            "whether the weights with the least eval_loss are the result"
        key "seed" whole (everywhere "42") "of the order of examples, new adapters and samples"
        optional
            "max_length"
            least1
            (onTexts "1024")
            "tokens; rows with more are left out and counted, never cut (TRL cuts)"
        key
            "loss_type"
            (KeyKind.Word [ "sigmoid"; "ipo"; "ipo_sum"; "dapo"; "grpo"; "dr_grpo" ])
            [ TrainMethod.Dpo, "sigmoid"; TrainMethod.Grpo, "dapo" ]
            "dpo: sigmoid, ipo (means over tokens), ipo_sum (ours: the paper's sums); grpo: dapo (mean over all tokens), grpo (over each sample's), dr_grpo (by the greatest length)"
        key "beta" least0 [ TrainMethod.Dpo, "0.1"; TrainMethod.Grpo, "0" ] "how dear it is to leave the reference"
        key "label_smoothing" (KeyKind.Real(0.0, false, 0.5)) [ TrainMethod.Dpo, "0" ] "of the labels, below 1/2"
        optional "center_rewards_coefficient" least0 [ TrainMethod.Reward, "" ] "weight of what keeps rewards around 0"
        optional
            "reward"
            KeyKind.Place
            (onGrpo "")
            "judge, or the folder of a model of rewards; --reward on the command line (ours)"
        key "harm_weight" least0 (onGrpo "1") "w of the judge's reward help - w harm (ours)"
        key "num_generations" (KeyKind.Whole 2L) (onGrpo "8") "samples of a prompt; a divisor of the batch's size"
        key "max_completion_length" least1 (onGrpo "256") "the most tokens of a sample"
        key "temperature" above0 (onGrpo "1") "of sampling"
        optional "top_k" whole (onGrpo "0") "likeliest tokens that samples are drawn from; 0 for all"
        key "top_p" (KeyKind.Real(0.0, true, 1.0)) (onGrpo "1") "the nucleus's probability"
        key "repetition_stop" whole (onGrpo "0") "ends a sample that repeats itself so often; 0 for never (ours)"
        key "epsilon" above0 (onGrpo "0.2") "how far below 1 ratios count"
        optional "epsilon_high" above0 (onGrpo "") "how far above 1; epsilon when none"
        key
            "scale_rewards"
            (KeyKind.Word [ "group"; "none"; "true"; "false" ])
            (onGrpo "group")
            "whether rewards are divided by their group's standard deviation"
        key "use_peft" KeyKind.Flag (everywhere "false") "whether an adapter (LoRA) is trained and not all weights"
        key "lora_r" least1 (everywhere "16") "rank of the adapter"
        key "lora_alpha" above0 (everywhere "32") "its scale is lora_alpha / lora_r"
        key
            "lora_target_modules"
            KeyKind.Names
            (everywhere "attention")
            "attention, perceptron, all, or names of the model's matrices: [q_proj, v_proj]"
        key "use_rslora" KeyKind.Flag (everywhere "false") "whether the scale is lora_alpha / sqrt(lora_r)"
        optional
            "precision"
            (KeyKind.Word [ "float32"; "bfloat16"; "stored"; "float64" ])
            (everywhere "")
            "numbers of the base's weights; --precision on the command line (ours)"
        key
            "threads"
            (KeyKind.Whole 1L)
            (everywhere "1")
            "threads within an operation; --threads on the command line (ours)"
        key "device" (KeyKind.Word [ "cpu"; "cuda" ]) (everywhere "cpu") "--device on the command line (ours)"
    ]

    /// Settings of TRL, PEFT and Transformers that change no result here: any value is taken, and told to be without effect.
    let unused = [
        "output_dir"
        "overwrite_output_dir"
        "run_name"
        "report_to"
        "logging_dir"
        "logging_strategy"
        "logging_first_step"
        "log_level"
        "disable_tqdm"
        "save_strategy"
        "save_steps"
        "save_total_limit"
        "save_safetensors"
        "eval_strategy"
        "per_device_eval_batch_size"
        "gradient_checkpointing"
        "attn_implementation"
        "dataset_num_proc"
        "dataloader_num_workers"
        "dataloader_pin_memory"
        "remove_unused_columns"
    ]

    /// Settings of theirs of which one choice alone is built, or two that are the same: others are refused.
    let fixedTo = [
        "bf16", [ "false" ]
        "fp16", [ "false" ]
        "optim", [ "adamw_torch"; "adamw_torch_fused" ]
        "lora_dropout", [ "0" ]
        "lora_task_type", [ "CAUSAL_LM"; "SEQ_CLS" ]
        "load_in_8bit", [ "false" ]
        "load_in_4bit", [ "false" ]
        "packing", [ "false" ]
        "assistant_only_loss", [ "true" ]
        "num_iterations", [ "1" ]
        "importance_sampling_level", [ "token" ]
        "mask_truncated_completions", [ "false" ]
        "use_vllm", [ "false" ]
        "push_to_hub", [ "false" ]
        "trust_remote_code", [ "false" ]
    ]

    /// Whether a key is one of those that change nothing with these values.
    let changesNothing (place: string) name (values: string list) =
        let isOne (value: string) (word: string) =
            String.Equals(value, word, StringComparison.OrdinalIgnoreCase)
            || (Words.tryReal word).IsSome && Words.tryReal value = Words.tryReal word

        match fixedTo |> List.tryFind (fst >> (=) name) with
        | Some(_, words) ->
            match values |> List.tryFind (fun value -> not (List.exists (isOne value) words)) with
            | Some value ->
                let wanted = String.concat " or " words
                Faults.refuse $"%s{place}: %s{name}: expected %s{wanted}, got '%s{value}'; nothing else is built."
            | None -> true
        | None -> List.contains name unused

    let private kindOf name = all |> List.tryFind (fun key -> key.Name = name) |> Option.map _.Kind

    /// The values of a key that one text holds.
    let valuesOf name (text: string) =
        match kindOf name with
        | Some KeyKind.Names -> text.Split(',', StringSplitOptions.TrimEntries) |> List.ofArray
        | _ -> [ text ]

    /// The values of a key whose option was given several times: all where it takes several, else the last.
    let valuesOfAll name texts =
        match kindOf name with
        | Some KeyKind.Places -> texts
        | _ -> [ List.last texts ]

    let isOf trained (key: TrainKey) = key.Defaults |> List.exists (fst >> (=) trained)

    let private isNone (text: string) = List.contains (text.ToLowerInvariant()) [ ""; "none"; "null"; "~" ]

    let private expected kind =
        match kind with
        | KeyKind.Whole least -> $"a whole number of at least %d{least}"
        | KeyKind.Real(least, isOpen, most) ->
            let from =
                if isOpen then
                    $"above %s{Words.exact least}"
                else
                    $"of at least %s{Words.exact least}"

            let upTo = if most = Double.MaxValue then "" else $" and at most %s{Words.exact most}"
            $"a number %s{from}%s{upTo}"
        | KeyKind.Word words -> "one of " + String.concat ", " words
        | KeyKind.Flag -> "true or false"
        | KeyKind.Place
        | KeyKind.Places
        | KeyKind.Names -> "a text"

    let private fits kind (text: string) =
        match kind, Words.tryReal text with
        | KeyKind.Whole least, Some value -> Double.IsInteger value && value >= float least && value <= 9e15
        | KeyKind.Real(least, isOpen, most), Some value ->
            (if isOpen then value > least else value >= least) && value <= most
        | KeyKind.Word words, _ -> List.contains (text.ToLowerInvariant()) words
        | KeyKind.Flag, _ -> List.contains (text.ToLowerInvariant()) [ "true"; "false" ]
        | (KeyKind.Place | KeyKind.Places | KeyKind.Names), _ -> not (String.IsNullOrWhiteSpace text)
        | _, None -> false

    /// A key of a method with values that somebody wrote.
    let read trained (place: string) (name: string) (values: string list) (from: string) =
        let key =
            match all |> List.tryFind (fun key -> key.Name = name) with
            | Some key when isOf trained key -> key
            | Some key ->
                let others = key.Defaults |> List.map (fst >> nameOf) |> String.concat ", "
                Faults.refuse $"%s{place}: '%s{name}' is a key of %s{others} and not of %s{nameOf trained}."
            | None ->
                let known = all |> List.filter (isOf trained) |> List.map _.Name
                let hint = Nearest.Hint(name, known, "Keys are")
                Faults.refuse $"%s{place}: unknown key '%s{name}'.%s{hint}"

        let wrong (text: string) =
            let hint =
                match key.Kind with
                | KeyKind.Word words ->
                    match Nearest.To(text, words) with
                    | null -> ""
                    | nearest -> $" Did you mean '%s{nearest}'?"
                | _ -> ""

            let none = if key.IsOptional then ", or none" else ""
            Faults.refuse $"%s{place}: %s{name}: expected %s{expected key.Kind}%s{none}, got '%s{text}'.%s{hint}"

        match key.Kind, values with
        | _, [ only ] when key.IsOptional && isNone only -> { Key = key; Values = []; From = from }
        | (KeyKind.Places | KeyKind.Names), (_ :: _) ->
            values |> List.tryFind (fits key.Kind >> not) |> Option.iter wrong
            { Key = key; Values = values; From = from }
        | _, [ only ] when fits key.Kind only -> { Key = key; Values = [ only ]; From = from }
        | _, values -> wrong (String.concat ", " values)

    let private byDefault trained (key: TrainKey) =
        let _, value = key.Defaults |> List.find (fst >> (=) trained)

        { Key = key; Values = (if value = "" then [] else [ value ]); From = ByDefault }

    /// All keys of a method: what was read last wins, and what nobody set is as TRL has it.
    let resolve trained (settings: TrainSetting list) = [
        for key in all do
            if isOf trained key then
                match settings |> List.tryFindBack (fun s -> s.Key.Name = key.Name) with
                | Some setting -> setting
                | None -> byDefault trained key
    ]

    let private shown (values: string list) = if values.IsEmpty then "none" else String.concat ", " values

    /// A line a key: its value, and where that is from.
    let table (settings: TrainSetting list) =
        Words.table [
            [ "key"; "value"; "from" ]
            for setting in settings do
                [ setting.Key.Name; shown setting.Values; setting.From ]
        ]

    /// For help: each key with its default, by method where they differ.
    let overview () =
        let value (key: TrainKey) =
            match key.Defaults |> List.map snd |> List.distinct with
            | [ "" ] -> "none"
            | [ single ] -> single
            | _ -> key.Defaults |> List.map (fun (m, v) -> $"%s{nameOf m} %s{v}") |> String.concat ", "

        let where (key: TrainKey) =
            if key.Defaults.Length = methods.Length then
                ""
            else
                key.Defaults |> List.map (fst >> nameOf) |> String.concat ", "

        Words.table [
            for key in all do
                [ "    " + key.Name; "= " + value key; where key; key.About ]
        ]
