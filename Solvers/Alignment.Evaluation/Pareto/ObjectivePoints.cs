namespace Alignment;

/// <summary>Points in the space of named objectives, all of them to be maximized: one row a policy, one column an objective.</summary>
/// <remarks>
/// What is to be minimized is given with its sign turned. Errors: no objective, no point, a number that is not finite, rows of another length.
/// </remarks>
public sealed record ObjectivePoints
{
    private const string Who = "Objective points";

    private ObjectivePoints(ValueList<string> objectives, ValueList<double> values) =>
        (Objectives, Values) = (objectives, values);

    /// <summary>The names of the objectives.</summary>
    public ValueList<string> Objectives { get; }

    /// <summary>The numbers, point after point.</summary>
    public ValueList<double> Values { get; }

    /// <summary>Number of points, at least 1.</summary>
    public int Count => Values.Count / Objectives.Count;

    /// <summary>Points from a table: a row a point, a column an objective.</summary>
    /// <exception cref="ArgumentException">See <see cref="ObjectivePoints"/>.</exception>
    public static ObjectivePoints Of(IEnumerable<string> objectives, double[,] points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var names = Text.Distinct(Who, objectives, 1);
        if (points.GetLength(1) != names.Count)
            throw new ArgumentException(
                $"{Who}: expected {names.Count} numbers a point ({string.Join(", ", names)}), got {points.GetLength(1)}."
            );
        return Checked(names, points.Cast<double>().ToValueList());
    }

    /// <summary>Points from rows, each with one number an objective.</summary>
    /// <typeparam name="TPoint">Any sequence of numbers.</typeparam>
    /// <exception cref="ArgumentException">See <see cref="ObjectivePoints"/>.</exception>
    public static ObjectivePoints Of<TPoint>(IEnumerable<string> objectives, IEnumerable<TPoint> points)
        where TPoint : IEnumerable<double>
    {
        ArgumentNullException.ThrowIfNull(points);
        var names = Text.Distinct(Who, objectives, 1);
        double[][] rows = [.. points.Select(point => point.ToArray())];
        if (Array.FindIndex(rows, row => row.Length != names.Count) is >= 0 and var bad)
            throw new ArgumentException(
                $"{Who}: expected {names.Count} numbers a point ({string.Join(", ", names)}), got {rows[bad].Length} for point {bad}."
            );
        return Checked(names, rows.SelectMany(row => row).ToValueList());
    }

    /// <summary>A point's value of an objective, both by number.</summary>
    public double this[int point, int objective] => Values[(point * Objectives.Count) + objective];

    /// <summary>The numbers of a point.</summary>
    public ReadOnlySpan<double> Point(int point) => Values.AsSpan().Slice(point * Objectives.Count, Objectives.Count);

    /// <summary>The number of an objective, from 0.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public int IndexOf(string objective) => Text.Find(Who, Objectives, objective);

    /// <summary>The table of points.</summary>
    public override string ToString() =>
        Text.Table(
            ["point", .. Objectives],
            Enumerable
                .Range(0, Count)
                .Select(k => (IReadOnlyList<string>)[Text.Number(k), .. Point(k).ToArray().Select(Text.Number)])
        );

    /// <summary>Some of the points, in the given order.</summary>
    internal ObjectivePoints Pick(IEnumerable<int> points) =>
        new(Objectives, points.SelectMany(k => Point(k).ToArray()).ToValueList());

    /// <summary>The same points with objectives in another order.</summary>
    /// <exception cref="ArgumentException">The objectives are others.</exception>
    internal ObjectivePoints In(ValueList<string> objectives, string who)
    {
        if (Objectives == objectives)
            return this;
        if (Objectives.Count != objectives.Count)
            throw new ArgumentException(
                $"{who}: expected points of {objectives.Count} objectives ({string.Join(", ", objectives)}), got {Objectives.Count} ({string.Join(", ", Objectives)})."
            );
        var at = objectives.Select(name => Text.Find(who, Objectives, name)).ToArray();
        return new(
            objectives,
            Enumerable.Range(0, Count).SelectMany(point => at.Select(k => this[point, k])).ToValueList()
        );
    }

    private static ObjectivePoints Checked(ValueList<string> names, ValueList<double> values)
    {
        if (values.Count == 0)
            throw new ArgumentException($"{Who}: expected at least one point, got none.");
        for (var k = 0; k < values.Count; k++)
        {
            if (!Text.IsTaken(values[k]))
                throw new ArgumentException(
                    $"{Who}: expected finite numbers{Text.Limit(values[k])}, got {Text.Number(values[k])} for '{names[k % names.Count]}' of point {k / names.Count}."
                );
        }

        return new(names, values);
    }
}
