using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Alignment;

/// <summary>A named source of random draws, each addressed by (seed, name, step, index) and by nothing else.</summary>
/// <remarks>
/// <para>
/// A draw is a function of its address. Ask for it twice and it is the same number; ask in any order, from any thread,
/// for one game or a batch of thousands, on either executor, and it is the same number. Hence an address stands for one
/// draw: what must be independent needs another name, step or index. Two kinds of draw at one address (a
/// <see cref="Uniform"/> and a <see cref="Normal"/>, say) are made of the same random bits and are dependent.
/// </para>
/// <para>
/// Bits come from <see cref="CounterRandom.Philox(UInt128, ulong)"/>. Key: the first 8 bytes, little-endian, of SHA-256
/// over the seed (8 bytes, little-endian) followed by the name in UTF-8. Counter, 128 bits from low to high: 48 bits
/// index, 48 bits step, 32 bits number of the block within the draw. A draw reads block 0; a method that may reject what
/// it read goes on with blocks 1, 2, ... of its own address, so no draw ever shifts another.
/// </para>
/// <para>
/// Uniform, Integer, Categorical and Permutation are the same bits on every machine. The other draws call logarithm,
/// exponential and cosine of the platform's library, whose last bits may differ between operating systems.
/// </para>
/// <example><code>
/// var noise = new RandomStream(7, "payoff noise");
/// var z = noise.Normal(step: 0, index: 3);
/// </code></example>
/// </remarks>
/// <param name="Seed">The seed of the run. Any value.</param>
/// <param name="Name">What the draws are for; distinct names give independent draws under one seed. Not blank.</param>
/// <exception cref="ArgumentException">The name is blank.</exception>
public readonly record struct RandomStream(ulong Seed, string Name)
{
    private const double TwoToMinus53 = 1.0 / (1L << 53);
    private const double TwoToMinus52 = 1.0 / (1L << 52);

    /// <summary>Steps and indices lie from 0 up to but not including this: 2^48.</summary>
    public const long AddressLimit = 1L << 48;

    // Computed once: a draw costs tens of nanoseconds, the hash hundreds.
    private readonly ulong _key = KeyOf(Seed, Name);

    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; } = Seed;

    /// <summary>What the draws are for.</summary>
    public string Name { get; } = Name;

    /// <summary>The stream of the same name under another seed.</summary>
    public RandomStream WithSeed(ulong seed) => new(seed, Name);

    /// <summary>The stream of another name under the same seed, independent of this one.</summary>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RandomStream WithName(string name) => new(Seed, name);

    /// <summary>Uniform on [0, 1): a multiple of 2^-53, each with the same probability.</summary>
    /// <remarks>The highest 53 of the block's first 64 bits, times 2^-53. It can be 0; take <see cref="UniformOpen"/> before a logarithm.</remarks>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public double Uniform(long step, long index) => UnitOf(BlocksAt(step, index).Next().Low);

    /// <summary>Uniform on (0, 1): an odd multiple of 2^-53, each with the same probability, symmetric about 1/2.</summary>
    /// <remarks>The highest 52 of the block's first 64 bits plus 1/2, times 2^-52: from 2^-53 to 1 - 2^-53.</remarks>
    /// <inheritdoc cref="Uniform" path="/param"/>
    /// <inheritdoc cref="Uniform" path="/exception"/>
    public double UniformOpen(long step, long index) => OpenUnitOf(BlocksAt(step, index).Next().Low);

    /// <summary>Standard normal: mean 0, variance 1.</summary>
    /// <remarks>
    /// sqrt(-2 log u) cos(2 pi v) with u in (0, 1) from the block's first and v in [0, 1) from its last 64 bits. As u is at
    /// least 2^-53, no draw is beyond 8.58; beyond that a true normal lies once in 10^17 draws.
    /// Source: Box, Muller 1958, "A note on the generation of random normal deviates", Ann. Math. Stat. 29(2).
    /// </remarks>
    /// <inheritdoc cref="Uniform" path="/param"/>
    /// <inheritdoc cref="Uniform" path="/exception"/>
    public double Normal(long step, long index) => NormalOf(BlocksAt(step, index).Next());

    /// <summary>Gamma with density x^(shape-1) e^(-x) / Gamma(shape) on x > 0: mean and variance both equal the shape.</summary>
    /// <remarks>
    /// <para>
    /// With d = shape - 1/3 and c = 1 / sqrt(9 d), propose d v, v = (1 + c z)^3, z normal, until v > 0 and
    /// log u &lt; z^2/2 + d (1 - v + log v), u uniform: each try reads two blocks, and over 95 % of tries succeed. For shape
    /// below 1, a draw for shape + 1 times u^(1/shape), u from one more block. For a rate r, divide by r.
    /// </para>
    /// <para>
    /// A small shape puts much of its mass next to 0: below about 0.05 some draws underflow to exactly 0. For ratios of
    /// gammas (Beta, Dirichlet) work with <see cref="LogGamma"/>.
    /// </para>
    /// <para>Source: Marsaglia, Tsang 2000, "A simple method for generating gamma variables", ACM TOMS 26(3).</para>
    /// </remarks>
    /// <param name="shape">The shape, from 1e-300 to 1e12.</param>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape, the step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public double Gamma(double shape, long step, long index) => Math.Exp(LogGamma(shape, step, index));

    /// <summary>The natural logarithm of <see cref="Gamma"/> at the same address: finite where the draw itself underflows to 0.</summary>
    /// <inheritdoc cref="Gamma" path="/param"/>
    /// <inheritdoc cref="Gamma" path="/exception"/>
    public double LogGamma(double shape, long step, long index)
    {
        Require(shape, nameof(shape));
        var blocks = BlocksAt(step, index);
        return LogGammaOf(shape, ref blocks);
    }

    /// <summary>Beta with density proportional to x^(a-1) (1-x)^(b-1) on [0, 1]: mean a / (a + b).</summary>
    /// <remarks>
    /// X / (X + Y) for X gamma of shape a and Y gamma of shape b, one after the other from this address's blocks. It is
    /// computed as 1 / (1 + Y/X) from logarithms, so it is a number for any shapes; for small ones it can be exactly 0 or 1.
    /// </remarks>
    /// <param name="a">Shape at 1, from 1e-300 to 1e12.</param>
    /// <param name="b">Shape at 0, from 1e-300 to 1e12.</param>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A shape, the step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public double Beta(double a, double b, long step, long index)
    {
        Require(a, nameof(a));
        Require(b, nameof(b));
        var blocks = BlocksAt(step, index);
        var x = LogGammaOf(a, ref blocks);
        var y = LogGammaOf(b, ref blocks);
        return 1.0 / (1.0 + Math.Exp(y - x));
    }

    /// <summary>An integer from 0 to <paramref name="bound"/> - 1, each with exactly the same probability.</summary>
    /// <remarks>
    /// The high half of 64 random bits times the bound; the few low halves that would favour some integers are rejected and
    /// the next block is read (with a chance below bound / 2^64).
    /// Source: Lemire 2019, "Fast random integer generation in an interval", ACM TOMACS 29(1), arXiv:1805.10941.
    /// </remarks>
    /// <param name="bound">Number of integers, at least 1.</param>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound, the step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public long Integer(long bound, long step, long index)
    {
        if (bound < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(bound), bound, "Expected at least 1 integer to choose from.");
        }

        var blocks = BlocksAt(step, index);
        return IntegerOf((ulong)bound, ref blocks);
    }

    /// <summary>An index drawn with probability proportional to its weight.</summary>
    /// <remarks>The first index at which the running sum exceeds <see cref="Uniform"/> times the sum of all weights. Never one of weight 0.</remarks>
    /// <param name="weights">At least one; finite, none negative, not all 0. They need not sum to 1, but their sum must be finite.</param>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentException">The weights are not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public int Categorical(ReadOnlySpan<double> weights, long step, long index)
    {
        var (total, last) = (0.0, -1);
        for (var i = 0; i < weights.Length; i++)
        {
            if (!(weights[i] >= 0))
            {
                throw new ArgumentException(
                    $"Weight {i}: expected a number of at least 0, got {Quote.Number(weights[i])}."
                );
            }

            total += weights[i];
            last = weights[i] > 0 ? i : last;
        }

        if (last < 0 || !double.IsFinite(total))
        {
            throw new ArgumentException(
                $"{weights.Length} weights: expected a finite sum above 0, got {Quote.Number(total)}."
            );
        }

        var target = Uniform(step, index) * total;
        var sum = 0.0;
        for (var i = 0; i < last; i++)
        {
            sum += weights[i];
            if (sum > target)
            {
                return i;
            }
        }

        return last;
    }

    /// <summary>The integers 0 to <paramref name="count"/> - 1 in random order, each order with the same probability.</summary>
    /// <remarks>
    /// The elements are swapped from the last to the first, each with one at or before it, drawn as <see cref="Integer"/>
    /// does from this address's successive blocks. Source: Durstenfeld 1964, "Algorithm 235: random permutation", CACM 7(7).
    /// </remarks>
    /// <param name="count">How many, at least 0.</param>
    /// <param name="step">Which step of the run, 0 to 2^48 - 1.</param>
    /// <param name="index">Which logical element, 0 to 2^48 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count, the step or the index is out of range.</exception>
    /// <exception cref="InvalidOperationException">The stream is <c>default</c>, without a seed and a name.</exception>
    public int[] Permutation(int count, long step, long index)
    {
        if (count < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "Expected at least 0 elements.");
        }

        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        var blocks = BlocksAt(step, index);
        for (var i = count - 1; i > 0; i--)
        {
            var j = IntegerOf((ulong)i + 1, ref blocks);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static ulong KeyOf(ulong seed, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException("A random stream needs a name.", nameof(name));
        }

        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(8));
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(bytes));
    }

    private static void Require(double shape, string parameter)
    {
        if (shape is not (>= 1e-300 and <= 1e12))
        {
            throw new ArgumentOutOfRangeException(parameter, shape, "Expected a shape from 1e-300 to 1e12.");
        }
    }

    private Blocks BlocksAt(long step, long index)
    {
        if (Name is null)
        {
            throw new InvalidOperationException(
                "This random stream is default(RandomStream); make one of a seed and a name."
            );
        }

        // A negative number has its highest bit set, so one test finds both ends.
        if ((((ulong)step | (ulong)index) >> 48) != 0)
        {
            var (name, value) = (ulong)step >> 48 != 0 ? (nameof(step), step) : (nameof(index), index);
            throw new ArgumentOutOfRangeException(
                name,
                value,
                $"Random stream '{Name}': expected {name} from 0 to 2^48 - 1."
            );
        }

        return new Blocks(_key, (ulong)index | ((ulong)step << 48), (ulong)step >> 16);
    }

    private static double UnitOf(ulong bits) => (bits >> 11) * TwoToMinus53;

    private static double OpenUnitOf(ulong bits) => ((bits >> 12) + 0.5) * TwoToMinus52;

    private static double NormalOf((ulong Low, ulong High) block) =>
        Math.Sqrt(-2.0 * Math.Log(OpenUnitOf(block.Low))) * Math.Cos(double.Tau * UnitOf(block.High));

    private static double LogGammaOf(double shape, ref Blocks blocks)
    {
        if (shape < 1)
        {
            var boosted = LogGammaOf(shape + 1, ref blocks);
            return boosted + (Math.Log(OpenUnitOf(blocks.Next().Low)) / shape);
        }

        var d = shape - (1.0 / 3.0);
        var c = 1.0 / Math.Sqrt(9.0 * d);
        while (true)
        {
            var z = NormalOf(blocks.Next());
            var u = OpenUnitOf(blocks.Next().Low);
            var root = 1.0 + (c * z);
            if (root <= 0)
            {
                continue;
            }

            var v = root * root * root;
            var logV = 3.0 * Math.Log(root);
            if (Math.Log(u) < (0.5 * z * z) + (d * (1.0 - v + logV)))
            {
                return Math.Log(d) + logV;
            }
        }
    }

    private static long IntegerOf(ulong bound, ref Blocks blocks)
    {
        var high = Math.BigMul(blocks.Next().Low, bound, out var low);
        if (low < bound)
        {
            // 2^64 mod bound: that many low halves are too many for all integers to have equally many.
            var excess = (0 - bound) % bound;
            while (low < excess)
            {
                high = Math.BigMul(blocks.Next().Low, bound, out low);
            }
        }

        return (long)high;
    }

    // The blocks of one address, one after the other.
    private struct Blocks(ulong key, ulong low, ulong highStep)
    {
        private uint _number;

        public (ulong Low, ulong High) Next() => CounterRandom.Philox(low, highStep | ((ulong)_number++ << 32), key);
    }
}
