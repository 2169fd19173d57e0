using System.Numerics;

namespace Alignment;

/// <summary>All equilibria of a small two-player game: every pair of supports is tried.</summary>
/// <remarks>
/// <para>A support T of one player and as many actions R of the other that are all to be best responses give a linear system: (Ay)_i = v for i
/// in R, y = 0 outside of T, sum y = 1. Its solution counts if it is the only one, y > 0 on T and no action does better than v. Two such
/// strategies are an equilibrium iff each one's support lies within the best responses to the other.</para>
/// <para>In a nondegenerate game (no strategy has more best responses than actions in its support) these are all equilibria, their supports are
/// of equal sizes and their number is odd. In a degenerate game they are the extreme equilibria; there may be a continuum between them.</para>
/// <para>Payoffs are scaled to a range of 1 and compared to <see cref="Tolerance"/>. No settings.</para>
/// <para>Errors: more or fewer than two players; more than <see cref="MostPairs"/> pairs of supports (10 x 10 actions have 184,755).</para>
/// <para>Source: Mangasarian (1964), "Equilibrium points of bimatrix games"; Dickhaut, Kaplan (1991), "A program for finding Nash equilibria";
/// Avis, Rosenberg, Savani, von Stengel (2010), "Enumeration of Nash equilibria for two-player games".</para>
/// <para>Not for zero-sum games, where <see cref="ZeroSumLp"/> is faster, nor for large ones.</para>
/// </remarks>
public sealed record SupportEnumeration : IDirectSolver
{
    /// <summary>Most actions of a player.</summary>
    public const int MostActions = 64;

    /// <summary>Most pairs of supports of equal size; 10 x 10 actions have 184,755.</summary>
    public const int MostPairs = 200_000;

