/// Uncertainty from samples: bias by enumeration, identities, permutation tests under the null and under planted effects, worth, filters.
module Alignment.Tests.SampledUncertaintyTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

/// A number from a closed interval that holds a binomial count with probability 99.9 %, by the normal approximation.
let private within count rate trials what =
    let mean, deviation = float trials * rate, sqrt (float trials * rate * (1.0 - rate))
    let low, high = mean - 3.29 * deviation, mean + 3.29 * deviation

    Expect.isTrue
        (float count >= low && float count <= high)
        $"{what}: {count} of {trials}, expected {low:F1} to {high:F1}"

// ---- Bias, by enumeration --------------------------------------------------------------------------------------------

/// All ways to spread n samples over k answers.
let rec private spreads n k : int list list =
    if k = 1 then
        [ [ n ] ]
    else
        [
            for first in 0..n do
                for rest in spreads (n - first) (k - 1) do
                    first :: rest
        ]

let private factorial n = Seq.fold (fun product k -> product * float k) 1.0 (seq { 1..n })
let private rising x n = Seq.fold (fun product k -> product * (x + float k)) 1.0 (seq { 0 .. n - 1 })

/// Chances of counts, answers of a uniform p, and of a p drawn from a Dirichlet with the same weight for all.
let private uniform k (counts: int list) =
    factorial (List.sum counts)
    / (counts |> List.map factorial |> List.reduce (*))
    / float k ** float (List.sum counts)

let private dirichlet weight k (counts: int list) =
    let n = List.sum counts
    let ways = factorial n / (counts |> List.map factorial |> List.reduce (*))
    ways * (counts |> List.map (rising weight) |> List.reduce (*)) / rising (weight * float k) n

let private expected chance n k (estimator: EntropyEstimator) =
    spreads n k |> List.sumBy (fun counts -> chance counts * EntropyEstimate.Of(counts).By estimator)

let private bothEstimators = [ EntropyEstimator.PlugIn; EntropyEstimator.MillerMadow ]

/// E H of a Dirichlet(1/2) over 7 answers: digamma(9/2) - digamma(3/2).
let private dirichletEntropy = 1.0 / 1.5 + 1.0 / 2.5 + 1.0 / 3.5

/// Expected entropy estimates of n samples of 7 answers from a Dirichlet(1/2): each count alone is beta-binomial(1/2, 3).
let private expectedDirichlet n =
    let chance c = factorial n / factorial c / factorial (n - c) * rising 0.5 c * rising 3.0 (n - c) / rising 3.5 n

    let plugIn =
        7.0 * Seq.sumBy (fun c -> let q = float c / float n in -q * log q * chance c) (seq { 1..n })

    let seen = 7.0 * (1.0 - chance 0)
    plugIn, plugIn + (seen - 1.0) / (2.0 * float n)

// ---- Tables ----------------------------------------------------------------------------------------------------------

let private answers = Axis.Of("answers", "a", "b", "c")
let private prompt = Axis.Of("prompt", "terse", "polite")
let private context = Axis.Of("context", 3)
let private model = Axis.Of("model", 2)

/// Probabilities over k answers from a Dirichlet with one weight for all: draw y of row r lies at (r, y).
let private dirichletRow (stream: RandomStream) weight (row: int) k =
    let gammas = Array.init k (fun y -> stream.Gamma(weight, int64 row, int64 y))
    gammas |> Array.map (fun g -> g / Array.sum gammas)

let private randomCounts (seed: int) =
    let stream = RandomStream(20260601UL, $"counts %d{seed}")

    AnswerCounts.Of(
        answers,
        [ prompt; context; model ],
        Seq.init 36 (fun k -> int (stream.Integer(9L, 0L, int64 k)) + (if k % 3 = 0 then 1 else 0))
    )

/// The exact decomposition of the observed shares, by the compiler of expressions.
let private exactly (attribution: Attribution) (counts: AnswerCounts) =
    let cell z = Array.init counts.Answers.Size (fun y -> float (counts.At(z, y)))
    let cells = Array.init counts.Combinations cell
    let given = cells |> Array.collect (fun c -> c |> Array.map (fun x -> x / Array.sum c))
    let weights = cells |> Array.map (fun c -> Array.sum c / float counts.Samples)
    let axes = List.ofSeq counts.Factors

    let source =
        Uncertainty.Jointly(
            counts.Answers,
            Expr.Table(axes @ [ counts.Answers ], given),
            attribution,
            Expr.Table(axes, weights)
        )

    Measurements.Of(Game.Named("observed").Probe(Probe.Uncertainty source))

