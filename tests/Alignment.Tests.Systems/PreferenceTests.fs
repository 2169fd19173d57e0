/// Preferences as values and as games, and what Nash learning finds in them.
module Alignment.Tests.PreferenceTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

let private answers = Axis.labelled "answer" [ "a"; "b"; "c" ]
let private prompts = Axis.labelled "prompt" [ "short"; "long" ]

/// a is preferred to b, b to c and c to a: no Condorcet winner, and the von Neumann winner is (.3, .3, .4).
let private table = [| [| 0.5; 0.9; 0.2 |]; [| 0.1; 0.5; 0.8 |]; [| 0.8; 0.2; 0.5 |] |]

let private circle = Preference.Of(answers, array2D table)

let private payoffs (spec: GameSpec) game = (BoundGame.Bind spec).Data(game).Payoff(0).ToArray()

// ---- Nouns ---------------------------------------------------------------------------------------------------------

let private nouns =
    testList "nouns" [
        testCase "a table's margins are antisymmetric to the last bit" (fun () ->
            let margins = payoffs (Game.Preference("circle", circle)) 0
            close 1e-16 [| 0.0; 0.4; -0.3; -0.4; 0.0; 0.3; 0.3; -0.3; 0.0 |] margins "P - 1/2"

            for i in 0..2 do
                for j in 0..2 do
                    Expect.equal margins[3 * i + j] -margins[3 * j + i] $"{i}, {j}")

        testCase "preferences are values" (fun () ->
            Expect.equal (Preference.Of(answers, array2D table)) circle "equal content"
            Expect.notEqual (Preference.BradleyTerry(answers, Expr.vector answers [ 1.0; 0.0; 0.0 ])) circle "another")

        testCase "the game as text" (fun () ->
            Expect.equal
                (string (Game.Preference("circle", circle, temperature = 0.1)))
                ("game \"circle\"\n"
                 + "  player policy chooses answer=3{a,b,c}\n"
                 + "  player opponent chooses opponent=3{a,b,c}\n"
                 + "  payoff policy = [answer, opponent] {0 0.4 -0.30000000000000004 -0.4 0 0.30000000000000004 0.30000000000000004 -0.30000000000000004 0}\n"
                 + "  payoff opponent = -[answer, opponent] {0 0.4 -0.30000000000000004 -0.4 0 0.30000000000000004 0.30000000000000004 -0.30000000000000004 0}\n"
                 + "  regularize policy by kl(expand[answer](0.3333333333333333), 0.1)\n"
                 + "  regularize opponent by kl(rename[answer->opponent](expand[answer](0.3333333333333333)), 0.1)\n"
                 + "  claim Symmetric")
                "text")

        for name, numbers, message in
            [
                "sum",
                [ [ 0.5; 0.9; 0.2 ]; [ 0.2; 0.5; 0.8 ]; [ 0.8; 0.2; 0.5 ] ],
                "Preference over 'answer': expected P(a over b) + P(b over a) = 1, got 0.9 + 0.2 = 1.1 at answer=a, answer'=b."
                "diagonal",
                [ [ 0.5; 0.9; 0.2 ]; [ 0.1; 0.6; 0.8 ]; [ 0.8; 0.2; 0.5 ] ],
                "Preference over 'answer': expected 0.5 where a response is compared with itself, got 0.6 at answer=b, answer'=b."
                "range",
                [ [ 0.5; 1.2; 0.2 ]; [ -0.2; 0.5; 0.8 ]; [ 0.8; 0.2; 0.5 ] ],
                "Preference over 'answer': expected probabilities from 0 to 1, got 1.2 at answer=a, answer'=b."
            ] do
            testCase $"numbers that are no preference: {name}" (fun () ->
                Expect.equal (argumentFault (fun () -> Preference.Of(answers, array2D numbers))) message "message")

        testCase "axes that are missing" (fun () ->
            Expect.equal
                (argumentFault (fun () -> Preference.Of(answers, Expr.vector answers [ 0.5; 0.5; 0.5 ])))
                "Preference over 'answer': expected probabilities over [answer=3, answer'=3], got [answer=3]; the second axis is the first one's Prime()."
                "probabilities"

            Expect.equal
                (argumentFault (fun () -> Preference.BradleyTerry(answers, Expr.vector prompts [ 0.0; 1.0 ])))
                "Preference over 'answer': expected rewards over [answer=3], got [prompt=2]."
                "rewards"

            Expect.equal
                (argumentFault (fun () ->
                    Game.Preference("circle", circle, 0.1, reference = Expr.vector prompts [ 0.5; 0.5 ])))
                "The preference game 'circle': expected a reference policy over [answer=3], got [prompt=2]."
                "reference"

            Expect.equal
                (argumentFault (fun () ->
                    Game.Preference("circle", circle, reference = Expr.vector answers [ 0.5; 0.25; 0.25 ])))
                "The preference game 'circle': expected a temperature with the reference policy, got none; it says how much the policy is pulled there."
                "temperature")

        // numbers are looked at when they are there: at p = 0.75 the preference of c over a is no longer the complement
        testCase "an expression that is no preference is refused when it is bound" (fun () ->
            let p = Signal.Parameter("p", 0.2, 0.0, 1.0)
            let cell = Expr.matrix answers (answers.Prime()) [ [ 0; 0; 1 ]; [ 0; 0; 0 ]; [ 0; 0; 0 ] ]
            let varied = Preference.Of(answers, circle.Probability + (p - 0.2) * cell)
            let game = Game.Preference("varied", varied)
            Expect.equal (payoffs game 0 |> Array.length) 9 "bound where it is one"

            let message = refusal (fun () -> BoundGame.Bind(game.Set("p", 0.75)))

            Expect.stringStarts
                message
                "claim Symmetric: does not hold: 'policy' gets 0.25 at cell answer=a, opponent=c"
                "cell"

            Expect.stringEnds message " at cell answer=c, opponent=a" "and its mirror")

        testCase "rewards make a Bradley-Terry preference" (fun () ->
            let rewards = [| 1.5; -0.5; 0.25 |]

            let margins =
                payoffs (Game.Preference("bt", Preference.BradleyTerry(answers, Expr.vector answers rewards))) 0

            let expected = [|
                for r in rewards do
                    for s in rewards -> 1.0 / (1.0 + exp (s - r)) - 0.5
            |]

            close 1e-15 expected margins "logistic"
            // the KL-regularized answer is not ref exp(r / tau): that is the optimum against a fixed opponent, not against itself
            let best =
                GameSolver.Solve(
                    Game.Preference("bt", Preference.BradleyTerry(answers, Expr.vector answers rewards)),
                    ZeroSumLp(),
                    SolveOptions()
                )

            Expect.equal
                (List.ofSeq (best.Strategy best.Players[0]))
                [ 1.0; 0.0; 0.0 ]
                "the largest reward is a Condorcet winner")

        testCase "contexts as games, and as chance" (fun () ->
            let reversed = table |> Array.map Array.rev |> Array.rev
            let both = Array.concat [ Array.concat table; Array.concat reversed ]
            let contextual = Preference.Of(answers, Expr.table [ prompts; answers; answers.Prime() ] both)
            let each = Game.Preference("each", contextual).Over(prompts)
            let first, second = payoffs each 0, payoffs each 1
            close 1e-16 (payoffs (Game.Preference("one", circle)) 0) first "short"
            close 1e-16 (Array.rev first) second "long"

            let mixed = Game.Preference("all", contextual).Nature(prompts, Expr.vector prompts [ 0.25; 0.75 ])
            close 1e-15 (Array.map2 (fun u v -> 0.25 * u + 0.75 * v) first second) (payoffs mixed 0) "weighted"

            // a reference for each prompt
            let reference = Expr.table [ prompts; answers ] [ 0.2; 0.3; 0.5; 0.6; 0.2; 0.2 ]
            let pulled = Game.Preference("pulled", contextual, 0.2, reference).Over(prompts)
            let until = Stop.RegularizedGapBelow 1e-13 ||| Stop.AfterSteps 20_000L
            let solution = GameSolver.Solve(pulled, Solver.Find "inpo", SolveOptions(Until = until, Threads = 1))
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence

            for game in 0..1 do
                let strategies = solution.Games[game].Strategies
                Expect.equal strategies[0] strategies[1] "the same for both players")

        testCase "an example of a regularized game in F# and in C# terms" (fun () ->
            let viaVerbs =
                let policy, opponent =
                    Player.choosing "policy" answers, Player.Of("opponent", answers.Named "opponent")

                let uniform = Expr.Constant(1.0 / 3.0).Expand answers
                let margin = circle.Margin.Op :?> Op.Literal
                let win = Expr.table [ answers; opponent.Actions ] (margin.Tensor.Values.ToArray())

                game "circle" {
                    zeroSum policy opponent win
                    claim Structure.Symmetric
                    regularize policy (Regularizer.Kl(uniform, 0.1))
                    regularize opponent (Regularizer.Kl(uniform.On(answers, opponent.Actions), 0.1))
                }

            Expect.equal (Game.Preference("circle", circle, 0.1)) viaVerbs "nothing but the verbs")
    ]

