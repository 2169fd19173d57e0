namespace Alignment.Benchmarks;

/// <summary>What steps allocate, and whether the process grows.</summary>
internal sealed record Memory(
    int Calls,
    int Chunks,
    IReadOnlyList<(string What, double Bytes)> Allocations,
    IReadOnlyList<(string What, (long Before, long After) Bytes)> Residents
)
{
    private const int StepsPerChunk = 10;

    /// <summary>Growth of the process that is no growth: pages come and go.</summary>
    private const long Slack = 1 << 20;

    public static Memory Measure(bool smoke)
    {
        var (calls, chunks) = smoke ? (1_000, 1_000) : (100_000, 100_000);
        var allocations = new List<(string, double)>();
        foreach (var games in new[] { 1, 1024 })
        {
            foreach (var solver in Case.Solvers)
            {
                foreach (var precision in Case.Precisions)
                {
                    var it = new Case(solver, games, 3, precision);
                    allocations.Add((it.ToString(), Allocated(it, threads: 1, calls)));
                }
            }
        }

        var shared = new Case("rm+", 1024, 3, Precision.Float32);
        allocations.Add(($"{shared}, 2 threads", Allocated(shared, threads: 2, calls)));

        var one = new Case("rm+", 1, 3, Precision.Float64);
        return new(
            calls,
            chunks,
            allocations,
            [
                ("executor, " + one, ResidentOfExecutor(one, chunks)),
                ("executor, " + shared, ResidentOfExecutor(shared, chunks)),
                ("GameSolver.Solve, " + one, ResidentOfLoop(one, chunks)),
            ]
        );
    }

    public void Write(Report report)
    {
        report.Section("Memory of the Host executor");
        report.Paragraph(
            FormattableString.Invariant(
                $"Bytes allocated by all threads in {Calls:#,0} calls of one step each, after as many to warm up. Wanted: none."
            )
        );
        report.Header("case", "bytes a step", "verdict");
        foreach (var (what, bytes) in Allocations)
            report.Row(what, Report.Number(bytes), report.Verdict(bytes == 0));
        report.Line();
        report.Paragraph(
            FormattableString.Invariant(
                $"Resident memory of the process before and after {Chunks:#,0} chunks of {StepsPerChunk} steps, after a tenth as many to warm up. Wanted: flat, to within {Slack / 1048576.0} MB."
            )
        );
        report.Header("case", "before, MB", "after, MB", "verdict");
        foreach (var (what, (before, after)) in Residents)
        {
            report.Row(
                what,
                Report.Number(before / 1048576.0),
                Report.Number(after / 1048576.0),
                report.Verdict(after - before <= Slack)
            );
        }
    }

    private static double Allocated(Case it, int threads, int calls)
    {
        using var host = new Compiled(it, it.Payoffs(), HostExecutor.Instance, threads);
        Steps(host, calls, 1);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Steps(host, calls, 1);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)calls;
    }

    private static (long Before, long After) ResidentOfExecutor(Case it, int chunks)
    {
        using var host = new Compiled(it, it.Payoffs(), HostExecutor.Instance);
        Steps(host, chunks / 10, StepsPerChunk);
        var before = Environment.WorkingSet;
        Steps(host, chunks, StepsPerChunk);
        return (before, Environment.WorkingSet);
    }

    private static (long Before, long After) ResidentOfLoop(Case it, int chunks)
    {
        var spec = it.Spec(it.Payoffs());
        Solve(chunks / 10);
        var before = Environment.WorkingSet;
        Solve(chunks);
        return (before, Environment.WorkingSet);

        void Solve(int count) =>
            GameSolver.Solve(
                spec,
                Solver.Find(it.Solver),
                new SolveOptions
                {
                    Chunk = StepsPerChunk,
                    Threads = 1,
                    Precision = it.Precision,
                    Until = Stop.AfterSteps(count * StepsPerChunk),
                }
            );
    }

    private static void Steps(Compiled host, int calls, int steps)
    {
        for (var k = 0; k < calls; k++)
            host.Run(steps);
    }
}