let private attributions = [
    Attribution.InOrder(context, prompt, model)
    Attribution.OverAllOrders(prompt, context, model)
]

/// How many of many data sets a part is significant in, and how many have a p-value of at most 1/2.
let private rejections sets (draw: int -> AnswerCounts) (attribution: Attribution) (factor: Axis) =
    let p =
        Array.Parallel.init sets (fun set ->
            SampledUncertainty
                .Of(draw set, attribution, leastSamples = 1, permutations = 99, seed = uint64 set)
                .Part(factor)
                .PValue)

    let upTo level = p |> Array.filter (fun x -> x <= level) |> Array.length
    upTo 0.05, upTo 0.5

// ---- A model with planted ambiguity ----------------------------------------------------------------------------------

let private words = Axis.Of("answers", "yes", "it is", "indeed", "correct", "no")
let private template = Axis.Of("template", 2)
let private contexts = Axis.Of("context", 2)

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
    testList "sampled uncertainty" [
        // ---- entropy
        testCase "entropy of counts: a worked example" (fun () ->
            // 2, 1, 1 of 4: 1/2 log 2 + 2/4 log 4 = 3/2 log 2; Miller-Madow adds (3 - 1) / 8
            let estimate = EntropyEstimate.Of [ 2; 0; 1; 1 ]
            near 1e-15 (1.5 * log 2.0) estimate.PlugIn "plug-in"
            near 1e-15 (1.5 * log 2.0 + 0.25) estimate.MillerMadow "Miller-Madow"
            Expect.equal (estimate.Samples, estimate.Observed) (4L, 3) "sizes"
            Expect.equal (string estimate) "1.2897 nats (plug-in 1.0397) from 4 samples of 3 answers" "text")

        testCase "the bias of 5 samples of 7 answers, enumerated" (fun () ->
            let bias chance truth = bothEstimators |> List.map (fun e -> expected chance 5 7 e - truth)
            let uniformBias = bias (uniform 7) (log 7.0)
            let dirichletBias = bias (dirichlet 0.5 7) dirichletEntropy
            near 0.005 -0.70 uniformBias[0] "plug-in, uniform"
            near 0.005 -0.46 dirichletBias[0] "plug-in, Dirichlet"
            near 0.005 -0.42 uniformBias[1] "Miller-Madow, uniform"
            near 0.005 -0.27 dirichletBias[1] "Miller-Madow, Dirichlet"

            near
                1e-12
                (fst (expectedDirichlet 5))
                (expected (dirichlet 0.5 7) 5 7 EntropyEstimator.PlugIn)
                "by margins")

        testCase "three samples for each answer leave 0.025 nats of a uniform one, one leaves 0.26" (fun () ->
            let bias k n = expected (uniform k) n k EntropyEstimator.MillerMadow - log (float k)

            for k in [ 2; 3; 4; 5 ] do
                let three = bias k (SampledUncertainty.SamplesPerAnswer * k)
                Expect.isTrue (three < 0.0 && three > -0.025) $"{k} answers, three each: {three}"

            // for many answers counts are Poisson: k of mean m each; sum of the expected terms less log k
            let poisson (m: float) =
                let chance c = exp (-m) * m ** float c / factorial c
                let plugIn = -Seq.sumBy (fun c -> let q = float c / m in q * log q * chance c) (seq { 1..60 })
                plugIn + (1.0 - chance 0) / (2.0 * m)

            near 0.002 -0.024 (poisson 3.0) "three each of very many"
            near 0.005 -0.26 (poisson 1.0) "one each of very many")

        // ---- decomposition
        testProperty "plug-in is the exact decomposition of what was observed" (fun (seed: int) ->
            let counts = randomCounts seed

            for attribution in attributions do
                let found =
                    SampledUncertainty.Of(
                        counts,
                        attribution,
                        EntropyEstimator.PlugIn,
                        leastSamples = 1,
                        permutations = 19
                    )

                let exact = exactly attribution counts
                near 1e-12 (exact.At "uncertainty/total") found.Total "total"
                near 1e-12 (exact.At "uncertainty/rest") found.Rest "rest"

                for part in found.Parts do
                    near 1e-12 (exact.At $"uncertainty/%s{part.Factor.Name}") part.Value part.Factor.Name
                    near 0.0 part.Value part.PlugIn "both are plug-in")

        testProperty "total = parts + rest for either estimator, in an order and over all" (fun (seed: int) ->
            for attribution in attributions do
                for estimator in bothEstimators do
                    let found =
                        SampledUncertainty.Of(
                            randomCounts seed,
                            attribution,
                            estimator,
                            leastSamples = 1,
                            permutations = 19
                        )

                    near
                        1e-12
                        found.Total
                        (Seq.sumBy (fun (p: SampledPart) -> p.Value) found.Parts + found.Rest)
                        "identity")

        // the exact values of this table: I(Y;C) = 0.018, I(Y;C|P) = 0.106
        testCase
            "the order matters: a context that tells little, and six times as much once the prompt is known"
            (fun () ->
                let y, p, c = Axis.Of("y", 2), Axis.Of("p", 2), Axis.Of("c", 2)
                let row x = [ x; 1.0 - x ]
                let table = [ 0.797; 0.203; 0.392; 0.608 ] |> List.collect row
                let answer = Expr.Table([ p; c; y ], Array.ofList table)

                let exact order =
                    Measurements.Of(Game.Named("order").Probe(Probe.Uncertainty(Uncertainty.Of(y, answer, order))))

                near 0.0005 0.018 ((exact (Attribution.InOrder(c, p))).At "uncertainty/c") "I(Y;C)"
                near 0.0005 0.106 ((exact (Attribution.InOrder(p, c))).At "uncertainty/c") "I(Y;C|P)"

                // 2,000 samples a combination: standard errors about 0.002 and 0.005
                let counts = AnswerCounts.Draw(y, [ p; c ], table, 2000, seed = 1UL)
                let sampled order = SampledUncertainty.Of(counts, order, permutations = 99)
                near 0.008 0.018 ((sampled (Attribution.InOrder(c, p))).Part(c).Value) "sampled, first"
                near 0.02 0.106 ((sampled (Attribution.InOrder(p, c))).Part(c).Value) "sampled, second"
                let text = string (sampled (Attribution.InOrder(p, c)))

                Expect.stringStarts
                    text
                    "ordered(p, c), Miller-Madow, nats; 8000 samples, 6 or more a combination"
                    "it says the order")

        testCase "a factor that explains nothing reads +0.36 and +0.25: 6 levels, 5 samples, 7 answers" (fun () ->
            let difference of' = of' (expectedDirichlet 30) - of' (expectedDirichlet 5)
            near 0.005 0.36 (difference fst) "plug-in, by enumeration"
            near 0.005 0.245 (difference snd) "Miller-Madow, by enumeration"

            let y, z = Axis.Of("y", 7), Axis.Of("z", 6)
            let stream = RandomStream(20260603UL, "rows")
            let sets = 400

            let parts =
                Array.Parallel.init sets (fun set ->
                    let p = Array.replicate 6 (dirichletRow stream 0.5 set 7) |> Array.concat
                    let counts = AnswerCounts.Draw(y, [ z ], p, 5, seed = uint64 set)
                    SampledUncertainty.Of(counts, Attribution.InOrder z, leastSamples = 5, permutations = 19).Part z)

            let mean of' =
                let values = parts |> Array.map of'
                let average = Array.average values
                average, sqrt ((values |> Array.averageBy (fun x -> (x - average) ** 2.0)) / float sets)

            for name, of', truth in
                [
                    "plug-in", (fun (p: SampledPart) -> p.PlugIn), difference fst
                    "Miller-Madow", (fun p -> p.Value), difference snd
                    "the null says so", (fun p -> p.NullMean), difference snd
                ] do
                let average, error = mean of'
                near (4.0 * error) truth average name)

        testCase "an ignored factor independent of later ones: its part tends to 0" (fun () ->
            let p = [
                for _ in 0..1 do
                    yield! [ 0.7; 0.2; 0.1; 0.1; 0.8; 0.1; 0.3; 0.3; 0.4 ]
            ]

            let counts = AnswerCounts.Draw(answers, [ prompt; context ], p, 3000, seed = 2UL)
            let found = SampledUncertainty.Of(counts, Attribution.InOrder(prompt, context), permutations = 99)
            // of the order of 2 / (2 * 18,000)
            near 5e-4 0.0 (found.Part(prompt).Value) "prompt"
            Expect.equal (found.Part(context).PValue) 0.01 "the smallest that 99 permutations can give"
            Expect.equal (found.Part(context).Cells, found.Part(context).Samples) (6, 18_000L) "sizes")

        testCase "one factor, the model: epistemic and aleatoric" (fun () ->
            let y = Axis.Of("y", 2)

            let of' p =
                SampledUncertainty.Of(
                    AnswerCounts.Draw(y, [ model ], p, 4000),
                    Attribution.InOrder model,
                    permutations = 19
                )

            let disagree, unsure = of' [ 1.0; 0.0; 0.0; 1.0 ], of' [ 0.5; 0.5; 0.5; 0.5 ]
            near 1e-3 (log 2.0) (disagree.Part(model).Value) "epistemic"
            near 0.0 0.0 disagree.Rest "no aleatoric"
            near 1e-3 0.0 (unsure.Part(model).Value) "no epistemic"
            near 1e-3 (log 2.0) unsure.Rest "aleatoric")

        // ---- permutation tests
        testCase "p-values under the null: 5 % are below 5 %, half below one half" (fun () ->
            let sets = 400
            // answers that all occur: where nearly all are the same, tables tie, and ties count against a factor
            let stream = RandomStream(20260604UL, "null")

            // a row for each level of what matters: set and level give the row
            let table weight (rows: (int -> int -> int) -> int list) set = [
                for row in rows (fun a b -> 100 * set + 10 * a + b) do
                    yield! dirichletRow stream weight row 3
            ]

            let draw weight rows samples set =
                AnswerCounts.Draw(answers, [ prompt; context ], table weight rows set, samples, seed = uint64 set)

            for name, rows, attribution, factor in
                [
                    "alone", (fun at -> List.replicate 6 (at 0 0)), Attribution.InOrder(prompt, context), prompt
                    "after one that matters",
                    (fun at -> List.collect (fun a -> List.replicate 3 (at a 0)) [ 0; 1 ]),
                    Attribution.InOrder(prompt, context),
                    context
                    "over all orders, beside one that matters",
                    (fun at -> List.collect (fun a -> List.replicate 3 (at a 0)) [ 0; 1 ]),
                    Attribution.OverAllOrders(prompt, context),
                    context
                ] do
                let few, half = rejections sets (draw 4.0 rows 12) attribution factor
                within few 0.05 sets $"{name}, 5 %%"
                within half 0.5 sets $"{name}, 50 %%"

            // samples are balanced over a later factor that matters: fewer than 5 %, never more
            let few, _ =
                rejections
                    sets
                    (draw
                        0.5
                        (fun at -> [
                            for _ in 0..1 do
                                for b in 0..2 -> at 0 b
                        ])
                        12)
                    (Attribution.InOrder(prompt, context))
                    prompt

            Expect.isLessThan few 10 "conservative: half of 5 % at most")

        testCase "the permutation test against all shuffles, with and without strata" (fun () ->
            // answers of two prompts (rows) under two contexts: 2 and 1 against 0 and 3, 1 and 3 against 2 and 0
            let y, p, c = Axis.Of("y", 2), Axis.Of("p", 2), Axis.Of("c", 2)
            let counts = AnswerCounts.Of(y, [ p; c ], [ 2; 1; 0; 3; 1; 3; 2; 0 ])

            let found order =
                SampledUncertainty
                    .Of(counts, order, EntropyEstimator.PlugIn, leastSamples = 1, permutations = 20_000, seed = 4UL)
                    .Part
                    c

            let h a b = EntropyEstimate.Of([ a; b ]).PlugIn
            let choose n k = factorial n / factorial k / factorial (n - k)
            // of a stratum with a and b of the answers, m samples are in the first context, k of them of the first answer: chance and 'n H(Y|C)'
            let stratum a b m = [
                for k in max 0 (m - b) .. min a m ->
                    choose a k * choose b (m - k) / choose (a + b) m,
                    float m * h k (m - k) + float (a + b - m) * h (a - k) (b - m + k)
            ]

            let check what (part: SampledPart) (all: (float * float) list) total =
                let read = all |> List.map (fun (chance, inside) -> chance, total - inside / 12.0)
                let mean = read |> List.sumBy (fun (chance, value) -> chance * value)
                let atLeast = read |> List.filter (fun (_, value) -> value >= part.Value - 1e-9) |> List.sumBy fst
                near 1e-12 1.0 (List.sumBy fst read) "all shuffles"
                near 0.003 mean part.NullMean $"{what}: mean over shuffles"

                near
                    (4.0 * sqrt (atLeast * max 0.0 (1.0 - atLeast) / 20_000.0) + 1e-4)
                    atLeast
                    part.PValue
                    $"{what}: p-value"

                atLeast

            let within =
                List.allPairs (stratum 2 4 3) (stratum 3 3 4) |> List.map (fun ((a, u), (b, v)) -> a * b, u + v)

            let apart =
                check "prompt first" (found (Attribution.InOrder(p, c))) within ((6.0 * h 2 4 + 6.0 * h 3 3) / 12.0)

            let pooled = check "context first" (found (Attribution.InOrder(c, p))) (stratum 5 7 7) (h 5 7)
            near 1e-12 0.16 apart "within the prompts"
            near 1e-12 1.0 pooled "across them"
            // over all orders the strata are those of all other factors
            let turns = found (Attribution.OverAllOrders(p, c))

            near
                1e-12
                ((found (Attribution.InOrder(p, c))).Value + (found (Attribution.InOrder(c, p))).Value)
                (2.0 * turns.Value)
                "the mean of both")

        testCase "p-values under planted effects: found" (fun () ->
            let sets = 100
            // the context moves a quarter of the mass: I(Y;C) about 0.05
            let p = [
                for _ in 0..1 do
                    yield! [ 0.6; 0.3; 0.1; 0.35; 0.55; 0.1; 0.35; 0.3; 0.35 ]
            ]

            let draw samples set = AnswerCounts.Draw(answers, [ prompt; context ], p, samples, seed = uint64 set)

            for attribution in [ Attribution.InOrder(prompt, context); Attribution.OverAllOrders(prompt, context) ] do
                let found, _ = rejections sets (draw 40) attribution context
                Expect.isGreaterThan found 90 $"{attribution}: power with 240 samples"
                let missed, _ = rejections sets (draw 40) attribution prompt
                within missed 0.05 sets "the other factor")

        testCase "renaming levels changes no estimate, the same seed no p-value" (fun () ->
            let counts = randomCounts 5

            let found (c: AnswerCounts) =
                SampledUncertainty.Of(c, attributions[0], leastSamples = 1, permutations = 99, seed = 3UL)

            let turned =
                AnswerCounts.Of(
                    answers,
                    [ prompt; context; model ],
                    [
                        for p in [ 1; 0 ] do
                            for rest in 0..5 do
                                for y in [ 2; 0; 1 ] -> counts.At(6 * p + rest, y)
                    ]
                )

            Expect.equal (found counts) (found (randomCounts 5)) "value-equal"

            for a, b in Seq.zip (found counts).Parts (found turned).Parts do
                near 1e-12 a.Value b.Value a.Factor.Name)

        // ---- draws
        testCase "all combinations of factors in one program are the single ones, bit for bit" (fun () ->
            let stream = RandomStream(20260605UL, "model")

            let numbers start axes =
                let size = axes |> List.fold (fun n (a: Axis) -> n * a.Size) 1
                Expr.Table(axes, Array.init size (fun k -> stream.Normal(start, int64 k)))

            let hidden = Axis.Of("hidden", 5)

            let inside =
                (numbers 0L [ prompt; hidden ] + numbers 1L [ context; hidden ]) * numbers 2L [ model; hidden ]

            let answer = inside.Tanh().Dot(numbers 3L [ hidden; answers ], hidden).Softmax answers

            let share y (p: Expr) =
                (p * Expr.Vector(answers, Array.init 3 (fun k -> if k = y then 1.0 else 0.0))).Sum answers

            let probes (p: Expr) (game: GameSpec) =
                Seq.fold
                    (fun (g: GameSpec) y -> g.Probe(Probe.Expression($"answer/%d{y}", share y p)))
                    game
                    (seq { 0..2 })

            let all = Measurements.Of(Game.Named("all").Over(prompt).Over(context).Over(model) |> probes answer)

            let at = [
                for p in 0..1 do
                    for c in 0..2 do
                        for m in 0..1 -> p, c, m
            ]

            for k, (p, c, m) in List.indexed at do
                let one (axis: Axis) (place: int) (x: Expr) =
                    x.Gather(axis, Axis.Of("one " + axis.Name, 1), [| place |]).Sum(Axis.Of("one " + axis.Name, 1))

                let alone =
                    Measurements.Of(
                        Game.Named("one") |> probes (answer |> one prompt p |> one context c |> one model m)
                    )

                for y in 0..2 do
                    Expect.equal
                        (bitsOf (all.At($"answer/%d{y}", k)))
                        (bitsOf (alone.At $"answer/%d{y}"))
                        $"answer %d{y} of %d{k}"

            let p = [
                for k in 0..11 do
                    for y in 0..2 -> all.At($"answer/%d{y}", k)
            ]

            let counts = AnswerCounts.Draw(answers, [ prompt; context; model ], p, 20, seed = 9UL)
            let more = AnswerCounts.Draw(answers, [ prompt; context; model ], p, 21, seed = 9UL)

            Expect.isTrue
                (Seq.forall2 (fun a b -> b = a || b = a + 1) counts.Counts more.Counts)
                "one more sample changes none of the others")

        // ---- worth
        testCase "worth: a worked example" (fun () ->
            // wrong: 3, 2; right: 2, 1, 1. Pairs: 3 beats all three; 2 ties with 2, beats both 1: (3 + 2.5) / 6
            let worth = SourceWorth.Of([ 3.0; 2.0; 2.0; 1.0; 1.0 ], [ 1.0; 1.0; 0.0; 0.0; 0.0 ])
            near 1e-15 (5.5 / 6.0) worth.Auroc "AUROC"
            // ranks 5, 3.5, 3.5, 1.5, 1.5 against 4.5, 4.5, 2, 2, 2: 6.25 / sqrt(9 * 7.5)
            near 1e-12 (6.25 / sqrt (9.0 * 7.5)) worth.RankCorrelation "Spearman"
            Expect.equal (string worth) "AUROC 0.917, rank correlation 0.761 over 5 questions, 40.0 % wrong" "text")

        testProperty "AUROC is the share of pairs, and graded wrongness that of answers" (fun (seed: int) ->
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

            let wrong = found |> Array.map snd
            let worth of' = SourceWorth.Of(found |> Array.map (fst >> of'), wrong)
            let total = worth (fun u -> u.Total)
            let source = worth (fun u -> u.Part(contexts).Value)
            let other = worth (fun u -> u.Part(template).Value)
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
                let wrong = Expr.Vector(items, Array.init 10 (fun k -> if k = 0 then 1.0 else 0.0))

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

            Pictures.isThatOf "uncertainty.svg" {
                Title = "Where the uncertainty of each answer comes from"
                Unit = "nats; in brackets how often a misleading context makes the answer wrong"
                Series = [ "context"; "template"; "rest" ]
                Rows = [
                    for k, name in List.indexed names ->
                        let part key = Math.Round(found.At($"uncertainty/%s{key}", k), 4)
                        $"{name} ({100.0 * wrong[k]:F0} %%)", [ part "context"; part "template"; part "rest" ]
                ]
                IsStacked = true
            })

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
                let place k = Expr.Vector(items, Array.init 5 (fun j -> if j = k then 1.0 else 0.0))

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
        for name, make, expected in
            [
                "too few samples",
                (fun () ->
                    SampledUncertainty.Of(
                        AnswerCounts.Of(answers, [ prompt ], [ 3; 3; 3; 4; 2; 0 ]),
                        Attribution.InOrder prompt
                    )
                    |> ignore),
                "Uncertainty: expected at least 9 samples of each combination, 3 for each of 3 answers that occurred, got 6 at prompt=polite; sample more, pool answers or levels, or set leastSamples and read p-values alone."
                "too few of a stated number",
                (fun () ->
                    SampledUncertainty.Of(
                        AnswerCounts.Of(answers, [ prompt ], [ 3; 3; 3; 4; 2; 0 ]),
                        Attribution.InOrder prompt,
                        leastSamples = 7
                    )
                    |> ignore),
                "Uncertainty: expected at least 7 samples of each combination, got 6 at prompt=polite; sample more, pool answers or levels, or set leastSamples and read p-values alone."
                "a factor left out",
                (fun () -> SampledUncertainty.Of(randomCounts 1, Attribution.InOrder(prompt, model)) |> ignore),
                "Uncertainty: expected all factors of the counts, prompt=2, context=3, model=2, got prompt=2, model=2; add the others, or add counts up over them."
                "a factor that is none",
                (fun () -> SampledUncertainty.Of(randomCounts 1, Attribution.InOrder(Axis.Of("promt", 2))) |> ignore),
                "Uncertainty: 'promt' is no factor of the counts. Did you mean 'prompt'?"
                "too many samples",
                (fun () ->
                    SampledUncertainty.Of(
                        AnswerCounts.Of(answers, [ prompt ], Seq.replicate 6 2_000_000),
                        Attribution.InOrder prompt
                    )
                    |> ignore),
                "Uncertainty: expected at most 10000000 samples, got 12000000; with so many, take the exact split of the observed shares, Uncertainty.Of."
                "few permutations",
                (fun () -> SampledUncertainty.Of(randomCounts 1, attributions[0], permutations = 9) |> ignore),
                "Uncertainty: expected at least 19 permutations, got 9; fewer cannot reach a p-value of 5 %."
                "counts that do not fit",
                (fun () -> AnswerCounts.Of(answers, [ prompt ], [ 1; 2; 3 ]) |> ignore),
                "Answers: expected 6 counts, one for each of 2 combinations and 3 answers, got 3."
                "a count below 0",
                (fun () -> AnswerCounts.Of(answers, [ prompt ], [ 1; 2; 3; 1; -2; 3 ]) |> ignore),
                "Answers: expected counts of at least 0, got -2 of 'b' at prompt=polite."
                "no samples",
                (fun () -> AnswerCounts.Of(answers, [ prompt ], Seq.replicate 6 0) |> ignore),
                "Answers: expected at least 1 sample, got none."
                "no factors",
                (fun () -> AnswerCounts.Of(answers, [], [ 1; 2; 3 ]) |> ignore),
                "Answers: Expected factors, got none."
                "no entropy",
                (fun () -> EntropyEstimate.Of [ 0; 0 ] |> ignore),
                "Entropy: expected at least 1 sample, got none of 2 answers."
                "scores that do not differ",
                (fun () -> SourceWorth.Of([ 1.0; 1.0 ], [ 0.0; 1.0 ]) |> ignore),
                "Worth: expected questions that differ, got the same score for all 2; nothing can be told apart."
                "wrongness out of range",
                (fun () -> SourceWorth.Of([ 1.0; 2.0 ], [ 0.0; 1.5 ]) |> ignore),
                "Worth: expected wrongness from 0 to 1, got 1.5 at question 1."
                "a share out of range",
                (fun () -> LowUncertainty.Keep(Expr.Vector(context, 1.0, 2.0, 3.0), context, 0.0) |> ignore),
                "Low uncertainty: expected a share above 0 and at most 1, got 0."
                "a score over something else",
                (fun () -> LowUncertainty.Weights(Expr.Vector(prompt, 1.0, 2.0), context, 1.0) |> ignore),
                "Low uncertainty: expected a score over [context=3], got [prompt=2]."
            ] do
            testCase $"refused: %s{name}" (fun () -> Expect.equal (argumentFault make) expected "the message")
    ]