// ---- Counts --------------------------------------------------------------------------------------------------------

let private other = answers.Named "other"
let private comparisons = CountTable.Read("wins.csv").By(answers, other).Comparing(answers, other)
let private counted = Game.Preference("counted", Preference.Counts comparisons)

let private inFile (text: string) action =
    inFolder (fun folder ->
        File.WriteAllText(Path.Combine(folder, "wins.csv"), text)

        try
            action folder
        with :? Formats.InputFormatException as e ->
            failtest (e.Message.Replace(folder, "FOLDER")))

let private bindIn (spec: GameSpec) seed folder = BoundGame.Bind(spec, folder, seed)

let private wins = "answer,other,successes,trials\na,b,9,10\nb,c,4,8\nc,b,1,2\nc,a,16,20\n"

let private fileFault (spec: GameSpec) (text: string) =
    inFolder (fun folder ->
        File.WriteAllText(Path.Combine(folder, "wins.csv"), text)

        try
            BoundGame.Bind(spec, folder) |> ignore
            failtest "bound, where a refusal was expected"
        with :? Formats.InputFormatException as e ->
            e.Message.Replace(folder, "FOLDER"))

let private counts =
    testList "counts" [
        testCase "both orders are added, one is enough, and a response is even with itself" (fun () ->
            // a over b 9 of 10; b over c 4 of 8 and 2 - 1 of 2 more: 5 of 10; c over a 16 of 20
            let game = inFile wins (bindIn counted 0UL)
            let expected = [| 0.0; 0.4; -0.3; -0.4; 0.0; 0.0; 0.3; 0.0; 0.0 |]
            close 1e-15 expected (game.Data(0).Payoff(0).ToArray()) "P - 1/2"
            Expect.isEmpty game.Notes "nothing left out")

        testCase "in text" (fun () ->
            Expect.stringContains
                (string counted)
                "table \"wins.csv\" [answer=3{a,b,c}, other=3{a,b,c}] successes/trials comparing answer with other"
                "the table")

        testCase "each pair is drawn once from its posterior" (fun () ->
            let draws = 4000
            let game = inFile wins (bindIn (counted.Probe(Probe.Posterior(comparisons, draws))) 5UL)
            let cell k (i: int) (j: int) = game.Data(k).Payoff(0)[3 * i + j]

            for i, j, s, n in [ 0, 1, 9.0, 10.0; 1, 2, 5.0, 10.0; 0, 2, 4.0, 20.0 ] do
                near 1e-15 (s / n - 0.5) (cell 0 i j) "the point estimate"
                let values = [| for k in 1..draws -> cell k i j |]

                for k in 1..draws do
                    Expect.equal (cell k i j) -(cell k j i) "antisymmetric in every draw"

                // Beta(s + 1/2, n - s + 1/2), to five standard errors; the variance's own is at most sqrt(2.5 / draws) of it here
                let a, b = s + 0.5, n - s + 0.5
                let mean, variance = a / (a + b), a * b / ((a + b) ** 2.0 * (a + b + 1.0))
                let average = Array.average values
                near (5.0 * sqrt (variance / float draws)) (mean - 0.5) average "mean"
                let seen = values |> Array.averageBy (fun v -> (v - average) ** 2.0)
                near (5.0 * variance * sqrt (2.5 / float draws)) variance seen "variance")

        testCase "contexts are further columns" (fun () ->
            let table = CountTable.Read("wins.csv").By(prompts, answers, other).Comparing(answers, other)

            let text =
                "prompt,answer,other,successes,trials\nshort,a,b,9,10\nshort,b,c,4,5\nshort,c,a,4,5\nlong,a,b,1,4\nlong,b,c,1,2\nlong,a,c,1,1\n"

            let game = inFile text (bindIn (Game.Preference("contexts", Preference.Counts table).Over(prompts)) 0UL)
            close 1e-15 [| 0.0; 0.4; -0.3; -0.4; 0.0; 0.3; 0.3; -0.3; 0.0 |] (game.Data(0).Payoff(0).ToArray()) "short"
            close 1e-15 [| 0.0; -0.25; 0.5; 0.25; 0.0; 0.0; -0.5; 0.0; 0.0 |] (game.Data(1).Payoff(0).ToArray()) "long")

        for name, text, message in
            [
                "a pair missing",
                wins.Replace("a,b,9,10\n", ""),
                "FOLDER/wins.csv: no row gives the cell answer=a, other=b, nor the same two in the other order"
                "a response against itself",
                wins + "b,b,1,2\n",
                "FOLDER/wins.csv(6,1): 'b' is compared with itself, which is even by definition; leave the row out"
                "an order twice",
                wins + "a,b,1,2\n",
                "FOLDER/wins.csv(6,1): cell answer=a, other=b was given on line 2 already"
            ] do
            testCase name (fun () -> Expect.equal (fileFault counted text) message "message")

        testCase "columns that cannot be compared" (fun () ->
            Expect.equal
                (argumentFault (fun () -> Preference.Counts(CountTable.Read("wins.csv").By(answers, other))))
                "Preference of table 'wins.csv': expected columns that are compared, got none; name them with Comparing(first, second)."
                "not said"

            let wrong = CountTable.Read("wins.csv").By(answers, other).Comparing(answers, prompts)

            Expect.equal
                (refusal (fun () -> BoundGame.Bind(Game.Preference("wrong", Preference.Counts wrong))))
                ("table 'wins.csv': compares column 'prompt', which is not one of its columns. It has answer, other.\n"
                 + "table 'wins.csv': compares answer=3{a,b,c} with prompt=2{short,long}; expected two columns of the same labels, in the same order\n"
                 + "payoff of 'policy': rename[prompt->answer']: expected axis 'prompt', got [answer=3, other=3]; 'prompt' is missing\n"
                 + "payoff of 'policy': axis 'other' is neither a player's nor declared with Over or Nature. Declared are answer, opponent.\n"
                 + "payoff of 'opponent': rename[prompt->answer']: expected axis 'prompt', got [answer=3, other=3]; 'prompt' is missing\n"
                 + "payoff of 'opponent': axis 'other' is neither a player's nor declared with Over or Nature. Declared are answer, opponent.")
                "another column")
    ]

