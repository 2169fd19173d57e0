using System.Diagnostics;
using System.Globalization;
using Alignment.Runtime;
using Microsoft.Extensions.Logging;

namespace Alignment.Benchmarks;

/// <summary>What keeping a run costs it: the solve loop with the run store on against off, and the store's operations by themselves.</summary>
internal static class RunsBenchmark
{
    /// <summary>How much longer a kept run may take, in percent.</summary>
    private const double Wanted = 2;

    private const int MomentsPerSecond = 100;

    private static readonly (string Game, string Solver)[] Cases =
    [
        ("leduc_poker", "cfr+"),
        ("random_zero_sum(rows=100,columns=100,seed=7)", "rm+"),
        ("random_zero_sum(rows=32,columns=32,seed=7)", "hedge"),
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
            $"The same solve, with all its measurements, with a run's folder and without, who is first by turns; its length is such that it is measured {MomentsPerSecond} times a second. Checkpoints every half second, 60 times as often as by default, synced to the disk. In the store: time within the store's calls to the time outside of them, in one solve; this is judged. On / off: processor seconds of whole solves, collector and compiler included, which scatter with the machine by more than the store takes: the median of the rounds' ratios with its 95 % interval must not lie above what is wanted. The last game is small enough for its strategies to be kept at each moment."
        );
        report.Header(
            "case",
            "seconds a solve",
            "moments a second",
            "checkpoints",
            "in the store, % (quartiles)",
            "on / off, median (95 % interval)",
            "wanted below, %",
            "verdict"
        );
        foreach (var (game, solver) in Cases)
        {
            var it = Kept.Of(game, solver, smoke ? 0.02 : 1.0);
            using var writer = Begin(parent, solver);
            var store = new ClockedRecorder(writer);
            var rounds = smoke ? 1 : 61;
            var (off, on, shares, wall) = (
                new double[rounds],
                new double[rounds],
                new double[rounds],
                new double[rounds]
            );
            for (var round = smoke ? 0 : -1; round < rounds; round++) // the first is for the compiler
            {
                var (without, with, share) = (0.0, 0.0, 0.0);
                void Without() => without = it.Solve(null);
                void With()
                {
                    store.Restart();
                    with = it.Solve(store);
                    share = 100 * store.Seconds / (it.Wall - store.Seconds);
                }

                if (round % 2 == 0)
                {
                    Without();
                    With();
                }
                else
                {
                    With();
                    Without();
                }

                if (round >= 0)
                    (off[round], on[round], wall[round], shares[round]) = (without, with, it.Wall, share);
            }

            var (inStore, ratio) = (Figure.Of(shares), Interval(on.Zip(off, (with, without) => with / without)));
            report.Row(
                $"{solver}, {game}",
                Report.Number(Figure.Of(wall)),
                Report.Number(it.Moments / it.Seconds),
                Report.Number(store.Checkpoints),
                Report.Number(inStore),
                Ratio(ratio),
                Report.Number(Wanted),
                report.Verdict(inStore.High < Wanted && ratio.Low < 1 + (Wanted / 100))
            );
        }
    }

    /// <summary>The median with an interval of 95 % for it, by ranks: normal approximation of the binomial.</summary>
    private static Figure Interval(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var low = Math.Max(0, (int)Math.Floor((sorted.Length / 2.0) - (0.98 * Math.Sqrt(sorted.Length))));
        return new(sorted[sorted.Length / 2], sorted[low], sorted[sorted.Length - 1 - low]);
    }

    /// <summary>A solve that is measured so many times a second.</summary>
    /// <param name="Spec">The game.</param>
    /// <param name="Solver">The solver.</param>
    /// <param name="Until">Its steps, and the moments on the way.</param>
    private sealed record Kept(GameSpec Spec, ISolver Solver, Stop Until)
    {
        /// <summary>Moments of the last solve.</summary>
        public int Moments { get; private set; }

        /// <summary>Seconds of the last solve inside its loop, with measuring.</summary>
        public double Seconds { get; private set; }

        /// <summary>Seconds of the last solve from call to return.</summary>
        public double Wall { get; private set; }

        public static Kept Of(string game, string solver, double seconds)
        {
            var (spec, it) = (GameLibrary.Create(game), Alignment.Solver.Find(solver));
            var trial = GameSolver.Solve(
                spec,
                it,
                new SolveOptions { Threads = 1, Until = Stop.AfterSeconds(seconds) }
            );
            return new(spec, it, Measured(trial.Steps, (int)(MomentsPerSecond * seconds)));
        }

        /// <summary>A rule that ends after so many steps and is measured at so many moments, or at those where the loop measures anyway.</summary>
        private static Stop Measured(long steps, int moments)
        {
            var wanted = Enumerable.Range(1, moments).TakeWhile(n => MomentsOf(steps, n) <= moments).LastOrDefault(1);
            return Counts(steps, wanted)
                .Skip(1)
                .Aggregate(Stop.AfterSteps(Counts(steps, wanted).First()), (rule, k) => rule & Stop.AfterSteps(k));
        }

        // a rule measures at every count that it names, and holds with the last
        private static IEnumerable<long> Counts(long steps, int n) =>
            Enumerable.Range(1, n).Select(k => Math.Max(1, steps * k / n)).Distinct();

        private static int MomentsOf(long steps, int n)
        {
            var counts = Counts(steps, n).ToArray();
            var moments = 0;
            for (var step = 0L; step < steps; moments++)
                step = StopRules.NextCheck(step, counts);
            return moments;
        }

        /// <summary>Solves once; gives its processor seconds.</summary>
        public double Solve(IRunRecorder? recorder)
        {
            var clock = Stopwatch.StartNew();
            var before = Environment.CpuUsage.TotalTime;
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
            Wall = clock.Elapsed.TotalSeconds;
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }
    }

    /// <summary>A run's folder, and how long its calls take.</summary>
    private sealed class ClockedRecorder(IRunRecorder store) : IRunRecorder
    {
        private readonly Stopwatch _clock = new();
        private double _taking;

        public double Seconds => _clock.Elapsed.TotalSeconds + _taking;

        public int Checkpoints { get; private set; }

        public Snapshot? Resume => store.Resume;

        public bool IsDue
        {
            get
            {
                _clock.Start();
                var due = store.IsDue;
                _clock.Stop();
                return due;
            }
        }

        public void Restart()
        {
            _clock.Reset();
            (_taking, Checkpoints) = (0, 0);
        }

        public void Begin(BoundGame game, ISolver solver, SolveOptions options) =>
            Clocked(() => store.Begin(game, solver, options));

        public void Begin(RunSubject subject, ILogger logger) => Clocked(() => store.Begin(subject, logger));

        public void Measured(TracePoint point) => Clocked(() => store.Measured(point));

        public void Save(long step, double gap, Snapshot snapshot)
        {
            // it was taken for the store's sake, before this call
            _taking += Stopwatch.GetElapsedTime(snapshot.Began).TotalSeconds;
            Checkpoints++;
            Clocked(() => store.Save(step, gap, snapshot));
        }

        private void Clocked(Action action)
        {
            _clock.Start();
            action();
            _clock.Stop();
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
            "bench",
            options: new() { Interval = TimeSpan.FromSeconds(0.5) }
        );
}
