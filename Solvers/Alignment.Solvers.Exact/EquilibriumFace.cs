using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>The set of equilibria of a symmetric zero-sum game: which strategies they play, its dimensions, and how far it reaches.</summary>
/// <remarks>
/// Goldman and Tucker (1956): for each strategy i, either some equilibrium plays it, or it loses against some equilibrium, never both. So on the
/// strategies that are played, equilibria solve A p = 0, and within these equations they are limited by p >= 0 and by A p &lt;= 0 for the others, all of
/// which hold strictly somewhere. Payoffs are at most 1 in absolute value.
/// </remarks>
internal sealed class EquilibriumFace
{
    /// <summary>Equilibria that are nowhere farther apart are one.</summary>
    public const double WidthTolerance = 1e-9;

    private const double Rounding = 1e-13; // of programs whose solutions are basic
    private const double Positive = 1e-9; // what weights and losses have to be above
    private const double RankTolerance = 1e-10; // of singular values, on payoffs of at most 1

    private readonly Matrix<double> _payoffs;

    private EquilibriumFace(
        Matrix<double> payoffs,
        int[] played,
        int[] others,
        Vector<double> inside,
        Matrix<double> directions
    )
    {
        _payoffs = payoffs;
        Played = played;
        Losses = Between(payoffs, others, played);
        Inside = inside;
        Directions = directions;
        Others = others;
    }

    /// <summary>Strategies that some equilibrium plays.</summary>
    public int[] Played { get; }

    /// <summary>The others.</summary>
    public int[] Others { get; }

    /// <summary>Number of strategies.</summary>
    public int Strategies => _payoffs.RowCount;

    /// <summary>What the others get against those that are played.</summary>
    public Matrix<double> Losses { get; }

    /// <summary>An equilibrium that plays all that are played and against which all others lose.</summary>
    public Vector<double> Inside { get; }

    /// <summary>An orthonormal basis of the directions in which equilibria lie.</summary>
    public Matrix<double> Directions { get; }

    /// <summary>Dimensions of the set.</summary>
    public int Dimension => Directions.ColumnCount;

