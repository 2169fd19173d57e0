using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>The logit quantal response equilibrium at a precision lambda, by following the path of equilibria from lambda = 0.</summary>
/// <remarks>
/// <para>pi_i = softmax(lambda u_i(pi)) for every player i, where u_i are the expected payoffs of its actions. The unknowns are log-probabilities
/// l: sum_j exp l_ij = 1 and l_ij - l_i0 = lambda (u_ij - u_i0). From the uniform profile at lambda = 0 a predictor along the tangent and a
/// corrector (Newton orthogonal to it) follow the curve. Turning points need nothing special; where branches cross, as in symmetric games, or
/// all but touch, the path goes straight on.</para>
/// <para>With lambda = 1 / temperature the answer is the equilibrium regularized by entropy. As lambda grows, the path of almost every game
/// leads to one Nash equilibrium. The answer meets its equation to <see cref="Tolerance"/>.</para>
/// <para>Errors: more than <see cref="MostActions"/> actions in all; a path that is lost.</para>
/// <para>Source: McKelvey, Palfrey (1995), "Quantal response equilibria for normal form games"; Turocy (2005), "A dynamic homotopy
/// interpretation of the logistic quantal response equilibrium correspondence".</para>
/// <para>Not where a Nash equilibrium is wanted to many digits, nor where several equilibria are wanted.</para>
/// </remarks>
public sealed record LogitPath : IDirectSolver
{
    /// <summary>Largest difference between the answer and its logit response, in probability.</summary>
    public const double Tolerance = 1e-10;

    /// <summary>Most actions of all players together.</summary>
    public const int MostActions = 300;

    private const double FirstLength = 0.03; // of a step along the path
    private const double ShortestLength = 1e-9;
    private const double FarthestCorrection = 0.01; // of the first Newton step; at 0.05 one game in 1,000 was taken to another branch
    private const double SlowestContraction = 0.1; // of successive Newton steps
    private const int MostSteps = 100_000;

    /// <summary>Precision, in one over the unit of payoffs, from 0 (uniform play) to 1e6; default 100.</summary>
    public double Lambda { get; init; } = 100;

    /// <inheritdoc/>
    public SolverInfo Info =>
        new(
            "qre_path",
            "Logit equilibrium path",
            "Logit quantal response equilibrium of an n-player game at a given precision.",
            "McKelvey, Palfrey (1995), Quantal response equilibria for normal form games; Turocy (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence.",
            "Where a Nash equilibrium is wanted to many digits: at a finite precision this is none. Above some 100 actions in all. Where several equilibria are wanted: it follows one path."
        )
        {
            Reports = Iterate.Last,
        };

    /// <inheritdoc/>
    public ValueList<Setting> Settings =>
        [
            Setting.Number(
                "lambda",
                Lambda,
                0,
                1e6,
                "Precision of the players, in one over the unit of payoffs; 1 / temperature.",
                value => this with { Lambda = value }
            ),
        ];

    /// <inheritdoc/>
    public DirectAnswer Solve(IGameData game, CancellationToken cancellationToken)
    {
        var path = Trace(game, cancellationToken);
        return new(
            path[^1].Strategies,
            null,
            $"Logit quantal response equilibrium at lambda {NormalForm.Text(Lambda)} after {path.Count - 1} path steps; not a Nash equilibrium."
        );
    }

