/// Sequential games by all their histories: definitions that are written anew here, for holding solvers against.
module Alignment.Tests.TreeFixtures

open System
open System.Collections.Generic
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- Histories -----------------------------------------------------------------------------------------------------

/// A player's choice at an information set, by its label.
type Move = { Player: int; Set: string; Action: int }

/// A way to the end: what chance makes of it, who did what, and what it pays.
type End = { Chance: float; Moves: Move list; Returns: float list }

/// A game's information sets as histories meet them, with the player's own move before; and all its ends.
type Histories = {
    Sets: (string * int * Move option * string list) list
    Ends: End list
    Players: int
}

let histories (rules: IRules<'state>) =
    let sets = List<_>()
    let seen = HashSet<string>()

    let rec walk state chance (moves: Move list) = [
        let turn = rules.Actor state

        if turn.IsOver then
            {
                Chance = chance
                Moves = List.rev moves
                Returns = List.ofSeq (rules.Returns state)
            }
        elif turn.IsChance then
            for action, p in Seq.indexed (rules.Chance state) do
                if p > 0.0 then
                    yield! walk (rules.Next(state, action)) (chance * p) moves
        else
            let label = rules.InformationState state
            let actions = List.ofSeq (rules.Actions state)

            if seen.Add label then
                sets.Add(label, turn.Player, moves |> List.tryFind (fun m -> m.Player = turn.Player), actions)

            for action in 0 .. actions.Length - 1 do
                let move = { Player = turn.Player; Set = label; Action = action }
                yield! walk (rules.Next(state, action)) chance (move :: moves)
    ]

    let ends = walk rules.Initial 1.0 []
    { Sets = List.ofSeq sets; Ends = ends; Players = rules.Players.Count }

/// A probability for each action of each information set, by label.
type Strategies = Dictionary<string, float[]>

let probability (strategies: Strategies) (moves: Move seq) =
    moves |> Seq.fold (fun p move -> p * strategies[move.Set][move.Action]) 1.0

let uniformly histories =
    let strategies = Strategies()

    for label, _, _, actions in histories.Sets do
        strategies[label] <- Array.create actions.Length (1.0 / float actions.Length)

    strategies

let value histories (strategies: Strategies) player =
    histories.Ends
    |> List.sumBy (fun e -> e.Chance * probability strategies e.Moves * e.Returns[player])

/// A penalty on the strategy of an information set: its amount, and the most that values less the penalty can come to.
type Penalty = { Amount: float[] -> float; Best: float[] -> float }

/// The probability with which each information set's owner comes there by its own moves.
let reaches histories (strategies: Strategies) =
    let reach = Dictionary<string, float>()

    for label, _, before, _ in histories.Sets do
        reach[label] <-
            match before with
            | None -> 1.0
            | Some move -> reach[move.Set] * (strategies.Item move.Set).[move.Action]

    reach

let setsOf player histories = histories.Sets |> List.filter (fun (_, owner, _, _) -> owner = player)

/// What ends pay after a player's last move, times the probability that the others and chance lead there; and a walk up the player's
/// information sets, each of which tells from the worth of its actions what it is worth itself. Gives what the beginning is worth.
let walkUp histories (strategies: Strategies) player (worthOf: string -> float[] -> float) =
    let worth = Dictionary<struct (string * int), float>()

    let key (after: Move option) =
        match after with
        | None -> struct ("", 0)
        | Some move -> struct (move.Set, move.Action)

    let behind at =
        match worth.TryGetValue at with
        | true, sum -> sum
        | _ -> 0.0

    let add after amount = worth[key after] <- behind (key after) + amount

    for e in histories.Ends do
        let own, others = e.Moves |> List.partition (fun m -> m.Player = player)
        add (List.tryLast own) (e.Chance * probability strategies others * e.Returns[player])

    for label, _, before, actions in List.rev (setsOf player histories) do
        let values = Array.init actions.Length (fun action -> behind (struct (label, action)))
        add before (worthOf label values)

    behind (key None)

/// What the players gain by best responses to each other, less their penalties: one number of at least 0 each. A player's penalty is that
/// of each of its information sets, times the probability that its own moves lead there.
let gains histories (strategies: Strategies) (penalty: int -> string -> Penalty) =
    let reach = reaches histories strategies

    [
        for player in 0 .. histories.Players - 1 do
            let best = walkUp histories strategies player (fun label -> (penalty player label).Best)

            let paid =
                setsOf player histories
                |> List.sumBy (fun (label, _, _, _) -> reach[label] * (penalty player label).Amount strategies[label])

            best - (value histories strategies player - paid)
    ]

let free = { Amount = (fun _ -> 0.0); Best = Array.max }

let xLogX x = if x > 0.0 then x * log x else 0.0

/// tau KL(p || reference); with a reference of ones it is tau times the negative entropy.
let divergence tau (reference: float[]) = {
    Amount = fun p -> tau * Seq.sum (Seq.map2 (fun p r -> xLogX p - p * log r) p reference)
    Best =
        fun values ->
            let top = Array.max values
            top + tau * log (Seq.sum (Seq.map2 (fun v r -> r * exp ((v - top) / tau)) values reference))
}

let squared weight = {
    Amount = fun p -> weight / 2.0 * Array.sumBy (fun x -> x * x) p
    Best =
        fun values ->
            let p = project (values |> Array.map (fun v -> v / weight))
            Seq.sum (Seq.map2 (*) p values) - weight / 2.0 * Array.sumBy (fun x -> x * x) p
}

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let solveUntil until (solver: ISolver) (spec: GameSpec) =
    GameSolver.Solve(spec, solver, SolveOptions(Until = until, Threads = 1))

let solve steps solver spec = solveUntil (Stop.AfterSteps(int64 (steps: int))) solver spec

/// Measured at every step.
let everyStep steps = [ for step in 1..steps -> Stop.AfterSteps(int64 step) ] |> List.reduce (&&&)

let lp () = ExactSolver.All |> Seq.find (fun s -> s.Info.Name = "lp")

/// Everything that is known of one game's solution, bit for bit.
let exactly (game: GameSolution) = [
    box game.Status.Outcome
    box game.Steps
    box [ for strategy in game.Strategies -> [ for p in strategy -> bitsOf p ] ]
    box [ for metric in game.Metrics -> metric.Key, bitsOf metric.Value ]
]

let treeOf (spec: GameSpec) =
    match spec.Tree with
    | null -> failtest $"{spec.Name} is not sequential"
    | form -> form

/// A solution's strategies by label.
let byLabel (spec: GameSpec) (strategies: ValueList<ValueList<float>>) =
    let found = Strategies()

    for treeplex, strategy in Seq.zip (treeOf spec).Tree.Players strategies do
        for set in treeplex.InformationSets do
            found[set.Label] <- Array.init set.Actions.Count (fun a -> strategy[set.First + a])

    found

/// Strategies by label as a solution has them.
let inTreeOrder (spec: GameSpec) (strategies: Strategies) =
    ValueList.ToValueList [
        for treeplex in (treeOf spec).Tree.Players do
            ValueList.ToValueList [
                for set in treeplex.InformationSets do
                    yield! strategies.Item set.Label
            ]
    ]

let agree tolerance (expected: Strategies) (actual: Strategies) message =
    Expect.equal actual.Count expected.Count $"{message}: information sets"

    for KeyValue(label, strategy) in expected do
        for a, p in Seq.indexed strategy do
            near tolerance p (actual.Item label).[a] $"{message}, '{label}', action {a}"

let distributions (spec: GameSpec) strategies message =
    for KeyValue(label, strategy) in byLabel spec strategies do
        Expect.all strategy (fun p -> p >= 0.0 && p <= 1.0 + 1e-12) $"{message}, '{label}': probabilities"
        near 1e-12 1.0 (Array.sum strategy) $"{message}, '{label}': sum"

/// Strategies drawn by number: some actions are never played.
let drawn histories seed =
    let stream = RandomStream(seed, "strategies")
    let strategies = Strategies()

    for k, (label, _, _, actions) in List.indexed histories.Sets do
        let weights = Array.init actions.Length (fun a -> max 0.0 (stream.Uniform(int64 k, int64 a) - 0.3))

        let sum = Array.sum weights

        strategies[label] <-
            if sum > 0.0 then
                weights |> Array.map (fun w -> w / sum)
            else
                Array.init actions.Length (fun a -> if a = 0 then 1.0 else 0.0)

    strategies

// ---- Games ---------------------------------------------------------------------------------------------------------

/// Two-player zero-sum games of the library, each family at least once, with parameters that keep them small.
let zeroSumNames = [
    "kuhn_poker"
    "leduc_poker(ranks=2)"
    "liars_dice(sides=3)"
    "goofspiel(cards=3)"
    "goofspiel(cards=3,order=random,information=win_loss,returns=difference)"
    "phantom_tic_tac_toe(rows=2,columns=2)"
    "phantom_tic_tac_toe(rows=1,columns=3,version=classical)"
    "inspection_dialogue"
    "debate(claims=1)"
    "audit"
]

let otherNames = [ "kuhn_poker(players=3)"; "signalling"; "signalling(strong=0.3)" ]

let library = lazy dict [ for name in zeroSumNames @ otherNames -> name, GameLibrary.Create name ]

let kuhn = lazy Game.FromRules(KuhnPoker())
let kuhnHistories = lazy histories (KuhnPoker())
let leduc = lazy Game.FromRules(LeducPoker())

/// Every iterative algorithm with its default settings, and the variants that are another one.
let variants = [
    for solver in Solver.All do
        match solver with
        | :? IIterativeSolver as iterative when not (sameAlgorithms.Contains iterative.Info.Name) ->
            iterative.Info.Name, iterative
        | _ -> ()
    "rm alternating", set "updates" "alternating" (iterative "rm")
    "rm+ simultaneous", simultaneous (iterative "rm+")
    "prm+ simultaneous", simultaneous (iterative "prm+")
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
    "mmd, moving magnet", iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "7"
]
