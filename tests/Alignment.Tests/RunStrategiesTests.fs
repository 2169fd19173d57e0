/// What a kept run of a small game has for its report: payoffs, and strategies at the measured moments.
module Alignment.Tests.RunStrategiesTests

open System
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

let private kept folder (game: string) solver (more: string list) =
    printed ([ "solve"; game; "--solver"; solver; "--out"; folder ] @ more) |> ignore
    RunFolder.Open(Path.Combine(folder, "latest"))

let private strategies (run: RunFolder) =
    File.ReadAllLines(run.File RunFiles.Strategies) |> Array.map json |> List.ofArray

let private has (run: RunFolder) name = File.Exists(run.File name)

let private raw (name: string) (element: JsonElement) = element.GetProperty(name).GetRawText()

let private solution (run: RunFolder) = json (File.ReadAllText(run.File RunFiles.Solution))

let private files =
    testList "files" [
        for solver, iterate in [ "rm+", "average"; "mmd", "last" ] do
            test $"a line a moment, of the %s{iterate} iterate, and the last is what the certificate is about" {
                inFolder (fun folder ->
                    let run = kept folder "rock_paper_scissors(scissors=2)" solver [ "--steps"; "500" ]
                    let lines = strategies run
                    let steps = lines |> List.map (fun line -> line.GetProperty("step").GetInt64())
                    Expect.equal steps (run.Metrics |> Seq.map _.Step |> List.ofSeq) "the moments of the metrics"

                    for line in lines do
                        Expect.equal (line.GetProperty("iterate").GetString()) iterate "which iterate"

                    Expect.equal (raw "profile" (List.last lines)) (raw "profile" (solution run)) "the result"

                    let first = lines[0].GetProperty("profile").GetProperty("row")

                    Expect.equal
                        (first.GetRawText())
                        """{"rock":0.3333333333333333,"paper":0.3333333333333333,"scissors":0.3333333333333333}"""
                        "uniform at first")
            }

        test "a sequential game's are by information set, as in the solution" {
            inFolder (fun folder ->
                let run = kept folder "kuhn_poker" "cfr+" [ "--steps"; "50" ]
                Expect.equal (raw "profile" (List.last (strategies run))) (raw "profile" (solution run)) "the result"
                Expect.isFalse (has run RunFiles.Payoffs) "it has no table of payoffs")
        }

        test "of a batch the first game's, until it has its result" {
            inFolder (fun folder ->
                let run =
                    kept folder "rock_paper_scissors(scissors=2)" "hedge" [
                        "--sweep"
                        "scissors=2,4"
                        "--until"
                        "nash_conv < 0.02"
                    ]

                let elements = [ for element in (solution run).GetProperty("elements").EnumerateArray() -> element ]
                let steps (element: JsonElement) = element.GetProperty("steps").GetInt64()
                Expect.notEqual (steps elements[0]) (steps elements[1]) "they end at different steps"
                let lines = strategies run
                let last = List.last lines
                Expect.equal (steps elements[0]) (last.GetProperty("step").GetInt64()) "up to the first game's end"
                Expect.equal (raw "profile" last) (raw "profile" elements[0]) "and its result"

                let payoffs = json (File.ReadAllText(run.File RunFiles.Payoffs))
                let games = [ for game in payoffs.GetProperty("games").EnumerateArray() -> game ]
                let names = games |> List.map (fun game -> game.GetProperty("game").GetString())
                let told = elements |> List.map (fun element -> element.GetProperty("game").GetString())
                Expect.equal names told "a table a game")
        }

        test "payoffs are those of the game, valid by their schema" {
            inFolder (fun folder ->
                for game, solver in
                    [
                        "rock_paper_scissors(scissors=2)", "rm"
                        "chicken", "hedge"
                        "random_zero_sum(rows=2,columns=3)", "lp"
                        "random_general_sum(actions=64)", "rm"
                    ] do
                    let run = kept folder game solver [ "--steps"; "5" ]
                    let text = File.ReadAllText(run.File RunFiles.Payoffs)
                    validBy "payoffs.json" text
                    let bound = BoundGame.Bind(GameLibrary.Create game)
                    let payoffs = (json text).GetProperty("games").[0].GetProperty("payoffs")

                    for player in 0..1 do
                        let numbers = [
                            for row in payoffs[player].EnumerateArray() do
                                for number in row.EnumerateArray() -> number.GetDouble()
                        ]

                        Expect.equal
                            (bits (Array.ofList numbers))
                            (bits ((bound.Data 0).Payoff(player).ToArray()))
                            game)
        }

        test "what is too large, or has nothing on the way, is left out" {
            inFolder (fun folder ->
                let run = kept folder "random_zero_sum(rows=65,columns=2)" "rm" [ "--steps"; "5" ]
                Expect.isFalse (has run RunFiles.Payoffs) "65 actions"
                Expect.isFalse (has run RunFiles.Strategies) "67 probabilities"

                let run = kept folder "random_zero_sum(rows=62,columns=2)" "rm" [ "--steps"; "5" ]
                Expect.isTrue (has run RunFiles.Payoffs) "62 actions"
                Expect.isTrue (has run RunFiles.Strategies) "64 probabilities"

                let run = kept folder "chicken" "cce" []
                Expect.isFalse (has run RunFiles.Strategies) "a direct solver"
                Expect.isTrue (has run RunFiles.Payoffs) "but its payoffs")
        }

        test "many games: as many tables as fit, from the first" {
            let spec = zeroSumBatch 2000 3 3 (draws "many" 2000 3 3)

            inFolder (fun folder ->
                let run, _ = ReportFixtures.solved folder "many" spec "rm" (Stop.AfterSteps 3L)
                let text = File.ReadAllText(run.File RunFiles.Payoffs)
                validBy "payoffs.json" text
                let games = (json text).GetProperty("games")
                Expect.equal (games.GetArrayLength()) (PayoffFile.MostNumbers / 18) "games of 18 numbers"
                let last = games[games.GetArrayLength() - 1]
                let bound = BoundGame.Bind spec

                let numbers = [
                    for row in (last.GetProperty "payoffs").[1].EnumerateArray() do
                        for x in row.EnumerateArray() -> x.GetDouble()
                ]

                Expect.equal
                    (bits (Array.ofList numbers))
                    (bits ((bound.Data(games.GetArrayLength() - 1)).Payoff(1).ToArray()))
                    "the last")
        }
    ]

