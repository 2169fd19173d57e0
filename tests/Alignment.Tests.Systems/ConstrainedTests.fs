/// Helpful and harmless: scorers from labelled pairs, held against their analytic error; best of n under both; the constrained game of the fitted scorers.
module Alignment.Tests.ConstrainedTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

/// Two directions whose product is -0.4.
let private help = LinearScorer.Of([ 1.0 ], 0.65, features = 16)

let private harmless = LinearScorer.Of([ -0.4; sqrt 0.84 ], 0.72, features = 16)
let private helpWeights, private harmlessWeights = List.ofSeq help.Weights, List.ofSeq harmless.Weights
let private responses = RandomStream(5UL, "responses")
let private labels name = RandomStream(5UL, name)

let private world =
    testList "labellers" [
        test "the best agreement is as asked for, and the two directions pull apart" {
            near 1e-10 0.65 help.BestAgreement "helpful"
            near 1e-10 0.72 harmless.BestAgreement "harmless"
            near 1e-15 -0.4 (Seq.map2 (*) help.Weights harmless.Weights |> Seq.sum) "their product"
        }

        test "excess error: none for the truth, all for its opposite, half for what is unrelated" {
            near 1e-12 0.0 (help.ExcessError helpWeights) "the truth"
            near 1e-12 0.3 (help.ExcessError(List.map (~-) helpWeights)) "the opposite: 0.35 instead of 0.65"
            near 1e-10 0.15 (help.ExcessError [ for k in 0..15 -> if k = 7 then 1.0 else 0.0 ]) "unrelated: 0.5"
            // a scale makes no difference
            near
                1e-14
                (help.ExcessError harmlessWeights)
                (help.ExcessError [ for w in harmlessWeights -> 3.0 * w ])
                "scale"
        }

        test "agreement by drawing labels" {
            let pairs = harmless.Pairs(40_000, RandomStream(11UL, "responses"), RandomStream(11UL, "labels"))

            let agreement (weights: float list) =
                let chosen, rejected = Array.ofSeq pairs.Chosen, Array.ofSeq pairs.Rejected
                let score (x: float[]) k = Seq.map2 (*) weights x[16 * k .. 16 * k + 15] |> Seq.sum

                Seq.init pairs.Count (fun k -> if score chosen k > score rejected k then 1.0 else 0.0)
                |> Seq.average

            // standard error 0.0024
            near 0.01 0.72 (agreement harmlessWeights) "the truth"
            near 0.01 (harmless.Agreement helpWeights) (agreement helpWeights) "the other direction"
        }
    ]

/// Scorers of both labels of the same responses, in one game without an interest in each other.
let private scoring count =
    let scorer name (truth: LinearScorer) = truth.Pairs(count, responses, labels name).Scorer name
    PairScorer.Together [ scorer "helpful" help; scorer "harmless" harmless ]

let private fitted =
    lazy
        let solution =
            GameSolver.Solve(
                scoring 4000,
                GradientPlay(Optimizer = Adam(Rate = 0.05)),
                SolveOptions(Until = (Stop.StationarityBelow 1e-8 ||| Stop.AfterSteps 5_000L))
            )

        [ for player in 0..1 -> Array.ofSeq solution.Games[0].Strategies[player] ], solution

let private scorers =
    testList "scorers" [
        test "log sigmoid is finite and right at any margin" {
            let margins = Axis.sized "margin" 5
            let found = numbers (RewardModel.LogSigmoid(Expr.vector margins [ -800.0; -1.0; 0.0; 2.0; 800.0 ]))

            for e, a in
                List.zip [ -800.0; -log(1.0 + exp 1.0); -log 2.0; -log(1.0 + exp -2.0); 0.0 ] (List.ofArray found) do
                near 1e-15 e a "log sigmoid"
        }

        test "fitted to 4,000 labelled pairs they lose less than a point to the truth" {
            let weights, solution = fitted.Value
            Expect.isLessThan solution.Games[0].Certificate.Distance 1e-8 "a stationary point"
            let lost = List.map2 (fun (truth: LinearScorer) w -> truth.ExcessError w) [ help; harmless ] weights
            Expect.all lost (fun l -> l < 0.01) $"%A{lost}"
            Expect.all lost (fun l -> l > 1e-5) "samples leave some error"
            // and their scale is the labellers' sharpness, shrunk a little by the square
            for (truth: LinearScorer), w in List.zip [ help; harmless ] weights do
                let length = sqrt (Array.sumBy (fun x -> x * x) w)
                near (0.1 * truth.Sharpness) truth.Sharpness length "sharpness"
        }
    ]

let private selection = test "best of n by either scorer raises its own and lowers the other; by their sum, both" {
    let weights, _ = fitted.Value
    let candidates = ResponseFeatures.Normal(2000, 16, RandomStream(6UL, "candidates"))
    let truth = [ for t: LinearScorer in [ help; harmless ] -> candidates.Scores t.Weights ]
    let fit = [ for w in weights -> candidates.Scores w ]

    let gains by n =
        let law = BestOfLaw.Of by
        [ for t in truth -> law.Expected(t, n) - law.Expected(t, 1.0) ]

    let byHelp, byHarmless = gains fit[0] 16.0, gains fit[1] 16.0
    let unit (x: float[]) = let size = sqrt (Array.averageBy (fun y -> y * y) x) in Array.map (fun y -> y / size) x
    let byBoth = gains (Array.map2 (+) (unit fit[0]) (unit fit[1])) 16.0
    Expect.isGreaterThan byHelp[0] 1.5 "helpfulness by its scorer"
    Expect.isLessThan byHelp[1] -0.4 "at the cost of harmlessness: about -0.4 of it"
    Expect.isGreaterThan byHarmless[1] 1.5 "harmlessness by its scorer"
    Expect.isLessThan byHarmless[0] -0.4 "at the cost of helpfulness"
    Expect.all byBoth (fun gain -> gain > 0.6) $"both by the sum: %A{byBoth}"
}

