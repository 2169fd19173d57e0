/// Gradient solvers against worked examples, closed forms and each other.
module Alignment.Tests.GradientTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.GradientFixtures

// ---- Worked examples -------------------------------------------------------------------------------------------------

// On x y against -x y the joint gradient at (x, y) is g = (y, -x), and every method is a linear map. With h the rate:
//   simultaneous        x' = x + h y,                      y' = y - h x
//   alternating         x' = x + h y,                      y' = y - h x'
//   extragradient       x' = x + h (y - h x),              y' = y - h (x + h y)
//   consensus (gamma)   J'g = (x, y) for J = (0 1; -1 0):  x' = x + h (y - gamma x), y' = y + h (-x - gamma y)
//   sga (fixed, lambda) A = J, A'g = J'g = (x, y):         the same with lambda for gamma
//   lola (eta, Taylor)  left: d/dx (x y + eta <d_y left = x held, d_y right = -x>) = y - eta x; right: -x - eta y
//   cgd                 D_xy f = 1, D_yx g = -1:            x' = x + h (y - h x) / (1 + h^2), y' = y + h (-x - h y) / (1 + h^2)
let private h = 0.25

let private examples =
    testList "worked examples" [
        for name, solver, map in
            [
                "simultaneous", "gradient(rate=0.25)", (fun (x, y) -> x + h * y, y - h * x)
                "alternating",
                "gradient(rate=0.25,updates=alternating)",
                (fun (x, y) ->
                    let next = x + h * y
                    next, y - h * next)
                "extragradient",
                "gradient(rate=0.25,lookahead=extragradient)",
                (fun (x, y) -> x + h * (y - h * x), y - h * (x + h * y))
                "consensus",
                "consensus(rate=0.25,strength=2)",
                (fun (x, y) -> x + h * (y - 2.0 * x), y + h * (-x - 2.0 * y))
                "sga",
                "sga(rate=0.25,strength=2,sign=fixed)",
                (fun (x, y) -> x + h * (y - 2.0 * x), y + h * (-x - 2.0 * y))
                "lola, to first order",
                "lola(rate=0.25,opponentRate=2)",
                (fun (x, y) -> x + h * (y - 2.0 * x), y + h * (-x - 2.0 * y))
                // the whole step: left climbs x (y - eta x), right -y (x + eta y)
                "lola, whole",
                "lola(rate=0.25,opponentRate=2,shaping=exact)",
                (fun (x, y) -> x + h * (y - 4.0 * x), y + h * (-x - 4.0 * y))
                "cgd",
                "cgd(rate=0.25,iterations=1)",
                (fun (x, y) -> x + h * (y - h * x) / (1.0 + h * h), y + h * (-x - h * y) / (1.0 + h * h))
            ] do
            testCase name (fun () ->
                for steps in [ 1; 2; 7 ] do
                    closeTo 1e-13 (iterated map steps) (numbers (stepped steps bilinear solver)) $"%d{steps} steps")

        // the first step is plain; then the direction is 2 g(x_t) - g(x_(t-1))
        testCase "optimistic" (fun () ->
            let step (x, y, (seenX, seenY), first) =
                let gx, gy = y, -x
                let dx, dy = if first then gx, gy else 2.0 * gx - seenX, 2.0 * gy - seenY
                x + h * dx, y + h * dy, (gx, gy), false

            for steps in [ 1; 2; 9 ] do
                let x, y, _, _ = Seq.init steps id |> Seq.fold (fun at _ -> step at) (1.0, 0.5, (0.0, 0.0), true)

                closeTo
                    1e-13
                    [| x; y |]
                    (numbers (stepped steps bilinear "gradient(rate=0.25,lookahead=optimistic)"))
                    $"%d{steps} steps")

        // f = -x^2 + 2 x y / ..: J g and J'g differ once players also curve by themselves.
        // joint gradient (a x + b y, c x + d y), J = (a b; c d), A = (J - J')/2 = (0 k; -k 0) with k = (b - c)/2, A'g = (-k g2, k g1)
        testCase "sga in a general game" (fun () ->
            let a, b, c, d = -1.0, 0.5, -2.0, -0.3
            let k = (b - c) / 2.0

            let map (x, y) =
                let g1, g2 = a * x + b * y, c * x + d * y
                x + h * (g1 + 0.7 * k * g2), y + h * (g2 - 0.7 * k * g1)

            closeTo
                1e-13
                (iterated map 5)
                (numbers (stepped 5 (quadratic a b c d) "sga(rate=0.25,strength=0.7,sign=fixed)"))
                "five steps")

        testCase "consensus in a general game" (fun () ->
            let a, b, c, d = -1.0, 0.5, -2.0, -0.3

            let map (x, y) =
                let g1, g2 = a * x + b * y, c * x + d * y
                x + h * (g1 - 0.7 * (a * g1 + c * g2)), y + h * (g2 - 0.7 * (b * g1 + d * g2))

            closeTo
                1e-13
                (iterated map 5)
                (numbers (stepped 5 (quadratic a b c d) "consensus(rate=0.25,strength=0.7)"))
                "five steps")

        // dx = h (1 - h^2 b c)^-1 (g1 + h b g2), dy with the roles changed
        testCase "cgd in a general game" (fun () ->
            let a, b, c, d = -1.0, 0.5, -2.0, -0.3

            let map (x, y) =
                let g1, g2 = a * x + b * y, c * x + d * y
                let scale = h / (1.0 - h * h * b * c)
                x + scale * (g1 + h * b * g2), y + scale * (g2 + h * c * g1)

            closeTo
                1e-13
                (iterated map 5)
                (numbers (stepped 5 (quadratic a b c d) "cgd(rate=0.25,iterations=1)"))
                "five steps")
    ]

