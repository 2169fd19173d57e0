using Alignment.Compiler;
using Alignment.Runtime;

namespace Alignment;

/// <summary>A checked specification with its data in place and its numbers known.</summary>
public sealed class BoundGame
{
    private readonly double[][] _payoffs;

    private BoundGame(GameSpec declared, GameSpec spec, ValueList<string> notes, ValueList<DataFile> files)
    {
        Declared = declared;
        Spec = spec;
        Notes = notes;
        Files = files;
        if (spec.IsDifferentiable || spec.Players.Count == 0)
        {
            (_payoffs, Structures) = ([], []);
            return;
        }

        _payoffs = Evaluate(
            spec,
            spec.Payoffs.OrderBy(p => spec.Players.IndexOf(p.Player))
                .Select(p => (p.Player.Name, Averaged(spec, p.Payoff)))
        );
        CheckFinite();
        Structures = spec.Tree is { } tree
            ? StructureAnalysis.Decide(tree, Chances(spec, tree), _payoffs, Games, DescribeGame)
            : StructureAnalysis.Decide(spec.Players, _payoffs, Games, DescribeGame);
    }

    /// <summary>The specification as its author wrote it; its hash names the experiment.</summary>
    public GameSpec Declared { get; }

    /// <summary>The specification with tables replaced by their numbers, replicates as a batch axis, and a Lagrange player for each constraint.</summary>
    public GameSpec Spec { get; }

    /// <summary>The axes along which independent games lie.</summary>
    public ValueList<Axis> Batch => Spec.Batch;

    /// <summary>Number of games.</summary>
    public int Games => checked((int)Batch.Aggregate(1L, (n, axis) => n * axis.Size));

    /// <summary>Sentences about the data, such as how many rows were left out.</summary>
    public ValueList<string> Notes { get; }

    /// <summary>The files that were read.</summary>
    public ValueList<DataFile> Files { get; }

    /// <summary>What is known about the payoffs' structure.</summary>
    public ValueList<StructureDecision> Structures { get; }

    /// <summary>Whether payoffs sum to a constant in every game, so that minimax holds.</summary>
    public bool IsConstantSum =>
        Structures.FirstOrDefault(s => s.Structure == Structure.ConstantSum)?.Verdict == Verdict.Proved;

    /// <summary>Names a game of the batch, such as <c>draw=3, category=Privacy</c>; empty for a single game.</summary>
    public string DescribeGame(int game) => Games == 1 ? "" : NamedTensor.Describe(Batch, game);

    /// <summary>The numbers of one game.</summary>
    /// <exception cref="InvalidOperationException">The game is one of smooth payoffs: there is no table of them.</exception>
    public IGameData Data(int game) =>
        Spec.IsDifferentiable
            ? throw new InvalidOperationException(
                $"The game '{Spec.Name}' has smooth payoffs, which no table holds; solve it with a gradient solver."
            )
            : new GameNumbers(this, game);

    /// <summary>Checks a specification, reads its data, and checks that too.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="baseDirectory">Where relative paths of tables start; then the current folder is tried.</param>
    /// <param name="seed">Seed of posterior and bootstrap draws.</param>
    /// <exception cref="SpecException">With all faults of the specification.</exception>
    /// <exception cref="Formats.InputFormatException">A data file does not fit its schema.</exception>
    public static BoundGame Bind(GameSpec spec, string? baseDirectory = null, ulong seed = 0) =>
        Bind(spec, baseDirectory, seed, isMeasured: false);

    /// <summary>The same for a specification that is only measured: it may do without players.</summary>
    internal static BoundGame Bind(GameSpec spec, string? baseDirectory, ulong seed, bool isMeasured)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecCheck.ThrowFaults(spec, isMeasured);
        var notes = new List<string>();
        var files = new List<DataFile>();
        var bound = spec;
        foreach (
            var table in Expr.Topological(spec.Expressions)
                .Select(e => e.Op)
                .OfType<Op.Data>()
                .Select(d => d.Table)
                .Distinct()
        )
        {
            var counts = TableReader.Read(table, baseDirectory ?? ".");
            files.Add(new(table.Path, counts.Sha256));
            if (counts.LeftOut > 0)
                notes.Add(
                    $"{table.Path}: {counts.LeftOut} {(counts.LeftOut == 1 ? "row left out, its label is" : "rows left out, their labels are")} not in {string.Join(", ", table.Axes.Select(a => a.Name))}"
                );
            var probe = spec.Probes.OfType<ResamplingProbe>().FirstOrDefault(p => p.Table == table);
            var rates = Expr.Literal(probe is null ? Rates(table, counts) : Resampling.Draw(probe, counts, seed));
            bound = bound.MapExpressions(e =>
                e.Substitute(node => node.Op is Op.Data d && d.Table == table ? rates : null)
            );
            if (probe is not null)
                bound = bound.Over(probe.Axis);
        }

