namespace Alignment.Runtime;

/// <summary>How many steps one call may do: chosen by time unless the options give a number. Never changes a bit.</summary>
internal sealed class Pace(int? chunk)
{
    // Long enough that the call costs nothing beside it, short enough that a cancellation is answered well within a second.
    private const double Seconds = 0.05;

    private int _steps = chunk ?? 1;
    private int _told = chunk ?? 1;

    /// <summary>The steps of the next call, at most those that are left.</summary>
    public int Next(long left) => (int)Math.Min(left, _steps);

    /// <summary>Takes in how long a call took.</summary>
    public void Took(int steps, double seconds)
    {
        if (chunk is null)
            _steps = (int)Math.Clamp(Seconds / Math.Max(seconds / steps, 1e-9), 1, 1 << 20);
    }

    /// <summary>The most steps of a call.</summary>
    public int Most => _steps;

    /// <summary>Whether the most steps of a call have doubled or halved since this last was so; less is noise of the clock.</summary>
    public bool HasChanged
    {
        get
        {
            if (_steps < 2 * _told && _told < 2 * _steps)
                return false;
            _told = _steps;
            return true;
        }
    }
}
