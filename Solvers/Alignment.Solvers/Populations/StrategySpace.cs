namespace Alignment;

/// <summary>What population solvers ask of the numbers of a game, whatever its form: payoffs, mixtures and best responses of whole strategies.</summary>
internal abstract class StrategySpace
{
    public static StrategySpace Of(IGameData game) => game.Tree is null ? new MatrixSpace(game) : new TreeSpace(game);

    /// <summary>A first strategy: the first action everywhere.</summary>
    public abstract ValueList<double> First(int player);

    /// <summary>Each player's payoff when these strategies meet.</summary>
    public abstract double[] Meet(IReadOnlyList<ValueList<double>> strategies);

    /// <summary>A player's plans.</summary>
    public abstract Plans Plans(int player);

    /// <summary>What each action adds to the payoff against the others' strategies: payoff is the sum of plan times these.</summary>
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

        // one information set, at the beginning
        public override Plans Plans(int player)
        {
            var actions = game.Players[player].Actions;
            return new([new("", Enumerable.Range(0, actions.Size).Select(actions.Label).ToValueList(), 0, 0)]);
        }

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
        private readonly Plans[] _plans =
        [
            .. game.Tree!.Players.Select(treeplex => new Plans(treeplex.InformationSets)),
        ];

        public override ValueList<double> First(int player) =>
            _plans[player].Best(new double[_plans[player].Actions]).Strategy.ToValueList();

        public override Plans Plans(int player) => _plans[player];

        public override double[] ActionValues(int player, IReadOnlyList<ValueList<double>> strategies)
        {
            var (before, values) = SequenceValues(player, strategies);
            // what ends before the player's first move is won on the way to whatever is asked first
            if (_plans[player].Sets is [var first, ..])
            {
                for (var a = first.First; a < first.First + first.Actions.Count; a++)
                    values[a] += before;
            }

            return values;
        }

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

        // mixing is done on plans: what a mixture plays depends on which of its members would have come this far
        public override ValueList<double> Mix(
            int player,
            ValueList<ValueList<double>> members,
            ValueList<double> weights
        )
        {
            var plan = new double[_plans[player].Actions];
            for (var k = 0; k < members.Count; k++)
            {
                var own = _plans[player].Of(members[k].AsSpan());
                for (var a = 0; a < plan.Length; a++)
                    plan[a] += weights[k] * own[a];
            }

            return _plans[player].Strategy(plan).ToValueList();
        }

        public override ValueList<double> BestResponse(int player, ValueList<ValueList<double>> strategies) =>
            _plans[player].Best(SequenceValues(player, strategies).Behind).Strategy.ToValueList();

        /// <summary>What the ends behind the empty sequence and behind each action are worth, before the player acts again.</summary>
        private (double Before, double[] Behind) SequenceValues(int player, IReadOnlyList<ValueList<double>> strategies)
        {
            var values = new double[_plans[player].Actions + 1];
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

            return (values[0], values[1..]);
        }

        /// <summary>The probability with which a strategy plays each sequence.</summary>
        private double[] Reach(int player, ValueList<double> strategy) => [1, .. _plans[player].Of(strategy.AsSpan())];
    }
}