let private optimizers =
    let alone = Game.Named("hill").Player(left).Payoff(left, -0.5 * x.Value * x.Value)

    testList "optimizers" [
        // gradient -x from 1. v1 = -1, x1 = 1 - 0.1 = 0.9; v2 = 0.5 (-1) - 0.9 = -1.4, x2 = 0.9 - 0.14 = 0.76
        testCase "momentum" (fun () ->
            closeTo
                1e-14
                [| 0.76 |]
                (numbers (stepped 2 alone "gradient(optimizer=momentum(rate=0.1,decay=0.5))"))
                "two steps")

        // m1 = 0.1 g, v1 = 0.001 g^2: both corrected to g and g^2, so x1 = 1 - 0.1 / (1 + 1e-8).
        // g2 = -0.9: m2 = 0.9 (-0.1) + 0.1 (-0.9) = -0.18, over 1 - 0.81 = 0.19; v2 = 0.999 * 0.001 + 0.001 * 0.81 = 0.001809, over 1 - 0.998001
        testCase "adam" (fun () ->
            let x1 = 1.0 - 0.1 / (1.0 + 1e-8)
            let m2 = (0.9 * -0.1 - 0.1 * x1) / (1.0 - 0.81)
            let v2 = (0.999 * 0.001 + 0.001 * x1 * x1) / (1.0 - 0.999 * 0.999)
            let x2 = x1 + 0.1 * m2 / (sqrt v2 + 1e-8)
            closeTo 1e-12 [| x1 |] (numbers (stepped 1 alone "gradient(optimizer=adam(rate=0.1))")) "one step"
            closeTo 1e-12 [| x2 |] (numbers (stepped 2 alone "gradient(optimizer=adam(rate=0.1))")) "two steps")

        testCase "texts read back" (fun () ->
            for optimizer in Optimizer.All do
                let text = Optimizer.Text optimizer
                Expect.equal (Optimizer.Text(Optimizer.Find(text, GradientAscent()))) text optimizer.Name

            let kept = Optimizer.Find("adam", GradientAscent(Rate = 0.5))
            Expect.equal kept.Rate (Expr.Constant 0.5) "a rate that was set stays"
            Expect.equal (Optimizer.Find("adam", GradientAscent()).Rate) (Adam().Rate) "one that was not does not")

        testCase "control of multipliers is no optimizer of weights" (fun () ->
            let message =
                "setting 'optimizer' of 'gradient': 'pi' is for multipliers of constraints; expected one of sgd, momentum, adam"

            Expect.equal
                (refusal (fun () -> GameSolver.Solve(bilinear, GradientPlay(Optimizer = ProportionalIntegral()))))
                message
                "set in code"

            Expect.throwsT<ArgumentException>
                (fun () -> Solver.Find "gradient(optimizer=pi)" |> ignore)
                "read from a text"

            Expect.equal (Solver.Find "gradient(multipliers=pi)").Info.Name "gradient" "taken for multipliers")

        for text, message in
            [
                "adm", "There is no optimizer 'adm'. Did you mean 'adam'?"
                "adam(rate=0)", "Optimizer 'adam', rate: expected a number above 0, got 0."
                "adam(beta1=1)", "Optimizer 'adam', beta1: expected a number above -1 and below 1, got 1."
                "sgd(decay=1)", "The optimizer 'sgd' has no setting 'decay'. It has rate."
                "adam(rate)", "Optimizer 'adam': expected name=number, got 'rate'."
                "adam(rate=1", "'adam(rate=1' is not an optimizer; write for example adam(rate=0.01)."
            ] do
            testCase $"refused: %s{text}" (fun () ->
                let fault =
                    try
                        Optimizer.Find(text, GradientAscent()) |> ignore
                        "taken"
                    with :? ArgumentException as e ->
                        e.Message

                Expect.equal fault message "the message")
    ]

