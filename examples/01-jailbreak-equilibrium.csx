// Which attacks should a red team mix, and which model should a blue team deploy, when attack success was measured in only 10 trials a cell?
// Run it with `align run`, which brings the libraries along.
// Red chooses an attack, blue a target model; red's payoff is the success rate minus what the attack's queries cost.
var attack = Axis.Of("attack", "GCG", "JailbreakChat", "PAIR", "adaptive_random_search");
var target = Axis.Of("target", "gpt-3.5-turbo-1106", "gpt-4-0125-preview", "llama-2-7b-chat-hf", "vicuna-13b-v1.5");
var category = Axis.Of(
    "category",
    [
        "pooled",
        "Disinformation",
        "Economic harm",
        "Expert advice",
        "Fraud/Deception",
        "Government decision-making",
        "Harassment/Discrimination",
        "Malware/Hacking",
        "Physical harm",
        "Privacy",
        "Sexual/Adult content",
    ]
);
var outcomes = CountTable.Read("data/jailbreakbench.csv").By(attack, target, category).Pooling(category, "pooled");

// Queries an attack makes for one behaviour, in thousands: round numbers assumed here, they are not in the data.
var queries = Expr.Vector(attack, 0.5, 0.001, 0.06, 2.0);
var cost = Signal.Parameter("cost", 0.25, 0, 1, "What 1,000 queries cost red, in units of one successful attack.");

var red = Player.Of("red", attack);
var blue = Player.Of("blue", target);
var game = Game.Named("jailbreak equilibrium")
    .Over(category)
    .ZeroSum(red, blue, outcomes.Rate - (cost * queries))
    .Probe(Probe.Posterior(outcomes, draws: 1000))
    .Sweep("cost", 0, 0.25);

return new Experiment(game, new PredictiveRegretMatchingPlus(), Stop.NashConvBelow(1e-6) | Stop.AfterSteps(1_000_000))
    .Reporting(Table)
    .Main([.. Args]);

string Table(Solution solution)
{
    var table = new TextTable(
        "cost",
        "category",
        "value to red, net (95 %)",
        "red mixes",
        "attack in support",
        "blue mixes",
        "NashConv"
    );
    var prices = solution.Batch[1];
    foreach (var price in prices.Labels)
    {
        foreach (var name in category.Labels)
        {
            var draws = solution.At(category, name).At(prices, price);
            var point = draws.Games[0];
            table.Row(
                price,
                name,
                $"{point.Value(red):f3} ({draws.Quantile(g => g.Value(red), 0.025):f3} to {draws.Quantile(g => g.Value(red), 0.975):f3})",
                Mix(attack, point.Strategies[0]),
                Mix(
                    attack,
                    attack.Labels.Select(
                        (_, k) => (double)draws.Games.Count(g => g.Strategies[0][k] > 0.01) / draws.Games.Count
                    )
                ),
                Mix(target, point.Strategies[1]),
                $"{draws.Certificate.NashConv:g2}"
            );
        }
    }

    return $"{table}\nEach row: the game at the point estimate, and 1,000 posterior draws for the interval and the support.\n";
}

static string Mix(Axis axis, IEnumerable<double> weights) =>
    string.Join(
        " ",
        weights
            .Select((w, k) => (w, k))
            .Where(x => x.w > 0.005)
            .Select(x => $"{Short(axis.Label(x.k))} {100 * x.w:f0}%")
    );

// adaptive_random_search -> adaptive, gpt-4-0125-preview -> gpt-4
static string Short(string label) => string.Join('-', label.Split('_')[0].Split('-').Take(2));