// ---- The figures ---------------------------------------------------------------------------------------------------

let private solved steps (solver: ISolver) (spec: GameSpec) =
    GameSolver.Solve(spec, solver, SolveOptions(Until = Stop.AfterSteps steps, Threads = 1))

let private regularized = Game.Preference("circle", circle, temperature = 0.1)
let private plain = Game.Preference("circle", circle)
let private gapOf (solution: Solution) = solution.Certificate.RegularizedGap.Value

/// Where every player responds to a geometric mixture with the reference: pi ~ ref exp(P mix(pi) / tau), by damped iteration.
let private responseToMixture share tau =
    let mutable pi = uniform 3

    for _ in 1..20_000 do
        let opponent = pi |> Array.map (fun p -> p ** (1.0 - share)) |> normalize
        let target = softmax (times table opponent |> Array.map (fun v -> v / tau))
        pi <- Array.map2 (fun p t -> 0.9 * p + 0.1 * t) pi target

    pi

let private figures =
    testList "figures" [
        // The sum over both players, as everywhere here; 6.54e-11 by an independent script too.
        testCase "nash_md: the decaying mixture comes to 6.5e-11 in 20,000 steps" (fun () ->
            let solution = solved 20_000L (Solver.Find "nash_md") regularized
            near 1e-12 6.54e-11 (gapOf solution) "regularized gap"
            near 1e-15 0.0 (solution.Value solution.Players[0]) "value")

        testCase "nash_md: a fixed mixture stops at its bias, without it there is none" (fun () ->
            let shares = Axis.Of("mixture", "0.5", "0.05", "decaying")
            let solver = NashMirrorDescent(Mixture = Expr.vector shares [ 0.5; 0.05; 0.0 ])
            let solution = solved 20_000L solver regularized
            let gap k = solution.Games[k].Certificate.RegularizedGap.Value
            near 5e-6 3.093e-3 (gap 0) "mixture .5"
            near 5e-9 1.471e-5 (gap 1) "mixture .05"
            Expect.isLessThan (gap 2) 1e-10 "decaying"

            // more steps do not help: the run is at the fixed point that is not the equilibrium
            for k, share in [ 0, 0.5; 1, 0.05 ] do
                let expected = responseToMixture share 0.1
                close 1e-10 expected (Array.ofSeq solution.Games[k].Strategies[0]) $"mixture {share}")

        testCase "mmd and inpo come to rounding" (fun () ->
            for name in [ "mmd"; "inpo" ] do
                Expect.isLessThan (gapOf (solved 5_000L (Solver.Find name) regularized)) 1e-14 name)

        testCase "the von Neumann winner: lp, and mpo's last iterate" (fun () ->
            for solver, steps in
                [ ZeroSumLp() :> ISolver, 0L; Solver.Find "mpo(stepSize=0.4,magnetEvery=200)", 10_000L ] do
                let solution = solved (max 1L steps) solver plain
                Expect.isLessThan solution.Certificate.NashConv 1e-12 solver.Info.Name

                for strategy in solution.Games[0].Strategies do
                    close 1e-12 [| 0.3; 0.3; 0.4 |] (Array.ofSeq strategy) solver.Info.Name)

        testCase "sppo: the last iterate goes in circles, the average converges" (fun () ->
            let solution = solved 20_000L (Solver.Find "sppo") plain
            let metric key = solution.Games[0].Metrics[key]
            // by its bound: 2 ln 3 / (0.1 * 20,000) + 0.1 / 4
            Expect.isLessThan (metric "game/nash_conv/average") 0.0261 "average"

            Expect.equal
                solution.Certificate.NashConv
                (metric "game/nash_conv/average")
                "what is reported is the average"

            Expect.isGreaterThan solution.Cycling 0.9 "cycling"

            // the last iterate starts uniform, 1/15 away, and spirals outwards: it never comes near, and ends several times further
            let last first until = [
                for point in solution.Trace do
                    if point.Step >= first && point.Step <= until then
                        point.Metrics["game/nash_conv/last"]
            ]

            Expect.isGreaterThan (List.min (last 1L 20_000L)) 0.03 "never near"

            Expect.isGreaterThan
                (List.max (last 10_000L 20_000L))
                (3.0 * List.max (last 1L 1_000L))
                "further and further")

        testCase "what takes no regularizer says so" (fun () ->
            for name in [ "sppo"; "mpo" ] do
                Expect.equal
                    (refusal (fun () -> solved 1L (Solver.Find name) regularized))
                    $"solver '{name}': does not take regularizers into account, and the game has some; use mmd, or drop them"
                    name)

        testCase "inpo refuses a step beyond its reference" (fun () ->
            let message name =
                argumentFault (fun () -> solved 1L (Solver.Find name) (Game.Preference("circle", circle, 2.0)))

            Expect.equal
                (message "inpo(stepSize=0.6)")
                "Iterative Nash policy optimization (INPO), player 'policy': expected a stepSize of at most 1 / temperature = 0.5, got 0.6."
                "message")
    ]

