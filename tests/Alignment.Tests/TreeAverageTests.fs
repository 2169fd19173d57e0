/// Iterates and averages on sequential games, held against their definitions over all histories.
module Alignment.Tests.TreeAverageTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures
open Alignment.Tests.TreeFixtures

// ---- Averages ------------------------------------------------------------------------------------------------------

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

[<Tests>]
let tests = testList "tree solvers" [ averages ]
