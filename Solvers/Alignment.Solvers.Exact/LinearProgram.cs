using Google.OrTools.LinearSolver;
using Row = Google.OrTools.LinearSolver.Constraint;

namespace Alignment;

/// <summary>maximize c'x subject to lower &lt;= Ax &lt;= upper and x &gt;= 0, by the simplex method of GLOP.</summary>
/// <remarks>
/// Coefficients should be of order 1: tolerances are absolute. GLOP's own are 1e-8, which a gap of 1e-9 does not allow;
/// a basic solution solves a linear system, so a tighter choice of basis makes it good to round-off. GLOP's own scaling is
/// off: it called 8 % of 8 x 8 games of payoffs in fiftieths unbounded, and such coefficients need none.
/// </remarks>
internal sealed class LinearProgram : IDisposable
{
    private const string Parameters =
        "primal_feasibility_tolerance: 1e-11 dual_feasibility_tolerance: 1e-11 solution_feasibility_tolerance: 1e-9 "
        + "change_status_to_imprecise: false use_scaling: false";

    private readonly Solver _solver = Solver.CreateSolver("GLOP");
    private readonly List<Variable> _variables = [];
    private readonly List<Row> _rows = [];

    /// <summary>Adds a variable of at least 0 with its coefficient in the objective.</summary>
    public int AddVariable(double objective, double upper = double.PositiveInfinity)
    {
        var variable = _solver.MakeNumVar(0, upper, "");
        _solver.Objective().SetCoefficient(variable, objective);
        _variables.Add(variable);
        return _variables.Count - 1;
    }

    /// <summary>Adds a row without coefficients.</summary>
    public int AddRow(double lower, double upper)
    {
        _rows.Add(_solver.MakeConstraint(lower, upper, ""));
        return _rows.Count - 1;
    }

    /// <summary>Sets a coefficient; those never set are 0.</summary>
    public void Set(int row, int variable, double coefficient) =>
        _rows[row].SetCoefficient(_variables[variable], coefficient);

    /// <summary>Changes a variable's coefficient in the objective, to solve again.</summary>
    public void SetObjective(int variable, double coefficient) =>
        _solver.Objective().SetCoefficient(_variables[variable], coefficient);

    /// <summary>Solves it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">No optimum was found; most programs of this folder have one.</exception>
    public LinearSolution Maximize(CancellationToken cancellationToken) =>
        MaximizeIfFeasible(cancellationToken) ?? throw Unsolved(Solver.ResultStatus.INFEASIBLE);

    /// <summary>Solves it; null where nothing meets the constraints.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Neither an optimum was found nor that there is none.</exception>
    public LinearSolution? MaximizeIfFeasible(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _solver.Objective().SetMaximization();
        if (!_solver.SetSolverSpecificParametersAsString(Parameters))
            throw new InvalidOperationException($"GLOP does not know its parameters: {Parameters}.");

        Solver.ResultStatus status;
        using (new Interrupter(_solver, cancellationToken))
            status = _solver.Solve();
        cancellationToken.ThrowIfCancellationRequested();
        return status switch
        {
            Solver.ResultStatus.OPTIMAL => new(
                [.. _variables.Select(v => v.SolutionValue())],
                [.. _rows.Select(r => r.DualValue())]
            ),
            Solver.ResultStatus.INFEASIBLE => null,
            _ => throw Unsolved(status),
        };
    }

    private InvalidOperationException Unsolved(Solver.ResultStatus status) =>
        new(
            $"GLOP ended with {status} on {_rows.Count} rows and {_variables.Count} variables, where an optimum exists."
        );

    /// <inheritdoc/>
    public void Dispose() => _solver.Dispose();

    /// <summary>Interrupts a solve within milliseconds of the token's cancellation, and never touches the solver once disposed.</summary>
    /// <remarks>It asks again and again: an interrupt that comes before the native solve has begun is lost.</remarks>
    private sealed class Interrupter : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly Timer? _timer;
        private bool _over;

        public Interrupter(Solver solver, CancellationToken cancellationToken)
        {
            if (!cancellationToken.CanBeCanceled)
                return;
            var period = TimeSpan.FromMilliseconds(20);
            _timer = new Timer(
                _ =>
                {
                    lock (_gate)
                    {
                        if (!_over && cancellationToken.IsCancellationRequested)
                            solver.InterruptSolve();
                    }
                },
                null,
                period,
                period
            );
        }

        public void Dispose()
        {
            lock (_gate)
                _over = true;
            _timer?.Dispose();
        }
    }
}

/// <summary>A basic optimal solution: a value a variable, a dual value a row.</summary>
internal sealed record LinearSolution(double[] Values, double[] Duals);
