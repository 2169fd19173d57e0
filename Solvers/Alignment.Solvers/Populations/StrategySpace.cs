namespace Alignment;

/// <summary>What population solvers ask of the numbers of a game, whatever its form: payoffs, mixtures and best responses of whole strategies.</summary>
internal abstract class StrategySpace
{
    public static StrategySpace Of(IGameData game) => game.Tree is null ? new MatrixSpace(game) : new TreeSpace(game);

    /// <summary>A first strategy: the first action everywhere.</summary>
    public abstract ValueList<double> First(int player);

    /// <summary>Each player's payoff when these strategies meet.</summary>
    public abstract double[] Meet(IReadOnlyList<ValueList<double>> strategies);

    /// <summary>What each action gets against the others' strategies.</summary>
    /// <exception cref="NotSupportedException">The game is sequential: what an action gets depends on what is played behind it.</exception>
    public abstract double[] ActionValues(int player, IReadOnlyList<ValueList<double>> strategies);

    /// <summary>One strategy that plays as a mixture of strategies does.</summary>
    public abstract ValueList<double> Mix(int player, ValueList<ValueList<double>> members, ValueList<double> weights);

    /// <summary>A pure best response; of several actions that are equally good the first, everywhere.</summary>
    public abstract ValueList<double> BestResponse(int player, ValueList<ValueList<double>> strategies);

    /// <summary>One simultaneous choice of each player: a strategy is one number an action.</summary>
    private sealed class MatrixSpace(IGameData game) : StrategySpace
    {
        private readonly int[] _actions = [.. game.Players.Select(p => p.Actions.Size)];

        public override ValueList<double> First(int player) => Pure(player, 0);

        public override double[] Meet(IReadOnlyList<ValueList<double>> strategies)
        {
            var payoffs = new double[_actions.Length];
            if (strategies.All(IsPure))
            {
                var cell = 0;
                for (var p = 0; p < _actions.Length; p++)
                    cell = (cell * _actions[p]) + strategies[p].IndexOf(1);
                for (var p = 0; p < payoffs.Length; p++)
                    payoffs[p] = game.Payoff(p)[cell];
                return payoffs;
            }

            for (var p = 0; p < payoffs.Length; p++)
            {
                var values = ActionValues(p, strategies);
                for (var a = 0; a < values.Length; a++)
                    payoffs[p] += strategies[p][a] * values[a];
            }

            return payoffs;
        }

        public override ValueList<double> Mix(
            int player,
            ValueList<ValueList<double>> members,
            ValueList<double> weights
        )
        {
            var strategy = new double[_actions[player]];
            for (var k = 0; k < members.Count; k++)
            {
                for (var a = 0; a < strategy.Length; a++)
                    strategy[a] += weights[k] * members[k][a];
            }

            return strategy.ToValueList();
        }

        public override ValueList<double> BestResponse(int player, ValueList<ValueList<double>> strategies)
        {
            var values = ActionValues(player, strategies);
            return Pure(player, Array.IndexOf(values, values.Max()));
        }

        public override double[] ActionValues(int player, IReadOnlyList<ValueList<double>> strategies)
        {
            var values = game.Payoff(player).ToArray();
            var inner = 1; // cells of the axes behind the one that is averaged out
            for (var p = _actions.Length - 1; p >= 0; p--)
            {
                if (p == player)
                    inner = _actions[p];
                else
                    values = Average(values, strategies[p], inner);
            }

            return values;
        }

        private static bool IsPure(ValueList<double> strategy) =>
            strategy.IndexOf(1) >= 0 && strategy.Count(p => p != 0) == 1;

        private ValueList<double> Pure(int player, int action)
        {
            var strategy = new double[_actions[player]];
            strategy[action] = 1;
            return strategy.ToValueList();
        }

        private static double[] Average(double[] values, ValueList<double> strategy, int inner)
        {
            var result = new double[values.Length / strategy.Count];
            for (var k = 0; k < values.Length; k++)
                result[(k / (inner * strategy.Count) * inner) + (k % inner)] +=
                    strategy[k / inner % strategy.Count] * values[k];
            return result;
        }
    }

