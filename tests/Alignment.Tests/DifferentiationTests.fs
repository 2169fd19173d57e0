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
