/// Games of smooth payoffs: weights, domains, checks, local diagnostics, derivatives.
module Alignment.Tests.SmoothGameTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.GradientFixtures

/// The numbers of an expression without batch axes, over axes in a given order.
let private evaluate (value: Expr) (axes: Axis list) =
    let program =
        Lowering.Program(
            "expression",
            [],
            SolverState.Empty,
            SolverState.Empty,
            [ Collections.Generic.KeyValuePair("value", value.Expand(Array.ofList axes)) ]
        )

    use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())
    executable.Initialize()
    executable.Read()
    let numbers: float[] = Array.zeroCreate (axes |> List.fold (fun n a -> n * a.Size) 1)
    executable.GetOutput("value", numbers)
    AxisOrder.Reordered(numbers, executable.OutputAxes "value", Array.ofList axes, 1)

let private domains =
    let axis = Axis.Of("k", 4)
    let at (values: float[]) = Expr.Vector(axis, values)

    testList "domains" [
        propertyOver 100 "a projection is the nearest point of the set" (fun (seed: int) ->
            let stream = random $"domain %d{seed}"
            let point = Array.init 4 (fun k -> 2.0 * draw stream k)

            for domain, inside in
                [
                    Domain.Real, (fun (v: float[]) -> v)
                    Domain.NonNegative, Array.map abs
                    Domain.Between(-0.5, 0.25), Array.map (fun v -> -0.5 + 0.75 * ((v + 2.0) / 4.0))
                    Domain.Distributions axis,
                    (fun v ->
                        let w = Array.map abs v
                        Array.map (fun x -> x / Array.sum w) w)
                ] do
                let projected = evaluate (domain.Project(at point)) [ axis ]
                // optimality: <point - projection, q - projection> <= 0 for every q of the set
                for trial in 1..20 do
                    let q = inside (Array.init 4 (fun k -> 2.0 * draw stream (10 * trial + k)))
                    let slope = Array.map3 (fun p r q -> (p - r) * (q - r)) point projected q |> Array.sum
                    Expect.isLessThan slope 1e-9 $"%O{domain}"

                closeTo 1e-12 projected (evaluate (domain.Project(at projected)) [ axis ]) "projected twice")

        testCase "a residual is 0 exactly at what cannot be improved" (fun () ->
            let residual (domain: Domain) point gradient = evaluate (domain.Residual(at point, at gradient)) [ axis ]
            // at a bound that the gradient pushes against; where distributions put mass all gradients are equal, elsewhere lower
            Expect.equal
                (residual Domain.NonNegative [| 0.0; 1.0; 0.0; 2.0 |] [| -1.0; 0.0; -3.0; 0.0 |])
                (Array.zeroCreate 4)
                "bound"

            closeTo
                1e-15
                (Array.zeroCreate 4)
                (residual (Domain.Distributions axis) [| 0.5; 0.5; 0.0; 0.0 |] [| 2.0; 2.0; 1.0; -5.0 |])
                "distribution"

            Expect.isGreaterThan
                (residual (Domain.Distributions axis) [| 0.5; 0.5; 0.0; 0.0 |] [| 2.0; 2.0; 2.5; -5.0 |] |> Array.max)
                0.1
                "a better action")

        testCase "a move on a simplex is multiplicative" (fun () ->
            let moved =
                evaluate
                    (Domain.Distributions(axis).Move(at [| 0.1; 0.2; 0.3; 0.4 |], at [| log 2.0; 0.0; 0.0; 0.0 |]))
                    [ axis ]
            // weights 0.2, 0.2, 0.3, 0.4 of 1.1
            closeTo 1e-15 [| 0.2 / 1.1; 0.2 / 1.1; 0.3 / 1.1; 0.4 / 1.1 |] moved "one step")
    ]

