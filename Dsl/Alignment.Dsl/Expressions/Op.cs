namespace Alignment;

/// <summary>One-argument pointwise functions.</summary>
public enum UnaryKind
{
    /// <summary>-x.</summary>
    Negate,

    /// <summary>e^x.</summary>
    Exp,

    /// <summary>Natural logarithm.</summary>
    Log,

    /// <summary>log(1 + x), accurate near 0.</summary>
    Log1p,

    /// <summary>e^x - 1, accurate near 0.</summary>
    Expm1,

    /// <summary>Square root.</summary>
    Sqrt,

    /// <summary>|x|; its derivative at 0 is 0.</summary>
    Abs,

    /// <summary>Hyperbolic tangent.</summary>
    Tanh,

    /// <summary>-1, 0 or 1; its derivative is 0.</summary>
    Sign,
}

/// <summary>Two-argument pointwise functions. Comparisons give 1 for true and 0 for false.</summary>
public enum BinaryKind
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>a^b for a at least 0.</summary>
    Power,

    /// <summary>The smaller; at a tie the derivative goes to a.</summary>
    Minimum,

    /// <summary>The larger; at a tie the derivative goes to a.</summary>
    Maximum,

    /// <summary>a &lt; b; its derivative is 0.</summary>
    Less,

    /// <summary>a &lt;= b; its derivative is 0.</summary>
    LessOrEqual,

    /// <summary>a = b; its derivative is 0.</summary>
    Equal,
}

/// <summary>Reductions of one axis.</summary>
public enum ReduceKind
{
    /// <summary>Sum, in index order.</summary>
    Sum,

    /// <summary>Largest element; at a tie the derivative goes to the first.</summary>
    Max,

    /// <summary>log sum exp, computed around the largest element.</summary>
    LogSumExp,
}

/// <summary>Distributions of counter-based draws.</summary>
public enum RandomKind
{
    /// <summary>Uniform on [0, 1).</summary>
    Uniform,

    /// <summary>Standard normal.</summary>
    Normal,
}

/// <summary>A primitive operation: what an <see cref="Expr"/> node does, apart from its arguments. Closed.</summary>
/// <remarks>
/// The same vocabulary serves the specification (as nodes of an expression) and the compiled program (as instructions),
/// so a primitive has one meaning, one derivative and one text form.
/// </remarks>
public abstract partial record Op
{
    private protected Op() { }

    /// <summary>Text that names the operation with all its attributes; equal operations have equal signatures.</summary>
    public abstract string Signature { get; }

    /// <summary>Axes of the result. Lenient: faults are reported by <see cref="Fault"/>, so that all are found at once.</summary>
    public virtual AxisSet Infer(IReadOnlyList<AxisSet> arguments)
    {
        var all = AxisSet.Scalar;
        foreach (var axes in arguments)
            all = all.Union(axes);
        return all;
    }

    /// <summary>Axes whose elements the operation sums, orders or moves. None of them may be a batch axis: games do not mix.</summary>
    public virtual ValueList<Axis> Along => [];

    /// <summary>What is wrong with applying this operation to arguments of these axes, or null.</summary>
    public virtual string? Fault(IReadOnlyList<AxisSet> arguments) => null;

    /// <summary>The signature.</summary>
    public sealed override string ToString() => Signature;

    private protected static string? RequireAxis(string who, Axis axis, AxisSet argument) =>
        argument.Contains(axis)
            ? null
            : $"{who}: expected axis '{axis.Name}', got {argument}; '{axis.Name}' is missing";

    private protected static string? RequireFree(string who, Axis axis, AxisSet argument) =>
        argument.Contains(axis)
            ? $"{who}: {argument} would hold axis '{axis.Name}' twice; rename one of them with On(from, to)"
            : null;

    // ---- sources -------------------------------------------------------------------------------------------------

    /// <summary>A number.</summary>
    public sealed record Constant(double Value) : Op
    {
        /// <inheritdoc/>
        public override string Signature => Quote.Number(Value);
    }

