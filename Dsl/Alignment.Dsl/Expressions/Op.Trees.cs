namespace Alignment;

/// <summary>What a player does behind each of its sequences: how <see cref="Op.SweepUp"/> sums up an information set.</summary>
public enum SweepKind
{
    /// <summary>It plays a given strategy x: the information set is worth sum x q.</summary>
    Strategy,

    /// <summary>It plays the best action: max q.</summary>
    Best,

    /// <summary>It maximizes sum x q - s KL(x || exp w): s log sum exp(w + q / s).</summary>
    Soft,

    /// <summary>It maximizes sum x q - (s / 2) |x - w|^2: the projection x of w + q / s onto the simplex, and that maximum.</summary>
    Nearest,
}

// Operations on game trees.
public abstract partial record Op
{
    /// <summary>Repeats a value over a ragged axis' parent along the children.</summary>
    public sealed record Spread(Axis Children) : Op
    {
        private Axis Parent => Children.Parent!;

        /// <inheritdoc/>
        public override string Signature => $"spread[{Parent.Name}->{Children.Name}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Parent];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) => arguments[0].Replace(Parent, Children);

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) => RequireAxis(Signature, Parent, arguments[0]);
    }

    /// <summary>
    /// Arguments (x[, c]): d[s] = c[s] + x[s] d[sequence before s], from the root down. Without c: 1 at the root, else 0, which makes d the
    /// probabilities with which x plays each sequence.
    /// </summary>
    public sealed record SweepDown(TreeplexAxes Treeplex) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"sweep_down[{Treeplex}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Treeplex.Actions, Treeplex.Sequences];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) =>
            Swept(arguments).Union(AxisSet.Of(Treeplex.Sequences));

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            RequireAxis(Signature, Treeplex.Actions, arguments[0])
            ?? (arguments.Count > 1 ? RequireAxis(Signature, Treeplex.Sequences, arguments[1]) : null);

        private AxisSet Swept(IReadOnlyList<AxisSet> arguments) =>
            arguments
                .Aggregate(AxisSet.Scalar, (all, axes) => all.Union(axes))
                .Except([Treeplex.Actions, Treeplex.Sequences]);
    }

    /// <summary>
    /// Arguments (g, ...): q[s] = g[s] + what the information sets that follow s are worth, from the ends up. By kind: (g, x) with a
    /// strategy; (g) with the best actions; (g, w, s) with a soft maximum or a projection. A g over the actions alone is 0 at the root.
    /// </summary>
    public sealed record SweepUp(TreeplexAxes Treeplex, SweepKind Kind) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"sweep_up.{Kind.ToString().ToLowerInvariant()}[{Treeplex}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Treeplex.Actions, Treeplex.InformationSets, Treeplex.Sequences];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments) =>
            arguments
                .Aggregate(AxisSet.Scalar, (all, axes) => all.Union(axes))
                .Except([Treeplex.Actions, Treeplex.InformationSets, Treeplex.Sequences])
                .Union(AxisSet.Of(Treeplex.Sequences));

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments) =>
            (arguments[0].Contains(Treeplex.Actions) ? null : RequireAxis(Signature, Treeplex.Sequences, arguments[0]))
            ?? (arguments.Count > 1 ? RequireAxis(Signature, Treeplex.Actions, arguments[1]) : null);
    }

    /// <summary>
    /// Arguments (v, x1, x2, ...): result[to = t] = sum over the elements k of v's axis that belong to t of v[k] x1[map1[k]] x2[map2[k]] ...,
    /// in index order. What a payoff at every outcome and the other players' probabilities make of a player's sequences.
    /// </summary>
    public sealed record SparseContract(SparseIndex Index) : Op
    {
        /// <inheritdoc/>
        public override string Signature => $"sparse_contract[{Index}]";

        /// <inheritdoc/>
        public override ValueList<Axis> Along => [Index.Over, .. Index.Factors.Select(f => f.Axis)];

        /// <inheritdoc/>
        public override AxisSet Infer(IReadOnlyList<AxisSet> arguments)
        {
            var all = arguments[0].Except([Index.Over]);
            for (var k = 1; k < arguments.Count; k++)
                all = all.Union(arguments[k].Except([Index.Factors[k - 1].Axis]));
            return all.Union(AxisSet.Of(Index.To.Axis));
        }

        /// <inheritdoc/>
        public override string? Fault(IReadOnlyList<AxisSet> arguments)
        {
            if (arguments.Count != Index.Factors.Count + 1)
                return $"{Signature}: expected {Index.Factors.Count + 1} arguments, got {arguments.Count}";
            return RequireAxis(Signature, Index.Over, arguments[0])
                ?? Index
                    .Factors.Select((factor, k) => RequireAxis(Signature, factor.Axis, arguments[k + 1]))
                    .Prepend(RequireFree(Signature, Index.To.Axis, arguments[0].Except([Index.Over])))
                    .FirstOrDefault(fault => fault is not null)
                ?? Index
                    .Factors.Append(Index.To)
                    .Select(part => FaultyMap(Signature, part.Map, Index.Over, part.Axis))
                    .FirstOrDefault(fault => fault is not null);
        }
    }
}

/// <summary>For each element of an axis, the element of another that it belongs to.</summary>
public sealed record IndexMap(Axis Axis, ValueList<int> Map);

/// <summary>Which elements a sparse contraction multiplies, and where it adds the products.</summary>
public sealed class SparseIndex : IEquatable<SparseIndex>
{
    /// <summary>An index.</summary>
    /// <param name="over">The axis of the terms.</param>
    /// <param name="factors">For each factor, its element in each term.</param>
    /// <param name="to">Where each term is added.</param>
    public SparseIndex(Axis over, ValueList<IndexMap> factors, IndexMap to)
    {
        ArgumentNullException.ThrowIfNull(over);
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentNullException.ThrowIfNull(to);
        (Over, Factors, To) = (over, factors, to);
        Fingerprint = Fingerprint.Of(
            string.Join(";", factors.Append(to).Select(f => f.Axis.Signature).Prepend(over.Signature)),
            [.. factors.Append(to).Select(f => Fingerprint.Of(f.Map.AsSpan()))]
        );
    }

    /// <summary>The axis of the terms.</summary>
    public Axis Over { get; }

    /// <summary>For each factor, its element in each term.</summary>
    public ValueList<IndexMap> Factors { get; }

    /// <summary>Where each term is added.</summary>
    public IndexMap To { get; }

    /// <summary>Content hash.</summary>
    public Fingerprint Fingerprint { get; }

    /// <inheritdoc/>
    public bool Equals(SparseIndex? other) => other is not null && other.Fingerprint == Fingerprint;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SparseIndex);

    /// <inheritdoc/>
    public override int GetHashCode() => Fingerprint.GetHashCode();

    /// <summary>The axes and the content hash.</summary>
    public override string ToString() =>
        $"{Over.Name}: {string.Join(" ", Factors.Select(f => f.Axis.Name))}->{To.Axis.Name} #{Fingerprint}";
}
