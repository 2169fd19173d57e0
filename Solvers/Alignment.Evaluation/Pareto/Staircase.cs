namespace Alignment;

/// <summary>The points of a plane that no other one dominates, by their first coordinate, and the area below them.</summary>
/// <remarks>
/// As x grows y falls, so whether a point is dominated is asked of its right neighbour alone, and whom it dominates of its left ones, one after
/// the other. A balanced tree finds neighbours in O(log n), and each point leaves at most once. The area grows by rectangles that were not below
/// any point before, so nothing cancels.
/// </remarks>
internal sealed class Staircase
{
    private readonly SortedSet<Step> _steps = new(Comparer<Step>.Create((a, b) => a.X.CompareTo(b.X)));
    private readonly Step _first;
    private readonly Step _last;

    /// <summary>No points yet, above a corner.</summary>
    public Staircase(double left, double bottom)
    {
        _first = new(left, double.PositiveInfinity);
        _last = new(double.PositiveInfinity, bottom);
        _steps.Add(_first);
        _steps.Add(_last);
    }

    /// <summary>The area between the corner and the points.</summary>
    public double Area { get; private set; }

    /// <summary>Adds a point above and to the right of the corner; false where one is there that is at least as good in both coordinates.</summary>
    public bool Add(double x, double y)
    {
        var right = _steps.GetViewBetween(new(x, 0), _last).Min;
        if (right.Y >= y)
            return false;
        if (right.X == x)
            _steps.Remove(right);
        var (edge, floor) = (x, right.Y);
        while (true)
        {
            var left = _steps.GetViewBetween(_first, new(x, 0)).Max;
            Area += (edge - left.X) * (y - floor);
            if (left.Y >= y)
                break;
            _steps.Remove(left);
            (edge, floor) = (left.X, left.Y);
        }

        _steps.Add(new(x, y));
        return true;
    }

    private readonly record struct Step(double X, double Y);
}
