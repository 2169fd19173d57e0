using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>A solver's update as one would write it in TorchSharp by hand: one way of many, made to be as fast as it can be.</summary>
/// <remarks>
/// What all of them do: everything under inference mode, in place where TorchSharp can (it has no <c>out=</c> for these operations), every
/// tensor disposed at once by hand instead of by a scope, constants as native scalars made once.
/// </remarks>
internal abstract class EagerWriting(string name, bool doesAll) : IDisposable
{
    private long _t;

    /// <summary>The 1 of <c>add_(x)</c>, which otherwise makes a native scalar at every call.</summary>
    public static Scalar One { get; } = 1;

    /// <summary>Layout, products and short cuts.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it does all that the compiled solver does: the compensated sum of the average, and logits centred at every step.</summary>
    public bool DoesAll { get; } = doesAll;

    /// <summary>Does steps, numbered on from the last one.</summary>
    public void Run(int steps)
    {
        using var mode = inference_mode();
        for (var k = 0; k < steps; k++)
            Step(++_t);
    }

    /// <summary>The players' average strategies, [games, actions].</summary>
    public abstract (double[] Row, double[] Column) Average();

    public abstract void Dispose();

    protected abstract void Step(long t);
}

/// <summary>A sum over steps: as it is, or with what rounding took given back (Kahan 1965), as the compiled solvers have it.</summary>
internal sealed class EagerSum(Tensor zeros, bool compensated) : IDisposable
{
    private readonly Tensor? _rest = compensated ? zeros.clone() : null; // what is still to be added

    /// <summary>The sum so far.</summary>
    public Tensor Value { get; private set; } = zeros;

    public void Add(Tensor x, Scalar weight)
    {
        if (_rest is null)
        {
            Value.add_(x, weight);
            return;
        }

        _rest.add_(x, weight);
        var sum = Value.add(_rest, EagerWriting.One);
        using (var added = sum.sub(Value))
            _rest.sub_(added);
        Value.Dispose();
        Value = sum;
    }

    public void Dispose()
    {
        Value.Dispose();
        _rest?.Dispose();
    }
}
