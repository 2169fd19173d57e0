module Alignment.Tests.CheckTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Compiler
open Alignment.Tests.Fixtures

let private rps = weightedRps 1.0
let private payoff = rps.Payoffs[0].Payoff
let private g = Game.Named "g"
let private rowAxis, private columnAxis = row3.Actions, column3.Actions
let private two = Axis.Of("game", 2)
let private x = Axis.Of("x", 4)
let private y = Axis.Of("y", 2)
let private vector = Expr.Vector(x, 1.0, 2.0, 3.0, 4.0)
let private c (value: float) = Expr.Constant value

let private messageOf (action: unit -> 'a) =
    try
        action () |> ignore
        ""
    with e ->
        e.Message

let private faults spec = [ for fault in SpecCheck.Faults spec -> string fault ]

let private bindFault (spec: GameSpec) = messageOf (fun () -> BoundGame.Bind spec)

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

let private weather = Axis.Of("weather", "sun", "rain")
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

// ---- Values --------------------------------------------------------------------------------------------------------

/// A recipe for an expression; equal recipes make equal expressions.
type private Recipe =
    | Number of int
    | Vector of int
    | Negated of Recipe
    | Summed of Recipe * Recipe
    | Times of Recipe * Recipe
    | Total of Recipe
    | Chosen of Recipe * Recipe * Recipe

let rec private cook recipe =
    match recipe with
    | Number n -> c (float n)
    | Vector n -> Expr.Vector(x, float n, 0.0, 1.0, 2.0)
    | Negated r -> -(cook r)
    | Summed(a, b) -> cook a + cook b
    | Times(a, b) -> cook a * cook b
    | Total r -> (cook r).Sum x
    | Chosen(a, b, d) -> (cook a).Select(cook b, cook d)

let private recipes =
    let rec sized size =
        if size <= 1 then
            Gen.oneof [ Gen.map Number (Gen.choose (0, 1)); Gen.map Vector (Gen.choose (0, 1)) ]
        else
            let half = sized (size / 2)

            Gen.oneof [
                Gen.map Negated half
                Gen.map Total half
                Gen.map2 (fun a b -> Summed(a, b)) half half
                Gen.map2 (fun a b -> Times(a, b)) half half
                Gen.map3 (fun a b d -> Chosen(a, b, d)) half half half
            ]

    Gen.choose (1, 4) |> Gen.bind sized

/// One of everything that a specification can hold.
let private full =
    let a, b = row 2, column 2
    let cost = Signal.Parameter("cost", 0.25, 0.0, 1.0, "cost of guarding")
    let models = Axis.Of("model", "m1", "all")

    let table =
        CountTable
            .Read("data/outcomes.csv")
            .By(Axis.Of("attack", "a", "b c"), models)
            .Counting("ok", "n")
            .Pooling(models, "all")

    let t = Expr.Matrix(a.Actions, b.Actions, array2D [ [ 1.0; -2.0 ]; [ 0.5; 1e-7 ] ])
    let skies = Axis.Of("weather", "sun", "heavy rain")

    Game
        .Named("two words")
        .ZeroSum(a, b, (t - cost * (t + 1.0)) / Expr.Vector(skies, 1.0, 2.0) * -t)
        .Nature(skies, Expr.Vector(skies, 0.5, 0.5))
        .Over(Axis.Of("game", 3))
        .Regularize(a, Regularizer.Kl(Expr.Vector(a.Actions, 0.5, 0.5), c 0.1))
        .Regularize(b, Regularizer.Tsallis(1.5, cost))
        .SubjectTo(Constraint.AtMost("budget", a, Expr.Vector(a.Actions, 0.0, 1.0), 0.5))
        .Probe(Probe.SupportSize())
        .Probe(Probe.Entropy)
        .Probe(Probe.Posterior(table, 10))
        .Claim(Structure.ZeroSum)

let private fullText =
    """game "two words"
  player row chooses row=2
  player column chooses column=2
  over game=3
  nature weather=2{sun,"heavy rain"} ~ [weather] {0.5 0.5}
  payoff row = ([row, column] {1 -2 0.5 1E-07} - cost * ([row, column] {1 -2 0.5 1E-07} + 1)) / [weather] {1 2} * -[row, column] {1 -2 0.5 1E-07}
  payoff column = -(([row, column] {1 -2 0.5 1E-07} - cost * ([row, column] {1 -2 0.5 1E-07} + 1)) / [weather] {1 2} * -[row, column] {1 -2 0.5 1E-07})
  regularize row by kl([row] {0.5 0.5}, 0.1)
  regularize column by tsallis(1.5, cost)
  subject to budget: row keeps E[[row] {0 1}] <= 0.5
  probe support_size(0.01)
  probe entropy
  probe posterior(10 draws of table "data/outcomes.csv" [attack=2{a,"b c"}, model=2{m1,all}] ok/n pooling model=all)
  claim ZeroSum
  parameter cost=0.25 in [0, 1]"""

let private printed = [
    vector + vector, "[x] {1 2 3 4} + [x] {1 2 3 4}"
    -(vector * vector), "-([x] {1 2 3 4} * [x] {1 2 3 4})"
    vector - (vector - vector), "[x] {1 2 3 4} - ([x] {1 2 3 4} - [x] {1 2 3 4})"
    vector / (vector / vector), "[x] {1 2 3 4} / ([x] {1 2 3 4} / [x] {1 2 3 4})"
    (vector + 1.0) * -2.0, "([x] {1 2 3 4} + 1) * -2"
    -(-vector), "--[x] {1 2 3 4}"
    vector.Sum x, "sum[x]([x] {1 2 3 4})"
    (vector.Exp() + 1.0).Log(), "log(exp([x] {1 2 3 4}) + 1)"
    vector.Pow(c -2.0), "power([x] {1 2 3 4}, -2)"
    vector.Above(c 2.0).Select(vector, c 0.0), "select(less(2, [x] {1 2 3 4}), [x] {1 2 3 4}, 0)"
    Expr.Uniform("noise", x) + Expr.Normal("a b", x), "uniform(noise)[x] + normal(\"a b\")[x]"
    Expr.Step * -0.5, "step * -0.5"
    (c 2.0).Expand x, "expand[x](2)"
    vector.Gather(x, y, 2, 0), "gather[x->y](2 0)([x] {1 2 3 4})"
    vector.SegmentSum(x, y, 0, 1, 1, 0), "segment_sum[x->y=2](0 1 1 0)([x] {1 2 3 4})"
    vector.Slice(x, 1, y), "slice[x 1..2 -> y]([x] {1 2 3 4})"
    vector.CumulativeSum(x, true), "cumsum.reverse[x]([x] {1 2 3 4})"
    vector.On(x, x.Prime()).Dot(vector, x, x.Prime()), "contract[x,x'](rename[x->x']([x] {1 2 3 4}), [x] {1 2 3 4})"
    Signal.External("s t", x), "\"s t\"[x]"
    Signal.Parameter("cost", 0.5) * 2.0, "cost * 2"
    (let e = vector.Exp() in e * e + e), "t1 * t1 + t1 where t1 = exp([x] {1 2 3 4})"
    vector.Grad vector, "grad([x] {1 2 3 4}, [x] {1 2 3 4})"
    c infinity, "Infinity"
    c (0.1 + 0.2), "0.30000000000000004"
    Expr.Vector(Axis.Of("n", 13), Array.init 13 float), "[n] {13 numbers #ca8086ed}"
]

let private values =
    testList "values" [
        for expression, text in printed do
            testCase $"printed: {text}" (fun () -> Expect.equal (string expression) text "text")

        testCase "a specification printed" (fun () -> Expect.equal (string full) fullText "text")

        // Stored runs name their experiment by these: they may never change.
        testCase "known hashes" (fun () ->
            Expect.equal (string full.Hash) "358da3436ae5e5542dcbacff513374d9" "one of everything"
            Expect.equal (string (weightedRps 1.5).Hash) "6f701e02d56d456927ca552f856ada1e" "rock-paper-scissors")

        testPropertyWithConfig
            {
                FsCheckConfig.defaultConfig with
                    maxTest = 500
                    replay = Some(20260101UL, 1UL, None)
            }
            "expressions are equal when their recipes are"
            (Prop.forAll (Arb.fromGen (Gen.two recipes)) (fun (a, b) ->
                let first, second, again = cook a, cook b, cook a

                first = again
                && first.GetHashCode() = again.GetHashCode()
                && (first = second) = (a = b)
                && (string first = string second) = (a = b)))

        testCase "a literal differs by any bit, by an axis and by a label" (fun () ->
            let other = [
                Expr.Vector(x, 1.0, 2.0, 3.0, 4.0 + 1e-15)
                Expr.Vector(x, 2.0, 1.0, 3.0, 4.0)
                Expr.Vector(Axis.Of("z", 4), 1.0, 2.0, 3.0, 4.0)
                Expr.Vector(Axis.Of("x", "a", "b", "c", "d"), 1.0, 2.0, 3.0, 4.0)
                Expr.Matrix(Axis.Of("a", 2), y, array2D [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ])
            ]

            Expect.all other (fun e -> e <> vector) "all differ"
            Expect.notEqual (Expr.Vector(y, 0.0, 1.0)) (Expr.Vector(y, -0.0, 1.0)) "a zero has a sign"
            Expect.equal (Expr.Vector(x, 1.0, 2.0, 3.0, 4.0)) vector "the same numbers")

        testCase "axes and sets of axes" (fun () ->
            Expect.equal (Axis.Of("n", "a", "b")) (Axis.Of("n", "a", "b")) "the same labels"
            Expect.notEqual (Axis.Of("n", "a", "b")) (Axis.Of("n", "b", "a")) "another order of labels"
            Expect.notEqual (Axis.Of("n", "a", "b")) (Axis.Of("n", 2)) "labels or none"
            Expect.equal (string (Axis.Of("n", "a", "b").Prime())) "n'=2" "prime"
            let a, b = AxisSet.Of(x, y), AxisSet.Of(y, x)
            Expect.equal a b "in any order"
            Expect.equal (a.GetHashCode()) (b.GetHashCode()) "hash"
            Expect.equal (string a) "[x=4, y=2]" "shown in theirs"
            Expect.equal a.Elements 8L "elements"
            Expect.equal (AxisSet.Of(x, y, x).Count) 2 "once each"
            Expect.notEqual a (AxisSet.Of(x, Axis.Of("y", 3))) "another domain"

            Expect.equal
                (a.Union(AxisSet.Of(Axis.Of("y", 3), Axis.Of("z", 1))) |> string)
                "[x=4, y=2, z=1]"
                "the first's domain"

            Expect.equal (a.Except [ x ]) (AxisSet.Of y) "without"
            Expect.equal (string (a.Replace(x, Axis.Of("z", 4)))) "[z=4, y=2]" "at its place"
            Expect.equal AxisSet.Scalar (a.Except a) "nothing left")

        testCase "tensors" (fun () ->
            let tensor (axes: Axis list) (numbers: float[]) = NamedTensor.Of(axes, numbers)
            let a = tensor [ x; y ] (Array.init 8 float)
            let again = tensor [ x; y ] (Array.init 8 float)
            Expect.equal again a "equal"
            Expect.equal (again.GetHashCode()) (a.GetHashCode()) "hash"
            Expect.notEqual a (tensor [ y; x ] (Array.init 8 float)) "another order of axes"
            Expect.equal (string a) "[x, y] {0 1 2 3 4 5 6 7}" "printed"
            let numbers = Array.init 8 float
            let copied = tensor [ x; y ] numbers
            numbers[0] <- 7.0
            Expect.equal copied a "holds a copy")

        testCase "every verb makes another specification" (fun () ->
            let model = Axis.Of("model", "m1", "all")
            let table = CountTable.Read("outcomes.csv").By(rowAxis, columnAxis)
            let cost = Signal.Parameter("cost", 0.25, 0.0, 1.0)

            let different = [
                rps
                weightedRps 2.0
                Game.Named("other").ZeroSum(row3, column3, payoff)
                Game.Named("weighted_rps").ZeroSum(column3, row3, -payoff)
                rps.Over two
                rps.Over(Axis.Of("game", 3))
                rps.Over(Axis.Of("game", "a", "b"))
                rps.Player(Player.Of("third", 2))
                rps.Player(Player.Of("third", Axis.Of("other", 2)))
                rps.Nature(model, Expr.Vector(model, 0.5, 0.5))
                rps.Nature(model, Expr.Vector(model, 0.25, 0.75))
                rps.Regularize(row3, Regularizer.Entropy(c 0.1))
                rps.Regularize(row3, Regularizer.Entropy(c 0.2))
                rps.Regularize(column3, Regularizer.Entropy(c 0.1))
                rps.Regularize(row3, Regularizer.L2(c 0.1))
                rps.Regularize(row3, Regularizer.Tsallis(1.5, c 0.1))
                rps.Regularize(row3, Regularizer.Tsallis(2.0, c 0.1))
                rps.SubjectTo(Constraint.AtMost("budget", row3, payoff, 0.5))
                rps.SubjectTo(Constraint.AtMost("budget", row3, payoff, 0.6))
                rps.SubjectTo(Constraint.AtMost("other", row3, payoff, 0.5))
                rps.Probe(Probe.SupportSize())
                rps.Probe(Probe.SupportSize 0.1)
                rps.Probe(Probe.Posterior(table, 10))
                rps.Probe(Probe.Posterior(table, 11))
                rps.Probe(Probe.Bootstrap(table, 10))
                rps.Probe(Probe.Posterior(table.Counting("ok", "n"), 10))
                rps.Claim Structure.ZeroSum
                rps.Claim Structure.Potential
                rps.Payoff(row3, cost * payoff)
                rps.Payoff(row3, Signal.Parameter("cost", 0.25, 0.0, 2.0) * payoff)
                rps.Payoff(row3, Signal.Parameter("cost", 0.5, 0.0, 1.0) * payoff)
                rps.Payoff(row3, table.Rate)
            ]

            let hashes = different |> List.map (fun spec -> spec.Hash) |> List.distinct
            Expect.equal hashes.Length different.Length "hashes"

            for a in different do
                Expect.equal (different |> List.filter (fun b -> a = b) |> List.length) 1 (string a))

        testCase "equal specifications are equal, whatever describes them" (fun () ->
            let described (text: string) = rps.Payoff(row3, Signal.Parameter("cost", 0.25, 0.0, 1.0, text) * payoff)
            Expect.equal (described "in euros") (described "") "equal"
            Expect.equal (described "in euros").Hash (described "").Hash "hash"
            Expect.equal ((described "a").GetHashCode()) ((described "b").GetHashCode()) "hash code"
            let again = full.MapExpressions(fun e -> e.Substitute(fun _ -> null))
            Expect.equal again full "rebuilt"
            Expect.equal (full.Extend(fun spec -> spec)) full "extended by nothing"
            Expect.equal ([ 1; 2 ].ToValueList()) ([ 1 ].ToValueList().Add 2) "lists")

        // Axis names stand in signatures without quotes: one axis named "x=1,y" signs like the axes x and y.
        testCase "an axis name that looks like two axes" (fun () ->
            let numbers = [| 1.0; 2.0 |]
            let one = NamedTensor.Of([ Axis.Of("x=1,y", 2) ], numbers)
            let both = NamedTensor.Of([ Axis.Of("x", 1); Axis.Of("y", 2) ], numbers)
            Expect.notEqual one both "tensors")

        // The signature of a segment sum names the target axis without its size: also in Graph.Add, which shares what signs equal.
        testCase "segment sums onto axes of different sizes" (fun () ->
            let onto size = vector.SegmentSum(x, Axis.Of("y", (size: int)), 0, 1, 1, 0)
            Expect.notEqual (onto 2) (onto 3) "expressions")
    ]

// ---- Parameters ----------------------------------------------------------------------------------------------------

let private priced =
    g.ZeroSum(row3, column3, payoff * Signal.Parameter("cost", 0.25, 0.0, 1.0, "price"))

let private parameters =
    testList "parameters" [
        testCase "set" (fun () ->
            Expect.equal
                (List.ofSeq priced.Parameters)
                [ ParameterDeclaration("cost", 0.25, 0.0, 1.0, "price") ]
                "declared"

            let dear = priced.Set("cost", 1.0)
            Expect.equal dear.Parameters[0].Value 1.0 "in force"
            Expect.notEqual dear.Hash priced.Hash "another hash"
            Expect.equal (dear.Set("cost", 0.25)) priced "and back"
            let numbers (spec: GameSpec) = BoundGame.Bind(spec).Data(0).Payoff(1).ToArray()
            Expect.equal (numbers dear) (numbers rps) "the payoffs at 1"
            Expect.equal (numbers priced) (Array.map (fun u -> 0.25 * u) (numbers rps)) "the payoffs at 0.25")

        testCase "swept: a batch axis named like the parameter, game by game what Set gives" (fun () ->
            let values = [| 0.1; 0.3; 1.0 |]
            let swept = BoundGame.Bind(priced.Sweep("cost", values))
            Expect.equal (List.ofSeq swept.Batch) [ Axis.Of("cost", "0.1", "0.3", "1") ] "axis"
            Expect.equal [ for k in 0..2 -> swept.DescribeGame k ] [ "cost=0.1"; "cost=0.3"; "cost=1" ] "names"

            for k, value in Seq.indexed values do
                let alone = BoundGame.Bind(priced.Set("cost", value))

                for player in 0..1 do
                    Expect.sequenceEqual
                        (bits (swept.Data(k).Payoff(player).ToArray()))
                        (bits (alone.Data(0).Payoff(player).ToArray()))
                        $"cost {value}")

        testCase "swept twice: two axes" (fun () ->
            let spec =
                priced
                    .Payoff(row3, payoff * Signal.Parameter("bonus", 1.0))
                    .Sweep("cost", 0.1, 0.2)
                    .Sweep("bonus", 1.0, 2.0, 3.0)

            Expect.equal [ for axis in spec.Batch -> string axis ] [ "cost=2"; "bonus=3" ] "axes")

        testCase "inside regularizers, constraints and chance too" (fun () ->
            let tau = Signal.Parameter("tau", 0.1, 0.0, 1.0)

            let spec =
                rps
                    .Regularize(row3, Regularizer.Entropy tau)
                    .SubjectTo(Constraint.AtMost("budget", row3, payoff * tau, 0.5))
                    .Nature(
                        weather,
                        Expr.Vector(weather, 1.0, 0.0) * (1.0 - tau) + Expr.Vector(weather, 0.0, 1.0) * tau
                    )

            Expect.equal [ for p in spec.Set("tau", 0.5).Parameters -> p.Value ] [ 0.5 ] "one value everywhere")

        for name, action, message in
            [
                "unknown, near",
                (fun () -> priced.Set("cots", 0.5)),
                "The game 'g' has no parameter 'cots'. Did you mean 'cost'?"
                "unknown, far",
                (fun () -> priced.Set("temperature", 0.5)),
                "The game 'g' has no parameter 'temperature'. It declares cost."
                "none",
                (fun () -> rps.Set("cost", 0.5)),
                "The game 'weighted_rps' has no parameter 'cost'. It declares none."
                "too large",
                (fun () -> priced.Set("cost", 1.5)),
                "Parameter 'cost': expected a value from 0 to 1, got 1.5."
                "no number",
                (fun () -> priced.Set("cost", nan)),
                "Parameter 'cost': expected a value from 0 to 1, got NaN."
                "one of a sweep",
                (fun () -> priced.Sweep("cost", 0.5, -1.0)),
                "Parameter 'cost': expected a value from 0 to 1, got -1."
                "a sweep over one value twice",
                (fun () -> priced.Sweep("cost", 0.5, 0.5)),
                "Axis 'cost': the label '0.5' occurs twice."
                "a sweep of one swept",
                (fun () -> priced.Sweep("cost", 0.5).Sweep("cost", 0.6)),
                "The game 'g' has no parameter 'cost'. It declares none."
            ] do
            testCase name (fun () -> Expect.equal (messageOf action) message "message")

        testCase "declared wrongly" (fun () ->
            for message, expected in
                [
                    messageOf (fun () -> Signal.Parameter("cost", 2.0, 0.0, 1.0)),
                    "Parameter 'cost': expected a value from 0 to 1, got 2. (Parameter 'value')"
                    messageOf (fun () -> Signal.Parameter("cost", nan)),
                    "Parameter 'cost': expected a value from -Infinity to Infinity, got NaN. (Parameter 'value')"
                    messageOf (fun () -> Signal.Parameter(" ", 1.0)), "A parameter needs a name. (Parameter 'name')"
                ] do
                Expect.equal message expected "message")

        testCase "settings of solvers" (fun () ->
            let settingOf (solver: ISolver) name = solver.Settings |> Seq.find (fun s -> s.Name = name)
            let setting solver name = settingOf (iterative solver) name

            for message, expected in
                [
                    messageOf (fun () -> (setting "omwu" "stepSize").With "0"),
                    "Setting 'stepSize': expected above 0, got '0'."
                    messageOf (fun () -> (setting "omwu" "stepSize").With "fast"),
                    "Setting 'stepSize': expected above 0, got 'fast'."
                    messageOf (fun () -> (setting "rm" "averaging").With "linaer"),
                    "Setting 'averaging': 'linaer' is not one of uniform, linear, quadratic. Did you mean 'linear'?"
                    messageOf (fun () -> (setting "mmd" "magnetEvery").With "0"),
                    "Setting 'magnetEvery': expected a whole number from 1 to 2147483647, got '0'."
                    messageOf (fun () -> (setting "mmd" "magnetEvery").Over(two, 1.0, 2.0)),
                    "Setting 'magnetEvery' cannot be swept: it is not a real number."
                    messageOf (fun () -> (setting "omwu" "stepSize").Over(two, 0.1, -0.1)),
                    "Setting 'stepSize': expected above 0, got '-0.1'."
                    messageOf (fun () -> (settingOf (LogitPath()) "lambda").Over(two, 1.0, 2.0)),
                    "Setting 'lambda' cannot be swept: its solver answers game by game and takes one number for all; run it once for each value."
                    messageOf (fun () -> (settingOf (LogitPath()) "lambda").With "-1"),
                    "Setting 'lambda': expected from 0 to 1000000, got '-1'."
                    messageOf (fun () -> (settingOf (DoubleOracle()) "inner").Over(two, 1.0, 2.0)),
                    "Setting 'inner' cannot be swept: it is a solver."
                    messageOf (fun () -> (setting "omwu" "stepSize").With(Hedge())),
                    "Setting 'stepSize': expected above 0, got a solver."
                    messageOf (fun () -> Solver.Find "prm"), "There is no solver 'prm'. Did you mean 'prm+'?"
                ] do
                Expect.equal message expected "message")

        testCase "solvers as text" (fun () ->
            for solver in Solver.All do
                Expect.equal (Solver.Find(SolverText.Of solver)) solver "what is printed is read back"

            for text, solver in
                [
                    "lp", ZeroSumLp() :> ISolver
                    " hedge ( ) ", Hedge()
                    "hedge(stepSize=0.5, averaging = linear)",
                    Hedge(StepSize = Expr.Constant 0.5, Averaging = Averaging.Linear)
                    "double_oracle(inner=lp)", DoubleOracle(Inner = ZeroSumLp())
                    "double_oracle(inner=double_oracle(inner=omwu(stepSize=0.1,averaging=uniform)))",
                    DoubleOracle(
                        Inner =
                            DoubleOracle(
                                Inner = OptimisticHedge(StepSize = Expr.Constant 0.1, Averaging = Averaging.Uniform)
                            )
                    )
                ] do
                let find name = if name = "lp" then ZeroSumLp() :> ISolver else Solver.Find name
                Expect.equal (SolverText.Parse(text, find)) solver text)

        for text, message in
            [
                "double_oracle(inner=hegde)", "There is no solver 'hegde'. Did you mean 'hedge'?"
                "double_oracle(iner=hedge)", "The solver 'double_oracle' has no setting 'iner'. Did you mean 'inner'?"
                "hedge(stepSize=-1)", "Setting 'stepSize': expected above 0, got '-1'."
                "double_oracle(inner=hedge(stepSize=-1))", "Setting 'stepSize': expected above 0, got '-1'."
                "hedge(stepSize=1,stepSize=2)", "'hedge(stepSize=1,stepSize=2)': the setting 'stepSize' is given twice."
                for wrong in
                    [
                        "hedge(stepSize=1"
                        "hedge(stepSize=1))"
                        "double_oracle(inner=hedge(stepSize=1)"
                        "hedge)"
                        "hedge(stepSize)"
                        "hedge(stepSize=1,)"
                        "hedge,rm"
                        "stepSize=1"
                    ] do
                    wrong,
                    $"'{wrong}' is not a solver; write a name, with settings in brackets, such as hedge(stepSize=0.5,averaging=linear)."
            ] do
            testCase $"no solver: {text}" (fun () ->
                Expect.equal (messageOf (fun () -> Solver.Find text)) message "message")

        // double.TryParse without a style takes the comma for a separator of thousands: a silent factor of ten.
        testCase "a decimal comma is not a number" (fun () ->
            let setting = (iterative "omwu").Settings |> Seq.find (fun s -> s.Name = "stepSize")

            Expect.equal
                (messageOf (fun () -> setting.With "0,1"))
                "Setting 'stepSize': expected above 0, got '0,1'."
                "message")
    ]

// ---- Tables --------------------------------------------------------------------------------------------------------

let private attack, private model =
    Axis.Of("attack", "dsn", "pair"), Axis.Of("model", "vicuna", "llama")

let private red, private blue = Player.Of("red", attack), Player.Of("blue", model)
let private table = CountTable.Read("outcomes.csv").By(attack, model)

let private outcomes =
    "attack,model,successes,trials\ndsn,vicuna,3,10\ndsn,llama,0,8\npair,vicuna,5,5\npair,llama,2,100\n"

/// Binds a game to a file of this text.
let private bound (spec: GameSpec) seed (text: string) =
    let folder = Directory.CreateTempSubdirectory "alignment-tests-"

    try
        File.WriteAllText(Path.Combine(folder.FullName, "outcomes.csv"), text)

        try
            BoundGame.Bind(spec, folder.FullName, seed)
        with e ->
            // the file's folder is another each time
            raise (InvalidOperationException(e.Message.Replace(folder.FullName, "FOLDER"), e))
    finally
        folder.Delete true

let private rated = Game.Named("rated").ZeroSum(red, blue, table.Rate)

let private rates (game: BoundGame) k = game.Data(k).Payoff(0).ToArray()

let private tables =
    testList "tables" [
        testCase "rates, the file's hash, and nothing to note" (fun () ->
            let game = bound rated 0UL outcomes
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates"
            Expect.isEmpty game.Notes "notes"

            Expect.equal
                [ for f in game.Files -> f.Path, f.Sha256 ]
                [ "outcomes.csv", "097f0e89606b51eeed08623b84d52cb1830b4ecb33009d8e20c1650af0671531" ]
                "file"

            Expect.equal game.Declared rated "as declared")

        testCase "columns in any order, more columns, quotes" (fun () ->
            let text =
                "trials,model,note,attack,successes\n10,vicuna,x,\"dsn\",3\n8,llama,,dsn,0\n5,vicuna,\"a,b\",pair,5\n100,llama,,pair,2\n"

            Expect.equal (rates (bound rated 0UL text) 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates")

        testCase "rows of other labels are left out, and that is said" (fun () ->
            let game = bound rated 0UL (outcomes + "gcg,llama,3,4\ndsn,gpt,3,4\n")
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "rates"

            Expect.equal
                (List.ofSeq game.Notes)
                [ "outcomes.csv: 2 rows left out, their labels are not in attack, model" ]
                "note")

        testCase "one row is told as one" (fun () ->
            Expect.equal
                (List.ofSeq (bound rated 0UL (outcomes + "gcg,llama,3,4\n")).Notes)
                [ "outcomes.csv: 1 row left out, its label is not in attack, model" ]
                "note")

        testCase "an axis without labels" (fun () ->
            let numbered, other = Axis.Of("attack", 2), Axis.Of("model", 2)
            let rates = CountTable.Read("outcomes.csv").By(numbered, other).Rate
            let spec = Game.Named("rated").ZeroSum(Player.Of("red", numbered), Player.Of("blue", other), rates)

            Expect.equal
                (messageOf (fun () -> bound spec 0UL outcomes))
                ("table 'outcomes.csv': axis 'attack' has no labels, and a table's rows are found by them; name the values of column 'attack': Axis.Of(\"attack\", \"first\", ...)\n"
                 + "table 'outcomes.csv': axis 'model' has no labels, and a table's rows are found by them; name the values of column 'model': Axis.Of(\"model\", \"first\", ...)")
                "both, before the file is read")

        testCase "a pooled label is the sum over the others" (fun () ->
            let all = Axis.Of("model", "vicuna", "any", "llama")
            let pooled = CountTable.Read("outcomes.csv").By(attack, all).Pooling(all, "any")
            let spec = Game.Named("pooled").ZeroSum(red, Player.Of("blue", all), pooled.Rate)
            Expect.equal (rates (bound spec 0UL outcomes) 0) [| 0.3; 3.0 / 18.0; 0.0; 1.0; 7.0 / 105.0; 0.02 |] "rates"

            Expect.equal
                (messageOf (fun () -> bound spec 0UL (outcomes + "dsn,any,1,2\n")))
                "FOLDER/outcomes.csv(6,5): 'any' stands for the sum over the others and may not occur in the file; give the pooled label another name"
                "message")

        for name, text, message in
            [
                "a cell missing",
                outcomes.Replace("pair,llama,2,100\n", ""),
                "FOLDER/outcomes.csv: no row gives the cell attack=pair, model=llama"
                "a cell twice",
                outcomes + "dsn,llama,1,8\n",
                "FOLDER/outcomes.csv(6,1): cell attack=dsn, model=llama was given on line 3 already"
                "more successes than trials",
                outcomes.Replace("3,10", "11,10"),
                "FOLDER/outcomes.csv(2,12): 11 successes are more than the 10 trials"
                "no trials", outcomes.Replace("3,10", "0,0"), "FOLDER/outcomes.csv(2,14): expected at least 1 trial"
                "half a success",
                outcomes.Replace("3,10", "2.5,10"),
                "FOLDER/outcomes.csv(2,12): 'successes' is '2.5'; expected a whole number of at least 0"
                "fewer than none",
                outcomes.Replace("3,10", "-1,10"),
                "FOLDER/outcomes.csv(2,12): 'successes' is '-1'; expected a whole number of at least 0"
                "no column of counts",
                outcomes.Replace("trials", "tries"),
                "FOLDER/outcomes.csv(1,1): has no column 'trials' (did you mean 'tries'?); its columns are: attack, model, successes, tries"
                "no column of labels",
                outcomes.Replace("attack,", "atack,"),
                "FOLDER/outcomes.csv(1,1): has no column 'attack' (did you mean 'atack'?); its columns are: atack, model, successes, trials"
                "empty", "", "FOLDER/outcomes.csv: is empty; expected a header row"
            ] do
            testCase name (fun () -> Expect.equal (messageOf (fun () -> bound rated 0UL text)) message "message")

        testCase "no file" (fun () ->
            let spec =
                Game.Named("rated").ZeroSum(red, blue, CountTable.Read("/no/such.csv").By(attack, model).Rate)

            Expect.equal (bindFault spec) "/no/such.csv: no such file; looked for /no/such.csv" "message")
    ]

// ---- Resampling ----------------------------------------------------------------------------------------------------

let private draws = 4000

/// For each of the four cells: (mean, variance) over all draws but the point estimate.
let private moments (game: BoundGame) =
    let cells = [| for k in 1..draws -> rates game k |] |> Array.transpose

    cells
    |> Array.map (fun values ->
        let mean = Array.average values
        mean, values |> Array.averageBy (fun v -> (v - mean) ** 2.0))

let private counts = [| 3.0, 10.0; 0.0, 8.0; 5.0, 5.0; 2.0, 100.0 |]

let private resampling =
    testList "resampling" [
        testCase "posterior: element 0 is the point estimate, the draws follow their Beta laws" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, draws))) 7UL outcomes
            Expect.equal (string game.Batch[0]) "draw=4001" "axis"
            Expect.equal (rates game 0) [| 0.3; 0.0; 1.0; 0.02 |] "point estimate"

            for (s, n), (mean, variance) in Array.zip counts (moments game) do
                // Beta(a, b): mean a / (a + b), variance a b / ((a + b)^2 (a + b + 1)), excess kurtosis as in any table
                let a, b = s + 0.5, n - s + 0.5
                let m, v = a / (a + b), a * b / ((a + b) ** 2.0 * (a + b + 1.0))

                let kurtosis =
                    3.0
                    + 6.0 * ((a - b) ** 2.0 * (a + b + 1.0) - a * b * (a + b + 2.0))
                      / (a * b * (a + b + 2.0) * (a + b + 3.0))

                // five standard errors
                Expect.isLessThan (abs (mean - m)) (5.0 * sqrt (v / float draws)) $"mean of {s} of {n}"

                Expect.isLessThan
                    (abs (variance - v))
                    (5.0 * v * sqrt ((kurtosis - 1.0) / float draws))
                    $"variance of {s} of {n}")

        testCase "posterior: cells are independent" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, draws))) 7UL outcomes
            let cells = [| for k in 1..draws -> rates game k |] |> Array.transpose

            for i in 0..3 do
                for j in 0 .. i - 1 do
                    let centred =
                        [ i; j ]
                        |> List.map (fun k ->
                            let mean = Array.average cells[k] in Array.map (fun v -> v - mean) cells[k])

                    let dot (u: float[]) (v: float[]) = Array.fold2 (fun sum a b -> sum + a * b) 0.0 u v

                    let correlation =
                        dot centred[0] centred[1] / sqrt (dot centred[0] centred[0] * dot centred[1] centred[1])

                    Expect.isLessThan (abs correlation) (5.0 / sqrt (float draws)) $"cells {i} and {j}")

        testCase "bootstrap: binomial shares, degenerate at 0 and 1" (fun () ->
            let game = bound (rated.Probe(Probe.Bootstrap(table, draws))) 7UL outcomes

            for (s, n), (mean, variance) in Array.zip counts (moments game) do
                let p = s / n
                let v = p * (1.0 - p) / n
                // the excess kurtosis of a binomial is (1 - 6 p q) / (n p q)
                let kurtosis = if v > 0.0 then 3.0 + (1.0 - 6.0 * p * (1.0 - p)) / (n * p * (1.0 - p)) else 3.0
                Expect.isLessThanOrEqual (abs (mean - p)) (5.0 * sqrt (v / float draws)) $"mean of {s} of {n}"

                Expect.isLessThanOrEqual
                    (abs (variance - v))
                    (5.0 * v * sqrt ((kurtosis - 1.0) / float draws))
                    $"variance of {s} of {n}"

            Expect.all
                (Seq.init draws (fun k -> (rates game (k + 1))[0] * 10.0))
                (fun s -> abs (s - round s) < 1e-9)
                "tenths")

        testCase "the seed decides" (fun () ->
            let all seed =
                let game = bound (rated.Probe(Probe.Posterior(table, 5))) seed outcomes
                [ for k in 0..5 -> rates game k ]

            Expect.equal (all 1UL) (all 1UL) "same seed"
            Expect.notEqual (all 1UL) (all 2UL) "another seed")

        testCase "all draws are solved as one batch" (fun () ->
            let game = bound (rated.Probe(Probe.Posterior(table, 20))) 3UL outcomes
            let options = SolveOptions(Until = (Stop.NashConvBelow 1e-6 ||| Stop.AfterSteps 20_000L), Threads = 1)
            let solution = GameSolver.Solve(game, iterative "prm+", options)
            Expect.equal solution.Games.Count 21 "games"
            Expect.equal solution.Games[20].Game "draw=20" "name"
            Expect.equal solution.Status.Outcome Outcome.Converged solution.Status.Sentence
            // the point estimate: 0.3 0 / 1 0.02: the second row and the second column dominate
            Expect.isLessThan (abs (solution.Value red - 0.02)) 1e-5 "value")

        // Resampling.Draw keys its stream by the probe's text, which holds the number of draws.
        testCase "more draws keep the first ones" (fun () ->
            let all count =
                let game = bound (rated.Probe(Probe.Posterior(table, count))) 1UL outcomes
                [ for k in 0..3 -> rates game k ]

            Expect.equal (all 10) (all 3) "the first three")
    ]

[<Tests>]
let tests =
    testList "check" [ specCheck; numbers; structureTests; values; parameters; tables; resampling ]
