// Where a model's uncertainty comes from. Planted: a misleading context makes it wrong, wordings differ and are no fault. The part that the
// context explains tells wrong answers from right ones, the total does not; so that part says which question to clarify.
#load "alignment.fsx"

open Alignment

let answers = Axis.labelled "answers" [ "yes"; "it is"; "no" ]
let template = Axis.labelled "template" [ "plain"; "polite" ]
let context = Axis.labelled "context" [ "clear"; "misleading" ]
let ask = Player.labelled "ask" [ "sky"; "bank"; "spring"; "bat"; "seal"; "crane"; "tea"; "rain" ]
let each, said = Expr.vector ask.Actions, Expr.indicator answers

// how often each question is answered wrongly in a misleading context, and how often a right answer is worded the other way
let wrong = [ 0.0; 0.6; 0.1; 0.35; 0.9; 0.2; 0.0; 0.05 ]
let misled = each wrong * Expr.indicator context "misleading"
let other = Expr.vector template [ 0.3; 0.7 ] * each [ 1.0; 0.1; 0.9; 0.2; 0.0; 0.3; 0.8; 1.0 ]
let answer = said "no" * misled + (said "yes" * (1.0 - other) + said "it is" * other) * (1.0 - misled)
let order = Attribution.InOrder(template, context)
let source = Uncertainty.Of(answers, answer, order)

let clarifying = game "what to clarify" {
    player ask
    payoff ask (source.Part context)
    probe (Probe.Uncertainty source)
}

// the same from 60 samples of each combination of template and context
let counts =
    AnswerCounts.DrawEach(ask.Actions, answers, order.Factors, Measurements.Numbers answer, samples = 60)

let sampled = [ for question in counts -> SampledUncertainty.Of(question, order) ]
let worth = SourceWorths.Of(sampled, wrong)

let report (solution: Solution) =
    let first = solution.MostPlayed ask
    let total, part = worth.Total.Auroc, worth.Part(context).Auroc
    $"{sampled[first]}clarify '{ask.Actions.Label first}' first; AUROC of the total %.3f{total}, of the context's part %.3f{part}"

Experiment(clarifying, PredictiveRegretMatchingPlus())
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
