namespace Alignment;

/// <summary>Settings that several solvers have.</summary>
internal static class Hyperparameter
{
    /// <summary>A real number above 0.</summary>
    public static Setting Positive(string name, Expr value, string description, Func<Expr, ISolver> change) =>
        Setting.Real(name, value, 0, double.PositiveInfinity, description, change, open: true);
}
