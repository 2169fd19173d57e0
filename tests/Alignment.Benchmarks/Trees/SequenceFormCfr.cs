using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Alignment.Benchmarks;

/// <summary>CFR over the sequence form, fused by hand: a pass forwards and a pass backwards through each player's information sets.</summary>
/// <remarks>
/// <para>Forwards, parents first: regret matching, what the player's own moves make of each sequence, and the average. Backwards, children
/// first: what each sequence earns (its sparse row times the other's plan, and what lies behind it), the information set's value, and its
/// regrets. Each player has its payoffs by rows of its own. Scalar loops in float64 over memory that does not move; nothing is allocated.
/// Two and three actions are written out, which made Leduc poker a fifth faster; rows unrolled by four were no faster.</para>
/// <para>For two players; the game need not be zero-sum.</para>
/// </remarks>
internal sealed unsafe class SequenceFormCfr : TreeWriting
{
    private readonly Side _one;
    private readonly Side _two;

    public SequenceFormCfr(GameTree tree)
        : base("sequence form, fused by hand", tree)
    {
        if (tree.Players.Count != 2)
            throw new ArgumentException($"{tree.Name} has {tree.Players.Count} players, expected two.", nameof(tree));
        (_one, _two) = (new(tree, 0), new(tree, 1));
    }

    public override void Run(int iterations)
    {
        var (one, two) = (_one, _two);
        for (var k = 0; k < iterations; k++)
        {
            Forwards(one);
            Forwards(two);
            Backwards(one, two.Plan);
            Backwards(two, one.Plan);
        }
    }

    protected override double[] Sums(int player) => [.. (player == 0 ? _one : _two).SumsArray];

