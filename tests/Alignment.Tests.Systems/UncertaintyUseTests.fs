/// What uncertainty from samples is good for: telling wrong answers from right ones, weighing and filtering data.
module Alignment.Tests.UncertaintyUseTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

// ---- A model with planted ambiguity ----------------------------------------------------------------------------------

let private words = Axis.Of("answers", "yes", "it is", "indeed", "correct", "no")
let private template = Axis.Of("template", 2)
let private contexts = Axis.Of("context", 2)
let private model = Axis.Of("model", 2)

/// Question q: the second context misleads with a chance; right answers have four wordings, spread out more or less, and the template sets the most
/// frequent one. A wording is no fault, so wrong answers come from the context alone. Gives p(answer | template, context) and the chance of a
/// wrong answer.
let private planted (q: int) =
    let stream = RandomStream(20260602UL, "questions")
    let misleading = stream.Uniform(0L, int64 q) ** 2.0
    let spread = stream.Uniform(1L, int64 q)

    let p = [
        for t in 0..1 do
            for wrong in [ 0.0; misleading ] do
                for wording in 0..3 do
                    (1.0 - wrong) * (spread / 4.0 + (if wording = t then 1.0 - spread else 0.0))

                wrong
    ]

    p, misleading / 2.0

[<Tests>]
let tests =
    testList "uncertainty at work" [
        testCase "worth: a worked example" (fun () ->
            // wrong: 3, 2; right: 2, 1, 1. Pairs: 3 beats all three; 2 ties with 2, beats both 1: (3 + 2.5) / 6
            let worth = SourceWorth.Of([ 3.0; 2.0; 2.0; 1.0; 1.0 ], [ 1.0; 1.0; 0.0; 0.0; 0.0 ])
            near 1e-15 (5.5 / 6.0) worth.Auroc "AUROC"
            // ranks 5, 3.5, 3.5, 1.5, 1.5 against 4.5, 4.5, 2, 2, 2: 6.25 / sqrt(9 * 7.5)
            near 1e-12 (6.25 / sqrt (9.0 * 7.5)) worth.RankCorrelation "Spearman"
            Expect.equal (string worth) "AUROC 0.917, rank correlation 0.761 over 5 questions, 40.0 % wrong" "text")

        propertyOver 100 "AUROC is the share of pairs, and graded wrongness that of answers" (fun (seed: int) ->
            let stream = RandomStream(uint64 seed, "worth")
            let scores = Array.init 30 (fun k -> float (stream.Integer(8L, 0L, int64 k)))
            let wrong = Array.init 30 (fun k -> int (stream.Integer(6L, 1L, int64 k)))
            let worth = SourceWorth.Of(scores, wrong |> Array.map (fun w -> float w / 5.0))

            let share =
                Array.allPairs (Array.zip scores wrong) (Array.zip scores wrong)
                |> Array.sumBy (fun ((a, w), (b, v)) ->
                    float (w * (5 - v))
                    * (if a > b then 1.0
                       elif a = b then 0.5
                       else 0.0))

            near 1e-12 (share / float (Array.sum wrong * (150 - Array.sum wrong))) worth.Auroc "pairs")

        testCase "errors from the context alone: its part tells them, the total less so" (fun () ->
            let questions = 300

            let found =
                Array.Parallel.init questions (fun q ->
                    let p, wrongness = planted q
                    let counts = AnswerCounts.Draw(words, [ template; contexts ], p, 20, seed = uint64 q)

                    SampledUncertainty.Of(counts, Attribution.InOrder(template, contexts), permutations = 19),
                    wrongness)

            let worth = SourceWorths.Of(Array.map fst found, Array.map snd found)
            let total, source, other = worth.Total, worth.Part contexts, worth.Part template
            Expect.isGreaterThan source.Auroc (total.Auroc + 0.05) $"context {source}, total {total}"
            Expect.isGreaterThan source.RankCorrelation (total.RankCorrelation + 0.05) "rank correlation"
            Expect.isGreaterThan source.RankCorrelation 0.8 $"{source}"
            Expect.isLessThan other.Auroc (total.Auroc + 0.05) $"template {other}"
            let page = IO.File.ReadAllText(IO.Path.Combine(root, "docs", "uncertainty.md"))

            for name, worth in [ "total", total; "the context's part", source; "the template's part", other ] do
                Expect.stringContains
                    page
                    $"| {name} | %.3f{worth.Auroc} | %.3f{worth.RankCorrelation} |"
                    "the page's row")

        testCase
            "where splitting helps nothing: wordings that do not vary, and mistakes that no context changes"
            (fun () ->
                let misleading = [ for k in 0..9 -> 0.05 + 0.1 * float k ]
                let y, items = Axis.Of("y", 2), Axis.Of("items", 10)

                let read rows =
                    let source =
                        Uncertainty.Of(
                            y,
                            Expr.Table([ items; contexts; y ], Array.ofList rows),
                            Attribution.InOrder contexts
                        )

                    let found = Measurements.Of(Game.Named("items").Over(items).Probe(Probe.Uncertainty source))
                    source, Seq.toArray (found.All "uncertainty/total"), Seq.toArray (found.All "uncertainty/context")

                let _, total, part =
                    read [
                        for m in misleading do
                            yield! [ 1.0; 0.0; 1.0 - m; m ]
                    ]

                near 1e-12 1.0 (SourceWorth.Of(total, misleading).RankCorrelation) "the total is as good"
                near 1e-12 1.0 (SourceWorth.Of(part, misleading).RankCorrelation) "as the part"

                // the first item is sure and wrong whatever the context
                let source, total, part =
                    read [
                        yield! [ 0.0; 1.0; 0.0; 1.0 ]
                        for m in List.tail misleading do
                            yield! [ 1.0; 0.0; 1.0 - m; m ]
                    ]

                Expect.equal (total[0], part[0]) (0.0, 0.0) "nothing is seen"
                let kept = LowUncertainty.Keep(source.Part contexts, items, 0.1)
                let wrong = Expr.Indicator(items, 0)

                let found =
                    Measurements.Of(
                        Game.Named("kept").Nature(items, kept).Probe(Probe.Expression("kept/wrong", wrong))
                    )

                near 0.0 1.0 (found.At "kept/wrong") "the filter keeps it")

        testCase "the picture of the page: the questions of example 12, exactly" (fun () ->
            let y, t, c = Axis.Of("answers", "yes", "it is", "no"), Axis.Of("template", 2), Axis.Of("context", 2)
            let names = [ "sky"; "bank"; "spring"; "bat"; "seal"; "crane"; "tea"; "rain" ]
            let wrong = [ 0.0; 0.6; 0.1; 0.35; 0.9; 0.2; 0.0; 0.05 ]
            let wording = [ 1.0; 0.1; 0.9; 0.2; 0.0; 0.3; 0.8; 1.0 ]

            let chances k = [
                for usual in [ 0.3; 0.7 ] do
                    for misled in [ 0.0; List.item k wrong ] do
                        let other = usual * List.item k wording
                        yield! [ (1.0 - misled) * (1.0 - other); (1.0 - misled) * other; misled ]
            ]

            let asked = Axis.Of("questions", Array.ofList names)
            let answer = Expr.Table([ asked; t; c; y ], [ 0..7 ] |> List.collect chances |> Array.ofList)
            let source = Uncertainty.Of(y, answer, Attribution.InOrder(t, c))
            let found = Measurements.Of(Game.Named("questions").Over(asked).Probe(Probe.Uncertainty source))

            // rounding may leave a part a hair below 0
            let part key =
                PlotBars(key, [| for k in 0 .. names.Length - 1 -> max 0.0 (found.At($"uncertainty/%s{key}", k)) |])

            Plot.Bars(
                "Where the uncertainty of each answer comes from",
                "nats; in brackets how often a misleading context makes the answer wrong",
                [| for k, name in List.indexed names -> $"{name} ({100.0 * wrong[k]:F0} %%)" |],
                true,
                part "context",
                part "template",
                part "rest"
            )
            |> Pictures.isDrawnIn "uncertainty.svg")

        // ---- a score used
        testCase "as a filter, a sampling weight and a temperature" (fun () ->
            let items = Axis.Of("items", 40)

            let p = [|
                for q in 0..39 do
                    yield! fst (planted q)
            |]

            let answer = Expr.Table([ items; template; contexts; words ], p)
            let source = Uncertainty.Of(words, answer, Attribution.InOrder(template, contexts))
            let wrongness = Array.init 40 (planted >> snd)
            let wrong = Expr.Vector(items, wrongness)

            let mean (weights: Expr) =
                Measurements
                    .Of(Game.Named("data").Nature(items, weights).Probe(Probe.Expression("data/wrong", wrong)))
                    .At
                    "data/wrong"

            let everything = mean (LowUncertainty.Keep(source.Total, items, 1.0))
            near 1e-12 (Array.average wrongness) everything "all are kept"

            // uncertainty from the context rises with wrongness, up to where a misleading context is sure: the filter keeps the right ones
            let kept = mean (LowUncertainty.Keep(source.Part contexts, items, 0.25))
            near 1e-12 (wrongness |> Array.sort |> Array.take 10 |> Array.average) kept "the 10 least wrong of 40"
            let weighted = mean (LowUncertainty.Weights(source.Part contexts, items, 0.05))
            Expect.isTrue (weighted < everything && weighted > kept) $"weights: {weighted}"

            near
                1e-9
                everything
                (mean (LowUncertainty.Weights(source.Part contexts, items, 1e9)))
                "uniform in the limit"

            let byTotal = mean (LowUncertainty.Keep(source.Total, items, 0.25))
            Expect.isGreaterThan byTotal (1.5 * kept) $"the total keeps worse data: {byTotal}, {kept}"

            // temperature of an entropy regularizer: a policy that hedges where the models disagree
            let policy = Player.Of("policy", 2)
            let cases = Axis.Of("cases", 3)

            let opinions =
                Expr.Table(
                    [ cases; model; Axis.Of("y", 2) ],
                    0.9,
                    0.1,
                    0.6,
                    0.4,
                    0.9,
                    0.1,
                    0.1,
                    0.9,
                    0.5,
                    0.5,
                    0.4,
                    0.6
                )

            let doubt = Uncertainty.Of(Axis.Of("y", 2), opinions, Attribution.InOrder model).Part model
            let temperature = 0.1 + doubt
            let reward = Expr.Vector(policy.Actions, 0.3, 0.0)

            let game =
                Game
                    .Named("hedge")
                    .Over(cases)
                    .Player(policy)
                    .Payoff(policy, reward)
                    .Regularize(policy, Regularizer.Entropy temperature)

            let solution =
                GameSolver.Solve(game, Solver.Find "mmd", SolveOptions(Threads = 1, Until = Stop.AfterSteps 2000L))

            let tau =
                Measurements.Of(Game.Named("tau").Over(cases).Probe(Probe.Expression("doubt/tau", temperature)))

            for k in 0..2 do
                let logit = 0.3 / tau.At("doubt/tau", k)
                near 1e-6 (1.0 / (1.0 + exp -logit)) (solution.Games[k].Strategies[0].[0]) $"case %d{k}")

        testCase "what is kept: ties go to the first, one at least" (fun () ->
            let items = Axis.Of("items", 5)

            let kept share =
                let weights = LowUncertainty.Keep(Expr.Vector(items, 0.3, 0.1, 0.3, 0.1, 0.3), items, share)
                let place (k: int) = Expr.Indicator(items, k)

                let spec =
                    Seq.fold
                        (fun (g: GameSpec) k ->
                            g.Probe(Probe.Expression($"kept/%d{k}", (weights * place k).Sum items)))
                        (Game.Named "kept")
                        (seq { 0..4 })

                let found = Measurements.Of spec
                [ for k in 0..4 -> found.At $"kept/%d{k}" ]

            Expect.equal (kept 0.01) [ 0.0; 1.0; 0.0; 0.0; 0.0 ] "one"
            Expect.equal (kept 0.4) [ 0.0; 0.5; 0.0; 0.5; 0.0 ] "two"
            Expect.equal (kept 0.5) [ 1.0 / 3.0; 1.0 / 3.0; 0.0; 1.0 / 3.0; 0.0 ] "rounded up"
            Expect.equal (kept 1.0) (List.replicate 5 0.2) "all")

        // ---- refusals
    ]