    /// <summary>Numbers over axes, part of the specification.</summary>
    public sealed record Literal(NamedTensor Tensor) : Op
    {
        /// <inheritdoc/>
        public override string Signature =>
            $"literal[{string.Join(",", Tensor.Axes.Select(a => a.Signature))}]#{Tensor.Fingerprint}";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Tensor.Axes]);
    }

    /// <summary>A declared scalar setting of the specification; see <see cref="Alignment.Signal.Parameter"/>.</summary>
    public sealed record Parameter(ParameterDeclaration Declaration) : Op
    {
        /// <inheritdoc/>
        public override string Signature =>
            $"parameter {Quote.Label(Declaration.Name)}={Quote.Number(Declaration.Value)} in [{Quote.Number(Declaration.Minimum)}, {Quote.Number(Declaration.Maximum)}]";
    }

    /// <summary>Numbers that a table on disk holds; read and hashed when the game is compiled.</summary>
    public sealed record Data(CountTable Table) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"rate of {Table}";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Table.Axes]);
    }

    /// <summary>A named input that is bound when the game is compiled.</summary>
    public sealed record Signal(string Name, ValueList<Axis> Axes) : Op
    {
        /// <inheritdoc/>
        public override string Signature =>
            $"signal {Quote.Label(Name)}[{string.Join(",", Axes.Select(a => a.Signature))}]";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Axes]);
    }

    /// <summary>The numbers that a player sets; see <see cref="Alignment.Weights"/>. A game's view puts a solver's variables in their place.</summary>
    public sealed record Weights(Alignment.Weights Declaration) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"weights {Declaration.Signature}";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Declaration.Axes]);
    }

    /// <summary>A state variable of a solver; batch axes of what is assigned to it are added when the solver is compiled.</summary>
    public sealed record State(string Name, ValueList<Axis> Axes) : Op
    {
        /// <inheritdoc/>
        public override string Signature =>
            $"state {Quote.Label(Name)}[{string.Join(",", Axes.Select(a => a.Signature))}]";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Axes]);
    }

    /// <summary>The number of the step being done, from 1.</summary>
    public sealed record Step : Op
    {
        /// <inheritdoc/>
        public override string Signature => "step";
    }

    /// <summary>Counter-based draws, keyed by the run's seed, the name, the step and the index of the element.</summary>
    public sealed record Random(string Name, RandomKind Kind, ValueList<Axis> Axes) : Op
    {
        /// <inheritdoc/>
        public override string Signature =>
            $"random.{Kind.ToString().ToLowerInvariant()} {Quote.Label(Name)}[{string.Join(",", Axes.Select(a => a.Signature))}]";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => AxisSet.Of([.. Axes]);
    }

    // ---- pointwise -----------------------------------------------------------------------------------------------

    /// <summary>A one-argument pointwise function.</summary>
    public sealed record Unary(UnaryKind Kind) : Op
    {
        /// <inheritdoc/>
        public override string Signature => Kind.ToString().ToLowerInvariant();
    }

    /// <summary>A two-argument pointwise function.</summary>
    public sealed record Binary(BinaryKind Kind) : Op
    {
        /// <inheritdoc/>
        public override string Signature => Kind.ToString().ToLowerInvariant();
    }

    /// <summary>Arguments (c, a, b): a where c is not 0, else b. A branch that is not taken never leaks a non-finite number.</summary>
    public sealed record Select : Op
    {
        /// <inheritdoc/>
        public override string Signature => "select";
    }

    /// <summary>The identity whose derivative is 0.</summary>
    public sealed record StopGradient : Op
    {
        /// <inheritdoc/>
        public override string Signature => "stop_gradient";
    }

    // ---- along axes ----------------------------------------------------------------------------------------------

    /// <summary>Reduces an axis.</summary>
    public sealed record Reduce(ReduceKind Kind, Axis Axis) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"{Kind.ToString().ToLowerInvariant()}[{Axis.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Axis];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Reduce([Axis]);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Axis, arguments[0]);
    }

    /// <summary>exp(x - logsumexp x) along an axis.</summary>
    public sealed record Softmax(Axis Axis) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"softmax[{Axis.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Axis];

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Axis, arguments[0]);
    }

    /// <summary>1 at the largest element along an axis (the first of several), else 0; its derivative is 0.</summary>
    public sealed record OneHotMax(Axis Axis) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"onehot_max[{Axis.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Axis];

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Axis, arguments[0]);
    }

    /// <summary>Euclidean projection onto the probability simplex along an axis.</summary>
    /// <remarks>max(x - theta, 0) with the theta that makes it sum to 1 (Held, Wolfe, Crowder 1974).</remarks>
    public sealed record SimplexProjection(Axis Axis) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"project_simplex[{Axis.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Axis];

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Axis, arguments[0]);
    }

    /// <summary>Running sums along an axis, each element included; from the end when <paramref name="Reverse"/>.</summary>
    public sealed record CumulativeSum(Axis Axis, bool Reverse) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"cumsum{(Reverse ? ".reverse" : "")}[{Axis.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Axis];

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Axis, arguments[0]);
    }

    /// <summary>Sum over <paramref name="Axes"/> of the product of both arguments, in index order.</summary>
    public sealed record Contract(ValueList<Axis> Axes) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"contract[{string.Join(",", Axes.Select(a => a.Name))}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => Axes;

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) =>
            arguments[0].Union(arguments[1]).Reduce(Axes);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            Axes.Select(axis => RequireAxis(Signature, axis, arguments[0].Union(arguments[1])))
                .FirstOrDefault(fault => fault is not null);
    }

    /// <summary>result[to=j] = x[from=map[j]].</summary>
    public sealed record Gather(Axis From, Axis To, ValueList<int> Map) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"gather[{From.Name}->{To.Name}]({MapText(Map)})";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [From];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Replace(From, To);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            RequireAxis($"gather[{From.Name}->{To.Name}]", From, arguments[0])
            ?? RequireFree($"gather[{From.Name}->{To.Name}]", To, arguments[0].Except([From]))
            ?? FaultyMap($"gather[{From.Name}->{To.Name}]", Map, length: To, range: From);
    }

    /// <summary>result[to=j] = sum of x[from=i] over all i with map[i] = j, in index order; the transpose of a gather.</summary>
    public sealed record SegmentSum(Axis From, Axis To, ValueList<int> Map) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"segment_sum[{From.Name}->{To.Signature}]({MapText(Map)})";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [From];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Replace(From, To);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            RequireAxis($"segment_sum[{From.Name}->{To.Name}]", From, arguments[0])
            ?? RequireFree($"segment_sum[{From.Name}->{To.Name}]", To, arguments[0].Except([From]))
            ?? FaultyMap($"segment_sum[{From.Name}->{To.Name}]", Map, length: From, range: To);
    }

    /// <summary>Elements start .. start + to.Size - 1 of an axis, under a new name.</summary>
    public sealed record Slice(Axis From, int Start, Axis To) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"slice[{From.Name} {Start}..{Start + To.Size - 1} -> {To.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [From];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Replace(From, To);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            RequireAxis(Signature, From, arguments[0])
            ?? RequireFree(Signature, To, arguments[0].Except([From]))
            ?? (
                Start < 0 || Start + To.Size > From.Size
                    ? $"{Signature}: elements {Start} to {Start + To.Size - 1} are outside of {From}"
                    : null
            );
    }

    /// <summary>Joins the arguments along axes of their own (one for each) into one axis.</summary>
    public sealed record Concat(ValueList<Axis> Pieces, Axis To) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"concat[{string.Join(" ", Pieces.Select(a => a.Name))} -> {To.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => Pieces;

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments)
        {
            var all = AxisSet.Scalar;
            for (var k = 0; k < arguments.Count; k++)
                all = all.Union(arguments[k].Replace(Pieces[k], To));
            return all;
        }

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments)
        {
            if (Pieces.Sum(a => a.Size) != To.Size)
                return $"{Signature}: the pieces hold {Pieces.Sum(a => a.Size)} elements, '{To.Name}' {To.Size}";
            return arguments
                .Select(
                    (axes, k) =>
                        RequireAxis(Signature, Pieces[k], axes)
                        ?? RequireFree(Signature, To, axes.Except([Pieces[k]]))
                        ?? axes.Except([Pieces[k]])
                            .Where(Pieces.Contains)
                            .Select(axis =>
                                $"{Signature}: '{axis.Name}' is joined and is also an axis of another piece, {axes}; rename one of them with On(from, to)"
                            )
                            .FirstOrDefault()
                )
                .FirstOrDefault(fault => fault is not null);
        }
    }

    /// <summary>Renames an axis; both share their domain's size.</summary>
    public sealed record Rename(Axis From, Axis To) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"rename[{From.Name}->{To.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [From];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Replace(From, To);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            RequireAxis(Signature, From, arguments[0])
            ?? RequireFree(Signature, To, arguments[0].Except([From]))
            ?? (From.Size != To.Size ? $"{Signature}: sizes differ, {From} and {To}" : null);
    }

    /// <summary>Repeats the argument along axes that it lacks.</summary>
    public sealed record Expand(ValueList<Axis> Axes) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"expand[{string.Join(",", Axes.Select(a => a.Signature))}]";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Union(AxisSet.Of([.. Axes]));
    }

    // ---- derivatives, resolved when the expression is lowered ----------------------------------------------------

    /// <summary>Arguments (y, x): the derivative of the sum of all elements of y, over the axes of x.</summary>
    public sealed record Gradient : Op
    {
        /// <inheritdoc/>
        public override string Signature => "grad";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[1];
    }

    /// <summary>Arguments (y, x, v): the derivative of y when x moves along v.</summary>
    public sealed record DirectionalDerivative : Op
    {
        /// <inheritdoc/>
        public override string Signature => "jvp";

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) =>
            arguments[0].Union(arguments[2].Except(arguments[1]));
    }

    // long maps are told apart by their fingerprints
    private protected static string MapText(ValueList<int> map) =>
        map.Count <= 64 ? string.Join(" ", map) : $"#{Fingerprint.Of(map.AsSpan())}";

    private protected static string? FaultyMap(string who, ValueList<int> map, Axis length, Axis range)
    {
        if (map.Count != length.Size)
            return $"{who}: the index map has {map.Count} entries, '{length.Name}' {length.Size} elements";
        for (var k = 0; k < map.Count; k++)
        {
            if (map[k] < 0 || map[k] >= range.Size)
                return $"{who}: entry {k} of the index map is {map[k]}, outside of {range}";
        }

        return null;
    }
}
