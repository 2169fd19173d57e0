namespace Alignment;

/// <summary>What a constraint came to in a game.</summary>
/// <param name="Constraint">The constraint as declared.</param>
/// <param name="Value">The expected cost at the solution, in units of the cost.</param>
/// <param name="Multiplier">Its price, in units of payoff per unit of cost; 0 where the constraint does not bind.</param>
/// <param name="Violation">By how much the cost exceeds the bound; 0 where the constraint holds.</param>
public sealed record ConstraintOutcome(Constraint Constraint, double Value, double Multiplier, double Violation)
{
    internal static ConstraintOutcome Of(Constraint constraint, IReadOnlyDictionary<string, double> metrics)
    {
        double Metric(string what) => metrics[$"constraint/{constraint.Name}/{what}"];
        return new(constraint, Metric("value"), Metric("multiplier"), Metric("violation"));
    }
}
