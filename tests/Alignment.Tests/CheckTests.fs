/// The check of a specification: its faults, what only its numbers show, its structures.
module Alignment.Tests.CheckTests

open System
open Expecto
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures
open Alignment.Tests.SpecFixtures

// ---- The check of a specification ----------------------------------------------------------------------------------

/// The rock-paper-scissors game with an expression added to the row player's payoff.
let private faulty (e: Expr) = g.Player(row3).Player(column3).Payoff(row3, payoff + e).Payoff(column3, -payoff)

let private structural = [
    "nobody", g, [ "game 'g': has no players; add them with Player or ZeroSum" ]
    "a name twice",
    rps.Player(Player.Of("row", Axis.Of("other", 2))),
    [
        "player 'row': is declared 2 times; players need names of their own"
        "payoff of 'row': expected axes [row=3, column=3, other=2], got [row=3, column=3]; 'other' is missing (a payoff that does not depend on it says so with Expand)"
        "payoff of 'column': expected axes [row=3, column=3, other=2], got [row=3, column=3]; 'other' is missing (a payoff that does not depend on it says so with Expand)"
        "player 'row': has no payoff; give it one with Payoff or ZeroSum"
    ]
    "an axis of two players",
    g.ZeroSum(row3, Player.Of("b", rowAxis), (c 0.0).Expand rowAxis),
    [
        "axis 'row': is the actions of 'row' and the actions of 'b'; each needs an axis of its own, for example axis.Named(\"row2\")"
    ]
    "an axis of a player and the batch",
    rps.Over rowAxis,
    [
        "axis 'row': is the actions of 'row' and a batch axis; each needs an axis of its own, for example axis.Named(\"row2\")"
    ]
    "an axis of a player and chance",
    rps.Nature(columnAxis, Expr.Vector(columnAxis, 0.2, 0.3, 0.5)),
    [
        "axis 'column': is the actions of 'column' and a chance variable; each needs an axis of its own, for example axis.Named(\"column2\")"
    ]
    "a parameter of two values",
    (let cost value = Signal.Parameter("cost", value, 0.0, 1.0)
     g.ZeroSum(row3, column3, payoff * cost 0.1 + cost 0.2)),
    [
        "parameter 'cost': is declared with different values or ranges; declare it once and use that value"
    ]
    "a payoff of nobody, near",
    rps.Payoff(Player.Of("rows", rowAxis), payoff),
    [ "payoff of 'rows': the game has no player 'rows'. Did you mean 'row'?" ]
    "a payoff of nobody, far",
    rps.Payoff(Player.Of("nature", rowAxis), payoff),
    [ "payoff of 'nature': the game has no player 'nature'. It has row, column." ]
    "a payoff twice", rps.Payoff(row3, payoff * 2.0), [ "payoff of 'row': is set more than once" ]
    "no payoff",
    g.Player(row3).Player(column3).Payoff(row3, payoff),
    [ "player 'column': has no payoff; give it one with Payoff or ZeroSum" ]
    "an axis missing",
    g.Player(row3).Player(column3).Payoff(row3, Expr.Vector(rowAxis, 1.0, 2.0, 3.0)).Payoff(column3, -payoff),
    [
        "payoff of 'row': expected axes [row=3, column=3], got [row=3]; 'column' is missing (a payoff that does not depend on it says so with Expand)"
    ]
    "all axes missing, in a batch",
    g.Player(row3).Player(column3).Payoff(row3, Expr.Vector(two, 1.0, 2.0)).Payoff(column3, -payoff).Over two,
    [
        "payoff of 'row': expected axes [game=2, row=3, column=3], got [game=2]; 'row', 'column' are missing (a payoff that does not depend on it says so with Expand)"
    ]
    "a regularizer of nobody",
    rps.Regularize(Player.Of("colum", columnAxis), Regularizer.Entropy(c 0.1)),
    [ "regularizer of 'colum': the game has no player 'colum'. Did you mean 'column'?" ]
    "two regularizers",
    rps.Regularize(row3, Regularizer.Entropy(c 0.1)).Regularize(row3, Regularizer.L2(c 0.1)),
    [ "regularizer of 'row': is set more than once; a player has one regularizer" ]
    for order in [ 0.0; 1.0; -0.5; nan; infinity ] do
        $"Tsallis of order {order}",
        rps.Regularize(row3, Regularizer.Tsallis(order, c 0.1)),
        [
            $"regularizer of 'row': the order of a Tsallis entropy lies above 0 and is not 1, got {order}; at 1 use Regularizer.Entropy"
        ]
    for strength in [ 0.0; -1.5 ] do
        for name, make in
            [
                "entropy", Regularizer.Entropy
                "l2", Regularizer.L2
                "tsallis", (fun t -> Regularizer.Tsallis(2.0, t))
            ] do
            $"{name} of strength {strength}",
            rps.Regularize(row3, make (c strength)),
            [ $"regularizer of 'row': its strength must lie above 0, got {strength}" ]
    "a parameter as strength",
    rps.Regularize(row3, Regularizer.Kl((c (1.0 / 3.0)).Expand rowAxis, Signal.Parameter("tau", 0.0))),
    [ "regularizer of 'row': its strength must lie above 0, got 0" ]
    "a constraint on nobody, without a bound",
    rps.SubjectTo(
        Constraint.AtMost("budget", Player.Of("blue", rowAxis), Expr.Vector(rowAxis, 1.0, 0.0, 0.0), infinity)
    ),
    [
        "constraint 'budget': the game has no player 'blue'. It has row, column."
        "constraint 'budget': expected a finite bound, got Infinity"
    ]
    "probes",
    (let table = CountTable.Read("nowhere.csv").By(rowAxis, columnAxis)

     rps
         .Probe(Probe.Posterior(table, 0))
         .Probe(Probe.Bootstrap(table, 5))
         .Probe(Probe.SupportSize 1.0)
         .Probe(Probe.SupportSize -0.1)),
    [
        "probe Posterior: expected at least 1 draw, got 0"
        "probe Posterior: no payoff uses the rates of nowhere.csv"
        "probe Bootstrap: no payoff uses the rates of nowhere.csv"
        "probes: only one probe may resample: two would draw replicates that do not belong together"
        "probe support_size: expected a threshold from 0 to below 1, got 1"
        "probe support_size: expected a threshold from 0 to below 1, got -0.1"
    ]
]

