#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Preferences that go in a circle: no response beats all others, so a policy has to mix. Nash learning finds the mixture; implementations that
// play against a fixed mixture with the reference policy find another one.
using Alignment;

var answer = Axis.Of("answer", "brief", "thorough", "friendly");

// how often the answer of a row is preferred to that of a column
var preferred = Preference.Of(
    answer,
    new[,]
    {
        { 0.5, 0.9, 0.2 },
        { 0.1, 0.5, 0.8 },
        { 0.8, 0.2, 0.5 },
    }
);

// both policies are pulled to a reference, here the uniform one, by 0.1 KL
var learning = Game.Preference("nash learning", preferred, temperature: 0.1);

// the reference's share in the mixture that is played against; 0 lets it decay
var mixture = Axis.Of("mixture", "fixed at 0.5", "fixed at 0.05", "decaying");
var solver = new NashMirrorDescent { Mixture = Expr.Vector(mixture, 0.5, 0.05, 0) };

return new Experiment(learning, solver, Stop.AfterSteps(20_000)).Reporting(Report).Main(args);

string Report(Solution solution)
{
    var table = new TextTable("mixture", "regularized gap", "policy");
    foreach (var (game, k) in solution.Games.Select((g, k) => (g, k)))
        table.Row(
            mixture.Label(k),
            $"{game.Certificate.RegularizedGap:g2}",
            string.Join(" ", game.Strategies[0].Select(p => $"{p:f3}"))
        );
    return table.ToString();
}
