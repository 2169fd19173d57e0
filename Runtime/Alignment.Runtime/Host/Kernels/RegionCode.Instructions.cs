using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

// The instructions of a pass, and where its numbers lie.
internal sealed unsafe partial class RegionCode<T>
{
    // ---- memory --------------------------------------------------------------------------------------------------

    private void AllocateScratch()
    {
        var most = _region
            .Members.Where(id => Region.IsCalled(_graph[id].Op) && !Region.IsShort(_graph[id].Op))
            .SelectMany(id => _region.Calls(id).Select(call => Math.Max(call.Inputs.Length, call.Outputs.Length)))
            .DefaultIfEmpty()
            .Max();
        if (most == 0)
            return;
        _scratch = _il.DeclareLocal(typeof(T*));
        _il.Emit(OpCodes.Ldc_I4, (most * Vector<T>.Count * Unsafe.SizeOf<T>()) + CacheLine);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Localloc);
        _il.Emit(OpCodes.Ldc_I4, CacheLine - 1);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, -CacheLine);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.And);
        _il.Emit(OpCodes.Stloc, _scratch);
    }

    private void Scratch(int k)
    {
        _il.Emit(OpCodes.Ldloc, _scratch!);
        if (k == 0)
            return;
        Bytes(k * Vector<T>.Count);
        _il.Emit(OpCodes.Add);
    }

    private void Address(View view, long offset)
    {
        if (view.Lanes)
            _il.Emit(OpCodes.Ldloc, _games);
        else
            _il.Emit(view.Storage.Root.Segment == Segment.Shared ? OpCodes.Ldarg_0 : OpCodes.Ldarg_1);
        Bytes(view.Storage.Offset + offset);
        _il.Emit(OpCodes.Add);
    }

    private void Bytes(long elements)
    {
        _il.Emit(OpCodes.Ldc_I8, elements * Unsafe.SizeOf<T>());
        _il.Emit(OpCodes.Conv_I);
    }

    private void Number(double value)
    {
        if (typeof(T) == typeof(float))
            _il.Emit(OpCodes.Ldc_R4, (float)value);
        else
            _il.Emit(OpCodes.Ldc_R8, value);
        Emit(Spread);
    }

    // ---- instructions --------------------------------------------------------------------------------------------

    private void Emit(MethodInfo method) => _il.Emit(OpCodes.Call, method);

    /// <summary>Takes the value on top of the stack into a local that is given back when disposed.</summary>
    private SpareLocal Spare()
    {
        var local = _spare.TryPop(out var free) ? free : _il.DeclareLocal(typeof(Vector<T>));
        _il.Emit(OpCodes.Stloc, local);
        return new(this, local);
    }

    private readonly struct SpareLocal(RegionCode<T> code, LocalBuilder local) : IDisposable
    {
        public void Push() => code._il.Emit(OpCodes.Ldloc, local);

        public void Dispose() => code._spare.Push(local);
    }

    private static readonly MethodInfo ToBits = typeof(Vector)
        .GetMethod(nameof(Vector.As))!
        .MakeGenericMethod(typeof(T), typeof(T) == typeof(float) ? typeof(int) : typeof(long));
    private static readonly MethodInfo FromBits = typeof(Vector)
        .GetMethod(nameof(Vector.As))!
        .MakeGenericMethod(typeof(T) == typeof(float) ? typeof(int) : typeof(long), typeof(T));
    private static readonly MethodInfo ShiftBits =
        typeof(T) == typeof(float)
            ? ((Func<Vector<int>, int, Vector<int>>)Vector.ShiftLeft).Method
            : ((Func<Vector<long>, int, Vector<long>>)Vector.ShiftLeft).Method;
    private static readonly MethodInfo AddBits =
        typeof(T) == typeof(float)
            ? ((Func<Vector<int>, Vector<int>, Vector<int>>)Vector.Add).Method
            : ((Func<Vector<long>, Vector<long>, Vector<long>>)Vector.Add).Method;
    private static readonly MethodInfo Unless = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.AndNot).Method;
    private static readonly MethodInfo LoadVector = ((Load1)Vector.Load).Method;
    private static readonly MethodInfo StoreVector = ((Store1)Vector.Store).Method;
    private static readonly MethodInfo Spread = ((Func<T, Vector<T>>)Vector.Create).Method;
    private static readonly MethodInfo First = ((Func<Vector<T>, T>)Vector.ToScalar).Method;
    private static readonly MethodInfo Choose = ((Ternary)Vector.ConditionalSelect).Method;
    private static readonly MethodInfo LessThan = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.LessThan).Method;
    private static readonly MethodInfo LessThanOrEqual = (
        (Func<Vector<T>, Vector<T>, Vector<T>>)Vector.LessThanOrEqual
    ).Method;
    private static readonly MethodInfo GreaterThan = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.GreaterThan).Method;
    private static readonly MethodInfo AreEqual = ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Equals).Method;
    private static readonly MethodInfo Negate = ((Func<Vector<T>, Vector<T>>)Vector.Negate).Method;
    private static readonly MethodInfo Abs = ((Func<Vector<T>, Vector<T>>)Vector.Abs).Method;
    private static readonly MethodInfo SquareRoot = ((Func<Vector<T>, Vector<T>>)Vector.SquareRoot).Method;
    private static readonly MethodInfo Fused =
        typeof(T) == typeof(float)
            ? ((Func<Vector<float>, Vector<float>, Vector<float>, Vector<float>>)Vector.FusedMultiplyAdd).Method
            : ((Func<Vector<double>, Vector<double>, Vector<double>, Vector<double>>)Vector.FusedMultiplyAdd).Method;

    private static MethodInfo Operator(BinaryKind kind) =>
        kind switch
        {
            BinaryKind.Add => ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Add).Method,
            BinaryKind.Subtract => ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Subtract).Method,
            BinaryKind.Multiply => ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Multiply).Method,
            BinaryKind.Divide => ((Func<Vector<T>, Vector<T>, Vector<T>>)Vector.Divide).Method,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private delegate Vector<T> Load1(T* source);

    private delegate void Store1(Vector<T> value, T* target);

    private delegate Vector<T> Ternary(Vector<T> condition, Vector<T> then, Vector<T> otherwise);
}