let private checks =
    let a, b = Axis.Of("a", 2), Axis.Of("b", 3)
    let w = Weights.Of("w", a)
    let p = Player.With("p", w)
    let paid (spec: GameSpec) = spec.Player(p).Payoff(p, w.Value.Sum a)

    testList "checks" [
        for name, spec, message in
            [
                "weights of nobody",
                Game.Named("g").Player(p).Payoff(p, (w.Value + Weights.Of("v", a).Value).Sum a),
                "payoff of 'p': the weights 'v' belong to no player of this game; add the player that sets them, Player.With(name, v)"
                "weights without a player at all",
                Game.Named("g").ZeroSum(row3, column3, w.Value.Sum(a).Expand(row3.Actions, column3.Actions)),
                "payoff of 'row': the weights 'w' belong to no player of this game; add the player that sets them, Player.With(name, w)\n"
                + "payoff of 'column': the weights 'w' belong to no player of this game; add the player that sets them, Player.With(name, w)"
                "the same name twice",
                (Game.Named "g" |> paid).Player(Player.With("q", w)).Payoff(Player.With("q", w), w.Value.Sum a),
                "weights 'w': belong to 'p' and 'q'; give them names of their own"
                "an axis that is left",
                Game.Named("g").Player(p).Payoff(p, w.Value),
                "payoff of 'p': axis 'a' is neither a player's nor declared with Over or Nature. Declared are none."
                "a batch axis of their own",
                (Game.Named("g").Over(a)).Player(p).Payoff(p, w.Value),
                "weights 'w' of 'p': 'a' is a batch axis, and every game has weights of its own anyway; leave it out"
                "a start over an axis of nobody",
                (let v = Weights.Of("v", a).StartingAt(Initializer.Normal(1.0, b))
                 let q = Player.With("q", v)
                 Game.Named("g").Player(q).Payoff(q, v.Value.Sum a)),
                "weights 'v' of 'q': their start has the axis 'b', which is neither theirs nor declared with Over"
                "too few numbers to start at",
                (let v = Weights.Of("v", a).StartingAt(Initializer.Values [| 1.0 |])
                 let q = Player.With("q", v)
                 Game.Named("g").Player(q).Payoff(q, v.Value.Sum a)),
                "weights 'v' of 'q': Weights 'v': expected 2 numbers to start at, got 1."
                "a regularizer on weights",
                (Game.Named "g" |> paid).Regularize(p, Regularizer.Entropy 0.1),
                "regularizer of 'p': 'p' sets weights and plays no mixed strategy; put the penalty into its payoff"
                "a claim",
                (Game.Named "g" |> paid).Claim Structure.ZeroSum,
                "claim ZeroSum: is not decided for games of smooth payoffs"
                "a constraint twice",
                bandit.SubjectTo bandit.Constraints[0],
                "constraint 'cost': is declared 2 times; constraints need names of their own"
                "a probe's key",
                (Game.Named "g" |> paid).Probe(Probe.Expression("game/x", w.Value.Sum a)),
                "probe 'game/x': needs a key of its own, such as policy/kl; game/ is the library's"
            ] do
            testCase name (fun () -> Expect.equal (refusal (fun () -> BoundGame.Bind spec)) message "the message")

        for name, make, message in
            [
                "no weights",
                (fun () -> Player.With "p" |> ignore),
                "Player 'p': expected weights, got none. (Parameter 'weights')"
                "an axis twice",
                (fun () -> Weights.Of("w", a, a) |> ignore),
                "Weights 'w': the axis 'a' occurs twice; call one of them axis.Prime(). (Parameter 'axes')"
                "a simplex along an axis that is not there",
                (fun () -> w.Within(Domain.Distributions b) |> ignore),
                "Weights 'w': expected a simplex along one of [a=2], got 'b'."
                "an empty interval",
                (fun () -> Domain.Between(1.0, 1.0) |> ignore),
                "Expected an interval, got one from 1 to 1."
                "a deviation of 0", (fun () -> Initializer.Normal 0.0 |> ignore), "Expected a number above 0, got 0."
            ] do
            testCase name (fun () ->
                let fault =
                    try
                        make ()
                        "taken"
                    with :? ArgumentException as e ->
                        e.Message

                Expect.equal fault message "the message")

        testCase "solvers for mixed strategies refuse weights by name" (fun () ->
            Expect.equal
                (refusal (fun () -> stepped 1 bilinear "prm+"))
                "solver 'prm+': takes players that choose from actions, and 'left' sets weights; use gradient, sga, consensus, cgd or lola"
                "the message")

        testCase "weights are in the text and in the hash" (fun () ->
            let text = string bilinear
            Expect.stringContains text "player left sets x[] from 1" "the text"
            let other = Weights.Of("x").StartingAt(Initializer.Constant 2.0)
            let moved = Game.Named("bilinear").ZeroSum(Player.With("left", other), right, other.Value * y.Value)
            Expect.notEqual moved.Hash bilinear.Hash "another start is another game")
    ]

