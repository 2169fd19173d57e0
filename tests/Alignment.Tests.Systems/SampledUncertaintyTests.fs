/// Uncertainty from samples: bias by enumeration, identities, permutation tests under the null and under planted effects.
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
        propertyOver 100 "plug-in is the exact decomposition of what was observed" (fun (seed: int) ->
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

        propertyOver 100 "total = parts + rest for either estimator, in an order and over all" (fun (seed: int) ->
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

            let share (y: int) (p: Expr) = p.At(answers, y)

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
