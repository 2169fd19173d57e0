/// Populations of policies that are played, not known: what they gain on games of their own, and what is certified of it.
module Alignment.Tests.SampledPsroTests

open System
open System.Threading
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

let private values (xs: seq<'a>) = ValueList.ToValueList xs

let private harm = [ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 ]

let private payoff i j = if i = j then -0.5 else harm[i]

/// The inspection game with noise of +-1 on every payoff: policies are modes.
let private noisy seed =
    let stream = RandomStream(uint64 (seed: int), "noise")

    fun (i: int) (j: int) (game: int64) ->
        payoff i j + (if stream.Uniform(game, int64 (i * 8 + j)) < 0.5 then -1.0 else 1.0)

let private exactOracle sign worth (question: PsroQuestion<int, int>) =
    [ 0..7 ]
    |> List.maxBy (fun own ->
        Seq.sum (Seq.map2 (fun w other -> w * sign * worth own other) question.Mixture question.Others))

let private play seed = Func<int, int, int64, float>(fun i j game -> noisy seed i j game)
let private range = PayoffRange(-1.5, 2.0)
let private red = Func<PsroQuestion<int, int>, int>(exactOracle 1.0 payoff)

let private blue =
    Func<PsroQuestion<int, int>, int>(exactOracle -1.0 (fun own other -> payoff other own))

let private psro seed = SampledPsro<int, int>(play seed, range, red, blue, ZeroSumLp())

/// Over all modes: NashConv of mixtures over members.
let private trueGap (result: SampledPsroResult<int, int>) =
    let last = result.Last

    let over (members: seq<int>) (weights: seq<float>) =
        let all = Array.zeroCreate 8
        Seq.iter2 (fun m w -> all[m] <- all[m] + w) members weights
        all

    saddleGap
        (matrix 8 8 [|
            for i in 0..7 do
                for j in 0..7 -> payoff i j
        |])
        (over (Seq.take last.Row.Count result.Rows) last.Row)
        (over (Seq.take last.Column.Count result.Columns) last.Column)

[<Tests>]
let tests =
    testList "sampled psro" [
        test "the inspection game from noisy games: the bound given exact oracles holds, the lower bound is near" {
            let runs =
                [| 1..12 |]
                |> Array.Parallel.map (fun seed ->
                    let result = (psro seed).Run([ 0 ], [ 0 ], 14)
                    trueGap result, result)

            let held =
                runs |> Array.averageBy (fun (gap, r) -> if gap <= r.Given(0.0, 0.0).NashConv then 1.0 else 0.0)

            Expect.equal held 1.0 "coverage"

            for gap, result in runs do
                Expect.isLessThan (abs (result.Last.Gain - gap)) (4.5 * result.Last.StandardError) "unbiased"

            let result = snd runs[0]
            Expect.equal (Seq.length result.Rows, result.Table.Rows.Count) (14, 14) "members"
            Expect.equal (result.Table.Counts |> Seq.distinct |> List.ofSeq) [ 100L ] "games a cell"
            Expect.equal result.Last.Games (14L * 14L * 100L + 14L * 3000L) "all games"
            let found = result.Found "exact best responses"
            Expect.stringContains (string found) "power not measured" "and says what is not known of the oracle"
        }

        test "gains are measured on games of their own" {
            let inTables, inGains = Collections.Generic.HashSet(), Collections.Generic.HashSet()

            let counted =
                Func<int, int, int64, float>(fun i j game ->
                    (if game < (1L <<< 46) then inTables else inGains).Add game |> ignore
                    noisy 1 i j game)

            let result =
                SampledPsro<int, int>(counted, range, red, blue, ZeroSumLp(), GainGames = 50).Run([ 0 ], [ 0 ], 3)

            Expect.equal (inTables.Count, inGains.Count) (100, 150) "game numbers"
            Expect.equal result.Moments.Count 3 "iterations"
        }

        test "the same seeds, the same run" {
            let run () = (psro 3).Run([ 0 ], [ 0 ], 5).Moments
            Expect.equal (run ()) (run ()) "moments"
        }

        test "games spent where they decide bring the answer nearer than as many in all cells" {
            let gap (solver: int -> SampledPsro<int, int>) =
                [| 1..30 |]
                |> Array.Parallel.map (fun seed ->
                    let result = (solver seed).Run([ 0..7 ], [ 0..7 ], 1)
                    trueGap result, result.Table.Total)
                |> fun all -> Array.averageBy fst all, Array.averageBy (snd >> float) all

            let even, evenGames =
                gap (fun seed -> SampledPsro<int, int>(play seed, range, red, blue, ZeroSumLp(), Games = 200))

            let spent, spentGames =
                gap (fun seed ->
                    SampledPsro<int, int>(play seed, range, red, blue, ZeroSumLp(), Games = 40, Extra = 160 * 64))

            Expect.equal spentGames evenGames "as many games"
            Expect.isLessThan spent (0.95 * even) "NashConv on average"
        }

        test "an oracle that finds nothing certifies nothing" {
            let first = Func<PsroQuestion<int, int>, int>(fun question -> question.Own[0])
            let blind = SampledPsro<int, int>(play 1, range, first, first, ZeroSumLp(), Tolerance = 0.2)
            let result = blind.Run([ 0 ], [ 0 ], 10)
            Expect.equal result.Moments.Count 1 "ends at once"
            near 1e-15 0.0 result.Last.Gain "no gain"
            near 1e-12 1.4 (trueGap result) "and NashConv is 1.4"
            let power = OraclePower.Measure([ PlantedExploit("unguarded", 1.0, 0) ], (fun _ _ -> 0.0))
            let found = result.Found("the first member again", power)

            Expect.equal
                found.Oracle
                "the first member again: no profitable deviation found; found 0 % of planted worth (95 % interval 0 to 0 %): inconclusive, below 90 %"
                "oracle"

            Expect.isGreaterThan (result.Given(1.4, 1.4).NashConv) 1.4 "an upper bound needs what oracles can miss"
        }

        test "oracles are told the populations, the weight and a seed" {
            let asked = ResizeArray()

            let solver =
                SampledPsro<int, int>(
                    play 1,
                    range,
                    (fun q ->
                        asked.Add((q.Iteration, List.ofSeq q.Own, q.DiversityWeight, q.Seed))
                        int q.Iteration + 1),
                    blue,
                    ZeroSumLp(),
                    DiversityWeight = (fun t -> 0.5 ** float t),
                    Seed = 10UL
                )

            solver.Run([ 0 ], [ 0 ], 2) |> ignore
            Expect.equal (List.ofSeq asked) [ 0L, [ 0 ], 1.0, 10UL; 1L, [ 0; 1 ], 0.5, 12UL ] "questions"
        }

        test "an iteration is told before the next one begins, and cancelling from within ends with the moments so far" {
            let order = ResizeArray()
            use source = new CancellationTokenSource()

            let watching =
                SampledPsro<int, int>(
                    play 1,
                    range,
                    (fun q ->
                        order.Add $"asked {q.Iteration}"
                        red.Invoke q),
                    blue,
                    ZeroSumLp()
                )

            let told = ResizeArray()

            let progress = {
                new IProgress<PsroMoment> with
                    member _.Report moment =
                        order.Add $"told {told.Count}"
                        told.Add moment

                        if told.Count = 3 then
                            source.Cancel()
            }

            let result = watching.Run([ 0 ], [ 0 ], 10, progress, source.Token)

            Expect.equal
                (List.ofSeq order)
                [ "asked 0"; "told 0"; "asked 1"; "told 1"; "asked 2"; "told 2" ]
                "each told as it is there"

            Expect.equal (List.ofSeq told) (List.ofSeq result.Moments) "and it is what the result has"
            Expect.equal (result.Rows.Count, result.Last.Row.Count) (3, 3) "the answer stands"
            let whole = watching.Run([ 0 ], [ 0 ], 3)
            Expect.equal (List.ofSeq result.Moments) (List.ofSeq whole.Moments) "as of a run that was to be so long"
        }

        test
            "cancelled while cells are played, a run ends with the moments so far; without one it says that it was cancelled" {
            use source = new CancellationTokenSource()
            let moments = ResizeArray()

            let cancelling after =
                Func<int, int, int64, float>(fun i j game ->
                    // the first game of a new cell after the second iteration
                    if moments.Count = after && game < (1L <<< 46) then
                        source.Cancel()

                    noisy 1 i j game)

            let progress = {
                new IProgress<PsroMoment> with
                    member _.Report moment = moments.Add moment
            }

            let run first after =
                SampledPsro<int, int>(cancelling after, range, red, blue, ZeroSumLp())
                    .Run(first, first, 10, progress, source.Token)

            let result = run [ 0 ] 2
            Expect.equal (result.Moments.Count, result.Rows.Count, result.Last.Row.Count) (2, 3, 2) "grown, not solved"
            Expect.throwsT<OperationCanceledException> (fun () -> run [ 0..3 ] 0 |> ignore) "nothing to end with"
        }

        for name, action, message in
            [
                "alpha-rank as a meta-solver",
                (fun () -> SampledPsro<int, int>(play 1, range, red, blue, AlphaRank()).Run([ 0 ], [ 0 ], 1) |> ignore),
                "Sampled PSRO: the meta-solver 'alpha_rank' weighs members by how long evolution dwells in them, which promises nothing about NashConv; use lp."
                "one for symmetric games",
                (fun () ->
                    SampledPsro<int, int>(play 1, range, red, blue, NashAveraging()).Run([ 0 ], [ 0 ], 1) |> ignore),
                "Sampled PSRO: the meta-solver 'nash_averaging' takes symmetric games only, and those between two populations are not; use lp."
                "nobody to begin with",
                (fun () -> (psro 1).Run([], [ 0 ], 1) |> ignore),
                "Sampled PSRO: expected at least one first policy a player, got 0 and 1."
                "no iterations",
                (fun () -> (psro 1).Run([ 0 ], [ 0 ], 0) |> ignore),
                "Sampled PSRO, iterations: expected at least 1, got 0."
                "oracles that miss less than nothing",
                (fun () -> (psro 1).Run([ 0 ], [ 0 ], 1).Given(-1.0, 0.0) |> ignore),
                "Sampled PSRO: expected what oracles can miss to be at least 0, got -1 and 0."
            ] do
            testCase name (fun () -> Expect.equal (argumentFault action) message "message")
    ]