    /// <summary>The path from the uniform profile at lambda = 0 to the first equilibrium at <see cref="Lambda"/>.</summary>
    /// <remarks>lambda need not rise along the path: it may turn back before it goes on.</remarks>
    /// <exception cref="ArgumentException">The precision is out of range, or the game has too many actions.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueList<LogitPoint> Trace(IGameData game, CancellationToken cancellationToken = default)
    {
        if (!(Lambda >= 0 && Lambda <= 1e6))
            throw NormalForm.Wrong(Info.Name, $"expected a lambda from 0 to 1000000, got {NormalForm.Text(Lambda)}");
        var form = NormalForm.Read(Info.Name, game);
        if (form.Actions.Sum() > MostActions)
        {
            throw NormalForm.Wrong(
                Info.Name,
                $"expected at most {MostActions} actions of all players together, got {form.Actions.Sum()}; use an iterative solver with an entropy regularizer of temperature 1 / lambda"
            );
        }

        var equations = new LogitEquations(form);
        var last = equations.Unknowns - 1; // lambda comes last
        var level = Vector<double>.Build.Dense(equations.Unknowns, k => k == last ? 1 : 0); // orthogonal to it lambda stays
        var point = equations.Uniform();
        var tangent = Tangent(equations.Derivative(point), level);
        var length = FirstLength;
        var path = new List<LogitPoint> { equations.Read(point) };
        while (point[last] < Lambda)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A step that would reach the target is cut to end there exactly, and corrected at that lambda; one that is corrected
            // beyond it is done again, shorter.
            var arrives = point[last] + (length * tangent[last]) >= Lambda;
            var step = arrives ? (Lambda - point[last]) / tangent[last] : length;
            var corrected = Correct(equations, point + (tangent * step), arrives ? level : tangent, out var strain);
            if (corrected is null || corrected[last] > Lambda)
            {
                length = step / 2;
                if (length < ShortestLength)
                    throw Lost(point[last]);
                continue;
            }

            point = corrected;
            path.Add(equations.Read(point));
            if (arrives)
                break;
            if (path.Count > MostSteps)
                throw Lost(point[last]);
            tangent = Tangent(equations.Derivative(point), tangent);
            length = step / Math.Clamp(strain, 0.5, 2);
        }

        var residual = equations.Residual(path[^1], Lambda);
        return residual <= Tolerance
            ? path.ToValueList()
            : throw new InvalidOperationException(
                $"Solver '{Info.Name}': the logit equation is met to {NormalForm.Text(residual)} only, above {NormalForm.Text(Tolerance)}; ask for a smaller lambda."
            );
    }

    private InvalidOperationException Lost(double lambda) =>
        new(
            $"Solver '{Info.Name}': the path of equilibria was lost at lambda {NormalForm.Text(lambda)}, before {NormalForm.Text(Lambda)}; ask for a smaller lambda, or perturb the payoffs, which may be exactly symmetric."
        );

    /// <summary>The direction of the curve that points the way <paramref name="forward"/> points.</summary>
    private static Vector<double> Tangent(Matrix<double> derivative, Vector<double> forward)
    {
        var unit = Vector<double>.Build.Dense(forward.Count, k => k == forward.Count - 1 ? 1 : 0);
        return Bordered(derivative, forward).LU().Solve(unit).Normalize(2);
    }

    /// <summary>Newton steps orthogonal to <paramref name="fixedDirection"/>; null where they converge too slowly to be trusted to stay on the branch.</summary>
    private static Vector<double>? Correct(
        LogitEquations equations,
        Vector<double> start,
        Vector<double> fixedDirection,
        out double strain
    )
    {
        var point = start;
        var previous = double.PositiveInfinity;
        strain = 0;
        for (var k = 0; k < 20; k++)
        {
            // Round-off grows with the log-probabilities. Where the equations are ill-conditioned, as in games with ties at a
            // large lambda, steps stop shrinking before they are small: what counts is how well the equations are met.
            var value = equations.Value(point);
            var error = value.L2Norm() / (1 + point.L2Norm());
            if (error <= 2e-15)
                return point;
            var right = Vector<double>.Build.Dense(equations.Unknowns);
            right.SetSubVector(0, equations.Unknowns - 1, -value);
            var correction = Bordered(equations.Derivative(point), fixedDirection).LU().Solve(right);
            var distance = correction.L2Norm();
            if (!(distance <= FarthestCorrection))
                return null;
            if (distance > SlowestContraction * previous)
                return error <= 1e-12 ? point : null;
            strain = Math.Max(
                strain,
                k switch
                {
                    0 => Math.Sqrt(distance / FarthestCorrection),
                    1 => Math.Sqrt(distance / previous / SlowestContraction),
                    _ => 0,
                }
            );
            point += correction;
            previous = distance;
        }

        return null;
    }

    private static Matrix<double> Bordered(Matrix<double> derivative, Vector<double> row) =>
        derivative.Stack(row.ToRowMatrix());
}

/// <summary>A point of the path of logit equilibria.</summary>
/// <param name="Lambda">Precision.</param>
/// <param name="Strategies">One mixed strategy a player.</param>
public sealed record LogitPoint(double Lambda, ValueList<ValueList<double>> Strategies);
