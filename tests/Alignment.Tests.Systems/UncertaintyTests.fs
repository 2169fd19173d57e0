/// Where uncertainty comes from: exact identities, planted sources, order.
module Alignment.Tests.UncertaintyTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

let private answers = Axis.Of("answers", 3)
let private prompt = Axis.Of("prompt", 2)
let private context = Axis.Of("context", 3)
let private model = Axis.Of("model", 2)
let private factors = [ prompt; context; model ]

/// Random numbers above 0 that sum to 1 in rows.
let private rows (stream: RandomStream) (start: int) count length =
    Array.init count (fun row ->
        let raw = Array.init length (fun k -> -log(1.0 - stream.Uniform(0L, int64 (start + row * length + k))))
        raw |> Array.map (fun x -> x / Array.sum raw))

let private measured (source: Uncertainty) =
    let found = Measurements.Of(Game.Named("u").Probe(Probe.Uncertainty source))
    fun (key: string) -> found.At $"uncertainty/%s{key}"

let private xlogx x = if x > 0.0 then x * log x else 0.0

/// H(Y | the factors kept) by plain loops: probabilities p[z][y] and weights w[z], z counted with the last factor fastest.
let private entropyGiven (kept: int list) (sizes: int list) (p: float[][]) (w: float[]) =
    let place z =
        let digits =
            List.foldBack (fun size (rest, digits) -> rest / size, rest % size :: digits) sizes (z, []) |> snd

        kept |> List.map (fun k -> digits[k])

    let groups = [ 0 .. w.Length - 1 ] |> List.groupBy place

    groups
    |> List.sumBy (fun (_, zs) ->
        let mass = zs |> List.sumBy (fun z -> w[z])

        let entropy =
            [ 0 .. p[0].Length - 1 ]
            |> List.sumBy (fun y -> -(xlogx ((zs |> List.sumBy (fun z -> w[z] * p[z][y])) / mass)))

        if mass > 0.0 then mass * entropy else 0.0)

let private random seed =
    let stream = RandomStream(20260303UL, $"uncertainty %d{seed}")
    let p = rows stream 0 12 3
    let w = (rows stream 1000 1 12)[0]
    let answer = Expr.Table([ prompt; context; model; answers ], Array.concat p)
    let joint = Expr.Table([ prompt; context; model ], w)
    p, w, answer, joint

