/// Regularized and diverse responses in sequential games: in the sequence form, where a plan has each action's own probability of being reached and taken.
module Alignment.Tests.TreeResponseTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures
open Alignment.Tests.GameFixtures
open Alignment.Tests.PopulationSystemTests

// ---- Shorthand -----------------------------------------------------------------------------------------------------

/// One stops for 1, or goes on: then, not seeing two's left or right, it picks x (2 after left) or y (3 after right).
let private tiny = {
    new IRules<string> with
        member _.Name = "tiny"
        member _.Players = values [ "one"; "two" ]
        member _.Initial = ""

        member _.Actor state =
            match state.Length with
            | 0 -> Turn.Of 0
            | 1 when state = "s" -> Turn.Over
            | 1 -> Turn.Of 1
            | 2 -> Turn.Of 0
            | _ -> Turn.Over

        member _.Actions state =
            match state.Length with
            | 0 -> values [ "stop"; "go" ]
            | 1 -> values [ "left"; "right" ]
            | _ -> values [ "x"; "y" ]

        member _.Chance _ = values []

        member this.Next(state, action) = state + ((this.Actions state)[action]).Substring(0, 1)

        member _.InformationState state = if state.Length = 2 then "g" else string state.Length

        member _.Returns state =
            let paid =
                match state with
                | "s" -> 1.0
                | "glx" -> 2.0
                | "gry" -> 3.0
                | _ -> 0.0

            values [ paid; -paid ]
}

let private kuhn = Game.FromRules(KuhnPoker())

let private oracle text = ResponseOracle.Find text

/// Weights all members alike: an inner solver for any game.
let private alike = {
    new ISolve with
        member _.Solve game = values [ for p in game.Players -> values (uniform p.Actions.Size) ]
}

let private runOf count spec oracle = iterationsWith alike count spec (DoubleOracle(Oracle = oracle))

let private contextOf count spec = contextWith alike count spec

/// A strategy of random probabilities of at least a twentieth before they are made to sum to 1.
let private drawn seed (context: ResponseContext) =
    let strategy = Array.zeroCreate context.Strategy.Count

    for set in context.InformationSets do
        let stream = RandomStream(uint64 (seed: int), set.Label)
        let own = normalize [| for a in 0 .. set.Actions.Count - 1 -> 0.05 + stream.Uniform(0L, int64 a) |]
        Array.blit own 0 strategy set.First own.Length

    strategy

let private planOf (context: ResponseContext) (strategy: float[]) = context.PlanOf(values strategy)

/// Every pure strategy.
let private pure' (context: ResponseContext) =
    (context.InformationSets, [ Array.zeroCreate context.Strategy.Count ])
    ||> Seq.foldBack (fun set found -> [
        for strategy: float[] in found do
            for a in set.First .. set.First + set.Actions.Count - 1 do
                let copy = Array.copy strategy
                copy[a] <- 1.0
                copy
    ])

/// sum over sets of the plan there times KL there, set by set.
let private divergence (context: ResponseContext) (reference: float[]) (strategy: float[]) =
    let plan = planOf context strategy

    [
        for set in context.InformationSets do
            let here = if set.Parent = 0 then 1.0 else plan[set.Parent - 1]

            for a in set.First .. set.First + set.Actions.Count - 1 do
                if strategy[a] > 0.0 then
                    here * strategy[a] * log (strategy[a] / reference[a])
    ]
    |> List.sum

/// The gain is that of whole strategies that meet: it knows nothing of what single actions are worth.
let private objective (context: ResponseContext) temperature weight (diversity: IDiversity) reference strategy =
    context.Gain(values strategy) - temperature * divergence context reference strategy
    + weight
      * (if weight = 0.0 then
             0.0
         else
             (diversity.From context).Invoke(planOf context strategy).Value)

// ---- Without diversity ---------------------------------------------------------------------------------------------

