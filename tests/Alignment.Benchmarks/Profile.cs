using System.Globalization;
using Alignment.Compiler;
using Alignment.Runtime.Host;

namespace Alignment.Benchmarks;

/// <summary>Prints what each kernel of a step costs on one block of games.</summary>
internal static class Profile
{
    private const int Rounds = 20_000;

    public static void Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is [var solver, var game, var games, var precision] && !char.IsAsciiDigit(game[0]))
        {
            var tree =
                GameLibrary.Create(game).Tree?.Tree
                ?? throw new UsageException($"bench profile: '{game}' is no sequential game.");
            using var compiledTree = TreeCase.Of(tree, solver, PrecisionOf(precision), Count("GAMES", games, 1));
            Print(compiledTree.Executable, compiledTree.Run);
            return;
        }

        var it = Parse(arguments);
        using var compiled = new Compiled(it, it.Payoffs(), HostExecutor.Instance);
        Print(compiled.Executable, compiled.Run);
    }

    private static void Print(IExecutable executable, Action<int> run)
    {
        run(Rounds);
        Console.WriteLine(executable.DescribePlan().Split('\n')[0]);
        Kernels(executable);
        var kernels = Kernels(executable);
        foreach (var (label, nanoseconds) in kernels)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{nanoseconds, 8:f1} ns  {label}"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{kernels.Sum(k => k.Nanoseconds), 8:f1} ns  in all {kernels.Count}"
            )
        );
    }

    private static IReadOnlyList<(string Label, double Nanoseconds)> Kernels(IExecutable executable) =>
        executable is HostExecutable<float> single
            ? single.Profile(Rounds)
            : ((HostExecutable<double>)executable).Profile(Rounds);

    private static Case Parse(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var solver, var games, var actions, var precision])
            throw new UsageException(
                "bench profile: expected SOLVER GAMES ACTIONS float32|float64, or SOLVER 'GAME' GAMES float32|float64."
            );
        try
        {
            if (Solver.Find(solver) is not IIterativeSolver)
                throw new UsageException($"bench profile: '{solver}' does not run in steps.");
        }
        catch (ArgumentException e)
        {
            throw new UsageException($"bench profile: {e.Message}");
        }

        return new(solver, Count("GAMES", games, 1), Count("ACTIONS", actions, 2), PrecisionOf(precision));
    }

    private static int Count(string name, string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least
            ? count
            : throw new UsageException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"bench profile: {name}: expected a whole number of at least {least}, got '{text}'."
                )
            );

    private static Precision PrecisionOf(string text) =>
        text switch
        {
            "float32" => Precision.Float32,
            "float64" => Precision.Float64,
            _ => throw new UsageException($"bench profile: expected float32 or float64, got '{text}'."),
        };
}
