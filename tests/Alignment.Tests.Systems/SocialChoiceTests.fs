/// Groups of voters, majority margins, Condorcet winners, Smith sets and maximal lotteries.
module Alignment.Tests.SocialChoiceTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private lottery (margins: MajorityMargins) = margins.Lottery(NashAveraging())

let private nearAll tolerance expected (actual: float seq) what =
    Seq.iter2 (fun e a -> near tolerance e a what) expected actual

let private electorate (groups: (float * string list) list) =
    let alternatives = groups |> List.head |> snd |> List.sort |> Array.ofList

    groups
    |> List.indexed
    |> List.fold
        (fun (e: Electorate) (k, (weight, ranking)) -> e.WithRanking($"group {k}", weight, Array.ofList ranking))
        (Electorate.Over alternatives)

/// How many of single voters, listed one by one, prefer the first to the second.
let private prefer (voters: string list list) first second =
    voters
    |> List.filter (fun ranking -> List.findIndex ((=) first) ranking < List.findIndex ((=) second) ranking)
    |> List.length

let rec private permutations =
    function
    | [] -> [ [] ]
    | items -> [
        for item in items do
            for rest in permutations (List.except [ item ] items) -> item :: rest
      ]

let private best (values: float seq) = values |> Seq.indexed |> Seq.maxBy snd |> fst

// ---- Reward models and majorities ----------------------------------------------------------------------------------

let private rewardModels =
    testList "reward models" [
        // Ten annotators: six find a best and c worst, four b best and a worst.
        // a beats b 6 : 4 and c 6 : 4: the Condorcet winner. b beats c 10 : 0, so its share of all comparisons is
        // (4 + 10) / 20 = 0.7 against a's (6 + 6) / 20 = 0.6, and a reward fitted to the pool follows shares.
        let six, four = [ "a"; "b"; "c" ], [ "b"; "c"; "a" ]
        let annotators = List.replicate 6 six @ List.replicate 4 four
        let groups = electorate [ 6.0, six; 4.0, four ]

        test "one fitted to the pool misses the Condorcet winner, which the lottery finds" {
            Expect.equal
                (prefer annotators "a" "b", prefer annotators "a" "c")
                (6, 6)
                "a is preferred to both by six of ten"

            Expect.equal (prefer annotators "b" "c") 10 "b to c by all"

            let margins = groups.Margins()
            Expect.equal margins.CondorcetWinner "a" "Condorcet winner"
            Expect.equal (List.ofSeq margins.SmithSet) [ "a" ] "Smith set"
            let found = lottery margins
            nearAll 1e-12 [ 1.0; 0.0; 0.0 ] found.Probabilities "lottery"
            Expect.equal found.Note "The only equilibrium, by rank and by linear programs." "the only one"

            let reward = BradleyTerry.Fit(groups.Pooled 10)
            Expect.equal reward.Comparisons.Labels[best reward.Ratings] "b" "the largest reward"
            // a policy that maximizes it is disliked by six of ten
            near 1e-12 0.2 (margins.MarginOf(0, 1)) "margin of a over b"
        }

        test "whatever the reward model finds, by trying all rewards on a grid" {
            // log-likelihood of the pool, ten comparisons a pair, r_c = 0
            let logSigmoid x = -log(1.0 + exp -x)

            let likelihood a b =
                6.0 * logSigmoid (a - b)
                + 4.0 * logSigmoid (b - a)
                + 6.0 * logSigmoid a
                + 4.0 * logSigmoid -a
                + 10.0 * logSigmoid b

            let grid = [ -3.0 .. 0.05..3.0 ]
            let a, b = List.allPairs grid grid |> List.maxBy (fun (a, b) -> likelihood a b)
            Expect.isGreaterThan b a "b is ahead of a"
            let reward = BradleyTerry.Fit(groups.Pooled 10)
            near 0.05 a (reward.Ratings[0] - reward.Ratings[2]) "a"
            near 0.05 b (reward.Ratings[1] - reward.Ratings[2]) "b"
        }

        test "in every electorate of five over three alternatives" {
            let rankings = permutations [ "a"; "b"; "c" ]

            let rec multisets size from =
                if size = 0 then
                    [ [] ]
                else
                    [
                        for k in from .. rankings.Length - 1 do
                            for rest in multisets (size - 1) k -> rankings[k] :: rest
                    ]

            let names = [ "a"; "b"; "c" ]
            let mutable winners, missed = 0, 0

            for voters in multisets 5 0 do
                let margins = (electorate (voters |> List.map (fun v -> 1.0, v))).Margins()

                let winner =
                    names
                    |> List.tryFind (fun x ->
                        names |> List.except [ x ] |> List.forall (fun y -> prefer voters x y > 2))

                Expect.equal (Option.ofObj margins.CondorcetWinner) winner "Condorcet winner by counting"
                let found = lottery margins

                match winner with
                | None -> Expect.isGreaterThan margins.SmithSet.Count 1 "no winner, no single best"
                | Some winner ->
                    winners <- winners + 1
                    near 1e-9 1.0 found.Probabilities[List.findIndex ((=) winner) names] "all on the winner"
                    // Borda's count by counting, and the reward that follows it
                    let count x = names |> List.except [ x ] |> List.sumBy (prefer voters x)
                    let most = names |> List.map count |> List.max

                    let reward =
                        BradleyTerry.Fit(
                            (electorate (voters |> List.map (fun v -> 1.0, v))).Pooled 5,
                            RatingPrior.PseudoCounts 0.5
                        )

                    let chosen = names[best reward.Ratings]
                    Expect.equal (count chosen) most "the reward follows shares"

                    if count winner < most then
                        Expect.notEqual chosen winner "missed"
                        missed <- missed + 1

            // 252 multisets of five rankings; 12 have no winner
            Expect.equal (winners, missed) (240, 6) "how often"
        }
    ]

