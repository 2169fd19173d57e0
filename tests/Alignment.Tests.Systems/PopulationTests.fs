/// Populations over any game: oracles that respond, diversities, and what is promised of NashConv.
module Alignment.Tests.PopulationSystemTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let values (xs: seq<'a>) = ValueList.ToValueList xs

let private harm = [ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 ]
let private inspection = Games.Inspection(harm, 0.5)

let private inner = {
    new ISolve with
        member _.Solve game = ZeroSumLp().Solve(game, CancellationToken.None).Strategies
}

let private modes (strategy: seq<float>) = strategy |> Seq.sumBy (fun p -> if p > 0.0 then -p * log p else 0.0) |> exp

let private withOracle text = DoubleOracle(Inner = ZeroSumLp(), Oracle = ResponseOracle.Find text)

let private solve steps (spec: GameSpec) solver =
    GameSolver.Solve(spec, solver, SolveOptions(Until = Stop.AfterSteps(int64 (steps: int)), Threads = 1))

/// The iterations of a population solver on a game, with an inner solver.
let iterationsWith inner count (spec: GameSpec) (solver: DoubleOracle) =
    let data = BoundGame.Bind(spec).Data 0

    (solver.Init data, [])
    |> List.foldBack
        (fun _ (population, found) ->
            let iterate = solver.Step(data, population, inner)
            iterate.Next, iterate :: found)
        [ 1..count ]
    |> snd
    |> List.rev

let private iterations count spec solver = iterationsWith inner count spec solver

/// A diversity that hands over what it was asked about: the first context of the run's last iteration.
let contextWith inner count spec =
    let mutable seen = None

    let spy = {
        new IDiversity with
            member _.Name = "spy"
            member _.Range _ = 0.0

            member _.From context =
                if seen |> Option.forall (fun (c: ResponseContext) -> c.Iteration < context.Iteration) then
                    seen <- Some context

                Func<_, _>(fun (strategy: float[]) -> DiversityValue(0.0, Array.zeroCreate strategy.Length))
    }

    let oracle = RegularizedResponse(Temperature = 0.02, Diversity = spy, Weight = WeightSchedule 1.0)
    iterationsWith inner count spec (DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle)) |> ignore
    seen.Value

let private contextOf count spec = contextWith inner count spec

// ---- Known truth ---------------------------------------------------------------------------------------------------

