// Reward hacking: a rare response fools the reward model. Without a pull to the reference all play goes there. With one, how much does is a closed form: the
// exploit keeps less than a share m iff its bonus - F < beta log(m (1 - ref) / ((1 - m) ref)), F = beta log E exp(proxy / beta) over all other responses.
#load "alignment.fsx"

open Alignment

let policy = Player.labelled "policy" [ "plain"; "helpful"; "exploit" ]
let reference = [ 0.799; 0.2; 0.001 ]
let proxy = [ 0.0; 1.0; 2.0 ] // what the policy is trained on
let gold = [ 0.0; 1.0; -1.0 ] // what is meant
let each = Expr.vector policy.Actions

// one game for each temperature of the pull
let betas = [ 0.05; 0.1; 0.2; 0.3; 0.4; 0.6; 1.0 ]
let pull = Axis.labelled "beta" [ for beta in betas -> string beta ]

let hacking = game "reward hacking" {
    over pull
    player policy
    payoff policy (each proxy)
    regularize policy (Regularizer.Kl(each reference, Expr.vector pull betas))
    probe (Probe.OverOptimization(policy, each reference, each proxy, each gold))
}

let unpulled = game "without a pull" {
    player policy
    payoff policy (each proxy)
}

/// What the closed form says: is the exploit's share below m?
let isKept m beta =
    let others = 0.799 * exp (0.0 / beta) + 0.2 * exp (1.0 / beta)
    let free = beta * log (others / 0.999)
    2.0 - free < beta * log (m * 0.999 / ((1.0 - m) * 0.001))

let report (solution: Solution) =
    let table = TextTable("beta", "proxy", "gold", "KL", "exploit", "below 0.1 by the closed form")
    let mutable agree = true

    for beta, solved in Seq.zip betas solution.Games do
        let metric key = $"%.3f{solved.Metrics[key]}"
        let exploit = solved.Strategies[0][2]
        agree <- agree && (exploit < 0.1) = isKept 0.1 beta

        table.Row(
            string beta,
            metric "overopt/proxy",
            metric "overopt/gold",
            metric "overopt/kl",
            $"%.4f{exploit}",
            string (isKept 0.1 beta)
        )
        |> ignore

    let free = unpulled.Solve(RegretMatchingPlus(), Stop.NashConvBelow 1e-9)

    $"{table}\nwithout a pull the exploit's share is %.4f{free.Strategy(policy)[2]}\nthe closed form says where the exploit stays below a tenth: %b{agree}"

Experiment(hacking, MagneticMirrorDescent(StepSize = Expr.constant 0.5), Stop.RegularizedGapBelow 1e-10)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
