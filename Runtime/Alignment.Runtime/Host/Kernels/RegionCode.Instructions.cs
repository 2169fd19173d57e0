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
        _il.Emit(OpCodes.Ldc_I4, (most * _vectors.Count * Unsafe.SizeOf<T>()) + CacheLine);
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
        Bytes(k * _vectors.Count);
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
        Emit(_vectors.Spread);
    }

    // ---- instructions --------------------------------------------------------------------------------------------

    private void Emit(MethodInfo method) => _il.Emit(OpCodes.Call, method);

    /// <summary>Takes the value on top of the stack into a local that is given back when disposed.</summary>
    private SpareLocal Spare()
    {
        var local = _spare.TryPop(out var free) ? free : _il.DeclareLocal(_vectors.Type);
        _il.Emit(OpCodes.Stloc, local);
        return new(this, local);
    }

    private readonly struct SpareLocal(RegionCode<T> code, LocalBuilder local) : IDisposable
    {
        public void Push() => code._il.Emit(OpCodes.Ldloc, local);

        public void Dispose() => code._spare.Push(local);
    }
}
