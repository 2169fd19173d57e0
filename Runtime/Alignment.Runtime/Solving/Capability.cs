namespace Alignment.Runtime;

/// <summary>Holds what a solver can take against what a game is, before anything runs.</summary>
internal static class Capability
{
    /// <exception cref="SpecException">The solver cannot take such a game; with every reason.</exception>
    public static void ThrowUnfit(BoundGame game, ISolver solver)
    {
        var info = solver.Info;
        var where = $"solver '{info.NameOn(game.Spec)}'";
        var reasons = new List<Diagnostic>();
        void Refuse(string reason) => reasons.Add(new(where, reason));

        foreach (var setting in solver.Settings.Where(s => s.Fault is not null))
            reasons.Add(new($"setting '{setting.Name}' of '{info.Name}'", setting.Fault!));
        // the games between populations are matrices, so an inner solver need not take trees
        if (game.Spec.Tree is not null && !info.TakesTrees && solver is not (IIterativeSolver or ISampledSolver))
            Refuse("does not take sequential games; use cfr+, mmd or lp");
        AddOfShape(reasons, game, solver, where);
        if (!info.UsesRegularizers && solver.Complete(game.Spec).Regularizers.Count > 0)
            Refuse("does not take regularizers into account, and the game has some; use mmd, or drop them");
        if (!info.UsesConstraints && game.Spec.Constraints.Count > 0)
            Refuse(
                $"does not take constraints into account, and the game has '{game.Spec.Constraints[0].Name}'; no solver here does yet"
            );
        if (reasons.Count > 0)
            throw new SpecException(reasons.ToValueList());
    }

    // The games between populations have the players of the full game, and sum to a constant where it does: an inner solver that cannot take
    // the full game would stop the run at the first population that shows why.
    private static void AddOfShape(List<Diagnostic> reasons, BoundGame game, ISolver solver, string where)
    {
        var info = solver.Info;
        if (solver is ISampledSolver && WhyNotSampled(game) is { } reason)
            reasons.Add(new(where, reason));
        if (info.TwoPlayersOnly && game.Spec.Players.Count != 2)
            reasons.Add(
                new(
                    where,
                    $"takes games of two players, got {game.Spec.Players.Count}; use {(game.Spec.Tree is null ? "rm, hedge or cce" : "cfr or hedge")}"
                )
            );
        if (
            info.ZeroSumOnly
            && game.Structures.First(s => s.Structure == Structure.ConstantSum)
                is { Verdict: not Verdict.Proved } decision
        )
        {
            reasons.Add(
                new(
                    where,
                    decision.Verdict == Verdict.Refuted
                        ? $"takes zero-sum and constant-sum games only, and at {decision.Witness}; use {(game.Spec.Tree is null ? "rm, hedge, cce or support_enumeration" : "cfr or hedge")}"
                        : "takes zero-sum and constant-sum games only, and this game is too large to be checked"
                )
            );
        }

        if (
            info.SymmetricOnly
            && game.Structures.FirstOrDefault(s => s.Structure == Structure.Symmetric)
                is { Verdict: not Verdict.Proved } shape
        )
        {
            reasons.Add(
                new(
                    where,
                    shape.Verdict == Verdict.Refuted
                        ? $"takes symmetric games only, and {shape.Witness}; use lp"
                        : "takes symmetric games only, and this game is too large to be checked"
                )
            );
        }

        if (solver is not IPopulationSolver { Inner: var inner })
            return;
        var inside = $"inner solver '{inner.Info.Name}' of '{info.Name}'";
        if (inner.Info.SymmetricOnly)
            reasons.Add(
                new(inside, "takes symmetric games only, and those between two populations are not; use lp or prm+")
            );
        else
            AddOfShape(reasons, game, inner, inside);
    }

    // What is sampled is what the rules say: a payoff that was put over them afterwards would be certified, and never have been learned from.
    private static string? WhyNotSampled(BoundGame game)
    {
        if (game.Spec.Tree is not { } form)
            return "takes sequential games only, since it samples play; use prm+, rm or lp";
        if (!form.HasRules)
            return "samples play by a game's rules, and this game was made of a tree alone; make it with Game.FromRules, or use cfr+, mmd or lp";
        for (var g = 0; g < game.Games; g++)
        {
            var data = game.Data(g);
            for (var p = 0; p < game.Spec.Players.Count; p++)
            {
                if (data.Payoff(p).SequenceEqual(form.Tree.Payoffs[p].AsSpan()))
                    continue;
                var name = game.DescribeGame(g);
                return $"samples play by a game's rules and learns what they pay, and the payoff of '{game.Spec.Players[p]}'{(name.Length > 0 ? $" at {name}" : "")} is another; "
                    + "let the rules pay it, or use cfr+, mmd or lp";
            }
        }

        return null;
    }
}
