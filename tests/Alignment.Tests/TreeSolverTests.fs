/// Solvers on sequential games, held against definitions that are written anew here, over all histories of the rules.
module Alignment.Tests.TreeSolverTests

open System
open System.Collections.Generic
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.CommandLine
open Alignment.Cli
open Alignment.Tests.Fixtures

// ---- Histories -----------------------------------------------------------------------------------------------------

/// A player's choice at an information set, by its label.
type private Move = { Player: int; Set: string; Action: int }

/// A way to the end: what chance makes of it, who did what, and what it pays.
type private End = { Chance: float; Moves: Move list; Returns: float list }

/// A game's information sets as histories meet them, with the player's own move before; and all its ends.
type private Histories = {
    Sets: (string * int * Move option * string list) list
    Ends: End list
    Players: int
}

let private histories (rules: IRules<'state>) =
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
type private Strategies = Dictionary<string, float[]>

let private probability (strategies: Strategies) (moves: Move seq) =
    moves |> Seq.fold (fun p move -> p * strategies[move.Set][move.Action]) 1.0

let private uniformly histories =
    let strategies = Strategies()

    for label, _, _, actions in histories.Sets do
        strategies[label] <- Array.create actions.Length (1.0 / float actions.Length)

    strategies

let private value histories (strategies: Strategies) player =
    histories.Ends
    |> List.sumBy (fun e -> e.Chance * probability strategies e.Moves * e.Returns[player])

/// A penalty on the strategy of an information set: its amount, and the most that values less the penalty can come to.
type private Penalty = { Amount: float[] -> float; Best: float[] -> float }

/// The probability with which each information set's owner comes there by its own moves.
let private reaches histories (strategies: Strategies) =
    let reach = Dictionary<string, float>()

    for label, _, before, _ in histories.Sets do
        reach[label] <-
            match before with
            | None -> 1.0
            | Some move -> reach[move.Set] * (strategies.Item move.Set).[move.Action]

    reach

let private setsOf player histories = histories.Sets |> List.filter (fun (_, owner, _, _) -> owner = player)

/// What ends pay after a player's last move, times the probability that the others and chance lead there; and a walk up the player's
/// information sets, each of which tells from the worth of its actions what it is worth itself. Gives what the beginning is worth.
let private walkUp histories (strategies: Strategies) player (worthOf: string -> float[] -> float) =
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
let private gains histories (strategies: Strategies) (penalty: int -> string -> Penalty) =
    let reach = reaches histories strategies

    [
        for player in 0 .. histories.Players - 1 do
            let best = walkUp histories strategies player (fun label -> (penalty player label).Best)

            let paid =
                setsOf player histories
                |> List.sumBy (fun (label, _, _, _) -> reach[label] * (penalty player label).Amount strategies[label])

            best - (value histories strategies player - paid)
    ]

let private free = { Amount = (fun _ -> 0.0); Best = Array.max }

let private xLogX x = if x > 0.0 then x * log x else 0.0

/// tau KL(p || reference); with a reference of ones it is tau times the negative entropy.
let private divergence tau (reference: float[]) = {
    Amount = fun p -> tau * Seq.sum (Seq.map2 (fun p r -> xLogX p - p * log r) p reference)
    Best =
        fun values ->
            let top = Array.max values
            top + tau * log (Seq.sum (Seq.map2 (fun v r -> r * exp ((v - top) / tau)) values reference))
}

/// By bisection on the threshold: another algorithm than the sort that a kernel would use.
let private project (point: float[]) =
    let mutable low, high = Array.min point - 1.0, Array.max point

    for _ in 1..200 do
        let middle = (low + high) / 2.0

        if point |> Array.sumBy (fun v -> max 0.0 (v - middle)) > 1.0 then
            low <- middle
        else
            high <- middle

    point |> Array.map (fun v -> max 0.0 (v - high))

let private squared weight = {
    Amount = fun p -> weight / 2.0 * Array.sumBy (fun x -> x * x) p
    Best =
        fun values ->
            let p = project (values |> Array.map (fun v -> v / weight))
            Seq.sum (Seq.map2 (*) p values) - weight / 2.0 * Array.sumBy (fun x -> x * x) p
}

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private near tolerance (expected: float) (actual: float) message =
    if not (abs (actual - expected) <= tolerance) then
        failtest $"{message}: expected {expected:R} to {tolerance}, got {actual:R}"

let private set name (value: string) (solver: IIterativeSolver) =
    let setting = solver.Settings |> Seq.find (fun s -> s.Name = name)
    setting.With value :?> IIterativeSolver

let private has name (solver: IIterativeSolver) = solver.Settings |> Seq.exists (fun s -> s.Name = name)

let private simultaneous solver = if has "updates" solver then set "updates" "simultaneous" solver else solver

let private solveUntil until (solver: ISolver) (spec: GameSpec) =
    GameSolver.Solve(spec, solver, SolveOptions(Until = until, Threads = 1))

let private solve steps solver spec = solveUntil (Stop.AfterSteps(int64 (steps: int))) solver spec

/// Measured at every step.
let private everyStep steps = [ for step in 1..steps -> Stop.AfterSteps(int64 step) ] |> List.reduce (&&&)

let private lp () = ExactSolver.All |> Seq.find (fun s -> s.Info.Name = "lp")

let private refusal action =
    try
        action () |> ignore
        failtest "taken, where a refusal was expected"
    with :? SpecException as e ->
        e.Message

let private bitsOf (value: float) = BitConverter.DoubleToInt64Bits value

/// Everything that is known of one game's solution, bit for bit.
let private exactly (game: GameSolution) = [
    box game.Status.Outcome
    box game.Steps
    box [ for strategy in game.Strategies -> [ for p in strategy -> bitsOf p ] ]
    box [ for metric in game.Metrics -> metric.Key, bitsOf metric.Value ]
]

let private treeOf (spec: GameSpec) =
    match spec.Tree with
    | null -> failtest $"{spec.Name} is not sequential"
    | form -> form

/// A solution's strategies by label.
let private byLabel (spec: GameSpec) (strategies: ValueList<ValueList<float>>) =
    let found = Strategies()

    for treeplex, strategy in Seq.zip (treeOf spec).Tree.Players strategies do
        for set in treeplex.InformationSets do
            found[set.Label] <- Array.init set.Actions.Count (fun a -> strategy[set.First + a])

    found

/// Strategies by label as a solution has them.
let private inTreeOrder (spec: GameSpec) (strategies: Strategies) =
    ValueList.ToValueList [
        for treeplex in (treeOf spec).Tree.Players do
            ValueList.ToValueList [
                for set in treeplex.InformationSets do
                    yield! strategies.Item set.Label
            ]
    ]

let private agree tolerance (expected: Strategies) (actual: Strategies) message =
    Expect.equal actual.Count expected.Count $"{message}: information sets"

    for KeyValue(label, strategy) in expected do
        for a, p in Seq.indexed strategy do
            near tolerance p (actual.Item label).[a] $"{message}, '{label}', action {a}"

let private distributions (spec: GameSpec) strategies message =
    for KeyValue(label, strategy) in byLabel spec strategies do
        Expect.all strategy (fun p -> p >= 0.0 && p <= 1.0 + 1e-12) $"{message}, '{label}': probabilities"
        near 1e-12 1.0 (Array.sum strategy) $"{message}, '{label}': sum"

/// Strategies drawn by number: some actions are never played.
let private drawn histories seed =
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
let private zeroSumNames = [
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

let private otherNames = [ "kuhn_poker(players=3)"; "signalling"; "signalling(strong=0.3)" ]

let private library =
    lazy dict [ for name in zeroSumNames @ otherNames -> name, GameLibrary.Create name ]

let private kuhn = lazy Game.FromRules(KuhnPoker())
let private kuhnHistories = lazy histories (KuhnPoker())
let private leduc = lazy Game.FromRules(LeducPoker())

/// Every iterative solver with its default settings, and the variants that are another algorithm.
let private variants = [
    for solver in Solver.All do
        match solver with
        | :? IIterativeSolver as iterative -> iterative.Info.Name, iterative
        | _ -> ()
    "rm alternating", set "updates" "alternating" (iterative "rm")
    "rm+ simultaneous", simultaneous (iterative "rm+")
    "prm+ simultaneous", simultaneous (iterative "prm+")
    "euclidean extragradient", set "geometry" "euclidean" (iterative "extragradient")
    "mmd, moving magnet", iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "7"
]

// ---- 1. Known values -----------------------------------------------------------------------------------------------

/// The equilibrium value lies between what each player is sure of: no further than NashConv from that of any profile.
let private bounded (solution: Solution) value message =
    let certificate = solution.Certificate.NashConv
    near (certificate + 1e-9) value (solution.Value solution.Players[0]) message

let private knownValues =
    testList "known values" [
        for name, steps, gap in
            [
                "pcfr+", 500, 1e-5
                "cfr+", 2000, 1e-4
                "dcfr", 2000, 3e-4
                "lcfr", 2000, 1e-3
                "cfr", 2000, 2e-2
            ] do
            testCase $"kuhn by {name}" (fun () ->
                let solution = solve steps (Solver.Find name) kuhn.Value
                Expect.isLessThan solution.Certificate.NashConv gap "NashConv"
                bounded solution (-1.0 / 18.0) "value")

        for name, steps, gap in [ "pcfr+", 1000, 3e-3; "cfr+", 500, 5e-3; "dcfr", 500, 5e-3; "lcfr", 500, 2e-2 ] do
            testCase $"leduc by {name}" (fun () ->
                let solution = solve steps (Solver.Find name) leduc.Value
                Expect.isLessThan solution.Certificate.NashConv gap "NashConv"
                bounded solution -0.0856064 "value")

        testCase "kuhn and leduc by lp" (fun () ->
            for spec, value, digits in [ kuhn.Value, -1.0 / 18.0, 1e-12; leduc.Value, -0.0856064, 5e-8 ] do
                let solution = solve 1 (lp ()) spec
                Expect.isLessThan solution.Certificate.NashConv 1e-9 "NashConv"
                near digits value (solution.Value solution.Players[0]) spec.Name
                near 1e-12 (-solution.Value solution.Players[1]) (solution.Value solution.Players[0]) "zero-sum")

        testCase "the list of games has every sequential family" (fun () ->
            let listed = zeroSumNames @ otherNames |> List.map (fun name -> name.Split('(')[0]) |> Set.ofList

            for family in GameLibrary.All do
                if not (listed.Contains family.Name) then
                    Expect.isNull (GameLibrary.Create family.Name).Tree family.Name)

        for name in zeroSumNames do
            testCase $"{name}: every solver's value is that of the LP, to its NashConv" (fun () ->
                let spec = library.Value[name]
                let exact = solve 1 (lp ()) spec
                Expect.isLessThan exact.Certificate.NashConv 1e-9 "LP"
                let value = exact.Value spec.Players[0]
                let call = GameLibrary.Parse name
                let known = call.Family.KnownValue call.Arguments

                if known.HasValue then
                    near 1e-9 known.Value value "the library's value"

                // the NashConv of mmd with a fixed magnet is that of its regularized equilibrium
                for solver: IIterativeSolver, steps, gap in
                    [
                        iterative "cfr+", 500, 2e-2
                        iterative "mmd" |> set "magnet" "moving" |> set "magnetEvery" "200", 1000, infinity
                        iterative "mmd" |> set "temperature" "0.01" |> set "stepSize" "0.01", 1000, infinity
                    ] do
                    let solution = solve steps solver spec
                    let nashConv = solution.Certificate.NashConv
                    Expect.isLessThan nashConv gap $"{solver.Info.Name}: NashConv"
                    bounded solution value $"{solver.Info.Name}: value")
    ]

// ---- 2. Conformance ------------------------------------------------------------------------------------------------

let private conformance =
    testList "every iterative solver on every sequential game" [
        for name in zeroSumNames @ otherNames do
            for solverName, solver in variants do
                testCase $"{solverName} on {name}" (fun () ->
                    let spec = library.Value[name]

                    let run threads (chunk: int) =
                        let until = Stop.AfterSteps 60L
                        GameSolver.Solve(spec, solver, SolveOptions(Until = until, Threads = threads, Chunk = chunk))

                    let solution = run 1 1000
                    let game = solution.Games[0]
                    Expect.equal solution.Steps 60L "steps"

                    for KeyValue(key, value) in game.Metrics do
                        Expect.isTrue (Double.IsFinite value) $"{key} is {value}"

                        if key.Contains "nash_conv" || key.Contains "gap" then
                            Expect.isGreaterThanOrEqual value 0.0 key

                    distributions spec game.Strategies solverName

                    for threads, chunk in [ 2, 7; 1, 1 ] do
                        Expect.equal
                            (exactly (run threads chunk).Games[0])
                            (exactly game)
                            $"{threads} threads, {chunk}")

        testCase "lp refuses more than two players, and games that are not zero-sum" (fun () ->
            Expect.equal
                (refusal (fun () -> solve 1 (lp ()) library.Value["kuhn_poker(players=3)"]))
                "solver 'lp': takes games of two players, got 3; use cfr or hedge"
                "three players"

            Expect.equal
                (refusal (fun () -> solve 1 (lp ()) library.Value["signalling"]))
                "solver 'lp': takes zero-sum and constant-sum games only, and at the outcome where sender does 'beer' in 'sender strong' and receiver does 'leave' in 'receiver beer': payoffs sum to 4, not 1; use cfr or hedge"
                "general sum")

        testCase "what does not take sequential games says so" (fun () ->
            for name in [ "ce"; "cce"; "support_enumeration" ] do
                let solver = ExactSolver.All |> Seq.find (fun s -> s.Info.Name = name)

                Expect.stringStarts
                    (refusal (fun () -> solve 1 solver kuhn.Value))
                    $"solver '{name}': does not take sequential games; use cfr+, mmd or lp"
                    name)
    ]

// ---- 3. Regularized games ------------------------------------------------------------------------------------------

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

// ---- 4. Matrix games as trees --------------------------------------------------------------------------------------

/// A game of any number of players, last player's action fastest: as a matrix game and as a tree.
let private both name (actions: string list list) (payoffs: float list list) =
    let players = actions |> List.mapi (fun k labels -> Player.Of($"p{k}", Array.ofList labels))
    let axes = players |> List.map (fun p -> p.Actions)

    let matrix =
        (Game.Named name, List.zip players payoffs)
        ||> List.fold (fun spec (p, u) -> spec.Player(p).Payoff(p, Expr.Table(axes, Array.ofList u)))

    let lists (items: 'a list list) = items |> List.map ValueList.ToValueList |> ValueList.ToValueList
    let names = players |> List.map (fun p -> p.Name) |> ValueList.ToValueList
    matrix, Game.FromRules(MatrixTree(name, names, lists actions, lists payoffs))

let private labels count = [ for k in 1..count -> $"a{k}" ]

let private matrixGames =
    let random = draws "tree solvers" 1 4 5 |> List.ofArray
    let three = draws "tree solvers of three" 3 2 12 |> List.ofArray |> List.chunkBySize 24
    let rps = [ 0.0; -1.0; 1.0; 1.0; 0.0; -1.0; -1.0; 1.0; 0.0 ]

    [
        both "rock, paper, scissors" [ labels 3; labels 3 ] [ rps; List.map (~-) rps ]
        both "4 x 5" [ labels 4; labels 5 ] [ random; List.map (~-) random ]
        both "2 x 3 x 4" [ labels 2; labels 3; labels 4 ] three
    ]

let private gapKeys = [ "game/nash_conv/last"; "game/nash_conv/average"; "game/regularized_gap/last" ]

let private asTrees =
    testList "a matrix game and its tree have the same run" [
        for matrix, tree in matrixGames do
            for name, solver in variants do
                testCase $"{name} on {matrix.Name}" (fun () ->
                    let expected, actual =
                        solveUntil (everyStep 20) solver matrix, solveUntil (everyStep 20) solver tree

                    Expect.equal expected.Trace.Count 21 "step 0 and 20 more"
                    Expect.equal actual.Trace.Count 21 "step 0 and 20 more"

                    for before, after in Seq.zip expected.Trace actual.Trace do
                        for key in gapKeys |> List.filter before.Metrics.ContainsKey do
                            let gap = before.Metrics[key]
                            near (1e-12 * max 1.0 gap) gap after.Metrics[key] $"{key}, step {before.Step}"

                    for p, (x, y) in Seq.indexed (Seq.zip expected.Games[0].Strategies actual.Games[0].Strategies) do
                        Expect.equal y.Count x.Count "actions"

                        for a in 0 .. x.Count - 1 do
                            near 1e-12 x[a] y[a] $"player {p}, action {a}")
    ]

// ---- 5. Averages ---------------------------------------------------------------------------------------------------

/// Adds a profile to a weighted sum: each information set as often as its owner comes there.
let private addTo (sums: Strategies) weight histories (profile: Strategies) =
    for KeyValue(label, reach) in reaches histories profile do
        sums[label] <- Array.map2 (fun sum p -> sum + weight * reach * p) sums[label] profile[label]

let private normalized (weights: float[]) =
    let sum = Array.sum weights

    if sum > 0.0 then
        weights |> Array.map (fun w -> w / sum)
    else
        Array.create weights.Length (1.0 / float weights.Length)

let private zeros histories =
    let sums = Strategies()

    for label, _, _, actions in histories.Sets do
        sums[label] <- Array.zeroCreate actions.Length

    sums

let private mapped (change: float[] -> float[]) (strategies: Strategies) =
    let result = Strategies()

    for KeyValue(label, strategy) in strategies do
        result[label] <- change strategy

    result

/// Counterfactual regret minimization by its definition, over all histories.
let private cfr histories clips alternates (weight: int -> float) steps =
    let regrets, sums = zeros histories, zeros histories
    let strategyOf = Array.map (max 0.0) >> normalized
    let profile = uniformly histories

    /// The value of coming to a set and doing an action, times the probability that others and chance lead there.
    let counterfactual label player action =
        histories.Ends
        |> List.sumBy (fun e ->
            match e.Moves |> List.tryFindIndex (fun m -> m.Set = label) with
            | Some at when e.Moves[at].Action = action ->
                let others = e.Moves |> List.filter (fun m -> m.Player <> player)
                let later = e.Moves |> List.skip (at + 1) |> List.filter (fun m -> m.Player = player)
                e.Chance * probability profile others * probability profile later * e.Returns[player]
            | _ -> 0.0)

    for step in 1..steps do
        let mutable next = []

        for player in 0 .. histories.Players - 1 do
            // averaged is what the last player responds to
            if player = histories.Players - 1 then
                addTo sums (weight step) histories profile

            let changed = [
                for label, _, _, actions in setsOf player histories do
                    let values = Array.init actions.Length (counterfactual label player)
                    let mean = Seq.sum (Seq.map2 (*) values profile[label])

                    regrets[label] <-
                        Array.map2
                            (fun r v -> if clips then max 0.0 (r + v - mean) else r + v - mean)
                            regrets[label]
                            values

                    label, strategyOf regrets[label]
            ]

            if alternates then
                for label, strategy in changed do
                    profile[label] <- strategy
            else
                next <- next @ changed

        for label, strategy in next do
            profile[label] <- strategy

    mapped normalized sums

/// Mirror descent with a look ahead on treeplexes: behind each action a player goes on as the step itself tells it. `move` gives an
/// information set's next strategy from the present one and the worth of its actions, and what that is worth, less its distance.
let private lookingAhead histories move looksTwice steps =
    let sums = zeros histories
    let mutable point = uniformly histories
    let mutable seen: Strategies option = None

    /// All players led from the point by what they would get against a profile.
    let led (against: Strategies option) =
        let result = Strategies()

        for player in 0 .. histories.Players - 1 do
            match against with
            | None ->
                for label, _, _, _ in setsOf player histories do
                    result[label] <- point[label]
            | Some profile ->
                walkUp histories profile player (fun label values ->
                    let next, worth = move point[label] values
                    result[label] <- next
                    worth)
                |> ignore

        result

    let looked () = led (if looksTwice then Some point else seen)

    for _ in 1..steps do
        let played = looked ()
        addTo sums 1.0 histories played
        seen <- Some played
        point <- led seen

    looked (), mapped normalized sums

/// Steps of size eta in the two geometries.
let private entropic eta (p: float[]) (values: float[]) =
    let weights = Array.map2 (fun p v -> p * exp (eta * v)) p values
    normalized weights, log (Array.sum weights) / eta

let private euclidean eta (p: float[]) (values: float[]) =
    let next = project (Array.map2 (fun p v -> p + eta * v) p values)
    let distance = Seq.sum (Seq.map2 (fun a b -> (a - b) * (a - b)) next p)
    next, Seq.sum (Seq.map2 (*) next values) - distance / (2.0 * eta)

let private uniformLike (spec: GameSpec) =
    let strategies = Strategies()

    for treeplex in (treeOf spec).Tree.Players do
        for set in treeplex.InformationSets do
            strategies[set.Label] <- Array.create set.Actions.Count (1.0 / float set.Actions.Count)

    strategies

/// The last or the average iterate, whichever the solver reports.
let private iterateAfter (iterate: string) steps (solver: IIterativeSolver) (spec: GameSpec) =
    let completed = solver.Complete spec
    let program = SolverProgram.Compile(completed, solver, completed.Batch, false)
    use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())
    executable.Initialize()
    executable.Run(1L, steps)
    executable.Read()

    let strategies =
        ValueList.ToValueList [
            for player, axes in Seq.zip spec.Players (treeOf spec).Treeplexes do
                let along = Array.zeroCreate<float> player.Actions.Size
                executable.GetOutput($"{iterate}/{player.Name}", along)
                axes.InTreeOrder(ReadOnlySpan along)
        ]

    byLabel spec strategies

let private averageAfter steps solver spec = iterateAfter "average" steps solver spec

let private descends name (rules: IRules<'state>) =
    let spec, histories = lazy Game.FromRules rules, lazy histories rules

    [
        for solver, move, looksTwice in
            [
                "omwu", (fun (_: float) -> entropic 0.25), false
                "ogda", (fun most -> euclidean (0.25 / most)), false
                "extragradient", (fun _ -> entropic 0.5), true
                "extragradient(geometry=euclidean)", (fun most -> euclidean (0.5 / most)), true
            ] do
            testCase $"{solver} by its definition: {name}" (fun () ->
                let spec, histories = spec.Value, histories.Value
                let most = histories.Sets |> List.map (fun (_, _, _, actions) -> float actions.Length) |> List.max

                for steps in [ 1; 2; 15 ] do
                    let last, average = lookingAhead histories (move most) looksTwice steps
                    let algorithm = Solver.Find solver :?> IIterativeSolver
                    agree 1e-9 average (iterateAfter "average" steps algorithm spec) $"average, {steps} steps"
                    agree 1e-9 last (iterateAfter "last" steps algorithm spec) $"last, {steps} steps")
    ]

let private byDefinition name (rules: IRules<'state>) =
    testCase $"cfr and cfr+ by their definition: {name}" (fun () ->
        let spec, histories = Game.FromRules rules, histories rules

        for solver, clips, alternates, weight in
            [
                "cfr", false, false, (fun _ -> 1.0)
                "cfr(averaging=linear,updates=alternating)", false, true, float
                "cfr+", true, true, float
                "cfr+(averaging=quadratic,updates=simultaneous)", true, false, (fun t -> float t * float t)
            ] do
            for steps in [ 1; 3 ] do
                let found = (solve steps (Solver.Find solver) spec).Games[0].Strategies
                let expected = cfr histories clips alternates weight steps
                agree 1e-12 expected (byLabel spec found) $"{solver}, {steps} steps")

let private averages =
    testList "averages" [
        testCase "after one step the average is what was played: uniform" (fun () ->
            for name in zeroSumNames @ otherNames do
                let spec = library.Value[name]
                let expected = uniformLike spec

                for solverName, solver in variants do
                    // a look ahead and a best response are not uniform, and what does not average has the last one
                    if not (solverName.Contains "extragradient" || solverName = "fp" || solverName = "logit") then
                        agree 1e-15 expected (averageAfter 1 (simultaneous solver) spec) $"{solverName}, {name}")

        testCase "cfr+ in turns: the second player is still uniform, the first is not" (fun () ->
            let average = averageAfter 1 (iterative "cfr+") kuhn.Value

            for KeyValue(label, strategy) in average do
                if label.StartsWith "player2" then
                    near 1e-15 0.5 (Array.head strategy) label

            near 1e-15 1.0 (average.Item "player1 J -").[1] "the jack bluffs at once")

        byDefinition "kuhn" (KuhnPoker())
        byDefinition "kuhn for three" (KuhnPoker 3)
        byDefinition "inspection dialogue" (InspectionDialogue())
        byDefinition "audit" (Audit())

        yield! descends "kuhn" (KuhnPoker())
        yield! descends "kuhn for three" (KuhnPoker 3)
        yield! descends "signalling" (Signalling())
        yield! descends "inspection dialogue" (InspectionDialogue())
        yield! descends "goofspiel" (Goofspiel(3, returns = "difference"))

        testCase "players who are alike keep the value 0" (fun () ->
            for name in
                [ "goofspiel(cards=3)"; "goofspiel(cards=3,order=random,information=win_loss,returns=difference)" ] do
                let spec = library.Value[name]

                for solverName, solver in variants do
                    if not (has "updates" solver) || solverName.Contains "simultaneous" || solverName = "rm" then
                        let solution = solveUntil (everyStep 50) solver spec
                        Expect.equal solution.Trace.Count 51 "step 0 and 50 more"

                        for point in solution.Trace do
                            for player in spec.Players do
                                near
                                    1e-12
                                    0.0
                                    point.Metrics[$"game/value/{player.Name}"]
                                    $"{solverName} on {name}, step {point.Step}, {player.Name}")
    ]

// ---- 6. Three players ----------------------------------------------------------------------------------------------

let private threePlayers =
    testList "kuhn for three" [
        for name, bound in [ "cfr", 1.2e-2; "cfr+", 1e-5 ] do
            testCase $"{name}: near an equilibrium" (fun () ->
                let spec = library.Value["kuhn_poker(players=3)"]
                let solution = solve 3000 (Solver.Find name) spec
                Expect.isLessThan solution.Certificate.NashConv bound "NashConv"
                near 1e-12 0.0 (spec.Players |> Seq.sumBy solution.Value) "the values sum to 0")
    ]

// ---- 7. Profiles ---------------------------------------------------------------------------------------------------

/// A command line in this process: exit code, stdout, stderr.
let private align args =
    use out = new StringWriter()
    use error = new StringWriter()
    let code = Program.run (Array.ofList args) out error
    code, string out, string error

let private printed args =
    match align args with
    | 0, out, _ -> out
    | code, _, error -> failtest $"align %A{args} ended with %d{code}: %s{error}"

let private inFolder action =
    let folder = Directory.CreateTempSubdirectory "align-tree-"

    try
        action folder.FullName
    finally
        folder.Delete(recursive = true)

let private json (text: string) = (JsonDocument.Parse text).RootElement

/// Exit code 2, nothing on stdout, one line on stderr: this one.
let private refused args (message: string) =
    let code, out, error = align args
    Expect.equal (error.TrimEnd()) ("align: " + message) "the message"
    Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
    Expect.equal code ExitCode.WrongInput "the exit code"
    Expect.equal out "" "nothing on stdout"

let private saved folder (name: string) args =
    let file = Path.Combine(folder, name)
    File.WriteAllText(file, printed ([ "solve" ] @ args @ [ "--json" ]))
    file

let private number (element: JsonElement) (name: string) = (element.GetProperty name).GetDouble()

/// The uniform profile of kuhn as text, with one information set's entry changed; null takes it away.
let private kuhnProfile (changes: (string * string) list) =
    let entry (set: InformationSet) =
        match changes |> List.tryFind (fun (label, _) -> label = set.Label) with
        | Some(_, text) -> text
        | None -> "{\"pass\":0.5,\"bet\":0.5}"

    let player (treeplex: Treeplex) =
        treeplex.InformationSets
        |> Seq.map (fun set -> set, entry set)
        |> Seq.filter (fun (_, text) -> text <> "")
        |> Seq.map (fun (set, text) -> $"\"{set.Label}\":{text}")
        |> String.concat ","
        |> sprintf "\"%s\":{%s}" treeplex.Player

    (treeOf kuhn.Value).Tree.Players
    |> Seq.filter (fun t -> changes |> List.contains (t.Player, "") |> not)
    |> Seq.map player
    |> String.concat ","
    |> sprintf "{%s}"

let private profiles =
    testList "profiles" [
        for game, solver in
            [
                "kuhn_poker", "cfr+"
                "kuhn_poker", "lp"
                "leduc_poker(ranks=2)", "mmd"
                "kuhn_poker(players=3)", "cfr"
                "signalling", "xfp"
                "goofspiel(cards=3,order=random,information=win_loss,returns=difference)", "pcfr+"
            ] do
            testCase $"{game} by {solver}: what was solved is what is evaluated" (fun () ->
                inFolder (fun folder ->
                    let file = saved folder "a.json" [ game; "--solver"; solver; "--steps"; "40" ]
                    let solved = json (File.ReadAllText file)
                    let bare = Path.Combine(folder, "bare.json")
                    File.WriteAllText(bare, (solved.GetProperty "profile").GetRawText())

                    let evaluated =
                        json (printed [ "evaluate"; game; "--profile"; file; "--profile"; bare; "--json" ])

                    for profile in (evaluated.GetProperty "profiles").EnumerateArray() do
                        let certificate = solved.GetProperty "certificate"

                        for key in [ "nash_conv"; "exploitability" ] do
                            near 1e-12 (number certificate key) (number profile key) key

                        for value in (solved.GetProperty "values").EnumerateObject() do
                            near
                                1e-12
                                (value.Value.GetDouble())
                                (number (profile.GetProperty "values") value.Name)
                                value.Name))

        testCase "head to head is antisymmetric in zero-sum games, and right" (fun () ->
            inFolder (fun folder ->
                for game in [ "kuhn_poker"; "leduc_poker(ranks=2)" ] do
                    let a = saved folder "a.json" [ game; "--solver"; "cfr"; "--steps"; "3" ]
                    let b = saved folder "b.json" [ game; "--solver"; "xfp"; "--steps"; "5" ]
                    let c = saved folder "c.json" [ game; "--solver"; "mmd"; "--steps"; "2" ]
                    let files = [ a; b; c ]

                    let result =
                        json (
                            printed (
                                [ "evaluate"; game; "--json" ]
                                @ (files |> List.collect (fun file -> [ "--profile"; file ]))
                            )
                        )

                    let meetings =
                        dict [
                            for meeting in (result.GetProperty "head_to_head").EnumerateArray() do
                                let text (name: string) = string ((meeting.GetProperty name).GetString())
                                (text "player", text "plays", text "others_play"), number meeting "value"
                        ]

                    Expect.equal meetings.Count 12 "2 players, 6 ordered pairs"

                    for own in files do
                        for other in files do
                            if own <> other then
                                near
                                    1e-12
                                    (-meetings["player2", other, own])
                                    meetings["player1", own, other]
                                    "what one gains the other loses"

                    let spec = library.Value[game]

                    let strategies file = byLabel spec (ValueList.ToValueList(ProfileText.read spec file))

                    let mixed = strategies b

                    for KeyValue(label, strategy) in strategies a do
                        if label.StartsWith "player1" then
                            mixed[label] <- strategy

                    let byHand =
                        if game = "kuhn_poker" then
                            value kuhnHistories.Value mixed 0
                        else
                            value (histories (LeducPoker 2)) mixed 0

                    near 1e-12 byHand meetings["player1", a, b] "by all histories"))

        for name, content, message in
            [
                "no JSON", "{\"player1\":", "{file}: this is no JSON: "
                "empty", "", "{file}: this is no JSON: "
                "no object", "[1,2]", "{file}: expected an object, got Array."
                "no profile", "{\"profile\":3}", "{file}: the profile: expected an object, got Number."
                "no such player",
                kuhnProfile [ "player2", "" ],
                "{file}: the profile lacks the player 'player2'. Did you mean 'player1'?"
                "no such information set",
                kuhnProfile [ "player2 Q b", "" ],
                "{file}: 'player2' lacks the information set 'player2 Q b'. Did you mean 'player2 Q p'?"
                "no such action",
                kuhnProfile [ "player2 Q b", "{\"pass\":1}" ],
                "{file}: 'player2 Q b' of 'player2' lacks the action 'bet'."
                "an action too many",
                kuhnProfile [ "player2 Q b", "{\"pass\":0.5,\"bet\":0.5,\"bett\":0}" ],
                "{file}: 'player2 Q b' of 'player2' has no action 'bett' in this game. Did you mean 'bet'?"
                "a sum of 0.9",
                kuhnProfile [ "player1 J -", "{\"pass\":0.5,\"bet\":0.4}" ],
                "{file}: the probabilities of 'player1 J -' of 'player1' sum to 0.9, expected 1."
                "negative",
                kuhnProfile [ "player1 J -", "{\"pass\":1.5,\"bet\":-0.5}" ],
                "{file}: 'player1 J -' of 'player1': expected a probability for 'bet', got -0.5."
                "not a number",
                kuhnProfile [ "player1 J -", "{\"pass\":1,\"bet\":null}" ],
                "{file}: 'player1 J -' of 'player1': expected a probability for 'bet', got null."
                "too large a number", kuhnProfile [ "player1 J -", "{\"pass\":1e999,\"bet\":0}" ], "{file}: "
                "not an object",
                kuhnProfile [ "player1 J -", "[0.5,0.5]" ],
                "{file}: 'player1 J -' of 'player1': expected an object, got Array."
            ] do
            testCase $"malformed: {name}" (fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "p.json")
                    File.WriteAllText(file, content)

                    for more in [ []; [ "--json" ] ] do
                        let code, out, error = align ([ "evaluate"; "kuhn_poker"; "--profile"; file ] @ more)
                        Expect.stringStarts error ("align: " + message.Replace("{file}", file)) "the message"
                        Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                        Expect.equal code ExitCode.WrongInput "the exit code"
                        Expect.equal out "" "nothing on stdout"))

        testCase "a profile of another game" (fun () ->
            inFolder (fun folder ->
                let file = saved folder "a.json" [ "leduc_poker(ranks=2)"; "--solver"; "cfr"; "--steps"; "1" ]
                let code, out, error = align [ "evaluate"; "kuhn_poker"; "--profile"; file ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

                Expect.stringStarts
                    error
                    $"align: {file}: 'player1' lacks the information set 'player1 J -'."
                    "message"))
    ]

// ---- 8. Bad input --------------------------------------------------------------------------------------------------

let private forgetful =
    String.concat "\n" [
        "EFG 2 R \"forgets\" { \"A\" \"B\" }"
        "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0"
        "p \"\" 1 2 \"t\" { \"c\" \"d\" } 0"
        "t \"\" 1 \"o\" { 1 -1 }"
        "t \"\" 2 \"p\" { 0 0 }"
        "p \"\" 1 2 \"t\" { \"c\" \"d\" } 0"
        "t \"\" 2"
        "t \"\" 1"
    ]

let private wrongInput =
    testList "bad input" [
        for what, part in
            [
                "fault",
                "after b: imperfect recall: information state 'A t' is met here after 'A' did 'b' in 'A s', and after a when it did 'a' in 'A s'"
                "file", "{file}"
            ] do
            testCase $"an .efg file with imperfect recall: the {what} is named" (fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "forgets.efg")
                    File.WriteAllText(file, forgetful)

                    for args in
                        [
                            [ "solve"; file; "--solver"; "cfr+" ]
                            [ "check"; file ]
                            [ "evaluate"; file; "--profile"; file ]
                        ] do
                        let code, out, error = align args
                        Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                        Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                        Expect.stringContains error (part.Replace("{file}", file)) "the message"))

        for game, message in
            [
                "liars_dice(sides=9)",
                "The game 'liars_dice(dice=1,sides=9)' would have about 21,233,664 ends; expected at most 2,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                "liars_dice(dice=4,sides=9)",
                "The game 'liars_dice(dice=4,sides=9)' would have about 1,157,097,847,465,134,818,485,862,400 ends; expected at most 2,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                "goofspiel(cards=9)",
                "The game 'goofspiel(cards=9,order=descending,information=full,returns=win_loss)' would have about 131,681,894,400 ends; expected at most 2,000,000: ask for a smaller one, or learn it from its rules by MonteCarlo.Solve."
                "liars_dice(sides=10)",
                "Parameter 'sides' of the game 'liars_dice': expected a whole number from 1 to 9, got '10'."
                "liars_dice(sides=3.5)",
                "Parameter 'sides' of the game 'liars_dice': expected a whole number from 1 to 9, got '3.5'."
                "liars_dice(side=3)", "The game 'liars_dice' has no parameter 'side'. Did you mean 'sides'?"
                "kuhn_poker(player=3)", "The game 'kuhn_poker' has no parameter 'player'. Did you mean 'players'?"
                "kuhn_poker(players=1)",
                "Parameter 'players' of the game 'kuhn_poker': expected a whole number from 2 to 4, got '1'."
                "goofspiel(order=up)",
                "Parameter 'order' of the game 'goofspiel': expected one of descending, ascending, random, got 'up'."
                "audit(tasks=1,budget=2)",
                "The game 'audit(tasks=1,budget=2,scheming=0.5,penalty=1,cost=0.1)' has 1 tasks: expected a budget of at most as many inspections."
                "leduc_pocker", "There is no game 'leduc_pocker'. Did you mean 'leduc_poker'?"
            ] do
            testCase game (fun () ->
                let others =
                    if message.Contains "would have about" then
                        " The solver 'cfr+' needs the whole tree; by the rules alone there are double_oracle, psro, mccfr."
                    else
                        ""

                refused [ "solve"; game; "--solver"; "cfr+" ] (message + others)
                refused [ "check"; game ] message)

        testCase "players who never act, and choices of one, are no bad input" (fun () ->
            let head = "EFG 2 R \"idle\" { \"A\" \"B\" }\n"

            for body, value in
                [
                    "p \"\" 1 1 \"s\" { \"a\" \"b\" } 0\nt \"\" 1 \"o\" { 1 -1 }\nt \"\" 2 \"p\" { 0 0 }\n", 1.0
                    "c \"\" 1 \"s\" { \"a\" 1/2 \"b\" 1/2 } 0\nt \"\" 1 \"o\" { 1 -1 }\nt \"\" 2 \"p\" { 0 0 }\n", 0.5
                    "p \"\" 1 1 \"s\" { \"a\" } 0\np \"\" 2 1 \"t\" { \"x\" } 0\nt \"\" 1 \"o\" { 1 -1 }\n", 1.0
                    "t \"\" 1 \"o\" { 1 -1 }\n", 1.0
                ] do
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "idle.efg")
                    File.WriteAllText(file, head + body)

                    for solver in [ "cfr+"; "lp"; "xfp"; "omwu" ] do
                        let solved = json (printed [ "solve"; file; "--solver"; solver; "--steps"; "200"; "--json" ])
                        let gap = number (solved.GetProperty "certificate") "nash_conv"
                        Expect.isLessThan gap 0.1 $"{solver}: NashConv"
                        near (gap + 1e-9) value (number (solved.GetProperty "values") "A") $"{solver}: value"))

        testCase "solvers by their names on trees" (fun () ->
            refused [ "solve"; "kuhn_poker"; "--solver"; "pcfr" ] "There is no solver 'pcfr'. Did you mean 'pcfr+'?"

            refused
                [ "solve"; "kuhn_poker"; "--solver"; "cfr+"; "--set"; "updates=both" ]
                "--set: Setting 'updates': 'both' is not one of simultaneous, alternating.")

        testCase "evaluate: not a number, not a parameter, a game too many" (fun () ->
            inFolder (fun folder ->
                let file = saved folder "a.json" [ "kuhn_poker"; "--solver"; "cfr"; "--steps"; "1" ]
                let evaluate more = [ "evaluate"; "kuhn_poker"; "--profile"; file ] @ more
                refused (evaluate [ "--set"; "ante=two" ]) "--set ante: expected a number, got 'two'."
                let code, out, error = align (evaluate [ "--set"; "ante=2" ])
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringStarts error "align: --set: The game 'kuhn_poker' has no parameter 'ante'." "message"
                let code, out, error = align (evaluate [ "leduc_poker" ])
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringContains error "unexpected 'leduc_poker'" "message"))
    ]

