module Alignment.Tests.DifferentiationTests

open System
open Expecto
open Alignment
open Alignment.Compiler

let private a = Axis.Of("a", 4)
let private b = Axis.Of("b", 3)

/// Evaluates an expression of the signal `x` over axis a at given numbers, on Host in float64.
let private at (x: float[]) (value: Expr) =
    let program =
        Lowering.Program(
            "test",
            [],
            SolverState.Empty,
            SolverState.Empty,
            [ Collections.Generic.KeyValuePair("y", value) ]
        )

    use executable = HostExecutor.Instance.Prepare(program, ExecutionOptions())

    if program.Inputs.Count > 0 then
        executable.SetInput("x", x)

    executable.Initialize()
    executable.Read()
    let size = executable.OutputAxes "y" |> Seq.fold (fun n axis -> n * axis.Size) 1
    let values: float[] = Array.zeroCreate size
    executable.GetOutput("y", values)
    values

let private x = Signal.External("x", a)
let private weights = Expr.Vector(a, 0.3, -1.2, 0.7, 2.0)

let private matrix =
    Expr.Matrix(a, b, array2D [ [ 1.0; 2.0; -1.0 ]; [ 0.5; -0.3; 0.2 ]; [ -2.0; 1.0; 0.4 ]; [ 0.1; 0.9; -0.6 ] ])

/// Scalar functions that together use every differentiable operation, at a point away from kinks.
let private functions = [
    "polynomial", (x * x * x - 2.0 * x).Sum a
    "exp log", (x.Exp() + x.Log() * weights).Sum a
    "log1p expm1 tanh sqrt", (x.Log1p() * x.Expm1() + x.Tanh() / x.Sqrt()).Sum a
    "abs min max", ((x - 1.0).Abs() + x.Minimum(weights) * x.Maximum(1.5)).Sum a
    "power", x.Pow(Expr.Constant 1.7).Sum a
    "power of the exponent", Expr.Constant(1.3).Pow(x).Sum a
    "select", (x.Above(Expr.Constant 1.0).Select(x * x, 3.0 * x)).Sum a
    "max", (x * weights).Max a
    "logsumexp", (x * weights).LogSumExp a
    "softmax", ((x * 2.0).Softmax a).Dot(weights, a)
    "projection", ((0.3 * x).ProjectToSimplex a).Dot(weights, a)
    "cumsum", (x.CumulativeSum a * weights + x.CumulativeSum(a, true)).Sum a
    "contract", (x.Dot(matrix, a) * x.Dot(matrix, a)).Sum b
    "gather", (x.Gather(a, b, 2, 0, 2) * Expr.Vector(b, 1.0, 2.0, 3.0)).Sum b
    "segment sum", (x.SegmentSum(a, b, 1, 0, 1, 2) * x.SegmentSum(a, b, 1, 0, 1, 2)).Sum b
    "slice", (let s = x.Slice(a, 1, b) in s * s.Exp()).Sum b
    "rename", (x * x.On(a, a.Prime())).Dot(Expr.Identity(a, a.Prime()), a, a.Prime())
    "concat",
    (let c = Axis.Of("c", 7)
     let joined = Expr.Concat(c, struct (x * x, a), struct (x.Slice(a, 0, b).Exp(), b))
     (joined * joined).Sum c)
]

let private point = [| 0.7; 1.3; 0.4; 1.9 |]

let private numericGradient f =
    point
    |> Array.mapi (fun k _ ->
        let h = 1e-5
        let moved d = point |> Array.mapi (fun j v -> if j = k then v + d else v)
        ((at (moved h) f)[0] - (at (moved -h) f)[0]) / (2.0 * h))

let private close tolerance (expected: float[]) (actual: float[]) message =
    for e, v in Array.zip expected actual do
        Expect.isLessThan (abs (v - e)) (tolerance * (1.0 + abs e)) $"{message}: {v} against {e}"

// ---- Trees ---------------------------------------------------------------------------------------------------------

/// Two levels and two numbers of actions: the set "c" comes after the second action of "a", "d" after the first of "b".
let private tree =
    let set label first parent actions =
        InformationSet(label, ValueList.ToValueList(Seq.init actions string), first, parent)

    TreeplexAxes.Of(Treeplex("p", ValueList.ToValueList [ set "a" 0 0 3; set "b" 3 0 2; set "c" 5 2 2; set "d" 7 4 3 ]))

let private ends = Axis.Of("ends", 7)

/// Sequences of another player, which has none of its own here: any axis will do.
let private others = Axis.Of("others", 3)

