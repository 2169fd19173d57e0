using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>A one-argument function on whole vectors.</summary>
internal interface IUnary
{
    static abstract Vector<T> Apply<T>(Vector<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>A two-argument function on whole vectors.</summary>
internal interface IBinary
{
    static abstract Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>Applies a one-argument function element by element.</summary>
internal sealed unsafe class UnaryKernel<T, TFunction>(Operand output, Operand input, int run) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFunction : struct, IUnary
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var x = input.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var to = o + output.Outer[k];
            var from = x + input.Outer[k];
            if (input.Runs)
            {
                for (var i = 0; i < run; i += Vector<T>.Count)
                    TFunction.Apply(Vector.Load(from + i)).Store(to + i);
            }
            else
            {
                var value = TFunction.Apply(new Vector<T>(*from));
                for (var i = 0; i < run; i += Vector<T>.Count)
                    value.Store(to + i);
            }
        }
    }
}

/// <summary>Applies a two-argument function element by element.</summary>
internal sealed unsafe class BinaryKernel<T, TFunction>(Operand output, Operand left, Operand right, int run)
    : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFunction : struct, IBinary
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var a = left.Address.In(shared, block);
        var b = right.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
            Row(o + output.Outer[k], a + left.Outer[k], b + right.Outer[k]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Row(T* o, T* a, T* b)
    {
        if (left.Runs && right.Runs)
        {
            for (var i = 0; i < run; i += Vector<T>.Count)
                TFunction.Apply(Vector.Load(a + i), Vector.Load(b + i)).Store(o + i);
        }
        else if (left.Runs)
        {
            var y = new Vector<T>(*b);
            for (var i = 0; i < run; i += Vector<T>.Count)
                TFunction.Apply(Vector.Load(a + i), y).Store(o + i);
        }
        else if (right.Runs)
        {
            var x = new Vector<T>(*a);
            for (var i = 0; i < run; i += Vector<T>.Count)
                TFunction.Apply(x, Vector.Load(b + i)).Store(o + i);
        }
        else
        {
            var value = TFunction.Apply(new Vector<T>(*a), new Vector<T>(*b));
            for (var i = 0; i < run; i += Vector<T>.Count)
                value.Store(o + i);
        }
    }
}

/// <summary>How an operand of a select moves along the inner run.</summary>
internal unsafe interface IMove
{
    static abstract Vector<T> Load<T>(T* p, int i, Vector<T> first)
        where T : unmanaged;
}

/// <summary>Element by element.</summary>
internal readonly unsafe struct Moves : IMove
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p, int i, Vector<T> first)
        where T : unmanaged => Vector.Load(p + i);
}

/// <summary>Not at all: one element serves the whole run.</summary>
internal readonly unsafe struct Stays : IMove
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p, int i, Vector<T> first)
        where T : unmanaged => first;
}

/// <summary>Chooses between two values element by element.</summary>
internal sealed unsafe class SelectKernel<T, TCondition, TThen, TOtherwise>(
    Operand output,
    Operand condition,
    Operand then,
    Operand otherwise,
    int run
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TCondition : struct, IMove
    where TThen : struct, IMove
    where TOtherwise : struct, IMove
{
    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var c = condition.Address.In(shared, block);
        var a = then.Address.In(shared, block);
        var b = otherwise.Address.In(shared, block);
        for (var k = 0; k < output.Outer.Length; k++)
        {
            var to = o + output.Outer[k];
            var test = c + condition.Outer[k];
            var x = a + then.Outer[k];
            var y = b + otherwise.Outer[k];
            var (test0, x0, y0) = (new Vector<T>(*test), new Vector<T>(*x), new Vector<T>(*y));
            for (var i = 0; i < run; i += Vector<T>.Count)
            {
                var no = Vector.Equals(TCondition.Load(test, i, test0), Vector<T>.Zero);
                Vector.ConditionalSelect(no, TOtherwise.Load(y, i, y0), TThen.Load(x, i, x0)).Store(to + i);
            }
        }
    }
}

