#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Where a model's uncertainty comes from. Planted: a misleading context makes it wrong, wordings differ and are no fault. The part that the
// context explains tells wrong answers from right ones, the total does not; so that part says which question to clarify.
using Alignment;

var answers = Axis.Of("answers", "yes", "it is", "no");
var template = Axis.Of("template", "plain", "polite");
var context = Axis.Of("context", "clear", "misleading");
var ask = Player.Of("ask", "sky", "bank", "spring", "bat", "seal", "crane", "tea", "rain");

// how often each question is answered wrongly in a misleading context, and how often a right answer is worded the other way
double[] wrong = [0, 0.6, 0.1, 0.35, 0.9, 0.2, 0, 0.05];
var misled = Each(wrong) * Expr.Indicator(context, "misleading");
var other = Expr.Vector(template, 0.3, 0.7) * Each(1, 0.1, 0.9, 0.2, 0, 0.3, 0.8, 1);
var answer = (Said("no") * misled) + (((Said("yes") * (1 - other)) + (Said("it is") * other)) * (1 - misled));
var order = Attribution.InOrder(template, context);
var source = Uncertainty.Of(answers, answer, order);

var clarifying = Game.Named("what to clarify")
    .Player(ask)
    .Payoff(ask, source.Part(context))
    .Probe(Probe.Uncertainty(source));

// the same from 60 samples of each combination of template and context
var counts = AnswerCounts.DrawEach(ask.Actions, answers, order.Factors, Measurements.Numbers(answer), samples: 60);
SampledUncertainty[] sampled = [.. counts.Select(question => SampledUncertainty.Of(question, order))];
var worth = SourceWorths.Of(sampled, wrong);

return new Experiment(clarifying, new PredictiveRegretMatchingPlus()).Reporting(Report).Main(args);

Expr Each(params double[] values) => Expr.Vector(ask.Actions, values);
Expr Said(string label) => Expr.Indicator(answers, label);
string Report(Solution solution)
{
    var first = solution.MostPlayed(ask);
    var (total, part) = (worth.Total.Auroc, worth.Part(context).Auroc);
    return $"{sampled[first]}clarify '{ask.Actions.Label(first)}' first; AUROC of the total {total:f3}, of the context's part {part:f3}";
}