// ---- Margins -------------------------------------------------------------------------------------------------------

let private randomMargins = gen {
    let! n = Gen.choose (1, 5)
    let! numbers = Gen.listOfLength (n * n) (Gen.choose (-2, 2))

    let at i j = float numbers[i * n + j] / 2.0

    return
        MajorityMargins.Of(
            [ for k in 1..n -> $"x{k}" ],
            Array2D.init n n (fun i j ->
                if i < j then at i j
                elif i > j then -(at j i)
                else 0.0)
        )
}

let private margins =
    testList "margins" [
        test "a majority cycle is answered by a lottery" {
            // Condorcet's three voters: each beats the next 2 : 1, the lottery is even, and all are in the Smith set.
            let cycle =
                (electorate [ 1.0, [ "a"; "b"; "c" ]; 1.0, [ "b"; "c"; "a" ]; 1.0, [ "c"; "a"; "b" ] ]).Margins()

            Expect.isNull cycle.CondorcetWinner "no winner"
            Expect.equal (List.ofSeq cycle.SmithSet) [ "a"; "b"; "c" ] "Smith set"
            nearAll 1e-12 (List.replicate 3 (1.0 / 3.0)) (lottery cycle).Probabilities "even"
            Expect.equal (string (lottery cycle)) "a 0.3333, b 0.3333, c 0.3333" "text"
            near 1e-12 (1.0 / 3.0) (cycle.MarginOf(0, 1)) "margin"
        }

        test "weights of a cycle: each has the margin that it has no part in" {
            // a over b 0.2, b over c 0.6, c over a 0.4: a 0.6, b 0.4, c 0.2 of 1.2; d loses to all
            let margins =
                MajorityMargins.Of(
                    [ "a"; "b"; "c"; "d" ],
                    array2D [
                        [ 0.0; 0.2; -0.4; 0.1 ]
                        [ -0.2; 0.0; 0.6; 0.1 ]
                        [ 0.4; -0.6; 0.0; 0.1 ]
                        [ -0.1; -0.1; -0.1; 0.0 ]
                    ]
                )

            nearAll 1e-12 [ 0.5; 1.0 / 3.0; 1.0 / 6.0; 0.0 ] (lottery margins).Probabilities "lottery"
            Expect.equal (List.ofSeq margins.SmithSet) [ "a"; "b"; "c" ] "without d"
        }

        test "groups by shares and by majorities" {
            // Two groups of one prefer a with 60 %, one of one prefers b with 90 %: (0.2 + 0.2 - 0.8) / 3 by shares, (1 + 1 - 1) / 3 by majorities.
            let shares p = array2D [ [ 0.0; p ]; [ 1.0 - p; 0.0 ] ]

            let groups =
                Electorate
                    .Over("a", "b")
                    .WithShares("one", 1, shares 0.6)
                    .WithShares("two", 1, shares 0.6)
                    .WithComparisons("three", 1, Comparisons.Of [ PairCounts("b", "a", 9, 1) ])

            near 1e-12 (-0.4 / 3.0) (groups.Margins().MarginOf(0, 1)) "shares"
            near 1e-12 (1.0 / 3.0) (groups.Margins(GroupVote.Majority).MarginOf(0, 1)) "majorities"
            Expect.equal (groups.Margins().CondorcetWinner) "b" "by shares"
            Expect.equal (groups.Margins(GroupVote.Majority).CondorcetWinner) "a" "by majorities"
        }

        test "a tie that only rounding would break is a tie" {
            // 0.1 + 0.2 against 0.3, whose floating-point sum is not 0.3
            let tied = (electorate [ 0.1, [ "a"; "b" ]; 0.2, [ "a"; "b" ]; 0.3, [ "b"; "a" ] ]).Margins()

            Expect.isNull tied.CondorcetWinner "no winner"
            Expect.equal (List.ofSeq tied.SmithSet) [ "a"; "b" ] "both"
        }

        propertyOver 300 "the Smith set is the smallest that beats the rest"
        <| Prop.forAll (Arb.fromGen randomMargins) (fun margins ->
            let n = margins.Alternatives.Count

            let dominates set =
                let isIn k = (set >>> k) &&& 1 = 1

                Seq.allPairs [ 0 .. n - 1 ] [ 0 .. n - 1 ]
                |> Seq.forall (fun (i, j) -> not (isIn i) || isIn j || margins.MarginOf(i, j) > 0.0)

            let smallest =
                [ 1 .. (1 <<< n) - 1 ]
                |> List.filter dominates
                |> List.minBy (fun set -> Numerics.BitOperations.PopCount(uint set))

            let names = [
                for k in 0 .. n - 1 do
                    if (smallest >>> k) &&& 1 = 1 then
                        margins.Alternatives[k]
            ]

            Expect.equal (List.ofSeq margins.SmithSet) names "Smith set"
            let found = lottery margins

            // the lottery stays within it, and loses to nobody
            for k in 0 .. n - 1 do
                if not (List.contains margins.Alternatives[k] names) then
                    near 1e-9 0.0 found.Probabilities[k] "outside"

            Expect.isLessThan (Seq.max (margins.Game.Against found.Probabilities)) 1e-9 "expected majorities")

        for name, action, message in
            [
                "an alternative left out",
                (fun () -> Electorate.Over("a", "b", "c").WithRanking("g", 1, "b", "a") |> ignore),
                "Ranking of 'g': expected all 3 alternatives, but 'c' is not ranked; give a table of shares if the group has no opinion."
                "a name that is not there",
                (fun () -> Electorate.Over("harmless", "helpful").WithRanking("g", 1, "helpfull", "harmless") |> ignore),
                "Ranking of 'g': there is no 'helpfull'. Did you mean 'helpful'?"
                "no weight",
                (fun () -> Electorate.Over("a", "b").WithRanking("g", 0, "b", "a") |> ignore),
                "Electorate: expected a weight above 0 of group 'g', got 0."
                "no voters",
                (fun () -> Electorate.Over("a", "b").Margins() |> ignore),
                "Electorate: expected at least one group of voters, got none; add them by WithRanking or WithShares."
                "a group twice",
                (fun () ->
                    Electorate.Over("a", "b").WithRanking("g", 1, "b", "a").WithRanking("g", 1, "b", "a") |> ignore),
                "Electorate: expected different names, got 'g' twice."
                "another solver",
                (fun () ->
                    MajorityMargins.Of([ "a"; "b" ], array2D [ [ 0; 1 ]; [ -1; 0 ] ]).Lottery(UniformWeights())
                    |> ignore),
                "Maximal lottery: expected an equilibrium of solver 'uniform', but 'a' gains 0.5 against its answer; use nash_averaging, or lp."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")
    ]

[<Tests>]
let tests = testList "social choice" [ rewardModels; margins ]
