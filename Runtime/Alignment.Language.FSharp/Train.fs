namespace Alignment

/// Trainings in pipelines: one line each over `Training`. What learns is the policy's adapter, or all weights where it has none.
[<RequireQualifiedAccess>]
module Train =

    /// Learns to continue texts, by the tokens that count.
    let supervised (options: TrainingOptions) (texts: TrainingText seq) (policy: LanguagePolicy) : TrainingResult =
        Training.Supervised(
            policy.Model,
            policy.Adapter,
            Array.ofSeq texts,
            [||],
            options,
            preferences = Array.ofSeq policy.Preferences
        )

    /// Learns from labelled pairs directly.
    let preferences
        (loss: IPairLoss)
        (options: TrainingOptions)
        (pairs: PreferredText seq)
        (policy: LanguagePolicy)
        : TrainingResult =
        Training.Preferences(
            policy.Model,
            policy.Adapter,
            loss,
            Array.ofSeq pairs,
            [||],
            options,
            preferences = Array.ofSeq policy.Preferences
        )

    /// Learns rewards from labelled pairs.
    let rewards (options: TrainingOptions) (pairs: PreferredText seq) (scorer: RewardScorer) : TrainingResult =
        Training.Rewards(scorer, 0.0, Array.ofSeq pairs, [||], options)

    /// Learns from rewards of its own samples.
    let groups
        (group: GroupOptions)
        (reward: IReward)
        (options: TrainingOptions)
        (prompts: ValueList<int> seq)
        (policy: LanguagePolicy)
        : TrainingResult =
        Training.Groups(
            policy.Model,
            policy.Adapter,
            group,
            reward,
            Array.ofSeq prompts,
            options,
            preferences = Array.ofSeq policy.Preferences
        )
