namespace Alignment.Runtime;

/// <summary>How many steps one call may do: chosen by time unless the options give a number. Never changes a bit.</summary>
internal sealed class Pace(int? chunk)
{
    // Long enough that the call costs nothing beside it, short enough that a cancellation is answered well within a second.
    private const double Seconds = 0.05;

    private int _steps = chunk ?? 1;

    /// <summary>The steps of the next call, at most those that are left.</summary>
    public int Next(long left) => (int)Math.Min(left, _steps);

    /// <summary>Takes in how long a call took.</summary>
    public void Took(int steps, double seconds)
    {
        if (chunk is null)
            _steps = (int)Math.Clamp(Seconds / Math.Max(seconds / steps, 1e-9), 1, 1 << 20);
    }
}
