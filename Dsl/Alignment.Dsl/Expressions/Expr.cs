namespace Alignment;

/// <summary>An expression over named axes: an immutable value that prints, compares, hashes, differentiates and batches.</summary>
/// <remarks>
/// Operations name the axis they reduce or contract and broadcast over all others. Faults (a missing axis, an axis held twice)
/// are not thrown while an expression is built; the compiler's check reports all of them at once.
/// Equality is by content and costs the same for every size of expression.
/// </remarks>
public sealed partial class Expr : IEquatable<Expr>
{
    private Expr(Op op, ValueList<Expr> arguments)
    {
        Op = op;
        Arguments = arguments;
        Axes = op.Infer([.. arguments.Select(a => a.Axes)]);
        Fingerprint = Fingerprint.Of(op.Signature, [.. arguments.Select(a => a.Fingerprint)]);
    }

    /// <summary>What this node does.</summary>
    public Op Op { get; }

    /// <summary>What it does it to.</summary>
    public ValueList<Expr> Arguments { get; }

    /// <summary>The axes of the result, without batch axes that only the data bring in.</summary>
    public AxisSet Axes { get; }

    /// <summary>Content hash of the whole expression.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>A node of the given operation and arguments.</summary>
    public static Expr Of(Op op, params Expr[] arguments)
    {
        ArgumentNullException.ThrowIfNull(op);
        ArgumentNullException.ThrowIfNull(arguments);
        return new(op, arguments.ToValueList());
    }

    /// <inheritdoc/>
    public bool Equals(Expr? other) => other is not null && Fingerprint == other.Fingerprint;

