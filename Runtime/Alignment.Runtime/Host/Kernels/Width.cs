using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>How a walk along an axis sees its neighbours: as vectors, or one element at a time.</summary>
/// <remarks>
/// The neighbours are games, or elements of another axis. Where there are none (one game, the axis itself innermost) the same code walks
/// single elements, each spread over a vector, so that the bits are those of the vector path.
/// </remarks>
internal unsafe interface IWidth
{
    static abstract Vector<T> Load<T>(T* p)
        where T : unmanaged;

    static abstract void Store<T>(Vector<T> value, T* p)
        where T : unmanaged;
}

/// <summary>Whole vectors of neighbours.</summary>
internal readonly unsafe struct Wide : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => Vector.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => value.Store(p);
}

/// <summary>Single elements; a store must not touch the neighbours.</summary>
internal readonly unsafe struct Narrow : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => new(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => *p = value[0];
}

/// <summary>Single elements into a scalar, whose storage is a whole vector of copies.</summary>
internal readonly unsafe struct Spread : IWidth
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Load<T>(T* p)
        where T : unmanaged => new(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector<T> value, T* p)
        where T : unmanaged => value.Store(p);
}
