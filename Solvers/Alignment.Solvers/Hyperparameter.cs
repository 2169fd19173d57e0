namespace Alignment;

/// <summary>Settings that several solvers have.</summary>
internal static class Hyperparameter
{
    /// <summary>A real number above 0.</summary>
    public static Setting Positive(string name, Expr value, string description, Func<Expr, ISolver> change) =>
        Setting.Real(name, value, 0, double.PositiveInfinity, description, change, open: true);

    /// <summary>An optimizer's step size.</summary>
    public static Setting Rate(IOptimizer optimizer, Func<IOptimizer, ISolver> change) =>
        Positive("rate", optimizer.Rate, "Step size of the optimizer.", v => change(optimizer.WithRate(v)));

    /// <summary>An optimizer.</summary>
    public static Setting Optimizer(
        string name,
        IOptimizer value,
        string description,
        Func<IOptimizer, ISolver> change
    ) =>
        Setting.Word(
            name,
            Alignment.Optimizer.Text(value),
            $"an optimizer, its settings in brackets: {string.Join(", ", Alignment.Optimizer.All.Select(o => o.Name))}",
            description,
            text => change(Alignment.Optimizer.Find(text, value))
        );
}
