using System.Diagnostics;
using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>Counterfactual regret minimization on game trees: the compiled solver against three writings by hand, and what it costs.</summary>
internal static class TreeBenchmark
{
    private const int Batch = 64;

    public static void Run(BenchOptions options)
    {
        TreeAgreement.RequireOfPoker();
        var report = new Report(Console.Out);
        report.Paragraph("# align bench trees");
        report.Paragraph(Machine.Describe());
        if (options.Smoke)
            report.Paragraph("A smoke run: everything once and too short to mean anything.");
        AgainstHand(report, options.Smoke);
        Batched(report, options.Smoke);
        BestResponses(report, options.Smoke);
        Allocations(report, options.Smoke);
        // before the large trees, which the process would be measured with
        if (!options.Smoke)
            LiarsDice(report);
        Linear(report, options.Smoke);
        Limits(report, options.Smoke);
        report.Line();
        report.Line(report.Summary);
        if (options.Out is { } file)
            File.WriteAllText(file, report.Text);
    }

    // ---- against writings by hand ----------------------------------------------------------------------------------

    private static void AgainstHand(Report report, bool smoke)
    {
        report.Section("CFR in float64, one game, one thread");
        report.Paragraph(
            "The same update by all (regret matching, simultaneous, uniform average): averages after 100 iterations agree to 1e-9. Recursive: over states, with a dictionary of information states. Flat: loops over the enumerated tree. By hand: loops over the sequence form, fused. The compiled solver also gives back to its average what rounding takes (Kahan), which none of the others does. Ratios: theirs over ours; for \"by hand\" ours over theirs, wanted below."
        );
        report.Header(
            "game",
            "ours, us an iteration",
            "recursive / ours",
            "wanted",
            "verdict",
            "flat / ours",
            "wanted",
            "verdict",
            "ours / by hand",
            "wanted below",
            "verdict",
            "recursive, flat, by hand: us"
        );
        AgainstHand(report, new LeducPoker(), (100, 3.5, 1.3), smoke);
        AgainstHand(report, new KuhnPoker(), null, smoke);
    }

    private static void AgainstHand<TState>(
        Report report,
        IRules<TState> rules,
        (double Recursive, double Flat, double Hand)? wanted,
        bool smoke
    )
    {
        var tree = GameTree.Of(rules);
        using var ours = TreeCase.Of(tree, "cfr");
        var writings = TreeAgreement.Writings(rules, tree);
        ours.Run(TreeAgreement.Iterations);
        foreach (var writing in writings)
            writing.Run(TreeAgreement.Iterations);
        var distance = TreeAgreement.Distance(writings[^1].Average(), ours.Average());
        if (!(distance <= 1e-9))
            throw new InvalidOperationException(
                FormattableString.Invariant(
                    $"{tree.Name}: the compiled solver is another update, off by {distance:g3}."
                )
            );
        var times = Paired.Time([ours.Run, .. writings.Select(w => (Action<int>)w.Run)], Effort.Full(smoke));
        var (recursive, flat, hand) = (
            Figure.OfRatio(times[1], times[0]),
            Figure.OfRatio(times[2], times[0]),
            Figure.OfRatio(times[0], times[3])
        );
        string Wanted(double? number) => number is { } n ? Report.Number(n) : "";
        string Verdict(bool? met) => met is { } m ? report.Verdict(m) : "";
        report.Row(
            Describe(tree),
            Report.Number(Figure.Of(times[0])),
            Report.Number(recursive),
            Wanted(wanted?.Recursive),
            Verdict(wanted is null ? null : recursive.Median >= wanted?.Recursive),
            Report.Number(flat),
            Wanted(wanted?.Flat),
            Verdict(wanted is null ? null : flat.Median >= wanted?.Flat),
            Report.Number(hand),
            Wanted(wanted?.Hand),
            Verdict(wanted is null ? null : hand.Median <= wanted?.Hand),
            string.Join(", ", times.Skip(1).Select(t => Report.Number(Figure.Of(t).Median)))
        );
        if (wanted is null)
            report.Row(
                $"{tree.Name}, below 1 us",
                Report.Number(Figure.Of(times[0])),
                "",
                "",
                report.Verdict(Figure.Of(times[0]).Median < 1),
                "",
                "",
                "",
                "",
                "",
                "",
                ""
            );
    }