// ---- 9. Batches ----------------------------------------------------------------------------------------------------

let private scales = [| 1.0; 0.1; 3.7; 1e-3; 250.0 |]

let private scaledBy (scale: Expr) (spec: GameSpec) = spec.MapExpressions(fun e -> e * scale)

let private batches =
    testList "batches" [
        for name, solver in variants do
            for precision in [ Precision.Float32; Precision.Float64 ] do
                testCase $"{name}: scaled payoffs at once and one by one, {precision}" (fun () ->
                    let axis = Axis.Of("scale", scales.Length)
                    let batch = (scaledBy (Expr.Vector(axis, scales)) kuhn.Value).Over axis
                    let options = SolveOptions(Until = Stop.AfterSteps 100L, Threads = 1, Precision = precision)
                    let together = GameSolver.Solve(batch, solver, options)
                    Expect.equal together.Games.Count scales.Length "games"

                    for k, scale in Seq.indexed scales do
                        let single = scaledBy (Expr.Constant scale) kuhn.Value
                        let alone = GameSolver.Solve(single, solver, options)
                        Expect.equal (exactly together.Games[k]) (exactly alone.Games[0]) $"scale {scale}")

        testCase "a swept step size is as many runs" (fun () ->
            let args = [ "kuhn_poker"; "--solver"; "mmd"; "--steps"; "200"; "--json" ]
            let swept = json (printed ([ "solve" ] @ args @ [ "--sweep"; "stepSize=0.05,0.1" ]))
            let elements = (swept.GetProperty "elements").EnumerateArray() |> List.ofSeq
            Expect.equal (swept.GetProperty("batch").GetInt32()) 2 "games"

            for step, element in List.zip [ "0.05"; "0.1" ] elements do
                let alone = json (printed ([ "solve" ] @ args @ [ "--set"; $"stepSize={step}" ]))
                Expect.equal ((element.GetProperty "game").GetString()) $"stepSize={step}" "its name"

                for part in [ "profile"; "values"; "certificate" ] do
                    Expect.equal
                        ((element.GetProperty part).GetRawText())
                        ((alone.GetProperty part).GetRawText())
                        $"{part} of {step}")

        testCase "a regularizer's temperature along an axis" (fun () ->
            let axis = Axis.Of("temperature", 3)
            let numbers = [| 0.05; 0.2; 1.0 |]

            let regularized (temperature: Expr) =
                (kuhn.Value, kuhn.Value.Players)
                ||> Seq.fold (fun spec player -> spec.Regularize(player, Regularizer.Entropy temperature))

            let together =
                solve 200 (Solver.Find "mmd(stepSize=0.05)") ((regularized (Expr.Vector(axis, numbers))).Over axis)

            for k, temperature in Seq.indexed numbers do
                let alone = solve 200 (Solver.Find "mmd(stepSize=0.05)") (regularized (Expr.Constant temperature))
                Expect.equal (exactly together.Games[k]) (exactly alone.Games[0]) $"temperature {temperature}")
    ]

