#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Reward hacking: a rare response fools the reward model. Without a pull to the reference all play goes there. With one, how much does is a closed form: the
// exploit keeps less than a share m iff its bonus - F < beta log(m (1 - ref) / ((1 - m) ref)), F = beta log E exp(proxy / beta) over all other responses.
using Alignment;

var policy = Player.Of("policy", "plain", "helpful", "exploit");
var reference = Each(0.799, 0.2, 0.001);
var proxy = Each(0, 1, 2); // what the policy is trained on
var gold = Each(0, 1, -1); // what is meant

// one game for each temperature of the pull
double[] betas = [0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 1];
var pull = Axis.Of("beta", [.. betas.Select(beta => $"{beta}")]);
var unpulled = Game.Named("without a pull").Player(policy).Payoff(policy, proxy);
var hacking = Game.Named("reward hacking")
    .Over(pull)
    .Player(policy)
    .Payoff(policy, proxy)
    .Regularize(policy, Regularizer.Kl(reference, Expr.Vector(pull, betas)))
    .Probe(Probe.OverOptimization(policy, reference, proxy, gold));

var solver = new MagneticMirrorDescent { StepSize = 0.5 };
return new Experiment(hacking, solver, Stop.RegularizedGapBelow(1e-10)).Reporting(Report).Main(args);

Expr Each(params double[] values) => Expr.Vector(policy.Actions, values);

// what the closed form says: is the exploit's share below m?
static bool IsKept(double m, double beta)
{
    var free = beta * Math.Log((0.799 + (0.2 * Math.Exp(1 / beta))) / 0.999);
    return 2 - free < beta * Math.Log(m * 0.999 / ((1 - m) * 0.001));
}

string Report(Solution solution)
{
    var table = new TextTable("beta", "proxy", "gold", "KL", "exploit", "below 0.1 by the closed form");
    var agree = true;
    foreach (var (beta, solved) in betas.Zip(solution.Games))
    {
        string Metric(string key) => $"{solved.Metrics[key]:f3}";
        var exploit = solved.Strategies[0][2];
        agree &= exploit < 0.1 == IsKept(0.1, beta);
        table.Row(
            $"{beta}",
            Metric("overopt/proxy"),
            Metric("overopt/gold"),
            Metric("overopt/kl"),
            $"{exploit:f4}",
            $"{IsKept(0.1, beta)}"
        );
    }

    var free = unpulled.Solve(new RegretMatchingPlus(), Stop.NashConvBelow(1e-9));
    return $"{table}\nwithout a pull the exploit's share is {free.Strategy(policy)[2]:f4}\n"
        + $"the closed form says where the exploit stays below a tenth: {(agree ? "true" : "false")}";
}
