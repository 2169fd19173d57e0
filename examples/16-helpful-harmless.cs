#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Helpful and harmless: one scorer each from labelled pairs (SafeSora), the best of 16 responses under both, and the constrained game: as helpful as can be
// at an expected harm within a bound.
using Alignment;

// people whose two preferences pull apart: the product of the directions is -0.4, the best scorers agree with 65 % and 72 % of the labels
var help = LinearScorer.Of([1], 0.65, features: 16);
var care = LinearScorer.Of([-0.4, Math.Sqrt(0.84)], 0.72, features: 16);
var helpful = help.Pairs(4000, new(5, "responses"), new(5, "helpful")).Scorer("helpful");
var harmless = care.Pairs(4000, new(5, "responses"), new(5, "harmless")).Scorer("harmless");
var fitted = PairScorer.Together(helpful, harmless).Solve(new GradientPlay { Optimizer = new Adam { Rate = 0.05 } });

// candidates, and what the fitted scorers and people say of them
var candidates = ResponseFeatures.Normal(500, 16, new(8, "candidates"));
var reward = candidates.Scores(fitted.Strategy(helpful.Player));
var safety = candidates.Scores(fitted.Strategy(harmless.Player));
var both = BestOfLaw.Of([.. reward.Zip(safety, (a, b) => a + b)]);

// the constrained game over the first 8 of them, the scorers as reward and cost
var policy = Player.Of("policy", 8);
var constrained = Game.Named("helpful and harmless")
    .Player(policy)
    .Payoff(policy, Expr.Vector(policy.Actions, reward[..8]))
    .Regularize(policy, Regularizer.Kl(Expr.UniformOver(policy.Actions), 0.2))
    .SubjectTo(Constraint.AtMost("harm", policy, -Expr.Vector(policy.Actions, safety[..8]), -0.3));

var solver = new GradientPlay
{
    Multipliers = new ProportionalIntegral { Rate = 0.2, Proportional = 1 },
};
return new Experiment(constrained, solver).Reporting(Report).Main(args);

double Lost(LinearScorer who, PairScorer scorer) => 100 * who.ExcessError(fitted.Strategy(scorer.Player));
double Truly(LinearScorer who) => both.Expected(candidates.Scores(who.Weights), 16);
string Report(Solution solution)
{
    var harm = solution.Constraints()[0];
    return $"scorers lose {Lost(help, helpful):f2} and {Lost(care, harmless):f2} points of agreement to the best; "
        + $"best of 16 under both: helpful {Truly(help):+0.00;-0.00}, harmless {Truly(care):+0.00;-0.00}\n"
        + $"harm {harm.Value:f4} at a price of {harm.Multiplier:f4}";
}
