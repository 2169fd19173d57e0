using System.Text;
using Alignment.Reports;

namespace Alignment;

/// <summary>Reports and plots of solutions.</summary>
public static class SolutionExtensions
{
    /// <summary>The report as one HTML file that needs nothing else; see <see cref="Report"/>.</summary>
    /// <example><code>File.WriteAllText("report.html", solution.ToHtml());</code></example>
    public static string ToHtml(this Solution solution)
    {
        using var stream = new MemoryStream();
        Report.Write(solution, stream);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>All plots of a solution, one by one; see <see cref="Alignment.Plots"/>.</summary>
    /// <example><code>foreach (var plot in solution.Plots()) plot.Save($"{plot.Title}.svg");</code></example>
    public static IReadOnlyList<Plot> Plots(this Solution solution) => Alignment.Plots.All(solution);
}
