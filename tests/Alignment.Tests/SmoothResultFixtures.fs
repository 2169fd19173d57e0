/// Solutions of games of smooth payoffs to be shown, each solved once.
module Alignment.Tests.SmoothResultFixtures

open Alignment
open Alignment.Tests.GradientFixtures

let private measured =
    bandit.Probe(Probe.Expression("policy/reward", Expr.Vector(bandit.Players[0].Actions, rewards)))

let banditSolver = "gradient(rate=1,multipliers=pi(rate=1,proportional=1))"

/// One player that mixes under a constraint, with a metric of its own.
let constrained = measured

/// What it comes to.
let constrainedSolution = lazy (settled 1e-8 constrained banditSolver)

let private actions = Player.Of("policy", 3)
let private features = Axis.Of("features", "helpful", "harmless")
let private rows = actions.Actions.Named "rows"
let private hidden = Axis.Of("hidden", 40)
let matrix = Weights.Of("w", rows, features)
let long = Weights.Of("v", hidden).StartingAt(Initializer.Normal 0.1)
let bounded = Weights.Of("bias").Within(Domain.Between(-1.0, 1.0))

/// A player that mixes against one that sets a matrix, 40 numbers that go to 0, and a number that goes to its bound, 1.
let critic =
    let table = array2D [ [ 1.0; -1.0 ]; [ 0.5; 0.0 ]; [ -1.0; 1.0 ] ]
    let own = matrix.Value.On(rows, actions.Actions)
    let score = (Expr.Matrix(actions.Actions, features, table) * own.Tanh()).Sum features
    let square (e: Expr) = e * e

    let penalty =
        (square matrix.Value).Sum(rows, features)
        + (square long.Value).Sum hidden
        + square (bounded.Value - 2.0)

    Game
        .Named("policy and critic")
        .Player(actions)
        .Player(Player.With("critic", matrix, long, bounded))
        .Payoff(actions, score)
        .Payoff(Player.With("critic", matrix, long, bounded), -score - 0.3 * penalty)

let criticSolution = lazy (stepped 300 critic "gradient(rate=0.2)")
