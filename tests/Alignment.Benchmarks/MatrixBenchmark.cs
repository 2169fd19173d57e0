using System.Globalization;
using System.Runtime.InteropServices;
using Alignment.Compiler;
using Alignment.Torch;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>Compiled solvers on the Host executor against the fastest eager TorchSharp writing of the same update, one thread each.</summary>
internal static class MatrixBenchmark
{
    public static int Run(bool smoke)
    {
        TorchNative.EnsureLoaded();
        TorchNative.ConfigureThreads(1);
        Console.WriteLine(Machine());
        Console.WriteLine();
        Console.WriteLine(
            "| case | host us/step (quartiles) | fastest eager us/step (quartiles) | eager / host | which eager | ns a game |"
        );
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (games, actions) in new[] { (1, 3), (1024, 3), (1, 100) })
        {
            foreach (var name in new[] { "rm+", "hedge" })
            {
                foreach (var precision in new[] { Precision.Float32, Precision.Float64 })
                    Row(name, games, actions, precision, smoke);
            }
        }

        return 0;
    }

    /// <summary>Prints what each kernel of a step costs on one block of games.</summary>
    public static int Profile(string solver, string games, string actions, string precision)
    {
        var culture = CultureInfo.InvariantCulture;
        var (g, a) = (int.Parse(games, culture), int.Parse(actions, culture));
        var payoffs = Payoffs(g, a);
        using var compiled = new Compiled(
            solver,
            payoffs,
            g,
            a,
            Enum.Parse<Precision>(precision, ignoreCase: true),
            HostExecutor.Instance,
            threads: 1
        );
        compiled.Run(20_000);
        Console.WriteLine(compiled.Describe().Split('\n')[0]);
        var kernels = compiled.Profile(20_000);
        kernels = compiled.Profile(20_000);
        foreach (var (label, nanoseconds) in kernels)
            Console.WriteLine(string.Create(culture, $"{nanoseconds, 8:f1} ns  {label}"));
        Console.WriteLine(
            string.Create(culture, $"{kernels.Sum(k => k.Nanoseconds), 8:f1} ns  in all {kernels.Count}")
        );
        return 0;
    }

    private static double[] Payoffs(int games, int actions) =>
        [
            .. Enumerable
                .Range(0, games * actions * actions)
                .Select(k => (2 * new RandomStream(1, "bench").Uniform(0, k)) - 1),
        ];

    private static void Row(string name, int games, int actions, Precision precision, bool smoke)
    {
        var payoffs = Payoffs(games, actions);
        using var host = new Compiled(name, payoffs, games, actions, precision, HostExecutor.Instance, threads: 1);
        var type = precision == Precision.Float32 ? ScalarType.Float32 : ScalarType.Float64;
        var layouts = Enum.GetValues<EagerTorch.Layout>()
            .Where(l => l != EagerTorch.Layout.Single || games == 1)
            .ToArray();
        var eager = layouts.Select(l => Eager(name, l, type, payoffs, games, actions)).ToArray();
        var times = Paired.Time([host.Run, .. eager.Select(e => (Action<int>)e.Run)], smoke);
        var best = Enumerable.Range(1, layouts.Length).MinBy(k => Figure.Of(times[k]).Median);
        var ratio = Figure.Of(times[best].Zip(times[0], (e, h) => e / h));
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(
            string.Create(
                culture,
                $"| {name}, games={games}, actions={actions}, {precision.ToString().ToLowerInvariant()} | {Text(Figure.Of(times[0]))} | {Text(Figure.Of(times[best]))} | {ratio.Median:f1} ({ratio.Low:f1} to {ratio.High:f1}) | {layouts[best - 1]} | {Figure.Of(times[0]).Median * 1000 / games:f1} |"
            )
        );
        foreach (var e in eager)
            e.Dispose();
    }

    private static EagerTorch Eager(
        string name,
        EagerTorch.Layout layout,
        ScalarType type,
        double[] payoffs,
        int games,
        int actions
    ) =>
        name == "rm+"
            ? new EagerRegretMatchingPlus(layout, type, payoffs, games, actions)
            : new EagerHedge(layout, type, payoffs, games, actions);

    private static string Text(Figure f) =>
        string.Create(CultureInfo.InvariantCulture, $"{f.Median:g4} ({f.Low:g4} to {f.High:g4})");

    private static string Machine() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, vectors of {System.Numerics.Vector<byte>.Count} bytes"
        );
}

/// <summary>A solver compiled for a batch of random zero-sum games.</summary>
internal sealed class Compiled : IDisposable
{
    private readonly IExecutable _executable;
    private long _step;

    public Compiled(
        string solver,
        double[] payoffs,
        int games,
        int actions,
        Precision precision,
        IExecutor executor,
        int threads
    )
    {
        var (row, column) = (Player.Of("row", actions), Player.Of("column", actions));
        var batch = Axis.Of("game", games);
        var spec = Game.Named("bench")
            .ZeroSum(row, column, Expr.Literal(NamedTensor.Of([batch, row.Actions, column.Actions], payoffs)))
            .Over(batch);
        var program = SolverProgram.Compile(spec, (IIterativeSolver)Solver.Find(solver), spec.Batch, withJoint: false);
        _executable = executor.Prepare(program, new(precision, threads));
        _executable.Initialize();
    }

    public void Run(int steps)
    {
        // float32 counts steps up to 2^24 only
        if (_step + steps > 1 << 24)
            _step = 0;
        _executable.Run(_step + 1, steps);
        _step += steps;
    }

    public string Describe() => _executable.DescribePlan();

    public IReadOnlyList<(string Label, double Nanoseconds)> Profile(int rounds) =>
        _executable is Alignment.Runtime.Host.HostExecutable<float> single
            ? single.Profile(rounds)
            : ((Alignment.Runtime.Host.HostExecutable<double>)_executable).Profile(rounds);

    public void Dispose() => _executable.Dispose();
}