let private truths =
    testList "known truth" [
        test "plain PSRO finds all seven modes of the inspection game by itself" {
            let solution = solve 100 inspection (DoubleOracle(Inner = ZeroSumLp()))
            near 5e-7 0.577020 (solution.Value solution.Players[0]) "value"
            near 0.005 6.96 (modes (solution.Strategy solution.Players[0])) "red's effective modes"
            near 0.005 5.45 (modes (solution.Strategy solution.Players[1])) "blue's"
            let used player = solution.Strategy solution.Players[player] |> Seq.filter (fun p -> p > 1e-9) |> Seq.length
            Expect.equal (used 0, used 1) (7, 7) "modes"
            Expect.isLessThan solution.Certificate.NashConv 1e-12 "NashConv"
        }

        test "NashConv is not monotone along the run; its running minimum is, and the answer has it" {
            let solution = solve 8 inspection (DoubleOracle(Inner = ZeroSumLp()))
            let metric key = [ for moment in solution.Trace -> moment.Metrics[key] ]
            let gaps = metric "game/nash_conv"
            Expect.isTrue (gaps |> List.pairwise |> List.exists (fun (a, b) -> b > a + 0.1)) "it rises"
            Expect.equal (metric "game/nash_conv_min") (gaps |> List.scan min infinity |> List.tail) "running minimum"
            Expect.equal solution.Certificate.NashConv (List.min gaps) "of the answer"
        }

        test "a run tells what its oracle promises" {
            for text in [ "best_response"; "regularized(temperature=0.05)"; "regularized(diversity=hull,weight=0.1)" ] do
                for moment in (solve 8 inspection (withOracle text)).Trace do
                    let gap, promise = moment.Metrics["game/nash_conv"], moment.Metrics["solver/promise"]
                    Expect.isGreaterThanOrEqual (promise + 1e-12) gap text

                    if text = "best_response" then
                        near 1e-12 gap promise "NashConv itself"
        }

        for text, least in
            [
                "regularized(temperature=0,diversity=semantic,weight=0.5,decay=0.8,until=20)", 1e-12
                "regularized(temperature=0,diversity=cardinality,weight=0.5,decay=0.8,until=20)", 1e-12
                "regularized(temperature=0,diversity=hull,weight=0.1,decay=0.8,until=20)", 1e-12
                "regularized(temperature=0.01)", 1e-4
            ] do
            test $"{text} ends near the same value" {
                let solution = solve 60 inspection (withOracle text)
                Expect.isLessThan solution.Certificate.NashConv least "NashConv"
                near (2.0 * least + 5e-7) 0.577020 (solution.Value solution.Players[0]) "value"
                Expect.stringContains solution.Status.Sentence "every regularized response is in the populations" "end"
            }

        // what the page says of diversity: each iteration to the first of NashConv below 1e-9
        test "the distance from the hull takes eight iterations where best responses take thirteen" {
            let steps solver =
                let solution = solve 60 inspection solver

                1 + (solution.Trace |> Seq.findIndex (fun moment -> moment.Metrics["game/nash_conv"] < 1e-9))

            Expect.equal (steps (DoubleOracle(Inner = ZeroSumLp()))) 13 "plain"

            Expect.equal
                (steps (withOracle "regularized(temperature=0,diversity=hull,weight=0.1,decay=0.8,until=20)"))
                8
                "hull"
        }

        test "a population that grows more diverse may be further from equilibrium" {
            let run = iterations 6 inspection (DoubleOracle(Inner = ZeroSumLp()))

            let payoffs =
                matrix 8 8 [|
                    for i in 0..7 do
                        for j in 0..7 -> if i = j then -0.5 else harm[i]
                |]

            let measured = [
                for before, iterate in List.pairwise run do
                    let members = before.Next.Members
                    let rows = members[0].Count
                    let table = before.Next.Payoffs[0] |> Seq.chunkBySize (Seq.length before.Next.Payoffs[0] / rows)
                    let x, y = Array.ofSeq iterate.Strategies[0], Array.ofSeq iterate.Strategies[1]
                    ExpectedCardinality.Of(Seq.map values table), saddleGap payoffs x y
            ]

            Expect.isTrue
                (List.pairwise measured
                 |> List.exists (fun ((d, gap), (d', gap')) -> d' > d + 0.01 && gap' > gap + 0.1))
                $"diversity and NashConv rise together somewhere: {measured}"
        }
    ]

// ---- Oracles -------------------------------------------------------------------------------------------------------

