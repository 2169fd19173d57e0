namespace Alignment;

/// <summary>One number for each named objective: a reference point, a preference, a point.</summary>
/// <remarks>
/// Objectives are found by name, so their order does not matter where a vector meets <see cref="ObjectivePoints"/>. Errors: no objective, two of one
/// name, a number that is not finite.
/// </remarks>
public sealed record ObjectiveVector
{
    private ObjectiveVector(ValueList<string> objectives, ValueList<double> values) =>
        (Objectives, Values) = (objectives, values);

    /// <summary>The names.</summary>
    public ValueList<string> Objectives { get; }

    /// <summary>A number for each.</summary>
    public ValueList<double> Values { get; }

    /// <summary>A vector of named numbers.</summary>
    /// <exception cref="ArgumentException">See <see cref="ObjectiveVector"/>.</exception>
    public static ObjectiveVector Of(params ObjectiveValue[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var names = Text.Distinct("Objective vector", values.Select(v => v.Objective), 1);
        foreach (var value in values)
        {
            if (!Text.IsTaken(value.Value))
                throw new ArgumentException(
                    $"Objective vector: expected a finite number{Text.Limit(value.Value)} for '{value.Objective}', got {Text.Number(value.Value)}."
                );
        }

        return new(names, values.Select(v => v.Value).ToValueList());
    }

    /// <summary>A vector whose objectives all have the same value, such as a reference point at 0.</summary>
    /// <exception cref="ArgumentException">See <see cref="ObjectiveVector"/>.</exception>
    public static ObjectiveVector All(double value, params string[] objectives)
    {
        ArgumentNullException.ThrowIfNull(objectives);
        return Of([.. objectives.Select(name => new ObjectiveValue(name, value))]);
    }

    /// <summary>Names and numbers.</summary>
    public override string ToString() =>
        string.Join(", ", Objectives.Zip(Values, (name, value) => $"{name} {Text.Number(value)}"));

    /// <summary>The numbers in another order of the same objectives.</summary>
    /// <exception cref="ArgumentException">The objectives are others.</exception>
    internal double[] In(ValueList<string> objectives, string who)
    {
        if (Objectives.Count != objectives.Count)
            throw new ArgumentException(
                $"{who}: expected a number for each of {objectives.Count} objectives ({string.Join(", ", objectives)}), got {Objectives.Count} ({string.Join(", ", Objectives)})."
            );
        return
        [
            .. objectives.Select(name =>
                Objectives.IndexOf(name) is >= 0 and var k
                    ? Values[k]
                    : throw new ArgumentException(
                        $"{who}: there is no number for the objective '{name}'.{Nearest.Hint(name, Objectives, "There are")}"
                    )
            ),
        ];
    }
}

/// <summary>One objective and its value.</summary>
public sealed record ObjectiveValue(string Objective, double Value);
