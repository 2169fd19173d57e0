using System.Numerics;
using System.Runtime.CompilerServices;

namespace Alignment.Runtime.Host;

/// <summary>The order in which a sparse contraction takes its terms: rows of one length together, four rows at a time.</summary>
/// <remarks>
/// A loop over rows of different lengths mispredicts its end at every row. So rows are sorted by length, and of four rows at a time first
/// all first terms come, then all second ones: four independent sums hide the latency of a multiply-add, each in the order of its terms.
/// </remarks>
internal sealed class SparseTable
{
    public const int Together = 4;

    private SparseTable(int[] order, int[] rows, Group[] groups)
    {
        (Order, Rows, Groups) = (order, rows, groups);
    }

    /// <summary>Rows of one length: which of <see cref="Rows"/>, and where their terms begin.</summary>
    /// <param name="Length">Terms of a row.</param>
    /// <param name="FirstRow">The first row.</param>
    /// <param name="Count">Rows.</param>
    /// <param name="FirstTerm">The first term.</param>
    public readonly record struct Group(int Length, int FirstRow, int Count, int FirstTerm);

    /// <summary>The terms in order.</summary>
    public int[] Order { get; }

    /// <summary>The elements of the result in order.</summary>
    public int[] Rows { get; }

    /// <summary>The groups.</summary>
    public Group[] Groups { get; }

    public static SparseTable Of(SparseIndex index)
    {
        // terms by row, in index order: counted first, so that nothing grows
        var map = index.To.Map.AsSpan();
        var first = new int[index.To.Axis.Size + 1];
        foreach (var row in map)
            first[row + 1]++;
        for (var row = 0; row < index.To.Axis.Size; row++)
            first[row + 1] += first[row];
        var terms = new int[map.Length];
        var next = first[..^1];
        for (var k = 0; k < map.Length; k++)
            terms[next[map[k]]++] = k;

        int Length(int row) => first[row + 1] - first[row];
        int[] rows = [.. Enumerable.Range(0, index.To.Axis.Size).OrderBy(Length)];
        var order = new List<int>(map.Length);
        var groups = new List<Group>();
        for (var start = 0; start < rows.Length; )
        {
            var length = Length(rows[start]);
            var count = 1;
            while (start + count < rows.Length && Length(rows[start + count]) == length)
                count++;
            groups.Add(new(length, start, count, order.Count));
            for (var r = start; r < start + count; r += Together)
            {
                var width = Math.Min(Together, start + count - r);
                for (var t = 0; t < length; t++)
                {
                    for (var j = 0; j < width; j++)
                        order.Add(terms[first[rows[r + j]] + t]);
                }
            }

            start += count;
        }

        return new([.. order], rows, [.. groups]);
    }
}

