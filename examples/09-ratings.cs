#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj
#:project ../Solvers/Alignment.Solvers.Exact/Alignment.Solvers.Exact.csproj

using System.Globalization;
using Alignment;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// judged games: the first two beat the rest, and three of them go round in a circle
var games = Comparisons.Of([
    new PairCounts("base", "chat", 30, 70),
    new PairCounts("base", "code", 30, 70),
    new PairCounts("base", "math", 25, 75),
    new PairCounts("chat", "code", 80, 20),
    new PairCounts("code", "math", 75, 25),
    new PairCounts("math", "chat", 65, 35),
]);

Console.WriteLine(RatingReport.Of(games, new NashAveraging(), new AlphaRank()));

// six annotators find a best and c worst, four find b best and a worst
var annotators = Electorate
    .Over("a", "b", "c")
    .WithRanking("six", 6, "a", "b", "c")
    .WithRanking("four", 4, "b", "c", "a");

var reward = BradleyTerry.Fit(annotators.Pooled(10)).Ratings;
var margins = annotators.Margins();
Console.WriteLine($"rewards            a {reward[0]:f2}, b {reward[1]:f2}, c {reward[2]:f2}");
Console.WriteLine($"Condorcet winner   {margins.CondorcetWinner}");
Console.WriteLine($"maximal lottery    {margins.Lottery(new NashAveraging())}");