    private static void Forwards(Side side)
    {
        double* regrets = side.Regrets;
        double* strategy = side.Strategy;
        double* sums = side.Sums;
        double* plan = side.Plan;
        var end = side.Sets + side.Count;
        for (var set = side.Sets; set < end; set++)
        {
            var reach = plan[set->Parent];
            var (first, next) = (set->First, set->First + 1);
            switch (set->Count)
            {
                case 2:
                    Match2(regrets + first, strategy + first, sums + first, plan + next, reach);
                    break;
                case 3:
                    Match3(regrets + first, strategy + first, sums + first, plan + next, reach);
                    break;
                default:
                    Match(set->Count, regrets + first, strategy + first, sums + first, plan + next, reach);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Match2(double* regrets, double* strategy, double* sums, double* plan, double reach)
    {
        var (p, q) = (Math.Max(regrets[0], 0), Math.Max(regrets[1], 0));
        var sum = p + q;
        if (sum > 0)
        {
            var scale = 1 / sum;
            p *= scale;
            q *= scale;
        }
        else
        {
            p = q = 0.5;
        }

        strategy[0] = p;
        strategy[1] = q;
        p *= reach;
        q *= reach;
        plan[0] = p;
        plan[1] = q;
        sums[0] += p;
        sums[1] += q;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Match3(double* regrets, double* strategy, double* sums, double* plan, double reach)
    {
        var (p, q, r) = (Math.Max(regrets[0], 0), Math.Max(regrets[1], 0), Math.Max(regrets[2], 0));
        var sum = p + q + r;
        if (sum > 0)
        {
            var scale = 1 / sum;
            p *= scale;
            q *= scale;
            r *= scale;
        }
        else
        {
            p = q = r = 1.0 / 3;
        }

        strategy[0] = p;
        strategy[1] = q;
        strategy[2] = r;
        p *= reach;
        q *= reach;
        r *= reach;
        plan[0] = p;
        plan[1] = q;
        plan[2] = r;
        sums[0] += p;
        sums[1] += q;
        sums[2] += r;
    }

    private static void Match(int count, double* regrets, double* strategy, double* sums, double* plan, double reach)
    {
        var sum = 0.0;
        for (var a = 0; a < count; a++)
            sum += Math.Max(regrets[a], 0);
        var (scale, rest) = sum > 0 ? (1 / sum, 0.0) : (0.0, 1.0 / count);
        for (var a = 0; a < count; a++)
        {
            var p = (Math.Max(regrets[a], 0) * scale) + rest;
            strategy[a] = p;
            p *= reach;
            plan[a] = p;
            sums[a] += p;
        }
    }

    private static void Backwards(Side side, double* other)
    {
        double* regrets = side.Regrets;
        double* strategy = side.Strategy;
        double* values = side.Values;
        int* rows = side.Rows;
        int* columns = side.Columns;
        double* payoffs = side.Payoffs;
        var start = side.Sets;
        for (var set = start + side.Count - 1; set >= start; set--)
        {
            var (first, next) = (set->First, set->First + 1);
            var value = set->Count switch
            {
                2 => Learn2(regrets + first, strategy + first, values + next, rows + next, columns, payoffs, other),
                3 => Learn3(regrets + first, strategy + first, values + next, rows + next, columns, payoffs, other),
                var count => Learn(
                    count,
                    regrets + first,
                    strategy + first,
                    values + next,
                    rows + next,
                    columns,
                    payoffs,
                    other
                ),
            };
            values[set->Parent] += value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Learn2(
        double* regrets,
        double* strategy,
        double* values,
        int* rows,
        int* columns,
        double* payoffs,
        double* other
    )
    {
        var (second, end) = (rows[1], rows[2]);
        var u = Row(values[0], rows[0], second, columns, payoffs, other);
        var v = Row(values[1], second, end, columns, payoffs, other);
        var value = (strategy[0] * u) + (strategy[1] * v);
        regrets[0] += u - value;
        regrets[1] += v - value;
        values[0] = 0; // for the next iteration's sums
        values[1] = 0;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Learn3(
        double* regrets,
        double* strategy,
        double* values,
        int* rows,
        int* columns,
        double* payoffs,
        double* other
    )
    {
        var (second, third, end) = (rows[1], rows[2], rows[3]);
        var u = Row(values[0], rows[0], second, columns, payoffs, other);
        var v = Row(values[1], second, third, columns, payoffs, other);
        var w = Row(values[2], third, end, columns, payoffs, other);
        var value = (strategy[0] * u) + (strategy[1] * v) + (strategy[2] * w);
        regrets[0] += u - value;
        regrets[1] += v - value;
        regrets[2] += w - value;
        values[0] = 0;
        values[1] = 0;
        values[2] = 0;
        return value;
    }

    private static double Learn(
        int count,
        double* regrets,
        double* strategy,
        double* values,
        int* rows,
        int* columns,
        double* payoffs,
        double* other
    )
    {
        var value = 0.0;
        for (var a = 0; a < count; a++)
        {
            values[a] = Row(values[a], rows[a], rows[a + 1], columns, payoffs, other);
            value += strategy[a] * values[a];
        }

        for (var a = 0; a < count; a++)
        {
            regrets[a] += values[a] - value;
            values[a] = 0;
        }

        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Row(double sum, int entry, int end, int* columns, double* payoffs, double* other)
    {
        for (; entry < end; entry++)
            sum += payoffs[entry] * other[columns[entry]];
        return sum;
    }

    /// <summary>An information set.</summary>
    private struct Set
    {
        public int First;
        public int Count;
        public int Parent;
    }

    /// <summary>A player's part, with pointers into arrays that are pinned for good.</summary>
    private sealed class Side
    {
        private readonly List<Array> _kept = [];

        public Side(GameTree tree, int player)
        {
            var treeplex = tree.Players[player];
            Count = treeplex.InformationSets.Count;
            Sets = (Set*)Keep(
                treeplex.InformationSets.Select(i => new Set
                {
                    First = i.First,
                    Count = i.Actions.Count,
                    Parent = i.Parent,
                })
            );
            SumsArray = GC.AllocateArray<double>(treeplex.Actions, pinned: true);
            Sums = Pointer(SumsArray);
            Regrets = Numbers(treeplex.Actions);
            Strategy = Numbers(treeplex.Actions);
            Values = Numbers(treeplex.Sequences);
            Plan = Numbers(treeplex.Sequences);
            Plan[0] = 1;

            var own = tree.Sequences[player];
            int[] order = [.. Enumerable.Range(0, tree.Outcomes).OrderBy(o => own[o])]; // stable
            var rows = new int[treeplex.Sequences + 1];
            foreach (var sequence in own)
                rows[sequence + 1]++;
            for (var sequence = 0; sequence < treeplex.Sequences; sequence++)
                rows[sequence + 1] += rows[sequence];
            Rows = Keep(rows);
            Columns = Keep(order.Select(o => tree.Sequences[1 - player][o]));
            Payoffs = Keep(order.Select(o => tree.Payoffs[player][o]));
        }

        public int Count { get; }

        public Set* Sets { get; }

        /// <summary>For each action.</summary>
        public double* Regrets { get; }

        /// <summary>For each action.</summary>
        public double* Strategy { get; }

        /// <summary>For each action.</summary>
        public double* Sums { get; }

        public double[] SumsArray { get; }

        /// <summary>For each sequence: what lies behind it earns; 0 between iterations but for the empty sequence, which nothing reads.</summary>
        public double* Values { get; }

        /// <summary>For each sequence: the probability that the player makes its moves.</summary>
        public double* Plan { get; }

        /// <summary>For each sequence: its first entry.</summary>
        public int* Rows { get; }

        /// <summary>For each entry: the other's sequence.</summary>
        public int* Columns { get; }

        /// <summary>For each entry: what it pays, times chance.</summary>
        public double* Payoffs { get; }

        private double* Numbers(int count) => Keep(Enumerable.Repeat(0.0, count));

        private T* Keep<T>(IEnumerable<T> items)
            where T : unmanaged
        {
            T[] source = [.. items];
            var array = GC.AllocateArray<T>(Math.Max(source.Length, 1), pinned: true);
            source.CopyTo(array, 0);
            return Pointer(array);
        }

        private T* Pointer<T>(T[] array)
            where T : unmanaged
        {
            _kept.Add(array);
            return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        }
    }
}