    /// <summary>A tree in sequence form: a strategy is one number an action of the player's treeplex.</summary>
    private sealed class TreeSpace(IGameData game) : StrategySpace
    {
        private readonly GameTree _tree = game.Tree!;
        private readonly double[][] _payoffs = [.. game.Players.Select((_, p) => game.Payoff(p).ToArray())];

        public override ValueList<double> First(int player) => Pure(player, _ => 0);

        public override double[] ActionValues(int player, IReadOnlyList<ValueList<double>> strategies) =>
            throw new NotSupportedException(
                "What an action gets in a sequential game depends on what is played behind it."
            );

        public override double[] Meet(IReadOnlyList<ValueList<double>> strategies)
        {
            var reaches = strategies.Select((s, p) => Reach(p, s)).ToArray();
            var payoffs = new double[reaches.Length];
            for (var o = 0; o < _tree.Outcomes; o++)
            {
                var probability = 1.0;
                for (var p = 0; p < reaches.Length && probability != 0; p++)
                    probability *= reaches[p][_tree.Sequences[p][o]];
                for (var p = 0; p < payoffs.Length && probability != 0; p++)
                    payoffs[p] += probability * _payoffs[p][o];
            }

            return payoffs;
        }

        // mixing is done on sequences: what a mixture plays depends on which of its members would have come this far
        public override ValueList<double> Mix(
            int player,
            ValueList<ValueList<double>> members,
            ValueList<double> weights
        )
        {
            var treeplex = _tree.Players[player];
            var reach = new double[treeplex.Sequences];
            for (var k = 0; k < members.Count; k++)
            {
                var own = Reach(player, members[k]);
                for (var s = 0; s < reach.Length; s++)
                    reach[s] += weights[k] * own[s];
            }

            var strategy = new double[treeplex.Actions];
            foreach (var set in treeplex.InformationSets)
            {
                var here = reach.AsSpan(set.First + 1, set.Actions.Count);
                var sum = 0.0;
                foreach (var r in here)
                    sum += r;
                for (var a = 0; a < here.Length; a++)
                    strategy[set.First + a] = sum > 0 ? here[a] / sum : 1.0 / here.Length;
            }

            return strategy.ToValueList();
        }

        public override ValueList<double> BestResponse(int player, ValueList<ValueList<double>> strategies)
        {
            var treeplex = _tree.Players[player];
            var values = new double[treeplex.Sequences];
            var reaches = strategies.Select((s, p) => p == player ? [] : Reach(p, s)).ToArray();
            for (var o = 0; o < _tree.Outcomes; o++)
            {
                var gain = _payoffs[player][o];
                for (var p = 0; p < reaches.Length; p++)
                {
                    if (p != player)
                        gain *= reaches[p][_tree.Sequences[p][o]];
                }

                values[_tree.Sequences[player][o]] += gain;
            }

            var best = new int[treeplex.InformationSets.Count];
            for (var i = best.Length - 1; i >= 0; i--)
            {
                var set = treeplex.InformationSets[i];
                var here = values.AsSpan(set.First + 1, set.Actions.Count);
                for (var a = 1; a < here.Length; a++)
                    best[i] = here[a] > here[best[i]] ? a : best[i];
                values[set.Parent] += here[best[i]];
            }

            return Pure(player, i => best[i]);
        }

        private ValueList<double> Pure(int player, Func<int, int> action)
        {
            var treeplex = _tree.Players[player];
            var strategy = new double[treeplex.Actions];
            for (var i = 0; i < treeplex.InformationSets.Count; i++)
                strategy[treeplex.InformationSets[i].First + action(i)] = 1;
            return strategy.ToValueList();
        }

        /// <summary>The probability with which a strategy plays each sequence.</summary>
        private double[] Reach(int player, ValueList<double> strategy)
        {
            var treeplex = _tree.Players[player];
            var reach = new double[treeplex.Sequences];
            reach[0] = 1;
            foreach (var set in treeplex.InformationSets)
            {
                for (var a = set.First; a < set.First + set.Actions.Count; a++)
                    reach[a + 1] = reach[set.Parent] * strategy[a];
            }

            return reach;
        }
    }
}
