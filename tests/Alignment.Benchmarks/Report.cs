using System.Globalization;
using System.Text;

namespace Alignment.Benchmarks;

/// <summary>The Markdown that a benchmark prints, line by line as it is measured, and keeps for a file.</summary>
internal sealed class Report(TextWriter console)
{
    private readonly StringBuilder _text = new();
    private int _targets;
    private int _met;

    /// <summary>All that was printed.</summary>
    public string Text => _text.ToString();

    /// <summary>How many targets were met, as a sentence.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{_met} of {_targets} targets are met.");

    public void Line(string line = "")
    {
        _text.Append(line).Append('\n');
        console.WriteLine(line);
    }

    public void Paragraph(string text)
    {
        Line(text);
        Line();
    }

    public void Section(string title)
    {
        Line();
        Line("## " + title);
        Line();
    }

    public void Header(params IReadOnlyCollection<string> columns)
    {
        Row(columns);
        Line("|" + string.Concat(Enumerable.Repeat("---|", columns.Count)));
    }

    public void Row(params IEnumerable<string> cells) => Line($"| {string.Join(" | ", cells)} |");

    /// <summary>Judges a target.</summary>
    public string Verdict(bool met)
    {
        _targets++;
        if (met)
            _met++;
        return met ? "ok" : "short";
    }

    /// <summary>A number with about three digits.</summary>
    public static string Number(double value) =>
        value == 0 ? "0"
        : Math.Abs(value) >= 100 ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 10 ? value.ToString("0.0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 1 ? value.ToString("0.00", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 0.1 ? value.ToString("0.000", CultureInfo.InvariantCulture)
        : value.ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>A number with its quartiles.</summary>
    public static string Number(Figure figure) =>
        $"{Number(figure.Median)} ({Number(figure.Low)} to {Number(figure.High)})";
}
