/// Small words that experiments are written with: places of axes, tables, masks, policies in closed form, scorers, figures of several sources.
module Alignment.Tests.VocabularyTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

let private colour = Axis.labelled "colour" [ "red"; "green"; "blue" ]
let private size = Axis.sized "size" 2
let private table = Expr.table [ colour; size ] [ 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 ]
let private linesOf (text: obj) = (string text).Split '\n'

// ---- Places and tables ---------------------------------------------------------------------------------------------

let private places =
    testList "places of axes" [
        test "an indicator is 1 at its label alone, and what stands there is read by it" {
            Expect.sequenceEqual (numbers (Expr.indicator colour "green")) [ 0.0; 1.0; 0.0 ] "indicator"
            Expect.equal (Expr.Indicator(colour, 1)) (Expr.indicator colour "green") "by number"
            Expect.sequenceEqual (numbers (table |> Expr.at colour "blue")) [ 5.0; 6.0 ] "at a label"
            Expect.sequenceEqual (numbers (table.At(size, 0))) [ 1.0; 3.0; 5.0 ] "at a number"
            Expect.equal (size.IndexOf "1") 1 "elements without labels are called by their numbers"
        }

        test "a lookup has each row's column; tables follow it" {
            let shade = Axis.sized "shade" 4
            let map = Expr.lookup colour shade [ 3; 0; 3 ]

            Expect.sequenceEqual
                (numbers map)
                [ 0.0; 0.0; 0.0; 1.0; 1.0; 0.0; 0.0; 0.0; 0.0; 0.0; 0.0; 1.0 ]
                "row by row"

            let worth = Expr.vector shade [ 10.0; 20.0; 30.0; 40.0 ]
            Expect.sequenceEqual (numbers (map.Dot(worth, shade))) [ 40.0; 10.0; 40.0 ] "looked up"

            Expect.sequenceEqual
                (numbers ((Expr.vector colour [ 1.0; 2.0; 4.0 ]).Dot(map, colour)))
                [ 2.0; 0.0; 0.0; 5.0 ]
                "counted"

            Expect.equal (Expr.lookup colour shade []) (Expr.lookup colour shade [ 0..2 ]) "its own number"
        }

        test "uniform over axes" {
            Expect.sequenceEqual (numbers (Expr.uniformOver [ colour; size ])) (Array.create 6 (1.0 / 6.0)) "1/6"
        }

        test "numbers of an expression, and along another order of axes" {
            let found = Measurements.Numbers(2.0 * table + 1.0)
            Expect.sequenceEqual (found.Values.ToArray()) [ 3.0; 5.0; 7.0; 9.0; 11.0; 13.0 ] "values"
            Expect.sequenceEqual found.Axes [ colour; size ] "axes"
            let turned = found.Along [ size; colour ]
            Expect.sequenceEqual (turned.Values.ToArray()) [ 3.0; 7.0; 11.0; 5.0; 9.0; 13.0 ] "transposed"
            Expect.equal (turned.Along [ colour; size ]) found "and back"

            Expect.sequenceEqual
                ((Measurements.Numbers(Expr.constant 2.0)).Values.ToArray())
                [ 2.0 ]
                "a number has no axes"
        }

        for name, action, message in
            [
                "a label that is none",
                (fun () -> Expr.indicator colour "grene" |> ignore),
                "Axis 'colour' has no 'grene'. Did you mean 'green'?"
                "an element that is none",
                (fun () -> Expr.Indicator(colour, 3) |> ignore),
                "Axis 'colour' has elements 0 to 2, got 3."
                "a lookup of too few rows",
                (fun () -> Expr.lookup colour size [ 0; 1 ] |> ignore),
                "Lookup from 'colour' to 'size': expected for each of 3 rows a column from 0 to 1, got 0, 1."
                "a lookup behind the last column",
                (fun () -> Expr.lookup colour size [] |> ignore),
                "Lookup from 'colour' to 'size': expected for each of 3 rows a column from 0 to 1, got 0, 1, 2."
                "other axes",
                (fun () -> (Measurements.Numbers table).Along [ size ] |> ignore),
                "A tensor over [colour=3, size=2] has no numbers along [size=2]; name the same axes."
                "a mask of other positions",
                (fun () -> AttentionMask.Causal(colour, size) |> ignore),
                "Causal mask: expected the same positions twice, got colour=3 and size=2; use queries.Prime() for keys."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")

        test "numbers that nobody knows are refused" {
            let fault = refusal (fun () -> Measurements.Numbers((Weights.Of("theta", colour)).Value) |> ignore)

            Expect.stringContains fault "theta" "which"
        }
    ]

let private masks = test "under a causal mask a query attends to itself and to what stands before, exactly" {
    let text = Axis.sized "text" 3
    let keys = text.Prime()
    let attention = (AttentionMask.Causal(text, keys)).Softmax keys
    let third = 1.0 / 3.0

    close
        1e-16
        [| 1.0; 0.0; 0.0; 0.5; 0.5; 0.0; third; third; third |]
        (numbers attention)
        "a row a query; zeros are zeros"
}

// ---- Policies in closed form -------------------------------------------------------------------------------------------

let private tilts =
    testList "tilted policy" [
        // ref (1/2, 1/4, 1/4), reward (0, log 4, log 4) at beta 1: weights 1/2, 1, 1
        test "by hand, and what the reference excludes stays excluded" {
            let rewards = Expr.vector colour [ 0.0; log 4.0; log 4.0 ]

            let of' reference =
                numbers (TiltedPolicy.Of(Expr.vector colour reference, rewards, Expr.constant 1.0, colour))

            close 1e-15 [| 0.2; 0.4; 0.4 |] (of' [ 0.5; 0.25; 0.25 ]) "tilted"
            close 1e-15 [| 1.0 / 3.0; 2.0 / 3.0; 0.0 |] (of' [ 0.5; 0.25; 0.0 ]) "excluded"
        }

        propertyOver 50 "no policy has more reward less beta KL, at any scale" (fun (seed: uint16) ->
            let stream = RandomStream(uint64 seed, "tilt")
            let draw name = [| for k in 0L .. 2L -> stream.Uniform(name, k) |]
            let reference, other = normalize (draw 0L), normalize (draw 1L)
            let reward = draw 2L |> Array.map (fun r -> 1000.0 * r)
            let beta = 0.1 + 100.0 * stream.Uniform(3L, 0L)

            let worth policy =
                Array.map3 (fun p r q -> if p > 0.0 then p * (r - beta * log (p / q)) else 0.0) policy reward reference
                |> Array.sum

            let best =
                TiltedPolicy.Of(Expr.vector colour reference, Expr.vector colour reward, Expr.constant beta, colour)
                |> numbers

            near 1e-12 1.0 (Array.sum best) "a distribution"
            Expect.isGreaterThanOrEqual (worth best + 1e-9) (worth other) "no better"
            // the maximum is beta log sum ref exp(reward / beta)
            let top = Array.max reward
            let sum = Array.map2 (fun q r -> q * exp ((r - top) / beta)) reference reward |> Array.sum
            near 1e-9 (top + beta * log sum) (worth best) "the value of the maximum")
    ]

// ---- Scorers -------------------------------------------------------------------------------------------------------

let private scorers =
    testList "scorers of pairs" [
        test "what a scorer maximizes is the labels' mean log-likelihood less the size of its rewards" {
            let truth = LinearScorer.Of([ 1.0; -1.0 ], 0.7, features = 3)
            close 1e-15 [| sqrt 0.5; -(sqrt 0.5); 0.0 |] (Array.ofSeq truth.Weights) "features without weight"
            let pairs = truth.Pairs(50, RandomStream(1UL, "responses"), RandomStream(1UL, "labels"))
            let scorer = pairs.Scorer("helpful", size = 0.01)
            let w = [ 0.3; -0.2; 0.1 ]
            let score (x: float seq) k = Seq.sum (Seq.map2 (*) w (x |> Seq.skip (3 * k) |> Seq.take 3))

            let expected =
                [
                    for k in 0..49 ->
                        let chosen, rejected = score pairs.Chosen k, score pairs.Rejected k
                        -(log (1.0 + exp (rejected - chosen))) - 0.01 * (chosen * chosen + rejected * rejected) / 2.0
                ]
                |> List.average

            let weights = Expr.vector scorer.Weights.Axes[0] w

            let payoff = scorer.Payoff.Substitute(fun node -> if node = scorer.Weights.Value then weights else null)

            near 1e-14 expected (Array.head (numbers payoff)) "payoff"
            Expect.equal (pairs.Scorer("helpful", size = 0.001)) (pairs.Scorer "helpful") "0.001 where nothing is said"
            let together = PairScorer.Together [ scorer; pairs.Scorer "other" ]
            Expect.equal [ for p in together.Players -> p.Name ] [ "helpful"; "other" ] "one game"

            Expect.equal
                (argumentFault (fun () -> pairs.Scorer("helpful", size = -1.0)))
                "Scorer 'helpful': expected a weight of the size of at least 0, got -1."
                "refused"

            Expect.equal
                (argumentFault (fun () -> LinearScorer.Of([ 1.0; 1.0 ], 0.7, features = 1)))
                "Linear scorer: expected at least 2 features, one for each weight, got 1."
                "too few features"
        }

        test "responses are drawn one by one, and scored by weight times feature" {
            let stream = RandomStream(4UL, "candidates")
            let few, many = ResponseFeatures.Normal(3, 2, stream), ResponseFeatures.Normal(9, 2, stream)
            Expect.equal (Seq.take 6 many.Values |> List.ofSeq) (List.ofSeq few.Values) "more change none of the others"
            Expect.equal (few.Count, few.Features) (3, 2) "sizes"
            let x i k = stream.Normal(int64 i, int64 k)

            close 1e-15 [| for i in 0..2 -> 2.0 * x i 0 - 3.0 * x i 1 |] (few.Scores [ 2.0; -3.0 ]) "scores"

            Expect.equal
                (argumentFault (fun () -> few.Scores [ 1.0 ]))
                "Responses: expected 2 weights, got 1."
                "another number of weights"

            Expect.equal
                (argumentFault (fun () -> ResponseFeatures.Normal(0, 2, stream)))
                "Responses: expected at least one response of at least one feature, got 0 of 2."
                "none"
        }
    ]

// ---- Several sources -------------------------------------------------------------------------------------------------

let private worths =
    let ask, answers = Axis.sized "ask" 4, Axis.sized "answers" 2
    let template, context = Axis.sized "template" 2, Axis.sized "context" 2

    // the answer changes with the context in some questions, with the template in others
    let chances =
        0.1
        + Expr.vector ask [ 0.8; 0.1; 0.4; 0.0 ] * Expr.Indicator(context, 1)
        + Expr.vector ask [ 0.0; 0.6; 0.1; 0.2 ] * Expr.Indicator(template, 1)
        - Expr.vector ask [ 0.0; 0.0; 0.0; 0.1 ]

    let answer = Expr.Indicator(answers, 0) * chances + Expr.Indicator(answers, 1) * (1.0 - chances)
    let order = Attribution.InOrder(template, context)

    let counts =
        AnswerCounts.DrawEach(ask, answers, order.Factors, Measurements.Numbers answer, 40, seed = 9UL)

    let sampled = [ for question in counts -> SampledUncertainty.Of(question, order, permutations = 19) ]
    let wrong = [ 0.8; 0.2; 0.5; 0.0 ]

    testList "worth of sources" [
        test "questions are drawn each by its seed, whatever the order of the axes" {
            let numbers = Measurements.Numbers answer

            for k in 0..3 do
                let own = (Measurements.Numbers(answer.At(ask, k))).Along [ template; context; answers ]

                Expect.equal
                    (AnswerCounts.Draw(answers, [ template; context ], own.Values.ToArray(), 40, 9UL + uint64 k))
                    counts[k]
                    $"question {k}"

            let turned = numbers.Along [ context; answers; ask; template ]
            Expect.equal (AnswerCounts.DrawEach(ask, answers, order.Factors, turned, 40, 9UL)) counts "turned"
        }

        test "each is that of its component alone, and their text has them all" {
            let all = SourceWorths.Of(sampled, wrong)
            let alone component' = SourceWorth.Of(Seq.map component' sampled, wrong)
            Expect.equal all.Total (alone _.Total) "total"
            Expect.equal all.Rest (alone _.Rest) "rest"
            Expect.equal (all.Part context) (alone _.Part(context).Value) "context"

            let lines =
                (string all).Split '\n'
                |> Array.map (fun line -> line.Split(' ', StringSplitOptions.RemoveEmptyEntries))

            Expect.equal
                (lines[2..5] |> Array.map Array.head |> List.ofArray)
                [ "total"; "template"; "context"; "rest" ]
                "lines"

            Expect.equal (Array.item 1 lines[4]) $"%.3f{(all.Part context).Auroc}" "AUROC of the context"
        }

        test "a component that is the same for all has no figures, and is refused by itself" {
            let same = SourceWorths.Of([ sampled[0]; sampled[0] ], [ 0.0; 1.0 ])
            Expect.stringContains (string same) "\ntotal\n" "an empty line"
            Expect.stringStarts (argumentFault (fun () -> same.Total)) "Worth: expected questions that differ" "alone"
        }

        test "what does not go together is refused" {
            Expect.equal
                (argumentFault (fun () -> SourceWorths.Of(sampled, [ 0.0; 1.0 ])))
                "Worth: expected the uncertainty and the wrongness of each of at least 2 questions, got 4 and 2."
                "another number"

            let other = SampledUncertainty.Of(counts[1], Attribution.InOrder(context, template), permutations = 19)

            Expect.equal
                (argumentFault (fun () -> SourceWorths.Of([ sampled[0]; other ], [ 0.0; 1.0 ])))
                "Worth: expected questions with one attribution, got ordered(template, context) and ordered(context, template)."
                "another order"
        }
    ]

// ---- Tables of figures -----------------------------------------------------------------------------------------------

let private tables =
    testList "tables of figures" [
        test "measurements are a row each element of the batch" {
            let measured =
                Measurements.Of(
                    game "both" {
                        over colour
                        over size
                        probe (Probe.Expression("a/one", table))
                        probe (Probe.Expression("b/two", -1e-9 * table))
                    }
                )

            let lines = linesOf (measured.Table())
            Expect.equal lines[0] "colour  size   a/one   b/two" "titles"
            Expect.equal lines[2] "red        0  1.0000  0.0000" "what rounds to nothing has no sign"
            Expect.equal lines[7] "blue       1  6.0000  0.0000" "the last row"
            Expect.equal (Array.head (linesOf (measured.Table "a/one"))) "colour  size   a/one" "one alone"

            Expect.equal
                (argumentFault (fun () -> measured.Table "a/on"))
                "Nothing measured 'a/on'. Did you mean 'a/one'?"
                "what was not measured"
        }

        test "a solution's table, and the action that is played most" {
            let who = Player.choosing "who" colour

            let solution =
                (game "best" {
                    over size
                    player who
                    payoff who (table * Expr.vector size [ 1.0; -1.0 ])
                })
                    .Solve(PredictiveRegretMatchingPlus())

            Expect.equal (solution.MostPlayed who, solution.MostPlayed(who, 1)) (2, 0) "blue, and red"
            let lines = linesOf (solution.Table "game/value/who")
            Expect.equal lines[0] "size  game/value/who" "titles"
            Expect.equal lines[2] "   0          5.0000" "a row"
            Expect.stringContains (Array.head (linesOf (solution.Table()))) "game/nash_conv" "all that was measured"
        }
    ]

[<Tests>]
let tests = testList "vocabulary" [ places; masks; tilts; scorers; worths; tables ]