/// What is wrong inside of the row player's payoff.
let private inside = [
    "sum", payoff.Sum x, "sum[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "max", payoff.Max x, "max[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "logsumexp", payoff.LogSumExp x, "logsumexp[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "softmax", payoff.Softmax x, "softmax[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "onehot", payoff.OneHotMax x, "onehot_max[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "projection",
    payoff.ProjectToSimplex x,
    "project_simplex[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "cumsum",
    payoff.CumulativeSum(x, true),
    "cumsum.reverse[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "contract", payoff.Dot(payoff, x), "contract[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "gather, count", vector.Gather(x, y, 0).Sum y, "gather[x->y]: the index map has 1 entries, 'y' 2 elements"
    "gather, range", vector.Gather(x, y, 0, 4).Sum y, "gather[x->y]: entry 1 of the index map is 4, outside of x=4"
    "gather, twice",
    payoff.Gather(rowAxis, columnAxis, 0, 1, 2),
    "gather[row->column]: [column=3] would hold axis 'column' twice; rename one of them with On(from, to)"
    "segment sum, count",
    vector.SegmentSum(x, y, 0, 1).Sum y,
    "segment_sum[x->y]: the index map has 2 entries, 'x' 4 elements"
    "segment sum, range",
    vector.SegmentSum(x, y, 0, 1, 2, 0).Sum y,
    "segment_sum[x->y]: entry 2 of the index map is 2, outside of y=2"
    "slice, end", vector.Slice(x, 3, y).Sum y, "slice[x 3..4 -> y]: elements 3 to 4 are outside of x=4"
    "slice, start", vector.Slice(x, -1, y).Sum y, "slice[x -1..0 -> y]: elements -1 to 0 are outside of x=4"
    "concat, size",
    (let z = Axis.Of("z", 5)
     Expr.Concat(z, struct (vector, x), struct (Expr.Vector(y, 1.0, 2.0), y)).Sum z),
    "concat[x y -> z]: the pieces hold 6 elements, 'z' 5"
    "rename, missing", payoff.On(x, y), "rename[x->y]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "rename, twice",
    payoff.On(rowAxis, columnAxis),
    "rename[row->column]: [column=3] would hold axis 'column' twice; rename one of them with On(from, to)"
    "rename, size", vector.On(x, y).Sum y, "rename[x->y]: sizes differ, x=4 and y=2"
    "step", Expr.Step, "'step' belongs to solvers; a game's expressions may use data, parameters and numbers only"
    "random",
    Expr.Uniform("noise", rowAxis),
    "'random.uniform noise[row=3{rock,paper,scissors}]' belongs to solvers; a game's expressions may use data, parameters and numbers only"
    "state",
    Expr.Of(Op.State("regret", ValueList.Empty)),
    "'state regret[]' belongs to solvers; a game's expressions may use data, parameters and numbers only"
    "signal", Signal.External("judge", rowAxis), "the signal 'judge' is not bound; bind it before the game is compiled"
    "domain, size",
    Expr.Vector(Axis.Of("row", 2), 1.0, 2.0),
    "axis 'row' stands for two domains, row=3{rock,paper,scissors} and row=2"
    "domain, labels",
    Expr.Vector(Axis.Of("row", "a", "b", "c"), 1.0, 2.0, 3.0),
    "axis 'row' stands for two domains, row=3{rock,paper,scissors} and row=3{a,b,c}"
    "undeclared, near",
    Expr.Vector(Axis.Of("rows", 3), 1.0, 2.0, 3.0),
    "axis 'rows' is neither a player's nor declared with Over or Nature. Did you mean 'row'?"
    "undeclared, far",
    vector,
    "axis 'x' is neither a player's nor declared with Over or Nature. Declared are row, column."
]

/// One of each kind: eight faults.
let private eight =
    g
        .Player(row3)
        .Player(column3)
        .Payoff(row3, Expr.Vector(rowAxis, 1.0, 2.0, 3.0))
        .Payoff(column3, payoff.Sum x)
        .Payoff(Player.Of("rwo", rowAxis), payoff)
        .Regularize(column3, Regularizer.Entropy(c -1.0))
        .Probe(Probe.SupportSize 2.0)
        .SubjectTo(Constraint.AtMost("budget", column3, vector, nan))
        .Over(Axis.Of("column", 4))

let private eightMessages = [
    "axis 'column': is the actions of 'column' and a batch axis; each needs an axis of its own, for example axis.Named(\"column2\")"
    "payoff of 'row': expected axes [column=4, row=3], got [row=3]; 'column' is missing (a payoff that does not depend on it says so with Expand)"
    "payoff of 'column': sum[x]: expected axis 'x', got [row=3, column=3]; 'x' is missing"
    "payoff of 'rwo': the game has no player 'rwo'. Did you mean 'row'?"
    "regularizer of 'column': its strength must lie above 0, got -1"
    "constraint 'budget': expected a finite bound, got NaN"
    "constraint 'budget': axis 'x' is neither a player's nor declared with Over or Nature. Declared are row, column."
    "probe support_size: expected a threshold from 0 to below 1, got 2"
]

let private specCheck =
    testList "specification" [
        for name, spec, messages in structural do
            testCase name (fun () -> Expect.equal (faults spec) messages "messages")

        for name, expression, message in inside do
            testCase $"inside a payoff: {name}" (fun () ->
                Expect.contains (faults (faulty expression)) $"payoff of 'row': {message}" "message")

        testCase "the games of a batch are not mixed" (fun () ->
            let mixed = (faulty (Expr.Vector(two, 1.0, 2.0).Sum two)).Over two

            Expect.equal
                (faults mixed)
                [ "payoff of 'row': sum[game] would mix the games of the batch axis 'game'" ]
                "message")

        testCase "a compiled program does not mix games either, not even in a derivative" (fun () ->
            let games, a = Axis.Of("games", 3), Axis.Of("a", 2)

            let values =
                Expr.Literal(NamedTensor.Of([ games; a ], System.ReadOnlySpan [| 1.0; 2.0; 3.0; 4.0; 5.0; 6.0 |]))

            let shared = Expr.Vector(a, 1.0, 2.0)

            for name, output in
                [ "sum", values.Sum games; "derivative", (values * shared * shared).Sum(games, a).Grad shared ] do
                Expect.throwsC
                    (fun () ->
                        Lowering.Program(
                            name,
                            [ games ],
                            SolverState.Empty,
                            SolverState.Empty,
                            [ System.Collections.Generic.KeyValuePair("y", output) ]
                        )
                        |> ignore)
                    (fun e ->
                        Expect.stringContains e.Message "would mix the games of the batch axis 'games'" "message"))

        testCase "a joined axis that is another piece's own" (fun () ->
            let a, b, c = Axis.Of("a", 2), Axis.Of("b", 2), Axis.Of("c", 4)
            let wide = Expr.Literal(NamedTensor.Of([ a; b ], System.ReadOnlySpan [| 1.0; 2.0; 3.0; 4.0 |]))
            let joined = Expr.Concat(c, struct (wide, b), struct (Expr.Vector(a, 10.0, 20.0), a))

            Expect.throwsC (fun () -> Lowering.Expressions [ joined ] |> ignore) (fun e ->
                Expect.stringContains e.Message "'a' is joined and is also an axis of another piece" "message"))

        testCase "a distribution over another axis" (fun () ->
            Expect.equal
                (faults (rps.Nature(x, Expr.Vector(y, 0.5, 0.5))))
                [
                    "distribution of 'x': axis 'y' is neither a player's nor declared with Over or Nature. Did you mean 'x'?"
                ]
                "message")

        testCase "eight faults, eight diagnostics, one exception" (fun () ->
            Expect.equal (faults eight) eightMessages "faults"

            try
                BoundGame.Bind eight |> ignore
                failtest "bound"
            with :? SpecException as e ->
                Expect.equal e.Faults.Count 8 "diagnostics"
                Expect.equal e.Message (String.concat "\n" eightMessages) "message"

                Expect.equal
                    e.Faults[3]
                    (Diagnostic("payoff of 'rwo'", "the game has no player 'rwo'. Did you mean 'row'?"))
                    "a value")

        testCase "a sound specification has none" (fun () ->
            let spec =
                (faulty (c 0.0))
                    .Regularize(row3, Regularizer.Kl((c (1.0 / 3.0)).Expand rowAxis, c 0.1))
                    .SubjectTo(Constraint.AtMost("budget", row3, payoff, 0.5))
                    .Probe(Probe.SupportSize 0.0)
                    .Over(two)

            Expect.equal (faults spec) [] "faults"
            Expect.equal (bindFault spec) "" "bound")

        testCase "nearest names" (fun () ->
            for wrong, nearest in
                [ "rde", "red"; "BLUE", "blue"; "bleu", "blue"; "re", "red"; "nature", ""; "", ""; "x", "" ] do
                let found = Nearest.To(wrong, [ "red"; "blue"; "green" ])

                Expect.equal
                    (match found with
                     | null -> ""
                     | name -> name)
                    nearest
                    wrong

            Expect.equal (Nearest.Hint("x", [], "It has")) " It has none." "nothing to name")

        // Walk.Payoff and Walk.Regularizers report at the entry that equals the first; equal entries are equal to it all.
        testCase "the same payoff twice is one fault" (fun () ->
            Expect.equal (faults (rps.Payoff(row3, payoff))) [ "payoff of 'row': is set more than once" ] "messages")

        // Only constants and parameters are looked at; a batch of temperatures is not, in the check nor when it is bound.
        testCase "a strength below 0 in one game of a batch" (fun () ->
            let spec = (rps.Over two).Regularize(row3, Regularizer.Entropy(Expr.Vector(two, 0.1, -0.1)))
            Expect.notEqual (bindFault spec) "" "message")

        // The axis 'draw' that a probe adds is not among those that SpecCheck compares; binding fails inside of the executor.
        testCase "an axis with the name of a probe's" (fun () ->
            let draw = Axis.Of("draw", 2)
            let table = CountTable.Read("outcomes.csv").By(rowAxis, columnAxis)

            let spec =
                (g.ZeroSum(row3, column3, table.Rate * Expr.Vector(draw, 1.0, 2.0)).Over draw)
                    .Probe(Probe.Posterior(table, 3))

            Expect.isNonEmpty (faults spec) "messages")
    ]

// ---- What only the numbers show ------------------------------------------------------------------------------------

/// Ones, and a zero where both play paper.
let private zeroAtPaper =
    Expr.Matrix(rowAxis, columnAxis, array2D [ [ 1.0; 1.0; 1.0 ]; [ 1.0; 0.0; 1.0 ]; [ 1.0; 1.0; 1.0 ] ])

let private byWeather = payoff * Expr.Vector(weather, 1.0, 2.0)

let private bimatrix (first: float list list) (second: float list list) =
    let a, b = row first.Length, column first.Head.Length
    let over (m: float list list) = Expr.Matrix(a.Actions, b.Actions, array2D m)
    Game.Named("bimatrix").Player(a).Player(b).Payoff(a, over first).Payoff(b, over second)

let private unstructured = bimatrix [ [ 1.0; 2.0 ]; [ 3.0; 5.0 ] ] [ [ 0.0; 2.0 ]; [ 1.0; -1.0 ] ]

let private numbers =
    testList "numbers" [
        for name, spec, message in
            [
                "0 / 0",
                g.ZeroSum(row3, column3, payoff * 0.0 / zeroAtPaper),
                "payoff of 'row': is NaN at row=paper, column=paper; expected a finite number\n"
                + "payoff of 'column': is NaN at row=paper, column=paper; expected a finite number"
                "1 / 0",
                g.ZeroSum(row3, column3, 1.0 / zeroAtPaper),
                "payoff of 'row': is Infinity at row=paper, column=paper; expected a finite number\n"
                + "payoff of 'column': is -Infinity at row=paper, column=paper; expected a finite number"
                "log 0, one player",
                g.Player(row3).Player(column3).Payoff(row3, zeroAtPaper.Log()).Payoff(column3, payoff),
                "payoff of 'row': is -Infinity at row=paper, column=paper; expected a finite number"
                "in one game of a batch",
                (let game = Axis.Of("game", "easy", "hard")
                 let broken = payoff / (zeroAtPaper + Expr.Vector(game, 1.0, 0.0))
                 (g.Player(row3).Player(column3).Payoff(row3, broken).Payoff(column3, payoff)).Over game),
                "payoff of 'row': is NaN at game=hard, row=paper, column=paper; expected a finite number"
                "a reference that does not sum to 1",
                rps.Regularize(row3, Regularizer.Kl(Expr.Vector(rowAxis, 0.5, 0.25, 0.5), c 0.1)),
                "reference of 'row': expected weights over 'row' that sum to 1, got 1.25"
                "a reference that does not sum to 1 in one game",
                (rps.Over two)
                    .Regularize(
                        row3,
                        Regularizer.Kl(Expr.Vector(rowAxis, 0.5, 0.25, 0.25) * Expr.Vector(two, 1.0, 1.5), c 0.1)
                    ),
                "reference of 'row': expected weights over 'row' that sum to 1, got 1.5 at game=1"
                "a reference without mass on an action",
                rps.Regularize(row3, Regularizer.Kl(Expr.Vector(rowAxis, 0.5, 0.5, 0.0), c 0.1)),
                "reference of 'row': expected weights above 0, got 0"
                "two references at once",
                rps
                    .Regularize(row3, Regularizer.Kl(Expr.Vector(rowAxis, 0.5, 0.5, 0.0), c 0.1))
                    .Regularize(column3, Regularizer.Kl((c 0.5).Expand columnAxis, c 0.1)),
                "reference of 'row': expected weights above 0, got 0\n"
                + "reference of 'column': expected weights over 'column' that sum to 1, got 1.5"
                "chances that do not sum to 1",
                g.ZeroSum(row3, column3, byWeather).Nature(weather, Expr.Vector(weather, 0.5, 0.75)),
                "distribution of 'weather': expected weights over 'weather' that sum to 1, got 1.25"
                "a chance below 0",
                g.ZeroSum(row3, column3, byWeather).Nature(weather, Expr.Vector(weather, 1.5, -0.5)),
                "distribution of 'weather': expected weights of at least 0, got -0.5"
                "claimed zero-sum",
                unstructured.Claim Structure.ZeroSum,
                "claim ZeroSum: does not hold: cell row=0, column=0: the payoffs 1, 0 sum to 1"
                "claimed constant-sum",
                unstructured.Claim Structure.ConstantSum,
                "claim ConstantSum: does not hold: cell row=0, column=1: the payoffs 2, 2 sum to 4, those at cell row=0, column=0 to 1"
                "claimed symmetric",
                unstructured.Claim Structure.Symmetric,
                "claim Symmetric: does not hold: 'row' gets 1 at cell row=0, column=0, 'column' gets 0 at cell row=0, column=0"
                // 3 - 1 for the row, -1 - 1 for the column, 2 - 5, 0 - 2
                "claimed potential",
                unstructured.Claim Structure.Potential,
                "claim Potential: does not hold: the gains of 'row' and 'column' around the square from cell row=0, column=0 to cell row=1, column=1 sum to -5, not 0"
                "two claims at once, in a batch",
                (let scaled = payoff * Expr.Vector(two, 0.0, 1.0) + Expr.Vector(two, 0.0, 0.5)

                 (g.Player(row3).Player(column3).Payoff(row3, scaled).Payoff(column3, -scaled))
                     .Over(two)
                     .Claim(Structure.Symmetric)
                     .Claim(Structure.ZeroSum)
                     .Claim(Structure.Potential)),
                "claim Symmetric: does not hold: 'row' gets 0.5 at game game=1, cell row=rock, column=rock, 'column' gets -0.5 at game game=1, cell row=rock, column=rock\n"
                + "claim Potential: does not hold: the gains of 'row' and 'column' around the square from game game=1, cell row=rock, column=rock to game game=1, cell row=paper, column=scissors sum to 6, not 0"
            ] do
            testCase name (fun () -> Expect.equal (bindFault spec) message "message")

        testCase "a claim that holds" (fun () -> Expect.equal (bindFault (rps.Claim Structure.ZeroSum)) "" "message")

        testCase "numbers that are not" (fun () ->
            let three = Axis.Of("n", 3)
            let tensor (axes: Axis list) (values: float[]) = messageOf (fun () -> NamedTensor.Of(axes, values))

            for message, expected in
                [
                    tensor [ three ] [| 1.0 |], "A tensor over [n=3] needs 3 numbers, got 1."
                    tensor [ three; three ] (Array.zeroCreate 9),
                    "A tensor over [n=3, n=3] holds an axis twice; give one of them another name, for example axis.Prime()."
                    tensor [ weather; three ] [| 0.0; 0.0; 0.0; 0.0; nan; 0.0 |],
                    "A tensor over [weather=2, n=3] holds NaN at weather=rain, n=1; expected finite numbers."
                    messageOf (fun () -> Expr.Matrix(three, weather, array2D [ [ 1.0 ] ])),
                    "A matrix over [n=3, weather=2] needs 3 x 2 numbers, got 1 x 1."
                    messageOf (fun () -> Expr.Constant nan), "A constant may not be NaN. (Parameter 'value')"
                    messageOf (fun () -> Axis.Of("", 2)), "An axis needs a name."
                    messageOf (fun () -> Axis.Of("n", 0)), "Axis 'n': expected a size of at least 1, got 0."
                    messageOf (fun () -> Axis.Of("n", [||])), "Axis 'n': expected at least one label, got none."
                    messageOf (fun () -> Axis.Of("n", "a", " ")), "Axis 'n': a label is empty."
                    messageOf (fun () -> Axis.Of("n", "a", "b", "a")), "Axis 'n': the label 'a' occurs twice."
                    messageOf (fun () -> vector.Jacobian(c 1.0)),
                    "Jacobian: expected x over exactly one axis, got []; join parameters with Concat first. (Parameter 'x')"
                ] do
                Expect.equal message expected "message")

        // Array.Find gives 0 both where nothing was found and for a sum of exactly 0.
        testCase "chances that are all 0" (fun () ->
            Expect.equal
                (bindFault (g.ZeroSum(row3, column3, byWeather).Nature(weather, Expr.Vector(weather, 0.0, 0.0))))
                "distribution of 'weather': expected weights over 'weather' that sum to 1, got 0"
                "message")
    ]

// ---- Structures ----------------------------------------------------------------------------------------------------

let private structure (spec: GameSpec) wanted =
    BoundGame.Bind(spec).Structures |> Seq.find (fun s -> s.Structure = wanted)

let private structures (spec: GameSpec) = [
    for decision in BoundGame.Bind(spec).Structures do
        if decision.Verdict = Verdict.Proved then
            decision.Structure
]

/// Each of n players takes one of two roads; a road costs what its number of users says. Plus what a player gets besides.
let private congestion players besides =
    let roads = [ [| 1.0; 2.5; 6.0; 7.0 |]; [| 2.0; 3.0; 3.5; 9.0 |] ]
    let drivers = [ for k in 0 .. players - 1 -> Player.Of($"driver{k}", 2) ]
    let axes = drivers |> List.map (fun d -> d.Actions)
    let taken cell k = (cell >>> (players - 1 - k)) &&& 1

    (Game.Named "congestion", List.indexed drivers)
    ||> List.fold (fun spec (k, driver) ->
        let cells =
            Array.init (1 <<< players) (fun cell ->
                let road = taken cell k
                let users = Seq.sum [ for other in 0 .. players - 1 -> if taken cell other = road then 1 else 0 ]
                besides k cell - roads[road][users - 1])

        spec.Player(driver).Payoff(driver, Expr.Literal(NamedTensor.Of(axes, cells))))

let private structureTests =
    let zero, constant, symmetric, potential =
        Structure.ZeroSum, Structure.ConstantSum, Structure.Symmetric, Structure.Potential

    testList "structures" [
        for name, spec, expected in
            [
                // axes of different names do not make it asymmetric
                "rock-paper-scissors", rps, [ zero; constant; symmetric ]
                "prisoner's dilemma",
                bimatrix [ [ 3.0; 0.0 ]; [ 5.0; 1.0 ] ] [ [ 3.0; 5.0 ]; [ 0.0; 1.0 ] ],
                [ symmetric; potential ]
                "matching pennies", zeroSumOf 2 2 [| 1.0; -1.0; -1.0; 1.0 |], [ zero; constant ]
                "coordination",
                bimatrix [ [ 2.0; 0.0 ]; [ 0.0; 1.0 ] ] [ [ 2.0; 0.0 ]; [ 0.0; 1.0 ] ],
                [ symmetric; potential ]
                // symmetric only after renaming one player's actions, which is not looked for; -3 + 3 - 2 + 2 around the square
                "battle of the sexes",
                bimatrix [ [ 3.0; 0.0 ]; [ 0.0; 2.0 ] ] [ [ 2.0; 0.0 ]; [ 0.0; 3.0 ] ],
                [ potential ]
                "battle of the sexes, unequal stakes",
                bimatrix [ [ 4.0; 0.0 ]; [ 0.0; 2.0 ] ] [ [ 2.0; 0.0 ]; [ 0.0; 3.0 ] ],
                []
                "constant-sum", bimatrix [ [ 1.0; 3.0 ]; [ 0.0; 2.5 ] ] [ [ 2.0; 0.0 ]; [ 3.0; 0.5 ] ], [ constant ]
                // a zero-sum game with a potential: u = f(row) - f(column)
                "separable",
                bimatrix [ [ 0.0; -1.0 ]; [ 2.0; 1.0 ] ] [ [ 0.0; 1.0 ]; [ -2.0; -1.0 ] ],
                [ zero; constant; potential ]
                "congestion of three", congestion 3 (fun _ _ -> 0.0), [ symmetric; potential ]
                "congestion of four", congestion 4 (fun _ _ -> 0.0), [ symmetric; potential ]
                // what the others do may change what a player gets, whatever it does itself
                "congestion, and gifts from the others",
                congestion 3 (fun k cell -> if k = 0 then 0.3 * float (cell &&& 3) else 0.0),
                [ potential ]
                "congestion, and a fee for one road",
                congestion 3 (fun k cell -> if k = 2 && cell &&& 1 = 1 then -0.7 else 0.0),
                [ potential ]
            ] do
            testCase name (fun () -> Expect.equal (structures spec) expected "structures")

        testCase "witnesses" (fun () ->
            let pennies = structure (zeroSumOf 2 2 [| 1.0; -1.0; -1.0; 1.0 |]) potential

            Expect.equal
                pennies
                (StructureDecision(
                    potential,
                    Verdict.Refuted,
                    "the gains of 'row' and 'column' around the square from cell row=0, column=0 to cell row=1, column=1 sum to -8, not 0"
                ))
                "matching pennies"

            Expect.equal
                (structure (zeroSumOf 2 3 (Array.zeroCreate 6)) symmetric).Witness
                "'row' has 2 actions, 'column' has 3"
                "sizes"

            // driver 0 gets 0.25 more where all take the first road
            let perturbed = congestion 3 (fun k cell -> if k = 0 && cell = 0 then 0.25 else 0.0)

            Expect.equal
                (structure perturbed potential).Witness
                "the gains of 'driver0' and 'driver1' around the square from cell driver0=0, driver1=0, driver2=0 to cell driver0=1, driver1=1, driver2=0 sum to -0.25, not 0"
                "perturbed congestion"

            Expect.equal
                (structure perturbed symmetric).Witness
                "'driver0' gets -5.75 at cell driver0=0, driver1=0, driver2=0, 'driver1' gets -6 at cell driver0=0, driver1=0, driver2=0"
                "perturbed congestion"

            Expect.equal
                (structure (congestion 3 (fun _ _ -> 0.0)) constant).Witness
                "cell driver0=0, driver1=0, driver2=1: the payoffs -2.5, -2.5, -2 sum to -7, those at cell driver0=0, driver1=0, driver2=0 to -18"
                "congestion")

        testCase "equality is up to rounding of the largest payoff" (fun () ->
            let almost error =
                structure (bimatrix [ [ 1e3; 2.0 ]; [ 3.0; 4.0 ] ] [ [ -1e3; -2.0 + error ]; [ -3.0; -4.0 ] ]) zero

            Expect.equal (almost 1e-10).Verdict Verdict.Proved "1e-13 of the largest"
            Expect.equal (almost 1e-8).Verdict Verdict.Refuted "1e-11 of the largest")

        testCase "every game of a batch counts" (fun () ->
            let payoffs = Array.append (Array.zeroCreate 4) [| 1.0; -1.0; -1.0; 1.0 |]
            let decision = structure (zeroSumBatch 2 2 2 payoffs) potential
            Expect.equal decision.Verdict Verdict.Refuted "the second game"
            Expect.stringContains decision.Witness "from game game=1, cell row=0, column=0" "named")

        // The slack is 1e-12 of the largest payoff of the whole batch: a game of small payoffs beside one of large ones is found to be
        // zero-sum, constant-sum and potential, whatever it is.
        testCase "a game of a batch is held to its own payoffs" (fun () ->
            let payoffs = Array.append (Array.create 4 1e9) [| 1e-4; 0.0; 0.0; 0.0 |]
            let other = Array.append (Array.create 4 -1e9) (Array.zeroCreate 4)
            let a, b = row 2, column 2

            let over (u: float[]) = Expr.Literal(NamedTensor.Of([ two; a.Actions; b.Actions ], u))

            let spec = Game.Named("scales").Player(a).Player(b).Payoff(a, over payoffs).Payoff(b, over other)
            Expect.equal (structure (spec.Over two) zero).Verdict Verdict.Refuted "zero-sum")

        testCase "a game too large to look at" (fun () ->
            let few, many = Player.Of("few", 1), Player.Of("many", 10_000_001)
            let payoffs = Array.zeroCreate<float> 10_000_001

            let decisions =
                StructureAnalysis.Decide([ few; many ].ToValueList(), [| payoffs; payoffs |], 1, (fun _ -> ""))

            Expect.all decisions (fun d -> d.Verdict = Verdict.Unknown && d.Witness = "") "unknown rather than a guess")
    ]

[<Tests>]
let tests = testList "check" [ specCheck; numbers; structureTests ]