// ---- What is known of them -------------------------------------------------------------------------------------------

let private dynamics =
    let squared (solution: Solution) = numbers solution |> Array.sumBy (fun v -> v * v)

    testList "dynamics" [
        testCase "simultaneous steps spiral outwards by sqrt(1 + h^2) each" (fun () ->
            let expected = 1.25 * (1.0 + h * h) ** 40.0
            near (1e-10 * expected) expected (squared (stepped 40 bilinear "gradient(rate=0.25)")) "squared distance")

        // x^2 + h x y + y^2 is what alternating steps keep
        testCase "alternating steps neither diverge nor converge" (fun () ->
            for steps in [ 10; 1000; 20_000 ] do
                match numbers (stepped steps bilinear "gradient(rate=0.25,updates=alternating)") with
                | [| x; y |] -> near 1e-9 (1.25 + h * 0.5) (x * x + h * x * y + y * y) $"invariant after %d{steps}"
                | _ -> failtest "two numbers")

        testCase "extragradient converges by (1 - h^2)^2 + h^2 each" (fun () ->
            let factor = (1.0 - h * h) ** 2.0 + h * h
            let expected = 1.25 * factor ** 60.0

            near
                (1e-10 * expected)
                expected
                (squared (stepped 60 bilinear "gradient(rate=0.25,lookahead=extragradient)"))
                "squared distance")

        for solver in
            [
                "gradient(lookahead=extragradient,rate=0.5)"
                "gradient(lookahead=optimistic,rate=0.25)"
                "consensus(rate=0.25)"
                "sga(rate=0.25)"
                "cgd(rate=1)"
                "lola"
            ] do
            testCase $"%s{solver} settles on random bilinear games" (fun () ->
                for seed in 1..3 do
                    let stream = random $"bilinear %d{seed}"
                    let rows, columns = Axis.Of("rows", 4), Axis.Of("columns", 4)
                    let u = Weights.Of("u", rows).StartingAt(Initializer.Normal 1.0)
                    let v = Weights.Of("v", columns).StartingAt(Initializer.Normal 1.0)
                    // close to the identity, so that the condition is small
                    let matrix =
                        Expr.Table(
                            [ rows; columns ],
                            Array.init 16 (fun k -> (if k % 5 = 0 then 1.0 else 0.0) + 0.2 * draw stream k)
                        )

                    let game =
                        Game
                            .Named("bilinear")
                            .ZeroSum(Player.With("u", u), Player.With("v", v), matrix.Dot(u, rows).Dot(v, columns))

                    let solution = settled 1e-9 game solver
                    Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence

                    for number in numbers solution do
                        near 1e-8 0.0 number "the only equilibrium is 0")

        // Balduzzi et al. (2018): alignment keeps sga away from unstable fixed points. left and right both at a minimum: J = (1 3; -3 1)
        // has eigenvalues 1 +- 3i, and 0 is unstable for every player.
        testCase "sga flees an unstable stationary point, consensus does not" (fun () ->
            let hills = quadratic 1.0 3.0 -3.0 1.0
            let sga = squared (stepped 200 hills "sga(rate=0.05)")
            Expect.isGreaterThan sga 100.0 "aligned"
            let consensus = squared (stepped 200 hills "consensus(rate=0.05)")
            Expect.isLessThan consensus 1e-3 "drawn to it")
    ]

