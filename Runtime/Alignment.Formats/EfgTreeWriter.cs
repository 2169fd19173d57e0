using static Alignment.Formats.GambitText;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>Walks through all positions of a game, depth first, and writes a line for each.</summary>
internal sealed class EfgTreeWriter<TState>(IRules<TState> rules, TextWriter writer, int mostNodes)
{
    private const double LargestDenominator = 1e6;

    private readonly ValueList<string> players = rules.Players;
    private readonly Dictionary<(int Player, string Label), (int Number, ValueList<string> Actions)> sets = [];
    private readonly Dictionary<int, int> setsOf = [];
    private readonly Dictionary<ValueList<double>, int> outcomes = [];
    private int events;

    public void Write(string comment)
    {
        writer.Write($"EFG 2 R {Text(rules.Name)} {Braces(players.Select(Text))}\n{Text(comment)}\n\n");
        var open = new Stack<TState>();
        open.Push(rules.Initial);
        int written = 0;
        while (open.TryPop(out TState? state))
        {
            Turn turn = rules.Actor(state);
            if (turn.IsOver)
            {
                WriteEnd(state);
            }
            else
            {
                WriteMove(state, turn, open);
            }
            written++;
            // Every open position will be a line: no need to come to it to know.
            if (written + open.Count > mostNodes)
            {
                throw new RulesException(
                    $"{rules.Name} has more than {Limit(mostNodes)} nodes, the most that are written; make the game smaller."
                );
            }
        }
    }

    private void WriteMove(TState state, Turn turn, Stack<TState> open)
    {
        ValueList<string> actions = rules.Actions(state);
        int[] possible = [.. Enumerable.Range(0, actions.Count)];
        if (actions.Count == 0)
        {
            throw Fault("a position that is not the end has no actions");
        }
        if (turn.IsChance)
        {
            ValueList<double> chance = rules.Chance(state);
            if (chance.Count != actions.Count || !chance.All(p => p is >= 0 and <= 1))
            {
                throw Fault($"chance has {Number(actions.Count)} actions and the probabilities {chance}");
            }
            possible = [.. possible.Where(action => chance[action] > 0)];
            IEnumerable<string> numbers = Probabilities([.. possible.Select(action => chance[action])]);
            IEnumerable<string> items = possible.Zip(numbers, (action, number) => $"{Text(actions[action])} {number}");
            writer.Write($"c \"\" {Number(++events)} \"\" {Braces(items)} 0\n");
        }
        else
        {
            WriteDecision(state, turn.Player, actions);
        }
        // Backwards, so that the first action is on top.
        for (int i = possible.Length - 1; i >= 0; i--)
        {
            open.Push(rules.Next(state, possible[i]));
        }
    }

    private void WriteDecision(TState state, int player, ValueList<string> actions)
    {
        if (player >= players.Count)
        {
            throw Fault($"player {Number(player)} acts, counted from 0, of {Number(players.Count)}");
        }
        string label = rules.InformationState(state);
        if (!sets.TryGetValue((player, label), out (int Number, ValueList<string> Actions) set))
        {
            set = (setsOf.GetValueOrDefault(player) + 1, actions);
            setsOf[player] = set.Number;
            sets.Add((player, label), set);
        }
        if (set.Actions != actions)
        {
            throw Fault(
                $"information state {Quote(label)} has the actions {actions} in one position and {set.Actions} in another"
            );
        }
        string names = Braces(actions.Select(Text));
        writer.Write($"p \"\" {Number(player + 1)} {Number(set.Number)} {Text(label)} {names} 0\n");
    }

    private void WriteEnd(TState state)
    {
        ValueList<double> returns = rules.Returns(state);
        if (returns.Count != players.Count || !returns.All(double.IsFinite))
        {
            throw Fault($"the end pays {returns}, expected {Number(players.Count)} finite numbers");
        }
        if (!outcomes.TryGetValue(returns, out int number))
        {
            number = outcomes.Count + 1;
            outcomes.Add(returns, number);
        }
        string payoffs = string.Join(", ", returns.Select(Real));
        writer.Write($"t \"\" {Number(number)} \"Outcome {Number(number)}\" {{ {payoffs} }}\n");
    }

    private RulesException Fault(string fault) => new($"{rules.Name}: {fault}; no .efg file can hold that.");

    /// <summary>Decimals if they sum to 1, or else fractions if those do; Gambit takes no sum but 1.</summary>
    private static IEnumerable<string> Probabilities(double[] chance)
    {
        string[] decimals = Array.ConvertAll(chance, Real);
        string[] fractions = SumToOne(decimals) ? decimals : Array.ConvertAll(chance, p => Fraction(p) ?? Real(p));
        return SumToOne(fractions) ? fractions : decimals;
    }

    private static bool SumToOne(string[] numbers)
    {
        var terms = new List<EfgRational>();
        foreach (string number in numbers)
        {
            if (!EfgRational.TryParseProbability(number, out EfgRational term))
            {
                return false;
            }
            terms.Add(term);
        }
        EfgRational sum = EfgRational.Sum(terms);
        return sum.Above.IsOne && sum.Below.IsOne;
    }

    /// <summary>A fraction whose nearest double is the number: a convergent of its continued fraction, if any of a small denominator is.</summary>
    private static string? Fraction(double number)
    {
        (double above, double aboveBefore) = (Math.Floor(number), 1);
        (double below, double belowBefore) = (1, 0);
        for (double rest = number - Math.Floor(number); below <= LargestDenominator; )
        {
            if (above / below == number)
            {
                return $"{Number((long)above)}/{Number((long)below)}";
            }
            if (rest == 0)
            {
                return null;
            }
            double term = Math.Floor(1 / rest);
            rest = (1 / rest) - term;
            (above, aboveBefore) = ((term * above) + aboveBefore, above);
            (below, belowBefore) = ((term * below) + belowBefore, below);
        }
        return null;
    }
}
