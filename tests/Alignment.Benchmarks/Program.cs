using Alignment.Benchmarks;

// align bench NAME: ratios measured in one run, never absolute times alone.
return args switch
{
    ["matrix", .. var rest] => MatrixBenchmark.Run(smoke: rest.Contains("--smoke")),
    ["profile", var solver, var games, var actions, var precision] => MatrixBenchmark.Profile(
        solver,
        games,
        actions,
        precision
    ),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: bench matrix [--smoke] | profile SOLVER GAMES ACTIONS float32|float64");
    return 2;
}