let private sparse =
    SparseIndex(
        ends,
        ValueList.ToValueList [
            IndexMap(others, ValueList.ToValueList [ 0; 1; 2; 0; 1; 2; 2 ])
            IndexMap(b, ValueList.ToValueList [ 2; 1; 0; 0; 1; 2; 0 ])
        ],
        IndexMap(tree.Sequences, ValueList.ToValueList [ 1; 1; 10; 4; 7; 1; 0 ])
    )

/// Numbers along an axis that follow no pattern.
let private numbers (name: string) low high (axis: Axis) =
    let stream = RandomStream(11UL, name)
    Expr.Vector(axis, Array.init axis.Size (fun k -> low + (high - low) * stream.Uniform(0L, int64 k)))

/// What is made of one argument over an axis of its own, the others fixed: an operation, a name, and how many times it can be differentiated.
let private treeFunctions = [
    let sequences, actions, sets = tree.Sequences, tree.Actions, tree.InformationSets
    let g, x = numbers "g" -1.0 1.0 sequences, numbers "x" 0.1 0.9 actions
    let w, s = numbers "w" -0.5 0.5 actions, numbers "s" 0.6 1.4 sets
    let down (arguments: Expr list) = Expr.Of(Op.SweepDown tree, List.toArray arguments)
    let up kind (arguments: Expr list) = Expr.Of(Op.SweepUp(tree, kind), List.toArray arguments)
    "sweep down by the strategy", actions, 2, fun v -> down [ v ]
    "sweep down by the strategy, with sources", actions, 2, fun v -> down [ v; g ]
    "sweep down by the sources", sequences, 2, fun v -> down [ x; v ]
    "sweep up with a strategy by the gains", sequences, 2, fun v -> up SweepKind.Strategy [ v; x ]
    "sweep up with a strategy by gains of actions", actions, 2, fun v -> up SweepKind.Strategy [ v; x ]
    "sweep up with a strategy by the strategy", actions, 2, fun v -> up SweepKind.Strategy [ g; v ]
    "sweep up with a strategy by both", actions, 2, fun v -> up SweepKind.Strategy [ v; v ]
    "sweep up with the best by the gains", sequences, 1, fun v -> up SweepKind.Best [ v ]
    "sweep up with soft actions by the gains", sequences, 2, fun v -> up SweepKind.Soft [ v; w; s ]
    "sweep up with soft actions by the prior", actions, 2, fun v -> up SweepKind.Soft [ g; v; s ]
    "sweep up with soft actions by the scales", sets, 2, fun v -> up SweepKind.Soft [ g; w; 1.5 + v * v ]
    "sweep up with soft actions by one scale", sets, 2, (fun v -> up SweepKind.Soft [ g; w; 1.5 + (v * v).Sum sets ])
    "sweep up with the nearest actions by the gains", sequences, 1, fun v -> up SweepKind.Nearest [ v; w; s ]
    "sweep up with the nearest actions by the center", actions, 1, fun v -> up SweepKind.Nearest [ g; v; s ]
    "sweep up with the nearest actions by the scales", sets, 1, fun v -> up SweepKind.Nearest [ g; w; 1.5 + v * v ]
    let contract (arguments: Expr list) = Expr.Of(Op.SparseContract sparse, List.toArray arguments)
    let p, q, r = numbers "p" -1.0 1.0 ends, numbers "q" -1.0 1.0 others, numbers "r" -1.0 1.0 b
    "sparse contraction by the terms", ends, 2, fun v -> contract [ v; q; r ]
    "sparse contraction by the first factor", others, 2, fun v -> contract [ p; v; r ]
    "sparse contraction by the second factor", b, 2, fun v -> contract [ p; q; v ]

    "sparse contraction by terms and factors",
    ends,
    2,
    fun v -> contract [ v; v.SegmentSum(ends, others, 0, 1, 2, 0, 1, 2, 0); v.Slice(ends, 2, b) ]

    let spread (v: Expr) = Expr.Of(Op.SparseContract sparse, p, q, r).Slice(sequences, 0, actions) * v.Exp()
    "spread to the children", sets, 2, spread
    "softmax of ragged children", actions, 2, fun v -> v.Softmax actions * v
    "log sum exp of ragged children", actions, 2, fun v -> v.LogSumExp actions * x
    "sum of ragged children", actions, 2, fun v -> (v.Sum actions).Exp() * v
    "largest of ragged children", actions, 1, fun v -> v.Max actions * x
    "projection of ragged children", actions, 1, fun v -> (0.4 * v).ProjectToSimplex actions * v
    "running sums of ragged children", actions, 2, fun v -> v.CumulativeSum actions * v.CumulativeSum(actions, true)
]

/// The weighted sum of a value over all its axes: the children first, then their parents.
let rec private weighted (value: Expr) =
    match List.ofSeq value.Axes with
    | [] -> value
    | axis :: _ -> weighted ((value * numbers $"weights {axis.Name}" -1.0 1.0 axis).Sum axis)

