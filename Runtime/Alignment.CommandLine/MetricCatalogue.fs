namespace Alignment.CommandLine

/// The metrics of a run; `align metrics` prints them, and every key of a result is one of these.
module MetricCatalogue =
    let private exact = "exact, from best responses to the reported profile in float64"

    let private ofGames = [
        {
            Key = "game/nash_conv"
            Formula = "sum over players of (best-response value - own value), on the unregularized game"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller; 0 at a Nash equilibrium"
        }
        {
            Key = "game/nash_conv/{iterate}"
            Formula = "game/nash_conv of the last or of the average iterate"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller"
        }
        {
            Key = "game/nash_conv_min"
            Formula = "smallest game/nash_conv of a population solver's run so far, which is not monotone itself"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller; the result is the profile that it belongs to"
        }
        {
            Key = "game/exploitability"
            Formula = "game/nash_conv / number of players (the convention of OpenSpiel)"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller"
        }
        {
            Key = "game/stationarity"
            Formula =
                "in a game of smooth payoffs: largest abs(P(w + dV/dw) - w) over all numbers w that players set, V what their player maximizes, P the projection onto the numbers allowed; multipliers are such numbers"
            Estimator = "exact derivatives of the reported point in float64"
            Unit = "none: a step in weights per payoff"
            Better = "smaller; 0 where no player gains to first order, which says nothing about large deviations"
        }
        {
            Key = "game/stationarity/{iterate}"
            Formula = "game/stationarity of the last or of the average iterate"
            Estimator = "exact derivatives in float64"
            Unit = "none"
            Better = "smaller"
        }
        {
            Key = "game/violation"
            Formula = "largest max(0, expected cost - bound) over constraints"
            Estimator = "exact, at the reported point in float64"
            Unit = "of the costs"
            Better = "smaller; 0 where all constraints hold"
        }
        {
            Key = "game/slackness"
            Formula = "largest abs(multiplier * (expected cost - bound)) over constraints"
            Estimator = "exact, at the reported point in float64"
            Unit = "payoff"
            Better = "smaller; 0 where only constraints that bind have a price"
        }
        {
            Key = "constraint/{name}/value"
            Formula = "expected cost of the constraint"
            Estimator = "exact, at the reported point in float64"
            Unit = "of the cost"
            Better = "none: at most the bound"
        }
        {
            Key = "constraint/{name}/multiplier"
            Formula = "the constraint's price, which its Lagrange player sets"
            Estimator = "the solver's"
            Unit = "payoff per cost"
            Better = "none: 0 where the constraint does not bind"
        }
        {
            Key = "constraint/{name}/violation"
            Formula = "max(0, expected cost - bound)"
            Estimator = "exact, at the reported point in float64"
            Unit = "of the cost"
            Better = "smaller; 0 where the constraint holds"
        }
        {
            Key = "game/regularized_gap"
            Formula =
                "sum over players of (best-response value - own value), each player's penalty subtracted from its payoff"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller; 0 at the regularized equilibrium"
        }
        {
            Key = "game/regularized_gap/{iterate}"
            Formula = "game/regularized_gap of the last or of the average iterate"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller"
        }
        {
            Key = "game/agent_gap"
            Formula =
                "in a sequential game where every player has an entropy regularizer: largest abs(x - softmax(v / tau)) over information sets, v what actions are worth there"
            Estimator = exact
            Unit = "none: probability"
            Better = "smaller; 0 at the agent quantal response equilibrium"
        }
        {
            Key = "game/cce_gap"
            Formula =
                "largest gain of a player from one action instead of all recommendations of the joint distribution"
            Estimator = "exact, on the time average of the joint play or on a solver's own joint distribution"
            Unit = "payoff"
            Better = "smaller; 0 at a coarse correlated equilibrium"
        }
        {
            Key = "game/nfcce_gap"
            Formula =
                "in a sequential game: largest gain of a player from one strategy for the whole game instead of its play, on average over the steps"
            Estimator = "exact best response to the sums of gradients over the run; the largest external regret / steps"
            Unit = "payoff"
            Better = "smaller; 0 at a normal-form coarse correlated equilibrium"
        }
        {
            Key = "game/ce_gap"
            Formula = "largest gain of a player from mapping each recommendation to an action of its choice"
            Estimator = "exact, on the same joint distribution as game/cce_gap"
            Unit = "payoff"
            Better = "smaller; 0 at a correlated equilibrium"
        }
        {
            Key = "game/value/{player}"
            Formula = "expected payoff of the player at the reported profile, unregularized"
            Estimator = "exact"
            Unit = "payoff"
            Better = "none: it is what the player gets"
        }
        {
            Key = "game/joint_value/{player}"
            Formula = "expected payoff of the player under the joint distribution of game/cce_gap, unregularized"
            Estimator = "exact"
            Unit = "payoff"
            Better = "none: it is what the player gets"
        }
        {
            Key = "game/objective/{name}"
            Formula = "expected value of one of several objectives of a player, before its aggregator"
            Estimator = "exact, at the reported point in float64; averaged over preferences that are drawn"
            Unit = "of the objective"
            Better = "none: it is what the player gets of it"
        }
        {
            Key = "game/gain/{player}"
            Formula =
                "best-response value - own value of the player alone, on the unregularized game: a term of game/nash_conv"
            Estimator = exact
            Unit = "payoff"
            Better = "smaller; 0 for a player whose strategy is a best response"
        }
        {
            Key = "game/entropy/{player}"
            Formula = "-sum over actions of p log p; of players that choose from actions"
            Estimator = "exact"
            Unit = "nats"
            Better = "none: 0 is pure, log(actions) is uniform"
        }
        {
            Key = "game/support/{player}"
            Formula = "number of actions with more mass than the probe's threshold"
            Estimator = "exact"
            Unit = "actions"
            Better = "none"
        }
        {
            Key = "overopt/proxy"
            Formula = "expected proxy reward, what the policy is trained on"
            Estimator = "exact, at the reported profile"
            Unit = "of the proxy"
            Better = "none: it rises with training whatever gold does"
        }
        {
            Key = "overopt/gold"
            Formula = "expected gold reward, what is meant"
            Estimator = "exact, at the reported profile"
            Unit = "of the gold reward"
            Better = "larger"
        }
        {
            Key = "overopt/kl"
            Formula = "KL of the policy from its reference, sum over responses of pi log(pi / ref)"
            Estimator = "exact, at the reported profile"
            Unit = "nats"
            Better = "none: how far the policy is from its reference"
        }
        {
            Key = "overopt/ensemble_std"
            Formula = "expected standard deviation over the members of a reward ensemble, ddof = 1"
            Estimator = "exact, at the reported profile"
            Unit = "of the rewards"
            Better = "smaller: where it is large the members differ; an error that they share does not show"
        }
        {
            Key = "uncertainty/total"
            Formula = "entropy H(Y) of the answer, mixed over all factors with their weights"
            Estimator = "exact, from the probabilities given; of samples see SampledUncertainty"
            Unit = "nats"
            Better = "none: how unsure the answer is, for whatever reason"
        }
        {
            Key = "uncertainty/{factor}"
            Formula =
                "in an order H(Y given factors before) - H(Y given factors before and this one); over all orders the mean of that; the probe's text says which"
            Estimator = "exact, from the probabilities given; of samples see SampledUncertainty"
            Unit = "nats"
            Better = "none: 0 where the factor tells nothing"
        }
        {
            Key = "uncertainty/rest"
            Formula = "H(Y given all factors): uncertainty/total less the parts of all factors"
            Estimator = "exact, from the probabilities given; of samples see SampledUncertainty"
            Unit = "nats"
            Better = "none: what no factor explains"
        }
        {
            Key = "game/rate"
            Formula =
                "minus the slope of log game/nash_conv, or of log game/stationarity, of the reported iterate on log step"
            Estimator = "least squares over the measured moments behind the first 2 % of the run"
            Unit = "none"
            Better = "larger; `align solvers NAME` tells what a solver claims"
        }
        {
            Key = "game/cycling"
            Formula =
                "1 - (distance from first to last) / (length of the path), over the later half of the last iterates"
            Estimator = "from the measured moments; 0 where the iterate has settled"
            Unit = "none, from 0 to 1"
            Better = "smaller; near 1 the last iterate goes in circles"
        }
        {
            Key = "solver/evaluations"
            Formula =
                "payoffs that the solver's steps looked at in one game: one player's at one cell or end of it each; in a game of smooth payoffs one player's at one point"
            Estimator =
                "exact: of iterative solvers passes a step times cells or ends, of gradient solvers points a step, of sampling ones counted; of populations counted without a tree alone, what the inner solver does left out"
            Unit = "payoffs"
            Better = "none: the work done, for comparing solvers whose steps differ"
        }
        {
            Key = "solver/promise"
            Formula =
                "sum over players of (gain of the response that a population solver found + what its oracle says the best response may gain beyond): NashConv is at most this"
            Estimator =
                "exact, in float64: gains against the mixtures, and the slack of the oracle, 0 for best responses"
            Unit = "payoff"
            Better = "smaller; game/nash_conv itself for best responses"
        }
        {
            Key = "solver/information_sets"
            Formula =
                "in a game without its tree: information sets that the run keeps something of, of all players, those of each member of a population"
            Estimator = "exact, counted"
            Unit = "information sets"
            Better = "none: how far play has come, and what memory grows with"
        }
    ]

    let all = ofGames @ TrainingMetrics.all