// ---- Constraints -----------------------------------------------------------------------------------------------------

let private constraints =
    testList "constraints" [
        for name, solver in
            [
                "projected ascent", "gradient(rate=1,multipliers=sgd(rate=1))"
                "proportional-integral control", "gradient(rate=1,multipliers=pi(rate=1,proportional=1))"
                "augmented Lagrangian", "gradient(rate=1,multipliers=sgd(rate=2),penalty=2)"
                "extragradient", "gradient(rate=0.5,lookahead=extragradient,multipliers=sgd(rate=0.5))"
            ] do
            testCase $"%s{name} finds the dual root" (fun () ->
                let solution = settled 1e-10 bandit solver
                let policy, price = solution.Games[0].Strategies[0], solution.Games[0].Strategies[1].[0]
                near 1e-9 dualRoot price "the multiplier"

                for p, q in Seq.zip policy (priced dualRoot) do
                    near 1e-9 q p "the policy"

                match solution.Certificate with
                | :? Certificate.Kkt as kkt ->
                    Expect.isLessThan kkt.Residual 1e-6 "KKT residual"
                    Expect.isLessThan kkt.Violation 1e-9 "violation"
                    Expect.isLessThan kkt.Slackness 1e-9 "complementary slackness"
                | other -> failtest $"%O{other}"

                let metrics = solution.Games[0].Metrics
                near 1e-9 bound metrics["constraint/cost/value"] "it binds"
                near 1e-9 dualRoot metrics["constraint/cost/multiplier"] "as a metric"

                near
                    1e-12
                    (expected rewards (Array.ofSeq policy))
                    metrics["game/value/policy"]
                    "the value is the reward alone")

        testCase "one that does not bind has no price" (fun () ->
            let policy = bandit.Players[0]

            let loose =
                bandit.SubjectTo(Constraint.AtMost("loose", policy, Expr.Vector(policy.Actions, costs), 5.0))

            let solution = settled 1e-10 loose "gradient(rate=1,multipliers=sgd(rate=1))"
            near 1e-9 dualRoot solution.Games[0].Metrics["constraint/cost/multiplier"] "the one that binds"
            Expect.equal solution.Games[0].Metrics["constraint/loose/multiplier"] 0.0 "the other")

        // without a regularizer the game is bilinear: plain last iterates cycle, averages and extragradient do not
        testCase "without KL: averages and extragradient reach the linear program, plain last iterates cycle" (fun () ->
            let gap solver steps =
                let metrics = (stepped steps plainBandit solver).Games[0].Metrics
                abs (metrics["game/value/policy"] - linearProgram) + metrics["constraint/cost/violation"]

            let worst =
                [ 4_000; 4_100; 4_200; 4_300; 4_400 ]
                |> List.map (gap "gradient(rate=0.2,multipliers=sgd(rate=0.2))")
                |> List.max

            Expect.isGreaterThan worst 0.1 "the last iterate is far off somewhere on its cycle"

            Expect.isLessThan
                (gap "gradient(rate=0.2,averaging=uniform,multipliers=sgd(rate=0.2))" 20_000)
                2e-3
                "average"

            Expect.isLessThan
                (gap "gradient(rate=0.5,lookahead=extragradient,multipliers=sgd(rate=0.5))" 20_000)
                1e-6
                "extragradient")

        // Dividing the advantage by 1 + lambda while KL keeps its weight solves the problem with weight beta (1 + lambda) instead.
        testCase "dividing by 1 + lambda without dividing beta solves another problem" (fun () ->
            let policy = bandit.Players[0]
            let over (values: float[]) = Expr.Vector(policy.Actions, values)

            let divided (weight: float) =
                Game
                    .Named("divided")
                    .Player(policy)
                    .Payoff(policy, (over rewards - dualRoot * over costs) / (1.0 + dualRoot))
                    .Regularize(policy, Regularizer.Kl(over reference, Expr.Constant weight))

            let found weight =
                GameSolver
                    .Solve(
                        divided weight,
                        Solver.Find "mmd",
                        SolveOptions(Until = (Stop.RegularizedGapBelow 1e-12 ||| Stop.AfterSteps 5_000L), Threads = 1)
                    )
                    .Games[0].Strategies[0]

            let far policy = Seq.zip policy (priced dualRoot) |> Seq.map (fun (p, q) -> abs (p - q)) |> Seq.max
            Expect.isLessThan (far (found (beta / (1.0 + dualRoot)))) 1e-5 "beta divided too: the same policy"
            Expect.isGreaterThan (far (found beta)) 0.05 "beta as it was: another one")

        testCase "other solvers refuse them by name" (fun () ->
            Expect.equal
                (refusal (fun () -> stepped 1 bandit "mmd"))
                "solver 'mmd': does not take constraints into account, and the game has 'cost'; use gradient"
                "the message")
    ]

