#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// A red team that attacks in one of eight modes, a blue team that guards one. Policy-space response oracles grow both populations: by best
// responses, or by responses that also keep away from what their population can play already.
using Alignment;

var teams = Games.Inspection(harm: [1, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.5], penalty: 0.5);

// what a response gets, plus w(t) times its KL distance from the hull of its population; w fades out
var away = new RegularizedResponse
{
    Temperature = 0,
    Diversity = new HullDistance(),
    Weight = new WeightSchedule(0.1, Decay: 0.8, Until: 20),
};

var until = Stop.NashConvBelow(1e-6) | Stop.AfterSteps(100);

return new Experiment(teams, new DoubleOracle { Oracle = away }, until).Reporting(Report).Main(args);

string Report(Solution diverse)
{
    var plain = GameSolver.Solve(teams, new DoubleOracle(), new SolveOptions { Until = until });
    var table = new TextTable("responses", "iterations", "value", "red's modes", "blue's modes");
    foreach (var (name, found) in new[] { ("best", plain), ("best and away", diverse) })
    {
        var modes = found.Players.Select(player => $"{Spread(found.Strategy(player)):f2}").ToArray();
        table.Row(name, $"{found.Trace.Count}", $"{found.Value(found.Players[0]):f6}", modes[0], modes[1]);
    }

    return table.ToString();
}

// exp(entropy): over how many modes a mixture is spread
static double Spread(IEnumerable<double> strategy) => Math.Exp(strategy.Sum(p => p > 0 ? -p * Math.Log(p) : 0));
