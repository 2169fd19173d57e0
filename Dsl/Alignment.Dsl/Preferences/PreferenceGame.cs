namespace Alignment;

/// <summary>Makes games of preferences.</summary>
internal static class PreferenceGame
{
    public static GameSpec Of(string name, Preference preference, Expr? temperature, Expr? reference)
    {
        ArgumentNullException.ThrowIfNull(preference);
        var responses = preference.Responses;
        // not the prime of the responses: gaps of correlated play take the prime of a player's axis for its deviation
        var (policy, opponent) = (Player.Of("policy", responses), Player.Of("opponent", responses.Named("opponent")));
        var game = Game.Named(name)
            .ZeroSum(policy, opponent, Against(preference, opponent.Actions))
            .Claim(Structure.Symmetric);
        if (temperature is null)
        {
            return reference is null
                ? game
                : throw new ArgumentException(
                    $"The preference game '{name}': expected a temperature with the reference policy, got none; it says how much the policy is pulled there."
                );
        }

        reference ??= Expr.Constant(1.0 / responses.Size).Expand(responses);
        if (reference.Axes.Find(responses.Name) != responses)
            throw new ArgumentException(
                $"The preference game '{name}': expected a reference policy over {AxisSet.Of(responses)}, got {reference.Axes}."
            );
        return game.Regularize(policy, Regularizer.Kl(reference, temperature))
            .Regularize(opponent, Regularizer.Kl(reference.On(responses, opponent.Actions), temperature));
    }

    // numbers are given their axis rather than renamed, so that the specification shows them
    private static Expr Against(Preference preference, Axis opponent)
    {
        var other = preference.Responses.Prime();
        return preference.Margin.Op is Op.Literal { Tensor: var table }
            ? Expr.Table(table.Axes.Select(axis => axis == other ? opponent : axis), table.Values.ToArray())
            : preference.Margin.On(other, opponent);
    }
}