// ---- Promises --------------------------------------------------------------------------------------------------------

let private games = Axis.Of("games", 5)

/// A general game of two players with tensors of two axes, in a batch: payoffs and starts differ from game to game.
let private batch =
    let stream = random "batch"
    let a, b = Axis.Of("a", 2), Axis.Of("b", 3)

    let table (axes: Axis list) =
        Expr.Table(axes, Array.init (axes |> List.fold (fun n x -> n * x.Size) 1) (draw stream))

    let starts = table [ games; a; b ]
    let u = Weights.Of("u", a, b).StartingAt(Initializer.Expression starts)
    let v = Weights.Of("v", b).StartingAt(Initializer.Values [| 0.1; -0.2; 0.3 |])
    let one, two = Player.With("one", u), Player.With("two", v)
    let pull = table [ games; a; b ]
    let coupled = (u.Value * v.Value * table [ games; a; b ]).Tanh().Sum(a, b)

    let payoff (sign: float) (w: Weights) =
        Expr.Constant sign * coupled + (pull * u.Value).Sum(a, b)
        - (w.Value * w.Value).Sum(Array.ofSeq w.Axes)

    Game.Named("batch").Over(games).Player(one).Player(two).Payoff(one, payoff 1.0 u).Payoff(two, payoff -0.8 v)

/// Game k of the batch alone.
let private alone k =
    let part (e: Expr) =
        if e.Axes.Contains games then
            let single = Axis.Of("single", 1)
            e.Slice(games, k, single).Sum single
        else
            e

    let weights (w: Weights) =
        match w.Start with
        | :? ExpressionInitializer as start -> w.StartingAt(Initializer.Expression(part start.Value))
        | _ -> w

    let changed =
        batch.Players |> Seq.map (fun p -> Player.With(p.Name, p.Weights |> Seq.map weights |> Array.ofSeq))

    let swap =
        Seq.zip (batch.Players |> Seq.collect _.Weights) (changed |> Seq.collect _.Weights) |> List.ofSeq

    let rewritten (e: Expr) =
        e.Substitute(fun node ->
            match node.Op with
            | :? Op.Literal as literal when Seq.contains games literal.Tensor.Axes -> part node
            | :? Op.Weights as w ->
                swap
                |> List.tryPick (fun (o, n) -> if o = w.Declaration then Some n.Value else None)
                |> Option.toObj
            | _ -> null)

    Seq.zip changed batch.Payoffs
    |> Seq.fold
        (fun (spec: GameSpec) (player, payoff) -> spec.Player(player).Payoff(player, rewritten payoff.Payoff))
        (Game.Named "batch")

