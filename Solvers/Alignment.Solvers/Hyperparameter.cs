namespace Alignment;

/// <summary>Settings that several solvers have.</summary>
internal static class Hyperparameter
{
    /// <summary>A real number above 0.</summary>
    public static Setting Positive(string name, Expr value, string description, Func<Expr, ISolver> change) =>
        Setting.Real(name, value, 0, double.PositiveInfinity, description, change, open: true);

    /// <summary>The optimizer of a gradient method, and its step size by itself, so that it can be swept.</summary>
    public static ValueList<Setting> Steps(IOptimizer value, Func<IOptimizer, ISolver> change) =>
        [
            Positive("rate", value.Rate, "Step size of the optimizer.", v => change(value.WithRate(v))),
            Optimizer(
                "optimizer",
                value,
                "How directions become steps.",
                Alignment.Optimizer.All.Where(o => o is not ProportionalIntegral),
                change
            ),
        ];

    /// <summary>How multipliers of constraints move.</summary>
    public static Setting Multipliers(IOptimizer value, Func<IOptimizer, ISolver> change) =>
        Optimizer("multipliers", value, "How multipliers follow violations.", Alignment.Optimizer.All, change);

    private static Setting Optimizer(
        string name,
        IOptimizer value,
        string description,
        IEnumerable<IOptimizer> allowed,
        Func<IOptimizer, ISolver> change
    )
    {
        var names = string.Join(", ", allowed.Select(o => o.Name));
        string? Fault(IOptimizer optimizer) =>
            allowed.Any(o => o.Name == optimizer.Name) || Alignment.Optimizer.All.All(o => o.Name != optimizer.Name)
                ? null
                : $"'{optimizer.Name}' is for multipliers of constraints; expected one of {names}";
        return Setting.Word(
            name,
            Alignment.Optimizer.Text(value),
            $"an optimizer, its settings in brackets: {names}",
            description,
            text =>
                Alignment.Optimizer.Find(text, value) is var found && Fault(found) is { } fault
                    ? throw new ArgumentException($"Setting '{name}': {fault}.")
                    : change(found),
            Fault(value)
        );
    }
}
