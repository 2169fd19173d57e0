#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

using System.Globalization;
using Alignment;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// scores of five policies
var policies = ObjectivePoints.Of(
    ["helpful", "harmless"],
    new[,]
    {
        { 0.9, 0.1 },
        { 0.7, 0.5 },
        { 0.6, 0.4 },
        { 0.4, 0.8 },
        { 0.1, 0.9 },
    }
);

var front = ParetoFront.Of(policies);
var reference = ObjectiveVector.All(0, "helpful", "harmless");

Console.WriteLine($"front         {front.Members}");
Console.WriteLine($"hypervolume   {Hypervolume.Of(front, reference):f3} above {reference}");
Console.WriteLine($"sparsity      {Sparsity.Of(front, GapScale.Raw):f4}");
Console.WriteLine($"spacing       {Spacing.Of(front, GapScale.Raw):f4}");
Console.WriteLine($"by draws      {Hypervolume.Estimate(policies, reference, seed: 1)}");
