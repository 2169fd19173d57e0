using Alignment.Compiler;

namespace Alignment.Benchmarks;

/// <summary>align bench NAME: ratios measured in one run, never absolute times alone.</summary>
internal static class EntryPoint
{
    private const int Done = 0;
    private const int WrongInput = 2;

    private const string Help = """
        align bench matrix [OPTIONS]
            Times the solvers on matrix games: Host and Torch executor against eager TorchSharp, the Host against
            this processor's peak, and its memory. Prints Markdown. Takes some minutes; the machine should do
            nothing else meanwhile.

            --out=<FILE>   write the report to a file too
            --smoke        everything once and short, to see that it runs
            --help, -h     print this text

        align bench trees [OPTIONS]
            Times CFR on game trees: the Host against three writings by hand, batches, certificates, growth with the
            tree, memory. Options as above.

        align bench anytime [OPTIONS]
            NashConv against seconds for every solver on four sequential games; with --out also pictures beside the
            file. Takes some minutes. Options as above.

        align bench runs [OPTIONS]
            Solve time with the run store on against off, at 100 measurements a second, and what its operations cost.
            Options as above.

        align bench post-training [OPTIONS]
            From a small base that knows no rules to policies that keep them, on six seeds: what the exact judge says of
            supervised learning, DPO and GRPO. Takes about two hours; stopped and started again it goes on where it was
            (below ALIGN_RUNS, or `runs`). Options as above.

        align bench language [OPTIONS]
            Language models: a training step against its matrix products, decoding against memory and products, what
            operations cost, and whether memory grows. Takes some minutes. Options as above.

        align bench profile SOLVER GAMES ACTIONS float32|float64
        align bench profile SOLVER 'TREE' GAMES float32|float64
            Times each kernel of a step on one block of games: matrix games of so many actions, or a sequential
            game of the library.

            --help, -h     print this text
        """;

    private static readonly string[] Benchmarks =
    [
        "matrix",
        "trees",
        "anytime",
        "runs",
        "language",
        "post-training",
        "profile",
    ];

    private static int Main(string[] args)
    {
        try
        {
            if (args.Contains("--help") || args.Contains("-h"))
            {
                Console.WriteLine(Help);
                return Done;
            }

            Run(args);
            return Done;
        }
        catch (Exception e) when (e is UsageException or ExecutorUnavailableException)
        {
            Console.Error.WriteLine(e.Message);
            return WrongInput;
        }
    }

    private static void Run(string[] args)
    {
        switch (args)
        {
            case ["matrix", .. var options]:
                MatrixBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["trees", .. var options]:
                TreeBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["anytime", .. var options]:
                AnytimeBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["runs", .. var options]:
                RunsBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["post-training", .. var options]:
                PostTrainingBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["language", .. var options]:
                LanguageBenchmark.Run(BenchOptions.Parse(options));
                break;
            case ["profile", .. var operands]:
                Profile.Run(operands);
                break;
            case []:
                throw new UsageException(
                    $"bench: expected the name of a benchmark: {string.Join(" or ", Benchmarks)}."
                );
            default:
                throw new UsageException(
                    $"bench: there is no benchmark '{args[0]}'.{Nearest.Hint(args[0], Benchmarks, "There are")}"
                );
        }
    }
}