    private static string Describe(GameTree tree) =>
        FormattableString.Invariant(
            $"{tree.Name} ({tree.Size.Histories:#,0} histories, {tree.Players.Sum(p => p.InformationSets.Count):#,0} information sets, {tree.Outcomes:#,0} non-zeros; suits and colours told apart)"
        );

    // ---- batches ---------------------------------------------------------------------------------------------------

    private static void Batched(Report report, bool smoke)
    {
        report.Section($"{Batch} games in float32 against one in float64, one thread");
        report.Header("game", "one, us", $"{Batch}, us a game", "cheaper", "wanted", "verdict");
        foreach (var tree in new[] { GameTree.Of(new LeducPoker()), GameTree.Of(new KuhnPoker()) })
        {
            using var one = TreeCase.Of(tree, "cfr");
            using var many = TreeCase.Of(tree, "cfr", Precision.Float32, Batch);
            var times = Paired.Time([one.Run, many.Run], Effort.Full(smoke));
            var single = times[1].Select(t => t / Batch).ToArray();
            var cheaper = Figure.OfRatio(times[0], single);
            report.Row(
                tree.Name,
                Report.Number(Figure.Of(times[0])),
                Report.Number(Figure.Of(single)),
                Report.Number(cheaper),
                "6",
                report.Verdict(cheaper.Median >= 6)
            );
        }
    }

    // ---- certificates ----------------------------------------------------------------------------------------------

    private static void BestResponses(Report report, bool smoke)
    {
        report.Section("An exact certificate against an iteration");
        report.Paragraph(
            "NashConv of a profile: both players' values and exact best responses, in float64, by the program that certifies every result."
        );
        report.Header("game", "iteration, us", "certificate, us", "certificate / iteration", "wanted below", "verdict");
        foreach (var tree in new[] { GameTree.Of(new LeducPoker()), GameTree.Of(new KuhnPoker()) })
        {
            var spec = Game.FromTree(tree);
            using var ours = TreeCase.Of(tree, "cfr");
            using var measure = HostExecutor.Instance.Prepare(
                Measurement.Compile(spec, [], withJoint: false),
                new(Precision.Float64, 1)
            );
            // weights that are all alike; evaluating makes them probabilities
            var uniform = GameSolver.Evaluate(
                BoundGame.Bind(spec),
                spec.Players.Select(p => Enumerable.Repeat(1.0, p.Actions.Size).ToValueList()).ToValueList()
            )[0];
            foreach (var (player, strategy) in spec.Players.Zip(uniform.Strategies))
            {
                var along = new double[player.Actions.Size];
                spec.Tree!.Treeplex(player).InAxisOrder(strategy.AsSpan(), along);
                measure.SetInput(Measurement.StrategyInput(player), along);
            }

            measure.Initialize();
            void Certify(int count)
            {
                for (var k = 0; k < count; k++)
                    measure.Initialize();
            }

            var times = Paired.Time([ours.Run, Certify], Effort.Full(smoke));
            var ratio = Figure.OfRatio(times[1], times[0]);
            report.Row(
                tree.Name,
                Report.Number(Figure.Of(times[0])),
                Report.Number(Figure.Of(times[1])),
                Report.Number(ratio),
                "2",
                report.Verdict(ratio.Median <= 2)
            );
        }
    }

    // ---- growth ----------------------------------------------------------------------------------------------------

    private static void Linear(Report report, bool smoke)
    {
        report.Section("Cost of an iteration, from small trees to large ones");
        report.Paragraph(
            "Leduc poker with more ranks: the same bets, more cards. Wanted: the time for each non-zero changes by at most 30 % from the first row to the last."
        );
        report.Header(
            "ranks",
            "histories",
            "information sets",
            "non-zeros",
            "us an iteration",
            "ns a non-zero",
            "MB of memory"
        );
        var costs = new List<double>();
        foreach (var ranks in smoke ? [3, 4] : new[] { 3, 5, 8, 12, 18, 26 })
        {
            var tree = GameTree.Of(new LeducPoker(ranks), mostHistories: 100_000_000);
            using var ours = TreeCase.Of(tree, "cfr");
            var times = Paired.Time([ours.Run], smoke ? Effort.Full(smoke) : new(5, 0.1, 0.5));
            var time = Figure.Of(times[0]);
            costs.Add(1000 * time.Median / tree.Outcomes);
            report.Row(
                $"{ranks}",
                FormattableString.Invariant($"{tree.Size.Histories:#,0}"),
                FormattableString.Invariant($"{tree.Players.Sum(p => p.InformationSets.Count):#,0}"),
                FormattableString.Invariant($"{tree.Outcomes:#,0}"),
                Report.Number(time),
                Report.Number(costs[^1]),
                Report.Number(Process.GetCurrentProcess().WorkingSet64 / 1048576.0)
            );
        }

        var spread = costs.Max() / costs.Min();
        report.Line();
        report.Paragraph(
            $"Largest over smallest: {Report.Number(spread)}, wanted at most 1.3: {report.Verdict(spread <= 1.3)}."
        );
    }

