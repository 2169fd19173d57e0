namespace Alignment;

/// <summary>Settings that several solvers have.</summary>
internal static class Hyperparameter
{
    /// <summary>A real number above 0.</summary>
    public static Setting Positive(string name, Expr value, string description, Func<Expr, ISolver> change) =>
        Setting.Real(name, value, 0, double.PositiveInfinity, description, change, open: true);

    /// <summary>eta of a step that a magnet pulls.</summary>
    public static Setting MagneticStep(Expr value, Func<Expr, ISolver> change) =>
        Positive(
            "stepSize",
            value,
            "eta, in units of 1 / payoff; at most temperature / L^2 for payoffs in [-L, L].",
            change
        );

    /// <summary>Steps between two moves of a magnet that follows.</summary>
    public static Setting MagnetEvery(int value, Func<int, ISolver> change) =>
        Setting.Integer("magnetEvery", value, 1, int.MaxValue, "Steps between two moves of a moving magnet.", change);

    /// <summary>tau of players that come without a regularizer.</summary>
    public static Setting Temperature(Expr value, Func<Expr, ISolver> change) =>
        Positive(
            "temperature",
            value,
            "tau of the KL to uniform given to players without a regularizer, in units of payoff.",
            change
        );

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
