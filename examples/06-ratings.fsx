#load "exact.fsx"

open Alignment

// judged games: the first two beat the rest, and three of them go round in a circle
let games =
    Comparisons.Of [
        for first, second, wins, losses in
            [
                "base", "chat", 30, 70
                "base", "code", 30, 70
                "base", "math", 25, 75
                "chat", "code", 80, 20
                "code", "math", 75, 25
                "math", "chat", 65, 35
            ] -> PairCounts(first, second, wins, losses)
    ]

printfn "%O" (RatingReport.Of(games, NashAveraging(), AlphaRank()))

// six annotators find a best and c worst, four find b best and a worst
let annotators =
    Electorate.Over("a", "b", "c").WithRanking("six", 6, "a", "b", "c").WithRanking("four", 4, "b", "c", "a")

let reward = BradleyTerry.Fit(annotators.Pooled 10)
let margins = annotators.Margins()
printfn "rewards            a %.2f, b %.2f, c %.2f" reward.Ratings[0] reward.Ratings[1] reward.Ratings[2]
printfn "Condorcet winner   %s" margins.CondorcetWinner
printfn "maximal lottery    %O" (margins.Lottery(NashAveraging()))