let private variants = [
    yield! gradientSolvers
    "gradient(updates=alternating,optimizer=adam)"
    "gradient(lookahead=optimistic,averaging=uniform,optimizer=momentum)"
    "gradient(lookahead=extragradient,averaging=uniform)"
    "lola(shaping=exact)"
]

let private same (a: Solution) (b: Solution) game message =
    for s, t in Seq.zip a.Games[game].Strategies b.Games[0].Strategies do
        Expect.equal (bits (Array.ofSeq t)) (bits (Array.ofSeq s)) message

    for KeyValue(key, value) in b.Games[0].Metrics do
        Expect.equal (bitsOf value) (bitsOf a.Games[game].Metrics[key]) $"%s{message}: %s{key}"

let private promises =
    testList "promises" [
        for solver in variants do
            testCase $"%s{solver}: a batch is its games alone, bit for bit" (fun () ->
                let together = stepped 30 batch solver

                for k in 0 .. games.Size - 1 do
                    same together (stepped 30 (alone k) solver) k $"game %d{k}")

            testCase $"%s{solver}: threads and chunks change nothing" (fun () ->
                let run threads chunk =
                    GameSolver.Solve(
                        batch,
                        Solver.Find solver,
                        SolveOptions(Until = Stop.AfterSteps 25L, Threads = threads, Chunk = Nullable chunk)
                    )

                let first, second = run 1 1, run 2 7

                for k in 0 .. games.Size - 1 do
                    for s, t in Seq.zip first.Games[k].Strategies second.Games[k].Strategies do
                        Expect.equal (bits (Array.ofSeq t)) (bits (Array.ofSeq s)) $"game %d{k}")

            testCase $"%s{solver}: Torch agrees" (fun () ->
                let host = stepped 10 batch solver

                let torch =
                    GameSolver.Solve(
                        batch,
                        Solver.Find solver,
                        SolveOptions(Until = Stop.AfterSteps 10L, Executor = TorchExecutor.Cpu)
                    )

                for a, b in Seq.zip host.Games torch.Games do
                    for s, t in Seq.zip a.Strategies b.Strategies do
                        closeTo 1e-9 (Array.ofSeq s) (Array.ofSeq t) "strategies")

        testCase "weights are read by name, in the order of their axes" (fun () ->
            let solution = stepped 3 batch "gradient"
            let u = batch.Players[0].Weights[0]
            let tensor = solution.Weights(u, 2)
            Expect.equal (Seq.toList tensor.Axes) (Seq.toList u.Axes) "axes"
            Expect.equal (tensor.Values.ToArray()) (Array.ofSeq solution.Games[2].Strategies[0]) "numbers")

        testCase "draws are keyed: another seed starts elsewhere, the same one does not" (fun () ->
            let w = Weights.Of("w", Axis.Of("many", 50)).StartingAt(Initializer.Normal 1.0)
            let p = Player.With("p", w)
            let game = Game.Named("start").Player(p).Payoff(p, -(w.Value * w.Value).Sum(w.Axes[0]))

            let start seed =
                GameSolver.Solve(
                    game,
                    Solver.Find "gradient(rate=1e-9)",
                    SolveOptions(Until = Stop.AfterSteps 1L, Seed = seed, Threads = 1)
                )
                |> numbers

            Expect.equal (start 1UL) (start 1UL) "the same"
            Expect.notEqual (start 1UL) (start 2UL) "another"
            let values = Array.append (start 1UL) (start 2UL)
            near 0.4 0.0 (Array.average values) "mean"
            near 0.4 1.0 (values |> Array.averageBy (fun v -> v * v)) "mean square")

        testCase "a rate is swept as a batch axis" (fun () ->
            let rates = Axis.Of("rate", "0.1", "0.25")
            let solver = (Solver.Find "gradient").Settings |> Seq.find (fun s -> s.Name = "rate")

            let swept =
                GameSolver.Solve(
                    bilinear,
                    solver.Over(rates, 0.1, 0.25),
                    SolveOptions(Until = Stop.AfterSteps 20L, Threads = 1)
                )

            for k, rate in [ 0, "0.1"; 1, "0.25" ] do
                same swept (stepped 20 bilinear $"gradient(rate=%s{rate})") k rate)

        // a setting inside of a derivative: the games' derivatives must not be added up
        for solver, setting in [ "lola", "opponentRate"; "sga", "strength"; "consensus", "strength"; "cgd", "rate" ] do
            testCase $"%s{setting} of %s{solver} is swept as a batch axis" (fun () ->
                let values = Axis.Of(setting, "0.1", "0.5")
                let swept = (Solver.Find solver).Settings |> Seq.find (fun s -> s.Name = setting)

                let together =
                    GameSolver.Solve(
                        bilinear,
                        swept.Over(values, 0.1, 0.5),
                        SolveOptions(Until = Stop.AfterSteps 20L, Threads = 1)
                    )

                Expect.equal together.Games.Count 2 "games"

                for k, value in [ 0, "0.1"; 1, "0.5" ] do
                    same together (stepped 20 bilinear $"%s{solver}(%s{setting}=%s{value})") k value)

        testCase "what leaves the finite range ends with the last good state" (fun () ->
            let solution = stepped 100_000 bilinear "gradient(rate=10)"
            Expect.equal solution.Status.Outcome Outcome.NonFinite solution.Status.Sentence
            Expect.isTrue (numbers solution |> Array.forall Double.IsFinite) "finite")

        testCase "the rule that is asked for by default is on stationarity" (fun () ->
            let solution = GameSolver.Solve(bilinear, Solver.Find "sga", SolveOptions(Threads = 1))
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
            Expect.stringContains solution.Status.Sentence "stationarity" "the figure")

        testCase "a certificate says nothing of NashConv" (fun () ->
            let certificate = (stepped 1 bilinear "gradient").Certificate
            Expect.throwsT<InvalidOperationException> (fun () -> certificate.NashConv |> ignore) "NashConv"
            Expect.stringStarts (string certificate) "stationary: residual" "its text")
    ]