let private probes =
    testList "expression probes" [
        testCase "measure weights, actions and chance" (fun () ->
            let w = Weights.Of("w").StartingAt(Initializer.Constant 3.0)
            let p = Player.With("p", w)
            let coin = Axis.Of("coin", "heads", "tails")
            let odds = Expr.Vector(coin, 0.25, 0.75)

            let game =
                Game
                    .Named("g")
                    .Nature(coin, odds)
                    .Player(p)
                    .Payoff(p, -(w.Value - Expr.Vector(coin, 1.0, 2.0)) * (w.Value - Expr.Vector(coin, 1.0, 2.0)))
                    .Probe(Probe.Expression("w/twice", 2.0 * w.Value))
                    .Probe(Probe.Expression("w/coin", w.Value * Expr.Vector(coin, 0.0, 4.0)))

            let metrics = (settled 1e-10 game "gradient").Games[0].Metrics
            // the mean of 1 and 2 with odds 1/4 and 3/4
            near 1e-9 3.5 metrics["w/twice"] "weights"
            near 1e-9 (1.75 * 3.0) metrics["w/coin"] "chance")

        testCase "measure strategies of matrix games, and can be asked for in a rule" (fun () ->
            let game =
                (weightedRps 2.0).Probe(Probe.Expression("row/rock", Expr.Vector(row3.Actions, 1.0, 0.0, 0.0)))

            let solution =
                GameSolver.Solve(
                    game,
                    Solver.Find "prm+",
                    SolveOptions(
                        Until = (Stop.MetricBelow("row/rock", 1e-9) ||| Stop.NashConvBelow 1e-10),
                        Threads = 1
                    )
                )

            let game = solution.Games[0]
            near 1e-12 (game.Strategies[0].[0]) game.Metrics["row/rock"] "the probability")
    ]

let private measurements =
    let coin = Axis.Of("coin", "heads", "tails")
    let odds = Axis.Of("odds", "even", "bent")

    let spec =
        Game
            .Named("coins")
            .Over(odds)
            .Nature(coin, Expr.Table([ odds; coin ], 0.5, 0.5, 0.25, 0.75))
            .Probe(Probe.Expression("coin/pays", Expr.Vector(coin, 0.0, 4.0)))
            .Probe(Probe.Expression("coin/squared", Expr.Vector(coin, 0.0, 16.0)))

    testList "measurements" [
        testCase "of chance alone, side by side" (fun () ->
            let found = Measurements.Of spec
            Expect.equal (List.ofSeq (found.All "coin/pays")) [ 2.0; 3.0 ] "means"
            Expect.equal (found.At("coin/squared", 1)) 12.0 "another figure"
            Expect.equal (List.ofSeq found.Keys) [ "coin/pays"; "coin/squared" ] "in order")

        for name, make, message in
            [
                "players",
                (fun () -> Measurements.Of bilinear |> ignore),
                "game 'bilinear': has players, so what its probes say depends on how they play; solve it"
                "no probe",
                (fun () -> Measurements.Of(Game.Named "nothing") |> ignore),
                "game 'nothing': has no probe that measures an expression; add one"
                "not finite",
                (fun () ->
                    Measurements.Of(spec.Probe(Probe.Expression("coin/log", Expr.Vector(coin, 0.0, 1.0).Log())))
                    |> ignore),
                "probe 'coin/log': is -Infinity at odds=even; expected a finite number"
                "solved",
                (fun () -> GameSolver.Solve(spec, Solver.Find "gradient") |> ignore),
                "game 'coins': has no players, so there is nothing to solve; measure its probes with Measurements.Of"
            ] do
            testCase $"refused: %s{name}" (fun () -> Expect.equal (refusal make) message "the message")

        testCase "a key that was not measured" (fun () ->
            Expect.throwsT<ArgumentException> (fun () -> (Measurements.Of spec).At "coin/pay" |> ignore) "unknown")
    ]

