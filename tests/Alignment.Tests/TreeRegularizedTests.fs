/// Regularized sequential games, and their gaps by all histories.
module Alignment.Tests.TreeRegularizedTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures
open Alignment.Tests.TreeFixtures

// ---- Regularized games ---------------------------------------------------------------------------------------------

/// A strategy over a player's actions as an expression.
let private reference (spec: GameSpec) player (strategies: Strategies) =
    let axes = (treeOf spec).Treeplexes[player]
    let along = Array.zeroCreate<float> axes.Actions.Size
    let inOrder = (inTreeOrder spec strategies)[player]

    for action, place in Seq.indexed axes.ActionPlaces do
        along[place] <- inOrder[action]

    Expr.Vector(axes.Actions, along)

/// Not uniform, and another at every information set.
let private tilted histories =
    let strategies = Strategies()

    for k, (label, _, _, actions) in List.indexed histories.Sets do
        let weights = Array.init actions.Length (fun a -> 1.0 + float ((k + 2 * a) % 5))
        strategies[label] <- weights |> Array.map (fun w -> w / Array.sum weights)

    strategies

/// The ways to regularize a game, each with the penalties by hand.
let private regularized (spec: GameSpec) histories = [
    let uniform, tilted = uniformly histories, tilted histories

    let each (regularizer: int -> IRegularizer) =
        (spec, Seq.indexed spec.Players)
        ||> Seq.fold (fun spec (k, player) -> spec.Regularize(player, regularizer k))

    // temperatures differ, so that a mixture of players would show
    let tau player = 0.1 + 0.05 * float player

    "entropy",
    each (fun p -> Regularizer.Entropy(tau p)),
    (fun p label -> divergence (tau p) (Array.map (fun _ -> 1.0) uniform[label]))

    for name, rho in [ "KL to uniform", uniform; "KL", tilted ] do
        name,
        each (fun p -> Regularizer.Kl(reference spec p rho, tau p)),
        (fun p label -> divergence (tau p) (rho.Item label))

    "L2", each (fun p -> Regularizer.L2(tau p)), (fun p _ -> squared (tau p))

    "entropy of the second player alone",
    spec.Regularize(spec.Players[1], Regularizer.Entropy 0.2),
    (fun p label -> if p = 1 then divergence 0.2 (Array.map (fun _ -> 1.0) uniform[label]) else free)
]

let private gapByHand histories strategies penalty = gains histories strategies penalty |> List.sumBy (max 0.0)

let private certificates (spec: GameSpec) histories =
    for name, regularized, penalty in regularized spec histories do
        let game = BoundGame.Bind regularized

        for k, strategies in
            List.indexed [ uniformly histories; tilted histories; drawn histories 1UL; drawn histories 2UL ] do
            let certificate = (GameSolver.Evaluate(game, inTreeOrder spec strategies) |> Seq.head).Certificate
            near 1e-12 (gapByHand histories strategies penalty) certificate.RegularizedGap.Value $"{name}, profile {k}"
            near 1e-12 (gapByHand histories strategies (fun _ _ -> free)) certificate.NashConv $"{name}, NashConv {k}"

let private regularizedGames =
    testList "regularized games" [
        testCase "the gap of any profile is that of a recursion: kuhn" (fun () ->
            certificates kuhn.Value kuhnHistories.Value)

        testCase "the gap of any profile is that of a recursion: three players" (fun () ->
            certificates library.Value["kuhn_poker(players=3)"] (histories (KuhnPoker 3)))

        testCase "the gap of any profile is that of a recursion: deep, with many actions" (fun () ->
            let rules = Goofspiel(3, "random", "win_loss", "difference")
            certificates (Game.FromRules rules) (histories rules)
            certificates (Game.FromRules(InspectionDialogue())) (histories (InspectionDialogue())))

        testCase "mmd closes it on kuhn" (fun () ->
            for name, regularized, penalty in regularized kuhn.Value kuhnHistories.Value |> List.take 3 do
                let until = Stop.RegularizedGapBelow 1e-8 ||| Stop.AfterSteps 20_000L
                let solution = solveUntil until (Solver.Find "mmd(stepSize=0.05)") regularized
                let found = solution.Games[0]
                let byHand = gapByHand kuhnHistories.Value (byLabel regularized found.Strategies) penalty
                Expect.isLessThan found.Certificate.RegularizedGap.Value 1e-8 name
                near 1e-12 byHand found.Certificate.RegularizedGap.Value name)

        testCase "solvers that would pass over a regularizer refuse it" (fun () ->
            let spec = kuhn.Value.Regularize(kuhn.Value.Players[0], Regularizer.Entropy 0.1)

            Expect.equal
                (refusal (fun () -> solve 1 (Solver.Find "cfr+") spec))
                "solver 'cfr+': does not take regularizers into account, and the game has some; use mmd, or drop them"
                "the message")

        testCase "mmd takes no other regularizer" (fun () ->
            Expect.throwsC
                (fun () ->
                    kuhn.Value.Regularize(kuhn.Value.Players[0], Regularizer.L2 0.1)
                    |> solve 1 (Solver.Find "mmd")
                    |> ignore)
                (fun e ->
                    Expect.equal
                        e.Message
                        "Magnetic mirror descent, player 'player1': expected a KL or entropy regularizer, got l2(0.1)."
                        "the message"))

        testCase "a reference that is no strategy is refused" (fun () ->
            let spec = kuhn.Value
            let wrong = tilted kuhnHistories.Value
            wrong["player2 Q b"] <- [| 0.5; 0.6 |]
            let refused = spec.Regularize(spec.Players[1], Regularizer.Kl(reference spec 1 wrong, 0.1))

            Expect.stringStarts
                (refusal (fun () -> BoundGame.Bind refused))
                "reference of 'player2': expected weights over 'player2' that sum to 1, got 1.1"
                "sum")
    ]

[<Tests>]
let tests = testList "tree solvers" [ regularizedGames ]
