using System.Collections.Immutable;
using System.Text;
using CsvHelper;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A .csv file with a header, as text: columns by name, and rows that know their line.</summary>
/// <remarks>
/// RFC 4180 with commas: cells may be quoted, and a quoted cell may hold commas, quotes (doubled) and line
/// breaks. Spaces and tabs around a cell and empty lines are dropped. UTF-8, with or without a byte order mark.
/// Every row has as many cells as the header, and column names are distinct; errors name the cell.
/// </remarks>
/// <example>
/// <code>
/// CsvTable outcomes = CsvTable.Read("outcomes.csv");
/// double[] rates = [.. outcomes.Rows.Select(row => (double)row.Count("successes") / row.Count("trials"))];
/// </code>
/// </example>
public sealed class CsvTable
{
    private static readonly CsvReaderOptions Options = new()
    {
        // Not detected: with a semicolon as separator a comma may be a decimal point, a silent factor of ten.
        Separator = ',',
        // The header is read as a row like any other, so that its errors have positions too.
        HasHeader = false,
        TrimWhitespace = true,
        TrackLineNumbers = true,
        PoolStrings = true,
    };

    private readonly SourceText source;
    private readonly CsvTableRow header;
    private readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);

    private CsvTable(SourceText source)
    {
        this.source = source;
        using IEnumerator<CsvTableRow> records = Records().GetEnumerator();
        header = records.MoveNext()
            ? records.Current
            : throw new InputFormatException(source.FileName, "is empty; expected a header row");
        CheckHeader();
        Rows = DataRows(records);
    }

    /// <summary>The file's name, as the user gave it.</summary>
    public string FileName => source.FileName;

    /// <summary>The columns' names, distinct; one may be empty.</summary>
    public ImmutableArray<string> Header => header.Cells;

    /// <summary>The rows below the header, at least one.</summary>
    public ImmutableArray<CsvTableRow> Rows { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InputFormatException">The file cannot be read, or is not a valid table.</exception>
    public static CsvTable Read(string path) => new(SourceText.Read(path));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The content of a .csv file.</param>
    /// <param name="fileName">The name that error messages begin with.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InputFormatException">The text is not a valid table.</exception>
    public static CsvTable Parse(string text, string fileName) => new(SourceText.Of(text, fileName));

    /// <summary>The position of a column.</summary>
    /// <param name="name">The column's name, exactly as in the header.</param>
    /// <returns>Its index in <see cref="Header"/> and in every row's cells, from 0.</returns>
    /// <exception cref="InputFormatException">No such column; the message names the nearest one.</exception>
    public int Column(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return columns.TryGetValue(name, out int column)
            ? column
            : throw header.Error(
                0,
                $"has no column {Quote(name)}{DidYouMean(name, Header)}"
                    + $"; its columns are: {Shorten(string.Join(", ", Header))}"
            );
    }

    internal InputFormatException HeaderError(int column, string problem) => header.Error(column, problem);

    /// <summary>The error of a cell, found by cutting its record into cells once more.</summary>
    internal InputFormatException Error(long recordOffset, int cell, string problem)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(source.Text);
        int offset = (int)recordOffset;
        using CsvReader record = CsvReader.Create(utf8.AsMemory(offset), Options);
        record.Read();
        for (int before = 0; before < cell; before++)
        {
            offset += record.GetRawSpan(before).Length + 1;
        }
        return source.Error(Encoding.UTF8.GetCharCount(utf8, 0, offset), problem);
    }

    private IEnumerable<CsvTableRow> Records()
    {
        CsvMalformedRecord? malformed = null;
        using CsvReader reader = CsvReader.FromText(
            source.Text,
            Options with
            {
                OnMalformedRecord = record => malformed ??= record,
            }
        );
        while (reader.Read())
        {
            if (malformed is { } record)
            {
                throw Malformed(record, reader.ByteOffset);
            }
            yield return new CsvTableRow(
                this,
                (int)reader.LineNumber,
                reader.ByteOffset,
                [.. reader.Current.ToArray()]
            );
        }
    }

    private InputFormatException Malformed(CsvMalformedRecord record, long recordOffset)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(source.Text);
        bool unclosed = record.Reason == CsvMalformedReason.UnterminatedQuote;
        // Where an unclosed quote was noticed is the end of the file; where its record starts says more.
        int offset = (int)(unclosed ? recordOffset : record.ByteOffset);
        return source.Error(
            Encoding.UTF8.GetCharCount(utf8, 0, offset),
            unclosed
                ? "a quoted cell of the row that starts here is never closed; expected '\"' before the end of the file"
                : "a quote stands inside a cell; put the whole cell in quotes and double the quotes within"
        );
    }

    private void CheckHeader()
    {
        for (int column = 0; column < Header.Length; column++)
        {
            string name = Header[column];
            if (!columns.TryAdd(name, column))
            {
                throw header.Error(
                    column,
                    $"column {Number(column + 1)} is named {Quote(name)}, as is column {Number(columns[name] + 1)}"
                        + "; give every column a name of its own"
                );
            }
        }
        if (Header is [var only] && only.AsSpan().ContainsAny(';', '\t'))
        {
            string separators = only.Contains(';', StringComparison.Ordinal) ? "semicolons" : "tabs";
            throw header.Error(0, $"the header is one cell with {separators} in it; separate cells by commas");
        }
    }

    private ImmutableArray<CsvTableRow> DataRows(IEnumerator<CsvTableRow> records)
    {
        int most = InputLimits.MaxNumbers / Header.Length;
        ImmutableArray<CsvTableRow>.Builder rows = ImmutableArray.CreateBuilder<CsvTableRow>();
        while (records.MoveNext())
        {
            CsvTableRow row = records.Current;
            if (row.Cells.Length != Header.Length)
            {
                throw row.Error(
                    Math.Min(row.Cells.Length, Header.Length) - 1,
                    $"the row has {Number(row.Cells.Length)} cells; expected {Number(Header.Length)}, as in the header"
                );
            }
            if (rows.Count == most)
            {
                throw row.Error(
                    0,
                    $"more than {Limit(InputLimits.MaxNumbers)} cells, the most that is read; give a smaller table"
                );
            }
            rows.Add(row);
        }
        return rows.Count > 0
            ? rows.ToImmutable()
            : throw new InputFormatException(FileName, "has a header but no rows; expected at least one");
    }
}
