namespace Alignment;

/// <summary>Whether a game has a structure.</summary>
public enum Verdict
{
    /// <summary>It has, in every cell of every game.</summary>
    Proved,

    /// <summary>It has not; a witness says where.</summary>
    Refuted,

    /// <summary>Too large to look at every cell.</summary>
    Unknown,
}

/// <summary>The decision about one structure.</summary>
/// <param name="Structure">The structure.</param>
/// <param name="Verdict">The decision.</param>
/// <param name="Witness">The cell that refutes it, with its numbers; empty unless refuted.</param>
public sealed record StructureDecision(Structure Structure, Verdict Verdict, string Witness);

/// <summary>Decides structures by looking at the numbers of every cell of every game.</summary>
/// <remarks>
/// Payoffs are float64, so equality is held to <see cref="Tolerance"/> times the largest payoff. Above <see cref="MostCells"/> cells the
/// verdict is Unknown rather than a guess.
/// </remarks>
public static class StructureAnalysis
{
    /// <summary>Relative to the largest absolute payoff.</summary>
    public const double Tolerance = 1e-12;

    /// <summary>Cells, over all games, that are looked at.</summary>
    public const long MostCells = 20_000_000;

    /// <summary>Decides all structures.</summary>
    /// <param name="players">The players.</param>
    /// <param name="payoffs">For each player its payoffs: games, then the cells of a game row-major, last player fastest.</param>
    /// <param name="games">Number of games.</param>
    /// <param name="describeGame">Names a game of the batch for witnesses; empty for a single game.</param>
    public static ValueList<StructureDecision> Decide(
        ValueList<Player> players,
        IReadOnlyList<double[]> payoffs,
        int games,
        Func<int, string> describeGame
    )
    {
        ArgumentNullException.ThrowIfNull(players);
        ArgumentNullException.ThrowIfNull(payoffs);
        ArgumentNullException.ThrowIfNull(describeGame);
        return Enum.GetValues<Structure>()
            .Select(structure =>
            {
                if ((long)payoffs[0].Length * players.Count > MostCells)
                    return new StructureDecision(structure, Verdict.Unknown, "");
                var cells = new Cells(players, payoffs, games, describeGame);
                var witness = structure switch
                {
                    Structure.ZeroSum => cells.NotConstantSum(zero: true),
                    Structure.ConstantSum => cells.NotConstantSum(zero: false),
                    Structure.Symmetric => cells.NotSymmetric(),
                    Structure.Potential => cells.NotPotential(),
                    _ => throw new System.Diagnostics.UnreachableException(),
                };
                return new StructureDecision(
                    structure,
                    witness is null ? Verdict.Proved : Verdict.Refuted,
                    witness ?? ""
                );
            })
            .ToValueList();
    }

    /// <summary>Decides for a sequential game whether payoffs sum to zero, or to one number, at every outcome.</summary>
    /// <param name="form">The tree.</param>
    /// <param name="chances">The probabilities of outcomes: games, then outcomes; or of one game, for all.</param>
    /// <param name="payoffs">For each player its payoffs: games, then outcomes, weighted by chance.</param>
    /// <param name="games">Number of games.</param>
    /// <param name="describeGame">Names a game of the batch for witnesses; empty for a single game.</param>
    public static ValueList<StructureDecision> Decide(
        TreeForm form,
        double[] chances,
        IReadOnlyList<double[]> payoffs,
        int games,
        Func<int, string> describeGame
    )
    {
        ArgumentNullException.ThrowIfNull(form);
        ArgumentNullException.ThrowIfNull(chances);
        ArgumentNullException.ThrowIfNull(payoffs);
        ArgumentNullException.ThrowIfNull(describeGame);
        StructureDecision Of(Structure structure, string? witness) =>
            new(structure, witness is null ? Verdict.Proved : Verdict.Refuted, witness ?? "");
        return
        [
            Of(Structure.ZeroSum, NotConstantSum(form, chances, payoffs, games, describeGame, zero: true)),
            Of(Structure.ConstantSum, NotConstantSum(form, chances, payoffs, games, describeGame, zero: false)),
        ];
    }

    // payoffs of merged ends are weighted by chance, and so is what they sum to
    private static string? NotConstantSum(
        TreeForm form,
        double[] chances,
        IReadOnlyList<double[]> payoffs,
        int games,
        Func<int, string> describeGame,
        bool zero
    )
    {
        var outcomes = form.Outcomes.Size;
        for (var game = 0; game < games; game++)
        {
            var first = game * outcomes;
            var weights = chances.AsSpan(first % chances.Length, outcomes);
            var slack = Tolerance * payoffs.Max(u => u.AsSpan(first, outcomes).ToArray().Max(Math.Abs));
            var constant = zero ? 0 : payoffs.Sum(u => u[first]) / weights[0];
            for (var o = 0; o < outcomes; o++)
            {
                var (sum, chance) = (payoffs.Sum(u => u[first + o]), weights[o]);
                if (Math.Abs(sum - (constant * chance)) <= slack)
                    continue;
                var (name, at) = (describeGame(game), Describe(form.Tree, o));
                return string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{(name.Length > 0 ? $"game {name}, " : "")}{at}: payoffs sum to {sum / chance:R}, not {constant:R}"
                );
            }
        }