let private oracles =
    testList "oracles" [
        // Blue guards mode 1. Red's actions are worth g = (-0.5, 0.9, 0.8, ...): at temperature 0.2 the response is softmax(5 g).
        test "closed form without diversity" {
            let first = iterations 1 inspection (withOracle "regularized(temperature=0.2)") |> List.head
            let worth = -0.5 :: List.tail harm |> List.map (fun g -> exp (5.0 * g))
            let expected = worth |> List.map (fun w -> w / List.sum worth)
            close 1e-15 (Array.ofList expected) (Array.ofSeq first.Responses[0].Strategy) "red"
            let gain = List.map2 (*) expected (-0.5 :: List.tail harm) |> List.sum
            near 1e-14 (gain + 0.5) first.Responses[0].Gain "gain over mode 1, which is guarded"
            // KL of the response from uniform play: log 8 - entropy; a pure strategy is log 8 away
            let entropy = -(expected |> List.sumBy (fun p -> p * log p))
            near 1e-14 (0.2 * entropy) first.Responses[0].Slack.Kl "what closeness may cost"
            near 1e-14 0.0 (first.Responses[0].Slack.Search + first.Responses[0].Slack.Diversity) "nothing else"
        }

        test "with another reference" {
            let reference = values [ 0.65; 0.05; 0.05; 0.05; 0.05; 0.05; 0.05; 0.05 ]
            let oracle = RegularizedResponse(Temperature = 1.0, References = values [ reference; reference ])
            let first = iterations 1 inspection (DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle)) |> List.head
            let worth = Seq.map2 (fun r g -> r * exp g) reference (-0.5 :: List.tail harm) |> Array.ofSeq

            close
                1e-15
                (worth |> Array.map (fun w -> w / Array.sum worth))
                (Array.ofSeq first.Responses[0].Strategy)
                "red"
        }

        test "NashConv is at most what gains and slacks promise, for every oracle, game and iteration" {
            let texts = [
                "best_response"
                "regularized(temperature=0)"
                "regularized(temperature=0.3)"
                for diversity in [ "semantic"; "cardinality"; "hull" ] do
                    $"regularized(temperature=0,diversity={diversity},weight=0.4)"
                    $"regularized(temperature=0.1,diversity={diversity},weight=0.2,decay=1)"
            ]

            for text in texts do
                for seed in 1..4 do
                    let payoffs = draws $"promise {seed}" 1 6 5
                    let run = iterations 6 (zeroSumOf 6 5 payoffs) (withOracle text)

                    for iterate in run do
                        let gap =
                            saddleGap
                                (matrix 6 5 payoffs)
                                (Array.ofSeq iterate.Strategies[0])
                                (Array.ofSeq iterate.Strategies[1])

                        Expect.isGreaterThanOrEqual (iterate.Promise.Value + 1e-12) gap text

                        if text = "best_response" then
                            near 1e-12 gap iterate.Promise.Value "exact responses promise NashConv itself"

                        for response in iterate.Responses do
                            for part in [ response.Slack.Diversity; response.Slack.Kl; response.Slack.Search ] do
                                Expect.isGreaterThanOrEqual part 0.0 $"a part of the slack of {text}"
        }

        test "the ascent finds what a grid of strategies has" {
            for diversity in Diversity.All do
                let oracle = RegularizedResponse(Temperature = 0.1, Diversity = diversity, Weight = WeightSchedule 0.5)
                let spec = zeroSumOf 3 3 (draws "grid" 1 3 3)
                let mutable least = infinity
                let context = contextOf 3 spec

                let objective (x: float[]) =
                    let worth = Array.map2 (*) x (context.Values.ToArray()) |> Array.sum
                    let kl = x |> Array.sumBy (fun p -> if p > 0.0 then p * log (3.0 * p) else 0.0)
                    worth - 0.1 * kl + 0.5 * (diversity.From context).Invoke(x).Value

                let found = objective (Array.ofSeq (oracle.Respond context).Strategy)

                for i in 1..39 do
                    for j in 1 .. 39 - i do
                        let x = [| float i / 40.0; float j / 40.0; float (40 - i - j) / 40.0 |]
                        least <- min least (found - objective x)

                Expect.isGreaterThanOrEqual least -1e-9 diversity.Name
        }

        test "as a setting: text, value and refusals" {
            let text =
                "double_oracle(inner=lp,oracle=regularized(temperature=0.1,diversity=hull,weight=0.2,decay=0.5,until=9,steps=50))"

            let oracle =
                RegularizedResponse(
                    Temperature = 0.1,
                    Diversity = HullDistance(),
                    Weight = WeightSchedule(0.2, 0.5, 9L),
                    Steps = 50
                )

            let set: ISolver = (DoubleOracle(Inner = ZeroSumLp(), Oracle = oracle) :> ISolver)
            Expect.equal (SolverText.Of set) text "text"

            let setting =
                (DoubleOracle(Inner = ZeroSumLp()) :> ISolver).Settings |> Seq.find (fun s -> s.Name = "oracle")

            Expect.equal (setting.With(text[text.IndexOf("regular") .. text.Length - 2])) set "the same value again"

            for text, message in
                [
                    "regularised", "There is no oracle 'regularised'. Did you mean 'regularized'?"
                    "regularized(temprature=1)",
                    "The oracle 'regularized' has no setting 'temprature'. Did you mean 'temperature'?"
                    "regularized(temperature=-1)", "Oracle 'regularized': expected a temperature of at least 0, got -1."
                    "regularized(temperature=warm)", "Oracle 'regularized', temperature: expected a number, got 'warm'."
                    "regularized(decay=2)", "Oracle 'regularized': expected a decay above 0 and at most 1, got 2."
                    "regularized(weight=-1)", "Oracle 'regularized': expected a weight of at least 0, got -1."
                    "regularized(steps=0)", "Oracle 'regularized': expected at least 1 step, got 0."
                    "regularized(until=1.5)",
                    "Oracle 'regularized', until: expected a whole number of at least 0, got '1.5'."
                    "regularized(diversity=hul)", "There is no diversity 'hul'. Did you mean 'hull'?"
                    "regularized(", "'regularized(' is not an oracle; write for example regularized(temperature=0.05)."
                    "regularized(0.1)", "Oracle 'regularized': expected name=value, got '0.1'."
                    "best_response(x=1)", "The oracle 'best_response' has no setting 'x'."
                ] do
                Expect.stringStarts (argumentFault (fun () -> ResponseOracle.Find text)) message text
        }

        test "games without a tree take best responses only" {
            Expect.stringStarts
                (argumentFault (fun () ->
                    OpenSolver.Solve(
                        OpenGame.Of(KuhnPoker()),
                        withOracle "regularized",
                        OpenOptions(Until = Stop.AfterSteps 1L)
                    )))
                "Solver 'psro': the oracle 'regularized' asks what every action gets"
                "rules"
        }

        test "meta-solvers that promise no equilibrium are labelled" {
            for name in [ "alpha_rank"; "uniform" ] do
                let solution = solve 50 inspection (DoubleOracle(Inner = (Solver.Find name)))
                Expect.isGreaterThan solution.Certificate.NashConv 0.4 "no equilibrium"

                Expect.stringContains
                    solution.Status.Sentence
                    $"The inner solver '{name}' weighs members"
                    "the end says so"

                let _, out, _ = align [ "solvers"; name ]
                Expect.stringContains out "promises nothing about NashConv" "and its page"
        }
    ]

