/// Specifications as values, printed and compared, and their parameters.
module Alignment.Tests.SpecValueTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SpecFixtures

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

        propertyOver
            500
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

[<Tests>]
let tests = testList "check" [ values; parameters ]