let private objectives =
    // deterministic policies t in [0, 1] with objectives t and (1 - t)^2: a front that bends inwards
    let t = Weights.Of("t").Within(Domain.Between(0.0, 1.0)).StartingAt(Initializer.Constant 0.37)
    let policy = Player.With("policy", t)
    let goals = Axis.Of("objectives", "first", "second")
    let lambda = Axis.Of("lambda", [| for k in 1..9 -> $"%d{k}" |])
    let shares = [ for k in 1..9 -> float k / 10.0 ]

    let weights =
        Expr.Table(
            [ lambda; goals ],
            [|
                for s in shares do
                    yield! [ s; 1.0 - s ]
            |]
        )

    let ideal = IdealPoint.At(Expr.Vector(goals, 1.0, 1.0))

    let front (aggregator: IAggregator) =
        Game
            .Named("front")
            .Over(lambda)
            .Player(policy)
            .Objective(policy, Objective("first", t.Value))
            .Objective(policy, Objective("second", (1.0 - t.Value) * (1.0 - t.Value)))
            .Aggregate(policy, aggregator)

    let found aggregator =
        (stepped 20_000 (front aggregator) "gradient(rate=0.002)").Games
        |> Seq.map (fun g -> g.Strategies[0].[0])
        |> List.ofSeq

    // s (t - 1) = (1 - s) ((1 - t)^2 - 1): where both distances are equal, by halving
    let equalDistances s =
        let rec go low high n =
            let m = (low + high) / 2.0

            if n = 0 then
                m
            elif s * (m - 1.0) < (1.0 - s) * ((1.0 - m) * (1.0 - m) - 1.0) then
                go m high (n - 1)
            else
                go low m (n - 1)

        go 0.0 1.0 60

    testList "objectives" [
        testCase "linear weights find only the ends of a front that bends inwards" (fun () ->
            for t in found (Aggregator.Linear(goals, weights)) do
                Expect.isTrue (t < 1e-9 || t > 1.0 - 1e-9) $"at %g{t}")

        for name, aggregator, tolerance in
            [
                "Tchebycheff", Aggregator.Tchebycheff(goals, weights, ideal), 5e-3
                "augmented Tchebycheff", Aggregator.AugmentedTchebycheff(goals, weights, ideal, 0.001), 5e-3
                "soft Tchebycheff", Aggregator.SoftTchebycheff(goals, weights, ideal, 0.001), 5e-3
                // losses count as balanced at a non-uniformity of 1e-4: shares within 0.7 % of 1/2
                "exact Pareto optimal search", Aggregator.ExactParetoOptimal(goals, weights, ideal), 3e-2
            ] do
            testCase $"%s{name} finds all of it" (fun () ->
                for s, t in List.zip shares (found aggregator) do
                    near tolerance (equalDistances s) t $"share %g{s}")

        testCase "objectives are metrics, and the value is what the aggregator makes of them" (fun () ->
            let solution = stepped 5 (front (Aggregator.Linear(goals, weights))) "gradient(rate=0.002)"
            let game = solution.Games[2]
            let t = game.Strategies[0].[0]
            near 1e-15 t game.Metrics["game/objective/first"] "first"
            near 1e-15 ((1.0 - t) ** 2.0) game.Metrics["game/objective/second"] "second"
            near 1e-15 (0.3 * t + 0.7 * (1.0 - t) ** 2.0) game.Metrics["game/value/policy"] "value")

        testCase "preferences mean objectives by name, whatever their order" (fun () ->
            let turned = Axis.Of("objectives", "second", "first")

            let swapped =
                Expr.Table(
                    [ lambda; turned ],
                    [|
                        for s in shares do
                            yield! [ 1.0 - s; s ]
                    |]
                )

            Expect.equal
                (found (Aggregator.Tchebycheff(turned, swapped, IdealPoint.At(Expr.Vector(turned, 1.0, 1.0)))))
                (found (Aggregator.Tchebycheff(goals, weights, ideal)))
                "the same points")

        // gains over disagreement: log(t + 0.1) + log((1 - t)^2 + 0.1), stationary where 1 / (t + 0.1) = 2 (1 - t) / ((1 - t)^2 + 0.1)
        testCase "Nash bargaining" (fun () ->
            let t = (found (Aggregator.NashBargaining(goals, Expr.Vector(goals, -0.1, -0.1))))[0]
            near 1e-9 (1.0 / (t + 0.1)) (2.0 * (1.0 - t) / ((1.0 - t) ** 2.0 + 0.1)) "stationary")

        // A running maximum is brought up to date before it is used: the objectives' distances are at most 0 from the first step on.
        testCase "a running maximum starts where the run starts" (fun () ->
            let aggregator = Aggregator.Tchebycheff(goals, weights, IdealPoint.RunningMaximum)
            let solution = stepped 1 (front aggregator) "gradient(rate=0.002)"
            // all distances are 0 at the start, so the first objective counts as the worst: derivative share * 1
            for s, game in Seq.zip shares solution.Games do
                near 1e-15 (0.37 + 0.002 * s) (game.Strategies[0].[0]) $"share %g{s}")

        // min |w g1 + (1 - w) g2|^2 for gradients (1, 0) and (0, 2): w = 4/5
        testCase "the shortest vector of a hull" (fun () ->
            let two = Axis.Of("k", 2)
            let gram = Expr.Table([ two; two.Prime() ], 1.0, 0.0, 0.0, 4.0)
            closeTo 1e-15 [| 0.8; 0.2 |] (evaluate (MinimumNormAggregator.Weights(two, gram)) [ two ]) "two"
            // orthogonal gradients of squared lengths 1, 2, 4: weights proportional to 1, 1/2, 1/4
            let three = Axis.Of("k", 3)
            let gram = Expr.Table([ three; three.Prime() ], 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 4.0)

            closeTo
                1e-6
                [| 4.0 / 7.0; 2.0 / 7.0; 1.0 / 7.0 |]
                (evaluate (MinimumNormAggregator.Weights(three, gram)) [ three ])
                "three")

        // J1 = -(x - 1)^2 - y^2, J2 = -(x + 1)^2 - y^2: Pareto-stationary on y = 0, -1 <= x <= 1
        testCase "minimum norm ends at a Pareto-stationary point, and no objective falls on the way" (fun () ->
            let xy = Weights.Of("xy", Axis.Of("axis", "x", "y")).StartingAt(Initializer.Values [| 0.4; 1.0 |])
            let walker = Player.With("walker", xy)

            let toward c =
                -((xy.Value - Expr.Vector(xy.Axes[0], c, 0.0)) * (xy.Value - Expr.Vector(xy.Axes[0], c, 0.0)))
                    .Sum(xy.Axes[0])

            let game =
                Game
                    .Named("walk")
                    .Player(walker)
                    .Objective(walker, Objective("first", toward 1.0))
                    .Objective(walker, Objective("second", toward -1.0))
                    .Aggregate(walker, Aggregator.MinimumNorm goals)

            let solution = stepped 300 game "gradient(rate=0.05)"
            near 1e-6 0.0 (solution.Games[0].Strategies[0].[1]) "y"
            Expect.isLessThan solution.Certificate.Distance 1e-6 "stationary"

            for a, b in Seq.pairwise solution.Trace do
                for key in [ "game/objective/first"; "game/objective/second" ] do
                    Expect.isGreaterThan (b.Metrics[key] - a.Metrics[key]) -1e-12 key)

        // a preference that is drawn is averaged last, everything else before the aggregator
        testCase "a drawn preference is averaged behind the aggregator, a drawn prompt before it" (fun () ->
            let prompts = Axis.Of("prompts", 2)
            let drawn = Axis.Of("drawn", 2)
            let w = Weights.Of("w").StartingAt(Initializer.Constant 0.0)
            let p = Player.With("p", w)
            let pays = Expr.Vector(prompts, 1.0, 3.0)

            let game =
                Game
                    .Named("g")
                    .Nature(prompts, Expr.Vector(prompts, 0.5, 0.5))
                    .Nature(drawn, Expr.Vector(drawn, 0.5, 0.5))
                    .Player(p)
                    .Objective(p, Objective("first", pays + w.Value))
                    .Objective(p, Objective("second", 5.0 - 0.0 * w.Value))
                    .Aggregate(
                        p,
                        Aggregator.Tchebycheff(
                            goals,
                            Expr.Table([ drawn; goals ], 1.0, 0.0, 0.0, 1.0),
                            IdealPoint.At(Expr.Vector(goals, 6.0, 6.0))
                        )
                    )

            let metrics = (stepped 1 game "gradient(rate=1e-12)").Games[0].Metrics
            // first is worth 2: min(1 (2 - 6), 0) = -4; second: min(0, 1 (5 - 6)) = -1; their mean
            near 1e-9 -2.5 metrics["game/value/p"] "value")

        for name, spec, message in
            [
                "no aggregator",
                Game.Named("g").Player(policy).Objective(policy, Objective("first", t.Value)),
                "player 'policy': has objectives and nothing that makes one payoff of them; add Aggregate"
                "a name that is none",
                (let other = Axis.Of("objectives", "first", "secnd")

                 front (
                     Aggregator.Linear(
                         other,
                         Expr.Table(
                             [ lambda; other ],
                             [|
                                 for s in shares do
                                     yield! [ s; 1.0 - s ]
                             |]
                         )
                     )
                 )),
                "aggregator of 'policy': its axis 'objectives' has 'secnd', which is no objective of 'policy'. Did you mean 'second'?
"
                + "aggregator of 'policy': its axis 'objectives' lacks the objective 'second'; objectives are meant by the axis' labels"
                "a payoff too",
                (front (Aggregator.Linear(goals, weights))).Payoff(policy, t.Value),
                "aggregator of 'policy': its player has a payoff too; leave out one of them"
                "the same name twice",
                (front (Aggregator.Linear(goals, weights))).Objective(policy, Objective("first", t.Value)),
                "objective 'first': is declared 2 times; objectives need names of their own"
            ] do
            testCase $"refused: %s{name}" (fun () ->
                Expect.equal (refusal (fun () -> BoundGame.Bind spec)) message "the message")
    ]

