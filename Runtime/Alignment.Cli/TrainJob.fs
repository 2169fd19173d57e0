namespace Alignment.Cli

open System
open System.Threading
open Alignment
open Alignment.CommandLine

/// Settings by name, each as what it is.
type TrainSettings(settings: TrainSetting list) =
    let find name = settings |> List.find (fun s -> s.Key.Name = name)
    let real (text: string) = (Words.tryReal text).Value

    member _.All = settings
    member _.Texts name = (find name).Values
    member _.Text name = List.tryHead (find name).Values
    member _.Word name = (List.head (find name).Values).ToLowerInvariant()
    member _.Flag name = (List.head (find name).Values).ToLowerInvariant() = "true"
    member _.Whole name = int64 (real (List.head (find name).Values))
    member _.Real name = real (List.head (find name).Values)
    member _.TryWhole name = List.tryHead (find name).Values |> Option.map (real >> int64)
    member _.TryReal name = List.tryHead (find name).Values |> Option.map real
    member _.IsDefault name = (find name).From = TrainKeys.ByDefault
    member _.Has name = settings |> List.exists (fun s -> s.Key.Name = name)

/// A training that is ready to run.
type TrainJob = {
    Method: TrainMethod
    Model: LanguageModel
    Rows: int
    LeftOut: int
    HeldOut: int
    HeldOutLeftOut: int
    Steps: int64
    /// What there is in the end: an adapter, a model, or a model of rewards.
    Makes: string
    Run: TrainingOptions -> CancellationToken -> TrainingResult
    Save: string -> unit
}