// ---- Properties ----------------------------------------------------------------------------------------------------

type private Case = { P: float[][]; Reference: float[]; Tau: float }

/// Preferences of two to five responses, a reference above 0 everywhere, a temperature from 0.1 to 1.
let private cases =
    gen {
        let! n = Gen.choose (2, 5)
        let! upper = Gen.arrayOfLength (n * n) (Gen.choose (0, 1_000_000))
        let! weights = Gen.arrayOfLength n (Gen.choose (1, 1000))
        let! tau = Gen.choose (1, 10)

        let p =
            Array.init n (fun i ->
                Array.init n (fun j ->
                    if i = j then 0.5
                    elif i < j then float upper[n * i + j] / 1e6
                    else 1.0 - float upper[n * j + i] / 1e6))

        return {
            P = p
            Reference = normalize (Array.map float weights)
            Tau = float tau / 10.0
        }
    }
    |> Arb.fromGen

let private property name (check: Case -> unit) = propertyOver 10 name (Prop.forAll cases check)

let private gameOf case =
    let axis = Axis.sized "response" case.P.Length
    Game.Preference("case", Preference.Of(axis, array2D case.P), case.Tau, Expr.vector axis case.Reference)

let private freeGameOf case =
    let axis = Axis.sized "response" case.P.Length
    Game.Preference("case", Preference.Of(axis, array2D case.P))

