namespace Alignment;

/// <summary>The counter-based generator Philox-4x32-10: a keyed permutation of 128-bit counters that looks random.</summary>
/// <remarks>
/// <para>
/// There is no state to carry along: the n-th number is the image of n. So what a draw is depends only on its key and
/// counter, never on which thread, batch or executor asks, or in what order. <see cref="RandomStream"/> says what goes
/// into key and counter; use that, and this function only to build another kind of draw.
/// </para>
/// <para>
/// Ten rounds of a Feistel-like network whose mixing is two 32 x 32 -> 64 bit products. It passes TestU01's BigCrush.
/// It is not meant for cryptography.
/// </para>
/// <para>Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3.</para>
/// </remarks>
public static class CounterRandom
{
    // The multipliers and the Weyl increments of the key (golden ratio, sqrt 3 - 1) of the paper's table 2.
    private const ulong Multiplier0 = 0xD2511F53;
    private const ulong Multiplier1 = 0xCD9E8D57;
    private const uint Increment0 = 0x9E3779B9;
    private const uint Increment1 = 0xBB67AE85;

    /// <summary>The image of a counter under a key.</summary>
    /// <param name="counter">128 bits: the paper's words 0 to 3 from the lowest to the highest 32 bits.</param>
    /// <param name="key">64 bits: the paper's key words 0 and 1 from the lower to the higher 32 bits.</param>
    /// <returns>128 bits in the same order of words. For one key, different counters have different images.</returns>
    public static UInt128 Philox(UInt128 counter, ulong key)
    {
        var (low, high) = Philox((ulong)counter, (ulong)(counter >> 64), key);
        return new UInt128(high, low);
    }

    internal static (ulong Low, ulong High) Philox(ulong low, ulong high, ulong key)
    {
        var (c0, c1, c2, c3) = ((uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32));
        var (k0, k1) = ((uint)key, (uint)(key >> 32));
        for (var round = 0; round < 10; round++)
        {
            var p0 = Multiplier0 * c0;
            var p1 = Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Increment0;
            k1 += Increment1;
        }

        return (c0 | ((ulong)c1 << 32), c2 | ((ulong)c3 << 32));
    }
}
