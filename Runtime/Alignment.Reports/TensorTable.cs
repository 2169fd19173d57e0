namespace Alignment.Reports;

/// <summary>Numbers that a player sets: a table for each tensor, a matrix where it has two axes, and of a long one the first and how all spread.</summary>
internal static class TensorTable
{
    private const int MostRows = 30;
    private const int MostColumns = 12;

    public static void Add(Html html, IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            html.Add($"<div class=\"scroll\" tabindex=\"0\"><table>");
            if (tensor.Axes is [var rows, var columns] && columns.Size <= MostColumns)
                Matrix(html, tensor, rows, columns);
            else
                List(html, tensor);
            html.Add($"</tbody></table></div>");
            if (tensor.Numbers.Count > MostRows)
                html.Add($"<p class=\"note\">{Spread(tensor)}</p>");
        }
    }

    private static void List(Html html, Tensor tensor)
    {
        html.Add($"<thead><tr><th>{tensor.Title}</th><th class=\"n\">number</th></tr></thead><tbody>");
        for (var k = 0; k < Math.Min(tensor.Numbers.Count, MostRows); k++)
            html.Add(
                $"<tr><td class=\"wide\">{tensor.Label(k)}</td><td class=\"n\">{Figures.Brief(tensor.Numbers[k])}</td></tr>"
            );
    }

    private static void Matrix(Html html, Tensor tensor, TensorAxis rows, TensorAxis columns)
    {
        html.Add($"<thead><tr><th>{tensor.Title}</th>");
        for (var c = 0; c < columns.Size; c++)
            html.Add($"<th class=\"n\">{columns.Label(c)}</th>");
        html.Add($"</tr></thead><tbody>");
        for (var r = 0; r < Math.Min(rows.Size, MostRows / columns.Size); r++)
        {
            html.Add($"<tr><td>{rows.Label(r)}</td>");
            for (var c = 0; c < columns.Size; c++)
                html.Add($"<td class=\"n\">{Figures.Brief(tensor.Numbers[(r * columns.Size) + c])}</td>");
            html.Add($"</tr>");
        }
    }

    private static string Spread(Tensor tensor)
    {
        var numbers = tensor.Numbers;
        return $"The first of {Figures.Count(numbers.Count)} numbers: least {Figures.Brief(numbers.Min())}, mean {Figures.Brief(numbers.Average())}, largest {Figures.Brief(numbers.Max())}; solution.json has all.";
    }
}
