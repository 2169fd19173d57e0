namespace Alignment;

/// <summary>Work on a game's rules, whatever its positions are made of; see <see cref="TreeForm.Visit"/>.</summary>
public interface IRulesVisitor
{
    /// <summary>Does the work.</summary>
    void Visit<TState>(IRules<TState> rules);
}