let private closedForm =
    testList "closed form" [
        // Two plays left. One's x is worth 2, y 0, so with beta = 1 and uniform play for reference going on is worth
        // v = log((e^2 + 1) / 2), and exp(1) stands against exp(v) = (e^2 + 1) / 2: p(go) = 4.19453 / (2.71828 + 4.19453).
        test "worked example" {
            let first = (runOf 1 (Game.FromRules tiny) (oracle "regularized(temperature=1)")).Head
            let e2 = exp 2.0
            let go = (e2 + 1.0) / 2.0 / (exp 1.0 + (e2 + 1.0) / 2.0)
            let x = e2 / (e2 + 1.0)
            near 1e-5 0.60678 go "by hand"
            let one = first.Responses[0]
            close 1e-15 [| 1.0 - go; go; x; 1.0 - x |] (Array.ofSeq one.Strategy) "one"
            near 1e-15 ((1.0 - go) + go * x * 2.0 - 1.0) one.Gain "over stopping, which pays 1"
            // the farthest plan goes on and picks: 2 log 2 from uniform play
            let kl = List.sum [ for p in [ go; 1.0 - go ] -> p * log (2.0 * p) ]
            let then' = List.sum [ for p in [ x; 1.0 - x ] -> p * log (2.0 * p) ]
            near 1e-14 (2.0 * log 2.0 - (kl + go * then')) one.Slack.Kl "what closeness may cost"
            near 1e-14 0.0 (one.Slack.Search + one.Slack.Diversity) "nothing else"
            // one stops, so whatever two does it pays 1: that is won before its first move
            close 1e-15 [| 0.5; 0.5 |] (Array.ofSeq first.Responses[1].Strategy) "two"
            near 1e-15 0.0 first.Responses[1].Gain "two gains nothing"
            near 1e-15 (log 2.0) first.Responses[1].Slack.Kl "and one set is log 2 wide"
        }

        test "no strategy of Kuhn poker is better, by coordinate ascent set by set" {
            let context = contextOf 3 kuhn
            let reference = drawn 7 context
            let references = values [ values reference; values reference ]
            let response = RegularizedResponse(Temperature = 0.3, References = references).Respond context
            let worth = objective context 0.3 0.0 (HullDistance()) reference
            let found = worth (Array.ofSeq response.Strategy)
            let golden = (sqrt 5.0 - 1.0) / 2.0

            for seed in 1..3 do
                let strategy = drawn seed context

                for _ in 1..30 do
                    for set in context.InformationSets do
                        let at p =
                            strategy[set.First] <- p
                            strategy[set.First + 1] <- 1.0 - p
                            worth strategy

                        let mutable low, high = 1e-9, 1.0 - 1e-9

                        for _ in 1..40 do
                            let width = golden * (high - low)

                            if at (high - width) < at (low + width) then
                                low <- high - width
                            else
                                high <- low + width

                        at ((low + high) / 2.0) |> ignore

                near 1e-10 (worth strategy) found $"from {seed}"
                close 1e-4 strategy (Array.ofSeq response.Strategy) "the same strategy"
        }

        test "a tree of one move a player is answered as its matrix" {
            let payoffs = draws "tree and matrix" 1 4 5
            let labels (n: int) = values [ for k in 1..n -> $"a{k}" ]

            let rules =
                MatrixTree(
                    "tree",
                    values [ "row"; "column" ],
                    values [ labels 4; labels 5 ],
                    values [ values payoffs; values (Array.map (~-) payoffs) ]
                )

            for text in
                [
                    "regularized(temperature=0.1)"
                    for diversity in Diversity.All do
                        $"regularized(temperature=0.1,diversity={diversity.Name},decay=1)"
                ] do
                let tree = runOf 4 (Game.FromRules rules) (oracle text)
                let matrix = runOf 4 (zeroSumOf 4 5 payoffs) (oracle text)

                for a, b in List.zip tree matrix do
                    for p in 0..1 do
                        let parts (r: OracleResponse) = [| r.Gain; r.Slack.Diversity; r.Slack.Kl; r.Slack.Search |]
                        close 1e-9 (Array.ofSeq b.Responses[p].Strategy) (Array.ofSeq a.Responses[p].Strategy) text
                        close 1e-12 (parts b.Responses[p]) (parts a.Responses[p]) $"{text}: gain and slack"
        }

        test "a reference that sums to 1 over all sets instead of at each is refused" {
            let oracle = RegularizedResponse(References = values [ for _ in 0..1 -> values (uniform 12) ])

            Expect.stringStarts
                (argumentFault (fun () -> oracle.Respond(contextOf 1 kuhn)))
                "Oracle 'regularized': expected a reference of 12 probabilities above 0 that sum to 1 at every information set for 'player1', got 0.08"
                "message"
        }
    ]

// ---- Promises ------------------------------------------------------------------------------------------------------

let private texts = [
    "best_response"
    "regularized(temperature=0)"
    "regularized(temperature=0.3)"
    for diversity in Diversity.All do
        $"regularized(temperature=0,diversity={diversity.Name},weight=0.4,steps=30)"
        $"regularized(temperature=0.1,diversity={diversity.Name},weight=0.2,decay=1,steps=30)"
]

let private promises =
    testList "promises" [
        propertyOver
            25
            "in random trees the best response gets at most the slack beyond a response, and NashConv is at most what is promised"
            (fun (seed: uint16) ->
                let spec = Game.FromRules(randomTree (uint64 seed))
                let game = BoundGame.Bind spec
                let text = texts[int seed % texts.Length]
                let found = ResizeArray()

                let watched = {
                    new IResponseOracle with
                        member _.Name = "watched"
                        member _.Answer = "watched response"
                        member _.Words = values []
                        member _.With(_, _) = failwith "no settings"
                        member _.IsSettled _ = true

                        member _.Respond context =
                            let response = (oracle text).Respond context
                            found.Add(context.Gain(context.BestResponse()) - response.Gain, response.Slack)
                            response
                }

                for iterate in runOf 4 spec watched do
                    let gap = (GameSolver.Evaluate(game, iterate.Strategies)[0]).Certificate.NashConv
                    Expect.isLessThanOrEqual gap (iterate.Promise.Value + 1e-12) text

                for missed, slack in found do
                    Expect.isLessThanOrEqual missed (slack.Total + 1e-12) text
                    let parts = [ slack.Diversity; slack.Kl; slack.Search ]
                    Expect.all parts (fun part -> part >= 0.0) text

                    if not (text.Contains "diversity") then
                        Expect.isLessThan
                            (slack.Diversity + slack.Search)
                            1e-12
                            "a closed form leaves nothing to search")

        test
            "with diversity an ascent in Kuhn poker ends no lower than every pure strategy, uniform play and 200 mixtures" {
            for diversity in Diversity.All do
                for temperature in [ 0.0; 0.1 ] do
                    let context = contextOf 3 kuhn

                    let response =
                        RegularizedResponse(
                            Temperature = temperature,
                            Diversity = diversity,
                            Weight = WeightSchedule 0.5
                        )
                            .Respond
                            context

                    let even = Array.create 12 0.5
                    let worth = objective context temperature 0.5 diversity even
                    let found = worth (Array.ofSeq response.Strategy)

                    for other in even :: pure' context @ [ for seed in 1..200 -> drawn seed context ] do
                        Expect.isLessThanOrEqual (worth other) (found + 1e-9) $"{diversity.Name} at {temperature}"
        }

        for diversity in Diversity.All do
            test $"Kuhn poker by {diversity.Name} responses that fade out ends at the linear program's value" {
                let text = $"regularized(temperature=0.0002,diversity={diversity.Name},weight=0.2,decay=0.8,until=15)"
                let solver = DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle text)
                let options = SolveOptions(Until = Stop.AfterSteps 60L, Threads = 1)
                let solution = GameSolver.Solve(kuhn, solver, options)
                Expect.isLessThan solution.Certificate.NashConv 1e-12 "NashConv"
                near 1e-12 (-1.0 / 18.0) (solution.Value solution.Players[0]) "value"

                for moment in solution.Trace do
                    Expect.isGreaterThanOrEqual
                        (moment.Metrics["solver/promise"] + 1e-12)
                        moment.Metrics["game/nash_conv"]
                        "promise"
            }

        test "a temperature above 0 ends short of an equilibrium" {
            for temperature, gap in [ "0.05", 0.0757; "0.01", 0.00151 ] do
                let solver =
                    DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle $"regularized(temperature={temperature})")

                let options = SolveOptions(Until = Stop.AfterSteps 60L, Threads = 1)
                near (0.005 * gap) gap (GameSolver.Solve(kuhn, solver, options).Certificate.NashConv) temperature
        }

        test "the more sets a plan comes to the more does the same temperature cost" {
            let solver = DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle "regularized(temperature=0.01)")
            let options = SolveOptions(Until = Stop.AfterSteps 60L, Threads = 1)
            let leduc = GameSolver.Solve(Game.FromRules(LeducPoker()), solver, options)
            near 0.005 0.84 leduc.Certificate.NashConv "Leduc poker"
            Expect.stringContains leduc.Status.Sentence "every regularized response is in the populations" "its end"
        }

        test "strategies of one plan are one member" {
            let last = runOf 8 kuhn (oracle "best_response") |> List.last
            let plans = GameTree.Of(KuhnPoker()).Players

            for p in 0..1 do
                let reach (strategy: ValueList<float>) =
                    let plan = Array.zeroCreate strategy.Count

                    for set in plans[p].InformationSets do
                        for a in set.First .. set.First + set.Actions.Count - 1 do
                            plan[a] <- strategy[a] * (if set.Parent = 0 then 1.0 else plan[set.Parent - 1])

                    plan

                let members = [ for m in last.Next.Members[p] -> reach m ]
                Expect.equal (List.distinct members).Length members.Length "plans"
        }
    ]

