using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>Regret matching plus, alternating, linear averaging.</summary>
/// <remarks>
/// Where all regrets are 0 the strategy is uniform: by <c>where</c>, or by keeping regrets at or above the least number there is some use
/// for, which costs one operation less a step and player for the comparison and one for the choice.
/// </remarks>
internal sealed class EagerRegretMatchingPlus : EagerWriting
{
    private readonly EagerLayout _layout;
    private readonly bool _byFloor;
    private readonly Scalar _least;
    private readonly Scalar _zero = 0;
    private readonly Tensor _uniform;
    private readonly Tensor _row;
    private readonly Tensor _column;
    private readonly EagerSum _rowSum;
    private readonly EagerSum _columnSum;
    private Tensor _x;

    public EagerRegretMatchingPlus(EagerLayout layout, bool byFloor, bool compensated)
        : base(
            $"{layout.Name}; uniform by {(byFloor ? "a least regret" : "where")}; {(compensated ? "compensated" : "plain")} sum",
            doesAll: compensated
        )
    {
        _layout = layout;
        _byFloor = byFloor;
        _least = byFloor ? 1e-30 : 0;
        _uniform = full(layout.Shape, 1.0 / layout.Actions, layout.Type);
        _row = full(layout.Shape, byFloor ? 1e-30 : 0, layout.Type);
        _column = _row.clone();
        _rowSum = new(layout.Zeros(), compensated);
        _columnSum = new(layout.Zeros(), compensated);
        _x = _uniform.clone();
    }

    public override (double[] Row, double[] Column) Average()
    {
        using var row = Normalize(_rowSum.Value);
        using var column = Normalize(_columnSum.Value);
        return (_layout.Read(row), _layout.Read(column));
    }

    public override void Dispose()
    {
        foreach (
            IDisposable part in new IDisposable[]
            {
                _uniform,
                _row,
                _column,
                _rowSum,
                _columnSum,
                _x,
                _least,
                _zero,
                _layout,
            }
        )
            part.Dispose();
    }

    protected override void Step(long t)
    {
        using Scalar weight = (double)t;
        using var y = Normalize(_column);
        using var values = _layout.RowValues(y);
        using (var value = _layout.Inner(values, _x))
            _row.add_(values, One).sub_(value);
        Clip(_row);
        _x.Dispose();
        _x = Normalize(_row);
        _rowSum.Add(_x, weight);
        _columnSum.Add(y, weight);
        // the column player's values are needed for its regrets alone: its value -x' A y is known from A y
        _layout.MoveColumn(_column, _x, Pace.One);
        using (var value = _layout.Inner(values, _x))
            _column.add_(value, One);
        Clip(_column);
    }

    private void Clip(Tensor regrets)
    {
        if (_byFloor)
            regrets.clamp_min_(_least);
        else
            regrets.relu_();
    }

    private Tensor Normalize(Tensor weights)
    {
        using var total = _layout.Total(weights);
        if (_byFloor)
            return weights.div(total);
        using var some = total.gt(_zero);
        using var quotient = weights.div(total);
        return where(some, quotient, _uniform);
    }
}
