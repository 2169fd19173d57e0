using System.Globalization;
using System.Numerics;
using Alignment.Compiler;
using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>A game of smooth payoffs around a point, to first order of its joint gradient.</summary>
/// <remarks>
/// <para>The joint gradient g holds, for all numbers that players set, the derivative of their owner's objective; J is its Jacobian, restricted to the
/// directions in which a small step is allowed: a number at a bound that its gradient pushes against is left out, and of mixed strategies the tangent
/// space of their support is kept, in an orthonormal basis.</para>
/// <para>J = S + A splits into its symmetric part, that of a potential game, and its antisymmetric part, that of a Hamiltonian one, which rotates.</para>
/// <para>Source: Balduzzi et al. (2018), "The mechanics of n-player differentiable games", arXiv 1802.05642, section 2.</para>
/// <para>Not for large games: J is dense, and at most <see cref="MostNumbers"/> numbers are taken.</para>
/// </remarks>
public sealed class LocalDiagnostics
{
    /// <summary>Numbers that players may set together at most.</summary>
    public const int MostNumbers = 512;

    private const double AtBound = 1e-9;

    private LocalDiagnostics(double[] gradient, double[][] jacobian, int[] owners)
    {
        Gradient = gradient.ToValueList();
        Jacobian = jacobian.Select(row => row.ToValueList()).ToValueList();
        if (gradient.Length == 0)
        {
            Eigenvalues = [];
            OwnCurvature = [];
            return;
        }

        var j = Matrix<double>.Build.DenseOfRowArrays(jacobian);
        Eigenvalues = j.Evd().EigenValues.OrderByDescending(e => e.Real).ThenBy(e => e.Imaginary).ToValueList();
        var (symmetric, antisymmetric) = ((j + j.Transpose()) / 2, (j - j.Transpose()) / 2);
        var (s, a) = (Math.Pow(symmetric.FrobeniusNorm(), 2), Math.Pow(antisymmetric.FrobeniusNorm(), 2));
        PotentialShare = s + a > 0 ? s / (s + a) : 1;
        OwnCurvature = Enumerable
            .Range(0, owners.Length == 0 ? 0 : owners.Max() + 1)
            .Select(p => Curvature(j, owners, p))
            .ToValueList();
    }

    /// <summary>The joint gradient along the free directions.</summary>
    public ValueList<double> Gradient { get; }

    /// <summary>Its Jacobian, row by row.</summary>
    public ValueList<ValueList<double>> Jacobian { get; }

    /// <summary>The Jacobian's eigenvalues, those with the largest real part first.</summary>
    public ValueList<Complex> Eigenvalues { get; }

    /// <summary>The largest real part of an eigenvalue; minus infinity where no direction is free.</summary>
    public double SpectralAbscissa => Eigenvalues.Count == 0 ? double.NegativeInfinity : Eigenvalues[0].Real;

    /// <summary>Whether gradient ascent with small steps comes back to the point from nearby: all eigenvalues have real parts below 0.</summary>
    public bool IsStable => SpectralAbscissa < 0;

    /// <summary>The symmetric part's share of the Jacobian's squared Frobenius norm: 1 for a potential game, 0 for one that only rotates.</summary>
    public double PotentialShare { get; } = 1;

    /// <summary>For each player the largest eigenvalue of its objective's own Hessian along its free directions: below 0 where a stationary point is a strict
    /// local maximum for it; minus infinity where it has no free direction.</summary>
    public ValueList<double> OwnCurvature { get; }

    /// <summary>Whether every player is at a strict local maximum of its own, given the others, provided that the gradient is 0.</summary>
    public bool IsStrictLocalNash => OwnCurvature.All(c => c < 0);

    /// <summary>The game of a solution around what was found.</summary>
    /// <param name="solution">A solution of a game of smooth payoffs.</param>
    /// <param name="game">Which game of a batch.</param>
    /// <exception cref="ArgumentException">The game is not of smooth payoffs, or players set too many numbers.</exception>
    public static LocalDiagnostics Of(Solution solution, int game = 0)
    {
        ArgumentNullException.ThrowIfNull(solution);
        return Of(solution.Game, solution.Games[game].Strategies, game);
    }