// ---- Diversities ---------------------------------------------------------------------------------------------------

let private value (diversity: IDiversity) (context: ResponseContext) strategy =
    (diversity.From context).Invoke(planOf context strategy).Value

let private diversities =
    testList "diversities" [
        test "shares of plans are distributions of last actions" {
            for spec in [ kuhn; Game.FromRules(randomTree 3UL); Game.FromRules tiny ] do
                let context = contextOf 1 spec

                for seed in 1..10 do
                    let plan = planOf context (drawn seed context)

                    let last = [
                        for a in 0 .. plan.Length - 1 do
                            if context.EndsWith[a] then
                                context.Shares[a] * plan[a]
                    ]

                    near 1e-14 1.0 (List.sum last) "sum"
        }

        // One's population is (stop). Who stops says the same; who goes on parts from it at once. Where the population goes on and
        // picks x, another parts with it at the first set, or at the second, or never.
        test "semantic by hand" {
            let stops = contextOf 1 (Game.FromRules tiny)
            let strategy go x = [| 1.0 - go; go; x; 1.0 - x |]
            let plain = SemanticDiversity()
            near 1e-15 0.0 (value plain stops (strategy 0.0 0.5)) "stops too"
            near 1e-15 1.0 (value plain stops (strategy 1.0 1.0)) "goes on"
            near 1e-15 0.25 (value plain stops (strategy 0.25 1.0)) "linear"
            near 1e-15 1.0 (plain.Range stops) "range"
            let goes = contextOf 2 (Game.FromRules tiny)
            let members = [ for m in goes.Members -> Array.ofSeq m ]
            Expect.equal members.Length 2 "stop, and a response that goes on with x"
            let go, x = members[1][1], members[1][2]
            Expect.isGreaterThan (go * x) 0.99 "which it does nearly surely"
            // 1 - mean of (1 - q) and (1 - q)(1 - go) + q go (r x + (1 - r)(1 - x)) at q = 0.6, r = 0.3
            let second = 0.4 * (1.0 - go) + 0.6 * go * (0.3 * x + 0.7 * (1.0 - x))
            near 1e-15 (1.0 - (0.4 + second) / 2.0) (value plain goes (strategy 0.6 0.3)) "both"
            // x and y mean the same, stop and go are opposites: only who stops where the other goes on differs, by 2
            let meanings =
                values [ values [ 0.0; 1.0 ]; values [ 0.0; -1.0 ]; values [ 1.0; 0.0 ]; values [ 3.0; 0.0 ] ]

            let same = SemanticDiversity(Embeddings = values [ meanings; meanings ])
            let alike' = 0.4 * (1.0 - go) + 0.6 * go - 0.4 * go - 0.6 * (1.0 - go)
            near 1e-15 (1.0 - ((0.4 - 0.6) + alike') / 2.0) (value same goes (strategy 0.6 0.3)) "by meaning"
        }

        test "a member alone is 0 from itself, however many questions it is asked" {
            let context = contextOf 1 kuhn
            let own = Array.ofSeq context.Members[0]
            near 1e-15 0.0 (value (SemanticDiversity()) context own) "semantic"
            Expect.isLessThanOrEqual (value (HullDistance()) context own) -(log 0.95) "hull"
            let other = [| for p in own -> 1.0 - p |]
            near 1e-15 1.0 (value (SemanticDiversity()) context other) "whoever does all else is 1 away"
        }

        test "what a strategy adds is the difference of two cardinalities" {
            let context = contextOf 3 kuhn
            let gain strategy = context.Gain(values strategy)

            let payoffs strategy =
                values [ for worth in context.Against -> Seq.sum (Seq.map2 (*) worth (planOf context strategy)) ]

            // against the mixture: the same numbers as whole strategies that meet
            let worth strategy = Seq.sum (Seq.map2 (*) (context.Values.ToArray()) (planOf context strategy))
            let a, b = drawn 1 context, drawn 2 context
            near 1e-14 (gain a - gain b) (worth a - worth b) "values of actions"
            let old = [ for m in context.Members -> payoffs (Array.ofSeq m) ]

            for seed in 1..20 do
                let x = drawn seed context
                let added = value (ExpectedCardinality()) context x
                near 1e-13 (ExpectedCardinality.Of(old @ [ payoffs x ]) - ExpectedCardinality.Of old) added "added"
        }

        for diversity in Diversity.All do
            test $"{diversity.Name}: derivative and range" {
                for spec in [ kuhn; Game.FromRules(randomTree 5UL) ] do
                    let context = contextOf 3 spec
                    let of' = diversity.From context
                    let seen = ResizeArray()

                    for seed in 1..20 do
                        let plan, other =
                            planOf context (drawn seed context), planOf context (drawn (seed + 100) context)

                        let found = of'.Invoke plan
                        seen.Add found.Value
                        // plans are convex: from one towards another is a plan
                        let along = Array.map2 (-) other plan
                        let at h = of'.Invoke(Array.map2 (fun r d -> r + h * d) plan along).Value
                        let slope = (at 1e-5 - at -1e-5) / 2e-5
                        // the hull's weights are at their minimum to 1e-6, and so is the derivative to its root
                        near
                            (if diversity.Name = "hull" then 1e-3 else 2e-7)
                            slope
                            (Seq.sum (Seq.map2 (*) along found.Gradient))
                            $"{seed}"

                    if spec = kuhn then
                        for strategy in pure' context do
                            seen.Add(of'.Invoke(planOf context strategy).Value)

                    Expect.isLessThanOrEqual (Seq.max seen - Seq.min seen) (diversity.Range context + 1e-12) "range"
            }
    ]

[<Tests>]
let tests = testList "responses in trees" [ closedForm; promises; diversities ]