let private policy (solution: Solution) = Array.ofSeq solution.Games[0].Strategies[0]

/// Newton's method on l_i = log ref_i + (P softmax(l))_i / tau, with the sum left free: a solution by another road than any dynamics.
let private byNewton case =
    let n = case.P.Length
    let mutable l = Array.map log case.Reference

    for _ in 1..200 do
        let pi = softmax l
        let v = times case.P pi
        let residual = Array.init n (fun i -> l[i] - log case.Reference[i] - v[i] / case.Tau)
        let mean = times case.P pi

        // d/dl_j of (P softmax(l))_i = pi_j (P_ij - (P pi)_i)
        let system =
            Array.init n (fun i ->
                Array.init (n + 1) (fun j ->
                    if j = n then
                        -residual[i]
                    else
                        (if i = j then 1.0 else 0.0) - pi[j] * (case.P[i].[j] - mean[i]) / case.Tau))

        for k in 0 .. n - 1 do
            let pivot = [ k .. n - 1 ] |> List.maxBy (fun r -> abs (system[r].[k]))
            let row = system[pivot]
            system[pivot] <- system[k]
            system[k] <- row

            for r in 0 .. n - 1 do
                if r <> k then
                    let factor = system[r].[k] / row[k]

                    for c in k..n do
                        system[r].[c] <- system[r].[c] - factor * row[c]

        let step = Array.init n (fun i -> system[i].[n] / system[i].[i])
        // halved while it would leave the region where the residual falls
        let norm (l: float[]) =
            let v = times case.P (softmax l)
            Array.init n (fun i -> abs (l[i] - log case.Reference[i] - v[i] / case.Tau)) |> Array.max

        let mutable scale = 1.0

        while scale > 1e-6 && norm (Array.map2 (fun u d -> u + scale * d) l step) > norm l do
            scale <- scale / 2.0

        l <- Array.map2 (fun u d -> u + scale * d) l step

    softmax l