// the constrained game over 8 candidates: the fitted scorers are reward and cost
let private candidates = ResponseFeatures.Normal(8, 16, RandomStream(8UL, "candidates"))

let private scoresOf player = candidates.Scores((fst fitted.Value)[player])

let private beta = 0.2
let private expected (values: float[]) p = Array.map2 (*) values p |> Array.sum

/// The policy at a price of harm, and what it comes to: helpfulness and harm.
let private tilted (reward: float[]) (cost: float[]) price =
    let w = Array.map2 (fun r c -> exp ((r - price * c) / beta)) reward cost
    let policy = w |> Array.map (fun x -> x / Array.sum w)
    expected reward policy, expected cost policy

let private constrained = test "the constrained game of the fitted scorers: the dual root, KKT residual below 1e-6" {
    let reward, cost = scoresOf 0, scoresOf 1 |> Array.map (~-)
    let policy = Player.sized "policy" 8
    let harm price = snd (tilted reward cost price)
    // a bound between what the free policy costs and the least cost
    let bound = 0.5 * harm 0.0 + 0.5 * Array.min cost

    let rec root low high n =
        let middle = 0.5 * (low + high)

        if n = 0 then middle
        elif harm middle > bound then root middle high (n - 1)
        else root low middle (n - 1)

    let price = root 0.0 100.0 200
    let over (values: float[]) = Expr.vector policy.Actions values

    let spec =
        Game
            .Named("helpful and harmless")
            .Player(policy)
            .Payoff(policy, over reward)
            .Regularize(policy, Regularizer.Kl(over (Array.create 8 0.125), Expr.constant beta))
            .SubjectTo(Constraint.AtMost("harm", policy, over cost, bound))

    let solver = Solver.Find "gradient(optimizer=sgd(rate=0.2),multipliers=pi(rate=0.2,proportional=1))"

    let solution =
        GameSolver.Solve(spec, solver, SolveOptions(Until = (Stop.StationarityBelow 1e-10 ||| Stop.AfterSteps 50_000L)))

    near 1e-8 price solution.Games[0].Metrics["constraint/harm/multiplier"] "the multiplier"
    near 1e-8 bound solution.Games[0].Metrics["constraint/harm/value"] "it binds"

    match solution.Certificate with
    | :? Certificate.Kkt as kkt -> Expect.isLessThan kkt.Residual 1e-6 "KKT residual"
    | other -> failtest $"%O{other}"
}

let private drawing = test "the picture of the documents" {
    let reward, cost = scoresOf 0, scoresOf 1 |> Array.map (~-)
    let front = [| for k in 0..30 -> tilted reward cost (float k / 20.0) |]

    Plot.Curves(
        "The most helpful policy at each bound on harm",
        PlotAxis "expected harm, log-odds",
        PlotAxis "expected helpfulness, log-odds",
        PlotCurve("KL to the reference has weight 0.2", Array.map snd front, Array.map fst front)
    )
    |> Pictures.isDrawnIn "constrained-alignment.svg"
}

/// A multiplier that climbs value(u) * margin by plain gradient steps of 0.1: where u stands after some of them.
let private climbed (domain: Domain) (value: Expr -> Expr) margin steps (start: float) =
    let u = Weights.Of("u").Within(domain).StartingAt(Initializer.Constant start)
    let price = Player.With("price", u)
    let spec = Game.Named("multiplier").Player(price).Payoff(price, Expr.constant margin * value u.Value)
    let solver = GradientPlay(Optimizer = GradientAscent(Rate = 0.1))
    let solution = GameSolver.Solve(spec, solver, SolveOptions(Until = Stop.AfterSteps steps))
    (solution.Weights u).Values.ToArray() |> Array.head

let private traps =
    // 500 steps at a margin of -2, where the constraint holds, from a multiplier of 1; then how long a margin of 2 takes to bring it back to 1
    let back domain (value: Expr -> Expr) (start: float) n =
        climbed domain value 2.0 n (climbed domain value -2.0 500L start)

    testList "multipliers with a dead zone" [
        test "projected ascent is back in 5 steps" {
            let price = back (Domain.NonNegative) id 1.0
            Expect.isLessThan (price 4L) (1.0 - 1e-9) "after 4"
            near 1e-12 1.0 (price 5L) "after 5"
        }

        test "the exponential of a number takes 505" {
            let price n = exp (back Domain.Real Expr.exp 0.0 n)
            Expect.isLessThan (price 504L) 1.0 "after 504"
            Expect.isGreaterThanOrEqual (price 505L) 1.0 "after 505"
        }

        test "a softplus has a dead zone too" {
            let softplus (u: Expr) = (u.Exp()).Log1p()
            let price n = log (1.0 + exp (back Domain.Real softplus (log (exp 1.0 - 1.0)) n))
            Expect.isLessThan (price 100L) 0.5 "after 100 it is not half way back"
        }
    ]

[<Tests>]
let tests = testList "constrained alignment" [ world; scorers; selection; constrained; drawing; traps ]