// ---- Diversities ---------------------------------------------------------------------------------------------------

let private diversities =
    testList "diversities" [
        test "expected cardinality by hand" {
            let row (xs: float list) = values xs
            near 1e-15 0.5 (ExpectedCardinality.Of [ row [ 3.0; 4.0 ] ]) "one member"

            near
                1e-15
                (3.0 / 4.0)
                (ExpectedCardinality.Of [ for _ in 1..3 -> row [ 1.0; 2.0 ] ])
                "three of the same: 3/4"

            near
                1e-15
                1.5
                (ExpectedCardinality.Of [ row [ 2.0; 0; 0 ]; row [ 0; 5.0; 0 ]; row [ 0; 0; 1.0 ] ])
                "orthogonal: 3/2"

            near 1e-15 0.5 (ExpectedCardinality.Of [ row [ 1.0; 0 ]; row [ 0; 0.0 ] ]) "zeros add nothing"
            // a constant 1 on top: rows (2, 1) and (1, 2), cosine 4/5, eigenvalues 9/5 and 1/5: 9/14 + 1/6
            near 1e-15 1.0 (ExpectedCardinality.Of [ row [ 1.0; 0 ]; row [ 0; 1.0 ] ]) "orthogonal"

            near
                1e-15
                (9.0 / 14.0 + 1.0 / 6.0)
                (ExpectedCardinality.Of [ row [ 2.0; 1 ]; row [ 1; 2.0 ] ])
                "a constant changes it"

            Expect.stringStarts
                (argumentFault (fun () -> ExpectedCardinality.Of []))
                "Expected cardinality: expected at least one row"
                "none"
        }

        test "what a strategy adds is the difference of two cardinalities" {
            let context = contextOf 3 inspection
            let payoffs (x: seq<float>) = values [ for worth in context.Against -> Seq.sum (Seq.map2 (*) worth x) ]
            let old = [ for member' in context.Members -> payoffs member' ]

            for seed in 1..20 do
                let x = normalize [| for k in 0..7 -> RandomStream(uint64 seed, "x").Uniform(0L, int64 k) |]
                let added = (ExpectedCardinality().From context).Invoke(x).Value
                near 1e-13 (ExpectedCardinality.Of(old @ [ payoffs x ]) - ExpectedCardinality.Of old) added "added"
        }

        test "semantic by hand" {
            // two pairs of synonyms: what the population says already differs by 0 or by 1
            let embeddings = values [ values [ 1.0; 0 ]; values [ 2.0; 0 ]; values [ 0; 1.0 ] ]
            let diversity = SemanticDiversity(Embeddings = values [ embeddings; embeddings ])
            let context = contextOf 1 (zeroSumOf 3 3 (draws "semantic" 1 3 3)) // the population is action 1
            let of' (x: float[]) = (diversity.From context).Invoke(x).Value
            near 1e-15 0.0 (of' [| 0.0; 1.0; 0.0 |]) "a synonym"
            near 1e-15 1.0 (of' [| 0.0; 0.0; 1.0 |]) "another meaning"
            near 1e-15 0.25 (of' [| 0.5; 0.25; 0.25 |]) "linear"
            near 1e-15 1.0 (diversity.Range context) "range"
            near 1e-15 1.0 (SemanticDiversity.Of(values [ 0.0; 2.0 ], [ values [ 1.0; 0.0 ] ])) "of policies"

            near
                1e-15
                0.5
                (SemanticDiversity.Of(values [ 0.0; 2.0 ], [ values [ 1.0; 0.0 ]; values [ 0.0; 1.0 ] ]))
                "of two"

            Expect.stringStarts
                (argumentFault (fun () ->
                    SemanticDiversity(Embeddings = values [ values [ values [ 1.0 ] ] ]).Range context))
                "Semantic diversity: expected an embedding for each of 3 actions of 'row', got 1."
                "too few"

            Expect.stringStarts
                (argumentFault (fun () -> SemanticDiversity.Of(values [ 0.0 ], [ values [ 1.0 ] ])))
                "Semantic diversity: expected finite embeddings that are not 0"
                "zero"
        }

        test "distance from the hull against a grid of the hull's weights" {
            let context = contextOf 2 (zeroSumOf 3 3 (draws "hull" 1 3 3))
            let members = [ for m in context.Members -> Array.ofSeq m ]
            Expect.equal members.Length 2 "two members"
            let x = [| 0.2; 0.3; 0.5 |]

            let kl w =
                [
                    for a in 0..2 ->
                        let h = 0.95 * (w * members[0][a] + (1.0 - w) * members[1][a]) + 0.05 / 3.0
                        x[a] * log (x[a] / h)
                ]
                |> List.sum

            let least = [ for k in 0..10_000 -> kl (float k / 10_000.0) ] |> List.min
            let found = (HullDistance().From context).Invoke(x).Value
            Expect.isGreaterThanOrEqual found (least - 1e-7) "not below the minimum"
            Expect.isLessThanOrEqual found (least + 2e-6) "nor above it by more than it says"
            // a member is nearly in the hull: at most -log(1 - s)
            let own = (HullDistance().From context).Invoke(members[1]).Value
            Expect.isLessThanOrEqual own -(log 0.95) "a member"
        }

        for diversity in Diversity.All do
            test $"{diversity.Name}: derivative and range" {
                let context = contextOf 3 inspection
                let range = diversity.Range context
                let seen = ResizeArray()

                for seed in 1..30 do
                    let stream = RandomStream(uint64 seed, "point")
                    let x = normalize [| for k in 0..7 -> 0.05 + stream.Uniform(0L, int64 k) |]
                    let found = (diversity.From context).Invoke x
                    seen.Add found.Value

                    for a in 0..6 do
                        // along e_a - e_7, within the simplex
                        let moved h = [|
                            for k in 0..7 ->
                                x[k]
                                + (if k = a then h
                                   elif k = 7 then -h
                                   else 0.0)
                        |]

                        let at h = (diversity.From context).Invoke(moved h).Value
                        let slope = (at 1e-5 - at -1e-5) / 2e-5
                        // the hull's weights are at their minimum to 1e-6, and so is the derivative to its root
                        near
                            (if diversity.Name = "hull" then 1e-3 else 2e-5)
                            slope
                            (found.Gradient[a] - found.Gradient[7])
                            $"{a}"

                for a in 0..7 do
                    let corner = [| for k in 0..7 -> if k = a then 1.0 else 0.0 |]
                    seen.Add((diversity.From context).Invoke(corner).Value)

                Expect.isLessThanOrEqual (Seq.max seen - Seq.min seen) range "range"
            }
    ]

// ---- Pairs ---------------------------------------------------------------------------------------------------------

let private pairs =
    let mixed seed count size =
        values [
            for k in 1..count ->
                normalize [| for a in 0 .. size - 1 -> RandomStream(uint64 (seed + k), "member").Uniform(0L, int64 a) |]
                |> values
        ]

    let treeMembers seed count (plex: Treeplex) =
        values [
            for k in 1..count ->
                let strategy = Array.zeroCreate plex.Actions

                for set in plex.InformationSets do
                    let stream = RandomStream(uint64 (seed + k), set.Label)
                    let own = normalize [| for a in 0 .. set.Actions.Count - 1 -> 0.1 + stream.Uniform(0L, int64 a) |]
                    Array.blit own 0 strategy set.First own.Length

                values strategy
        ]

    let threePlayers (payoffs: float[]) =
        let players = [ Player.Of("a", 2); Player.Of("b", 3); Player.Of("c", 4) ]
        let axes = [ for p in players -> p.Actions ]

        players
        |> List.indexed
        |> List.fold
            (fun (spec: GameSpec) (k, player) ->
                spec.Player(player).Payoff(player, Expr.Literal(NamedTensor.Of(axes, payoffs[24 * k .. 24 * k + 23]))))
            (Game.Named "three")

    let games: (string * (unit -> GameSpec * ValueList<ValueList<ValueList<float>>>)) list = [
        "matrix", (fun () -> zeroSumOf 7 5 (draws "pairs" 1 7 5), values [ mixed 1 6 7; mixed 50 4 5 ])
        "three players",
        (fun () -> threePlayers (draws "pairs" 3 24 1), values [ mixed 1 3 2; mixed 50 2 3; mixed 90 4 4 ])
        "tree",
        (fun () ->
            let plexes = (GameTree.Of(KuhnPoker())).Players
            Game.FromRules(KuhnPoker()), values [ treeMembers 1 5 plexes[0]; treeMembers 60 3 plexes[1] ])
    ]

    testList "pairs" [
        for name, make in games do
            test $"all pairs at once are the pairs one by one, bit for bit: {name}" {
                let spec, members = make ()
                let game = BoundGame.Bind spec
                let together = GameSolver.Meet(game, members)
                Expect.equal (GameSolver.Meet(game, members, threads = 2)) together "on two threads"
                let sizes = [ for own in members -> own.Count ]

                for cell in 0 .. List.reduce (*) sizes - 1 do
                    let at =
                        List.foldBack (fun size (rest, found) -> rest / size, rest % size :: found) sizes (cell, [])
                        |> snd

                    let alone = values (List.mapi (fun p k -> values [ members[p][k] ]) at)
                    let single = GameSolver.Meet(game, alone)
                    let evaluated = (GameSolver.Evaluate(game, values (List.mapi (fun p k -> members[p][k]) at)))[0]

                    for p in 0 .. sizes.Length - 1 do
                        let alone, batched = single[p][0], together[p][cell]
                        Expect.equal (bitsOf alone) (bitsOf batched) $"cell {cell}, player {p}"
                        near 1e-13 (evaluated.Value spec.Players[p]) batched "the certificate's value"
            }

        test "what does not meet" {
            let game = BoundGame.Bind(zeroSumOf 2 2 [| 1.0; 0.0; 0.0; 1.0 |])
            let one = values [ values [ 1.0; 0.0 ] ]

            for members, message in
                [
                    [ one ], "Expected a population for each of 2 players, got 1."
                    [ one; values [] ], "Population of 'column': expected at least one member, got none."
                    [ one; values [ values [ 1.0 ] ] ],
                    "Population of 'column': expected members of 2 probabilities of at least 0, got one of 1 numbers."
                ] do
                Expect.equal (argumentFault (fun () -> GameSolver.Meet(game, values members))) message "message"

            Expect.stringStarts
                (argumentFault (fun () ->
                    GameSolver.Meet(BoundGame.Bind(zeroSumBatch 2 2 2 (draws "b" 2 2 2)), values [ one; one ])))
                "Populations meet in one game"
                "a batch"
        }
    ]

[<Tests>]
let tests = testList "populations" [ truths; oracles; diversities; pairs ]
