namespace Alignment.Compiler;

/// <summary>Numbers over axes in another order of the axes.</summary>
public static class AxisOrder
{
    /// <summary>Turns numbers that lie game by game, each row-major over some axes, into the order of others.</summary>
    /// <param name="numbers">Games, then elements.</param>
    /// <param name="from">The axes in the order that the numbers have.</param>
    /// <param name="to">The same axes in the order to have.</param>
    /// <param name="games">Number of games.</param>
    public static double[] Reordered(double[] numbers, ValueList<Axis> from, IReadOnlyList<Axis> to, int games)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.SequenceEqual(to))
            return numbers;
        var places = NamedTensor.Places(from, to);
        var cells = places.Length;
        var result = new double[numbers.Length];
        for (var cell = 0; cell < cells; cell++)
        {
            for (var game = 0; game < games; game++)
                result[(game * cells) + cell] = numbers[(game * cells) + places[cell]];
        }

        return result;
    }
}
