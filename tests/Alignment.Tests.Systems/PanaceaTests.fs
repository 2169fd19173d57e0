/// Preference-conditioned adapters (Panacea) on contextual bandits whose fronts are known in closed form.
module Alignment.Tests.PanaceaTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- The bandit ----------------------------------------------------------------------------------------------------

let private beta = 0.5
let private prompts = Axis.sized "prompts" 4
let private responses = Axis.sized "responses" 5
let private goals = Axis.labelled "objectives" [ "helpful"; "harmless" ]
let private shares = [ for k in 0..20 -> float k / 20.0 ]
let private preference = Axis.labelled "preference" [ for s in shares -> $"%.2f{s}" ]

let private grid =
    Expr.table [ preference; goals ] [
        for s in shares do
            yield! [ s; 1.0 - s ]
    ]

/// A reward of some rank: sums of what a response is like times what a prompt asks for, drawn.
let private drawn name rank =
    let stream = RandomStream(3UL, name)

    [
        for k in 0 .. rank - 1 ->
            Expr.vector responses [ for y in 0L .. 4L -> 0.8 * stream.Normal(int64 (2 * k), y) ]
            * Expr.vector prompts [ for x in 0L .. 3L -> 0.8 * stream.Normal(int64 (2 * k + 1), x) ]
    ]
    |> List.reduce (+)

let private of' (weights: Expr) (goal: int) = weights.At(goals, goal)

/// The policy that is best at weights of the goals: the front, in closed form.
let private best (rewards: Expr list) (weights: Expr) =
    ((of' weights 0 * rewards[0] + of' weights 1 * rewards[1]) / Expr.constant beta).Softmax responses

let private uniform = log 5.0

/// E r - beta KL to the uniform policy, of one goal, by prompt.
let private worth (policy: Expr) (reward: Expr) =
    (policy * (reward - Expr.constant beta * (policy.Log() + uniform))).Sum responses

/// The adapter: singular values that are learned, and one slot a goal that holds the preference times a scale.
let private adapter learned (weights: Expr) =
    let left = Weights.Of("left", responses, goals).StartingAt(Initializer.Normal 0.3)
    let right = Weights.Of("right", prompts, goals).StartingAt(Initializer.Normal 0.3)
    let scale = Weights.Of("scale").StartingAt(Initializer.Constant 1.0)
    let held = (left.Value * scale.Value * weights).Dot(right.Value, goals)

    if learned = 0 then
        Player.With("adapter", left, right, scale), held.Softmax responses
    else
        let slots = Axis.sized "slots" learned
        let u = Weights.Of("u", responses, slots).StartingAt(Initializer.Normal 0.3)
        let v = Weights.Of("v", prompts, slots).StartingAt(Initializer.Normal 0.3)
        let sigma = Weights.Of("sigma", slots).StartingAt(Initializer.Constant 0.3)
        let free = (u.Value * sigma.Value).Dot(v.Value, slots)
        Player.With("adapter", left, right, scale, u, v, sigma), (held + free).Softmax responses

/// Trained once over all preferences, each as likely: with how far it is from the front at the worst preference, and what it gets of each goal.
let private trained learned (rewards: Expr list) steps =
    let who, policy = adapter learned grid
    let front = best rewards grid
    let farthest = (policy * (policy / front).Log()).Sum(responses).Mean(prompts).Max preference

    let spec =
        Game
            .Named("panacea")
            .Nature(prompts, Expr.uniformOver [ prompts ])
            .Nature(preference, Expr.uniformOver [ preference ])
            .Player(who)
            .Objective(who, Objective("helpful", worth policy rewards[0]))
            .Objective(who, Objective("harmless", worth policy rewards[1]))
            .Aggregate(who, Aggregator.Linear(goals, grid))
            .Probe(Probe.Expression("front/kl", farthest))

    let points (p: Expr) =
        [ for reward in rewards -> numbers ((worth p reward).Mean(prompts)) ]
        |> fun found -> [ for k in 0..20 -> [ found[0][k]; found[1][k] ] ]

    let solution =
        GameSolver.Solve(spec, GradientPlay(Optimizer = Adam(Rate = 0.05)), SolveOptions(Until = Stop.AfterSteps steps))

    let at =
        policy.Substitute(fun node ->
            match node.Op with
            | :? Op.Weights as weights -> Expr.Literal(solution.Weights weights.Declaration)
            | _ -> null)

    solution.Games[0].Metrics["front/kl"], points at, points front

let private volume (points: float list list) (least: float list) =
    let front = ObjectivePoints.Of([ "helpful"; "harmless" ], points)
    Hypervolume.Of(front, ObjectiveVector.Of(ObjectiveValue("helpful", least[0]), ObjectiveValue("harmless", least[1])))

