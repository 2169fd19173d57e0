using System.Globalization;

namespace Alignment;

/// <summary>Walks through rules in numbers: a position asks the rules once, and keeps the positions behind it that were
/// asked for.</summary>
/// <param name="rules">The rules.</param>
/// <param name="number">The number of an information set: from the player, what it knows, and labels of its actions.
/// Throws <see cref="ArgumentException"/> where they do not fit what is known of that information set.</param>
internal sealed class RulesWalk<TState>(IRules<TState> rules, Func<int, string, ValueList<string>, int> number)
{
    private const int MostDepth = 10_000;
    private const double Tolerance = 1e-9;

    /// <summary>Positions that are kept at most: some 60 MB. Later ones are made anew whenever they are come
    /// to.</summary>
    private const int MostKept = 1 << 18;

    private readonly int _players = rules.Players.Count;
    private int _kept;

    /// <summary>The position before anything has happened.</summary>
    public IGamePosition Start() => new Position(this, rules.Initial, null, -1);

    private sealed class Position : IGamePosition
    {
        private readonly RulesWalk<TState> _walk;
        private readonly TState _state;
        private readonly Position? _before;
        private readonly int _move;
        private readonly int _depth;
        private Position?[]? _next;

        public Position(RulesWalk<TState> walk, TState state, Position? before, int move)
        {
            (_walk, _state, _before, _move) = (walk, state, before, move);
            _depth = before is null ? 0 : before._depth + 1;
            if (_depth > MostDepth)
                throw new RulesException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Rules.Name}: a game goes on for more than {MostDepth:N0} moves; do the rules go round in a circle?"
                    )
                );
            Actor = Ask(() => Rules.Actor(_state));
            if (Actor.IsOver)
            {
                Returns = Ask(() => Rules.Returns(_state));
                CheckReturns();
                return;
            }

            var actions = Ask(() => Rules.Actions(_state));
            Actions = actions.Count;
            if (Actions == 0)
                throw Fault("Actions gives none, and the game is not over");
            if (Actor.IsChance)
            {
                Chance = Ask(() => Rules.Chance(_state));
                CheckChance();
                return;
            }

            if (Actor.Player >= walk._players)
                throw Fault(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Actor gives player {Actor.Player}, and the players are counted from 0 to {walk._players - 1}"
                    )
                );
            var known = Ask(() => Rules.InformationState(_state));
            try
            {
                InformationSet = walk.Number(Actor.Player, known, actions);
            }
            catch (ArgumentException e)
            {
                throw Fault(e.Message, e);
            }
        }

        public Turn Actor { get; }

        public int Actions { get; }

        public ValueList<double> Chance { get; } = [];

        public int InformationSet { get; } = -1;

        public ValueList<double> Returns { get; } = [];

        private IRules<TState> Rules => _walk.Rules;

        public IGamePosition Next(int action)
        {
            if (_next?[action] is { } kept)
                return kept;
            var next = new Position(_walk, Ask(() => Rules.Next(_state, action)), this, action);
            if (_walk._kept < MostKept)
            {
                _walk._kept++;
                (_next ??= new Position?[Actions])[action] = next;
            }

            return next;
        }

        private void CheckChance()
        {
            if (Chance.Count != Actions)
                throw Fault(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"chance has {Actions} actions and {Chance.Count} probabilities"
                    )
                );
            var sum = 0.0;
            foreach (var probability in Chance)
            {
                if (!(probability >= 0))
                    throw Fault($"a probability of chance is {Quote.Number(probability)}");
                sum += probability;
            }

            if (!(Math.Abs(sum - 1) <= Tolerance))
                throw Fault($"the probabilities of chance sum to {Quote.Number(sum)}, expected 1");
        }

        private void CheckReturns()
        {
            if (Returns.Count != _walk._players)
                throw Fault(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Returns gives {Returns.Count} numbers for {_walk._players} players"
                    )
                );
            foreach (var gain in Returns)
            {
                if (!double.IsFinite(gain))
                    throw Fault($"a return is {Quote.Number(gain)}");
            }
        }

        private T Ask<T>(Func<T> question)
        {
            try
            {
                return question();
            }
            catch (Exception e) when (e is not OperationCanceledException and not RulesException)
            {
                throw Fault($"the rules throw {e.GetType().Name}: {e.Message}", e);
            }
        }

        private RulesException Fault(string fault, Exception? cause = null)
        {
            var moves = new Stack<string>();
            for (var at = this; at._before is { } before; at = before)
                moves.Push(Rules.Actions(before._state)[at._move]);
            return new(Rules.Name, string.Join(' ', moves), fault, cause);
        }
    }

    private IRules<TState> Rules => rules;

    private int Number(int player, string known, ValueList<string> actions) => number(player, known, actions);
}