[<Tests>]
let tests =
    testList "differentiation" [
        for name, f in functions do
            testCase $"reverse mode equals central differences: {name}" (fun () ->
                close 1e-8 (numericGradient f) (at point (f.Grad x)) name)

            testCase $"forward mode equals reverse mode: {name}" (fun () ->
                let direction = Expr.Vector(a, 0.4, -0.1, 0.8, 0.25)
                let forward = at point (f.Jvp(x, direction))
                let reverse = at point ((f.Grad x).Dot(direction, a))
                close 1e-12 reverse forward name)

            testCase $"the Hessian is symmetric and equals differences of gradients: {name}" (fun () ->
                let hessian = at point ((f.Grad x).Jacobian x)
                let size = point.Length

                for i in 0 .. size - 1 do
                    for j in 0 .. size - 1 do
                        Expect.floatClose
                            Accuracy.high
                            hessian[i * size + j]
                            hessian[j * size + i]
                            $"{name}: symmetric at {i}, {j}"

                let h = 1e-5

                for j in 0 .. size - 1 do
                    let moved d = point |> Array.mapi (fun k v -> if k = j then v + d else v)
                    let gradient d = at (moved d) (f.Grad x)

                    let numeric = Array.map2 (fun p m -> (p - m) / (2.0 * h)) (gradient h) (gradient -h)

                    let column = Array.init size (fun i -> hessian[i * size + j])
                    close 1e-6 numeric column $"{name}: column {j}")

        for name, axis, times, f in treeFunctions do
            let v = Signal.External("x", axis)
            let value = f v
            let objective = weighted value
            let stream = RandomStream(12UL, name)
            let start = Array.init axis.Size (fun k -> 2.0 * stream.Uniform(0L, int64 k) - 1.0)
            let direction = Array.init axis.Size (fun k -> 2.0 * stream.Uniform(1L, int64 k) - 1.0)
            let h = 1e-5
            let moved (along: float[]) d = Array.map2 (fun s a -> s + d * a) start along

            let slope along (f: Expr) =
                Array.map2 (fun p m -> (p - m) / (2.0 * h)) (at (moved along h) f) (at (moved along -h) f)

            testCase $"both modes equal central differences: {name}" (fun () ->
                let unit k = Array.init axis.Size (fun j -> if j = k then 1.0 else 0.0)
                let numeric = Array.init axis.Size (fun k -> (slope (unit k) objective)[0])
                close 1e-8 numeric (at start (objective.Grad v)) "reverse"
                close 1e-8 (slope direction value) (at start (value.Jvp(v, Expr.Vector(axis, direction)))) "forward")

            if times = 2 then
                testCase $"second derivatives equal differences of first ones: {name}" (fun () ->
                    let along = Expr.Vector(axis, direction)
                    close 1e-7 (slope direction (objective.Grad v)) (at start (objective.Hvp(v, along))) "reverse"

                    close
                        1e-7
                        (slope direction (value.Jvp(v, along)))
                        (at start ((value.Jvp(v, along)).Jvp(v, along)))
                        "forward")

        testCase "the branch a select does not take leaks nothing" (fun () ->
            // log has slope infinity at 0, where the other branch is taken
            let f = x.Above(Expr.Constant 0.0).Select(x.Log(), 0.0).Sum a
            let gradient = at [| 0.0; 1.0; 2.0; 0.0 |] (f.Grad x)
            Expect.sequenceEqual gradient [| 0.0; 1.0; 0.5; 0.0 |] "gradient")

        testCase "at a tie max takes the first, abs and sign are 0" (fun () ->
            Expect.sequenceEqual (at [| 1.0; 3.0; 3.0; 2.0 |] ((x.Max a).Grad x)) [| 0.0; 1.0; 0.0; 0.0 |] "max"

            Expect.sequenceEqual
                (at [| 0.0; 1.0; -1.0; 0.0 |] ((x.Abs().Sum a).Grad x))
                [| 0.0; 1.0; -1.0; 0.0 |]
                "abs")

        testCase "stop_gradient stops both modes" (fun () ->
            let f = (x.StopGradient() * x).Sum a
            Expect.sequenceEqual (at point (f.Grad x)) point "reverse"
            Expect.sequenceEqual (at point (f.Jvp(x, Expr.Vector(a, 1.0, 0.0, 0.0, 0.0)))) [| point[0] |] "forward")

        testCase "a gradient with respect to what is not there is 0" (fun () ->
            Expect.sequenceEqual (at point ((weights * weights).Sum(a).Grad x)) [| 0.0; 0.0; 0.0; 0.0 |] "gradient")
    ]