        return null;
    }

    private static string Describe(GameTree tree, int outcome)
    {
        var moves = tree.Players.Select(
            (player, p) =>
            {
                var sequence = tree.Sequences[p][outcome];
                if (sequence == 0)
                    return $"{player.Player} does nothing";
                var set = player.InformationSets.Last(s => s.First < sequence);
                return $"{player.Player} does '{set.Actions[sequence - 1 - set.First]}' in '{set.Label}'";
            }
        );
        return $"the outcome where {string.Join(" and ", moves)}";
    }

    private sealed class Cells
    {
        private readonly ValueList<Player> _players;
        private readonly IReadOnlyList<double[]> _payoffs;
        private readonly int _games;
        private readonly Func<int, string> _describeGame;
        private readonly Axis[] _axes;
        private readonly int[] _strides;
        private readonly int _count;
        private readonly double[] _slack; // of each game, since a large payoff in one says nothing about another

        public Cells(
            ValueList<Player> players,
            IReadOnlyList<double[]> payoffs,
            int games,
            Func<int, string> describeGame
        )
        {
            (_players, _payoffs, _games, _describeGame) = (players, payoffs, games, describeGame);
            _axes = [.. players.Select(p => p.Actions)];
            _strides = new int[_axes.Length];
            _count = 1;
            for (var k = _axes.Length - 1; k >= 0; k--)
            {
                _strides[k] = _count;
                _count *= _axes[k].Size;
            }

            _slack =
            [
                .. Enumerable
                    .Range(0, games)
                    .Select(game =>
                        Tolerance * payoffs.Max(u => u.AsSpan(game * _count, _count).ToArray().Max(Math.Abs))
                    ),
            ];
        }

        public string? NotConstantSum(bool zero)
        {
            for (var game = 0; game < _games; game++)
            {
                var expected = zero ? 0.0 : Sum(game, 0);
                for (var cell = 0; cell < _count; cell++)
                {
                    if (Math.Abs(Sum(game, cell) - expected) > _slack[game] * _players.Count)
                    {
                        return $"{At(game, cell)}: the payoffs {Join(game, cell)} sum to {Text(Sum(game, cell))}"
                            + (zero ? "" : $", those at {At(game, 0)} to {Text(expected)}");
                    }
                }
            }

            return null;
        }

        // Swaps of neighbours generate all renamings of players.
        public string? NotSymmetric()
        {
            for (var p = 0; p + 1 < _players.Count; p++)
            {
                var q = p + 1;
                if (_axes[p].Size != _axes[q].Size)
                    return $"'{_players[p]}' has {_axes[p].Size} actions, '{_players[q]}' has {_axes[q].Size}";
                for (var game = 0; game < _games; game++)
                {
                    for (var cell = 0; cell < _count; cell++)
                    {
                        var (i, j) = (Action(cell, p), Action(cell, q));
                        var swapped = cell + ((j - i) * _strides[p]) + ((i - j) * _strides[q]);
                        for (var owner = 0; owner < _players.Count; owner++)
                        {
                            var renamed =
                                owner == p ? q
                                : owner == q ? p
                                : owner;
                            if (Math.Abs(U(owner, game, cell) - U(renamed, game, swapped)) > _slack[game])
                            {
                                return $"'{_players[owner]}' gets {Text(U(owner, game, cell))} at {At(game, cell)}, "
                                    + $"'{_players[renamed]}' gets {Text(U(renamed, game, swapped))} at {At(game, swapped)}";
                            }
                        }
                    }
                }
            }

            return null;
        }

        // Monderer, Shapley (1996), corollary 2.9: gains around every square of two players' deviations sum to 0; squares at the first action suffice.
        public string? NotPotential()
        {
            for (var p = 0; p < _players.Count; p++)
            {
                for (var q = p + 1; q < _players.Count; q++)
                {
                    for (var game = 0; game < _games; game++)
                    {
                        for (var cell = 0; cell < _count; cell++)
                        {
                            var (i, j) = (Action(cell, p), Action(cell, q));
                            if (i == 0 || j == 0)
                                continue;
                            var (left, below) = (cell - (i * _strides[p]), cell - (j * _strides[q]));
                            var corner = left - (j * _strides[q]);
                            var cycle =
                                U(p, game, below)
                                - U(p, game, corner)
                                + U(q, game, cell)
                                - U(q, game, below)
                                + U(p, game, left)
                                - U(p, game, cell)
                                + U(q, game, corner)
                                - U(q, game, left);
                            if (Math.Abs(cycle) > 8 * _slack[game])
                            {
                                return $"the gains of '{_players[p]}' and '{_players[q]}' around the square from {At(game, corner)} to {At(game, cell)} "
                                    + $"sum to {Text(cycle)}, not 0";
                            }
                        }
                    }
                }
            }

            return null;
        }

        private double U(int player, int game, int cell) => _payoffs[player][(game * _count) + cell];

        private double Sum(int game, int cell) => Enumerable.Range(0, _players.Count).Sum(p => U(p, game, cell));

        private int Action(int cell, int player) => cell / _strides[player] % _axes[player].Size;

        private string At(int game, int cell)
        {
            var name = _describeGame(game);
            return (name.Length > 0 ? $"game {name}, cell " : "cell ") + NamedTensor.Describe(_axes, cell);
        }

        private string Join(int game, int cell) =>
            string.Join(", ", Enumerable.Range(0, _players.Count).Select(p => Text(U(p, game, cell))));

        private static string Text(double value) =>
            value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
    }
}