    /// <exception cref="ArgumentException">Rounding hides which strategies are played.</exception>
    public static EquilibriumFace Of(
        string solver,
        IReadOnlyList<string> labels,
        double[,] payoffs,
        CancellationToken cancellationToken
    )
    {
        var matrix = Matrix<double>.Build.DenseOfArray(payoffs);
        using var equilibria = Equilibria(matrix);
        var (weights, played) = Complementary(solver, labels, matrix, equilibria, cancellationToken);
        int[] support = [.. Enumerable.Range(0, played.Length).Where(k => played[k])];
        int[] others = [.. Enumerable.Range(0, played.Length).Where(k => !played[k])];
        var svd = Between(matrix, support, support).Svd();
        var rank = svd.S.Count(s => s > RankTolerance);
        if (rank == support.Length)
            throw Unclear(
                solver,
                $"the payoffs between the {support.Length} strategies that equilibria play have full rank, which leaves no equilibrium"
            );
        // the solutions of A p = 0, of which the mixtures of sum 1 are taken
        var solutions = svd.VT.SubMatrix(rank, support.Length - rank, 0, support.Length).Transpose();
        var inside =
            solutions
            * solutions.TransposeThisAndMultiply(Vector<double>.Build.Dense([.. support.Select(k => weights[k])]));
        inside /= inside.Sum();
        if (!(inside.Minimum() > 0))
            throw Unclear(solver, $"a strategy that is to be played has weight {NormalForm.Text(inside.Minimum())}");
        var sums = solutions.ColumnSums();
        var directions =
            solutions * sums.ToColumnMatrix().QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Full).Q;
        return new(matrix, support, others, inside, directions.RemoveColumn(0));
    }

    /// <summary>The most that a strategy gets against a mixture of all: 0 against an equilibrium.</summary>
    public double GainAgainst(double[] mixture) => (_payoffs * Vector<double>.Build.Dense(mixture)).Maximum();

    /// <summary>How far weights and ratings reach over all equilibria, by linear programs.</summary>
    /// <exception cref="ArgumentException">Rank and linear programs disagree on whether there is more than one equilibrium.</exception>
    public (Reach[] Weights, Reach[] Ratings) Reach(string solver, CancellationToken cancellationToken)
    {
        using var program = Equilibria(_payoffs);
        var n = Strategies;
        if (Dimension == 0)
        {
            // One direction that no edge of the set is orthogonal to but by chance is enough to see whether there is more than a point.
            var draws = new RandomStream(0, "direction between equilibria");
            var width = Along(Vector<double>.Build.Dense(n, k => draws.Uniform(0, k))).Width;
            if (!(width <= WidthTolerance))
                throw Unclear(
                    solver,
                    $"there is one equilibrium by the rank of the payoffs, but linear programs find two that are {NormalForm.Text(width)} apart"
                );
            var weights = new Reach[n];
            Array.Fill(weights, new(0, 0));
            for (var k = 0; k < Played.Length; k++)
                weights[Played[k]] = new(Inside[k], Inside[k]);
            var values = Losses * Inside;
            var ratings = new Reach[n];
            Array.Fill(ratings, new(0, 0));
            for (var k = 0; k < Others.Length; k++)
                ratings[Others[k]] = new(values[k], values[k]);
            return (weights, ratings);
        }

        Reach[] widths =
        [
            .. Enumerable.Range(0, n).Select(k => Along(Vector<double>.Build.Dense(n, j => j == k ? 1 : 0))),
        ];
        if (!(widths.Max(w => w.Width) > WidthTolerance))
            throw Unclear(
                solver,
                $"equilibria have {Dimension} dimensions by the rank of the payoffs, but linear programs find none apart from each other"
            );
        var played = Played.ToHashSet();
        return (
            widths,
            [.. Enumerable.Range(0, n).Select(k => played.Contains(k) ? new(0, 0) : Along(_payoffs.Row(k)))]
        );

        Reach Along(Vector<double> objective)
        {
            double Most(double sign)
            {
                for (var j = 0; j < n; j++)
                    program.SetObjective(j, sign * objective[j]);
                var values = program.Maximize(cancellationToken).Values;
                var most = values.Select((value, j) => value * objective[j]).Sum();
                return Math.Abs(most) <= Rounding ? 0 : most;
            }

            return new(Most(-1), Most(1));
        }
    }

    /// <summary>An equilibrium that plays whatever some equilibrium plays and beats whatever some equilibrium beats, and which are played.</summary>
    /// <remarks>
    /// Each program looks for an equilibrium with as much weight on, and as much loss of, strategies of which neither has been seen yet; the mean of
    /// all that are found has both. Where nothing new is found there is nothing left, by the theorem.
    /// </remarks>
    private static (double[] Weights, bool[] Played) Complementary(
        string solver,
        IReadOnlyList<string> labels,
        Matrix<double> payoffs,
        LinearProgram equilibria,
        CancellationToken cancellationToken
    )
    {
        var n = payoffs.RowCount;
        var (weights, losses) = (Vector<double>.Build.Dense(n), Vector<double>.Build.Dense(n));
        bool IsOpen(int k) => weights[k] <= Positive && losses[k] <= Positive;
        for (var found = 1; ; found++)
        {
            int[] open = [.. Enumerable.Range(0, n).Where(IsOpen)];
            for (var j = 0; j < n; j++)
                equilibria.SetObjective(j, (open.Contains(j) ? 1 : 0) - open.Sum(i => payoffs[i, j]));
            var next = Vector<double>.Build.Dense(equilibria.Maximize(cancellationToken).Values[..n]);
            weights += (next - weights) / found;
            losses -= ((payoffs * next) + losses) / found;
            var left = open.Count(IsOpen);
            if (left == 0)
                break;
            if (left == open.Length)
                throw Unclear(
                    solver,
                    $"whether equilibria play '{labels[open.First(IsOpen)]}' or beat it is a matter of rounding"
                );
        }

        bool[] played = [.. weights.Select(weight => weight > Positive)];
        var both = Enumerable.Range(0, n).FirstOrDefault(k => played[k] && losses[k] > Positive, -1);
        return both < 0
            ? (weights.ToArray(), played)
            : throw Unclear(solver, $"equilibria seem both to play '{labels[both]}' and to beat it");
    }

    /// <summary>p >= 0 of sum 1 with A p &lt;= 0; without an objective yet.</summary>
    private static LinearProgram Equilibria(Matrix<double> payoffs)
    {
        var program = new LinearProgram();
        var n = payoffs.RowCount;
        for (var j = 0; j < n; j++)
            program.AddVariable(0);
        var total = program.AddRow(1, 1);
        for (var i = 0; i < n; i++)
        {
            var row = program.AddRow(double.NegativeInfinity, 0);
            program.Set(total, i, 1);
            for (var j = 0; j < n; j++)
                program.Set(row, j, payoffs[i, j]);
        }

        return program;
    }

    private static Matrix<double> Between(Matrix<double> payoffs, int[] rows, int[] columns) =>
        Matrix<double>.Build.Dense(rows.Length, columns.Length, (i, j) => payoffs[rows[i], columns[j]]);

    private static ArgumentException Unclear(string solver, string sentence) =>
        NormalForm.Wrong(
            solver,
            $"expected a game that rounding does not turn into one with other equilibria, but {sentence}; round its payoffs, or merge clones with a larger cloneTolerance"
        );
}
