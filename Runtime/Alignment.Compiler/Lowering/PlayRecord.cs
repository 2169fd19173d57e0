namespace Alignment.Compiler;

/// <summary>What is kept, step by step, of how a solver plays, so that correlated gaps can be measured: variables beside the solver's own.</summary>
internal abstract class PlayRecord
{
    /// <summary>The state with the record's variables before the first step.</summary>
    public abstract SolverState Begin(SolverState initial);

    /// <summary>The next state with what a step played taken in.</summary>
    public abstract SolverState Add(SolverState next, SolverState state, Profile played);

    /// <summary>What is read from the record.</summary>
    public abstract IEnumerable<KeyValuePair<string, Expr>> Outputs(SolverState state);

    /// <summary>Nothing.</summary>
    public sealed class None : PlayRecord
    {
        public override SolverState Begin(SolverState initial) => initial;

        public override SolverState Add(SolverState next, SolverState state, Profile played) => next;

        public override IEnumerable<KeyValuePair<string, Expr>> Outputs(SolverState state) => [];
    }

    /// <summary>The time average of the joint play: the product of the strategies that each step starts from, equally weighted.</summary>
    public sealed class Joint(MatrixGameView view) : PlayRecord
    {
        private readonly CompensatedSum _sum = new("joint_sum");
        private readonly Axis[] _actions = [.. view.Players.Select(p => p.Actions)];

        public override SolverState Begin(SolverState initial) =>
            _sum.Begin(initial, Expr.Constant(0).Expand(_actions));

        public override SolverState Add(SolverState next, SolverState state, Profile played) =>
            _sum.Add(next, state, view.Joint(played));

        public override IEnumerable<KeyValuePair<string, Expr>> Outputs(SolverState state)
        {
            var total = _sum.Of(state).Sum(_actions);
            var cells = _actions.Aggregate(1.0, (n, axis) => n * axis.Size);
            return [new(SolverProgram.JointOutput, total.Above(0.0).Select(_sum.Of(state) / total, 1 / cells))];
        }
    }

    /// <summary>
    /// In a sequential game the joint play would be over pure strategies; what is kept is what the regret needs: the sums of the players'
    /// gradients and of their payoffs.
    /// </summary>
    public sealed class Earnings(TreeGameView view) : PlayRecord
    {
        private static readonly Slot Steps = new("steps");
        private readonly CompensatedSum _earnings = new("earnings");
        private readonly CompensatedSum _payoff = new("payoff");

        public override SolverState Begin(SolverState initial)
        {
            var state = _earnings.Begin(
                initial,
                view.Players,
                p => Expr.Constant(0).Expand(view.Treeplex(p).Sequences)
            );
            return _payoff.Begin(state, view.Players, _ => 0).With(Steps, 0);
        }

        public override SolverState Add(SolverState next, SolverState state, Profile played)
        {
            foreach (var player in view.Players)
            {
                var gradient = view.SequenceGradient(player, played);
                next = _earnings.Add(next, state, player, gradient);
                next = _payoff.Add(next, state, player, view.Worth(player, gradient, played[player]));
            }

            return next.With(Steps, state[Steps] + 1);
        }

        public override IEnumerable<KeyValuePair<string, Expr>> Outputs(SolverState state)
        {
            var steps = state[Steps].Maximum(1);
            return view.Players.SelectMany(p =>
                (KeyValuePair<string, Expr>[])
                    [
                        new(SolverProgram.EarningsOutput(p), _earnings.Of(state, p) / steps),
                        new(SolverProgram.PayoffOutput(p), _payoff.Of(state, p) / steps),
                    ]
            );
        }
    }
}