let private notes =
    testList "notes" [
        test "what a solver says of its answer stands in the JSON, valid by the schema" {
            inFolder (fun folder ->
                let run = kept folder "stag_hunt" "support_enumeration" []
                validBy "solve.json" (File.ReadAllText(run.File RunFiles.Solution))
                let spec = GameLibrary.Create "stag_hunt"
                let expected = GameSolver.Solve(spec, Solvers.Find "support_enumeration").Notes |> List.ofSeq
                let notes = [ for note in (solution run).GetProperty("notes").EnumerateArray() -> note.GetString() ]
                Expect.isNonEmpty notes "it says how many equilibria there are"
                Expect.equal notes expected "the same"
                let document = ReportFixtures.checkAll (ReportFixtures.report run)
                Expect.stringContains (ReportFixtures.text document) expected[0] "and the report shows it")
        }
    ]

let private moments =
    testList "moments" [
        test "of populations: each at first, then ever fewer, by the count of iterations alone" {
            let kept = [ 0L .. 100_000L ] |> List.filter StrategyMoments.Has
            Expect.equal (List.take 257 kept) [ 0L .. 256L ] "each at first"
            Expect.isLessThan kept.Length 400 "few of many"

            for a, b in List.pairwise (List.skip 256 kept) do
                Expect.equal b (int64 (Math.Ceiling(float a * 1.1))) "they grow by a tenth"
        }

        test "in memory as in the folder" {
            inFolder (fun folder ->
                let run, solution =
                    ReportFixtures.solved folder "x" (weightedRps 2.0) "double_oracle" (Stop.AfterSteps 10L)

                let inFile =
                    strategies run
                    |> List.map (fun line -> [
                        for player in line.GetProperty("profile").EnumerateObject() do
                            for action in player.Value.EnumerateObject() -> action.Value.GetDouble()
                    ])

                let inMemory =
                    solution.Trace
                    |> Seq.map (fun point ->
                        match point.Strategies with
                        | null -> failtest "no strategies"
                        | strategies -> strategies |> Seq.concat |> List.ofSeq)
                    |> List.ofSeq

                Expect.isNonEmpty inMemory "there are some"
                Expect.equal inFile inMemory "the same numbers")
        }
    ]

[<Tests>]
let tests = testList "strategies of runs" [ files; notes; moments ]