    /// <summary>A game around a point.</summary>
    /// <param name="game">A game of smooth payoffs.</param>
    /// <param name="point">For each player what it sets, as <see cref="GameSolution.Strategies"/> has it.</param>
    /// <param name="index">Which game of a batch.</param>
    /// <exception cref="ArgumentException">The game is not of smooth payoffs, or players set too many numbers.</exception>
    public static LocalDiagnostics Of(BoundGame game, ValueList<ValueList<double>> point, int index = 0)
    {
        ArgumentNullException.ThrowIfNull(game);
        ArgumentNullException.ThrowIfNull(point);
        if (!game.Spec.IsDifferentiable)
            throw new ArgumentException(
                $"The game '{game.Spec.Name}' has a table of payoffs, and its certificate is exact; local diagnostics are for games of smooth payoffs."
            );
        var size = game.Spec.Players.Sum(p => p.Actions.Size);
        if (size > MostNumbers)
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The players of '{game.Spec.Name}' set {size} numbers, and local diagnostics take at most {MostNumbers}."
                )
            );
        var blocks = Block.Of(game.Spec);
        var (gradient, jacobian) = Evaluate(game, blocks, [.. point.SelectMany(x => x)], index);
        var (basis, owners) = Free(blocks, [.. point.SelectMany(x => x)], gradient);
        var turned = basis.Select(direction => Product(jacobian, direction)).ToArray();
        return new(
            [.. basis.Select(direction => Dot(direction, gradient))],
            [.. basis.Select(row => turned.Select(column => Dot(row, column)).ToArray())],
            owners
        );
    }

    private static double Curvature(Matrix<double> jacobian, int[] owners, int player)
    {
        int[] own = [.. Enumerable.Range(0, owners.Length).Where(k => owners[k] == player)];
        if (own.Length == 0)
            return double.NegativeInfinity;
        var block = Matrix<double>.Build.Dense(own.Length, own.Length, (r, c) => jacobian[own[r], own[c]]);
        return ((block + block.Transpose()) / 2).Evd(Symmetricity.Symmetric).EigenValues.Max(e => e.Real);
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[] Product(double[][] matrix, double[] vector) => [.. matrix.Select(row => Dot(row, vector))];

    /// <summary>Weights, and where their numbers lie among all.</summary>
    private sealed record Block(int Player, Weights Weights, int Start)
    {
        public static Block[] Of(GameSpec spec)
        {
            var view = new DifferentiableGameView(spec);
            var blocks = new List<Block>();
            var start = 0;
            for (var p = 0; p < spec.Players.Count; p++)
            {
                foreach (var weights in view.Weights(spec.Players[p]))
                {
                    blocks.Add(new(p, weights, start));
                    start += weights.Size;
                }
            }

            return [.. blocks];
        }
    }

    private static (double[] Gradient, double[][] Jacobian) Evaluate(
        BoundGame game,
        Block[] blocks,
        double[] point,
        int index
    )
    {
        var view = new DifferentiableGameView(game.Spec);
        var at = Point.Of(
            blocks.Select(b => b.Weights),
            w => Signal.External($"at/{w.Name}", [.. w.Axes, .. game.Batch])
        );
        var gradients = view.Gradients(at);
        var outputs = new List<KeyValuePair<string, Expr>>();
        foreach (var row in blocks)
        {
            outputs.Add(new($"gradient/{row.Start}", gradients[row.Weights]));
            foreach (var column in blocks)
            {
                var moved = Axis.Of("moved", column.Weights.Size);
                var value = gradients[row.Weights].Jvp(at[column.Weights], Unit(moved, column.Weights));
                outputs.Add(new($"jacobian/{row.Start}/{column.Start}", value.Expand([moved, .. row.Weights.Axes])));
            }
        }

        var program = Lowering.Program(
            $"local diagnostics of {game.Spec.Name}",
            game.Batch,
            SolverState.Empty,
            SolverState.Empty,
            outputs
        );
        using var executable = HostExecutor.Instance.Prepare(program, new());
        // every game at the same point: elements first, then games
        foreach (var block in blocks.Where(b => program.Inputs.Any(id => IsInput(program, id, b))))
            executable.SetInput(
                $"at/{block.Weights.Name}",
                [
                    .. point
                        .Skip(block.Start)
                        .Take(block.Weights.Size)
                        .SelectMany(x => Enumerable.Repeat(x, program.Games)),
                ]
            );
        executable.Initialize();
        executable.Read();
        double[] Read(string name, IReadOnlyList<Axis> axes)
        {
            var length = axes.Aggregate(1, (n, axis) => n * axis.Size);
            var numbers = new double[length * program.Games];
            executable.GetOutput(name, numbers);
            var ordered = AxisOrder.Reordered(numbers, executable.OutputAxes(name), axes, program.Games);
            return ordered[(index * length)..((index + 1) * length)];
        }

        var gradient = new double[point.Length];
        var jacobian = point.Select(_ => new double[point.Length]).ToArray();
        foreach (var row in blocks)
        {
            Read($"gradient/{row.Start}", row.Weights.Axes).CopyTo(gradient, row.Start);
            foreach (var column in blocks)
            {
                var moved = Axis.Of("moved", column.Weights.Size);
                var numbers = Read($"jacobian/{row.Start}/{column.Start}", [moved, .. row.Weights.Axes]);
                for (var c = 0; c < column.Weights.Size; c++)
                {
                    for (var r = 0; r < row.Weights.Size; r++)
                        jacobian[row.Start + r][column.Start + c] = numbers[(c * row.Weights.Size) + r];
                }
            }
        }

        return (gradient, jacobian);
    }

    private static bool IsInput(Program program, int id, Block block) =>
        program.Graph[id].Op is Op.Signal signal && signal.Name == $"at/{block.Weights.Name}";

    /// <summary>For each number of weights the direction in which it alone moves.</summary>
    private static Expr Unit(Axis moved, Weights weights)
    {
        var values = new double[moved.Size * weights.Size];
        for (var k = 0; k < moved.Size; k++)
            values[(k * weights.Size) + k] = 1;
        return Expr.Table([moved, .. weights.Axes], values);
    }

    /// <summary>An orthonormal basis of the directions that are free, and whose they are.</summary>
    private static (double[][] Basis, int[] Owners) Free(Block[] blocks, double[] point, double[] gradient)
    {
        var basis = new List<double[]>();
        var owners = new List<int>();
        foreach (var block in blocks)
        {
            var directions = block.Weights.Domain switch
            {
                Domain.Interval interval => Enumerable
                    .Range(block.Start, block.Weights.Size)
                    .Where(k => !IsPressed(interval, point[k], gradient[k]))
                    .Select(k => Along(point.Length, k)),
                Domain.Simplex simplex => Contrasts(block, simplex.Axis, point),
                _ => Enumerable.Range(block.Start, block.Weights.Size).Select(k => Along(point.Length, k)),
            };
            foreach (var direction in directions)
            {
                basis.Add(direction);
                owners.Add(block.Player);
            }
        }

        return ([.. basis], [.. owners]);
    }

    private static bool IsPressed(Domain.Interval interval, double x, double gradient) =>
        (x - interval.Low <= AtBound && gradient <= 0) || (interval.High - x <= AtBound && gradient >= 0);

    private static double[] Along(int length, int k)
    {
        var direction = new double[length];
        direction[k] = 1;
        return direction;
    }

    /// <summary>Of every distribution: directions that sum to 0 over its support (Helmert's contrasts).</summary>
    private static IEnumerable<double[]> Contrasts(Block block, Axis axis, double[] point)
    {
        var at = block.Weights.Axes.IndexOf(axis);
        var inner = block.Weights.Axes.Skip(at + 1).Aggregate(1, (n, a) => n * a.Size);
        var outer = block.Weights.Size / (inner * axis.Size);
        for (var o = 0; o < outer; o++)
        {
            for (var i = 0; i < inner; i++)
            {
                int[] support =
                [
                    .. Enumerable
                        .Range(0, axis.Size)
                        .Select(k => block.Start + (((o * axis.Size) + k) * inner) + i)
                        .Where(k => point[k] > AtBound),
                ];
                for (var k = 1; k < support.Length; k++)
                {
                    var direction = new double[point.Length];
                    var scale = 1 / Math.Sqrt(k * (k + 1.0));
                    for (var j = 0; j < k; j++)
                        direction[support[j]] = scale;
                    direction[support[k]] = -k * scale;
                    yield return direction;
                }
            }
        }
    }
}
