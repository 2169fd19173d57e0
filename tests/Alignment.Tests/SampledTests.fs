module Alignment.Tests.SampledTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Formats
open Alignment.Tests.Fixtures
open Alignment.Tests.GameFixtures

let private values (items: 'a seq) = ValueList.ToValueList items

let private external = MonteCarloCfr()
let private outcome = MonteCarloCfr(Sampling = Sampling.Outcome)
let private both = [ "external", external; "outcome", outcome ]

let private kuhn = lazy Game.FromRules(KuhnPoker())
let private kuhn3 = lazy Game.FromRules(KuhnPoker 3)
let private leduc = lazy Game.FromRules(LeducPoker())

let private form (spec: GameSpec) = nonNull spec.Tree
let private start spec = nonNull ((form spec).Start())
let private sampled spec = nonNull (SampledGame.Of(form spec))

let private solveWith (change: SolveOptions -> SolveOptions) (spec: GameSpec) (solver: ISolver) steps =
    GameSolver.Solve(spec, solver, change (SolveOptions(Until = Stop.AfterSteps steps, Threads = 1)))

let private solve spec solver steps (seed: uint64) =
    solveWith (fun options -> options.With(seed = Nullable seed)) spec solver steps

let private nashConv spec solver steps seed = (solve spec solver steps seed).Certificate.NashConv

let private refused (spec: GameSpec) (solver: ISolver) (message: string) =
    Expect.throwsC (fun () -> solve spec solver 1L 0UL |> ignore) (fun e ->
        Expect.isTrue (e :? SpecException) (e.ToString())
        Expect.stringContains e.Message message "message")

// ---- An oracle: exact expectations by recursion ----------------------------------------------------------------------

let private first (game: SampledGame) player set = game.Players[player].InformationSets[set].First

let private matched (game: SampledGame) (regrets: float[][]) =
    regrets
    |> Array.mapi (fun p r ->
        let strategy = Array.map (max 0.0) r

        for set in game.Players[p].InformationSets do
            let actions = Span(strategy, set.First, set.Actions.Count)
            let mutable sum = 0.0

            for a in 0 .. actions.Length - 1 do
                sum <- sum + actions[a]

            for a in 0 .. actions.Length - 1 do
                actions[a] <- if sum > 0.0 then actions[a] / sum else 1.0 / float actions.Length

        strategy)

/// Of each action of a player: sum over histories h of its information set of the others' and chance's probability of h, times what the
/// player gets behind it; the same less the mean over the strategy: its counterfactual regret.
let private counterfactualRegrets (game: SampledGame) (strategies: float[][]) player =
    let worth = Array.zeroCreate<float> game.Players[player].Actions

    let rec value (at: IGamePosition) others =
        let behind (probability: int -> float) (others: int -> float) visit =
            Seq.sum (
                seq {
                    for a in 0 .. at.Actions - 1 do
                        if others a > 0.0 then
                            let v: float = value (at.Next a) (others a)
                            visit a v
                            yield probability a * v
                }
            )

        if at.Actor.IsOver then
            at.Returns[player]
        elif at.Actor.IsChance then
            behind (fun a -> at.Chance[a]) (fun a -> others * at.Chance[a]) (fun _ _ -> ())
        else
            let k = first game at.Actor.Player at.InformationSet
            let probability a = strategies[at.Actor.Player][k + a]

            if at.Actor.Player = player then
                behind probability (fun _ -> others) (fun a v -> worth[k + a] <- worth[k + a] + others * v)
            else
                behind probability (fun a -> others * probability a) (fun _ _ -> ())

    value game.Start 1.0 |> ignore

    [|
        for set in game.Players[player].InformationSets do
            let mean =
                Seq.sum (
                    seq {
                        for a in 0 .. set.Actions.Count - 1 -> strategies[player][set.First + a] * worth[set.First + a]
                    }
                )

            for a in 0 .. set.Actions.Count - 1 -> worth[set.First + a] - mean
    |]

/// What an iteration adds to a player's sums: its own probability of a history times its strategy there, over histories; times chance's
/// probability, and that of the others where they play uniformly.
let private expectedSums (game: SampledGame) (strategies: float[][]) player =
    let sums = Array.zeroCreate<float> game.Players[player].Actions

    let rec visit (at: IGamePosition) weight =
        if not at.Actor.IsOver then
            for a in 0 .. at.Actions - 1 do
                let probability =
                    if at.Actor.IsChance then
                        at.Chance[a]
                    elif at.Actor.Player = player then
                        let k = first game player at.InformationSet + a
                        sums[k] <- sums[k] + weight * strategies[player][k]
                        strategies[player][k]
                    elif game.Players.Count = 2 then
                        1.0
                    else
                        1.0 / float at.Actions

                if probability > 0.0 then
                    visit (at.Next a) (weight * probability)

    visit game.Start 1.0
    sums

// Regrets so large that what one player learns in an iteration moves nothing for those behind it: 1e-7 of the strategies at most.
let private scale = 1e8

/// Means over seeds of what one iteration adds to regrets and sums are the exact ones within four standard errors.
let private unbiased (spec: GameSpec) (solver: MonteCarloCfr) seeds =
    let game = sampled spec
    let solver = solver :> ISampledSolver
    let start = solver.Init game
    let stream = RandomStream(5UL, "regrets")
    let names prefix = [| for p in game.Players -> $"{prefix}/{p.Player}" |]

    for p, name in Array.indexed (names "regret") do
        for k in 0 .. start[name].Length - 1 do
            start[name][k] <- scale * (2.0 * stream.Uniform(int64 p, int64 k) - 0.8)

    let strategies = matched game [| for name in names "regret" -> start[name] |]

    let exact = [
        for p in 0 .. game.Players.Count - 1 do
            (names "regret")[p], counterfactualRegrets game strategies p
            (names "sum")[p], expectedSums game strategies p
    ]

    let mean = exact |> List.map (fun (_, e) -> Array.zeroCreate<float> e.Length)
    let squares = exact |> List.map (fun (_, e) -> Array.zeroCreate<float> e.Length)

    for seed in 1..seeds do
        let state = start.Copy()
        solver.Step(game, state, 1L, uint64 seed)

        for (name, _), mean, squares in List.zip3 exact mean squares do
            for k in 0 .. mean.Length - 1 do
                let added = state[name][k] - start[name][k]
                let deviation = added - mean[k]
                mean[k] <- mean[k] + deviation / float seed
                squares[k] <- squares[k] + deviation * (added - mean[k])

    for (name, exact), mean, squares in List.zip3 exact mean squares do
        for k in 0 .. mean.Length - 1 do
            let error = sqrt (squares[k] / float (seeds - 1) / float seeds)
            Expect.isLessThan (abs (mean[k] - exact[k])) (4.0 * error + 1e-5) $"{name}[{k}]: {mean[k]} for {exact[k]}"

        // the test would say nothing if nothing were drawn
        Expect.isGreaterThan (Array.max (Array.map abs mean)) 1e-2 name

let private expectations = [
    for name, solver in both do
        testCase $"{name} sampling: one iteration of Kuhn poker" (fun () -> unbiased kuhn.Value solver 40_000)

        testCase $"{name} sampling: one iteration of random trees" (fun () ->
            for seed in 1UL .. 2UL do
                unbiased (Game.FromRules(randomTree seed)) solver 40_000)

        testCase $"{name} sampling: one iteration of Kuhn poker for three" (fun () ->
            unbiased kuhn3.Value solver 40_000)
]

// ---- One iteration by hand -------------------------------------------------------------------------------------------

/// One player, no chance: left ends with 3, right leads to another choice, up ends with 1, down with 5.
let private alone = {
    new IRules<string> with
        member _.Name = "alone"
        member _.Players = values [ "one" ]
        member _.Initial = ""
        member _.Actor state = if state = "" || state = "r" then Turn.Of 0 else Turn.Over
        member _.Actions state = values (if state = "" then [ "left"; "right" ] else [ "up"; "down" ])
        member _.Chance _ = values []
        member _.Next(state, action) = state + (if state = "" then "lr" else "ud").Substring(action, 1)
        member _.InformationState state = $"one {state}"

        member _.Returns state =
            values [
                match state with
                | "l" -> 3.0
                | "ru" -> 1.0
                | _ -> 5.0
            ]
}

let private byHand = [
    testCase "external sampling" (fun () ->
        let game = sampled (Game.FromRules alone)
        let solver = external :> ISampledSolver
        let state = solver.Init game
        solver.Step(game, state, 1L, 0UL)
        // up 1, down 5: worth 3 at equal odds, regrets -2 and 2; left 3, right 3: no regret
        Expect.sequenceEqual state["regret/one"] [ 0.0; 0.0; -2.0; 2.0 ] "uniform play"
        solver.Step(game, state, 1L, 0UL)
        // down is worth 5: left 3, right 5, worth 4; then up loses 4 on down
        Expect.sequenceEqual state["regret/one"] [ -1.0; 1.0; -6.0; 2.0 ] "down is known"
        Expect.sequenceEqual (solver.Read(game, state).Last[0]) [ 0.0; 1.0; 0.0; 1.0 ] "right, down"
        Expect.equal state.Iterations 2L "iterations")

    testCase "outcome sampling" (fun () ->
        let game = sampled (Game.FromRules alone)
        let solver = outcome :> ISampledSolver

        for seed in 0UL .. 20UL do
            let state = solver.Init game
            solver.Step(game, state, 1L, seed)
            // every move was drawn with probability 1/2 whatever the exploration, since play is uniform.
            // left: 3 / (1/2) = 6, of which its own probability takes half
            // down: 5 / (1/4) = 20; in front of it, its probability 1/2 is divided out again: 10
            let expected = [ [ 3.0; -3.0; 0.0; 0.0 ]; [ -1.0; 1.0; 2.0; -2.0 ]; [ -5.0; 5.0; -10.0; 10.0 ] ]

            Expect.contains expected (List.ofArray state["regret/one"]) "one game")
]

// ---- Convergence -----------------------------------------------------------------------------------------------------

let private meanOver seeds f = List.average [ for seed in 1UL .. seeds -> f seed ]

let private convergence = [
    testCase "Kuhn poker, external sampling" (fun () ->
        let short = meanOver 5UL (nashConv kuhn.Value external 1_000L)
        let long = meanOver 5UL (nashConv kuhn.Value external 100_000L)
        // 0.0070 in the mean, 0.0110 at most
        Expect.isLessThan long 0.012 "after 100,000 iterations"
        let slope = log (short / long) / log 100.0
        Expect.isTrue (slope > 0.35 && slope < 0.75) $"the slope {slope} is about 1/2")

    testCase "Kuhn poker, outcome sampling" (fun () ->
        let short = meanOver 5UL (nashConv kuhn.Value outcome 1_000L)
        let long = meanOver 5UL (nashConv kuhn.Value outcome 100_000L)
        // 0.0122 in the mean, 0.0184 at most
        Expect.isLessThan long 0.02 "after 100,000 iterations"
        let slope = log (short / long) / log 100.0
        Expect.isTrue (slope > 0.35 && slope < 0.75) $"the slope {slope} is about 1/2")

    for name, solver, bound in [ "external", external, 1.0; "outcome", outcome, 3.0 ] do
        testCase $"Leduc poker falls, {name} sampling" (fun () ->
            let solution = solve leduc.Value solver 10_000L 1UL
            let at step = (solution.Trace |> Seq.find (fun p -> p.Step >= step)).Metrics["game/nash_conv"]
            Expect.isLessThan solution.Certificate.NashConv bound "after 10,000 iterations"
            Expect.isLessThan solution.Certificate.NashConv (0.5 * at 300L) "less than half of that after 300")

        testCase $"Kuhn poker for three, {name} sampling" (fun () ->
            let solution = solve kuhn3.Value solver 20_000L 1UL
            // nothing promises that for three; uniform play has 2.06
            Expect.isLessThan solution.Certificate.NashConv 0.1 "NashConv"
            let sum = kuhn3.Value.Players |> Seq.sumBy solution.Value
            Expect.floatClose Accuracy.high sum 0.0 "zero-sum")
]

// ---- Draws -----------------------------------------------------------------------------------------------------------

let private allBits (solution: Solution) =
    solution.Games |> Seq.collect (fun g -> g.Strategies |> Seq.map (Array.ofSeq >> bits)) |> List.ofSeq

let private draws = [
    for name, solver in both do
        testCase $"{name} sampling: chunks of 1, 7 and 1000 give the same bits" (fun () ->
            for spec in [ kuhn.Value; leduc.Value ] do
                let run (chunk: Nullable<int>) =
                    let options = SolveOptions(Until = Stop.AfterSteps 2_000L, Threads = 1, Seed = 3UL, Chunk = chunk)
                    allBits (GameSolver.Solve(spec, solver, options))

                let one = run (Nullable 1)
                Expect.equal (run (Nullable 7)) one "7"
                Expect.equal (run (Nullable 1000)) one "1000"
                Expect.equal (run (Nullable())) one "by the clock")

        testCase $"{name} sampling: another seed draws otherwise" (fun () ->
            let one, two = solve kuhn.Value solver 500L 1UL, solve kuhn.Value solver 500L 2UL
            Expect.notEqual (allBits one) (allBits two) "strategies"
            Expect.equal (allBits one) (allBits (solve kuhn.Value solver 500L 1UL)) "repeats")

        testCase $"{name} sampling: a state that was copied goes on alike" (fun () ->
            let game = sampled leduc.Value
            let solver = solver :> ISampledSolver
            let state = solver.Init game
            solver.Step(game, state, 50L, 9UL)
            let copy = state.Copy()
            solver.Step(game, state, 50L, 9UL)
            solver.Step(sampled leduc.Value, copy, 50L, 9UL)

            for name in state.Names do
                Expect.equal (bits copy[name]) (bits state[name]) name

            Expect.equal copy.Iterations 100L "iterations")

        testCase $"{name} sampling: rules alone give the bits of the tree" (fun () ->
            let game = sampled kuhn3.Value
            let sampler = solver :> ISampledSolver
            let state = sampler.Init game
            sampler.Step(game, state, 1_000L, 4UL)
            let read = sampler.Read(game, state)
            let found = MonteCarlo.Solve(KuhnPoker 3, solver, 1_000L, 4UL, 100)

            for p, treeplex in Seq.indexed game.Players do
                for set in treeplex.InformationSets do
                    let own (strategy: ValueList<float>) = [
                        for a in 0 .. set.Actions.Count - 1 -> strategy[set.First + a]
                    ]

                    let met = found.Policy[set.Label]
                    Expect.sequenceEqual met.Average (own read.Average[p]) set.Label
                    Expect.sequenceEqual met.Last (own read.Last[p]) set.Label
                    Expect.equal (met.Player, met.Actions) (treeplex.Player, set.Actions) set.Label)

    testCase "a batch repeats the game" (fun () ->
        let axis = Axis.Of("copies", 3)
        let solution = solve (kuhn.Value.Over axis) external 300L 1UL
        let single = allBits (solve kuhn.Value external 300L 1UL)
        Expect.equal solution.Games.Count 3 "games"
        Expect.equal (allBits solution) (single @ single @ single) "the same in each")
]

// ---- Positions -------------------------------------------------------------------------------------------------------

let private positions = [
    testCase "the walk is the tree" (fun () ->
        for spec in [ kuhn3.Value; leduc.Value; Game.FromRules(randomTree 7UL) ] do
            let tree = (form spec).Tree
            let mutable ends, decisions = 0L, 0L

            let rec visit (at: IGamePosition) (own: int list) =
                if at.Actor.IsOver then
                    ends <- ends + 1L
                    Expect.equal at.Returns.Count own.Length "a return for everyone"
                elif at.Actor.IsChance then
                    for a in 0 .. at.Actions - 1 do
                        visit (at.Next a) own
                else
                    decisions <- decisions + 1L
                    let p = at.Actor.Player
                    let set = tree.Players[p].InformationSets[at.InformationSet]
                    Expect.equal set.Parent own[p] "after the player's own moves"
                    Expect.equal set.Actions.Count at.Actions "actions"

                    for a in 0 .. at.Actions - 1 do
                        visit (at.Next a) (List.updateAt p (set.First + a + 1) own)

            visit (start spec) [ for _ in tree.Players -> 0 ]
            Expect.equal (ends, decisions) (tree.Size.Ends, tree.Size.Decisions) "all of it")

    testCase "a game of an .efg file has rules too" (fun () ->
        let spec = Game.FromRules(EfgReader.Parse(EfgWriter.Write(KuhnPoker()), "kuhn.efg"))
        let own = solve kuhn.Value external 1_000L 1UL
        Expect.floatClose Accuracy.medium (nashConv spec external 1_000L 1UL) own.Certificate.NashConv "the same play")

    testCase "rules are no part of equality" (fun () ->
        let tree = GameTree.Of(KuhnPoker())
        Expect.equal (Game.FromTree tree) (Game.FromRules(KuhnPoker())) "specifications"
        Expect.isNull ((form (Game.FromTree tree)).Start()) "no rules")
]

// ---- Refusals --------------------------------------------------------------------------------------------------------

let private refusals = [
    testCase "games that have no rules" (fun () ->
        refused
            (Game.FromTree(GameTree.Of(KuhnPoker())))
            external
            "solver 'mccfr': samples play by a game's rules, and this game was made of a tree alone; make it with Game.FromRules, or use cfr+, mmd or lp"

        refused (weightedRps 1.0) external "solver 'mccfr': takes sequential games only, since it samples play")

    testCase "payoffs that are not the rules' own" (fun () ->
        let spec = kuhn.Value
        let twice = spec.MapExpressions(fun e -> 2.0 * e)

        refused
            twice
            external
            "samples play by a game's rules and learns what they pay, and the payoff of 'player1' is another; let the rules pay it, or use cfr+, mmd or lp"

        let stakes = Axis.Of("stakes", 2)
        let raised = spec.Over(stakes).MapExpressions(fun e -> e * Expr.Vector(stakes, 1.0, 3.0))
        refused raised external "the payoff of 'player1' at stakes=1 is another")

    testCase "regularizers, precision, settings" (fun () ->
        let spec = kuhn.Value
        refused (spec.Regularize(spec.Players[0], Regularizer.Entropy 0.1)) external "does not take regularizers"

        let message exploration =
            try
                solve spec (MonteCarloCfr(Exploration = exploration)) 1L 0UL |> ignore
                ""
            with :? SpecException as e ->
                e.Message

        Expect.stringContains
            (message 1.5)
            "setting 'exploration' of 'mccfr': expected from 0 to 1, got 1.5"
            "too large"

        Expect.stringContains (message nan) "setting 'exploration' of 'mccfr': expected from 0 to 1" "no number"

        Expect.throwsC
            (fun () -> solveWith (fun o -> o.With(precision = Nullable Precision.Float32)) spec external 1L |> ignore)
            (fun e -> Expect.stringContains e.Message "answers in float64 on this CPU" "float32"))

    testCase "rules that break their contract on the way" (fun () ->
        let broken (chance: float list) = {
            new IRules<string> with
                member _.Name = "broken"
                member _.Players = values [ "one"; "two" ]
                member _.Initial = ""
                member _.Actor state = if state = "" then Turn.Chance else Turn.Of(state.Length % 2)
                member _.Actions _ = values [ "x"; "y" ]
                member _.Chance _ = values chance
                member _.Next(state, action) = state + "xy".Substring(action, 1)
                member _.InformationState _ = "the same"
                member _.Returns _ = values [ 0.0; 0.0 ]
        }

        let message chance =
            try
                MonteCarlo.Solve(broken chance, external, 1L) |> ignore
                ""
            with :? RulesException as e ->
                e.Message

        Expect.equal
            (message [ 0.5; 0.25 ])
            "broken, after no move: the probabilities of chance sum to 0.75, expected 1"
            "chance"

        Expect.equal
            (message [ 1.0; 0.0 ])
            "broken, after x x: information state 'the same' belongs to 'one' here and to 'two' elsewhere; let the texts begin with the player"
            "two owners")
]

// ---- Games too large to be enumerated --------------------------------------------------------------------------------

/// What the first player gets when both play a policy; uniformly where it says nothing.
let private valueOf
    (rules: IRules<'state>)
    (policy: Collections.Generic.IReadOnlyDictionary<string, MetInformationSet>)
    =
    let rec value state : float =
        let turn = rules.Actor state

        if turn.IsOver then
            (rules.Returns state)[0]
        else
            let count = (rules.Actions state).Count

            let probability: int -> float =
                if turn.IsChance then
                    let chance = rules.Chance state
                    fun a -> chance[a]
                else
                    match policy.TryGetValue(rules.InformationState state) with
                    | true, met -> fun a -> met.Average[a]
                    | _ -> fun _ -> 1.0 / float count

            let mutable sum = 0.0

            for a in 0 .. count - 1 do
                let p = probability a

                if p > 0.0 then
                    sum <- sum + p * value (rules.Next(state, a))

            sum

    value rules.Initial

let private large = [
    testCase "liar's dice: what is met, and an interval for the value of the policy" (fun () ->
        let rules = LiarsDice(dice = 1, sides = 6)
        let few = MonteCarlo.Solve(rules, outcome, 50L, 1UL, 100)
        let found = MonteCarlo.Solve(rules, external, 300L, 1UL)
        Expect.isLessThan few.InformationSets 2_000 "50 games and their like"
        Expect.isGreaterThan found.InformationSets few.InformationSets "more iterations meet more"
        Expect.isLessThanOrEqual found.InformationSets 24_576 "no more than there are"
        let exact = valueOf rules found.Policy
        let estimate = found.Values[0]
        Expect.isTrue (estimate.Low <= exact && exact <= estimate.High) $"{exact} in {estimate.Low}..{estimate.High}"
        Expect.isLessThan (estimate.High - estimate.Low) 0.05 "10,000 games"
        Expect.floatClose Accuracy.high found.Values[1].Mean -estimate.Mean "zero-sum"
        Expect.equal found.Iterations 300L "all done"
        Expect.isFalse found.Cancelled "to the end")

    testCase "95 % intervals hold the value about as often as they say" (fun () ->
        let holds seed =
            let found = MonteCarlo.Solve(KuhnPoker(), external, 200L, seed, 2_000)
            let exact = valueOf (KuhnPoker()) found.Policy
            found.Values[0].Low <= exact && exact <= found.Values[0].High

        // of 100, fewer than 89 or all would be met once in 200 times by a true 95 %
        let held = Seq.length (Seq.filter holds (seq { 1UL .. 100UL }))
        Expect.isTrue (held >= 89 && held <= 99) $"{held} of 100")

    testCase "numbers out of range" (fun () ->
        let message (f: unit -> MonteCarloSolution) =
            try
                f () |> ignore
                ""
            with :? ArgumentException as e ->
                e.Message

        let rules = KuhnPoker()

        Expect.stringContains
            (message (fun () -> MonteCarlo.Solve(rules, external, 0L)))
            "iterations: expected at least 1, got 0."
            "iterations"

        Expect.stringContains
            (message (fun () -> MonteCarlo.Solve(rules, external, 1L, 0UL, 5)))
            "games: expected at least 100, got 5."
            "games"

        Expect.stringContains
            (message (fun () -> MonteCarlo.Solve(rules, MonteCarloCfr(Exploration = -1.0), 1L)))
            "Setting 'exploration': expected from 0 to 1"
            "exploration")
]

// ---- Cancellation ----------------------------------------------------------------------------------------------------

/// Told on the thread that tells, as `Progress` is not.
type private Told<'a>(hear: 'a -> unit) =
    interface IProgress<'a> with
        member _.Report value = hear value

let private cancellation = [
    testCase "a run" (fun () ->
        use source = new CancellationTokenSource()

        let progress =
            Told<TracePoint>(fun point ->
                if point.Step >= 100L then
                    source.Cancel())

        let options = SolveOptions(Until = Stop.AfterSteps 10_000_000L, Threads = 1, Progress = progress)
        let solution = GameSolver.Solve(leduc.Value, external, options, source.Token)
        Expect.equal solution.Status.Outcome Outcome.Cancelled "outcome"
        Expect.isLessThan solution.Steps 200L "soon"
        let again = solve leduc.Value external solution.Steps 0UL
        Expect.equal (allBits solution) (allBits again) "what that many iterations give")

    testCase "a run over rules" (fun () ->
        use source = new CancellationTokenSource()
        let progress = Told<int64>(fun _ -> source.Cancel())

        let found =
            MonteCarlo.Solve(LeducPoker(), external, 1_000_000L, progress = progress, cancellationToken = source.Token)

        Expect.equal found.Iterations 1024L "at the first report"
        Expect.isTrue found.Cancelled "says so"
        Expect.equal found.Values[0].Games 100L "a quick estimate")

    testCase "a stop rule on NashConv, the trace and the clock" (fun () ->
        let options = SolveOptions(Until = Stop.NashConvBelow 0.1, Threads = 1)
        let solution = GameSolver.Solve(kuhn.Value, external, options)
        Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
        Expect.isLessThan solution.Certificate.NashConv 0.1 "measured"
        Expect.equal (Seq.head solution.Trace).Step 0L "from the start"
        Expect.isTrue ((Seq.last solution.Trace).Metrics.ContainsKey "game/nash_conv/last") "both iterates"

        let timed =
            GameSolver.Solve(leduc.Value, external, SolveOptions(Until = Stop.AfterSeconds 0.2, Threads = 1))

        Expect.equal timed.Status.Outcome Outcome.OutOfTime timed.Status.Sentence)
]

[<Tests>]
let tests =
    testList "sampled" [
        testList "by hand" byHand
        testList "expectations" expectations
        testList "convergence" convergence
        testList "draws" draws
        testList "positions" positions
        testList "refusals" refusals
        testList "large" large
        testList "cancellation" cancellation
    ]
