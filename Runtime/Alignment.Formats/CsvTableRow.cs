using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A row of a <see cref="CsvTable"/>: its cells by column name, as text, number or count.</summary>
public sealed class CsvTableRow
{
    private readonly CsvTable table;
    private readonly long offset;

    internal CsvTableRow(CsvTable table, int line, long offset, ImmutableArray<string> cells) =>
        (this.table, Line, this.offset, Cells) = (table, line, offset, cells);

    /// <summary>The line of the file where the row starts, from 1.</summary>
    public int Line { get; }

    /// <summary>The cells in the order of <see cref="CsvTable.Header"/>.</summary>
    public ImmutableArray<string> Cells { get; }

    /// <summary>A cell's text; may be empty.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The text.</returns>
    /// <exception cref="InputFormatException">No such column.</exception>
    public string Text(string column) => Cells[table.Column(column)];

    /// <summary>A cell's number: integer, decimal, with an exponent, or rational.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The number, finite.</returns>
    /// <exception cref="InputFormatException">No such column, or the cell is not a finite number.</exception>
    public double Number(string column) =>
        NumberText.TryParse(Text(column), out double number) ? number : throw NotA(NumberText.Expected, column);

    /// <summary>A cell's count.</summary>
    /// <param name="column">The column's name.</param>
    /// <returns>The count, at least 0.</returns>
    /// <exception cref="InputFormatException">No such column, or the cell is not a whole number of at least 0.</exception>
    public long Count(string column) =>
        NumberText.TryCount(Text(column), out long count) && count < long.MaxValue
            ? count
            : throw NotA("a whole number of at least 0", column);

    /// <summary>An error about a cell, for a reader of this table with conditions of its own.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="problem">What is wrong, expected and found, and what to do; no position, no final stop.</param>
    /// <returns>The exception, to be thrown.</returns>
    public InputFormatException Error(string column, string problem) => Error(table.Column(column), problem);

    internal InputFormatException Error(int column, string problem) => table.Error(offset, column, problem);

    private InputFormatException NotA(string expected, string column) =>
        Error(column, $"{Quote(column)} is {Quote(Text(column))}; expected {expected}");
}
