namespace Alignment.Torch;

/// <summary>Makes one view of the views that twins have of their operands and results, named by the first twin's axes.</summary>
internal sealed class Twins(int count)
{
    // the first twin's name of an axis, by the other's number and name
    private readonly Dictionary<(int Twin, string Axis), string> _names = [];

    /// <summary>The view of all, or null if they do not lie at equal distances in equal order.</summary>
    public View? Stack(View[] views)
    {
        var first = views[0];
        if (count == 1)
            return first;
        var distance = views[1].Start - first.Start;
        for (var k = 1; k < count; k++)
        {
            var view = views[k];
            if (
                view.Storage != first.Storage
                || view.Start - first.Start != k * distance
                || view.Dims.Count != first.Dims.Count
            )
                return null;
            for (var d = 0; d < view.Dims.Count; d++)
            {
                if (
                    view.Dims[d] with { Axis = "" } != first.Dims[d] with { Axis = "" }
                    || !IsNamed(k, view.Dims[d].Axis, first.Dims[d].Axis)
                )
                    return null;
            }
        }

        return distance == 0 ? first
            : distance > 0 ? first.Stack(count, distance)
            : null;
    }

    // one name of the first twin stands for one name of each other, everywhere
    private bool IsNamed(int twin, string axis, string name)
    {
        if (_names.TryGetValue((twin, axis), out var known))
            return known == name;
        if (_names.Any(n => n.Key.Twin == twin && n.Value == name))
            return false;
        _names.Add((twin, axis), name);
        return true;
    }
}
