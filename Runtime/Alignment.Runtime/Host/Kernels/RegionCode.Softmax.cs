using System.Reflection.Emit;

namespace Alignment.Runtime.Host;

// A short softmax written out: the operations of Walks.Softmax and VectorMath.ExpDown in their order, without a call and a way through memory.
internal sealed unsafe partial class RegionCode<T>
{
    private void Softmax(Element[] inputs, Element[] outputs)
    {
        using var values = new SpareLocals(this);
        foreach (var input in inputs)
        {
            Push(input);
            values.Take();
        }

        values[0].Push();
        for (var r = 1; r < inputs.Length; r++)
        {
            using var top = Spare();
            Prefer(top.Push, values[r].Push, _vectors.Greater);
        }

        using var largest = Spare();
        using var powers = new SpareLocals(this);
        for (var r = 0; r < inputs.Length; r++)
        {
            values[r].Push();
            largest.Push();
            Emit(_vectors.Arithmetic(BinaryKind.Subtract));
            ExpDown();
            powers.Take();
        }

        Number(1);
        powers[0].Push();
        for (var r = 1; r < inputs.Length; r++)
        {
            powers[r].Push();
            Emit(_vectors.Arithmetic(BinaryKind.Add));
        }

        Emit(_vectors.Arithmetic(BinaryKind.Divide));
        using var inverse = Spare();
        for (var r = 0; r < outputs.Length; r++)
        {
            if (_region.Uses(outputs[r]) == 0)
                continue;
            powers[r].Push();
            inverse.Push();
            Emit(_vectors.Arithmetic(BinaryKind.Multiply));
            Keep(outputs[r]);
        }
    }

    /// <summary>Replaces x on top of the stack by VectorMath.ExpDown(x).</summary>
    private void ExpDown()
    {
        var isFloat = typeof(T) == typeof(float);
        using var x = Spare();
        FusedWith(x, VectorMath.Log2E, () => Number(isFloat ? VectorMath.ShifterF : VectorMath.Shifter));
        using var shifted = Spare();
        shifted.Push();
        Number(isFloat ? VectorMath.ShifterF : VectorMath.Shifter);
        Emit(_vectors.Arithmetic(BinaryKind.Subtract));
        using var n = Spare();
        FusedWith(n, isFloat ? -VectorMath.Ln2HighF : -VectorMath.Ln2High, x.Push);
        using var high = Spare();
        FusedWith(n, isFloat ? -VectorMath.Ln2LowF : -VectorMath.Ln2Low, high.Push);
        using var r = Spare();
        r.Push();
        r.Push();
        Emit(_vectors.Arithmetic(BinaryKind.Multiply));
        using var square = Spare();
        square.Push();
        ExpTail(r, square, isFloat);
        r.Push();
        Emit(_vectors.Fused);
        Number(1);
        Emit(_vectors.Arithmetic(BinaryKind.Add));
        Emit(_vectors.ToBits);
        shifted.Push();
        Emit(_vectors.ToBits);
        _il.Emit(OpCodes.Ldc_I4, isFloat ? 23 : 52);
        Emit(_vectors.ShiftBits);
        Emit(_vectors.AddBits);
        Emit(_vectors.FromBits);
        x.Push();
        Number(isFloat ? VectorMath.LowestF : VectorMath.Lowest);
        Emit(_vectors.Less);
        Emit(_vectors.Unless);
    }

    private void ExpTail(SpareLocal r, SpareLocal square, bool isFloat)
    {
        if (isFloat)
        {
            Pair(r, VectorMath.Q1F, VectorMath.Q0F);
            using var q01 = Spare();
            Pair(r, VectorMath.Q3F, VectorMath.Q2F);
            using var q23 = Spare();
            FusedWith(square, VectorMath.Q4F, q23.Push);
            square.Push();
            q01.Push();
            Emit(_vectors.Fused);
            return;
        }

        square.Push();
        square.Push();
        Emit(_vectors.Arithmetic(BinaryKind.Multiply));
        using var fourth = Spare();
        Pair(r, VectorMath.Q3, VectorMath.Q2);
        using var d23 = Spare();
        Pair(r, VectorMath.Q7, VectorMath.Q6);
        using var d67 = Spare();
        Pair(r, VectorMath.Q9, VectorMath.Q8); // q89 r^4 + (q67 r^2 + q45)
        fourth.Push();
        d67.Push();
        square.Push();
        Pair(r, VectorMath.Q5, VectorMath.Q4);
        Emit(_vectors.Fused);
        Emit(_vectors.Fused);
        fourth.Push(); // (...) r^4 + (q23 r^2 + q01)
        d23.Push();
        square.Push();
        Pair(r, VectorMath.Q1, VectorMath.Q0);
        Emit(_vectors.Fused);
        Emit(_vectors.Fused);
    }

    /// <summary>a r + b</summary>
    private void Pair(SpareLocal r, double a, double b) => FusedWith(r, a, () => Number(b));

    /// <summary>x times a number, plus what is pushed.</summary>
    private void FusedWith(SpareLocal x, double number, Action push)
    {
        x.Push();
        Number(number);
        push();
        Emit(_vectors.Fused);
    }

    /// <summary>Several values taken from the stack, given back together.</summary>
    private sealed class SpareLocals(RegionCode<T> code) : IDisposable
    {
        private readonly List<SpareLocal> _locals = [];

        public SpareLocal this[int index] => _locals[index];

        public void Take() => _locals.Add(code.Spare());

        public void Dispose()
        {
            foreach (var local in _locals)
                local.Dispose();
        }
    }
}