let private diagnostics =
    testList "local diagnostics" [
        testCase "of a game that only rotates" (fun () ->
            let local = LocalDiagnostics.Of(stepped 1 bilinear "gradient")

            Expect.equal
                (local.Jacobian |> Seq.map List.ofSeq |> List.ofSeq)
                [ [ 0.0; 1.0 ]; [ -1.0; 0.0 ] ]
                "Jacobian"

            Expect.equal local.PotentialShare 0.0 "no potential"
            near 1e-12 0.0 local.SpectralAbscissa "no real part"
            near 1e-12 1.0 (abs local.Eigenvalues[0].Imaginary) "imaginary part"
            Expect.isFalse local.IsStable "neutral")

        // J = (a b; c d): trace a + d, determinant a d - b c
        testCase "of quadratic games" (fun () ->
            for a, b, c, d in [ -1.0, 0.5, -2.0, -0.3; 1.0, 3.0, -3.0, 1.0; -2.0, 1.0, 1.0, -2.0; 0.5, 1.0, 1.0, -3.0 ] do
                let local = LocalDiagnostics.Of(stepped 1 (quadratic a b c d) "gradient")
                let trace, determinant = a + d, a * d - b * c
                let root = sqrt (max 0.0 (trace * trace / 4.0 - determinant))
                near 1e-12 (trace / 2.0 + root) local.SpectralAbscissa "the larger real part"
                Expect.equal local.IsStable (trace / 2.0 + root < 0.0) "stable"
                let symmetric = a * a + d * d + (b + c) ** 2.0 / 2.0
                let antisymmetric = (b - c) ** 2.0 / 2.0
                near 1e-12 (symmetric / (symmetric + antisymmetric)) local.PotentialShare "potential"
                closeTo 1e-12 [| a; d |] (Array.ofSeq local.OwnCurvature) "own curvature"
                Expect.equal local.IsStrictLocalNash (a < 0.0 && d < 0.0) "local Nash")

        testCase "leave out what a bound holds, and keep to the tangent of mixed strategies" (fun () ->
            let solution = settled 1e-10 bandit "gradient(rate=1,multipliers=pi(rate=1,proportional=1))"
            let local = LocalDiagnostics.Of solution
            // five directions of six probabilities, and the multiplier
            Expect.equal local.Gradient.Count 6 "free directions"
            Expect.isTrue local.IsStable "stable"
            Expect.isTrue (local.Gradient |> Seq.forall (fun g -> abs g < 1e-8)) "stationary"
            let policy = bandit.Players[0]

            let loose =
                bandit.SubjectTo(Constraint.AtMost("loose", policy, Expr.Vector(policy.Actions, costs), 5.0))

            let solution = settled 1e-10 loose "gradient(rate=1,multipliers=pi(rate=1,proportional=1))"
            Expect.equal (LocalDiagnostics.Of solution).Gradient.Count 6 "a price of 0 that wants to fall is held")

        testCase "agree with finite differences in a game of tensors" (fun () ->
            let stream = random "diagnostics"
            let a, b = Axis.Of("a", 2), Axis.Of("b", 3)
            let start n = Initializer.Values(Array.init n (fun k -> draw stream (100 + k)))
            let u = Weights.Of("u", a, b).StartingAt(start 6)
            let v = Weights.Of("v", b).StartingAt(start 3)
            let one, two = Player.With("one", u), Player.With("two", v)
            let table = Expr.Table([ b; a ], Array.init 6 (draw stream))
            let f = (u.Value * v.Value * table).Tanh().Sum(a, b) - (u.Value * u.Value).Sum(a, b)
            let g = ((u.Value * table).Sum(a) * v.Value.Exp()).Sum(b)
            let game = BoundGame.Bind(Game.Named("g").Player(one).Player(two).Payoff(one, f).Payoff(two, g))

            let at (numbers: float[]) =
                let point: ValueList<ValueList<float>> =
                    ValueList.ToValueList [ ValueList.ToValueList numbers[..5]; ValueList.ToValueList numbers[6..] ]

                LocalDiagnostics.Of(game, point)

            let centre = Array.init 9 (fun k -> draw stream (200 + k))
            let local = at centre

            for column in 0..8 do
                let moved step = at (centre |> Array.mapi (fun k x -> if k = column then x + step else x))

                let up, down = moved 1e-5, moved -1e-5

                for row in 0..8 do
                    near
                        1e-8
                        ((up.Gradient[row] - down.Gradient[row]) / 2e-5)
                        local.Jacobian[row].[column]
                        $"derivative %d{row} by %d{column}")

        testCase "of a game of a batch are those of the game alone" (fun () ->
            let games = Axis.Of("games", 3)
            let pull = Expr.Vector(games, -1.0, -2.0, 0.5)

            let many =
                Game
                    .Named("many")
                    .Over(games)
                    .Player(left)
                    .Player(right)
                    .Payoff(left, x.Value * y.Value + pull * x.Value * x.Value / 2.0)
                    .Payoff(right, -(x.Value * y.Value))

            let solution = stepped 3 many "gradient"

            for k, a in [ 0, -1.0; 1, -2.0; 2, 0.5 ] do
                Expect.equal
                    (LocalDiagnostics.Of(solution, k).Jacobian |> Seq.map List.ofSeq |> List.ofSeq)
                    [ [ a; 1.0 ]; [ -1.0; 0.0 ] ]
                    $"game %d{k}")

        testCase "refuse games with a table" (fun () ->
            Expect.throwsT<ArgumentException>
                (fun () -> LocalDiagnostics.Of(stepped 1 (weightedRps 2.0) "gradient") |> ignore)
                "matrix")
    ]

