using System.Numerics;
using System.Reflection;
using System.Runtime.Intrinsics;

namespace Alignment.Runtime.Host;

/// <summary>The vector instructions that a pass is written in. The lanes compute the same in each set, so a result's bits do not depend on it.</summary>
internal sealed unsafe class VectorInstructions<T>(Type type, int count)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The vector of the kernels.</summary>
    public static VectorInstructions<T> Kernels { get; } =
        new(typeof(Vector<T>), Vector<T>.Count)
        {
            Load = ((LoadVector)Vector.Load).Method,
            Store = ((StoreVector)Vector.Store).Method,
            Spread = ((Func<T, Vector<T>>)Vector.Create).Method,
            First = ((Func<Vector<T>, T>)Vector.ToScalar).Method,
            Choose = ((Func<Vector<T>, Vector<T>, Vector<T>, Vector<T>>)Vector.ConditionalSelect).Method,
            Less = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.LessThan).Method,
            LessOrEqual = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.LessThanOrEqual).Method,
            Greater = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.GreaterThan).Method,
            AreEqual = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Equals).Method,
            Negate = ((Func<Vector<T>, Vector<T>>)Vector.Negate).Method,
            Abs = ((Func<Vector<T>, Vector<T>>)Vector.Abs).Method,
            SquareRoot = ((Func<Vector<T>, Vector<T>>)Vector.SquareRoot).Method,
            Add = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Add).Method,
            Subtract = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Subtract).Method,
            Multiply = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Multiply).Method,
            Divide = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Divide).Method,
            Fused = IsFloat
                ? ((Func<Vector<float>, Vector<float>, Vector<float>, Vector<float>>)Vector.FusedMultiplyAdd).Method
                : (
                    (Func<Vector<double>, Vector<double>, Vector<double>, Vector<double>>)Vector.FusedMultiplyAdd
                ).Method,
            Unless = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.AndNot).Method,
            ToBits = IsFloat
                ? ((Func<Vector<float>, Vector<int>>)Vector.As<float, int>).Method
                : ((Func<Vector<double>, Vector<long>>)Vector.As<double, long>).Method,
            FromBits = IsFloat
                ? ((Func<Vector<int>, Vector<float>>)Vector.As<int, float>).Method
                : ((Func<Vector<long>, Vector<double>>)Vector.As<long, double>).Method,
            ShiftBits = IsFloat
                ? ((Func<Vector<int>, int, Vector<int>>)Vector.ShiftLeft).Method
                : ((Func<Vector<long>, int, Vector<long>>)Vector.ShiftLeft).Method,
            AddBits = IsFloat
                ? ((Func<Vector<int>, Vector<int>, Vector<int>>)Vector.Add).Method
                : ((Func<Vector<long>, Vector<long>, Vector<long>>)Vector.Add).Method,
        };

    /// <summary>512 bits: half the instructions, for a pass whose many games fill them.</summary>
    public static VectorInstructions<T> Widest { get; } =
        new(typeof(Vector512<T>), Vector512<T>.Count)
        {
            Load = ((LoadVector512)Vector512.Load).Method,
            Store = ((StoreVector512)Vector512.Store).Method,
            Spread = ((Func<T, Vector512<T>>)Vector512.Create).Method,
            First = ((Func<Vector512<T>, T>)Vector512.ToScalar).Method,
            Choose = ((Func<Vector512<T>, Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.ConditionalSelect).Method,
            Less = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.LessThan).Method,
            LessOrEqual = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.LessThanOrEqual).Method,
            Greater = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.GreaterThan).Method,
            AreEqual = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.Equals).Method,
            Negate = ((Func<Vector512<T>, Vector512<T>>)Vector512.Negate).Method,
            Abs = ((Func<Vector512<T>, Vector512<T>>)Vector512.Abs).Method,
            SquareRoot = ((Func<Vector512<T>, Vector512<T>>)Vector512.Sqrt).Method,
            Add = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.Add).Method,
            Subtract = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.Subtract).Method,
            Multiply = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.Multiply).Method,
            Divide = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.Divide).Method,
            Fused = IsFloat
                ? (
                    (Func<Vector512<float>, Vector512<float>, Vector512<float>, Vector512<float>>)
                        Vector512.FusedMultiplyAdd
                ).Method
                : (
                    (Func<Vector512<double>, Vector512<double>, Vector512<double>, Vector512<double>>)
                        Vector512.FusedMultiplyAdd
                ).Method,
            Unless = ((Func<Vector512<T>, Vector512<T>, Vector512<T>>)Vector512.AndNot).Method,
            ToBits = IsFloat
                ? ((Func<Vector512<float>, Vector512<int>>)Vector512.As<float, int>).Method
                : ((Func<Vector512<double>, Vector512<long>>)Vector512.As<double, long>).Method,
            FromBits = IsFloat
                ? ((Func<Vector512<int>, Vector512<float>>)Vector512.As<int, float>).Method
                : ((Func<Vector512<long>, Vector512<double>>)Vector512.As<long, double>).Method,
            ShiftBits = IsFloat
                ? ((Func<Vector512<int>, int, Vector512<int>>)Vector512.ShiftLeft).Method
                : ((Func<Vector512<long>, int, Vector512<long>>)Vector512.ShiftLeft).Method,
            AddBits = IsFloat
                ? ((Func<Vector512<int>, Vector512<int>, Vector512<int>>)Vector512.Add).Method
                : ((Func<Vector512<long>, Vector512<long>, Vector512<long>>)Vector512.Add).Method,
        };

    /// <summary>Whether this processor does 512 bits at once.</summary>
    public static bool HasWidest => Vector512.IsHardwareAccelerated && Vector512<T>.Count > Vector<T>.Count;

    private static bool IsFloat => typeof(T) == typeof(float);

    /// <summary>The type of a vector.</summary>
    public Type Type => type;

    /// <summary>Numbers in a vector.</summary>
    public int Count => count;

    public required MethodInfo Load { get; init; }

    public required MethodInfo Store { get; init; }

    /// <summary>One number in every lane.</summary>
    public required MethodInfo Spread { get; init; }

    /// <summary>The number in the first lane.</summary>
    public required MethodInfo First { get; init; }

    /// <summary>By a mask of whole lanes.</summary>
    public required MethodInfo Choose { get; init; }

    public required MethodInfo Less { get; init; }

    public required MethodInfo LessOrEqual { get; init; }

    public required MethodInfo Greater { get; init; }

    public required MethodInfo AreEqual { get; init; }

    public required MethodInfo Negate { get; init; }

    public required MethodInfo Abs { get; init; }

    public required MethodInfo SquareRoot { get; init; }

    public required MethodInfo Add { get; init; }

    public required MethodInfo Subtract { get; init; }

    public required MethodInfo Multiply { get; init; }

    public required MethodInfo Divide { get; init; }

    /// <summary>a b + c with one rounding.</summary>
    public required MethodInfo Fused { get; init; }

    /// <summary>The bits of a that are not set in b.</summary>
    public required MethodInfo Unless { get; init; }

    public required MethodInfo ToBits { get; init; }

    public required MethodInfo FromBits { get; init; }

    /// <summary>To the left, as whole numbers.</summary>
    public required MethodInfo ShiftBits { get; init; }

    /// <summary>As whole numbers.</summary>
    public required MethodInfo AddBits { get; init; }

    /// <summary>The instruction of an arithmetic operation.</summary>
    public MethodInfo Arithmetic(BinaryKind kind) =>
        kind switch
        {
            BinaryKind.Add => Add,
            BinaryKind.Subtract => Subtract,
            BinaryKind.Multiply => Multiply,
            BinaryKind.Divide => Divide,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private delegate Vector<T> LoadVector(T* source);

    private delegate void StoreVector(Vector<T> value, T* target);

    private delegate Vector512<T> LoadVector512(T* source);

    private delegate void StoreVector512(Vector512<T> value, T* target);
}
