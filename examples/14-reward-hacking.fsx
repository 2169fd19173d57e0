// Reward hacking: a rare response fools the reward model. Without a pull to the reference all play goes there. With one, how much does is a closed form:
// the policy is ref exp(proxy / beta), normalized.
#load "alignment.fsx"

open Alignment

let policy = Player.labelled "policy" [ "plain"; "helpful"; "exploit" ]
let each = Expr.vector policy.Actions
let reference = each [ 0.799; 0.2; 0.001 ]
let proxy = each [ 0.0; 1.0; 2.0 ] // what the policy is trained on
let gold = each [ 0.0; 1.0; -1.0 ] // what is meant

let beta =
    Signal.Parameter("beta", 0.1, 0.01, 10.0, "What a nat away from the reference costs, in units of reward.")

let tilted = TiltedPolicy.Of(reference, proxy, beta, policy.Actions)

let unpulled = Game.Named("without a pull").Player(policy).Payoff(policy, proxy)

// one game for each temperature of the pull
let hacking = game "reward hacking" {
    player policy
    payoff policy proxy
    regularize policy (Regularizer.Kl(reference, beta))
    probe (Probe.OverOptimization(policy, reference, proxy, gold))
    probe (Probe.Expression("exploit/share", Expr.indicator policy.Actions "exploit"))
    probe (Probe.Expression("exploit/closed_form", tilted |> Expr.at policy.Actions "exploit"))
    sweep "beta" [ 0.05; 0.1; 0.2; 0.3; 0.4; 0.6; 1.0 ]
}

let report (solution: Solution) =
    let table =
        solution.Table("overopt/proxy", "overopt/gold", "overopt/kl", "exploit/share", "exploit/closed_form")

    let free = unpulled.Solve(RegretMatchingPlus(), Stop.NashConvBelow 1e-9).Strategy(policy)[2]
    let below key = [ for solved in solution.Games -> solved.Metrics[key] < 0.1 ]

    $"{table}\nwithout a pull the exploit's share is %.4f{free}\n"
    + $"""the closed form says where the exploit stays below a tenth: %b{below "exploit/share" = below "exploit/closed_form"}"""

Experiment(hacking, MagneticMirrorDescent(StepSize = Expr.constant 0.5), Stop.RegularizedGapBelow 1e-10)
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
