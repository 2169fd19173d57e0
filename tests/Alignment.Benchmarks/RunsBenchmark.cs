using System.Diagnostics;
using System.Globalization;
using Alignment.Runtime;

namespace Alignment.Benchmarks;

/// <summary>What keeping a run costs it: the solve loop with the run store on against off, and the store's operations by themselves.</summary>
internal static class RunsBenchmark
{
    /// <summary>How much longer a kept run may take: a fiftieth.</summary>
    private const double Wanted = 1.02;

    private const int MomentsPerSecond = 100;

    private static readonly (string Game, string Solver)[] Cases =
    [
        ("leduc_poker", "cfr+"),
        ("random_zero_sum(rows=100,columns=100,seed=7)", "rm+"),
    ];

    public static void Run(BenchOptions options)
    {
        var report = new Report(Console.Out);
        report.Paragraph("# align bench runs");
        report.Paragraph(Machine.Describe());
        if (options.Smoke)
            report.Paragraph("A smoke run: everything once and too short to mean anything.");
        // where runs would be kept: a folder in memory costs less than a disk
        var parent = Directory.CreateTempSubdirectory("align-bench-").FullName;
        try
        {
            OnAgainstOff(report, parent, options.Smoke);
            Operations(report, parent, options.Smoke);
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }

        report.Line();
        report.Line(report.Summary);
        if (options.Out is { } file)
            File.WriteAllText(file, report.Text);
    }

    // ---- whole solves ------------------------------------------------------------------------------------------------

    private static void OnAgainstOff(Report report, string parent, bool smoke)
    {
        report.Section("Run store on against off, one thread");
        report.Paragraph(
            $"The same solve, with all its measurements, in turn with a run's folder and without. It is measured {MomentsPerSecond} times a second by its stop rule, and where the loop measures anyway: often at the beginning. Checkpoints every 30 s as by default, synced to the disk."
        );
        report.Header("case", "seconds a solve", "moments a second", "on / off", "wanted below", "verdict");
        foreach (var (game, solver) in Cases)
        {
            var it = Kept.Of(game, solver, smoke ? 0.02 : 1.0);
            using var writer = Begin(parent, solver);
            var times = Paired.Time(
                [count => it.Solve(count, null), count => it.Solve(count, writer)],
                Effort.Full(smoke)
            );
            var ratio = Figure.OfRatio(times[1], times[0]);
            report.Row(
                $"{solver}, {game}",
                Report.Number(Figure.Of(times[0].Select(microseconds => microseconds * 1e-6))),
                Report.Number(it.Moments / it.Seconds),
                Ratio(ratio),
                Ratio(Wanted),
                report.Verdict(ratio.Median < Wanted)
            );
        }
    }

    /// <summary>A solve that is measured so many times a second, and at least once in each hundredth of it.</summary>
    /// <param name="Spec">The game.</param>
    /// <param name="Solver">The solver.</param>
    /// <param name="Until">Its steps, and the moments on the way.</param>
    private sealed record Kept(GameSpec Spec, ISolver Solver, Stop Until)
    {
        /// <summary>Moments of the last solve.</summary>
        public int Moments { get; private set; }

        /// <summary>Seconds of the last solve inside its loop, with measuring.</summary>
        public double Seconds { get; private set; }

        public static Kept Of(string game, string solver, double seconds)
        {
            var (spec, it) = (GameLibrary.Create(game), Alignment.Solver.Find(solver));
            var trial = GameSolver.Solve(
                spec,
                it,
                new SolveOptions { Threads = 1, Until = Stop.AfterSeconds(seconds) }
            );
            var moments = Math.Max(2, (int)(MomentsPerSecond * seconds));
            var period = Math.Max(1, trial.Steps / moments);
            // a rule measures at every count that it names, and holds with the last
            var until = Enumerable
                .Range(2, moments - 1)
                .Aggregate(Stop.AfterSteps(period), (rule, k) => rule & Stop.AfterSteps(k * period));
            return new(spec, it, until);
        }

        public void Solve(int count, IRunRecorder? recorder)
        {
            for (var k = 0; k < count; k++)
            {
                var solution = GameSolver.Solve(
                    Spec,
                    Solver,
                    new SolveOptions
                    {
                        Threads = 1,
                        Until = Until,
                        Recorder = recorder,
                    }
                );
                (Moments, Seconds) = (solution.Trace.Count, solution.Seconds + solution.MeasureSeconds);
            }
        }
    }

    // ---- operations by themselves ------------------------------------------------------------------------------------

    private static void Operations(Report report, string parent, bool smoke)
    {
        report.Section("The store's operations by themselves");
        report.Paragraph(
            "A moment has 12 metrics, a checkpoint 100,000 numbers. Beginning and ending, and a checkpoint, wait for the disk."
        );
        report.Header("operation", "median (quartiles)", "unit");
        var rounds = smoke ? 3 : 101;
        var point = new TracePoint(
            123_456,
            12.345678,
            Enumerable
                .Range(0, 12)
                .ToDictionary(k => $"game/value/player{k}", k => 1.0 / (k + 3), StringComparer.Ordinal)
        );
        using var writer = Begin(parent, "operations");
        using var events = new TensorBoardWriter(writer.Folder.Path);
        const int Moments = 100;
        var measured = Times(rounds, () => Repeat(Moments, () => writer.Measured(point)));
        report.Row("a line of metrics.jsonl", Microseconds(measured, Moments), "us");
        var added = Times(rounds, () => Repeat(Moments, () => events.Add(point)));
        report.Row("a record of TensorBoard's", Microseconds(added, Moments), "us");
        var step = 0L;
        var saved = Times(rounds, () => writer.Save(++step, 1.0 / step, Checkpoint()));
        report.Row("a checkpoint", Milliseconds(saved), "ms");
        var begun = Times(
            rounds,
            () =>
            {
                using var run = Begin(parent, "begin");
                run.End(RunState.Finished, "Done.");
            }
        );
        report.Row("beginning and ending a run", Milliseconds(begun), "ms");
    }

    private static Snapshot Checkpoint()
    {
        var snapshot = new Snapshot();
        snapshot.Put("state", new double[100_000]);
        return snapshot;
    }

    private static double[] Times(int rounds, Action action)
    {
        action();
        var times = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            action();
            times[round] = clock.Elapsed.TotalMilliseconds;
        }

        return times;
    }

    private static void Repeat(int count, Action action)
    {
        for (var k = 0; k < count; k++)
            action();
    }

    private static string Microseconds(double[] times, int count) =>
        Report.Number(Figure.Of(times.Select(time => time * 1e3 / count)));

    private static string Milliseconds(double[] times) => Report.Number(Figure.Of(times));

    // near 1 three digits say nothing
    private static string Ratio(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Ratio(Figure figure) =>
        $"{Ratio(figure.Median)} ({Ratio(figure.Low)} to {Ratio(figure.High)})";

    private static RunWriter Begin(string parent, string name) =>
        RunWriter.Begin(
            parent,
            new RunDescription
            {
                Name = name,
                Started = DateTimeOffset.UtcNow,
                Identity = new Dictionary<string, string>(StringComparer.Ordinal) { ["solver"] = name },
                Start = new("solve", name, [], ".", null),
                Machine = new Dictionary<string, string>(StringComparer.Ordinal),
            },
            "bench"
        );
}
