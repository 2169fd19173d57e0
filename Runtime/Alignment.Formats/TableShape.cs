using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>How the cells of a normal-form game lie in a flat list.</summary>
internal static class TableShape
{
    /// <summary>The product of the action counts, each at least 1; <see cref="long.MaxValue"/> where it does not fit.</summary>
    public static long Cells(IEnumerable<long> counts)
    {
        long cells = 1;
        foreach (long count in counts)
        {
            cells = Math.BigMul(cells, count, out long product) == 0 && product >= 0 ? product : long.MaxValue;
        }
        return cells;
    }

    /// <summary>How far apart two neighbouring actions of each player are, the last player's action fastest.</summary>
    public static int[] Strides(ImmutableArray<int> shape)
    {
        var strides = new int[shape.Length];
        for (int player = shape.Length - 1, stride = 1; player >= 0; stride *= shape[player--])
        {
            strides[player] = stride;
        }
        return strides;
    }

    /// <summary>
    /// The row-major indices of all cells in the order of an .nfg file, which counts the first player's
    /// action fastest.
    /// </summary>
    public static IEnumerable<int> CellsInNfgOrder(ImmutableArray<int> shape)
    {
        int[] strides = Strides(shape);
        var actions = new int[shape.Length];
        for (int cell = 0, player = 0; player < shape.Length; )
        {
            yield return cell;
            for (player = 0; player < shape.Length && ++actions[player] == shape[player]; player++)
            {
                cell -= (shape[player] - 1) * strides[player];
                actions[player] = 0;
            }
            cell += player < shape.Length ? strides[player] : 0;
        }
    }

    /// <summary>The counts as people write them: <c>2 x 3 x 2</c>.</summary>
    public static string Describe(IEnumerable<long> counts) => Shorten(string.Join(" x ", counts));
}
