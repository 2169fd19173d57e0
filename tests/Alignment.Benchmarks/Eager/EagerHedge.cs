using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>What the two ways of keeping hedge's logits are.</summary>
internal enum EagerLogits
{
    /// <summary>eta_t times the sum of action values, the best action at 0: as the compiled solver has them.</summary>
    Centred,

    /// <summary>The sum of action values, multiplied by eta_t when a strategy is taken; it grows without end.</summary>
    Cumulative,
}

/// <summary>Hedge, simultaneous, uniform averaging; a tensor for each player.</summary>
internal sealed class EagerHedge : EagerWriting
{
    private readonly EagerLayout _layout;
    private readonly HedgeSteps _steps;
    private readonly Tensor _row;
    private readonly Tensor _column;
    private readonly EagerSum _rowSum;
    private readonly EagerSum _columnSum;

    public EagerHedge(EagerLayout layout, EagerLogits logits, bool compensated)
        : base(
            HedgeSteps.Describe(layout.Name, logits, compensated),
            doesAll: compensated && logits == EagerLogits.Centred
        )
    {
        _layout = layout;
        _steps = new(logits, layout.Actions, layout.Along);
        _row = layout.Zeros();
        _column = layout.Zeros();
        _rowSum = new(layout.Zeros(), compensated);
        _columnSum = new(layout.Zeros(), compensated);
    }

    public override (double[] Row, double[] Column) Average()
    {
        using var row = _rowSum.Value / _rowSum.Value.sum(_layout.Along, keepdim: true);
        using var column = _columnSum.Value / _columnSum.Value.sum(_layout.Along, keepdim: true);
        return (_layout.Read(row), _layout.Read(column));
    }

    public override void Dispose()
    {
        _row.Dispose();
        _column.Dispose();
        _rowSum.Dispose();
        _columnSum.Dispose();
        _layout.Dispose();
    }

    protected override void Step(long t)
    {
        using var scale = _steps.Scale(t);
        using var x = _steps.Strategy(_row, scale);
        using var y = _steps.Strategy(_column, scale);
        _rowSum.Add(x, One);
        _columnSum.Add(y, One);
        using var pace = _steps.Pace(t);
        _layout.MoveRow(_row, y, pace);
        _layout.MoveColumn(_column, x, pace);
        _steps.Centre(_row);
        _steps.Centre(_column);
    }
}

/// <summary>Hedge, simultaneous, uniform averaging; both players in one tensor.</summary>
internal sealed class EagerStackedHedge : EagerWriting
{
    private readonly EagerStack _stack;
    private readonly HedgeSteps _steps;
    private readonly Tensor _logits;
    private readonly EagerSum _sum;

    public EagerStackedHedge(EagerStack stack, EagerLogits logits, bool compensated)
        : base(
            HedgeSteps.Describe(stack.Name, logits, compensated),
            doesAll: compensated && logits == EagerLogits.Centred
        )
    {
        _stack = stack;
        _steps = new(logits, stack.Actions, stack.Along);
        _logits = stack.Zeros();
        _sum = new(stack.Zeros(), compensated);
    }

    public override (double[] Row, double[] Column) Average()
    {
        using var average = _sum.Value / _sum.Value.sum(_stack.Along, keepdim: true);
        return (_stack.Read(average, 0), _stack.Read(average, 1));
    }

    public override void Dispose()
    {
        _logits.Dispose();
        _sum.Dispose();
        _stack.Dispose();
    }

    protected override void Step(long t)
    {
        using var scale = _steps.Scale(t);
        using var both = _steps.Strategy(_logits, scale);
        _sum.Add(both, One);
        using var pace = _steps.Pace(t);
        _stack.Move(_logits, both, pace);
        _steps.Centre(_logits);
    }
}

/// <summary>The arithmetic of a step of hedge that does not depend on where players lie.</summary>
internal sealed class HedgeSteps(EagerLogits logits, int actions, long along)
{
    private readonly long[] _along = [along];
    private readonly double _log = Math.Log(actions);

    public static string Describe(string layout, EagerLogits logits, bool compensated) =>
        $"{layout}; {(logits == EagerLogits.Centred ? "centred" : "cumulative")} logits; {(compensated ? "compensated" : "plain")} sum";

    /// <summary>What logits are multiplied by to take a strategy, or null for 1.</summary>
    public Scalar? Scale(long t) => logits == EagerLogits.Centred ? null : (Scalar)Math.Sqrt(_log / t);

    public Tensor Strategy(Tensor logits, Scalar? scale)
    {
        if (scale is null)
            return logits.softmax(along);
        using var scaled = logits.mul(scale);
        return scaled.softmax(along);
    }

    public Pace Pace(long t) =>
        logits == EagerLogits.Centred ? new(Math.Sqrt(t / (t + 1.0)), Math.Sqrt(_log / (t + 1))) : Benchmarks.Pace.One;

    public void Centre(Tensor values)
    {
        if (logits != EagerLogits.Centred)
            return;
        using var best = values.amax(_along, keepdim: true);
        values.sub_(best);
    }
}
