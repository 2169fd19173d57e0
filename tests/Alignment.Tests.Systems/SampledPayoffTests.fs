/// Games that are known from samples: what can be said of NashConv, and how much of it is true.
module Alignment.Tests.SampledPayoffTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

let private values (xs: seq<'a>) = ValueList.ToValueList xs

let private equilibrium (table: SampledPayoffs) =
    let found = ZeroSumLp().Solve(table, CancellationToken.None).Strategies
    found[0], found[1]

/// NashConv under the true chances.
let private truth (chances: float[,]) (p: ValueList<float>, q: ValueList<float>) =
    let rows, columns = Array2D.length1 chances, Array2D.length2 chances
    let row, column = Array.zeroCreate rows, Array.zeroCreate columns

    for i in 0 .. rows - 1 do
        for j in 0 .. columns - 1 do
            row[i] <- row[i] + chances[i, j] * q[j]
            column[j] <- column[j] + chances[i, j] * p[i]

    Array.max row - Array.min column

let private uniformGame seed size =
    let draws = RandomStream(uint64 (seed: int), "chances")
    Array2D.init size size (fun i j -> draws.Uniform(0L, int64 (i * size + j)))

let private play seed (chances: float[,]) = PayoffSamplers.Bernoulli(chances, RandomStream(uint64 (seed: int), "games"))

let private empty size = SampledPayoffs.Empty((size: int), size, PayoffRange.Unit)

/// Payoffs given in order: game k of a cell pays the k-th.
let private scripted (payoffs: float list[,]) = PayoffSampler(fun i j sample -> List.item (int sample) payoffs[i, j])

let private median xs =
    let sorted = Array.sort xs
    sorted[sorted.Length / 2]

// ---- Tables --------------------------------------------------------------------------------------------------------

let private tables =
    testList "tables" [
        // one cell pays 0, 1, 1, 0: mean 1/2, squares 4/4, variance 1/3; the other 0.25, 0.75: mean 1/2, variance 1/8
        test "counts, means and variances" {
            let sampler = scripted (array2D [ [ [ 0.0; 1.0; 1.0; 0.0 ]; [ 0.25; 0.75 ] ] ])

            let table =
                SampledPayoffs
                    .Empty([ "red" ], [ "a"; "b" ], PayoffRange.Unit)
                    .Draw(sampler, 2L)
                    .Draw(sampler, values [ 2L; 0L ])

            Expect.equal (List.ofSeq table.Counts) [ 4L; 2L ] "counts"
            Expect.equal (List.ofSeq table.Means) [ 0.5; 0.5 ] "means"
            near 1e-15 (1.0 / 3.0) (table.Variance(0).Value) "of four"
            near 1e-15 0.125 (table.Variance(1).Value) "of two"
            Expect.equal (table.Payoff(1).ToArray()) [| -0.5; -0.5 |] "the other player's"
            Expect.equal (string table) "1 x 2 payoffs from 0 to 1, 2 to 4 games a cell, 6 in all" "text"
        }

        test "a value: the same games, the same table; drawn at once or bit by bit" {
            let sampler = play 1 (uniformGame 1 3)
            Expect.equal ((empty 3).Draw(sampler, 7L)) ((empty 3).Draw(sampler, 3L).Draw(sampler, 4L)) "bit by bit"
            Expect.notEqual ((empty 3).Draw(sampler, 7L)) ((empty 3).Draw(sampler, 8L)) "another"
        }

        test "fresh games are none of the old" {
            let asked = Collections.Generic.HashSet<struct (int * int * int64)>()

            let sampler =
                PayoffSampler(fun i j sample ->
                    Expect.isTrue (asked.Add(struct (i, j, sample))) "asked for once"
                    0.0)

            let table = (empty 2).Draw(sampler, 5L)
            let fresh = table.Fresh().Draw(sampler, 5L)
            let grown = fresh.Grown([ "new" ], []).Draw(sampler, 1L)
            Expect.equal (List.ofSeq fresh.Counts) [ 5L; 5L; 5L; 5L ] "without the old ones"
            Expect.equal (List.ofSeq grown.Counts) [ 6L; 6L; 6L; 6L; 1L; 1L ] "old cells keep theirs"
            Expect.equal asked.Count 46 "games"
        }

        for name, action, message in
            [
                "a payoff outside of the range",
                (fun () -> (empty 1).Draw(PayoffSampler(fun _ _ _ -> 1.5), 1L) |> ignore),
                "Sampled payoffs, 'r1' against 'c1': expected payoffs from 0 to 1, the range that was declared, got 1.5; declare a wider range."
                "not a number",
                (fun () -> (empty 1).Draw(PayoffSampler(fun _ _ _ -> nan), 1L) |> ignore),
                "Sampled payoffs, 'r1' against 'c1': expected payoffs from 0 to 1, the range that was declared, got NaN; declare a wider range."
                "a range upside down",
                (fun () -> PayoffRange(1, 0) |> ignore),
                "Payoff range: expected two finite numbers within 1e100, the lower first, got 1 and 0."
                "games of other cells",
                (fun () -> (empty 2).Draw(play 0 (uniformGame 0 2), values [ 1L ]) |> ignore),
                "Sampled payoffs: expected a number of games of at least 0 for each of 4 cells, got 1 numbers, the smallest 1."
                "a chance that is none",
                (fun () -> PayoffSamplers.Bernoulli(array2D [ [ 2.0 ] ], RandomStream(0UL, "x")) |> ignore),
                "Bernoulli payoffs: expected chances from 0 to 1, got 2."
                "a mixture of another size",
                (fun () -> PosteriorBound().Of(empty 2, values [ 1.0 ], values [ 1.0; 0.0 ]) |> ignore),
                "Posterior bound: expected a mixture of 2 strategies of the row player, got 1 weights."
                "weights that are none",
                (fun () -> SimultaneousBound().Of(empty 1, values [ 1.0 ], values [ 0.5 ]) |> ignore),
                "Simultaneous bound: expected weights of at least 0 that sum to 1 for the column player, got 0.5."
                "no games where they matter",
                (fun () -> FixedProfileBound().Of(empty 1, values [ 1.0 ], values [ 1.0 ]) |> ignore),
                "Fixed-profile bound: 'r1' against 'c1' matters to a deviation and has no games; draw some."
                "certainty",
                (fun () -> PosteriorBound().Of(empty 1, values [ 1.0 ], values [ 1.0 ], 1.0) |> ignore),
                "Posterior bound: expected a confidence between 0 and 1, got 1."
                "too few draws",
                (fun () -> PosteriorBound(Draws = 38).Of(empty 1, values [ 1.0 ], values [ 1.0 ]) |> ignore),
                "Posterior bound: expected at least 39 draws for this confidence, got 38."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")

        test "no solver gets a table with holes" {
            Expect.throwsC (fun () -> equilibrium (empty 1) |> ignore) (fun e ->
                Expect.equal
                    e.Message
                    "Sampled payoffs: 'r1' against 'c1' has no games yet; draw some in every cell."
                    "message")
        }
    ]

// ---- Bounds --------------------------------------------------------------------------------------------------------

/// Equilibria of sampled 8 x 8 games of 50 games a cell, uniform chances: (truth, table, profile).
let private studies =
    lazy
        ([| 0..499 |]
         |> Array.Parallel.map (fun seed ->
             let chances = uniformGame seed 8
             let table = (empty 8).Draw(play seed chances, 50L)
             let profile = equilibrium table
             truth chances profile, table, profile))

let private boundsOf (bound: INashConvBound) =
    studies.Value
    |> Array.Parallel.map (fun (truth, table, (p, q)) -> truth, bound.Of(table, p, q).NashConv)

let private coverage pairs = pairs |> Array.averageBy (fun (truth, bound) -> if truth <= bound then 1.0 else 0.0)
let private ratio pairs = pairs |> Array.map (fun (truth, bound) -> bound / truth) |> median

let private boundTests =
    testList "bounds" [
        test "the plug-in NashConv says nothing: it is 0 by construction" {
            for _, table, (p, q) in studies.Value do
                Expect.isLessThan (table.PlugInNashConv(p, q)) 1e-14 "in the table it was found in"

            near 0.004 0.074 (studies.Value |> Array.averageBy (fun (truth, _, _) -> truth)) "the truth on average"
        }

        test "the posterior bound holds for the equilibrium of the same samples, within three times of the truth" {
            let pairs = boundsOf (PosteriorBound(Draws = 99))
            Expect.isGreaterThanOrEqual (coverage pairs) 0.95 "coverage"
            Expect.isLessThanOrEqual (ratio pairs) 3.0 "median ratio"
        }

        // where the prior is not nature's: measured, and nothing proves it
        for name, chance in
            [
                "rare successes", (fun (draws: RandomStream) i j -> draws.Beta(1.0, 9.0, 0L, int64 (8 * i + j)))
                "nearly even", (fun draws i j -> 0.45 + 0.1 * draws.Uniform(0L, int64 (8 * i + j)))
                "nearly sure", (fun draws i j -> draws.Beta(0.2, 0.2, 0L, int64 (8 * i + j)))
                "strength against strength",
                (fun draws i j -> 1.0 / (1.0 + exp (draws.Normal(0L, int64 j) - draws.Normal(1L, int64 i))))
                "one guard for eight modes", (fun _ i j -> if i = j then 0.0 else 1.0 - 0.07 * float i)
            ] do
            test $"the posterior bound holds where its prior does not: {name}" {
                let held =
                    [| 0..99 |]
                    |> Array.Parallel.map (fun seed ->
                        let chances = Array2D.init 8 8 (chance (RandomStream(uint64 seed, "regime")))
                        let table = (empty 8).Draw(play seed chances, 50L)
                        let p, q = equilibrium table

                        if truth chances (p, q) <= PosteriorBound(Draws = 99).Of(table, p, q).NashConv then
                            1.0
                        else
                            0.0)

                Expect.isGreaterThanOrEqual (Array.average held) 0.95 "coverage"
            }

        test "payoffs that vary less than Bernoulli ones: the posterior bound holds, and is wider than it need be" {
            let pairs =
                [| 0..99 |]
                |> Array.Parallel.map (fun seed ->
                    let chances = uniformGame seed 8
                    let noise = RandomStream(uint64 seed, "narrow")
                    // the chance, drawn half way to 0 or to 1
                    let sampler =
                        PayoffSampler(fun i j game ->
                            let success = noise.Uniform(game, int64 (8 * i + j)) < chances[i, j]
                            0.5 * chances[i, j] + (if success then 0.5 else 0.0))

                    let table = (empty 8).Draw(sampler, 50L)
                    let p, q = equilibrium table
                    truth chances (p, q), PosteriorBound(Draws = 99).Of(table, p, q).NashConv)

            Expect.isGreaterThanOrEqual (coverage pairs) 0.95 "coverage"
            Expect.isGreaterThan (ratio pairs) 4.0 "half the deviation, so about twice the ratio of 2.5"
        }

        test "the simultaneous bound holds too, and is about six times the truth" {
            let pairs = boundsOf (SimultaneousBound())
            Expect.isGreaterThanOrEqual (coverage pairs) 0.95 "coverage"
            Expect.isGreaterThan (ratio pairs) 5.0 "median ratio: no better than it says"
            Expect.isLessThan (ratio pairs) 6.5 "median ratio"
        }

        // the profile that looks best for its table: of all pure ones that whose NashConv is underestimated most
        test "the simultaneous bound holds for the profile that the samples flatter most" {
            let held =
                [| 0..99 |]
                |> Array.Parallel.map (fun seed ->
                    let chances = uniformGame seed 8
                    let table = (empty 8).Draw(play seed chances, 20L)
                    let only k = values [ for l in 0..7 -> if l = k then 1.0 else 0.0 ]

                    let all = [
                        for i in 0..7 do
                            for j in 0..7 -> only i, only j
                    ]

                    let p, q = all |> List.maxBy (fun (p, q) -> truth chances (p, q) - table.PlugInNashConv(p, q))

                    if truth chances (p, q) <= SimultaneousBound().Of(table, p, q).NashConv then
                        1.0
                    else
                        0.0)

            Expect.isGreaterThanOrEqual (Array.average held) 0.95 "coverage"
        }

        // By hand: 2 x 2, uniform mixtures, 100 games a cell that all pay 1/2. Every deviation is worth 1/2, a width is
        // sqrt(log(4 / 0.05) / 2 * (1/4 + 1/4) / 100) = 0.10467, and the bound twice that.
        test "fixed profiles by hand" {
            let half = values [ 0.5; 0.5 ]
            let table = (empty 2).Draw(PayoffSampler(fun _ _ _ -> 0.5), 100L)
            let bound = FixedProfileBound().Of(table, half, half)
            near 1e-12 (2.0 * sqrt (log 80.0 / 2.0 * 0.005)) bound.NashConv "Hoeffding"
            Expect.equal bound.Confidence 0.95 "confidence"
            // nothing varies: sd at most sqrt(2 log(8 / 0.05) ... ) = sqrt(2 log 160 / 99); V = sd^2 / 200; b = 1/200
            let sd = sqrt (2.0 * log 160.0 / 99.0)
            let width = sqrt (2.0 * sd * sd / 200.0 * log 160.0) + log 160.0 / 600.0

            near
                1e-12
                (2.0 * width)
                (FixedProfileBound(Width = MeanWidth.EmpiricalBernstein).Of(table, half, half).NashConv)
                "empirical Bernstein"

            Expect.stringStarts (string bound) "upper_bound: nash_conv 0.209" "kind and figure"

            Expect.stringEnds (string bound) "on games drawn after the profile was fixed" "and what it stands on"
        }

        test "variances pay where payoffs vary little and games are many" {
            let narrow = PayoffSampler(fun i j sample -> 0.5 + 0.01 * float ((i + j + int sample) % 2))
            let uniform = values [ for _ in 1..8 -> 0.125 ]

            let bound width (games: int64) =
                FixedProfileBound(Width = width).Of((empty 8).Draw(narrow, games), uniform, uniform).NashConv

            Expect.isLessThan
                (bound MeanWidth.EmpiricalBernstein 2000L)
                (0.6 * bound MeanWidth.Hoeffding 2000L)
                "many games"

            Expect.isGreaterThan (bound MeanWidth.EmpiricalBernstein 50L) (bound MeanWidth.Hoeffding 50L) "few games"
        }

        test "fresh games certify a profile to a planned width, on the cells that matter alone" {
            let results =
                [| 0..99 |]
                |> Array.Parallel.map (fun seed ->
                    let chances = uniformGame seed 8
                    let sampler = play seed chances
                    let table = (empty 8).Draw(sampler, 50L)
                    let p, q = equilibrium table
                    let games = FreshCertificate.Games(table, p, q, 0.2)
                    let bound = FreshCertificate.Of(table, sampler, p, q, games).NashConv
                    let fresh = table.Fresh().Draw(sampler, games)
                    let excess = bound - fresh.PlugInNashConv(p, q)

                    let idle =
                        Seq.forall2
                            (fun n cell -> (n = 0L) = (p[cell / 8] = 0.0 && q[cell % 8] = 0.0))
                            games
                            (List.toSeq [ 0..63 ])

                    truth chances (p, q), bound, excess, Seq.sum games, idle)

            for _, _, excess, games, idle in results do
                Expect.isLessThanOrEqual excess 0.2 "width"
                // N = 2 * 25 * log(16 / 0.05) = 288.4 games a deviation
                Expect.isLessThanOrEqual games (289L * 16L + 64L) "games"
                Expect.isTrue idle "cells that neither mixture comes to are not played, all others are"

            let pairs = results |> Array.map (fun (truth, bound, _, _, _) -> truth, bound)
            Expect.isGreaterThanOrEqual (coverage pairs) 0.95 "coverage"
        }

        test "a width that nobody can pay" {
            Expect.equal
                (argumentFault (fun () -> FreshCertificate.Games(empty 1, values [ 1.0 ], values [ 1.0 ], 1e-9)))
                "Fresh certificate: a width of 1E-09 takes more than 1e12 games a deviation; ask for a larger one."
                "message"
        }

        test "another unit, another range: the bounds go with them" {
            let chances = uniformGame 3 4
            let table = (empty 4).Draw(play 3 chances, 50L)
            let p, q = equilibrium table
            let wide = PayoffSampler(fun i j sample -> 10.0 * (play 3 chances).Invoke(i, j, sample) - 4.0)
            let other = SampledPayoffs.Empty(4, 4, PayoffRange(-4, 6)).Draw(wide, 50L)

            for bound in [ PosteriorBound() :> INashConvBound; SimultaneousBound(); FixedProfileBound() ] do
                near 1e-6 (10.0 * bound.Of(table, p, q).NashConv) (bound.Of(other, p, q).NashConv) bound.Basis

            Expect.equal (PosteriorBound().Of(table, p, q)) (PosteriorBound().Of(table, p, q)) "the same draws"
            Expect.notEqual (PosteriorBound().Of(table, p, q)) (PosteriorBound(Seed = 1UL).Of(table, p, q)) "others"
        }

        test "which may be asked about a profile of the same samples" {
            Expect.isTrue (PosteriorBound() :> INashConvBound).HoldsUnderSelection "posterior"
            Expect.isTrue (SimultaneousBound() :> INashConvBound).HoldsUnderSelection "simultaneous"
            Expect.isFalse (FixedProfileBound() :> INashConvBound).HoldsUnderSelection "fixed"
        }
    ]

// ---- Oracles -------------------------------------------------------------------------------------------------------

/// Opponents that play one of ten locks more often than the others: opening the right one is worth what is planted.
let private locks = [ for k in 1..4 -> PlantedExploit($"lock {k}", 0.2 * float k, k) ]

let private oracleTests =
    testList "oracles" [
        test "an oracle that finds all of it" {
            let power = OraclePower.Measure(locks, (fun k _ -> 0.2 * float k))
            near 1e-12 1.0 power.Share "share"
            Expect.isTrue power.IsConclusive "enough"
            Expect.equal (string power) "found 100 % of planted worth (95 % interval 100 to 100 %)" "text"
        }

        // worth 0.2 + 0.4 + 0.6 + 0.8 = 2; without the last 1.2 of 2
        test "an oracle that misses the largest is inconclusive, and its lower bound says so" {
            let power = OraclePower.Measure(locks, (fun k _ -> if k = 4 then 0.0 else 0.2 * float k))
            near 1e-12 0.6 power.Share "share"

            for expected, share in Seq.zip [ 1.0; 1.0; 1.0; 0.0 ] power.Shares do
                near 1e-12 expected share "one by one"

            Expect.isFalse power.IsConclusive "60 %"
            let label = power.Label(Certificate.LowerBound(0.01, 2, "gradient ascent, 100 steps", 0.002))
            Expect.equal (label.NashConv, label.Kind) (0.01, "lower_bound") "what was found stays"

            Expect.equal
                label.Oracle
                "gradient ascent, 100 steps; found 60 % of planted worth (95 % interval 60 to 60 %): inconclusive, below 90 %"
                "oracle"
        }

        // 40 % or 80 % by a coin: 60 % on average
        test "the interval holds the truth, and decides" {
            let one seed =
                OraclePower.Measure(
                    [ PlantedExploit("only", 1.0, 0) ],
                    (fun _ own ->
                        let luck = RandomStream(own, "oracle").Uniform(0L, 0L)
                        if luck < 0.5 then 0.4 else 0.8),
                    repeats = 20,
                    seed = uint64 (1000 * seed)
                )

            let all = [ for seed in 0..399 -> one seed ]
            let held = all |> List.averageBy (fun p -> if p.Low <= 0.6 && 0.6 <= p.High then 1.0 else 0.0)
            near 0.03 0.95 held "coverage"
            Expect.isTrue (all |> List.forall (fun p -> not p.IsConclusive)) "60 % is never enough"
        }

        test "luck at one exploit does not cover for another" {
            let power = OraclePower.Measure(locks, (fun k _ -> if k = 4 then 5.0 else 0.0))
            near 1e-12 0.4 power.Share "the last one's share"
        }

        for name, action, message in
            [
                "no exploits",
                (fun () -> OraclePower.Measure([], (fun (_: int) _ -> 0.0)) |> ignore),
                "Oracle power: expected at least 1 names, got 0."
                "worth nothing",
                (fun () -> OraclePower.Measure([ PlantedExploit("x", 0.0, 0) ], (fun _ _ -> 0.0)) |> ignore),
                "Oracle power: expected exploits of a worth above 0, got 0 for 'x'."
                "one repeat",
                (fun () -> OraclePower.Measure(locks, (fun _ _ -> 0.0), repeats = 1) |> ignore),
                "Oracle power: expected at least 2 repeats, got 1."
                "a gain that is none",
                (fun () -> OraclePower.Measure(locks, (fun _ _ -> nan)) |> ignore),
                "Oracle power: expected a finite gain at 'lock 1', got NaN."
                "nothing to choose on",
                (fun () -> FreshSelection.Of([ "a" ], (fun _ _ -> 0.0), 1, 2) |> ignore),
                "Fresh selection: expected at least 2 games to choose on and 2 fresh ones, got 1 and 2."
                "a payoff that is none",
                (fun () -> FreshSelection.Of([ "a" ], (fun _ k -> if k < 3L then 0.0 else infinity), 2, 2) |> ignore),
                "Fresh selection: expected finite payoffs, got Infinity of 'a' in game 3."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")

        test "the best of 20 checkpoints at 64 dialogues reads .41 for a true .30; fresh dialogues read .30" {
            let found =
                [| 0..499 |]
                |> Array.Parallel.map (fun seed ->
                    let stream = RandomStream(uint64 seed, "checkpoints")
                    let won k game = if stream.Uniform(game, int64 (k: int)) < 0.3 then 1.0 else 0.0
                    FreshSelection.Of([ for k in 1..20 -> $"checkpoint {k}" ], won, 64, 64))

            near 0.01 0.41 (found |> Array.averageBy _.Chosen) "on the dialogues that chose it"
            near 0.01 0.30 (found |> Array.averageBy _.Mean) "on fresh ones"
            // sqrt(0.3 * 0.7 / 64) = 0.0573
            near 0.002 0.0573 (found |> Array.averageBy _.StandardError) "standard error"
        }
    ]

// ---- Where games go ------------------------------------------------------------------------------------------------

let private allocationTests =
    testList "allocation" [
        // one pure equilibrium: row 1 against column 1 is played, and what deviates from it
        test "cells that no deviation depends on get nothing" {
            let table =
                (empty 3)
                    .Draw(
                        PayoffSampler(fun i j _ ->
                            if i = j then 0.5
                            elif i < j then 1.0
                            else 0.0),
                        4L
                    )

            let first = values [ 1.0; 0.0; 0.0 ]
            let games = SampleAllocation(Reach = 100.0).Next(table, first, first, 100L)
            Expect.equal (Seq.sum games) 100L "all of the budget"

            for i in 1..2 do
                for j in 1..2 do
                    Expect.equal games[table.Cell(i, j)] 0L $"row {i}, column {j}"
        }

        test "a cell that always paid the same is not given up" {
            let constant = (empty 2).Draw(PayoffSampler(fun _ _ _ -> 0.5), 50L)
            let half = values [ 0.5; 0.5 ]

            Expect.equal
                (List.ofSeq (SampleAllocation().Next(constant, half, half, 40L)))
                [ 10L; 10L; 10L; 10L ]
                "games"

            Expect.stringStarts
                (argumentFault (fun () -> SampleAllocation().Next(constant, half, half, -1L)))
                "Sample allocation: expected a number of games of at least 0, got -1."
                "below 0"
        }

        test "games spent where they decide leave less NashConv than as many spent evenly" {
            let results =
                [| 0..79 |]
                |> Array.Parallel.map (fun seed ->
                    let chances = uniformGame seed 12
                    let sampler = play seed chances
                    let first = (empty 12).Draw(sampler, 20L)
                    let budget = 60L * 144L
                    let even = first.Draw(sampler, 60L)
                    let spent = SampleAllocation().Spend(first, sampler, ZeroSumLp(), budget, 6)
                    Expect.equal spent.Total even.Total "the same games"
                    truth chances (equilibrium even), truth chances (equilibrium spent))

            let even, spent = Array.averageBy fst results, Array.averageBy snd results
            Expect.isLessThan spent (0.85 * even) $"on average {spent} against {even}"
        }
    ]

[<Tests>]
let tests = testList "sampled payoffs" [ tables; boundTests; oracleTests; allocationTests ]
