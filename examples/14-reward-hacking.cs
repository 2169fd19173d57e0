#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Reward hacking: a rare response fools the reward model. Without a pull to the reference all play goes there. With one, how much does is a closed form:
// the policy is ref exp(proxy / beta), normalized.
using Alignment;

var policy = Player.Of("policy", "plain", "helpful", "exploit");
var reference = Expr.Vector(policy.Actions, 0.799, 0.2, 0.001);
var proxy = Expr.Vector(policy.Actions, 0, 1, 2); // what the policy is trained on
var gold = Expr.Vector(policy.Actions, 0, 1, -1); // what is meant
var beta = Signal.Parameter("beta", 0.1, 0.01, 10, "What a nat away from the reference costs, in units of reward.");
var tilted = TiltedPolicy.Of(reference, proxy, beta, policy.Actions);

var unpulled = Game.Named("without a pull").Player(policy).Payoff(policy, proxy);

// one game for each temperature of the pull
var hacking = Game.Named("reward hacking")
    .Player(policy)
    .Payoff(policy, proxy)
    .Regularize(policy, Regularizer.Kl(reference, beta))
    .Probe(Probe.OverOptimization(policy, reference, proxy, gold))
    .Probe(Probe.Expression("exploit/share", Expr.Indicator(policy.Actions, "exploit")))
    .Probe(Probe.Expression("exploit/closed_form", tilted.At(policy.Actions, "exploit")))
    .Sweep("beta", 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 1);

var solver = new MagneticMirrorDescent { StepSize = 0.5 };
return new Experiment(hacking, solver, Stop.RegularizedGapBelow(1e-10)).Reporting(Report).Main(args);

string Report(Solution solution)
{
    var table = solution.Table("overopt/proxy", "overopt/gold", "overopt/kl", "exploit/share", "exploit/closed_form");
    var free = unpulled.Solve(new RegretMatchingPlus(), Stop.NashConvBelow(1e-9)).Strategy(policy)[2];
    var agree = solution.Games.All(g => g.Metrics["exploit/share"] < 0.1 == g.Metrics["exploit/closed_form"] < 0.1);
    return $"{table}\nwithout a pull the exploit's share is {free:f4}\n"
        + $"the closed form says where the exploit stays below a tenth: {(agree ? "true" : "false")}";
}