[<Tests>]
let tests =
    testList "uncertainty" [
        propertyOver 100 "the parts are those of plain loops, and add up exactly" (fun (seed: int) ->
            let p, w, answer, joint = random seed
            let entropy kept = entropyGiven kept [ 2; 3; 2 ] p w
            let order = Attribution.InOrder(context, prompt, model)
            let u = measured (Uncertainty.Jointly(answers, answer, order, joint))
            near 1e-12 (entropy []) (u "total") "total"
            near 1e-12 (entropy [ 0; 1; 2 ]) (u "rest") "rest"
            near 1e-12 (entropy [] - entropy [ 1 ]) (u "context") "the first"
            near 1e-12 (entropy [ 1 ] - entropy [ 0; 1 ]) (u "prompt") "the second"
            near 1e-12 (entropy [ 0; 1 ] - entropy [ 0; 1; 2 ]) (u "model") "the third"
            near 1e-9 (u "total") (u "context" + u "prompt" + u "model" + u "rest") "identity"

            for key in [ "context"; "prompt"; "model"; "rest" ] do
                Expect.isGreaterThan (u key) -1e-12 key)

        propertyOver 100 "over all orders it is the mean of the orders, and symmetric" (fun (seed: int) ->
            let _, _, answer, joint = random seed

            let orders = [
                for a in factors do
                    for b in factors do
                        for c in factors do
                            if a <> b && b <> c && a <> c then
                                [| a; b; c |]
            ]

            let ordered =
                orders
                |> List.map (fun order ->
                    measured (Uncertainty.Jointly(answers, answer, Attribution.InOrder order, joint)))

            let shapley =
                measured (Uncertainty.Jointly(answers, answer, Attribution.OverAllOrders(Array.ofList factors), joint))

            let turned =
                measured (
                    Uncertainty.Jointly(
                        answers,
                        answer,
                        Attribution.OverAllOrders(Array.rev (Array.ofList factors)),
                        joint
                    )
                )

            for factor in factors do
                near 1e-12 (ordered |> List.averageBy (fun u -> u factor.Name)) (shapley factor.Name) factor.Name
                near 1e-12 (shapley factor.Name) (turned factor.Name) $"%s{factor.Name}, named in another order"

            near 1e-9 (shapley "total") ((factors |> List.sumBy (fun f -> shapley f.Name)) + shapley "rest") "identity")

        // Y = P xor C with fair coins: neither tells anything by itself, both together everything
        testCase "the order matters" (fun () ->
            let p, c, y = Axis.Of("p", 2), Axis.Of("c", 2), Axis.Of("y", 2)
            let xor = Expr.Table([ p; c; y ], 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0)
            let first = measured (Uncertainty.Of(y, xor, Attribution.InOrder(p, c)))
            near 1e-15 0.0 (first "p") "told first"
            near 1e-15 (log 2.0) (first "c") "told second"
            let second = measured (Uncertainty.Of(y, xor, Attribution.InOrder(c, p)))
            near 1e-15 (log 2.0) (second "p") "told second"
            let both = measured (Uncertainty.Of(y, xor, Attribution.OverAllOrders(p, c)))
            near 1e-15 (log 2.0 / 2.0) (both "p") "over both orders"
            near 1e-15 0.0 (both "rest") "nothing is left")

        // p(y | z) ignores the prompt; the prompt goes with the context, or not
        testCase "an ignored factor explains nothing where it is independent of those told after it" (fun () ->
            let table = Expr.Table([ context; answers ], 0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4)
            let apart = measured (Uncertainty.Of(answers, table, Attribution.InOrder(prompt, context)))
            near 1e-15 0.0 (apart "prompt") "independent"
            // the prompt tells which context it is
            let joint = Expr.Table([ prompt; context ], 0.5, 0.0, 0.0, 0.0, 0.25, 0.25)

            let together =
                measured (Uncertainty.Jointly(answers, table, Attribution.InOrder(prompt, context), joint))

            Expect.isGreaterThan (together "prompt") 0.1 "told before what it goes with"
            let after = measured (Uncertainty.Jointly(answers, table, Attribution.InOrder(context, prompt), joint))
            near 1e-15 0.0 (after "prompt") "told after it")

        // two models that answer (1, 0) and (0, 1): all epistemic; two that both answer (1/2, 1/2): all aleatoric
        testCase "with the model as the factor: epistemic and aleatoric" (fun () ->
            let y = Axis.Of("y", 2)
            let cases = Axis.Of("cases", "disagree", "unsure")
            let answer = Expr.Table([ cases; model; y ], 1.0, 0.0, 0.0, 1.0, 0.5, 0.5, 0.5, 0.5)
            let source = Uncertainty.Of(y, answer, Attribution.InOrder model)
            let found = Measurements.Of(Game.Named("u").Over(cases).Probe(Probe.Uncertainty source))
            Expect.equal (List.ofSeq (found.All "uncertainty/total")) [ log 2.0; log 2.0 ] "the same total"
            near 1e-15 (log 2.0) (found.At("uncertainty/model", 0)) "epistemic"
            near 1e-15 0.0 (found.At("uncertainty/rest", 0)) "no aleatoric"
            near 1e-15 0.0 (found.At("uncertainty/model", 1)) "no epistemic"
            near 1e-15 (log 2.0) (found.At("uncertainty/rest", 1)) "aleatoric")

        testCase "a batch is its elements alone, bit for bit" (fun () ->
            let games = Axis.Of("games", 6)
            let all = [ for k in 0..5 -> random k ]
            let stack axes values = Expr.Table(games :: axes, values |> Array.concat)

            let batch =
                Uncertainty.Jointly(
                    answers,
                    stack [ prompt; context; model; answers ] [| for p, _, _, _ in all -> Array.concat p |],
                    Attribution.OverAllOrders(Array.ofList factors),
                    stack [ prompt; context; model ] [| for _, w, _, _ in all -> w |]
                )

            let together = Measurements.Of(Game.Named("u").Over(games).Probe(Probe.Uncertainty batch))

            for k, (_, _, answer, joint) in List.indexed all do
                let alone =
                    Measurements.Of(
                        Game
                            .Named("u")
                            .Probe(
                                Probe.Uncertainty(
                                    Uncertainty.Jointly(
                                        answers,
                                        answer,
                                        Attribution.OverAllOrders(Array.ofList factors),
                                        joint
                                    )
                                )
                            )
                    )

                for key in together.Keys do
                    Expect.equal (bitsOf (together.At(key, k))) (bitsOf (alone.At key)) $"%s{key} of %d{k}")

        testCase "as a signal in a payoff: asking is worth the model's uncertainty" (fun () ->
            let y = Axis.Of("y", 2)
            let questions = Player.Of("questions", 3)
            // by question: both models sure of the same, both unsure, each sure of another answer
            let answer =
                Expr.Table([ questions.Actions; model; y ], 1.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.5, 0.5, 1.0, 0.0, 0.0, 1.0)

            let source = Uncertainty.Of(y, answer, Attribution.InOrder model)

            let asking = Game.Named("asking").Player(questions).Payoff(questions, source.Part model)

            let solution = GameSolver.Solve(asking, Solver.Find "prm+", SolveOptions(Threads = 1))
            near 1e-5 1.0 (solution.Games[0].Strategies[0].[2]) "where the models disagree"
            near 1e-5 (log 2.0) (solution.Value questions) "worth")

        for name, make, message in
            [
                "no factors",
                (fun () -> Uncertainty.Of(answers, Expr.Constant 1.0, Attribution.InOrder()) |> ignore),
                "Expected factors, got none. (Parameter 'attribution')"
                "a factor twice",
                (fun () -> Uncertainty.Of(answers, Expr.Constant 1.0, Attribution.InOrder(prompt, prompt)) |> ignore),
                "The axis 'prompt' occurs twice among answers and factors; each needs an axis of its own. (Parameter 'attribution')"
                "a part that is none",
                (fun () ->
                    Uncertainty.Of(answers, Expr.Constant 1.0, Attribution.InOrder prompt).Part(Axis.Of("promt", 2))
                    |> ignore),
                "'promt' is no factor. Did you mean 'prompt'?"
                "too few distributions",
                (fun () ->
                    Uncertainty.Of(answers, Expr.Constant 1.0, Attribution.InOrder(prompt, context), Expr.Constant 0.5)
                    |> ignore),
                "Expected a distribution for each of 2 factors, or none, got 1. (Parameter 'weights')"
            ] do
            testCase $"refused: %s{name}" (fun () ->
                let fault =
                    try
                        make ()
                        "taken"
                    with :? ArgumentException as e ->
                        e.Message

                Expect.equal fault message "the message")

        testCase "what is left of the axes is told" (fun () ->
            let questions = Axis.Of("questions", 2)

            let answer =
                Expr.Table([ questions; model; answers ], 0.5, 0.5, 0.0, 0.5, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)

            let source = Uncertainty.Of(answers, answer, Attribution.InOrder model)

            Expect.equal
                (refusal (fun () -> Measurements.Of(Game.Named("u").Probe(Probe.Uncertainty source))))
                "probe uncertainty: axis 'questions' is neither a player's nor declared with Over or Nature. Declared are none."
                "the message"

            let mean = Measurements.Of(Game.Named("u").Probe(Probe.Uncertainty(source, questions)))
            near 1e-15 (log 2.0) (mean.At "uncertainty/total") "a mean over questions")
    ]
