namespace Alignment.Serve;

/// <summary>A curve to draw: that of one run, or the mean of several.</summary>
/// <param name="Runs">Ids of the runs that it is of.</param>
/// <param name="Rows">Points before those that would not be seen were left out.</param>
/// <param name="X">Where the points stand.</param>
/// <param name="Y">Their values.</param>
/// <param name="Band">What stands around them; null for one run.</param>
/// <param name="Last">The value at the last point, whether it can be drawn on these axes or not; NaN where there is none.</param>
internal sealed record Curve(IReadOnlyList<string> Runs, int Rows, double[] X, double[] Y, Band? Band, double Last);

/// <summary>What stands around a mean, a number each point.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="Count">Of how many runs.</param>
internal sealed record Band(double[] Low, double[] High, int[] Count);