    // ---- the floor -------------------------------------------------------------------------------------------------

    private static void Limits(Report report, bool smoke)
    {
        var peak = Peak.Of<double>(smoke);
        report.Section("The floor");
        report.Paragraph(
            "What an iteration asks of the processor however it is written, in float64: a multiply-add for each non-zero and player; for each action twelve further operations and a division (regret matching, both sweeps, regrets, the compensated average); and bytes that cannot be spared: each player's payoffs and 32-bit indices, the regrets and both parts of the average, read and written. Beside it the time at this processor's peak, one thread, vectors full and memory in the second-level cache; gathers, which take one load a non-zero, are not counted."
        );
        report.Header(
            "game",
            "operations",
            "divisions",
            "bytes",
            "us for operations",
            "us for divisions",
            "us for bytes",
            "us measured",
            "above the floor"
        );
        foreach (
            var tree in new[]
            {
                GameTree.Of(new KuhnPoker()),
                GameTree.Of(new LeducPoker()),
                GameTree.Of(new LeducPoker(8)),
            }
        )
        {
            using var ours = TreeCase.Of(tree, "cfr");
            var time = Figure.Of(Paired.Time([ours.Run], smoke ? Effort.Full(smoke) : new(9, 0.03, 0.4))[0]).Median;
            var (actions, terms) = ((double)tree.Players.Sum(p => p.Actions), 2.0 * tree.Outcomes);
            var (operations, bytes) = (terms + (12 * actions), (12 * terms) + (48 * actions));
            double[] floor =
            [
                operations / peak.Operations / 1000,
                actions / peak.Divisions / 1000,
                bytes / peak.SecondLevelBytes / 1000,
            ];
            report.Row([
                tree.Name,
                Report.Number(operations),
                Report.Number(actions),
                Report.Number(bytes),
                .. floor.Select(Report.Number),
                Report.Number(time),
                Report.Number(time / floor.Max()),
            ]);
        }
    }

    // ---- memory ----------------------------------------------------------------------------------------------------

    private static void Allocations(Report report, bool smoke)
    {
        report.Section("Memory allocated by iterations");
        report.Header("case", "bytes an iteration", "verdict");
        var tree = GameTree.Of(new LeducPoker());
        foreach (var (solver, games) in new[] { ("cfr", 1), ("cfr+", 1), ("pcfr+", 1), ("mmd", 1), ("cfr", Batch) })
        {
            using var ours = TreeCase.Of(tree, solver, games: games);
            var count = smoke ? 10 : 2_000;
            ours.Run(count);
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var k = 0; k < count; k++)
                ours.Run(1);
            var bytes = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)count;
            report.Row($"{tree.Name}, {solver}, games={games}", Report.Number(bytes), report.Verdict(bytes == 0));
        }
    }

    // ---- a larger game -----------------------------------------------------------------------------------------------

    private static void LiarsDice(Report report)
    {
        report.Section("Liar's dice, one die of six sides each: 1,000 iterations of CFR+");
        var clock = Stopwatch.StartNew();
        var tree = GameTree.Of(new LiarsDice(dice: 1, sides: 6));
        var enumerated = clock.Elapsed.TotalSeconds;
        var solution = GameSolver.Solve(
            Game.FromTree(tree),
            Solver.Find("cfr+"),
            new SolveOptions { Until = Stop.AfterSteps(1_000), Threads = 1 }
        );
        var seconds = clock.Elapsed.TotalSeconds;
        var megabytes = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0;
        report.Header(
            "tree",
            "enumeration, s",
            "all, s",
            "wanted below",
            "verdict",
            "NashConv",
            "process at most, MB",
            "wanted below",
            "verdict"
        );
        report.Row(
            Describe(tree),
            Report.Number(enumerated),
            Report.Number(seconds),
            "10",
            report.Verdict(seconds < 10),
            FormattableString.Invariant($"{solution.Certificate.NashConv:g3}"),
            Report.Number(megabytes),
            "500",
            report.Verdict(megabytes < 500)
        );
    }
}