/// <summary>Applies a function to each vector of a column, in place.</summary>
internal unsafe delegate void ColumnFunction<T>(T* x, int count)
    where T : unmanaged;

/// <summary>The functions behind <see cref="UnaryKind"/> and <see cref="BinaryKind"/>.</summary>
internal static class Pointwise
{
    public static Kernel<T> Create<T>(UnaryKind kind, Operand o, Operand x, int run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var label = kind.ToString().ToLowerInvariant();
        return kind switch
        {
            UnaryKind.Negate => new UnaryKernel<T, Negate>(o, x, run) { Label = label },
            UnaryKind.Exp => new UnaryKernel<T, Exp>(o, x, run) { Label = label },
            UnaryKind.Log => new UnaryKernel<T, Log>(o, x, run) { Label = label },
            UnaryKind.Log1p => new UnaryKernel<T, Log1p>(o, x, run) { Label = label },
            UnaryKind.Expm1 => new UnaryKernel<T, Expm1>(o, x, run) { Label = label },
            UnaryKind.Sqrt => new UnaryKernel<T, Sqrt>(o, x, run) { Label = label },
            UnaryKind.Abs => new UnaryKernel<T, Abs>(o, x, run) { Label = label },
            UnaryKind.Tanh => new UnaryKernel<T, Tanh>(o, x, run) { Label = label },
            UnaryKind.Sign => new UnaryKernel<T, Sign>(o, x, run) { Label = label },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>A function of each vector of a column, in place.</summary>
    public static unsafe ColumnFunction<T> Column<T>(UnaryKind kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        kind switch
        {
            UnaryKind.Exp => Apply<T, Exp>,
            UnaryKind.Log => Apply<T, Log>,
            UnaryKind.Log1p => Apply<T, Log1p>,
            UnaryKind.Expm1 => Apply<T, Expm1>,
            UnaryKind.Tanh => Apply<T, Tanh>,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Apply<T, TFunction>(T* x, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IUnary
    {
        for (var k = 0; k < count; k++)
            TFunction.Apply(Vector.Load(x + (k * Vector<T>.Count))).Store(x + (k * Vector<T>.Count));
    }

    /// <summary>The function of a one-argument operation, as a type.</summary>
    public static Type Function(UnaryKind kind) =>
        kind switch
        {
            UnaryKind.Negate => typeof(Negate),
            UnaryKind.Sqrt => typeof(Sqrt),
            UnaryKind.Abs => typeof(Abs),
            UnaryKind.Sign => typeof(Sign),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>The function of a two-argument operation, as a type.</summary>
    public static Type Function(BinaryKind kind) =>
        kind switch
        {
            BinaryKind.Add => typeof(Add),
            BinaryKind.Subtract => typeof(Subtract),
            BinaryKind.Multiply => typeof(Multiply),
            BinaryKind.Divide => typeof(Divide),
            BinaryKind.Minimum => typeof(Minimum),
            BinaryKind.Maximum => typeof(Maximum),
            BinaryKind.Less => typeof(Less),
            BinaryKind.LessOrEqual => typeof(LessOrEqual),
            BinaryKind.Equal => typeof(Equal),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Chooses between two values.</summary>
    public static Kernel<T> Select<T>(Operand o, Operand c, Operand a, Operand b, int run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Label = "select";
        return (c.Runs, a.Runs, b.Runs) switch
        {
            (true, true, true) => new SelectKernel<T, Moves, Moves, Moves>(o, c, a, b, run) { Label = Label },
            (true, true, false) => new SelectKernel<T, Moves, Moves, Stays>(o, c, a, b, run) { Label = Label },
            (true, false, true) => new SelectKernel<T, Moves, Stays, Moves>(o, c, a, b, run) { Label = Label },
            (true, false, false) => new SelectKernel<T, Moves, Stays, Stays>(o, c, a, b, run) { Label = Label },
            (false, true, true) => new SelectKernel<T, Stays, Moves, Moves>(o, c, a, b, run) { Label = Label },
            (false, true, false) => new SelectKernel<T, Stays, Moves, Stays>(o, c, a, b, run) { Label = Label },
            (false, false, true) => new SelectKernel<T, Stays, Stays, Moves>(o, c, a, b, run) { Label = Label },
            (false, false, false) => new SelectKernel<T, Stays, Stays, Stays>(o, c, a, b, run) { Label = Label },
        };
    }

    /// <summary>Copies; with an input that does not run, fills.</summary>
    public static Kernel<T> Copy<T>(Operand o, Operand x, int run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new UnaryKernel<T, Identity>(o, x, run) { Label = "copy" };

    public static Kernel<T> Create<T>(BinaryKind kind, Operand o, Operand a, Operand b, int run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var label = kind.ToString().ToLowerInvariant();
        return kind switch
        {
            BinaryKind.Add => new BinaryKernel<T, Add>(o, a, b, run) { Label = label },
            BinaryKind.Subtract => new BinaryKernel<T, Subtract>(o, a, b, run) { Label = label },
            BinaryKind.Multiply => new BinaryKernel<T, Multiply>(o, a, b, run) { Label = label },
            BinaryKind.Divide => new BinaryKernel<T, Divide>(o, a, b, run) { Label = label },
            BinaryKind.Power => new BinaryKernel<T, Power>(o, a, b, run) { Label = label },
            BinaryKind.Minimum => new BinaryKernel<T, Minimum>(o, a, b, run) { Label = label },
            BinaryKind.Maximum => new BinaryKernel<T, Maximum>(o, a, b, run) { Label = label },
            BinaryKind.Less => new BinaryKernel<T, Less>(o, a, b, run) { Label = label },
            BinaryKind.LessOrEqual => new BinaryKernel<T, LessOrEqual>(o, a, b, run) { Label = label },
            BinaryKind.Equal => new BinaryKernel<T, Equal>(o, a, b, run) { Label = label },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private readonly struct Identity : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => x;
    }

    private readonly struct Negate : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => -x;
    }

    private readonly struct Exp : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Exp(x);
    }

    private readonly struct Log : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Log(x);
    }

    private readonly struct Log1p : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Log1p(x);
    }

    private readonly struct Expm1 : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Expm1(x);
    }

    private readonly struct Sqrt : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.SquareRoot(x);
    }

    private readonly struct Abs : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => Vector.Abs(x);
    }

    private readonly struct Tanh : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Tanh(x);
    }

    private readonly struct Sign : IUnary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> x)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            var low = Vector.ConditionalSelect(Vector.LessThan(x, Vector<T>.Zero), -Vector<T>.One, x);
            return Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<T>.Zero), Vector<T>.One, low);
        }
    }

    private readonly struct Add : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a + b;
    }

    private readonly struct Subtract : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a - b;
    }

    private readonly struct Multiply : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a * b;
    }

    private readonly struct Divide : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => a / b;
    }

    private readonly struct Power : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => VectorMath.Pow(a, b);
    }

    // Written with compare and select, not Vector.Min and Max, whose NaN and signed-zero rules differ from Scalar's.
    private readonly struct Minimum : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Vector.ConditionalSelect(Vector.LessThan(b, a), b, a);
    }

    private readonly struct Maximum : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            Vector.ConditionalSelect(Vector.GreaterThan(b, a), b, a);
    }

    private readonly struct Less : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => One(Vector.LessThan(a, b));
    }

    private readonly struct LessOrEqual : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => One(Vector.LessThanOrEqual(a, b));
    }

    private readonly struct Equal : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> Apply<T>(Vector<T> a, Vector<T> b)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> => One(Vector.Equals(a, b));
    }

    private static Vector<T> One<T>(Vector<T> mask) => Vector.ConditionalSelect(mask, Vector<T>.One, Vector<T>.Zero);
}
