using System.Security.Cryptography;
using Alignment.Formats;

namespace Alignment.Runtime;

/// <summary>Counts of a table's cells, read from its file.</summary>
/// <param name="Path">The file that was read.</param>
/// <param name="Sha256">Hash of its bytes.</param>
/// <param name="Successes">One number a cell, row-major over the table's axes.</param>
/// <param name="Trials">One number a cell.</param>
/// <param name="LeftOut">Rows whose label is not in an axis.</param>
internal sealed record TableCounts(string Path, string Sha256, double[] Successes, double[] Trials, int LeftOut);

/// <summary>Reads count tables: every cell once, whole numbers, successes within trials.</summary>
internal static class TableReader
{
    /// <exception cref="InputFormatException">The file does not fit the schema; the message names file, line and cell.</exception>
    public static TableCounts Read(CountTable table, string baseDirectory)
    {
        var path = Locate(table.Path, baseDirectory);
        var csv = CsvTable.Read(path);
        var axes = table.Axes;
        var cells = checked((int)AxisSet.Of([.. axes]).Elements);
        var (successes, trials, lines) = (new double[cells], new double[cells], new int[cells]);
        var positions = axes.Select(a =>
                a.Labels.Select((label, k) => (label, k)).ToDictionary(p => p.label, p => p.k, StringComparer.Ordinal)
            )
            .ToArray();
        var leftOut = 0;
        foreach (var row in csv.Rows)
        {
            if (Cell(table, positions, row) is not { } cell)
            {
                leftOut++;
                continue;
            }

            if (table.Compared is { } columns && Pair(table, columns, cell) is { IsEven: true })
                throw row.Error(
                    columns.First.Name,
                    $"'{row.Text(columns.First.Name)}' is compared with itself, which is even by definition; leave the row out"
                );
            if (lines[cell] > 0)
                throw row.Error(
                    axes[0].Name,
                    $"cell {NamedTensor.Describe(axes, cell)} was given on line {lines[cell]} already"
                );
            lines[cell] = row.Line;
            (successes[cell], trials[cell]) = (row.Count(table.Successes), row.Count(table.Trials));
            if (trials[cell] < 1)
                throw row.Error(table.Trials, "expected at least 1 trial");
            if (successes[cell] > trials[cell])
                throw row.Error(
                    table.Successes,
                    $"{successes[cell]} successes are more than the {trials[cell]} trials"
                );
        }

        if (table.Compared is { } compared)
            Compare(table, compared, successes, trials, lines);
        foreach (var pooled in table.Pooled)
            Pool(axes, pooled, successes, trials, lines);
        var missing = Array.IndexOf(lines, 0);
        if (missing >= 0)
            throw new InputFormatException(
                path,
                $"no row gives the cell {NamedTensor.Describe(axes, missing)}{(table.Compared is null ? "" : ", nor the same two in the other order")}"
            );
        using var stream = File.OpenRead(path);
        return new(path, Convert.ToHexStringLower(SHA256.HashData(stream)), successes, trials, leftOut);
    }

    private static int? Cell(CountTable table, Dictionary<string, int>[] positions, CsvTableRow row)
    {
        var cell = 0;
        for (var k = 0; k < positions.Length; k++)
        {
            var axis = table.Axes[k];
            var label = row.Text(axis.Name);
            if (!positions[k].TryGetValue(label, out var position))
                return null;
            if (table.Pooled.Any(p => p.Axis == axis && p.Label == label))
                throw row.Error(
                    axis.Name,
                    $"'{label}' stands for the sum over the others and may not occur in the file; give the pooled label another name"
                );
            cell = (cell * axis.Size) + position;
        }

        return cell;
    }

    /// <summary>Where a cell's comparison stands in the other order, and whether it is one of a label with itself.</summary>
    private static (int Mirror, bool IsEven, bool IsEarlier) Pair(CountTable table, ComparedColumns columns, int cell)
    {
        int Stride(Axis axis) => table.Axes.Skip(table.Axes.IndexOf(axis) + 1).Aggregate(1, (n, a) => n * a.Size);
        var (first, second) = (Stride(columns.First), Stride(columns.Second));
        var (i, j) = (cell / first % columns.First.Size, cell / second % columns.Second.Size);
        return (cell + ((j - i) * first) + ((i - j) * second), i == j, i < j);
    }

    // Both orders tell of one comparison: each cell gets the counts of both. A label against itself is even, as one win of two.
    private static void Compare(
        CountTable table,
        ComparedColumns columns,
        double[] successes,
        double[] trials,
        int[] lines
    )
    {
        for (var cell = 0; cell < successes.Length; cell++)
        {
            var (mirror, isEven, isEarlier) = Pair(table, columns, cell);
            if (isEven)
                (successes[cell], trials[cell], lines[cell]) = (1, 2, 1);
            if (!isEarlier || lines[cell] + lines[mirror] == 0)
                continue;
            var (wins, all) = (successes[cell] + trials[mirror] - successes[mirror], trials[cell] + trials[mirror]);
            (successes[cell], trials[cell]) = (wins, all);
            (successes[mirror], trials[mirror]) = (all - wins, all);
            lines[cell] = lines[mirror] = Math.Max(lines[cell], lines[mirror]);
        }
    }

    // The pooled cell takes the sums over its axis of every cell that agrees with it elsewhere.
    private static void Pool(ValueList<Axis> axes, PooledLabel pooled, double[] successes, double[] trials, int[] lines)
    {
        var k = axes.IndexOf(pooled.Axis);
        var target = pooled.Axis.Labels.IndexOf(pooled.Label);
        var stride = axes.Skip(k + 1).Aggregate(1, (n, axis) => n * axis.Size);
        for (var cell = 0; cell < successes.Length; cell++)
        {
            if (cell / stride % pooled.Axis.Size != target)
                continue;
            for (var j = 0; j < pooled.Axis.Size; j++)
            {
                var source = cell + ((j - target) * stride);
                if (j == target || lines[source] == 0)
                    continue;
                successes[cell] += successes[source];
                trials[cell] += trials[source];
                lines[cell] = lines[source];
            }
        }
    }

    private static string Locate(string path, string baseDirectory)
    {
        string[] places = Path.IsPathRooted(path)
            ? [path]
            : [Path.Combine(baseDirectory, path), Path.GetFullPath(path)];
        return Array.Find(places, File.Exists)
            ?? throw new InputFormatException(
                path,
                $"no such file; looked for {string.Join(" and ", places.Distinct())}"
            );
    }
}