let private fronts =
    testList "one adapter for every preference" [
        test "rank-1 rewards: the whole front, KL below 1e-3 and a hypervolume of at least 0.99 of it" {
            let rewards = [ drawn "helpful" 1; drawn "harmless" 1 ]
            let kl, points, front = trained 0 rewards 3000L
            Expect.isLessThan kl 1e-3 "the farthest of 21 preferences"
            // the reference point is declared: a tenth below the worst of the front in each goal
            let least = [ for g in 0..1 -> (front |> List.map (fun p -> p[g]) |> List.min) - 0.1 ]
            Expect.isGreaterThanOrEqual (volume points least / volume front least) 0.99 "hypervolume"
        }

        test "independent rewards of rank 3: two learned values and two slots leave a gap" {
            let rewards = [ drawn "helpful three" 3; drawn "harmless three" 3 ]
            let kl, points, front = trained 2 rewards 4000L
            let least = [ for g in 0..1 -> (front |> List.map (fun p -> p[g]) |> List.min) - 0.1 ]
            let ratio = volume points least / volume front least
            // of these draws; the page of Panacea has both
            near 1e-3 0.017 kl "the farthest of 21 preferences"
            near 1e-3 0.990 ratio "hypervolume"
        }
    ]

let private dead = test "slots that start at 0 with a scale of 0 never train" {
    let left = Weights.Of("left", responses, goals).StartingAt(Initializer.Normal 0.3)
    let right = Weights.Of("right", prompts, goals).StartingAt(Initializer.Constant 0.0)
    let rewards = [ drawn "helpful" 1; drawn "harmless" 1 ]

    let moved scale =
        let scale = Weights.Of("scale").StartingAt(Initializer.Constant scale)
        let policy = (left.Value * scale.Value * grid).Dot(right.Value, goals).Softmax responses
        let who = Player.With("adapter", left, right, scale)

        let spec =
            Game
                .Named("dead")
                .Nature(prompts, (Expr.constant 0.25).Expand prompts)
                .Nature(preference, (Expr.constant (1.0 / 21.0)).Expand preference)
                .Player(who)
                .Payoff(who, of' grid 0 * worth policy rewards[0] + of' grid 1 * worth policy rewards[1])

        let solution =
            GameSolver.Solve(
                spec,
                GradientPlay(Optimizer = GradientAscent(Rate = 0.5)),
                SolveOptions(Until = Stop.AfterSteps 200L)
            )

        (solution.Weights right).Values.ToArray() |> Array.map abs |> Array.max

    Expect.equal (moved 0.0) 0.0 "both at 0: no gradient reaches either"
    Expect.isGreaterThan (moved 1.0) 0.1 "a scale of 1 trains"
}

let private drawing = test "the picture of the documents" {
    let _, points, front = trained 0 [ drawn "helpful" 1; drawn "harmless" 1 ] 3000L
    let axis k (all: float list list) = [| for p in all -> p[k] |]

    Plot.Curves(
        "One adapter over 21 preferences, and the front in closed form",
        PlotAxis "helpful, less KL",
        PlotAxis "harmless, less KL",
        PlotCurve("front", axis 0 front, axis 1 front),
        PlotCurve("adapter", axis 0 points, axis 1 points)
    )
    |> Pictures.isDrawnIn "panacea.svg"
}

// ---- One policy a preference ---------------------------------------------------------------------------------------

let private logits = Weights.Of("logits", prompts, responses).StartingAt(Initializer.Normal 0.1)
let private policy = logits.Value.Softmax responses
let private who = Player.With("policy", logits)

/// A policy of its own at weights of the goals: with `over`, one game each.
let private tabular (rewards: Expr list) (names: string list) (weights: Expr) =
    Game
        .Named("front")
        .Nature(prompts, (Expr.constant 0.25).Expand prompts)
        .Player(who)
        .Objective(who, Objective(names[0], worth policy rewards[0]))
        .Objective(who, Objective(names[1], worth policy rewards[1]))
        .Aggregate(who, Aggregator.Linear(goals, weights))

let private solver = GradientPlay(Optimizer = Adam(Rate = 0.05))

let private solve steps (spec: GameSpec) = GameSolver.Solve(spec, solver, SolveOptions(Until = Stop.AfterSteps steps))

