namespace Alignment;

/// <summary>Small linear programs over the simplex, solved in an expression by looking at all their vertices: maximize c'w over distributions w with Aw at least b.</summary>
/// <remarks>
/// <para>Of m weights a vertex is where m - 1 of the rows, w >= 0 among them, hold with equality: each such choice is a linear system, solved by Cramer's
/// rule for all of them side by side along an axis of vertices. With r rows there are C(m + r, m - 1): 84 for m = 4 and r = 5. The best vertex that breaks no row by more than
/// <see cref="Tolerance"/> of its largest coefficient is taken, the first of several; where rounding leaves none, the one that breaks them least.</para>
/// <para>No derivative passes: the answer jumps from vertex to vertex.</para>
/// </remarks>
internal static class SimplexProgram
{
    private const double Tolerance = 1e-9;
    private const double Singular = 1e-12;

    private static Axis One { get; } = Axis.Of("one", 1);

    /// <summary>The best weights.</summary>
    /// <param name="weights">The axis of w, of at least two elements.</param>
    /// <param name="rows">Rows of A over that axis, each with its b, and a condition under which it counts.</param>
    /// <param name="objective">c over that axis.</param>
    public static Expr Solve(Axis weights, IReadOnlyList<(Expr Row, Expr Bound, Expr Counts)> rows, Expr objective)
    {
        var m = weights.Size;
        (Expr Row, Expr Bound, Expr Counts)[] all =
        [
            .. Enumerable.Range(0, m).Select(k => (Unit(weights, k), Expr.Constant(0), Expr.Constant(1))),
            .. rows.Select(Scaled),
        ];
        var row = Axis.Of($"{weights.Name}/row", all.Length);
        var (matrix, bounds, counts) = (
            Stacked(row, all.Select(r => r.Row.Expand(weights))),
            Stacked(row, all.Select(r => r.Bound)),
            Stacked(row, all.Select(r => r.Counts))
        );
        int[][] choices = [.. Choices(all.Length, m - 1)];
        var vertex = Axis.Of($"{weights.Name}/vertex", choices.Length);
        Expr Chosen(Expr values, int slot) => values.Gather(row, vertex, [.. choices.Select(choice => choice[slot])]);

        // the weights sum to 1, and the chosen rows hold with equality
        var system = new Expr[m][];
        var right = new Expr[m];
        (system[0], right[0]) = ([.. Enumerable.Repeat(Expr.Constant(1), m)], 1);
        for (var slot = 0; slot < m - 1; slot++)
        {
            var chosen = Chosen(matrix, slot);
            system[slot + 1] = [.. Enumerable.Range(0, m).Select(k => At(chosen, weights, k))];
            right[slot + 1] = Chosen(bounds, slot);
        }

        var determinant = Determinant(system);
        var valid = Enumerable
            .Range(0, m - 1)
            .Select(slot => Chosen(counts, slot))
            .Aggregate(determinant.Abs().Above(Singular), (a, b) => a * b);
        var divisor = valid.Select(determinant, 1);
        var vertices = Enumerable
            .Range(0, m)
            .Select(k => Unit(weights, k) * valid.Select(Determinant(Replaced(system, right, k)) / divisor, 1.0 / m))
            .Aggregate((a, b) => a + b);
        var slack = counts.Select(matrix.Dot(vertices, weights) - bounds, 0).Min(row);
        var holds = valid * Expr.Constant(-Tolerance).AtMost(slack);
        var score = holds
            .Max(vertex)
            .Select(holds.Select(vertices.Dot(objective, weights), -1e300), valid.Select(slack, -1e300));
        var best = score.OneHotMax(vertex).Dot(vertices, vertex).Maximum(0);
        return best / best.Sum(weights);

        (Expr, Expr, Expr) Scaled((Expr Row, Expr Bound, Expr Counts) r)
        {
            var largest = r.Row.Abs().Max(weights);
            var scale = largest.Above(0).Select(largest, 1);
            return (r.Row / scale, r.Bound / scale, r.Counts);
        }
    }

    private static Expr Unit(Axis axis, int at) => Expr.Indicator(axis, at);

    private static Expr At(Expr values, Axis axis, int k) => values.Slice(axis, k, One).Sum(One);

    private static Expr Stacked(Axis row, IEnumerable<Expr> rows) =>
        rows.Select((r, k) => Unit(row, k) * r).Aggregate((a, b) => a + b);

    private static IEnumerable<int[]> Choices(int count, int size, int from = 0) =>
        size == 0
            ?
            [
                [],
            ]
            : Enumerable
                .Range(from, Math.Max(0, count - from))
                .SelectMany(first => Choices(count, size - 1, first + 1).Select(rest => (int[])[first, .. rest]));

    private static Expr[][] Replaced(Expr[][] system, Expr[] right, int column) =>
        [.. system.Select((r, j) => (Expr[])[.. r.Select((entry, k) => k == column ? right[j] : entry)])];

    // by the first row
    private static Expr Determinant(Expr[][] matrix) =>
        matrix.Length == 1
            ? matrix[0][0]
            : Enumerable
                .Range(0, matrix.Length)
                .Select(k => (k % 2 == 0 ? 1 : -1) * (matrix[0][k] * Determinant(Minor(matrix, k))))
                .Aggregate((a, b) => a + b);

    private static Expr[][] Minor(Expr[][] matrix, int column) =>
        [.. matrix[1..].Select(r => (Expr[])[.. r[..column], .. r[(column + 1)..]])];
}
