using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Alignment.Runtime.Host;

namespace Alignment.Benchmarks;

/// <summary>What one thread of this processor can do at best, with the vectors that the Host uses; in numbers (lanes), not in vectors.</summary>
/// <param name="Operations">Multiply-adds and additions a nanosecond.</param>
/// <param name="Divisions">Divisions a nanosecond.</param>
/// <param name="FirstLevelBytes">Bytes a nanosecond, read and written, in the first-level cache.</param>
/// <param name="SecondLevelBytes">The same in the second-level cache.</param>
internal sealed record Peak(double Operations, double Divisions, double FirstLevelBytes, double SecondLevelBytes)
{
    private const int FirstLevel = 8 * 1024;
    private const int SecondLevel = 128 * 1024;

    /// <summary>Measures the peak of a type: the best of many short tries, as nothing but the loop itself can make one slow.</summary>
    public static Peak Of<T>(bool smoke)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (tries, work) = smoke ? (1, 1_000) : (200, 20_000);
        return new(
            Math.Max(Best(tries, work, MultiplyAdd<T>), Best(tries, work, MultiplyAddAndAdd<T>)),
            Best(tries, work, Divide<T>),
            Copy(tries, work, FirstLevel),
            Copy(tries, work / 10, SecondLevel)
        );
    }

    private static double Best(int tries, int rounds, Func<int, double> loop)
    {
        var best = 0.0;
        for (var k = 0; k < tries; k++)
        {
            var clock = Stopwatch.StartNew();
            var done = loop(rounds);
            best = Math.Max(best, done / clock.Elapsed.TotalNanoseconds);
        }

        return best;
    }

    // twelve sums that do not wait for each other: two units, four cycles each, and some to spare
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double MultiplyAdd<T>(int rounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (a, b) = (new Vector<T>(T.CreateChecked(0.5)), Vector<T>.One);
        Vector<T> s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
            s8,
            s9,
            s10,
            s11;
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = s9 = s10 = s11 = b;
        for (var k = 0; k < rounds; k++)
        {
            s0 = Fma(s0, a, b);
            s1 = Fma(s1, a, b);
            s2 = Fma(s2, a, b);
            s3 = Fma(s3, a, b);
            s4 = Fma(s4, a, b);
            s5 = Fma(s5, a, b);
            s6 = Fma(s6, a, b);
            s7 = Fma(s7, a, b);
            s8 = Fma(s8, a, b);
            s9 = Fma(s9, a, b);
            s10 = Fma(s10, a, b);
            s11 = Fma(s11, a, b);
        }

        Keep(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        return 12.0 * Vector<T>.Count * rounds;
    }

    // some processors add beside multiply-adds, in units of their own
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double MultiplyAddAndAdd<T>(int rounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (a, b) = (new Vector<T>(T.CreateChecked(0.5)), Vector<T>.One);
        Vector<T> s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
            s8,
            s9,
            s10,
            s11;
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = s8 = s9 = s10 = s11 = b;
        for (var k = 0; k < rounds; k++)
        {
            s0 = Fma(s0, a, b);
            s1 += b;
            s2 = Fma(s2, a, b);
            s3 += b;
            s4 = Fma(s4, a, b);
            s5 += b;
            s6 = Fma(s6, a, b);
            s7 += b;
            s8 = Fma(s8, a, b);
            s9 += b;
            s10 = Fma(s10, a, b);
            s11 += b;
        }

        Keep(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        return 12.0 * Vector<T>.Count * rounds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Divide<T>(int rounds)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var a = new Vector<T>(T.CreateChecked(1.0000001));
        Vector<T> s0,
            s1,
            s2,
            s3;
        s0 = s1 = s2 = s3 = Vector<T>.One;
        for (var k = 0; k < rounds; k++)
        {
            s0 /= a;
            s1 /= a;
            s2 /= a;
            s3 /= a;
        }

        Keep(s0 + s1 + s2 + s3);
        return 4.0 * Vector<T>.Count * rounds;
    }

    private static unsafe double Copy(int tries, int rounds, int bytes)
    {
        using var from = new NativeBuffer(bytes);
        using var to = new NativeBuffer(bytes);
        var (source, target) = ((nint)from.As<byte>(), (nint)to.As<byte>());
        return Best(
            tries,
            Math.Max(1, rounds / 100),
            repeats =>
            {
                for (var k = 0; k < repeats; k++)
                    Copy((byte*)source, (byte*)target, bytes);
                return 2.0 * bytes * repeats;
            }
        );
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Copy(byte* source, byte* target, int bytes)
    {
        var width = Vector<byte>.Count;
        for (var k = 0; k < bytes; k += 4 * width)
        {
            var v0 = Vector.Load(source + k);
            var v1 = Vector.Load(source + k + width);
            var v2 = Vector.Load(source + k + (2 * width));
            var v3 = Vector.Load(source + k + (3 * width));
            v0.Store(target + k);
            v1.Store(target + k + width);
            v2.Store(target + k + (2 * width));
            v3.Store(target + k + (3 * width));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> Fma<T>(Vector<T> a, Vector<T> b, Vector<T> c) =>
        typeof(T) == typeof(float)
            ? Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>()
            : Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();

    // a result that nobody reads would not be computed
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<T>(Vector<T> _) { }
}
