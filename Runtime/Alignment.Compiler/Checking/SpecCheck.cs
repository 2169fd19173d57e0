namespace Alignment.Compiler;

/// <summary>Checks a specification without its data: every fault at once, each with who, expected, got and the nearest valid name.</summary>
public static class SpecCheck
{
    /// <summary>All faults; empty when the specification can be compiled.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="isMeasured">Whether it is only measured, so that it may do without players.</param>
    public static ValueList<Diagnostic> Faults(GameSpec spec, bool isMeasured = false)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new Walk(spec, isMeasured).Run();
    }

    /// <summary>Throws when there is any fault.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="isMeasured">Whether it is only measured, so that it may do without players.</param>
    /// <exception cref="SpecException">With all faults.</exception>
    public static void ThrowFaults(GameSpec spec, bool isMeasured = false)
    {
        var faults = Faults(spec, isMeasured);
        if (faults.Count > 0)
            throw new SpecException(faults);
    }

    private sealed class Walk(GameSpec spec, bool isMeasured)
    {
        private readonly List<Diagnostic> _faults = [];

        public ValueList<Diagnostic> Run()
        {
            Players();
            WeightsOfPlayers();
            if (spec.Tree is not null)
                Tree(spec.Tree);
            Axes();
            Parameters();
            Tables();
            foreach (var payoff in spec.Payoffs)
                Payoff(payoff);
            foreach (
                var player in spec.Players.Where(p =>
                    spec.Payoffs.All(q => q.Player != p) && spec.Aggregators.All(a => a.Player != p)
                )
            )
                Fault(
                    $"player '{player}'",
                    spec.Objectives.Any(o => o.Player == player)
                        ? "has objectives and nothing that makes one payoff of them; add Aggregate"
                        : "has no payoff; give it one with Payoff or ZeroSum"
                );
            Objectives();
            foreach (var variable in spec.NatureVariables)
                Expression(
                    $"distribution of '{variable.Axis.Name}'",
                    variable.Distribution,
                    [variable.Axis, .. spec.Batch]
                );
            Regularizers();
            Constraints();
            Probes();
            return _faults.ToValueList();
        }

        private void Fault(string where, string message) => _faults.Add(new(where, message));

        private void Players()
        {
            if (spec.Players.Count == 0 && !isMeasured)
                Fault(
                    $"game '{spec.Name}'",
                    spec.Probes.Count > 0
                        ? "has no players, so there is nothing to solve; measure its probes with Measurements.Of"
                        : "has no players; add them with Player or ZeroSum"
                );
            foreach (var twice in spec.Players.GroupBy(p => p.Name).Where(g => g.Count() > 1))
                Fault($"player '{twice.Key}'", $"is declared {twice.Count()} times; players need names of their own");
        }

        private void WeightsOfPlayers()
        {
            var owned = spec.Players.SelectMany(p => p.Weights.Select(w => (Weights: w, Player: p))).ToArray();
            foreach (var twice in owned.GroupBy(o => o.Weights.Name).Where(g => g.Count() > 1))
                Fault(
                    $"weights '{twice.Key}'",
                    $"belong to {string.Join(" and ", twice.Select(o => $"'{o.Player}'"))}; give them names of their own"
                );
            foreach (var (weights, player) in owned)
            {
                var where = $"weights '{weights.Name}' of '{player}'";
                foreach (var axis in weights.Axes.Where(a => spec.Batch.IndexOf(a) >= 0))
                    Fault(
                        where,
                        $"'{axis.Name}' is a batch axis, and every game has weights of its own anyway; leave it out"
                    );
                Start(where, weights);
            }

            if (spec.IsDifferentiable && spec.Claims.Count > 0)
                Fault($"claim {spec.Claims[0]}", "is not decided for games of smooth payoffs");
            foreach (var twice in spec.Constraints.GroupBy(c => c.Name).Where(g => g.Count() > 1))
                Fault(
                    $"constraint '{twice.Key}'",
                    $"is declared {twice.Count()} times; constraints need names of their own"
                );
        }

        private void Start(string where, Weights weights)
        {
            Expr start;
            try
            {
                start = weights.Initial();
            }
            catch (ArgumentException e)
            {
                Fault(where, e.Message);
                return;
            }

            foreach (var node in Expr.Topological(start).Select(e => e.Op))
            {
                if (node is Op.Parameter or Op.Data or Op.Signal or Op.State or Op.Weights)
                    Fault(where, $"start at numbers and draws alone, got {node.Signature}");
            }

            foreach (var axis in start.Axes.Where(a => weights.Axes.IndexOf(a) < 0 && spec.Batch.IndexOf(a) < 0))
                Fault(where, $"their start has the axis '{axis.Name}', which is neither theirs nor declared with Over");
        }

        private void Tree(TreeForm form)
        {
            if (spec.Players != form.Players)
                Fault($"game '{spec.Name}'", "is sequential; its players are those of its rules, so add none");
            if (spec.NatureVariables.Count > 0)
                Fault($"game '{spec.Name}'", "is sequential; what chance does belongs to its rules, not to Nature");
            if (spec.Constraints.Count > 0)
                Fault($"game '{spec.Name}'", "is sequential; constraints on such games are not supported yet");
            foreach (var entry in spec.Regularizers.Where(r => ProximalStep.Of(r.Regularizer) is null))
                Fault(
                    $"regularizer of '{entry.Player}'",
                    $"sequential games take Entropy, Kl and L2, got {entry.Regularizer.Text}"
                );
        }

        private void Axes()
        {
            var owners = spec
                .Players.DistinctBy(p => p.Name)
                .Where(p => p.Weights.Count == 0)
                .Select(p => (p.Actions, Owner: $"the actions of '{p}'"))
                .Concat(spec.Batch.Select(a => (a, "a batch axis")))
                .Concat(spec.NatureVariables.Select(n => (n.Axis, "a chance variable")))
                .Concat(
                    spec.Probes.OfType<ResamplingProbe>()
                        .Where(p => p.Draws >= 1)
                        .Select(p => (p.Axis, "the axis of a probe's draws"))
                );
            foreach (var shared in owners.GroupBy(o => o.Item1.Name).Where(g => g.Count() > 1))
            {
                Fault(
                    $"axis '{shared.Key}'",
                    $"is {string.Join(" and ", shared.Select(o => o.Item2))}; each needs an axis of its own, for example axis.Named(\"{shared.Key}2\")"
                );
            }
        }

        private void Parameters()
        {
            var declared = Expr.Topological(spec.Expressions)
                .Select(e => e.Op)
                .OfType<Op.Parameter>()
                .Select(p => p.Declaration);
            foreach (
                var conflict in declared
                    .GroupBy(d => d.Name)
                    .Where(g => g.Select(d => (d.Value, d.Minimum, d.Maximum)).Distinct().Count() > 1)
            )
                Fault(
                    $"parameter '{conflict.Key}'",
                    "is declared with different values or ranges; declare it once and use that value"
                );
        }

        // Rows are found by label: without any, no row would fit.
        private void Tables()
        {
            var tables = Expr.Topological(spec.Expressions)
                .Select(e => e.Op)
                .OfType<Op.Data>()
                .Select(d => d.Table)
                .Distinct();
            foreach (var table in tables)
            {
                foreach (var axis in table.Axes.Where(a => a.Labels.Count == 0))
                    Fault(
                        $"table '{table.Path}'",
                        $"axis '{axis.Name}' has no labels, and a table's rows are found by them; name the values of column '{axis.Name}': Axis.Of(\"{axis.Name}\", \"first\", ...)"
                    );
                if (table.Compared is { } compared)
                    Compared(table, compared);
            }
        }

        private void Compared(CountTable table, ComparedColumns compared)
        {
            var where = $"table '{table.Path}'";
            var (first, second) = (compared.First, compared.Second);
            foreach (var axis in (Axis[])[first, second])
            {
                if (table.Axes.IndexOf(axis) < 0)
                    Fault(
                        where,
                        $"compares column '{axis.Name}', which is not one of its columns.{Nearest.Hint(axis.Name, table.Axes.Select(a => a.Name), "It has")}"
                    );
                if (table.Pooled.Any(p => p.Axis == axis))
                    Fault(where, $"column '{axis.Name}' is compared and pooled; it can be one of both");
            }

            if (first == second || first.Named(second.Name) != second)
                Fault(
                    where,
                    $"compares {first.Signature} with {second.Signature}; expected two columns of the same labels, in the same order"
                );
        }

        private void Payoff(PlayerPayoff payoff)
        {
            var where = $"payoff of '{payoff.Player}'";
            if (spec.Players.IndexOf(payoff.Player) < 0)
            {
                Fault(
                    where,
                    $"the game has no player '{payoff.Player}'.{Nearest.Hint(payoff.Player.Name, spec.Players.Select(p => p.Name), "It has")}"
                );
            }

            if (
                spec.Payoffs.Count(p => p.Player == payoff.Player) > 1
                && ReferenceEquals(spec.Payoffs.First(p => p.Player == payoff.Player), payoff)
            )
                Fault(where, "is set more than once");

            var actions = spec.Tree is null ? Choices() : [spec.Tree.Outcomes];
            Expression(where, payoff.Payoff, [.. actions, .. spec.Batch, .. spec.NatureVariables.Select(n => n.Axis)]);
            var missing = actions.Where(a => !payoff.Payoff.Axes.Contains(a)).ToArray();
            // what weights come into is averaged, and may leave out whom it does not depend on
            if (missing.Length > 0 && spec.Players.All(p => p.Weights.Count == 0))
            {
                Fault(
                    where,
                    $"expected axes {AxisSet.Of([.. spec.Batch, .. actions])}, got {payoff.Payoff.Axes}; "
                        + $"{Names(missing)} {(missing.Length == 1 ? "is" : "are")} missing (a payoff that does not depend on it says so with Expand)"
                );
            }
        }

        private void Objectives()
        {
            foreach (var twice in spec.Objectives.GroupBy(o => o.Objective.Name).Where(g => g.Count() > 1))
                Fault(
                    $"objective '{twice.Key}'",
                    $"is declared {twice.Count()} times; objectives need names of their own"
                );
            foreach (var (player, objective) in spec.Objectives)
            {
                var where = $"objective '{objective.Name}'";
                if (spec.Players.IndexOf(player) < 0)
                    Fault(
                        where,
                        $"the game has no player '{player}'.{Nearest.Hint(player.Name, spec.Players.Select(p => p.Name), "It has")}"
                    );
                if (spec.Aggregators.All(a => a.Player != player) && spec.Payoffs.Any(p => p.Player == player))
                    Fault(
                        where,
                        $"'{player}' has a payoff, which says nothing of it; use Aggregate in place of Payoff"
                    );
                Expression(where, objective.Value, Played());
            }

            foreach (var (player, aggregator) in spec.Aggregators)
                Aggregator(player, aggregator);
        }

        private void Aggregator(Player player, IAggregator aggregator)
        {
            var where = $"aggregator of '{player}'";
            var names = spec.Objectives.Where(o => o.Player == player).Select(o => o.Objective.Name).ToArray();
            if (spec.Tree is not null)
                Fault(where, "is not for sequential games");
            if (spec.Payoffs.Any(p => p.Player == player))
                Fault(where, "its player has a payoff too; leave out one of them");
            if (spec.Aggregators.Count(a => a.Player == player) > 1)
                Fault(where, "is set more than once");
            var labels = Enumerable.Range(0, aggregator.Objectives.Size).Select(aggregator.Objectives.Label).ToArray();
            foreach (var label in labels.Except(names, StringComparer.Ordinal))
                Fault(
                    where,
                    $"its axis '{aggregator.Objectives.Name}' has '{label}', which is no objective of '{player}'.{Nearest.Hint(label, names, "They are")}"
                );
            foreach (var name in names.Except(labels, StringComparer.Ordinal))
                Fault(
                    where,
                    $"its axis '{aggregator.Objectives.Name}' lacks the objective '{name}'; objectives are meant by the axis' labels"
                );
            if (
                aggregator is ExactParetoOptimalAggregator
                && labels.Length is < 2 or > ExactParetoOptimalAggregator.MostObjectives
            )
                Fault(
                    where,
                    $"exact Pareto optimal search takes from two to {ExactParetoOptimalAggregator.MostObjectives} objectives, got {labels.Length}"
                );
            foreach (var expression in aggregator.Expressions)
                Expression(
                    where,
                    expression,
                    [aggregator.Objectives, .. spec.Batch, .. spec.NatureVariables.Select(n => n.Axis)]
                );
            if (
                aggregator is MinimumNormAggregator or ExactParetoOptimalAggregator
                && spec.NatureVariables.Any(v => aggregator.Expressions.Any(e => e.Axes.Contains(v.Axis)))
            )
                Fault(
                    where,
                    "weighs gradients, and a preference that is drawn has none of its own; use Over for the preferences, or Linear or Tchebycheff"
                );
        }

        private Axis[] Played() => [.. Choices(), .. spec.Batch, .. spec.NatureVariables.Select(n => n.Axis)];

        /// <summary>What players choose from; those that set weights do not choose.</summary>
        private Axis[] Choices() => [.. spec.Players.Where(p => p.Weights.Count == 0).Select(p => p.Actions)];

        private void Regularizers()
        {
            foreach (var entry in spec.Regularizers)
            {
                var where = $"regularizer of '{entry.Player}'";
                if (spec.Players.IndexOf(entry.Player) < 0)
                    Fault(
                        where,
                        $"the game has no player '{entry.Player}'.{Nearest.Hint(entry.Player.Name, spec.Players.Select(p => p.Name), "It has")}"
                    );
                if (
                    spec.Regularizers.Count(r => r.Player == entry.Player) > 1
                    && ReferenceEquals(spec.Regularizers.First(r => r.Player == entry.Player), entry)
                )
                    Fault(where, "is set more than once; a player has one regularizer");
                if (entry.Player.Weights.Count > 0)
                    Fault(
                        where,
                        $"'{entry.Player}' sets weights and plays no mixed strategy; put the penalty into its payoff"
                    );
                foreach (var expression in entry.Regularizer.Expressions)
                    Expression(where, expression, [entry.Player.Actions, .. Parents(entry.Player), .. spec.Batch]);
                if (
                    entry.Regularizer is TsallisRegularizer { Order: var q }
                    && (!double.IsFinite(q) || q <= 0 || q == 1)
                )
                    Fault(
                        where,
                        $"the order of a Tsallis entropy lies above 0 and is not 1, got {Text(q)}; at 1 use Regularizer.Entropy"
                    );
                var strength = entry.Regularizer.Expressions[entry.Regularizer.Expressions.Count - 1];
                if (Number(strength) is { } value && !(value > 0))
                    Fault(where, $"its strength must lie above 0, got {Text(value)}");
            }
        }

        private void Constraints()
        {
            foreach (var constraint in spec.Constraints)
            {
                var where = $"constraint '{constraint.Name}'";
                if (spec.Players.IndexOf(constraint.Player) < 0)
                    Fault(
                        where,
                        $"the game has no player '{constraint.Player}'.{Nearest.Hint(constraint.Player.Name, spec.Players.Select(p => p.Name), "It has")}"
                    );
                if (!double.IsFinite(constraint.Bound))
                    Fault(where, $"expected a finite bound, got {Text(constraint.Bound)}");
                Expression(where, constraint.Cost, Played());
            }
        }

        private void Probes()
        {
            foreach (var probe in spec.Probes.OfType<ResamplingProbe>())
            {
                if (probe.Draws < 1)
                    Fault("probe " + probe.Kind, $"expected at least 1 draw, got {probe.Draws}");
                if (!Expr.Topological(spec.Expressions).Any(e => e.Op is Op.Data d && d.Table == probe.Table))
                    Fault("probe " + probe.Kind, $"no payoff uses the rates of {probe.Table.Path}");
            }

            foreach (var probe in spec.Probes.OfType<ExpressionProbe>())
            {
                if (spec.Tree is not null)
                    Fault(
                        $"probe '{probe.Key}'",
                        "measures an expression of actions; sequential games have none for it"
                    );
                Expression($"probe '{probe.Key}'", probe.Value, Played());
                if (string.IsNullOrWhiteSpace(probe.Key) || probe.Key.StartsWith("game/", StringComparison.Ordinal))
                    Fault($"probe '{probe.Key}'", "needs a key of its own, such as policy/kl; game/ is the library's");
            }

            foreach (var probe in spec.Probes.OfType<UncertaintyProbe>())
            {
                if (spec.Tree is not null)
                    Fault("probe uncertainty", "measures an expression of actions; sequential games have none for it");
                Expression("probe uncertainty", probe.Source.Total.Mean([.. probe.Over]), Played());
            }

            foreach (var probe in spec.Probes.OfType<OverOptimizationProbe>())
            {
                const string Where = "probe over_optimization";
                if (spec.Tree is not null)
                    Fault(Where, "measures an expression of actions; sequential games have none for it");
                if (spec.Players.IndexOf(probe.Player) < 0)
                    Fault(
                        Where,
                        $"the game has no player '{probe.Player}'.{Nearest.Hint(probe.Player.Name, spec.Players.Select(p => p.Name), "It has")}"
                    );
                else if (probe.Player.Weights.Count > 0)
                    Fault(Where, $"measures a strategy over actions, and '{probe.Player}' sets weights");
                foreach (var expression in (Expr?[])[probe.Reference, probe.Proxy, probe.Gold, probe.Spread])
                {
                    if (expression is not null)
                        Expression(Where, expression, Played());
                }
            }

            if (spec.Probes.OfType<OverOptimizationProbe>().Count() > 1)
                Fault("probes", "only one probe may measure over-optimization: two would have the same keys");
            if (spec.Probes.OfType<UncertaintyProbe>().Count() > 1)
                Fault("probes", "only one probe may measure uncertainty: two would have the same keys");

            foreach (
                var probe in spec.Probes.Where(p => spec.IsDifferentiable && p is IMetricProbe and not IPointProbe)
            )
                Fault($"probe {probe.Text}", "measures mixed strategies, and this is a game of smooth payoffs");
            foreach (var twice in spec.Probes.OfType<ExpressionProbe>().GroupBy(p => p.Key).Where(g => g.Count() > 1))
                Fault($"probe '{twice.Key}'", $"is declared {twice.Count()} times; keys are for one figure each");

            if (spec.Probes.OfType<ResamplingProbe>().Count() > 1)
                Fault("probes", "only one probe may resample: two would draw replicates that do not belong together");
            foreach (var probe in spec.Probes.OfType<SupportProbe>().Where(p => !(p.Threshold >= 0 && p.Threshold < 1)))
                Fault("probe support_size", $"expected a threshold from 0 to below 1, got {Text(probe.Threshold)}");
        }

        /// <summary>Faults inside an expression, and axes that nobody declared.</summary>
        private void Expression(string where, Expr expression, IReadOnlyList<Axis> allowed)
        {
            var domains = allowed.DistinctBy(a => a.Name).ToDictionary(a => a.Name, a => a, StringComparer.Ordinal);
            var said = new HashSet<string>(StringComparer.Ordinal);
            void Once(string message)
            {
                if (said.Add(message))
                    Fault(where, message);
            }

            foreach (var node in Expr.Topological(expression))
            {
                if (node.Op.Fault([.. node.Arguments.Select(a => a.Axes)]) is { } fault)
                    Once(fault);
                if (node.Op is Op.State or Op.Step or Op.Random)
                    Once(
                        $"'{node.Op}' belongs to solvers; a game's expressions may use data, parameters and numbers only"
                    );
                if (node.Op is Op.Signal signal)
                    Once($"the signal '{signal.Name}' is not bound; bind it before the game is compiled");
                if (
                    node.Op is Op.Weights { Declaration: var weights }
                    && !spec.Players.Any(p => p.Weights.IndexOf(weights) >= 0)
                )
                    Once(
                        $"the weights '{weights.Name}' belong to no player of this game; add the player that sets them, Player.With(name, {weights.Name})"
                    );
                foreach (var axis in node.Op.Along.Where(a => spec.Batch.IndexOf(a) >= 0))
                    Once($"{node.Op.Signature} would mix the games of the batch axis '{axis.Name}'");

                foreach (var axis in node.Axes)
                {
                    if (domains.TryGetValue(axis.Name, out var known) && known != axis)
                        Once($"axis '{axis.Name}' stands for two domains, {known.Signature} and {axis.Signature}");
                }
            }

            foreach (var axis in expression.Axes.Where(a => !domains.ContainsKey(a.Name)))
            {
                Once(
                    $"axis '{axis.Name}' is neither a player's nor declared with Over or Nature.{Nearest.Hint(axis.Name, domains.Keys, "Declared are")}"
                );
            }
        }

        private static IEnumerable<Axis> Parents(Player player) => player.Actions.Parent is { } sets ? [sets] : [];

        private static double? Number(Expr e) =>
            e.Op switch
            {
                Op.Constant c => c.Value,
                Op.Parameter p => p.Declaration.Value,
                _ => null,
            };

        private static string Names(IEnumerable<Axis> axes) => string.Join(", ", axes.Select(a => $"'{a.Name}'"));

        private static string Text(double value) =>
            value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
    }
}
