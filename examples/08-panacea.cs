#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// One policy for every preference (Panacea): two rewards that pull apart, a low-rank adapter whose singular values hold the
// preference, trained once over 21 preferences; held against the front in closed form.
using Alignment;

const double Beta = 0.5;
var prompts = Axis.Of("prompts", 4);
var responses = Axis.Of("responses", 5);
var goals = Axis.Of("objectives", "helpful", "harmless");

// rewards of rank one: what a response is like, times what a prompt asks for
var helpful = Expr.Vector(responses, 1, 0.4, -0.2, -0.6, -0.6) * Expr.Vector(prompts, 1, 0.5, -0.5, 0.8);
var harmless = Expr.Vector(responses, -0.8, 0.2, 0.5, 0.6, -0.5) * Expr.Vector(prompts, 0.6, 1, 0.4, -0.7);

double[] shares = [.. Enumerable.Range(0, 21).Select(k => k / 20.0)];
var preference = Axis.Of("preference", [.. shares.Select(s => FormattableString.Invariant($"{s:f2}"))]);
var weights = Expr.Table([preference, goals], [.. shares.SelectMany(s => (double[])[s, 1 - s])]);

// adapter: left diag(scale preference) right', its two slots named like the goals
var left = Weights.Of("left", responses, goals).StartingAt(Initializer.Normal(0.3));
var right = Weights.Of("right", prompts, goals).StartingAt(Initializer.Normal(0.3));
var scale = Weights.Of("scale").StartingAt(Initializer.Constant(1));
var adapter = Player.With("adapter", left, right, scale);

var logits = (left.Value * scale.Value * weights).Dot(right.Value, goals);
var policy = logits.Softmax(responses);
var logRatio = logits - logits.LogSumExp(responses) + Math.Log(5); // to the uniform reference
Expr Worth(Expr r) => (policy * (r - (Beta * logRatio))).Sum(responses);

var wanted = (weights.At(goals, "helpful") * helpful) + (weights.At(goals, "harmless") * harmless);
var best = TiltedPolicy.Of(Expr.UniformOver(responses), wanted, Beta, responses);

var farthest = (policy * (policy / best).Log()).Sum(responses).Mean(prompts).Max(preference);

var panacea = Game.Named("panacea")
    .Nature(prompts, Expr.UniformOver(prompts))
    .Nature(preference, Expr.UniformOver(preference))
    .Player(adapter)
    .Objective(adapter, new("helpful", Worth(helpful)))
    .Objective(adapter, new("harmless", Worth(harmless)))
    .Aggregate(adapter, Aggregator.Linear(goals, weights))
    .Probe(Probe.Expression("front/kl", farthest));

return new Experiment(panacea, new GradientPlay { Optimizer = new Adam { Rate = 0.05 } }, Stop.AfterSteps(3_000))
    .Reporting(Report)
    .Main(args);

static string Report(Solution solution) =>
    $"farthest from the front over 21 preferences: KL below 1e-3: {(solution.Games[0].Metrics["front/kl"] < 1e-3 ? "true" : "false")}";
