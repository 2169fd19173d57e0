namespace Alignment;

/// <summary>A convergence rate fitted to a run: gap about steps^-Exponent over the later part of it.</summary>
/// <param name="Gap">The distance that shrinks.</param>
/// <param name="Iterate">The strategies it was measured on.</param>
/// <param name="Exponent">Minus the slope of log gap on log step.</param>
/// <param name="Low">Lower end of the exponent's 95 % interval, as if residuals were independent.</param>
/// <param name="High">Upper end.</param>
/// <param name="Points">Number of measured moments that the fit used.</param>
public sealed record FittedRate(Gap Gap, Iterate Iterate, double Exponent, double Low, double High, int Points);
