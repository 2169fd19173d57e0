namespace Alignment.Compiler;

/// <summary>Checks a specification without its data: every fault at once, each with who, expected, got and the nearest valid name.</summary>
public static class SpecCheck
{
    /// <summary>All faults; empty when the specification can be compiled.</summary>
    public static ValueList<Diagnostic> Faults(GameSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new Walk(spec).Run();
    }

    /// <summary>Throws when there is any fault.</summary>
    /// <exception cref="SpecException">With all faults.</exception>
    public static void ThrowFaults(GameSpec spec)
    {
        var faults = Faults(spec);
        if (faults.Count > 0)
            throw new SpecException(faults);
    }

    private sealed class Walk(GameSpec spec)
    {
        private readonly List<Diagnostic> _faults = [];

        public ValueList<Diagnostic> Run()
        {
            Players();
            if (spec.Tree is not null)
                Tree(spec.Tree);
            Axes();
            Parameters();
            Tables();
            foreach (var payoff in spec.Payoffs)
                Payoff(payoff);
            foreach (var player in spec.Players.Where(p => spec.Payoffs.All(q => q.Player != p)))
                Fault($"player '{player}'", "has no payoff; give it one with Payoff or ZeroSum");
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
            if (spec.Players.Count == 0)
                Fault($"game '{spec.Name}'", "has no players; add them with Player or ZeroSum");
            foreach (var twice in spec.Players.GroupBy(p => p.Name).Where(g => g.Count() > 1))
                Fault($"player '{twice.Key}'", $"is declared {twice.Count()} times; players need names of their own");
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

            var actions = spec.Tree is null ? spec.Players.Select(p => p.Actions).ToArray() : [spec.Tree.Outcomes];
            Expression(where, payoff.Payoff, [.. actions, .. spec.Batch, .. spec.NatureVariables.Select(n => n.Axis)]);
            var missing = actions.Where(a => !payoff.Payoff.Axes.Contains(a)).ToArray();
            if (missing.Length > 0)
            {
                Fault(
                    where,
                    $"expected axes {AxisSet.Of([.. spec.Batch, .. actions])}, got {payoff.Payoff.Axes}; "
                        + $"{Names(missing)} {(missing.Length == 1 ? "is" : "are")} missing (a payoff that does not depend on it says so with Expand)"
                );
            }
        }

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
                Expression(where, constraint.Cost, [.. spec.Players.Select(p => p.Actions), .. spec.Batch]);
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
