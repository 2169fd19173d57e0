using System.Globalization;

namespace Alignment.Torch;

/// <summary>A number that a statement multiplies by: a constant, times the present step's number of a table if there is one.</summary>
internal readonly record struct Factor(double Constant, Operand? OfStep = null)
{
    public static Factor One { get; } = new(1);

    /// <summary>This factor, negated where the sign is -1.</summary>
    public Factor Times(int sign) => this with { Constant = sign * Constant };

    /// <summary>The factor in a script, given the name of the table's number.</summary>
    public string Print(string name)
    {
        var constant = Constant.ToString("F1", CultureInfo.InvariantCulture);
        return (OfStep, Constant) switch
        {
            (null, _) => constant,
            (_, 1) => name,
            _ => $"{constant} * {name}",
        };
    }
}
