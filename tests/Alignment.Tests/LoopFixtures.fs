/// Solvers that are written for tests of the loop, and what is read from its solutions.
module Alignment.Tests.LoopFixtures

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

// ---- Solvers written here, as F# records ---------------------------------------------------------------------------

let info name title = SolverInfo(name, title, "A solver of the tests.", "This file.", "Everything.")

/// Plays what it is given, whatever the game: for measuring a profile.
type Fixed = {
    Strategies: float list list
} with

    interface IIterativeSolver with
        member _.Info =
            SolverInfo(
                "fixed",
                "Fixed",
                "Plays what it is given.",
                "This file.",
                "Everything.",
                UsesRegularizers = true
            )

        member _.Settings = ValueList.Empty
        member _.Init _ = SolverState.Empty
        member _.Step(_, state) = state

        member this.Read(game, _) =
            let strategies = Seq.zip game.Players this.Strategies |> dict

            let profile =
                Profile.Of(game.Players, (fun p -> Expr.Vector(game.Actions p, Array.ofList strategies[p])))

            Readout(profile, profile)

/// Fictitious play once more, with a setting: responds to the averages and mixes the response in with a weight.
type Mixing = {
    Weight: Expr
} with

    interface IIterativeSolver with
        member _.Info = info "mixing" "Mixing"

        member this.Settings =
            let change (weight: Expr) : ISolver = { Weight = weight }
            [ Setting.Real("weight", this.Weight, 0.0, 1.0, "Weight of the response.", change, true) ].ToValueList()

        member _.Init game = SolverState.Empty.With(Slot "strategy", game.Players, (fun p -> game.Uniform p))

        member this.Step(game, state) =
            let played = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p]))

            state.With(
                Slot "strategy",
                game.Players,
                fun p -> (1.0 - this.Weight) * played[p] + this.Weight * game.BestResponse(p, played)
            )

        member _.Read(game, state) =
            let profile = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p]))
            Readout(profile, profile)

/// Every step makes a number in its state larger by a factor, until it overflows.
type Diverging = {
    Factor: Expr
    Start: float
} with

    interface IIterativeSolver with
        member _.Info = info "diverging" "Diverging"
        member _.Settings = ValueList.Empty

        member this.Init game =
            SolverState.Empty
                .With(Slot "size", Expr.Constant this.Start)
                .With(Slot "strategy", game.Players, (fun p -> game.Uniform p))

        // the strategy moves as well, so that the last good one can be told from the others
        member this.Step(game, state) =
            let pull = Expr.Vector(game.Players[0].Actions, 1.0, 0.0, 0.0)
            let first = state[Slot "strategy", game.Players[0]]

            state
                .With(Slot "size", state[Slot "size"] * this.Factor)
                .With(Slot "strategy", game.Players[0], 0.9 * first + 0.1 * pull)

        member _.Read(game, state) =
            // 1 while the size is finite, then infinity / infinity
            let one = state[Slot "size"] / state[Slot "size"]
            let profile = Profile.Of(game.Players, (fun p -> state[Slot "strategy", p] * one))
            Readout(profile, profile)

/// Answers a joint distribution and its marginals.
type Correlated = {
    Joint: float list
} with

    interface IDirectSolver with
        member _.Info = info "correlated" "a given distribution"
        member _.Settings = ValueList.Empty

        member this.Solve(_, _) =
            let marginals = [
                [ this.Joint[0] + this.Joint[1]; this.Joint[2] + this.Joint[3] ].ToValueList()
                [ this.Joint[0] + this.Joint[2]; this.Joint[1] + this.Joint[3] ].ToValueList()
            ]

            DirectAnswer(marginals.ToValueList(), this.Joint.ToValueList(), "given")

/// Claims to take two-player zero-sum games without regularizers and constraints only.
type Picky() =
    interface IIterativeSolver with
        member _.Info =
            SolverInfo(
                "picky",
                "Picky",
                "Takes little.",
                "This file.",
                "Everything.",
                TwoPlayersOnly = true,
                ZeroSumOnly = true
            )

        member _.Settings = ValueList.Empty
        member _.Init _ = SolverState.Empty
        member _.Step(_, state) = state

        member _.Read(game, _) = Readout(game.Uniform(), game.Uniform())

// ---- Games and answers ---------------------------------------------------------------------------------------------

let options until = SolveOptions(Until = until, Threads = 1)

let solve (spec: GameSpec) (solver: ISolver) until = GameSolver.Solve(spec, solver, options until)

/// A game of any number of players from one array of payoffs a player, last player's action fastest.
let normalForm (sizes: int list) (payoffs: float[] list) =
    let players = sizes |> List.mapi (fun k n -> Player.Of($"p{k}", n))
    let axes = players |> List.map (fun p -> p.Actions)

    (Game.Named("normal form"), List.zip players payoffs)
    ||> List.fold (fun spec (p, u) -> spec.Player(p).Payoff(p, Expr.Literal(NamedTensor.Of(axes, u))))

// Cells (first, first), (first, second), (second, first), (second, second).
let chicken = normalForm [ 2; 2 ] [ [| 6.0; 2.0; 7.0; 0.0 |]; [| 6.0; 7.0; 2.0; 0.0 |] ]

let jointOf (game: GameSolution) =
    match game.Joint with
    | null -> []
    | joint -> List.ofSeq joint

/// Everything about one game's result, bit for bit.
let exactly (game: GameSolution) = [
    box game.Status.Outcome
    box game.Status.Sentence
    box game.Steps
    box (bitsOf game.Certificate.NashConv)
    box [ for strategy in game.Strategies -> [ for p in strategy -> bitsOf p ] ]
    box (List.map bitsOf (jointOf game))
    box [ for metric in game.Metrics -> metric.Key, bitsOf metric.Value ]
]

let trace (solution: Solution) = [
    for point in solution.Trace -> point.Step, [ for metric in point.Metrics -> metric.Key, bitsOf metric.Value ]
]

/// Draws of 3 x 3 games which a solver takes different numbers of steps for.
let draws3 = draws "loop" 200 3 3

let endless = Stop.AfterSteps 1_000_000_000_000L