/// <summary>result[row] = sum over the row's terms of value times each factor's element, in index order.</summary>
/// <param name="output">The result.</param>
/// <param name="values">The terms' values, sorted as the table says.</param>
/// <param name="factors">The factors.</param>
/// <param name="table">The order of terms.</param>
/// <param name="places">Where each element of the result lies.</param>
/// <param name="factorPlaces">For each factor, where each of its elements lies.</param>
/// <param name="maps">For each factor, its element in each term.</param>
/// <param name="lanes">Games side by side; 0 for one game.</param>
internal sealed unsafe class SparseContractKernel<T>(
    Operand output,
    Operand values,
    Operand[] factors,
    SparseTable table,
    int[] places,
    int[][] factorPlaces,
    ValueList<int>[] maps,
    int lanes
) : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SparseTable.Group[] _groups = table.Groups;
    private readonly int[] _rows = [.. table.Rows.Select(row => places[row])];
    private readonly int[][] _columns =
    [
        .. maps.Select((map, f) => table.Order.Select(k => factorPlaces[f][map[k]]).ToArray()),
    ];

    public override void Run(T* shared, T* block, Round round)
    {
        var o = output.Address.In(shared, block);
        var v = values.Address.In(shared, block);
        var x = stackalloc T*[factors.Length];
        for (var f = 0; f < factors.Length; f++)
            x[f] = factors[f].Address.In(shared, block);
        if (lanes > 0)
            Wide(o, v, x);
        else if (factors.Length == 1)
            OneFactor(o, v, x[0]);
        else
            Several(o, v, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OneFactor(T* o, T* v, T* x)
    {
        fixed (
            int* rows = _rows,
                columns = _columns[0]
        )
        {
            foreach (var group in _groups)
            {
                var row = rows + group.FirstRow;
                var end = row + group.Count;
                var c = columns + group.FirstTerm;
                var value = v + group.FirstTerm;
                for (; row + SparseTable.Together <= end; row += SparseTable.Together)
                {
                    T s0 = T.Zero,
                        s1 = T.Zero,
                        s2 = T.Zero,
                        s3 = T.Zero;
                    for (var t = 0; t < group.Length; t++, c += SparseTable.Together, value += SparseTable.Together)
                    {
                        s0 = T.FusedMultiplyAdd(value[0], x[c[0]], s0);
                        s1 = T.FusedMultiplyAdd(value[1], x[c[1]], s1);
                        s2 = T.FusedMultiplyAdd(value[2], x[c[2]], s2);
                        s3 = T.FusedMultiplyAdd(value[3], x[c[3]], s3);
                    }

                    o[row[0]] = s0;
                    o[row[1]] = s1;
                    o[row[2]] = s2;
                    o[row[3]] = s3;
                }

                var left = (int)(end - row);
                for (var j = 0; j < left; j++)
                {
                    var sum = T.Zero;
                    for (var t = 0; t < group.Length; t++)
                        sum = T.FusedMultiplyAdd(value[(t * left) + j], x[c[(t * left) + j]], sum);
                    o[row[j]] = sum;
                }
            }
        }
    }

    private void Several(T* o, T* v, T** x)
    {
        foreach (var group in _groups)
        {
            var term = group.FirstTerm;
            for (var r = 0; r < group.Count; r += SparseTable.Together)
            {
                var width = Math.Min(SparseTable.Together, group.Count - r);
                for (var j = 0; j < width; j++)
                {
                    var sum = T.Zero;
                    for (var t = 0; t < group.Length; t++)
                    {
                        var k = term + (t * width) + j;
                        // all but the last factor scale the value; the last is added with it
                        var scaled = v[k];
                        for (var f = 0; f < factors.Length - 1; f++)
                            scaled *= x[f][_columns[f][k]];
                        sum =
                            factors.Length == 0
                                ? sum + scaled
                                : T.FusedMultiplyAdd(scaled, x[factors.Length - 1][_columns[^1][k]], sum);
                    }

                    o[_rows[group.FirstRow + r + j]] = sum;
                }

                term += width * group.Length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Wide(T* o, T* v, T** x)
    {
        foreach (var group in _groups)
        {
            var term = group.FirstTerm;
            for (var r = 0; r < group.Count; r += SparseTable.Together)
            {
                var width = Math.Min(SparseTable.Together, group.Count - r);
                if (width == SparseTable.Together && factors.Length == 1)
                    FourRows(o, v, x[0], group.FirstRow + r, term, group.Length);
                else
                {
                    for (var j = 0; j < width; j++)
                        Row(o + _rows[group.FirstRow + r + j], v, x, term + j, width, group.Length);
                }

                term += width * group.Length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FourRows(T* o, T* v, T* x, int row, int term, int length)
    {
        fixed (
            int* rows = &_rows[row],
                columns = _columns[0]
        )
        {
            for (var i = 0; i < lanes; i += Vector<T>.Count)
            {
                var c = columns + term;
                var step = values.Runs ? lanes : 1;
                var value = values.Runs ? v + ((long)term * lanes) + i : v + term;
                Vector<T> s0 = Vector<T>.Zero,
                    s1 = Vector<T>.Zero,
                    s2 = Vector<T>.Zero,
                    s3 = Vector<T>.Zero;
                for (var t = 0; t < length; t++, c += SparseTable.Together, value += SparseTable.Together * step)
                {
                    s0 = Fused.MultiplyAdd(Value(value), Vector.Load(x + c[0] + i), s0);
                    s1 = Fused.MultiplyAdd(Value(value + step), Vector.Load(x + c[1] + i), s1);
                    s2 = Fused.MultiplyAdd(Value(value + (2 * step)), Vector.Load(x + c[2] + i), s2);
                    s3 = Fused.MultiplyAdd(Value(value + (3 * step)), Vector.Load(x + c[3] + i), s3);
                }

                s0.Store(o + rows[0] + i);
                s1.Store(o + rows[1] + i);
                s2.Store(o + rows[2] + i);
                s3.Store(o + rows[3] + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Value(T* v) => values.Runs ? Vector.Load(v) : new Vector<T>(*v);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Row(T* o, T* v, T** x, int first, int step, int length)
    {
        var last = factors.Length - 1;
        for (var i = 0; i < lanes; i += Vector<T>.Count)
        {
            var sum = Vector<T>.Zero;
            for (var t = 0; t < length; t++)
            {
                var k = first + (t * step);
                var scaled = values.Runs ? Vector.Load(v + ((long)k * lanes) + i) : new Vector<T>(v[k]);
                for (var f = 0; f < last; f++)
                    scaled *= Vector.Load(x[f] + _columns[f][k] + i);
                sum =
                    last < 0
                        ? sum + scaled
                        : Fused.MultiplyAdd(scaled, Vector.Load(x[last] + _columns[last][k] + i), sum);
            }

            sum.Store(o + i);
        }
    }
}