        if (bound.Constraints.Count > 0)
            bound = DifferentiableGameView.Priced(bound);
        var game = new BoundGame(spec, bound, notes.ToValueList(), files.ToValueList());
        game.CheckClaims();
        game.CheckDistributions();
        game.CheckStrengths();
        return game;
    }

    private static NamedTensor Rates(CountTable table, TableCounts counts) =>
        NamedTensor.Of(table.Axes, [.. counts.Successes.Zip(counts.Trials, (s, n) => s / n)]);

    /// <summary>The probabilities of a tree's outcomes: of all games, where these differ in them, else of one.</summary>
    private static double[] Chances(GameSpec spec, TreeForm form) =>
        form.Chances.Axes.Count > 1
            ? Evaluate(spec, [("chances", form.Chances)])[0]
            : form.Tree.Chances.AsSpan().ToArray();

    private static Expr Averaged(GameSpec spec, Expr payoff) =>
        spec.Tree is null ? new MatrixGameView(spec).Averaged(payoff) : payoff;

    /// <summary>What payoffs are over: all players' actions, or the outcomes of a tree.</summary>
    private static Axis[] PayoffAxes(GameSpec spec) =>
        spec.Tree is null ? [.. spec.Players.Select(p => p.Actions)] : [spec.Tree.Outcomes];

    // One program without state gives all payoffs of all games, in float64.
    private static double[][] Evaluate(GameSpec spec, IEnumerable<(string Name, Expr Value)> values)
    {
        var axes = PayoffAxes(spec);
        var named = values.ToArray();
        var program = Lowering.Program(
            $"payoffs of {spec.Name}",
            spec.Batch,
            SolverState.Empty,
            SolverState.Empty,
            named.Select(v => KeyValuePair.Create(v.Name, v.Value.Expand(axes)))
        );
        using var executable = HostExecutor.Instance.Prepare(program, new());
        executable.Initialize();
        executable.Read();
        var cells = axes.Aggregate(1L, (n, axis) => n * axis.Size);
        return
        [
            .. named.Select(v =>
            {
                var numbers = new double[checked(cells * program.Games)];
                executable.GetOutput(v.Name, numbers);
                return AxisOrder.Reordered(numbers, executable.OutputAxes(v.Name), axes, program.Games);
            }),
        ];
    }

    private void CheckFinite()
    {
        var axes = PayoffAxes(Spec);
        var cells = _payoffs[0].Length / Games;
        var faults = new List<Diagnostic>();
        for (var p = 0; p < _payoffs.Length; p++)
        {
            var at = Array.FindIndex(_payoffs[p], u => !double.IsFinite(u));
            if (at < 0)
                continue;
            var game = DescribeGame(at / cells);
            faults.Add(
                new(
                    $"payoff of '{Spec.Players[p]}'",
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"is {_payoffs[p][at]} at {(game.Length > 0 ? game + ", " : "")}{NamedTensor.Describe(axes, at % cells)}; expected a finite number"
                    )
                )
            );
        }

        if (faults.Count > 0)
            throw new SpecException(faults.ToValueList());
    }

    private void CheckClaims()
    {
        Diagnostic? Fault(Structure claim) =>
            Structures.FirstOrDefault(s => s.Structure == claim) switch
            {
                null => new($"claim {claim}", "is not decided for sequential games; claim ZeroSum or ConstantSum"),
                { Verdict: Verdict.Refuted } s => new($"claim {claim}", $"does not hold: {s.Witness}"),
                _ => null,
            };
        var faults = Spec.Claims.Select(Fault).OfType<Diagnostic>().ToValueList();
        if (faults.Count > 0)
            throw new SpecException(faults);
    }

    // Distributions that the specification gives must sum to 1 over their axis, in every game.
    private void CheckDistributions()
    {
        var given = Spec
            .NatureVariables.Select(n => ($"distribution of '{n.Axis.Name}'", n.Axis, n.Distribution, Positive: false))
            .Concat(
                Spec.Regularizers.Where(r => r.Regularizer is KlRegularizer)
                    .Select(r =>
                        (
                            $"reference of '{r.Player}'",
                            r.Player.Actions,
                            ((KlRegularizer)r.Regularizer).Reference,
                            Positive: true
                        )
                    )
            )
            .ToArray();
        var faults = new List<Diagnostic>();
        foreach (var (where, axis, distribution, positive) in given)
        {
            var (sum, lowest) = (distribution.Expand(axis).Sum(axis), distribution.Expand(axis).Min(axis));
            if (axis.Parent is { } sets)
                (sum, lowest) = (1 + (sum - 1).Abs().Max(sets), lowest.Min(sets));
            var numbers = Numbers(where, [new("sum", sum), new("least", lowest)]);
            var (sums, least) = (numbers["sum"], numbers["least"]);
            var culture = System.Globalization.CultureInfo.InvariantCulture;
            var wrong = Array.FindIndex(sums, s => !(Math.Abs(s - 1) <= 1e-9));
            if (wrong >= 0)
                faults.Add(
                    new(
                        where,
                        string.Create(
                            culture,
                            $"expected weights over '{axis.Name}' that sum to 1, got {sums[wrong]}{AtGame(wrong)}"
                        )
                    )
                );
            else if (Array.FindIndex(least, l => positive ? !(l > 0) : !(l >= 0)) is >= 0 and var low)
                faults.Add(
                    new(
                        where,
                        string.Create(
                            culture,
                            $"expected weights {(positive ? "above" : "of at least")} 0, got {least[low]}{AtGame(low)}"
                        )
                    )
                );
        }

        if (faults.Count > 0)
            throw new SpecException(faults.ToValueList());
    }

    private string AtGame(int game) => Games == 1 ? "" : $" at {DescribeGame(game)}";

    // A penalty that is not above 0 has no best response.
    private void CheckStrengths()
    {
        var faults = new List<Diagnostic>();
        foreach (var (player, regularizer) in Spec.Regularizers)
        {
            var strength = Numbers($"strength of '{player}'", [new("strength", regularizer.Expressions[^1])])[
                "strength"
            ];
            var wrong = Array.FindIndex(strength, s => !(s > 0));
            if (wrong < 0)
                continue;
            faults.Add(
                new(
                    $"regularizer of '{player}'",
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"its strength must lie above 0, got {strength[wrong]}{AtGame(wrong)}"
                    )
                )
            );
        }

        if (faults.Count > 0)
            throw new SpecException(faults.ToValueList());
    }

    /// <summary>One number a game for each expression.</summary>
    private Dictionary<string, double[]> Numbers(string name, KeyValuePair<string, Expr>[] expressions)
    {
        var program = Lowering.Program(name, Spec.Batch, SolverState.Empty, SolverState.Empty, expressions);
        using var executable = HostExecutor.Instance.Prepare(program, new());
        executable.Initialize();
        executable.Read();
        var numbers = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var (key, _) in expressions)
        {
            numbers[key] = new double[program.Games];
            executable.GetOutput(key, numbers[key]);
        }

        return numbers;
    }

    private sealed class GameNumbers(BoundGame game, int index) : IGameData
    {
        public ValueList<Player> Players => game.Spec.Players;

        public GameTree? Tree => game.Spec.Tree?.Tree;

        public ReadOnlySpan<double> Payoff(int player)
        {
            var cells = game._payoffs[player].Length / game.Games;
            return game._payoffs[player].AsSpan(index * cells, cells);
        }
    }
}

/// <summary>A data file that a game was bound to.</summary>
/// <param name="Path">As the specification writes it.</param>
/// <param name="Sha256">Hash of its bytes.</param>
public sealed record DataFile(string Path, string Sha256);
