module Alignment.Tests.OpenGamesTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Runtime
open Alignment.Tests.Fixtures

let private values (items: 'a seq) = ValueList.ToValueList items

let private rules (text: string) =
    let call = GameLibrary.Parse text

    match call.Family with
    | :? IRulesFamily as family -> family.Rules call.Arguments
    | family -> failtest $"{family.Name} has no rules"

let private tree (spec: GameSpec) = (nonNull spec.Tree).Tree

let private refusal (action: unit -> unit) =
    try
        action ()
        failtest "nothing was refused"
    with
    | :? ArgumentException
    | :? SpecException as e -> e.Message

// ---- Mixtures on the tree --------------------------------------------------------------------------------------------

/// How a policy plays an information set.
let private odds (policy: Policy) (set: InformationSet) =
    match policy.At set.Label with
    | null -> Array.create set.Actions.Count (1.0 / float set.Actions.Count)
    | behaviour ->
        Expect.equal behaviour.Actions set.Actions set.Label
        Array.ofSeq behaviour.Probabilities

/// The behaviour strategy that plays as a mixture does: at an information set each member counts with its weight times its own
/// probability to come there. Uniform where none comes.
let private behaviour (player: Treeplex) (mixture: PolicyMixture) =
    let reach =
        Array.init mixture.Members.Count (fun _ ->
            Array.init (player.Actions + 1) (fun k -> if k = 0 then 1.0 else 0.0))

    let strategy = Array.zeroCreate<float> player.Actions

    for set in player.InformationSets do
        let count = set.Actions.Count
        let sums = Array.zeroCreate<float> count

        for k in 0 .. mixture.Members.Count - 1 do
            let odds = odds mixture.Members[k] set

            for a in 0 .. count - 1 do
                let own = reach[k][set.Parent] * odds[a]
                reach[k][set.First + a + 1] <- own
                sums[a] <- sums[a] + mixture.Weights[k] * own

        let sum = Array.sum sums

        for a in 0 .. count - 1 do
            strategy[set.First + a] <- if sum > 0.0 then sums[a] / sum else 1.0 / float count

    values strategy

let private evaluate (spec: GameSpec) (profile: ValueList<PolicyMixture>) =
    let strategies = Seq.map2 behaviour (tree spec).Players profile |> values
    (GameSolver.Evaluate(BoundGame.Bind spec, strategies))[0]

let private nashConv spec profile = (evaluate spec profile).Certificate.NashConv

let private valueTo (spec: GameSpec) player profile =
    (evaluate spec profile).Metrics[$"game/value/{spec.Players[player].Name}"]

let private uniform (game: OpenGame) = game.Players |> Seq.map (fun _ -> PolicyMixture.Of Policy.Uniform) |> values

/// A policy in front of every member of a mixture.
let private deviating (deviation: Policy) (mixture: PolicyMixture) =
    let before (member': Policy) =
        let sets = Collections.Generic.Dictionary<string, Behaviour> member'.Sets

        for set in deviation.Sets do
            sets[set.Key] <- set.Value

        Policy sets

    PolicyMixture(mixture.Members |> Seq.map before |> values, mixture.Weights)

let private mccfr (game: OpenGame) steps seed =
    OpenSolver.Solve(game, MonteCarloCfr(), OpenOptions(Until = Stop.AfterSteps steps, Seed = seed))

let private psro (game: OpenGame) steps seed =
    OpenSolver.Solve(game, DoubleOracle(), OpenOptions(Until = Stop.AfterSteps steps, Seed = seed))

// ---- Rules -----------------------------------------------------------------------------------------------------------

let private sequential = [
    for family in GameLibrary.All do
        if not (isNull (family.Create(GameArguments.Of family)).Tree) then
            family
]

let private families = [
    testCase "every sequential family has rules, and its tree is theirs" (fun () ->
        Expect.equal sequential.Length 9 "families"

        for family in sequential do
            let arguments = GameArguments.Of family
            let game = rules (string arguments)
            Expect.equal (game.Enumerate()) (family.Create arguments) family.Name
            Expect.equal game.Name (game.Enumerate().Name) family.Name
            Expect.sequenceEqual game.Players (family.Create(arguments).Players |> Seq.map _.Name) family.Name)

    testCase "rules are had where the tree is refused" (fun () ->
        for text in
            [
                "liars_dice(dice=3,sides=6)"
                "liars_dice(dice=4,sides=9)"
                "goofspiel(cards=9)"
                "phantom_tic_tac_toe(rows=3,columns=3,line=3)"
            ] do
            Expect.throwsT<GameSyntaxException> (fun () -> GameLibrary.Create text |> ignore) text
            let walk = (rules text).Walk()
            let mutable at = walk.Start

            while not at.Actor.IsOver do
                at <- at.Next(at.Actions - 1)

            Expect.isGreaterThan walk.Met 0 text)

    testCase "arguments that do not fit are refused by the rules too" (fun () ->
        for text in [ "debate(claims=1,budget=3)"; "audit(budget=4)"; "phantom_tic_tac_toe(columns=2,line=3)" ] do
            Expect.equal
                (refusal (fun () -> rules text |> ignore))
                (refusal (fun () -> GameLibrary.Create text |> ignore))
                text)

    testCase "Monte Carlo CFR over rules of a known type gives the same bits" (fun () ->
        let typed = MonteCarlo.Solve(LeducPoker(), MonteCarloCfr(), 50L, 3UL, 200)
        let erased = MonteCarlo.Solve(OpenGame.Of(LeducPoker()), MonteCarloCfr(), 50L, 3UL, 200)

        let bitsOf (found: MonteCarloSolution) = [
            for set in found.Policy -> set.Key, bits (Array.ofSeq set.Value.Average)
        ]

        Expect.equal (bitsOf erased) (bitsOf typed) "strategies"
        Expect.equal erased.Values typed.Values "values")
]

// ---- The certificate -------------------------------------------------------------------------------------------------

let private pure' (label: string) action =
    let odds = values [ (if action = 0 then 1.0 else 0.0); (if action = 1 then 1.0 else 0.0) ]
    let sets = Collections.Generic.Dictionary<string, Behaviour>()
    sets[label] <- Behaviour(values [ "h"; "t" ], odds)
    PolicyMixture.Of(Policy sets)

/// Matching pennies as a tree: the row player wins 1 where both show the same.
let private pennies =
    OpenGame.Of(
        MatrixTree(
            "pennies",
            values [ "row"; "column" ],
            values [ values [ "h"; "t" ]; values [ "h"; "t" ] ],
            values [ values [ 1.0; -1.0; -1.0; 1.0 ]; values [ -1.0; 1.0; 1.0; -1.0 ] ]
        )
    )

/// Exact NashConv of uniform play: 0.9167, 2.0625, 4.7472, 1.1111, 1.3101.
let private small = [
    "kuhn_poker"
    "kuhn_poker(players=3)"
    "leduc_poker"
    "liars_dice(dice=1,sides=3)"
    "liars_dice(dice=1,sides=4)"
]

let private measure (search: DeviationSearch) (game: OpenGame) profile seed = search.Measure(game, profile, seed)

/// What is measured of each deviation is what it gains on the tree, and their sum is at most NashConv: both within four standard errors.
let private holds name spec (profile: ValueList<PolicyMixture>) (found: FoundDeviations) =
    let bound = found.Certificate
    let exact = nashConv spec profile

    Expect.isLessThanOrEqual
        bound.NashConv
        (exact + 4.0 * bound.StandardError + 1e-9)
        $"{name}: {bound.NashConv} of {exact}"

    for p in 0 .. profile.Count - 1 do
        let own = valueTo spec p profile
        let value = found.Values[p]
        Expect.isLessThan (abs (value.Mean - own)) (4.0 * value.StandardError + 1e-9) $"{name}: value of player {p}"

        match found.Deviations[p] with
        | null ->
            Expect.equal (found.Gains[p].Mean, found.Gains[p].StandardError) (0.0, 0.0) $"{name}: player {p} stays"
        | deviation ->
            let deviated = profile |> Seq.mapi (fun k m -> if k = p then deviating deviation m else m) |> values

            let exact = valueTo spec p deviated - own
            let gain = found.Gains[p]

            Expect.isLessThan
                (abs (gain.Mean - exact))
                (4.0 * gain.StandardError + 1e-9)
                $"{name}: player {p} gains {exact}, measured {gain.Mean}"

    exact

let private certificates = [
    testCase "pennies by hand" (fun () ->
        // both show heads: the row player has 1, all there is; the column player has -1, and 1 with tails
        let profile = values [ pure' "row" 0; pure' "column" 0 ]
        let found = measure (DeviationSearch(Iterations = 10)) pennies profile 0UL
        Expect.equal found.Certificate.NashConv 2.0 "2, in every game"
        Expect.equal found.Certificate.StandardError 0.0 "without luck"
        Expect.equal found.Certificate.Exploitability 1.0 "a player"
        Expect.isNull found.Deviations[0] "the row player stays"
        Expect.sequenceEqual [ for v in found.Values -> v.Mean ] [ 1.0; -1.0 ] "values"

        Expect.equal
            found.Certificate.Oracle
            "external-sampling MCCFR against fixed play, 10 iterations a player: column deviates, row stays"
            "the oracle")

    for text in small do
        testCase $"uniform play in {text}: at least 80 %% of NashConv is found" (fun () ->
            let game = rules text
            let spec = game.Enumerate()

            // found: 97 to 101 % in Kuhn poker, 91 to 95 % in Leduc poker, 97 to 100 % in liar's dice
            for seed in 1UL .. 3UL do
                let found = measure (DeviationSearch(Iterations = 3_000)) game (uniform game) seed
                let exact = holds text spec (uniform game) found
                Expect.isGreaterThan found.Certificate.NashConv (0.8 * exact) $"seed {seed}: of {exact}"
                Expect.isLessThan found.Certificate.StandardError (0.05 * exact) "the interval says something")

        testCase $"answers in {text}: what is found is there, and never more than NashConv" (fun () ->
            let game = rules text
            let spec = game.Enumerate()

            for seed in 1UL .. 4UL do
                for steps in [ 30L; 1_000L ] do
                    let solution = mccfr game steps seed
                    holds $"mccfr {steps}, seed {seed}" spec solution.Profile solution.Found |> ignore

                let solution = psro game 3L seed
                holds $"psro, seed {seed}" spec solution.Profile solution.Found |> ignore)

    testCase "near an equilibrium next to nothing is found" (fun () ->
        let spec = GameLibrary.Create "kuhn_poker"
        let solved = GameSolver.Solve(spec, Solver.Find "cfr+", SolveOptions(Until = Stop.AfterSteps 20_000L))

        let policy player =
            let sets = Collections.Generic.Dictionary<string, Behaviour>()

            for set in (tree spec).Players[player].InformationSets do
                let odds =
                    values [ for a in 0 .. set.Actions.Count - 1 -> solved.Games[0].Strategies[player][set.First + a] ]

                sets[set.Label] <- Behaviour(set.Actions, odds)

            PolicyMixture.Of(Policy sets)

        let profile = values [ policy 0; policy 1 ]
        Expect.isLessThan (nashConv spec profile) 1e-3 "near"

        for seed in 1UL .. 5UL do
            let found = measure (DeviationSearch()) (rules "kuhn_poker") profile seed
            holds $"seed {seed}" spec profile found |> ignore)

    testCase "more iterations find more" (fun () ->
        let game = rules "leduc_poker"

        let bound iterations =
            (measure (DeviationSearch(Iterations = iterations)) game (uniform game) 1UL).Certificate.NashConv

        Expect.isGreaterThan (bound 3_000) (bound 100 + 0.5) "100 and 3,000")

    testCase "a seed says all, and another finds otherwise" (fun () ->
        let game = rules "leduc_poker"
        let search = DeviationSearch(Iterations = 200, ValidationGames = 500, Games = 500)
        let one = measure search game (uniform game) 1UL
        let again = measure search game (uniform game) 1UL
        Expect.equal again.Certificate one.Certificate "the same bits"
        Expect.equal again.Values one.Values "values"
        Expect.notEqual (measure search game (uniform game) 2UL).Certificate.NashConv one.Certificate.NashConv "seed 2")

    testCase "cancelled before it began, it found nothing and claims nothing" (fun () ->
        let game = rules "kuhn_poker"
        let found = DeviationSearch().Measure(game, uniform game, cancellationToken = CancellationToken true)
        Expect.equal (found.Certificate.NashConv, found.Certificate.StandardError) (0.0, 0.0) "nothing"
        Expect.stringContains found.Certificate.Oracle "cut short after 0 of 2,000 iterations: found nothing" "says so"
        Expect.equal found.Values[0].Games 100L "a quick estimate")

    testCase "a search ends where it has met enough" (fun () ->
        let game = rules "leduc_poker"
        let found = measure (DeviationSearch(MostInformationSets = 50)) game (uniform game) 0UL
        Expect.stringContains found.Certificate.Oracle "cut short after" "says so"
        holds "few" (game.Enumerate()) (uniform game) found |> ignore)

    testCase "numbers out of range" (fun () ->
        let game = rules "kuhn_poker"

        for search, message in
            [
                DeviationSearch(Iterations = 0), "Iterations: expected at least 1, got 0."
                DeviationSearch(ValidationGames = 99), "ValidationGames: expected at least 100, got 99."
                DeviationSearch(Games = 1), "Games: expected at least 100, got 1."
                DeviationSearch(MostInformationSets = 0), "MostInformationSets: expected at least 1, got 0."
            ] do
            Expect.equal (refusal (fun () -> measure search game (uniform game) 0UL |> ignore)) message message

        Expect.stringStarts
            (refusal (fun () ->
                measure (DeviationSearch()) game (uniform (rules "kuhn_poker(players=3)")) 0UL |> ignore))
            "Expected a mixture for each of 2 players, got 3."
            "players"

        Expect.stringStarts
            (refusal (fun () -> PolicyMixture(values [ Policy.Uniform ], values [ 0.5 ]) |> ignore))
            "Weights of members: expected numbers of at least 0 that sum to 1, got [0.5]."
            "weights"

        Expect.stringStarts
            (refusal (fun () -> PolicyMixture(values [ Policy.Uniform ], values []) |> ignore))
            "Expected a weight for each of at least one member, got 1 members and 0 weights."
            "counts")
]

// ---- Populations -----------------------------------------------------------------------------------------------------

let private settings =
    OpenRunSettings(
        1UL,
        fun inner -> {
            new ISolve with
                member _.Solve game =
                    let spec =
                        zeroSumOf game.Players[0].Actions.Size game.Players[1].Actions.Size (game.Payoff(0).ToArray())

                    GameSolver.Solve(spec, inner, SolveOptions(Until = Stop.NashConvBelow 1e-6)).Games[0].Strategies
        }
    )

let private populations = [
    testCase "Kuhn poker comes near its equilibrium" (fun () ->
        let game = rules "kuhn_poker"
        let spec = game.Enumerate()

        for seed in 1UL .. 5UL do
            let solution = psro game 10L seed
            // 0.016 to 0.040; uniform play has 0.9167, three steps 0.3
            let gap = nashConv spec solution.Profile
            Expect.isLessThan gap 0.1 $"NashConv {gap} after 10 steps, seed {seed}"
            Expect.isTrue solution.IsMixed "a mixture")

    testCase "Kuhn poker for three" (fun () ->
        let game = rules "kuhn_poker(players=3)"
        let spec = game.Enumerate()
        let solution = psro game 10L 1UL
        // nothing promises that for three; uniform play has 2.06
        Expect.isLessThan (nashConv spec solution.Profile) 0.3 "NashConv"
        Expect.equal solution.Profile.Count 3 "everyone")

    testCase "liar's dice: more steps, less to gain" (fun () ->
        let game = rules "liars_dice(dice=1,sides=3)"
        let spec = game.Enumerate()
        Expect.isLessThan (nashConv spec (psro game 15L 1UL).Profile) (0.5 * nashConv spec (uniform game)) "15 steps")

    testCase "populations grow by what is new, and every cell is played" (fun () ->
        let open' = (DoubleOracle() :> IOpenSolver).Open(rules "kuhn_poker", settings) :?> PolicyPopulation
        Expect.equal open'.InformationSets 0 "uniform play has no entries"
        Expect.sequenceEqual open'.Games [ 0L ] "nothing played"

        for step in 1..3 do
            Expect.isTrue (open'.Step CancellationToken.None) "done"
            let sizes = [ for members in open'.Members -> members.Count ]
            Expect.isTrue (sizes |> List.forall (fun size -> size >= 2 && size <= step + 1)) $"{sizes}"
            Expect.equal open'.Games.Count (List.reduce (*) sizes) "a cell for each meeting"
            Expect.allEqual open'.Games 1_000L "games"

        for members in open'.Members do
            let entries = [
                for policy in members -> [ for set in policy.Sets -> set.Key, set.Value ] |> List.sortBy fst
            ]

            Expect.equal (List.distinct entries).Length entries.Length "no member twice")

    testCase "a cancelled step leaves the answer" (fun () ->
        let run = (DoubleOracle() :> IOpenSolver).Open(rules "kuhn_poker", settings)
        run.Step CancellationToken.None |> ignore
        let before = run.Read()
        Expect.isFalse (run.Step(CancellationToken true)) "not done"
        Expect.equal (run.Read()) before "as it was")

    testCase "the inner solver is the one asked for" (fun () ->
        let game = rules "kuhn_poker"

        let solve inner =
            OpenSolver.Solve(game, DoubleOracle(Inner = inner), OpenOptions(Until = Stop.AfterSteps 10L, Seed = 1UL))

        Expect.isLessThan (nashConv (game.Enumerate()) (solve (ZeroSumLp())).Profile) 0.1 "the linear program"
        let weights = (solve (Solver.Find "uniform")).Profile[0].Weights
        Expect.allEqual weights weights[0] "uniform weights"

        Expect.stringContains
            (refusal (fun () ->
                OpenSolver.Solve(rules "kuhn_poker(players=3)", DoubleOracle(Inner = ZeroSumLp())) |> ignore))
            "takes games of two players, got 3"
            "three players")
]

// ---- Runs ------------------------------------------------------------------------------------------------------------

/// Told on the thread that tells, as `Progress` is not.
type private Told(hear: OpenProgress -> unit) =
    interface IProgress<OpenProgress> with
        member _.Report value = hear value

let private probabilities (solution: OpenSolution) = [
    for mixture in solution.Profile do
        bits (Array.ofSeq mixture.Weights)

        for policy in mixture.Members do
            for set in policy.Sets |> Seq.sortBy _.Key do
                bits (Array.ofSeq set.Value.Probabilities)
]

let private solvers: (string * ISolver * int64) list = [ "mccfr", MonteCarloCfr(), 300L; "psro", DoubleOracle(), 3L ]

let private runs = [
    for name, solver, steps in solvers do
        let solve seed (until: Stop) =
            OpenSolver.Solve(rules "leduc_poker", solver, OpenOptions(Until = until, Seed = seed))

        testCase $"{name}: a seed says all, and another finds otherwise" (fun () ->
            let one, again, two =
                solve 1UL (Stop.AfterSteps steps), solve 1UL (Stop.AfterSteps steps), solve 2UL (Stop.AfterSteps steps)

            Expect.equal (probabilities again) (probabilities one) "the same bits"
            Expect.equal again.Certificate one.Certificate "certificate"
            Expect.equal again.Values one.Values "values"
            Expect.notEqual (probabilities two) (probabilities one) "seed 2"
            Expect.equal one.Status.Sentence $"Finished after {steps} steps, as asked." "status")

        testCase $"{name}: a cancelled run is what its steps give" (fun () ->
            use source = new CancellationTokenSource()

            let progress =
                Told(fun p ->
                    if p.Doing = "solving" && p.Done = 2L then
                        source.Cancel())

            let options = OpenOptions(Until = Stop.AfterSteps 1_000_000L, Seed = 1UL).Reporting progress
            let solution = OpenSolver.Solve(rules "leduc_poker", solver, options, source.Token)
            Expect.equal solution.Status.Outcome Outcome.Cancelled "outcome"
            Expect.equal solution.Steps 2L "steps"

            Expect.equal
                (probabilities solution)
                (probabilities (solve 1UL (Stop.AfterSteps 2L)))
                "what two steps give"

            Expect.stringContains solution.Certificate.Oracle "cut short after 0 of" "no search")

        testCase $"{name}: cancelled before a step" (fun () ->
            let solution = OpenSolver.Solve(rules "leduc_poker", solver, cancellationToken = CancellationToken true)

            Expect.equal
                solution.Status.Sentence
                "Cancelled before a step was done; the answer is uniform play."
                "status"

            Expect.equal (solution.Steps, solution.InformationSets) (0L, 0) "nothing"
            Expect.equal solution.Values[0].Games 100L "values of uniform play")

        testCase $"{name}: a rule on NashConv is refused, wherever it stands" (fun () ->
            for until in
                [
                    Stop.NashConvBelow 1e-3
                    Stop.NashConvBelow 1e-3 ||| Stop.AfterSteps 10L
                    Stop.NashConvBelow 100.0 &&& Stop.AfterSteps 10L
                ] do
                Expect.equal
                    (refusal (fun () -> solve 0UL until |> ignore))
                    $"stop rule '{until}': 'nash_conv' is not known without the tree of 'leduc_poker': what is found there is a lower bound on NashConv, which never satisfies a rule; use steps >= N or seconds >= N"
                    (string until))

    testCase "the clock" (fun () ->
        let until = Stop.AfterSeconds 0.2
        let solution = OpenSolver.Solve(rules "leduc_poker", MonteCarloCfr(), OpenOptions(Until = until))
        Expect.equal solution.Status.Outcome Outcome.OutOfTime solution.Status.Sentence
        Expect.isTrue (solution.Seconds >= 0.2 && solution.Seconds < 5.0) $"{solution.Seconds} s"
        let both = Stop.AfterSeconds 0.2 &&& Stop.AfterSteps 5L
        let solution = OpenSolver.Solve(rules "leduc_poker", MonteCarloCfr(), OpenOptions(Until = both))
        Expect.isTrue (solution.Seconds >= 0.2 && solution.Steps >= 5L) "both rules")

    testCase "a run ends where it keeps enough information sets" (fun () ->
        let options = OpenOptions(MostInformationSets = 500)
        let solution = OpenSolver.Solve(rules "leduc_poker", MonteCarloCfr(), options)
        Expect.equal solution.Status.Outcome Outcome.NotConverged solution.Status.Sentence
        Expect.isGreaterThanOrEqual solution.InformationSets 500 "as many"
        Expect.isLessThan solution.Steps 1_000L "soon")

    testCase "solvers and settings that do not fit" (fun () ->
        let refused (solver: ISolver) (options: OpenOptions) =
            refusal (fun () -> OpenSolver.Solve(rules "kuhn_poker", solver, options) |> ignore)

        Expect.equal
            (refused (Solver.Find "cfr+") (OpenOptions()))
            "solver 'rm+': needs the whole tree of 'kuhn_poker'; without it there are double_oracle and psro and mccfr"
            "a solver for trees"

        Expect.equal
            (refused (MonteCarloCfr(Exploration = 2.0)) (OpenOptions(MostInformationSets = 0)))
            "setting 'exploration' of 'mccfr': expected from 0 to 1, got 2\nsetting 'mostInformationSets': expected a whole number of at least 1, got 0"
            "all at once"

        Expect.equal
            (refused (DoubleOracle()) (OpenOptions(CellGames = 0, ResponseIterations = -1)))
            "setting 'responseIterations': expected a whole number of at least 1, got -1\nsetting 'cellGames': expected a whole number of at least 1, got 0"
            "of populations")

    testCase "rules that break their contract on the way" (fun () ->
        let broken = {
            new IRules<string> with
                member _.Name = "broken"
                member _.Players = values [ "one"; "two" ]
                member _.Initial = ""
                member _.Actor state = if state.Length = 3 then Turn.Over else Turn.Of(state.Length % 2)
                member _.Actions _ = values [ "x"; "y" ]
                member _.Chance _ = values []
                member _.Next(state, action) = state + "xy".Substring(action, 1)
                member _.InformationState state = $"{state.Length}"
                member _.Returns state = values [ (if state = "yyy" then nan else 1.0); 0.0 ]
        }

        for _, solver, _ in solvers do
            let message =
                try
                    OpenSolver.Solve(OpenGame.Of broken, solver) |> ignore
                    ""
                with :? RulesException as e ->
                    e.Message

            Expect.equal message "broken, after y y y: a return is NaN" solver.Info.Name)
]

[<Tests>]
let tests =
    testList "open games" [
        testList "rules" families
        testList "certificate" certificates
        testList "populations" populations
        testList "runs" runs
    ]
