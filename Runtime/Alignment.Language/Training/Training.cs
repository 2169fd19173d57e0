namespace Alignment;

/// <summary>Trains language models: supervised, on preferences, on rewards.</summary>
/// <remarks>
/// <para>Each takes an adapter, or null to train all weights of the model. The loss is an expression (<see cref="TokenLoss"/>, <see cref="PreferenceLoss"/>,
/// <see cref="RewardModel"/>, <see cref="PolicyGradientLoss"/>), compiled with its derivatives; the network hands in log-probabilities or rewards and gets derivatives back.</para>
/// <para>Errors: <see cref="ArgumentException"/> for data and options, in one sentence, before anything is trained.</para>
/// </remarks>
public static class Training
{
    /// <summary>Learns to continue texts, by the tokens that count.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="adapter">Its adapter; null for all weights.</param>
    /// <param name="texts">Texts to learn from.</param>
    /// <param name="heldOut">Texts to be judged by; none for no evaluation.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it before the next step, with a checkpoint.</param>
    /// <param name="preferences">A point of the simplex where the adapter takes preferences.</param>
    public static TrainingResult Supervised(
        LanguageModel model,
        Adapter? adapter,
        IReadOnlyList<TrainingText> texts,
        IReadOnlyList<TrainingText> heldOut,
        TrainingOptions options,
        CancellationToken cancellationToken = default,
        params double[] preferences
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(options);
        using var task = new SupervisedTask(
            new(model, adapter) { Preferences = [.. preferences] },
            texts,
            heldOut,
            Checked(options)
        );
        return Trainer.Run(task, options, cancellationToken);
    }

    /// <summary>Learns from labelled pairs directly; the reference is the base, or the model as it is before the first step.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="adapter">Its adapter; null for all weights.</param>
    /// <param name="loss"><see cref="DpoLoss"/> or <see cref="IpoLoss"/>, or one of your own.</param>
    /// <param name="pairs">Labelled pairs.</param>
    /// <param name="heldOut">Pairs to be judged by; none for no evaluation.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it before the next step, with a checkpoint.</param>
    /// <param name="preferences">A point of the simplex where the adapter takes preferences.</param>
    public static TrainingResult Preferences(
        LanguageModel model,
        Adapter? adapter,
        IPairLoss loss,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options,
        CancellationToken cancellationToken = default,
        params double[] preferences
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(options);
        using var task = new PreferenceTask(
            new(model, adapter) { Preferences = [.. preferences] },
            loss,
            pairs,
            heldOut,
            Checked(options)
        );
        return Trainer.Run(task, options, cancellationToken);
    }

    /// <summary>Learns rewards from labelled pairs.</summary>
    /// <param name="scorer">What learns.</param>
    /// <param name="centring">Weight of what keeps rewards around 0, at least 0; see <see cref="RewardModel.Centring"/>.</param>
    /// <param name="pairs">Labelled pairs.</param>
    /// <param name="heldOut">Pairs to be judged by; none for no evaluation.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it before the next step, with a checkpoint.</param>
    public static TrainingResult Rewards(
        RewardScorer scorer,
        double centring,
        IReadOnlyList<PreferredText> pairs,
        IReadOnlyList<PreferredText> heldOut,
        TrainingOptions options,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(scorer);
        ArgumentNullException.ThrowIfNull(pairs);
        ArgumentNullException.ThrowIfNull(heldOut);
        ArgumentNullException.ThrowIfNull(options);
        using var task = new RewardTask(scorer, centring, pairs, heldOut, Checked(options));
        return Trainer.Run(task, options, cancellationToken);
    }

    /// <summary>Learns from rewards of its own samples.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="adapter">Its adapter; null for all weights, then without a KL to the reference.</param>
    /// <param name="group">How samples are drawn and judged.</param>
    /// <param name="reward">What they are worth.</param>
    /// <param name="prompts">Tokens of the prompts.</param>
    /// <param name="options">How; the batch's size counts samples.</param>
    /// <param name="cancellationToken">Ends it before the next step, with a checkpoint.</param>
    /// <param name="preferences">A point of the simplex where the adapter takes preferences.</param>
    public static TrainingResult Groups(
        LanguageModel model,
        Adapter? adapter,
        GroupOptions group,
        IReward reward,
        IReadOnlyList<ValueList<int>> prompts,
        TrainingOptions options,
        CancellationToken cancellationToken = default,
        params double[] preferences
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(reward);
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(options);
        using var task = new GroupTask(
            new(model, adapter) { Preferences = [.. preferences] },
            group,
            reward,
            prompts,
            Checked(options)
        );
        return Trainer.Run(task, options, cancellationToken);
    }

    private static TrainingOptions Checked(TrainingOptions options) =>
        options.Fault() is { } fault ? throw new ArgumentException($"Training, {fault}.") : options;
}