let private permuted (order: int[]) (values: 'a[]) = order |> Array.map (fun k -> values[k])

let private properties =
    testList "properties" [
        property "the regularized equilibrium is that of Newton's method" (fun case ->
            let expected = byNewton case
            let until = Stop.RegularizedGapBelow 1e-15 ||| Stop.AfterSteps 20_000L

            for name in [ "mmd"; "inpo" ] do
                let solution =
                    GameSolver.Solve(gameOf case, Solver.Find name, SolveOptions(Until = until, Threads = 1))

                close 1e-6 expected (policy solution) name

            let decaying = solved 20_000L (Solver.Find "nash_md") (gameOf case)
            close 1e-4 expected (policy decaying) "nash_md")

        property "both players find the same policy, to the last bit" (fun case ->
            for name, spec in
                [
                    "nash_md", gameOf case
                    "nash_md(mixture=0.3)", gameOf case
                    "inpo", gameOf case
                    "mpo", freeGameOf case
                    "sppo", freeGameOf case
                ] do
                use runner = runner spec (iterative name)
                runner.Run 300

                for iterate in [ "last"; "average" ] do
                    let x, y = runner.Output $"{iterate}/policy", runner.Output $"{iterate}/opponent"
                    Expect.equal (bits x) (bits y) $"{name}, {iterate}")

        property "permuted responses, permuted policy" (fun case ->
            let order = RandomStream(1UL, "responses").Permutation(case.P.Length, 0L, 0L)

            let shuffled = {
                P = case.P |> permuted order |> Array.map (permuted order)
                Reference = permuted order case.Reference
                Tau = case.Tau
            }

            for name, game in [ "nash_md", gameOf; "inpo", gameOf; "mpo", freeGameOf; "sppo", freeGameOf ] do
                let find case =
                    use runner = runner (game case) (iterative name)
                    runner.Run 50
                    runner.Output "last/policy"

                close 1e-9 (permuted order (find case)) (find shuffled) name)

        // The winner is preferred to everything else with at least 0.6. Where it has nearly all mass, the others have at most
        // ref / ref_w exp(-0.1 / tau) of it: 2e-9 times the ratio at .005.
        property "a Condorcet winner gets all mass as the temperature goes to 0" (fun case ->
            let n = case.P.Length
            let first = case.P[0] |> Array.mapi (fun j q -> if j = 0 then 0.5 else 0.6 + 0.4 * q)

            let p =
                Array.init n (fun i ->
                    Array.init n (fun j ->
                        if i = 0 then first[j]
                        elif j = 0 then 1.0 - first[i]
                        else case.P[i].[j]))

            let mass tau =
                let solver = MagneticMirrorDescent(StepSize = Expr.Constant(4.0 * tau))
                (policy (solved 20_000L solver (gameOf { case with P = p; Tau = tau })))[0]

            let expected = byNewton { case with P = p; Tau = 0.1 }
            near 1e-6 expected[0] (mass 0.1) "by Newton's method at .1"
            Expect.isGreaterThan (mass 0.005) (1.0 - 1e-4) "nearly all at .005")

        property "inpo is mmd in other step sizes" (fun case ->
            let s = 0.3
            let inpo = IterativeNashPolicyOptimization(StepSize = s)
            let mmd = MagneticMirrorDescent(StepSize = Expr.Constant(s / (1.0 - s * case.Tau)))

            let after solver =
                use runner = runner (gameOf case) solver
                runner.Run 40
                runner.Output "last/policy"

            close 1e-12 (after mmd) (after inpo) "40 steps")

        // what the suites of all solvers leave out as one algorithm under two names is one, to the last bit
        property "mpo is mmd with a moving magnet, sppo the replicator's update" (fun case ->
            for name, other in [ "mpo(magnetEvery=7)", "mmd(magnet=moving,magnetEvery=7)"; "sppo", "replicator" ] do
                let after name =
                    use runner = runner (freeGameOf case) (iterative name)
                    runner.Run 60
                    [ for output in [ "last/policy"; "average/opponent" ] -> bits (runner.Output output) ]

                Expect.equal (after name) (after other) name)

        // sum over players of KL(z*||x_t) <= R^2 / (tau^2 (t + 1)), R = 1 the range of a preference
        property "nash_md keeps to its bound" (fun case ->
            let expected = byNewton case
            use runner = runner (gameOf case) (iterative "nash_md")
            let mutable at = 0

            for t in [ 1; 2; 3; 5; 10; 30; 100; 1_000 ] do
                runner.Run(t - at)
                at <- t
                let x = runner.Output "last/policy"
                let distance = Array.map2 (fun p q -> if p > 0.0 then p * log (p / q) else 0.0) expected x |> Array.sum
                Expect.isLessThan (2.0 * distance) (1.0 / (case.Tau ** 2.0 * float (t + 1))) $"after {t} steps")
    ]

[<Tests>]
let tests = testList "preferences" [ nouns; counts; figures; properties ]
