namespace Alignment;

/// <summary>A curve of a script's own, for <see cref="Plot.Curves"/>.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="X">Where its points stand, in order.</param>
/// <param name="Y">Their values, as many. A point that is not finite, or not above 0 on a logarithmic axis, is left out.</param>
public sealed record PlotCurve(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Bars of one colour, for <see cref="Plot.Bars"/>: one a row.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="Values">The bars' lengths, at least 0.</param>
public sealed record PlotBars(string Name, IReadOnlyList<double> Values);

/// <summary>An axis of a plot.</summary>
/// <param name="Title">The quantity, with its unit.</param>
/// <param name="IsLog">Whether it is logarithmic; by default it is not.</param>
public sealed record PlotAxis(string Title, bool IsLog = false);
