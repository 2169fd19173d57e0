/// Games of smooth payoffs, and gradient solvers on them.
module Alignment.Tests.GradientFixtures

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

let gradientSolvers = [
    for solver in Solver.All do
        match solver with
        | :? IGradientSolver as solver -> solver.Info.Name
        | _ -> ()
]

/// Solves on one thread for a number of steps.
let stepped steps (spec: GameSpec) (solver: string) =
    GameSolver.Solve(spec, Solver.Find solver, SolveOptions(Until = Stop.AfterSteps(int64 steps), Threads = 1))

/// Solves until stationarity lies below a number.
let settled tolerance (spec: GameSpec) (solver: string) =
    let until = Stop.StationarityBelow tolerance ||| Stop.AfterSteps 20_000L
    GameSolver.Solve(spec, Solver.Find solver, SolveOptions(Until = until, Threads = 1))

/// All numbers of a game's players, one behind another.
let numbers (solution: Solution) = solution.Games[0].Strategies |> Seq.concat |> Array.ofSeq

let x = Weights.Of("x").StartingAt(Initializer.Constant 1.0)
let y = Weights.Of("y").StartingAt(Initializer.Constant 0.5)
let left = Player.With("left", x)
let right = Player.With("right", y)

/// left gets x y, right its negative.
let bilinear = Game.Named("bilinear").ZeroSum(left, right, x.Value * y.Value)

/// left gets a x^2 / 2 + b x y, right c x y + d y^2 / 2: joint gradient (a x + b y, c x + d y).
let quadratic (a: float) (b: float) (c: float) (d: float) =
    Game
        .Named("quadratic")
        .Player(left)
        .Player(right)
        .Payoff(left, (a / 2.0) * x.Value * x.Value + b * x.Value * y.Value)
        .Payoff(right, c * x.Value * y.Value + (d / 2.0) * y.Value * y.Value)

/// One step of a linear map after another, from where `quadratic` starts.
let iterated (map: float * float -> float * float) steps =
    let x, y = Seq.init steps id |> Seq.fold (fun at _ -> map at) (1.0, 0.5)
    [| x; y |]

let closeTo tolerance (expected: float[]) (actual: float[]) message =
    Expect.equal actual.Length expected.Length $"%s{message}: length"

    for e, a in Array.zip expected actual do
        near (tolerance * max 1.0 (abs e)) e a message

// ---- A bandit with a constraint --------------------------------------------------------------------------------------

let private response = Player.Of("policy", 6)
let rewards = [| 1.0; 0.8; 0.5; 0.2; 0.9; 0.1 |]
let costs = [| 0.9; 0.5; 0.2; 0.0; 0.8; 0.1 |]
let reference = [| 0.3; 0.1; 0.2; 0.2; 0.1; 0.1 |]
let beta = 0.1
let bound = 0.3

let private over (values: float[]) = Expr.Vector(response.Actions, values)

/// Rewards under a bound on the expected cost, without a regularizer.
let plainBandit =
    Game
        .Named("constrained bandit")
        .Player(response)
        .Payoff(response, over rewards)
        .SubjectTo(Constraint.AtMost("cost", response, over costs, bound))

/// The same with KL to a reference.
let bandit = plainBandit.Regularize(response, Regularizer.Kl(over reference, beta))

/// The policy that maximizes reward less price times cost less beta KL.
let priced price =
    let weights = Array.map3 (fun r c p -> p * exp ((r - price * c) / beta)) rewards costs reference

    Array.map (fun w -> w / Array.sum weights) weights

let expected (values: float[]) policy = Array.map2 (*) values policy |> Array.sum

/// The price at which the expected cost is the bound, by halving: the cost falls in the price.
let dualRoot =
    let rec go low high n =
        let middle = (low + high) / 2.0

        if n = 0 then middle
        elif expected costs (priced middle) > bound then go middle high (n - 1)
        else go low middle (n - 1)

    go 0.0 10.0 200

/// The best reward under the bound: of all mixtures of two responses, the best that keeps it (a vertex of the linear program).
let linearProgram =
    [
        for i in 0..5 do
            for j in 0..5 do
                if costs[i] <= bound then
                    rewards[i]

                if costs[i] < bound && costs[j] > bound then
                    let p = (costs[j] - bound) / (costs[j] - costs[i])
                    p * rewards[i] + (1.0 - p) * rewards[j]
    ]
    |> List.max

let random (name: string) = RandomStream(20260202UL, name)

let draw (stream: RandomStream) k = 2.0 * stream.Uniform(0L, int64 k) - 1.0
