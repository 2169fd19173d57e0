#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

using Alignment;

var red = Player.Of("red", "injection", "persona", "encoding");
var blue = Player.Of("blue", "filter", "monitor");

// how often an attack gets past a defence
var success = Expr.Table([red.Actions, blue.Actions], 0.1, 0.7, 0.6, 0.2, 0.4, 0.3);

var redTeaming = Game.Named("red teaming").ZeroSum(red, blue, success).Probe(Probe.SupportSize(0.01));

return new Experiment(redTeaming, new PredictiveRegretMatchingPlus(), Stop.NashConvBelow(1e-9)).Main(args);