// ---- Matrix games as games of strategies -----------------------------------------------------------------------------

let private matrices =
    testList "matrix games" [
        testCase "gradient solvers take them, certified by NashConv" (fun () ->
            let solution =
                GameSolver.Solve(
                    weightedRps 2.0,
                    Solver.Find "gradient(lookahead=extragradient,rate=0.3)",
                    SolveOptions(Until = (Stop.NashConvBelow 1e-9 ||| Stop.AfterSteps 5_000L), Threads = 1)
                )

            Expect.equal solution.Certificate.Kind "exact" "the kind"
            Expect.isLessThan solution.Certificate.NashConv 1e-9 "NashConv")

        // mirror ascent with KL to a reference ends at the reference tilted by the reward
        testCase "with KL to a reference they find the tilted reference" (fun () ->
            let policy = bandit.Players[0]
            let over (values: float[]) = Expr.Vector(policy.Actions, values)

            let game =
                Game
                    .Named("bandit")
                    .Player(policy)
                    .Payoff(policy, over rewards)
                    .Regularize(policy, Regularizer.Kl(over reference, beta))

            let solution = stepped 500 game "gradient(rate=1)"

            for p, q in Seq.zip solution.Games[0].Strategies[0] (priced 0.0) do
                near 1e-12 q p "policy")

        testCase "trees are refused" (fun () ->
            Expect.equal
                (refusal (fun () -> stepped 1 (Games.KuhnPoker()) "gradient"))
                "solver 'gradient': does not take sequential games; use cfr+, mmd or lp"
                "the message")
    ]

[<Tests>]
let tests =
    testList "gradient solvers" [ examples; optimizers; dynamics; constraints; promises; matrices ]
