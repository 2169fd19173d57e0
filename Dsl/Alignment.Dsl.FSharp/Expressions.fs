namespace Alignment

/// Expressions in pipelines: the axis or other operand first, the expression last.
/// The type `Expr` itself keeps its members, so `Expr.Constant 1.0` and `Expr.sum axis x` both resolve; operators belong to the type.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Expr =

    /// A number.
    let constant (value: float) : Expr = Expr.Constant value

    /// A vector over an axis.
    let vector (axis: Axis) (values: float seq) : Expr = Expr.Vector(axis, Seq.toArray values)

    /// Numbers over axes, the last axis fastest.
    let table (axes: Axis seq) (values: float seq) : Expr = Expr.Table(axes, Seq.toArray values)

    /// A matrix as a list of rows.
    let matrix (rows: Axis) (columns: Axis) (values: float list list) : Expr =
        Expr.Matrix(rows, columns, array2D values)

    /// 1 at the element of a label, 0 at all others.
    let indicator (axis: Axis) (label: string) : Expr = Expr.Indicator(axis, label)

    /// 1 at each row's column, 0 at all others; an empty map gives row k column k.
    let lookup (rows: Axis) (columns: Axis) (map: int seq) : Expr = Expr.Lookup(rows, columns, map)

    /// The uniform distribution over axes.
    let uniformOver (axes: Axis seq) : Expr = Expr.UniformOver(Seq.toArray axes)

    /// What stands at the element of a label; that axis is gone.
    let at (axis: Axis) (label: string) (x: Expr) : Expr = x.At(axis, label)

    /// e^x.
    let exp (x: Expr) : Expr = x.Exp()

    /// Natural logarithm.
    let log (x: Expr) : Expr = x.Log()

    /// Square root.
    let sqrt (x: Expr) : Expr = x.Sqrt()

    /// Absolute value; derivative 0 at 0.
    let abs (x: Expr) : Expr = x.Abs()

    /// Hyperbolic tangent.
    let tanh (x: Expr) : Expr = x.Tanh()

    /// max(x, 0).
    let positive (x: Expr) : Expr = x.Positive()

    /// The first where the condition is not 0, else the second.
    let select (thenThis: Expr) (otherwise: Expr) (condition: Expr) : Expr = condition.Select(thenThis, otherwise)

    /// The same numbers with derivative 0.
    let stopGradient (x: Expr) : Expr = x.StopGradient()

    /// Sum over an axis.
    let sum (axis: Axis) (x: Expr) : Expr = x.Sum axis

    /// Mean over an axis.
    let mean (axis: Axis) (x: Expr) : Expr = x.Mean axis

    /// Largest element along an axis.
    let max (axis: Axis) (x: Expr) : Expr = x.Max axis

    /// Smallest element along an axis.
    let min (axis: Axis) (x: Expr) : Expr = x.Min axis

    /// log sum exp along an axis.
    let logSumExp (axis: Axis) (x: Expr) : Expr = x.LogSumExp axis

    /// Softmax along an axis.
    let softmax (axis: Axis) (x: Expr) : Expr = x.Softmax axis

    /// 1 at the largest element along an axis (the first of several), else 0.
    let oneHotMax (axis: Axis) (x: Expr) : Expr = x.OneHotMax axis

    /// Euclidean projection onto the probability simplex along an axis.
    let projectToSimplex (axis: Axis) (x: Expr) : Expr = x.ProjectToSimplex axis

    /// Running sums along an axis.
    let cumulativeSum (axis: Axis) (x: Expr) : Expr = x.CumulativeSum axis

    /// Sum over axes of the product of two expressions.
    let dot (axes: Axis seq) (other: Expr) (x: Expr) : Expr = x.Dot(other, Seq.toArray axes)

    /// The same numbers with one axis called by another name.
    let on (from: Axis) (into: Axis) (x: Expr) : Expr = x.On(from, into)

    /// The same numbers repeated along axes that the expression lacks.
    let expand (axes: Axis seq) (x: Expr) : Expr = x.Expand(Seq.toArray axes)