let private perPreference =
    let rewards = [ drawn "helpful" 2; drawn "harmless" 2 ]

    testList "one policy for each preference" [
        test "21 preferences in one program are the 21 runs one by one, bit for bit" {
            let batch = solve 200L ((tabular rewards [ "helpful"; "harmless" ] grid).Over preference)
            Expect.hasLength batch.Games 21 "one game each"

            for k, s in List.indexed shares do
                let alone = solve 200L (tabular rewards [ "helpful"; "harmless" ] (Expr.vector goals [ s; 1.0 - s ]))

                Expect.equal
                    (bits (Array.ofSeq batch.Games[k].Strategies[0]))
                    (bits (Array.ofSeq alone.Games[0].Strategies[0]))
                    $"preference %g{s}"
        }

        test "each comes to its point of the front in closed form" {
            let batch = solve 3000L ((tabular rewards [ "helpful"; "harmless" ] grid).Over preference)

            for k, s in List.indexed shares do
                let expected = best rewards (Expr.vector goals [ s; 1.0 - s ])

                let found =
                    (Expr.table [ prompts; responses ] (Array.ofSeq batch.Games[k].Strategies[0])).Softmax responses

                let apart = (found - expected).Abs().Max(responses).Max prompts
                near 1e-5 0.0 (Array.head (numbers apart)) $"preference %g{s}"
        }

        test "Tchebycheff's policy is a tilt of the reference too, by the weights of its worst objectives" {
            // max over policies of min over i of lambda_i (J_i - z): pi ~ ref exp((nu r_1 + (1 - nu) r_2) / beta), where both distances are equal
            let shares = [ 0.3; 0.7 ]
            let few = Axis.labelled "few" [ "0.3"; "0.7" ]

            let weights =
                Expr.table [ few; goals ] [
                    for s in shares do
                        yield! [ s; 1.0 - s ]
                ]

            let tilt nu = best rewards (Expr.vector goals [ nu; 1.0 - nu ])
            let gets nu goal = Array.head (numbers ((worth (tilt nu) rewards[goal]).Mean prompts))
            // a little above the most that each can be
            let most = [ gets 1.0 0 + 0.1; gets 0.0 1 + 0.1 ]
            let ideal = Expr.vector goals most

            let spec =
                Game
                    .Named("front")
                    .Nature(prompts, (Expr.constant 0.25).Expand prompts)
                    .Player(who)
                    .Objective(who, Objective("helpful", worth policy rewards[0]))
                    .Objective(who, Objective("harmless", worth policy rewards[1]))
                    .Aggregate(who, Aggregator.Tchebycheff(goals, weights, IdealPoint.At ideal))
                    .Over
                    few

            let solution =
                GameSolver.Solve(
                    spec,
                    GradientPlay(Optimizer = Adam(Rate = 0.002)),
                    SolveOptions(Until = Stop.AfterSteps 30_000L)
                )

            for k, share in List.indexed shares do
                let rec root low high n =
                    let middle = 0.5 * (low + high)

                    if n = 0 then
                        middle
                    elif share * (gets middle 0 - most[0]) < (1.0 - share) * (gets middle 1 - most[1]) then
                        root middle high (n - 1)
                    else
                        root low middle (n - 1)

                let nu = root 0.0 1.0 30
                Expect.isTrue (nu > 0.05 && nu < 0.95) $"both objectives count: %g{nu}"
                let expected = tilt nu

                let found =
                    (Expr.table [ prompts; responses ] (Array.ofSeq solution.Games[k].Strategies[0])).Softmax responses

                let apart = (found - expected).Abs().Max(responses).Max prompts
                near 5e-3 0.0 (Array.head (numbers apart)) $"preference %g{share}"
        }

        test "naming the goals in the other order, with their weights, changes nothing" {
            let swapped =
                Expr.table [ preference; goals ] [
                    for s in shares do
                        yield! [ 1.0 - s; s ]
                ]

            let first = solve 100L ((tabular rewards [ "helpful"; "harmless" ] grid).Over preference)

            let second =
                let named = Game.Named("front").Nature(prompts, (Expr.constant 0.25).Expand prompts).Player(who)

                solve
                    100L
                    (named
                        .Objective(who, Objective("harmless", worth policy rewards[1]))
                        .Objective(who, Objective("helpful", worth policy rewards[0]))
                        .Aggregate(who, Aggregator.Linear(goals, grid))
                        .Over
                        preference)

            for a, b in Seq.zip first.Games second.Games do
                for x, y in Seq.zip a.Strategies[0] b.Strategies[0] do
                    near 1e-12 x y "by name, not by position"

            // and swapping the rewards with the weights is the front run through backwards
            let third = solve 100L ((tabular (List.rev rewards) [ "helpful"; "harmless" ] swapped).Over preference)

            for a, b in Seq.zip first.Games third.Games do
                for x, y in Seq.zip a.Strategies[0] b.Strategies[0] do
                    near 1e-12 x y "permuted preferences, permuted rewards"
        }
    ]

[<Tests>]
let tests = testList "panacea" [ fronts; dead; drawing; perPreference ]
