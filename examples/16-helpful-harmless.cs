#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Helpful and harmless: one scorer each from labelled pairs (SafeSora), the best of 16 responses under both, and the constrained game: as helpful as can be
// at an expected harm within a bound.
using Alignment;

// people whose two preferences pull apart: the product of the directions is -0.4, the best scorers agree with 65 % and 72 % of the labels
LinearScorer[] people =
[
    LinearScorer.Of([1, .. new double[15]], 0.65),
    LinearScorer.Of([-0.4, Math.Sqrt(0.84), .. new double[14]], 0.72),
];
var (pairs, feature) = (Axis.Of("pair", 4000), Axis.Of("feature", 16));
(Player Who, Expr Payoff)[] scorers = [Scorer("helpful", people[0]), Scorer("harmless", people[1])];
var fitted = scorers
    .Aggregate(Game.Named("scorers"), (spec, scorer) => spec.Player(scorer.Who).Payoff(scorer.Who, scorer.Payoff))
    .Solve(
        new GradientPlay { Optimizer = new Adam { Rate = 0.05 } },
        Stop.StationarityBelow(1e-8) | Stop.AfterSteps(5_000)
    );
double[][] weights = [.. scorers.Select(scorer => fitted.Strategy(scorer.Who).ToArray())];

// candidates, and what the fitted scorers and people say of them
var drawn = new RandomStream(8, "candidates");
var candidates = Enumerable
    .Range(0, 500)
    .Select(k => Enumerable.Range(0, 16).Select(f => drawn.Normal(k, f)).ToArray())
    .ToArray();
var (helpful, harmless) = (Score(weights[0]), Score(weights[1]));
var both = BestOfLaw.Of([.. helpful.Zip(harmless, (a, b) => a + b)]);
double[] truly = [.. people.Select(who => both.Expected(Score(who.Weights), 16))];

// the constrained game over the first 8 of them, the scorers as reward and cost
var policy = Player.Of("policy", 8);
var constrained = Game.Named("helpful and harmless")
    .Player(policy)
    .Payoff(policy, Each(helpful))
    .Regularize(policy, Regularizer.Kl(Each([.. Enumerable.Repeat(0.125, 8)]), 0.2))
    .SubjectTo(Constraint.AtMost("harm", policy, -Each(harmless), -0.3));

var solver = new GradientPlay
{
    Optimizer = new GradientAscent { Rate = 0.2 },
    Multipliers = new ProportionalIntegral { Rate = 0.2, Proportional = 1 },
};
return new Experiment(constrained, solver).Reporting(Report).Main(args);

// a scorer, and what it maximizes: the likelihood of the labels, its rewards kept near 0
(Player, Expr) Scorer(string name, LinearScorer who)
{
    var weights = Weights.Of(name, feature).StartingAt(Initializer.Constant(0));
    var labelled = who.Pairs(4000, new(5, "responses"), new(5, name));
    var chosen = labelled.ChosenOver(pairs, feature).Dot(weights.Value, feature);
    var rejected = labelled.RejectedOver(pairs, feature).Dot(weights.Value, feature);
    var payoff = RewardModel.LogLikelihood(chosen, rejected) - (0.001 * RewardModel.Size(chosen, rejected));
    return (Player.With(name, weights), payoff.Mean(pairs));
}

double[] Score(IEnumerable<double> w) => [.. candidates.Select(x => w.Zip(x, (a, b) => a * b).Sum())];

Expr Each(double[] values) => Expr.Vector(policy.Actions, values[..8]);

string Report(Solution solution)
{
    double[] lost = [.. people.Zip(weights, (who, w) => 100 * who.ExcessError(w))];
    var metrics = solution.Games[0].Metrics;
    return $"scorers lose {lost[0]:f2} and {lost[1]:f2} points of agreement to the best; "
        + $"best of 16 under both: helpful {truly[0]:+0.00;-0.00}, harmless {truly[1]:+0.00;-0.00}\n"
        + $"harm {metrics["constraint/harm/value"]:f4} at a price of {metrics["constraint/harm/multiplier"]:f4}";
}