module TrainJob =
    /// How models of this training are held.
    let modelOptions (settings: TrainSettings) =
        let precision = settings.Text "precision" |> Option.map (Speaking.precision "precision")
        Speaking.modelOptions precision (int (settings.Whole "threads")) (settings.Word "device")

    // ---- what is trained -------------------------------------------------------------------------------------------

    let private targets (model: LanguageModel) (names: string list) =
        match names with
        | [ "attention" ] -> AdapterTargets.Attention
        | [ "perceptron" ] -> AdapterTargets.Perceptron
        | [ "all" ] -> AdapterTargets.All
        | _ ->
            try
                model.Targets names
            with :? ArgumentException as fault ->
                Faults.refuse $"lora_target_modules: %s{fault.Message}; or attention, perceptron or all."

    let private adapter (settings: TrainSettings) (model: LanguageModel) =
        if settings.Flag "use_peft" then
            let lora =
                Lora(
                    Rank = int (settings.Whole "lora_r"),
                    Alpha = settings.Real "lora_alpha",
                    RankStabilized = settings.Flag "use_rslora",
                    Targets = targets model (settings.Texts "lora_target_modules")
                )

            Some(model.Attach("policy", lora, uint64 (settings.Whole "seed")))
        else
            None

    let private save (model: LanguageModel) (adapter: Adapter option) (folder: string) =
        match adapter with
        | Some adapter -> model.SaveAdapter(adapter, folder)
        | None -> model.Save folder

    let private makes (adapter: Adapter option) = if adapter.IsSome then "adapter" else "model"

    // ---- how long, and how much -------------------------------------------------------------------------------------

    let private perStep (settings: TrainSettings) =
        settings.Whole "per_device_train_batch_size" * settings.Whole "gradient_accumulation_steps"

    /// Steps in all, of so many examples.
    let private steps (settings: TrainSettings) examples =
        match settings.Whole "max_steps" with
        | given when given > 0L -> given
        | _ ->
            let all = settings.Real "num_train_epochs" * float examples / float (perStep settings)
            max 1L (int64 (ceil all))

    /// The most tokens of a row.
    let private limit (settings: TrainSettings) (model: LanguageModel) =
        let context = model.Config.Context

        match settings.TryWhole "max_length" with
        | Some longest when longest > int64 context ->
            Faults.refuse
                $"max_length: the model takes at most %s{Words.count (int64 context)} tokens, got %s{Words.count longest}."
        | Some longest -> int longest
        | None -> context

    let private files (settings: TrainSettings) =
        match settings.Texts "dataset_name" with
        | [] -> Faults.refuse "train: expected data to learn from; name files by --data FILE."
        | files -> files

    let private heldOut (settings: TrainSettings) (read: string list -> Lessons<'T>) =
        match settings.Texts "eval_dataset_name" with
        | [] ->
            for key in [ "eval_steps"; "load_best_model_at_end" ] do
                if not (settings.IsDefault key) && settings.Texts key <> [] && settings.Text key <> Some "false" then
                    Faults.refuse $"%s{key}: there is nothing to be judged by; name files by --eval-data FILE."

            { Rows = []; LeftOut = 0 }
        | files -> read files

    // ---- the methods ------------------------------------------------------------------------------------------------

    let private job trained (settings: TrainSettings) model makes (rows: Lessons<'T>) (held: Lessons<'T>) run save = {
        Method = trained
        Model = model
        Rows = rows.Rows.Length
        LeftOut = rows.LeftOut
        HeldOut = held.Rows.Length
        HeldOutLeftOut = held.LeftOut
        Steps = steps settings rows.Rows.Length
        Makes = makes
        Run = run
        Save = save
    }

    let private supervised (settings: TrainSettings) model =
        let read = TrainData.texts model (limit settings model)
        let rows, held = read (files settings), heldOut settings read
        let adapter = adapter settings model

        let run options token =
            Training.Supervised(
                model,
                Option.toObj adapter,
                Array.ofList rows.Rows,
                Array.ofList held.Rows,
                options,
                token
            )

        job TrainMethod.Sft settings model (makes adapter) rows held run (save model adapter)

    let private labelled (settings: TrainSettings) model =
        let by =
            if settings.Word "preferred_by" = "harmlessness" then
                PreferredBy.Harmlessness
            else
                PreferredBy.Helpfulness

        let read = TrainData.pairs model (limit settings model) by
        read (files settings), heldOut settings read

    let private preferences (settings: TrainSettings) model =
        let rows, held = labelled settings model
        let adapter = adapter settings model
        let beta = settings.Real "beta"

        let loss: IPairLoss =
            match settings.Word "loss_type", settings.Real "label_smoothing" with
            | "sigmoid", smoothing -> DpoLoss(beta, smoothing)
            | ("ipo" | "ipo_sum" as kind), 0.0 -> IpoLoss(beta, (kind = "ipo"))
            | ("ipo" | "ipo_sum"), _ -> Faults.refuse "label_smoothing: it is about loss_type sigmoid."
            | other, _ -> Faults.refuse $"loss_type: dpo knows sigmoid, ipo and ipo_sum, got '%s{other}'."

        let run options token =
            Training.Preferences(
                model,
                Option.toObj adapter,
                loss,
                Array.ofList rows.Rows,
                Array.ofList held.Rows,
                options,
                token
            )

        job TrainMethod.Dpo settings model (makes adapter) rows held run (save model adapter)

    let private rewards (settings: TrainSettings) model =
        let rows, held = labelled settings model
        let scorer = new RewardScorer(model, Option.toObj (adapter settings model))
        let centring = defaultArg (settings.TryReal "center_rewards_coefficient") 0.0

        let run options token =
            Training.Rewards(scorer, centring, Array.ofList rows.Rows, Array.ofList held.Rows, options, token)

        job TrainMethod.Reward settings model "reward model" rows held run scorer.Save

    let private group (settings: TrainSettings) (model: LanguageModel) =
        let low = settings.Real "epsilon"

        let sampling =
            SamplingOptions(
                MaxNewTokens = int (settings.Whole "max_completion_length"),
                Temperature = settings.Real "temperature",
                TopK = int (defaultArg (settings.TryWhole "top_k") 0L),
                TopP = settings.Real "top_p",
                RepetitionStop = int (settings.Whole "repetition_stop")
            )

        let normalization =
            match settings.Word "loss_type" with
            | "grpo" -> GroupNormalization.Sample
            | "dapo" -> GroupNormalization.Tokens
            | "dr_grpo" -> GroupNormalization.Length
            | other -> Faults.refuse $"loss_type: grpo knows dapo, grpo and dr_grpo, got '%s{other}'."

        GroupOptions(
            Generations = int (settings.Whole "num_generations"),
            Advantage =
                (match settings.Word "scale_rewards" with
                 | "group"
                 | "true" -> GroupAdvantage.Standardized
                 | _ -> GroupAdvantage.Centred),
            Normalization = normalization,
            Beta = settings.Real "beta",
            Low = low,
            High = defaultArg (settings.TryReal "epsilon_high") low,
            Sampling = model.Stopping sampling
        )

    /// A model of rewards with weights of its own, which reads the policy's tokens.
    let private whole (settings: TrainSettings) (model: LanguageModel) (folder: string) =
        let scorer = RewardScorer.Load(folder, modelOptions settings)

        if scorer.Model.Config.Vocabulary <> model.Config.Vocabulary then
            let theirs, ours = scorer.Model.Config.Vocabulary, model.Config.Vocabulary
            scorer.Dispose()

            Faults.refuse
                $"--reward '%s{folder}': it knows %s{Words.count (int64 theirs)} tokens and the policy %s{Words.count (int64 ours)}; train it on a model with the policy's tokenizer."

        scorer

    let private samples (settings: TrainSettings) (model: LanguageModel) =
        let longest = int (settings.Whole "max_completion_length")
        let room = model.Config.Context - longest

        if room < 1 then
            Faults.refuse
                $"max_completion_length: expected less than the model's context of %s{Words.count (int64 model.Config.Context)} tokens, got %s{Words.count (int64 longest)}; a smaller one, as by --set max_completion_length=64, leaves room for prompts."

        let tokens (rows: Lessons<'R * ValueList<int>>) = { Rows = rows.Rows |> List.map snd; LeftOut = rows.LeftOut }

        let (reward: IReward), prompts =
            match settings.Text "reward" with
            | None ->
                Faults.refuse
                    "grpo: expected what samples are worth: --reward judge, or --reward DIR of a model of rewards."
            | Some "judge" ->
                let rows = TrainData.judged model room (files settings)
                let judges = rows.Rows |> List.map fst |> Array.ofList
                DialogueReward(model, judges, settings.Real "harm_weight") :> IReward, tokens rows
            | Some folder when RewardScorer.IsAdapter folder && not (settings.Flag "use_peft") ->
                Faults.refuse
                    $"--reward '%s{folder}' reads the base, whose weights would change under it: set use_peft=true and train an adapter."
            | Some folder ->
                let scorer =
                    if RewardScorer.IsAdapter folder then
                        RewardScorer.Load(model, "reward", folder)
                    else
                        whole settings model folder

                let name = $"model of rewards %s{folder}"
                ScorerReward(name, [ scorer ]), tokens (TrainData.plain model room (files settings))

        let adapter = adapter settings model
        let group = group settings model
        let prompts' = Array.ofList prompts.Rows

        let run options token = Training.Groups(model, Option.toObj adapter, group, reward, prompts', options, token)

        let job =
            job
                TrainMethod.Grpo
                settings
                model
                (makes adapter)
                prompts
                { Rows = []; LeftOut = 0 }
                run
                (save model adapter)

        // the batch counts samples
        { job with Steps = steps settings (prompts.Rows.Length * group.Generations) }

    /// Settings that a model decides where nobody else did.
    let resolved (settings: TrainSettings) (model: LanguageModel) =
        let context = model.Config.Context

        TrainSettings [
            for setting in settings.All do
                match setting with
                | { Key = { Name = "max_length" }; From = TrainKeys.ByDefault } when
                    int64 context < settings.Whole "max_length"
                      ->
                      { setting with Values = [ string context ]; From = TrainKeys.ByModel }
                | _ -> setting
        ]

    /// Reads the data, and makes what learns.
    let prepare trained (settings: TrainSettings) (model: LanguageModel) =
        match trained with
        | TrainMethod.Sft -> supervised settings model
        | TrainMethod.Reward -> rewards settings model
        | TrainMethod.Dpo -> preferences settings model
        | TrainMethod.Grpo -> samples settings model

    /// How it is trained.
    let options (settings: TrainSettings) (job: TrainJob) recorder progress logger =
        let evaluates = job.HeldOut > 0
        let norm = settings.Real "max_grad_norm"
        let optional name = if settings.Has name then settings.TryWhole name else None

        TrainingOptions(
            Steps = job.Steps,
            BatchSize = int (settings.Whole "per_device_train_batch_size"),
            Accumulation = int (settings.Whole "gradient_accumulation_steps"),
            LearningRate = settings.Real "learning_rate",
            Schedule =
                (match settings.Word "lr_scheduler_type" with
                 | "cosine" -> RateSchedule.Cosine
                 | "constant" -> RateSchedule.Constant
                 | _ -> RateSchedule.Linear),
            WarmupSteps =
                (match settings.Whole "warmup_steps" with
                 | 0L -> int64 (ceil (settings.Real "warmup_ratio" * float job.Steps))
                 | steps -> steps),
            WeightDecay = settings.Real "weight_decay",
            Beta1 = settings.Real "adam_beta1",
            Beta2 = settings.Real "adam_beta2",
            Epsilon = settings.Real "adam_epsilon",
            MaxGradientNorm = (if norm = 0.0 then Double.PositiveInfinity else norm),
            LogEvery = settings.Whole "logging_steps",
            EvaluateEvery =
                (if evaluates then
                     optional "eval_steps" |> Option.defaultValue (settings.Whole "logging_steps")
                 else
                     0L),
            KeepBest = (evaluates && settings.Flag "load_best_model_at_end"),
            Seed = uint64 (settings.Whole "seed"),
            Recorder = recorder,
            Progress = progress,
            Logger = logger
        )
