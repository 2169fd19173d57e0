using MathNet.Numerics.LinearAlgebra;

namespace Alignment;

/// <summary>The equations of a logit equilibrium in log-probabilities and lambda, one fewer than unknowns, and their derivatives.</summary>
internal sealed class LogitEquations
{
    private readonly NormalForm _form;
    private readonly int[] _first; // where a player's log-probabilities begin

    public LogitEquations(NormalForm form)
    {
        _form = form;
        _first = new int[form.Actions.Length];
        for (var k = 1; k < _first.Length; k++)
            _first[k] = _first[k - 1] + form.Actions[k - 1];
        Unknowns = form.Actions.Sum() + 1;
    }

    public int Unknowns { get; }

    public Vector<double> Uniform()
    {
        var point = Vector<double>.Build.Dense(Unknowns);
        for (var player = 0; player < _first.Length; player++)
        {
            for (var a = 0; a < _form.Actions[player]; a++)
                point[_first[player] + a] = -Math.Log(_form.Actions[player]);
        }

        return point;
    }

    /// <summary>1 - sum_j exp l_ij at a player's first action, l_ij - l_i0 - lambda (u_ij - u_i0) at its others.</summary>
    public Vector<double> Value(Vector<double> point)
    {
        var (utilities, _) = Utilities(point, slopes: false);
        var value = Vector<double>.Build.Dense(Unknowns - 1);
        for (var player = 0; player < _first.Length; player++)
        {
            var first = _first[player];
            value[first] = 1;
            for (var k = first; k < first + _form.Actions[player]; k++)
            {
                value[first] -= Math.Exp(point[k]);
                if (k > first)
                    value[k] = point[k] - point[first] - (point[Unknowns - 1] * (utilities[k] - utilities[first]));
            }
        }

        return value;
    }

    /// <summary>The Jacobian of <see cref="Value"/>: a row an equation, a column an unknown.</summary>
    public Matrix<double> Derivative(Vector<double> point)
    {
        var (utilities, slopes) = Utilities(point, slopes: true);
        var lambda = point[Unknowns - 1];
        var derivative = Matrix<double>.Build.Dense(Unknowns - 1, Unknowns);
        for (var player = 0; player < _first.Length; player++)
        {
            var first = _first[player];
            for (var k = first; k < first + _form.Actions[player]; k++)
            {
                derivative[first, k] = -Math.Exp(point[k]);
                if (k == first)
                    continue;
                for (var other = 0; other < Unknowns - 1; other++)
                    derivative[k, other] = -lambda * (slopes[k, other] - slopes[first, other]);
                derivative[k, k] += 1;
                derivative[k, first] -= 1;
                derivative[k, Unknowns - 1] = utilities[first] - utilities[k];
            }
        }

        return derivative;
    }

    public LogitPoint Read(Vector<double> point) =>
        new(point[Unknowns - 1], _first.Select((first, player) => Probabilities(point, first, player)).ToValueList());

    /// <summary>Largest difference between a strategy and the logit response to the profile.</summary>
    public double Residual(LogitPoint at, double lambda)
    {
        var point = Vector<double>.Build.Dense(Unknowns, lambda);
        for (var player = 0; player < _first.Length; player++)
        {
            for (var a = 0; a < _form.Actions[player]; a++)
                point[_first[player] + a] = Math.Log(at.Strategies[player][a]);
        }

        var (utilities, _) = Utilities(point, slopes: false);
        var worst = 0.0;
        for (var player = 0; player < _first.Length; player++)
        {
            var own = utilities.AsSpan(_first[player], _form.Actions[player]).ToArray();
            var top = own.Max();
            var response = NormalForm.Normalize([.. own.Select(u => Math.Exp(lambda * (u - top)))]);
            for (var a = 0; a < response.Length; a++)
                worst = Math.Max(worst, Math.Abs(response[a] - at.Strategies[player][a]));
        }

        return worst;
    }

    private ValueList<double> Probabilities(Vector<double> point, int first, int player) =>
        NormalForm
            .Normalize([.. Enumerable.Range(first, _form.Actions[player]).Select(k => Math.Exp(point[k]))])
            .ToValueList();

    /// <summary>Expected payoffs of all actions, and their derivatives with respect to the other players' log-probabilities.</summary>
    private (double[] Utilities, double[,] Slopes) Utilities(Vector<double> point, bool slopes)
    {
        var players = _first.Length;
        var utilities = new double[Unknowns - 1];
        var derivatives = new double[slopes ? Unknowns - 1 : 0, Unknowns - 1];
        var probabilities = new double[Unknowns - 1];
        for (var k = 0; k < probabilities.Length; k++)
            probabilities[k] = Math.Exp(point[k]);

        var chosen = new int[players];
        for (var profile = 0; profile < _form.Profiles; profile++)
        {
            for (var player = 0; player < players; player++)
                chosen[player] = _first[player] + _form.Action(profile, player);
            for (var player = 0; player < players; player++)
            {
                // d exp(l) / dl = exp(l): the slope along an opponent's log-probability is the share of the
                // expectation in which that opponent takes the action.
                var share = _form.Payoffs[player][profile];
                for (var other = 0; other < players; other++)
                    share *= other == player ? 1 : probabilities[chosen[other]];
                utilities[chosen[player]] += share;
                for (var other = 0; slopes && other < players; other++)
                {
                    if (other != player)
                        derivatives[chosen[player], chosen[other]] += share;
                }
            }
        }

        return (utilities, derivatives);
    }
}
