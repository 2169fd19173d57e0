namespace Alignment

/// Derivatives of functions of an expression, named as in DiffSharp: `grad f x` is the gradient of `f` at `x`.
/// They are expressions themselves, so they nest, batch and compile like everything else.
[<RequireQualifiedAccess>]
module Grad =

    /// The gradient of the sum of all elements of `f x` with respect to x, over the axes of x. Reverse mode.
    let grad (f: Expr -> Expr) (x: Expr) : Expr = (f x).Grad x

    /// The Jacobian of f at x: the axes of `f x`, then the axis of x with a prime; x has exactly one axis.
    let jacobian (f: Expr -> Expr) (x: Expr) : Expr = (f x).Jacobian x

    /// The derivative of `f x` when x moves along v. Forward mode.
    let jvp (f: Expr -> Expr) (x: Expr) (v: Expr) : Expr = (f x).Jvp(x, v)

    /// The transposed Jacobian of f at x, times u. Reverse mode.
    let vjp (f: Expr -> Expr) (x: Expr) (u: Expr) : Expr = (f x).Vjp(x, u)

    /// The Hessian of the sum of all elements of `f x`, times v.
    let hvp (f: Expr -> Expr) (x: Expr) (v: Expr) : Expr = (f x).Hvp(x, v)

    /// The Hessian of the sum of all elements of `f x`: the axis of x, then the same with a prime; x has exactly one axis.
    let hessian (f: Expr -> Expr) (x: Expr) : Expr = ((f x).Grad x).Jacobian x
