namespace Alignment.CommandLine

/// The metrics of trainings of language models, by the names that TRL has for them.
module TrainingMetrics =
    let all = [
        {
            Key = "loss"
            Formula =
                "sft: -(sum over tokens that count of log p) / their number; dpo, reward: mean over pairs of the pair loss; grpo: the clipped loss, over tokens and samples as loss_type says"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit =
                "nats a token (sft), nats a pair (dpo sigmoid, reward), squared nats (ipo, ipo_sum), of the advantage (grpo)"
            Better = "smaller; in grpo it says nothing: look at reward"
        }
        {
            Key = "eval_loss"
            Formula = "loss of the held-out rows"
            Estimator = "exact over all of them, at the weights of the step"
            Unit = "that of loss"
            Better = "smaller"
        }
        {
            Key = "eval_perplexity"
            Formula = "exp(eval_loss); of sft alone"
            Estimator = "exact over all held-out rows"
            Unit = "tokens"
            Better = "smaller; 1 where every token is certain"
        }
        {
            Key = "eval_{metric}"
            Formula = "accuracy, margin, rewards/... and so on of the held-out rows"
            Estimator = "exact over all of them, at the weights of the step"
            Unit = "that of the metric"
            Better = "as the metric"
        }
        {
            Key = "grad_norm"
            Formula = "square root of the sum of squares over all gradients, before they are brought to max_grad_norm"
            Estimator = "exact"
            Unit = "of loss per weight"
            Better = "none: a jump is a warning"
        }
        {
            Key = "learning_rate"
            Formula = "rate of the step: learning_rate times the schedule, halved each time that a run went back"
            Estimator = "exact"
            Unit = "none"
            Better = "none"
        }
        {
            Key = "epoch"
            Formula = "examples taken so far / examples"
            Estimator = "exact"
            Unit = "none"
            Better = "none: how often each was seen"
        }
        {
            Key = "num_tokens"
            Formula = "tokens of all texts taken so far, prompts among them; of sft, reward and dpo"
            Estimator = "exact, counted"
            Unit = "tokens"
            Better = "none"
        }
        {
            Key = "rewards/chosen"
            Formula =
                "dpo: mean over pairs of beta (log p - log p_ref) of the chosen reply; of ipo log p is a mean over tokens"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "nats times beta"
            Better = "none: look at rewards/margins"
        }
        {
            Key = "rewards/rejected"
            Formula = "the same of the rejected reply"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "nats times beta"
            Better = "none"
        }
        {
            Key = "rewards/margins"
            Formula = "rewards/chosen - rewards/rejected"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "nats times beta"
            Better = "larger; a large one may be overfit"
        }
        {
            Key = "rewards/accuracies"
            Formula = "dpo: share of pairs whose chosen reply has the larger reward"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "none, from 0 to 1"
            Better = "larger; 1/2 is chance"
        }
        {
            Key = "accuracy"
            Formula = "reward: share of pairs whose chosen reply has the larger score"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "none, from 0 to 1"
            Better = "larger; 1/2 is chance"
        }
        {
            Key = "margin"
            Formula = "reward: mean over pairs of score(chosen) - score(rejected)"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "log-odds"
            Better = "larger; a large one may be overfit"
        }
        {
            Key = "min_reward"
            Formula = "reward: least score of a batch; of several batches the mean"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "log-odds"
            Better = "none: only differences mean anything"
        }
        {
            Key = "mean_reward"
            Formula = "reward: mean score over all replies of the step"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "log-odds"
            Better = "none: only differences mean anything"
        }
        {
            Key = "max_reward"
            Formula = "reward: greatest score of a batch; of several batches the mean"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "log-odds"
            Better = "none: only differences mean anything"
        }
        {
            Key = "logps/chosen"
            Formula = "mean over pairs of log p of the chosen reply; of ipo divided by its tokens"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "nats a reply (ipo: a token)"
            Better = "none: falling together with logps/rejected is a warning"
        }
        {
            Key = "logps/rejected"
            Formula = "the same of the rejected reply"
            Estimator = "on the examples of the step, before it; sums in float64"
            Unit = "nats a reply (ipo: a token)"
            Better = "none"
        }
        {
            Key = "reward"
            Formula = "mean reward over the samples of the step"
            Estimator = "of samples drawn at the present weights"
            Unit = "of the reward"
            Better = "larger, as far as the reward means what is meant"
        }
        {
            Key = "reward_std"
            Formula = "mean over groups of the standard deviation of rewards, ddof = 1"
            Estimator = "of samples drawn at the present weights"
            Unit = "of the reward"
            Better = "none: 0 teaches nothing"
        }
        {
            Key = "frac_reward_zero_std"
            Formula = "share of groups whose rewards are all the same"
            Estimator = "of samples drawn at the present weights"
            Unit = "none, from 0 to 1"
            Better = "smaller: such groups teach nothing"
        }
        {
            Key = "kl"
            Formula =
                "mean over samples of the mean over tokens of r - 1 - log r, r = p_ref / p (k3); 0 where beta is 0"
            Estimator =
                "k3 on the samples drawn, never negative; short samples weigh a token more, and temperature, top_k and top_p draw from another law than p"
            Unit = "nats a token"
            Better = "none: how far the policy is from its reference"
        }
        {
            Key = "completions/mean_length"
            Formula = "mean number of tokens of the samples"
            Estimator = "of samples drawn at the present weights"
            Unit = "tokens"
            Better = "none"
        }
        {
            Key = "completions/min_length"
            Formula = "tokens of the shortest sample of a batch; of several batches the mean"
            Estimator = "of samples drawn at the present weights"
            Unit = "tokens"
            Better = "none"
        }
        {
            Key = "completions/max_length"
            Formula = "tokens of the longest sample of a batch; of several batches the mean"
            Estimator = "of samples drawn at the present weights"
            Unit = "tokens"
            Better = "none"
        }
        {
            Key = "completions/clipped_ratio"
            Formula = "share of samples that no token ended: cut off, or going in circles"
            Estimator = "of samples drawn at the present weights"
            Unit = "none, from 0 to 1"
            Better = "smaller"
        }
        {
            Key = "completions/repetition"
            Formula = "share of samples that repetition_stop ended"
            Estimator = "of samples drawn at the present weights"
            Unit = "none, from 0 to 1"
            Better = "smaller"
        }
    ]