    /// <summary>What counts as 0, on payoffs scaled to a range of 1.</summary>
    public const double Tolerance = 1e-9;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "support_enumeration",
            "Support enumeration",
            "All equilibria of a small two-player game; answers with the first and tells how many there are.",
            "Dickhaut, Kaplan (1991), A program for finding Nash equilibria; Mangasarian (1964), Equilibrium points of bimatrix games; Avis, Rosenberg, Savani, von Stengel (2010), Enumeration of Nash equilibria for two-player games.",
            "Above 10 x 10 actions, where the number of supports explodes and it refuses; for zero-sum games, where 'lp' is faster."
        )
        {
            Reports = Iterate.Last,
            TwoPlayersOnly = true,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings => [];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        var found = FindAll(game, cancellationToken);
        var first = found.Equilibria[0];
        return new(
            [first.First, first.Second],
            null,
            (found.Degenerate, found.Equilibria.Count) switch
            {
                (false, 1) => "The only equilibrium; the game is not degenerate.",
                (false, var count) => $"First of {count} equilibria, which are all: the game is not degenerate.",
                (true, var count) =>
                    $"First of {count} extreme equilibria of a degenerate game; mixtures of them can be equilibria too.",
            }
        );
    }

    /// <summary>All equilibria (the extreme ones of a degenerate game): first those whose supports are of equal size, smaller ones first.</summary>
    /// <exception cref="ArgumentException">The game has not two players, or too many actions.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public BimatrixEquilibria FindAll(IGameData game, CancellationToken cancellationToken = default)
    {
        var form = NormalForm
            .Read(Info.Name, game)
            .RequireTwoPlayers("use 'qre_path' or a regret-minimizing solver for more");
        var (rows, columns) = (form.Actions[0], form.Actions[1]);
        var pairs = Binomial(rows + columns, rows) - 1; // sum over k of C(rows, k) C(columns, k)
        if (Math.Max(rows, columns) > MostActions || pairs > MostPairs)
        {
            throw NormalForm.Wrong(
                Info.Name,
                $"expected at most {MostActions} actions a player and {MostPairs} pairs of supports of equal size (10 x 10 actions have 184755), got {rows} x {columns} actions with {pairs} pairs; use 'qre_path' or a regret-minimizing solver"
            );
        }

        // The strategies of the second player make the first indifferent, and the other way round.
        var seconds = Vertices(Scale(form.Matrix(0)), cancellationToken);
        var firsts = Vertices(Scale(Transpose(form.Matrix(1))), cancellationToken);
        var equilibria = (
            from first in firsts
            from second in seconds
            where (first.Support & ~second.BestResponses) == 0 && (second.Support & ~first.BestResponses) == 0
            orderby first.Size != second.Size, first.Size, second.Size, first.Order, second.Order
            select new BimatrixEquilibrium(first.Strategy, second.Strategy)
        ).ToValueList();
        if (equilibria.Count == 0)
        {
            throw new InvalidOperationException(
                $"Solver '{Info.Name}': no equilibrium was found to a tolerance of {NormalForm.Text(Tolerance)}, although one exists: the game is close to degenerate; use 'qre_path'."
            );
        }

        return new(equilibria, firsts.Concat(seconds).Any(v => BitOperations.PopCount(v.BestResponses) > v.Size));
    }

    /// <summary>The mixtures of columns that are determined by which rows are best responses to them.</summary>
    private static List<Vertex> Vertices(double[,] payoffs, CancellationToken cancellationToken)
    {
        var (rows, columns) = (payoffs.GetLength(0), payoffs.GetLength(1));
        var vertices = new List<Vertex>();
        for (var size = 1; size <= Math.Min(rows, columns); size++)
        {
            var responses = Subsets(rows, size).ToArray();
            foreach (var support in Subsets(columns, size))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var start = vertices.Count;
                foreach (var response in responses)
                {
                    if (
                        Solve(payoffs, response, support) is { } vertex
                        && !vertices
                            .Skip(start)
                            .Any(v =>
                                v.Strategy.Zip(vertex.Strategy).All(p => Math.Abs(p.First - p.Second) <= Tolerance)
                            )
                    )
                        vertices.Add(vertex with { Order = vertices.Count });
                }
            }
        }

        return vertices;
    }

    private static Vertex? Solve(double[,] payoffs, int[] response, int[] support)
    {
        // Unknowns: the weights on the support, then the value. Rows: one a response, then the sum.
        var n = support.Length;
        var system = new double[n + 1, n + 2];
        for (var r = 0; r < n; r++)
        {
            for (var c = 0; c < n; c++)
                system[r, c] = payoffs[response[r], support[c]];
            system[r, n] = -1;
            system[n, r] = 1;
        }

        system[n, n + 1] = 1;
        if (!Eliminate(system))
            return null;
        for (var c = 0; c < n; c++)
        {
            if (system[c, n + 1] <= Tolerance)
                return null;
        }

        var value = system[n, n + 1];
        var best = 0UL;
        for (var row = 0; row < payoffs.GetLength(0); row++)
        {
            var gain = -value;
            for (var c = 0; c < n; c++)
                gain += payoffs[row, support[c]] * system[c, n + 1];
            if (gain > Tolerance)
                return null;
            if (gain >= -Tolerance)
                best |= 1UL << row;
        }

        var strategy = new double[payoffs.GetLength(1)];
        for (var c = 0; c < n; c++)
            strategy[support[c]] = system[c, n + 1];
        return new(NormalForm.Normalize(strategy).ToValueList(), Mask(support), best, n, 0);
    }

    /// <summary>Solves the system in place, its right side in the last column; false where the solution is not unique.</summary>
    /// <remarks>Gauss and Jordan with row pivots: what a library's factorization does not tell is whether the system has full rank.</remarks>
    private static bool Eliminate(double[,] system)
    {
        var n = system.GetLength(0);
        for (var k = 0; k < n; k++)
        {
            var pivot = k;
            for (var r = k + 1; r < n; r++)
                pivot = Math.Abs(system[r, k]) > Math.Abs(system[pivot, k]) ? r : pivot;
            if (Math.Abs(system[pivot, k]) <= Tolerance)
                return false;
            for (var c = k; c <= n; c++)
                (system[k, c], system[pivot, c]) = (system[pivot, c], system[k, c]);
            for (var r = 0; r < n; r++)
            {
                var factor = r == k ? 0 : system[r, k] / system[k, k];
                for (var c = k; c <= n && factor != 0; c++)
                    system[r, c] -= factor * system[k, c];
            }
        }

        for (var k = 0; k < n; k++)
            system[k, n] /= system[k, k];
        return true;
    }

    private static double[,] Scale(double[,] payoffs)
    {
        var all = payoffs.Cast<double>().ToArray();
        var (low, range) = (all.Min(), all.Max() - all.Min());
        var scaled = new double[payoffs.GetLength(0), payoffs.GetLength(1)];
        for (var i = 0; i < payoffs.GetLength(0); i++)
        {
            for (var j = 0; j < payoffs.GetLength(1); j++)
                scaled[i, j] = range == 0 ? 0 : (payoffs[i, j] - low) / range;
        }

        return scaled;
    }

    private static double[,] Transpose(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
                transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }

    /// <summary>The subsets of 0 .. n - 1 of a size, in lexicographic order.</summary>
    private static IEnumerable<int[]> Subsets(int n, int size)
    {
        var subset = Enumerable.Range(0, size).ToArray();
        while (true)
        {
            yield return [.. subset];
            var k = size - 1;
            while (k >= 0 && subset[k] == n - size + k)
                k--;
            if (k < 0)
                yield break;
            subset[k]++;
            for (var later = k + 1; later < size; later++)
                subset[later] = subset[later - 1] + 1;
        }
    }

    private static ulong Mask(int[] actions) => actions.Aggregate(0UL, (mask, action) => mask | (1UL << action));

    private static BigInteger Binomial(int n, int k)
    {
        var result = BigInteger.One;
        for (var i = 1; i <= k; i++)
            result = result * (n - k + i) / i;
        return result;
    }

    /// <summary>A strategy with its support and the best responses to it, as bits.</summary>
    private sealed record Vertex(ValueList<double> Strategy, ulong Support, ulong BestResponses, int Size, int Order);
}

/// <summary>The equilibria of a two-player game.</summary>
/// <param name="Equilibria">All of them, or the extreme ones of a degenerate game; at least one.</param>
/// <param name="Degenerate">Whether some strategy has more best responses than actions in its support, to the solver's tolerance.</param>
public sealed record BimatrixEquilibria(ValueList<BimatrixEquilibrium> Equilibria, bool Degenerate);

/// <summary>One equilibrium of a two-player game: a mixed strategy of each player.</summary>
public sealed record BimatrixEquilibrium(ValueList<double> First, ValueList<double> Second);