    /// <summary>Equality by content.</summary>
    public static bool operator ==(Expr? a, Expr? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Inequality by content.</summary>
    public static bool operator !=(Expr? a, Expr? b) => !(a == b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Expr);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();

    /// <summary>The expression in infix form; subexpressions used more than once are named after <c>where</c>.</summary>
    public override string ToString() => ExprText.Print(this);

    /// <summary>All distinct nodes of the given expressions, arguments before users.</summary>
    public static IReadOnlyList<Expr> Topological(params IEnumerable<Expr> roots)
    {
        var order = new List<Expr>();
        var seen = new HashSet<Expr>();
        var stack = new Stack<(Expr Node, bool ArgumentsDone)>();
        foreach (var root in roots.Reverse())
            stack.Push((root, false));
        while (stack.Count > 0)
        {
            var (node, argumentsDone) = stack.Pop();
            if (argumentsDone)
            {
                order.Add(node);
                continue;
            }

            if (!seen.Add(node))
                continue;
            stack.Push((node, true));
            for (var k = node.Arguments.Count - 1; k >= 0; k--)
                stack.Push((node.Arguments[k], false));
        }

        return order;
    }

    /// <summary>This expression with every source node for which <paramref name="replace"/> gives an expression replaced by it.</summary>
    public Expr Substitute(Func<Expr, Expr?> replace)
    {
        ArgumentNullException.ThrowIfNull(replace);
        var done = new Dictionary<Expr, Expr>();
        foreach (var node in Topological(this))
        {
            var replacement = replace(node);
            if (replacement is null && node.Arguments.Count > 0)
            {
                var arguments = node.Arguments.Select(a => done[a]).ToValueList();
                replacement = arguments.Zip(node.Arguments).All(pair => ReferenceEquals(pair.First, pair.Second))
                    ? node
                    : new(node.Op, arguments);
            }

            done[node] = replacement ?? node;
        }

        return done[this];
    }

    // ---- sources -------------------------------------------------------------------------------------------------

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentException">The number is NaN. (Infinities are allowed as masks in maxima.)</exception>
    public static Expr Constant(double value) =>
        double.IsNaN(value)
            ? throw new ArgumentException("A constant may not be NaN.", nameof(value))
            : Of(new Op.Constant(value));

    /// <summary>Numbers over axes.</summary>
    public static Expr Literal(NamedTensor tensor) => Of(new Op.Literal(tensor));

    /// <summary>Numbers over axes, row-major: the last axis varies fastest.</summary>
    public static Expr Table(IEnumerable<Axis> axes, params double[] values) => Literal(NamedTensor.Of(axes, values));

    /// <summary>A vector over <paramref name="axis"/>.</summary>
    public static Expr Vector(Axis axis, params double[] values) => Literal(NamedTensor.Of([axis], values));

    /// <summary>A matrix: rows over <paramref name="rows"/>, columns over <paramref name="columns"/>.</summary>
    public static Expr Matrix(Axis rows, Axis columns, double[,] values) =>
        Literal(NamedTensor.Of(rows, columns, values));

    /// <summary>The number of the step being done, from 1.</summary>
    public static Expr Step { get; } = Of(new Op.Step());

    /// <summary>Draws from [0, 1), one an element and step, keyed by the run's seed and <paramref name="name"/>.</summary>
    public static Expr Uniform(string name, params Axis[] axes) =>
        Of(new Op.Random(name, RandomKind.Uniform, axes.ToValueList()));

    /// <summary>Standard normal draws, one an element and step, keyed by the run's seed and <paramref name="name"/>.</summary>
    public static Expr Normal(string name, params Axis[] axes) =>
        Of(new Op.Random(name, RandomKind.Normal, axes.ToValueList()));

    /// <summary>A number as an expression.</summary>
    public static implicit operator Expr(double value) => Constant(value);

    // ---- pointwise -----------------------------------------------------------------------------------------------

    /// <summary>Sum.</summary>
    public static Expr operator +(Expr a, Expr b) => Of(new Op.Binary(BinaryKind.Add), a, b);

    /// <summary>Sum.</summary>
    public static Expr operator +(double a, Expr b) => Constant(a) + b;

    /// <summary>Sum.</summary>
    public static Expr operator +(Expr a, double b) => a + Constant(b);

    /// <summary>Difference.</summary>
    public static Expr operator -(Expr a, Expr b) => Of(new Op.Binary(BinaryKind.Subtract), a, b);

    /// <summary>Difference.</summary>
    public static Expr operator -(double a, Expr b) => Constant(a) - b;

    /// <summary>Difference.</summary>
    public static Expr operator -(Expr a, double b) => a - Constant(b);

    /// <summary>Product.</summary>
    public static Expr operator *(Expr a, Expr b) => Of(new Op.Binary(BinaryKind.Multiply), a, b);

    /// <summary>Product.</summary>
    public static Expr operator *(double a, Expr b) => Constant(a) * b;

    /// <summary>Product.</summary>
    public static Expr operator *(Expr a, double b) => a * Constant(b);

    /// <summary>Quotient.</summary>
    public static Expr operator /(Expr a, Expr b) => Of(new Op.Binary(BinaryKind.Divide), a, b);

    /// <summary>Quotient.</summary>
    public static Expr operator /(double a, Expr b) => Constant(a) / b;

    /// <summary>Quotient.</summary>
    public static Expr operator /(Expr a, double b) => a / Constant(b);

    /// <summary>Negation.</summary>
    public static Expr operator -(Expr a) => Of(new Op.Unary(UnaryKind.Negate), a);

    /// <summary>e^x.</summary>
    public Expr Exp() => Of(new Op.Unary(UnaryKind.Exp), this);

    /// <summary>Natural logarithm.</summary>
    public Expr Log() => Of(new Op.Unary(UnaryKind.Log), this);

    /// <summary>log(1 + x).</summary>
    public Expr Log1p() => Of(new Op.Unary(UnaryKind.Log1p), this);

    /// <summary>e^x - 1.</summary>
    public Expr Expm1() => Of(new Op.Unary(UnaryKind.Expm1), this);

    /// <summary>Square root.</summary>
    public Expr Sqrt() => Of(new Op.Unary(UnaryKind.Sqrt), this);

    /// <summary>Absolute value; derivative 0 at 0.</summary>
    public Expr Abs() => Of(new Op.Unary(UnaryKind.Abs), this);

    /// <summary>Hyperbolic tangent.</summary>
    public Expr Tanh() => Of(new Op.Unary(UnaryKind.Tanh), this);

    /// <summary>-1, 0 or 1.</summary>
    public Expr Sign() => Of(new Op.Unary(UnaryKind.Sign), this);

    /// <summary>Power with a base of at least 0.</summary>
    public Expr Pow(Expr exponent) => Of(new Op.Binary(BinaryKind.Power), this, exponent);

    /// <summary>The smaller of both.</summary>
    public Expr Minimum(Expr other) => Of(new Op.Binary(BinaryKind.Minimum), this, other);

    /// <summary>The larger of both.</summary>
    public Expr Maximum(Expr other) => Of(new Op.Binary(BinaryKind.Maximum), this, other);

    /// <summary>max(x, 0).</summary>
    public Expr Positive() => Maximum(0.0);

    /// <summary>1 where this is below the other, else 0.</summary>
    public Expr Below(Expr other) => Of(new Op.Binary(BinaryKind.Less), this, other);

    /// <summary>1 where this is above the other, else 0.</summary>
    public Expr Above(Expr other) => Of(new Op.Binary(BinaryKind.Less), other, this);

    /// <summary>1 where this is at most the other, else 0.</summary>
    public Expr AtMost(Expr other) => Of(new Op.Binary(BinaryKind.LessOrEqual), this, other);

    /// <summary>1 where both are equal, else 0.</summary>
    public Expr EqualTo(Expr other) => Of(new Op.Binary(BinaryKind.Equal), this, other);

    /// <summary><paramref name="then"/> where this is not 0, else <paramref name="otherwise"/>.</summary>
    public Expr Select(Expr then, Expr otherwise) => Of(new Op.Select(), this, then, otherwise);

    /// <summary>The same numbers with derivative 0.</summary>
    public Expr StopGradient() => Of(new Op.StopGradient(), this);

    // ---- along axes ----------------------------------------------------------------------------------------------

    /// <summary>Sum over axes.</summary>
    public Expr Sum(params Axis[] axes) =>
        axes.Aggregate(this, (x, axis) => Of(new Op.Reduce(ReduceKind.Sum, axis), x));

    /// <summary>Mean over axes.</summary>
    public Expr Mean(params Axis[] axes) =>
        axes.Aggregate(Sum(axes), (x, axis) => axis.Parent is null ? x : x / Constant(1).Expand(axis).Sum(axis))
        / axes.Aggregate(1.0, (n, axis) => axis.Parent is null ? n * axis.Size : n);

    /// <summary>Largest element along an axis.</summary>
    public Expr Max(Axis axis) => Of(new Op.Reduce(ReduceKind.Max, axis), this);

    /// <summary>Smallest element along an axis.</summary>
    public Expr Min(Axis axis) => -(-this).Max(axis);

    /// <summary>log sum exp along an axis.</summary>
    public Expr LogSumExp(Axis axis) => Of(new Op.Reduce(ReduceKind.LogSumExp, axis), this);

    /// <summary>Softmax along an axis.</summary>
    public Expr Softmax(Axis axis) => Of(new Op.Softmax(axis), this);

    /// <summary>1 at the largest element along an axis (the first of several), else 0.</summary>
    public Expr OneHotMax(Axis axis) => Of(new Op.OneHotMax(axis), this);

    /// <summary>Euclidean projection onto the probability simplex along an axis.</summary>
    public Expr ProjectToSimplex(Axis axis) => Of(new Op.SimplexProjection(axis), this);

    /// <summary>Running sums along an axis.</summary>
    public Expr CumulativeSum(Axis axis, bool reverse = false) => Of(new Op.CumulativeSum(axis, reverse), this);

    /// <summary>Sum over <paramref name="axes"/> of the product with another expression.</summary>
    public Expr Dot(Expr other, params Axis[] axes) => Of(new Op.Contract(axes.ToValueList()), this, other);

    /// <summary>result[to=j] = this[from=map[j]].</summary>
    public Expr Gather(Axis from, Axis to, params int[] map) => Of(new Op.Gather(from, to, map.ToValueList()), this);

    /// <summary>result[to=j] = sum of this[from=i] over all i with map[i] = j.</summary>
    public Expr SegmentSum(Axis from, Axis to, params int[] map) =>
        Of(new Op.SegmentSum(from, to, map.ToValueList()), this);

    /// <summary>to.Size elements of an axis from <paramref name="start"/> on, under a new name.</summary>
    public Expr Slice(Axis from, int start, Axis to) => Of(new Op.Slice(from, start, to), this);

    /// <summary>Joins expressions along one axis each into the axis <paramref name="to"/>.</summary>
    public static Expr Concat(Axis to, params (Expr Piece, Axis Along)[] pieces) =>
        Of(new Op.Concat(pieces.Select(p => p.Along).ToValueList(), to), [.. pieces.Select(p => p.Piece)]);

    /// <summary>The same numbers with axis <paramref name="from"/> called <paramref name="to"/>.</summary>
    public Expr On(Axis from, Axis to) => Of(new Op.Rename(from, to), this);

    /// <summary>The same numbers repeated along axes that this expression lacks.</summary>
    public Expr Expand(params Axis[] axes)
    {
        var missing = axes.Where(a => !Axes.Covers(a)).ToValueList();
        return missing.Count == 0 ? this : Of(new Op.Expand(missing), this);
    }

    // ---- derivatives ---------------------------------------------------------------------------------------------

    /// <summary>The gradient of the sum of all elements of this expression with respect to <paramref name="x"/>, over the axes of x.</summary>
    /// <remarks>x is any subexpression; elements of a batch do not interact, so each gets its own gradient. Reverse mode.</remarks>
    public Expr Grad(Expr x) => Of(new Op.Gradient(), this, x);

    /// <summary>The derivative of this expression when x moves along v (a Jacobian-vector product). Forward mode.</summary>
    public Expr Jvp(Expr x, Expr v) => Of(new Op.DirectionalDerivative(), this, x, v);

    /// <summary>The transposed Jacobian of this expression with respect to x, times u (a vector-Jacobian product), over the axes of x. Reverse mode.</summary>
    public Expr Vjp(Expr x, Expr u)
    {
        ArgumentNullException.ThrowIfNull(u);
        return (this * u.StopGradient()).Grad(x);
    }

    /// <summary>The Hessian of the sum of this expression with respect to x, times v.</summary>
    public Expr Hvp(Expr x, Expr v) => Grad(x).Jvp(x, v);

    /// <summary>The Jacobian: axes of this expression, then the axes of x with a prime. Costs one forward pass batched over x's elements.</summary>
    /// <remarks>x must have exactly one axis. Rows follow this expression, columns <c>x.Axes[0].Prime()</c>.</remarks>
    /// <exception cref="ArgumentException">x does not have exactly one axis.</exception>
    public Expr Jacobian(Expr x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Axes.Count != 1)
            throw new ArgumentException(
                $"Jacobian: expected x over exactly one axis, got {x.Axes}; join parameters with Concat first.",
                nameof(x)
            );
        var axis = x.Axes[0];
        return Jvp(x, Identity(axis, axis.Prime()));
    }

    /// <summary>The identity matrix over two axes of one size.</summary>
    public static Expr Identity(Axis rows, Axis columns)
    {
        var values = new double[rows.Size * columns.Size];
        for (var i = 0; i < Math.Min(rows.Size, columns.Size); i++)
            values[(i * columns.Size) + i] = 1;
        return Literal(NamedTensor.Of([rows, columns], values));
    }
}
