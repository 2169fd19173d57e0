using System.Globalization;

namespace Alignment.Reports;

/// <summary>Numbers that a player sets, by name, row-major over axes.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="Axes">Their axes; none for a single number.</param>
/// <param name="Numbers">The numbers, the last axis fastest.</param>
internal sealed record Tensor(string Name, IReadOnlyList<TensorAxis> Axes, IReadOnlyList<double> Numbers)
{
    /// <summary>Weights of a game.</summary>
    public static Tensor Of(Weights weights, IReadOnlyList<double> numbers) =>
        new(weights.Name, [.. weights.Axes.Select(a => new TensorAxis(a.Name, a.Size, [.. a.Labels]))], numbers);

    /// <summary>Numbers of which only the name is known.</summary>
    public static Tensor Unknown(string name, IReadOnlyList<double> numbers) =>
        new(name, numbers.Count == 1 ? [] : [new("", numbers.Count, [])], numbers);

    /// <summary>The parts of what a player sets, one behind the other.</summary>
    public static IReadOnlyList<Tensor> Of(Player player, ValueList<double> numbers)
    {
        var parts = new List<Tensor>();
        var start = 0;
        foreach (var weights in player.Weights)
        {
            parts.Add(Of(weights, [.. numbers.Skip(start).Take(weights.Size)]));
            start += weights.Size;
        }

        return parts;
    }

    /// <summary>Name and axes.</summary>
    public string Title =>
        Axes.Any(axis => axis.Name.Length > 0) ? $"{Name}[{string.Join(", ", Axes.Select(axis => axis.Name))}]" : Name;

    /// <summary>Names the number at a position; empty for the only one.</summary>
    public string Label(int position)
    {
        var parts = new string[Axes.Count];
        for (var k = Axes.Count - 1; k >= 0; k--)
        {
            parts[k] = Axes[k].Label(position % Axes[k].Size);
            position /= Axes[k].Size;
        }

        return string.Join(", ", parts);
    }
}

/// <summary>An axis of numbers.</summary>
/// <param name="Name">Its name; empty where it is not known.</param>
/// <param name="Size">Number of elements.</param>
/// <param name="Labels">One an element, or none.</param>
internal sealed record TensorAxis(string Name, int Size, IReadOnlyList<string> Labels)
{
    /// <summary>The label of an element, or its number.</summary>
    public string Label(int index) =>
        index < Labels.Count ? Labels[index] : index.ToString(CultureInfo.InvariantCulture);
}
