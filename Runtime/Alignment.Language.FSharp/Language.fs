namespace Alignment

/// The matrices that an adapter changes, by the names that `targets` takes; `AdapterTargets.All` is both.
[<AutoOpen>]
module AdapterNouns =

    /// Queries, keys, values and the attention's output.
    [<Literal>]
    let Attention = AdapterTargets.Attention

    /// The matrices of the perceptrons.
    [<Literal>]
    let Perceptron = AdapterTargets.Perceptron

    type Lora with

        /// Puts a new adapter on a model: rank 8, alpha 16, attention's matrices and seed 0 where nothing is said.
        static member attach(?name: string, ?rank: int, ?alpha: float, ?targets: AdapterTargets, ?seed: uint64) =
            fun (model: LanguageModel) ->
                let kind =
                    Lora(
                        Rank = defaultArg rank 8,
                        Alpha = defaultArg alpha 16.0,
                        Targets = defaultArg targets Attention
                    )

                LanguagePolicy(model, model.Attach(defaultArg name "policy", kind, defaultArg seed 0UL))

    type PreferenceLora with

        /// Puts a new adapter with slots for preferences on a model: rank 8, attention's matrices and seed 0 where nothing is said.
        static member attach(objectives: int, ?name: string, ?rank: int, ?targets: AdapterTargets, ?seed: uint64) =
            fun (model: LanguageModel) ->
                let kind =
                    PreferenceLora(
                        Objectives = objectives,
                        Rank = defaultArg rank 8,
                        Targets = defaultArg targets Attention
                    )

                LanguagePolicy(model, model.Attach(defaultArg name "policy", kind, defaultArg seed 0UL))

/// Language models in pipelines: one line each over `LanguageModel`.
[<RequireQualifiedAccess>]
module Language =

    /// Loads a model by its folder or by the name of a shipped one.
    let load (nameOrFolder: string) : LanguageModel = LanguageModel.Load(LanguageModel.Find nameOrFolder)

    /// Loads it in given numbers, on a device, with threads.
    let loadWith (options: ModelOptions) (nameOrFolder: string) : LanguageModel =
        LanguageModel.Load(LanguageModel.Find nameOrFolder, options)

    /// The base alone.
    let policy (model: LanguageModel) : LanguagePolicy = LanguagePolicy model

    /// Puts an adapter from a PEFT folder on a model.
    let adapted (folder: string) (model: LanguageModel) : LanguagePolicy =
        LanguagePolicy(model, model.LoadAdapter("policy", folder))

    /// The same policy at a point of the simplex, where its adapter takes preferences.
    let preferring (preferences: float seq) (policy: LanguagePolicy) : LanguagePolicy =
        LanguagePolicy(policy.Model, policy.Adapter, Preferences = ValueList.ToValueList preferences)

    /// Continues texts of tokens, all in one batch.
    let generate (options: SamplingOptions) (prompts: ValueList<int> seq) (policy: LanguagePolicy) : Generated list =
        policy.Model.Generate([| for k, prompt in Seq.indexed prompts -> policy.Request(prompt, int64 k) |], options)
        |> List.ofSeq

    /// Replies to conversations, all in one batch.
    let reply (options: SamplingOptions) (conversations: #seq<ChatMessage> seq) (policy: LanguagePolicy) : string list = [
        for reply in
            policy.Model.Reply(
                [| for turns in conversations -> Array.ofSeq turns |],
                options,
                policy.Adapter,
                preferences = Array.ofSeq policy.Preferences
            ) -> reply.Text
    ]

    /// Writes what was trained: an adapter in PEFT's layout, or the model.
    let save (folder: string) (policy: LanguagePolicy) : unit =
        match policy.Adapter with
        | null -> policy.Model.Save folder
        | adapter -> policy.Model.SaveAdapter(adapter, folder)