// ---- 10. Structures ------------------------------------------------------------------------------------------------

let private verdict (spec: GameSpec) structure =
    (BoundGame.Bind spec).Structures |> Seq.find (fun s -> s.Structure = structure)

let private structures =
    testList "structures" [
        testCase "zero-sum is proved, or refuted by an outcome" (fun () ->
            for name in zeroSumNames @ [ "kuhn_poker(players=3)" ] do
                for structure in [ Structure.ZeroSum; Structure.ConstantSum ] do
                    Expect.equal (verdict library.Value[name] structure).Verdict Verdict.Proved name

            for structure in [ Structure.ZeroSum; Structure.ConstantSum ] do
                Expect.equal (verdict library.Value["signalling"] structure).Verdict Verdict.Refuted "signalling")

        testCase "constant-sum, and not zero-sum" (fun () ->
            let _, spec = both "shares" [ labels 2; labels 2 ] [ [ 1.0; 0.25; 0.5; 0.0 ]; [ 0.0; 0.75; 0.5; 1.0 ] ]

            Expect.equal (verdict spec Structure.ConstantSum).Verdict Verdict.Proved "constant"
            Expect.equal (verdict spec Structure.ZeroSum).Verdict Verdict.Refuted "not zero"
            near 1e-12 0.25 ((solve 1 (lp ()) spec).Value spec.Players[0]) "and lp takes it")

        testCase "claims" (fun () ->
            BoundGame.Bind(kuhn.Value.Claim Structure.ZeroSum) |> ignore
            BoundGame.Bind(kuhn.Value.Claim Structure.ConstantSum) |> ignore

            Expect.equal
                (refusal (fun () -> BoundGame.Bind(library.Value["signalling"].Claim Structure.ZeroSum)))
                "claim ZeroSum: does not hold: the outcome where sender does 'beer' in 'sender strong' and receiver does 'fight' in 'receiver beer': payoffs sum to 1, not 0"
                "signalling"

            for structure in [ Structure.Symmetric; Structure.Potential ] do
                Expect.equal
                    (refusal (fun () -> BoundGame.Bind(kuhn.Value.Claim structure)))
                    $"claim {structure}: is not decided for sequential games; claim ZeroSum or ConstantSum"
                    "undecided")

        testCase "check tells it" (fun () ->
            Expect.stringContains (printed [ "check"; "kuhn_poker" ]) "zero-sum      proved" "kuhn"
            Expect.isFalse ((printed [ "check"; "signalling" ]).Contains "zero-sum      proved") "signalling")

        testCase "what a tree cannot have is refused" (fun () ->
            let spec = kuhn.Value
            let rain = Axis.Of("rain", 2)
            let player = spec.Players[0]

            for wrong, message in
                [
                    spec.Player(Player.Of("third", 2)),
                    "game 'kuhn_poker': is sequential; its players are those of its rules, so add none"
                    spec.Nature(rain, Expr.Vector(rain, 0.5, 0.5)),
                    "game 'kuhn_poker': is sequential; what chance does belongs to its rules, not to Nature"
                    spec.SubjectTo(Constraint.AtMost("care", player, Expr.Constant(1).Expand(player.Actions), 0.5)),
                    "game 'kuhn_poker': is sequential; constraints on such games are not supported yet"
                    spec.Regularize(player, Regularizer.Tsallis(2.0, 0.1)),
                    "regularizer of 'player1': sequential games take Entropy, Kl and L2, got tsallis(2, 0.1)"
                ] do
                Expect.contains ((refusal (fun () -> BoundGame.Bind wrong)).Split '\n') message "bind"
                Expect.contains ((refusal (fun () -> solve 1 (Solver.Find "mmd") wrong)).Split '\n') message "solve")

        testCase "a game made of a tree alone is the same game" (fun () ->
            let alone = Game.FromTree(GameTree.Of(KuhnPoker()))
            Expect.equal alone.Hash kuhn.Value.Hash "hash"
            let runs = [ kuhn.Value; alone ] |> List.map (solve 20 (Solver.Find "cfr+"))
            Expect.equal (exactly runs[1].Games[0]) (exactly runs[0].Games[0]) "run")
    ]

[<Tests>]
let tests =
    testList "tree solvers" [
        knownValues
        conformance
        regularizedGames
        asTrees
        averages
        threePlayers
        profiles
        wrongInput
        batches
        structures
    ]
