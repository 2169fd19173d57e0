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
double[] wording = [1, 0.1, 0.9, 0.2, 0, 0.3, 0.8, 1];

double[] Chances(int question) =>
    [
        .. from usual in (double[])[0.3, 0.7]
        from misled in (double[])[0, wrong[question]]
        let other = usual * wording[question]
        from chance in (double[])[(1 - misled) * (1 - other), (1 - misled) * other, misled]
        select chance,
    ];

var order = Attribution.InOrder(template, context);
var answer = Expr.Table([ask.Actions, template, context, answers], [.. Enumerable.Range(0, 8).SelectMany(Chances)]);
var source = Uncertainty.Of(answers, answer, order);

var clarifying = Game.Named("what to clarify")
    .Player(ask)
    .Payoff(ask, source.Part(context))
    .Probe(Probe.Uncertainty(source));

// the same from 60 samples of each combination of template and context
SampledUncertainty[] sampled =
[
    .. Enumerable
        .Range(0, 8)
        .Select(question =>
            SampledUncertainty.Of(
                AnswerCounts.Draw(answers, [template, context], Chances(question), 60, (ulong)question),
                order
            )
        ),
];

return new Experiment(clarifying, new PredictiveRegretMatchingPlus()).Reporting(Report).Main(args);

double Worth(Func<SampledUncertainty, double> score) => SourceWorth.Of(sampled.Select(score), wrong).Auroc;

string Report(Solution solution)
{
    var chosen = solution.Games[0].Strategies[0].ToArray();
    var first = Array.IndexOf(chosen, chosen.Max());
    var (total, part) = (Worth(u => u.Total), Worth(u => u.Part(context).Value));
    return $"{sampled[first]}clarify '{ask.Actions.Label(first)}' first; AUROC of the total {total:f3}, of the context's part {part:f3}";
}