let private derivatives =
    testList "derivatives" [
        // y = (x1 x2, x1^2): J' u = (x2 u1 + 2 x1 u2, x1 u1)
        testCase "a vector-Jacobian product" (fun () ->
            let x = Axis.Of("x", 2)
            let one = Axis.Of("one", 1)
            let at = Expr.Vector(x, 3.0, 5.0)
            let part k = at.Slice(x, k, one).Sum one
            let y = Axis.Of("y", 2)
            let value = Expr.Vector(y, 1.0, 0.0) * part 0 * part 1 + Expr.Vector(y, 0.0, 1.0) * part 0 * part 0

            closeTo
                1e-14
                [| 5.0 * 7.0 + 6.0 * 2.0; 3.0 * 7.0 |]
                (evaluate (value.Vjp(at, Expr.Vector(y, 7.0, 2.0))) [ x ])
                "by hand"

            closeTo
                1e-14
                [| 5.0 * 7.0 + 6.0 * 2.0; 3.0 * 7.0 |]
                (evaluate (Grad.vjp (fun _ -> value) at (Expr.Vector(y, 7.0, 2.0))) [ x ])
                "from F#")
    ]

[<Tests>]
let tests =
    testList "smooth games" [ domains; checks; probes; measurements; objectives; diagnostics; derivatives ]
