// Where a model's uncertainty comes from. Planted: a misleading context makes it wrong, wordings differ and are no fault. The part that the
// context explains tells wrong answers from right ones, the total does not; so that part says which question to clarify.
#load "alignment.fsx"

open Alignment

let answers = Axis.labelled "answers" [ "yes"; "it is"; "no" ]
let template = Axis.labelled "template" [ "plain"; "polite" ]
let context = Axis.labelled "context" [ "clear"; "misleading" ]
let ask = Player.labelled "ask" [ "sky"; "bank"; "spring"; "bat"; "seal"; "crane"; "tea"; "rain" ]

// how often each question is answered wrongly in a misleading context, and how often a right answer is worded the other way
let wrong = [ 0.0; 0.6; 0.1; 0.35; 0.9; 0.2; 0.0; 0.05 ]
let wording = [ 1.0; 0.1; 0.9; 0.2; 0.0; 0.3; 0.8; 1.0 ]

let chances question = [
    for usual in [ 0.3; 0.7 ] do
        for misled in [ 0.0; wrong[question] ] do
            let other = usual * wording[question]
            yield! [ (1.0 - misled) * (1.0 - other); (1.0 - misled) * other; misled ]
]

let order = Attribution.InOrder(template, context)
let answer = Expr.table [ ask.Actions; template; context; answers ] (List.collect chances [ 0..7 ])
let source = Uncertainty.Of(answers, answer, order)

let clarifying = game "what to clarify" {
    player ask
    payoff ask (source.Part context)
    probe (Probe.Uncertainty source)
}

// the same from 60 samples of each combination of template and context
let sampled = [
    for question in 0..7 ->
        let counts = AnswerCounts.Draw(answers, [ template; context ], chances question, 60, uint64 question)
        SampledUncertainty.Of(counts, order)
]

let worth (score: SampledUncertainty -> float) = SourceWorth.Of(Seq.map score sampled, wrong).Auroc

let report (solution: Solution) =
    let first = solution.Games[0].Strategies[0] |> Seq.indexed |> Seq.maxBy snd |> fst
    let total, part = worth _.Total, worth _.Part(context).Value
    $"{sampled[first]}clarify '{ask.Actions.Label first}' first; AUROC of the total %.3f{total}, of the context's part %.3f{part}"

Experiment(clarifying, PredictiveRegretMatchingPlus())
|> _.Reporting(report)
|> Experiment.main fsi.CommandLineArgs
|> exit
