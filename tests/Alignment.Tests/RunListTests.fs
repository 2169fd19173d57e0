/// `align runs`: what it says of runs is what the runs' files hold.
module Alignment.Tests.RunListTests

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.Json
open Expecto
open Parquet
open Alignment
open Alignment.CommandLine
open Alignment.Formats
open Alignment.Runs
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.RunFixtures

let private names (text: string) = [
    for run in (json text).GetProperty("runs").EnumerateArray() -> run.GetProperty("name").GetString()
]

let private listing =
    testList "align runs" [
        testCase "lists the newest first, with what the runs' files hold" (fun () ->
            withRuns (fun parent (folder, solution) _ _ ->
                let text = printed [ "runs"; parent; "--json" ]
                validBy "runs.json" text
                let runs = (json text).GetProperty("runs")
                let texts (key: string) = [ for run in runs.EnumerateArray() -> run.GetProperty(key).ToString() ]
                Expect.equal (texts "name") [ "fifth"; "fourth"; "third"; "second"; "first" ] "the order"

                Expect.equal
                    (texts "state")
                    [ "running"; "interrupted"; "cancelled"; "finished"; "finished" ]
                    "the states"

                Expect.equal (texts "steps") [ "8"; "0"; "5"; "50"; "100" ] "steps"
                Expect.equal (texts "seed") [ "9223372036854775807"; "4"; "3"; "7"; "7" ] "seeds"
                let oldest = runs[4]
                Expect.equal (oldest.GetProperty("id").GetString()) folder.Id "the id"
                Expect.equal (oldest.GetProperty("certificate").GetString()) "exact" "certified"

                Expect.equal
                    (oldest.GetProperty("nash_conv").GetDouble() |> bitsOf)
                    (bitsOf solution.Worst.Certificate.NashConv)
                    "of the certificate"

                Expect.equal (runs[0].GetProperty("nash_conv").GetDouble()) 0.5 "as last measured"
                Expect.equal (runs[0].GetProperty("certificate").ValueKind) JsonValueKind.Null "but not certified"
                Expect.equal (runs[1].GetProperty("nash_conv").ValueKind) JsonValueKind.Null "nothing was measured"))

        testCase "trainings have their methods, losses and rewards, and no column of gaps" (fun () ->
            inFolder (fun parent ->
                training parent "labels" 0.0 "dpo" [ 1L, 0.5, [ "loss", 0.75 ]; 4L, 1.5, [ "loss", 0.25 ] ]
                |> ignore

                training parent "judged" 1.0 "grpo" [ 3L, 0.5, [ "loss", -0.5; "reward", 0.125 ] ] |> ignore

                let words (line: string) = line.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray
                let lines () = (printed [ "runs"; parent ]).TrimEnd().Split '\n' |> Array.map words

                Expect.equal
                    (lines()[0])
                    [ "id"; "started"; "(UTC)"; "state"; "name"; "solver"; "steps"; "loss"; "reward"; "tags" ]
                    "the titles"

                Expect.equal (lines()[1] |> List.skip 3) [ "finished"; "judged"; "grpo"; "3"; "-0.5"; "0.125" ] "both"
                Expect.equal (lines()[2] |> List.skip 3) [ "finished"; "labels"; "dpo"; "4"; "0.25" ] "the last loss"
                let text = printed [ "runs"; parent; "--json" ]
                validBy "runs.json" text
                let runs = (json text).GetProperty "runs"
                Expect.equal (runs[1].GetProperty("loss").GetDouble()) 0.25 "the loss"
                Expect.equal (runs[1].GetProperty("reward").ValueKind) JsonValueKind.Null "no reward"

                Expect.equal
                    (names (printed [ "runs"; parent; "--solver"; "dpo"; "--json" ]))
                    [ "labels" ]
                    "by method"

                Expect.stringContains
                    (printed [ "query"; "select name, loss, reward from runs order by name"; parent ])
                    "judged"
                    "in the table too"

                let game = beginning parent "game" 2.0 [] None "rm+" "1"
                game.Measured(point 3L 0.5 [ "game/nash_conv", 0.125; "loss", 9.0 ])
                game.Dispose()

                Expect.equal
                    (lines()[0] |> List.skip 6)
                    [ "steps"; "nash_conv"; "loss"; "reward"; "tags" ]
                    "beside gaps"

                Expect.equal
                    (lines()[1] |> List.skip 4)
                    [ "game"; "rm+"; "3"; "0.125" ]
                    "a probe is no training's loss"))

        testCase "as a table, a line a run" (fun () ->
            withRuns (fun parent (folder, solution) _ _ ->
                let lines = (printed [ "runs"; parent ]).TrimEnd().Split '\n'
                Expect.equal lines.Length 6 "a line a run, below the titles"
                let gap = Words.brief solution.Worst.Certificate.NashConv

                Expect.equal
                    (lines[5].Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray)
                    [ folder.Id; "2026-01-02"; "03:04:05"; "finished"; "first"; "rm+"; "100"; gap; "a"; "b" ]
                    "the oldest"))

        for options, expected in
            [
                [ "--tag"; "a" ], [ "fourth"; "first" ]
                [ "--tag"; "a"; "--tag=b" ], [ "first" ]
                [ "--tag"; "c" ], []
                [ "--group"; "sweep" ], [ "third"; "first" ]
                [ "--name"; "f*" ], [ "fifth"; "fourth"; "first" ]
                [ "--name"; "?i*t*h" ], [ "fifth" ]
                [ "--state"; "finished" ], [ "second"; "first" ]
                [ "--state"; "interrupted" ], [ "fourth" ]
                [ "--solver"; "hedge" ], [ "third" ]
                [ "--solver"; "rm+"; "--tag"; "a"; "--limit"; "1" ], [ "fourth" ]
                [ "--limit"; "2" ], [ "fifth"; "fourth" ]
            ] do
            let options' = String.concat " " options

            testCase $"only those that fit: %s{options'}" (fun () ->
                withRuns (fun parent _ _ _ ->
                    Expect.equal (names (printed ([ "runs"; parent; "--json" ] @ options))) expected "the runs"))

        testCase "a folder that is no run is passed over, a broken one gets a line on stderr" (fun () ->
            inFolder (fun parent ->
                Directory.CreateDirectory(Path.Combine(parent, "notes")) |> ignore
                let broken = Directory.CreateDirectory(Path.Combine(parent, "torn")).FullName
                File.WriteAllText(Path.Combine(broken, RunFiles.Description), "{\"schema\":\"ru")
                let old = Directory.CreateDirectory(Path.Combine(parent, "older")).FullName
                File.WriteAllText(Path.Combine(old, RunFiles.Description), "{\"schema\":\"run/1\",\"name\":\"x\"}")
                solvedRun parent "whole" 0.0 [] None "rm+" 10 |> ignore
                let code, out, error = align [ "runs"; parent; "--json" ]
                Expect.equal (code, names out) (0, [ "whole" ]) "the whole one is told"
                let lines = error.TrimEnd().Split '\n'
                Expect.equal lines.Length 2 error
                Expect.isTrue (lines[0].StartsWith $"align: '%s{old}' is no run: ") lines[0]

                Expect.isTrue
                    (lines[1].StartsWith $"align: '%s{broken}' is no run: its run.json cannot be read")
                    lines[1]))

        testCase "a description that lacks something is broken too" (fun () ->
            inFolder (fun parent ->
                let folder, _ = solvedRun parent "first" 0.0 [] None "rm+" 10
                let file = folder.File RunFiles.Description
                let whole = File.ReadAllText file

                for name in [ "name"; "identity"; "tags" ] do
                    let start = whole.IndexOf $"\"%s{name}\": " + name.Length + 4

                    let rest =
                        if whole[start] = '"' then ",\n"
                        elif whole[start] = '[' then "]"
                        else "}"

                    let stop = whole.IndexOf(rest, start) + (if rest = ",\n" then 0 else 1)
                    File.WriteAllText(file, whole[.. start - 1] + "null" + whole[stop..])
                    let code, out, error = align [ "runs"; parent; "--json" ]
                    Expect.equal (code, names out) (0, []) name

                    Expect.equal
                        (error.TrimEnd())
                        $"align: '%s{folder.Path}' is no run: its run.json lacks a name, an identity or tags."
                        name))

        testCase "a lower bound is told as one" (fun () ->
            inFolder (fun parent ->
                use writer = beginning parent "large" 0.0 [] None "mccfr" "1"

                let solution =
                    """{"schema":"open/1","game":"g","solver":"mccfr","settings":{},"seed":1,"steps":9,"seconds":0.5,"certificate":{"kind":"lower_bound","nash_conv":0.02,"exploitability":0.01}}"""

                writer.Add(RunFiles.Solution, _.Write(ReadOnlySpan(Encoding.UTF8.GetBytes solution)))
                writer.End(RunState.Finished, "Done.")
                Expect.stringContains (printed [ "runs"; parent ]) "  >= 0.02" "in the table"
                let text = printed [ "runs"; parent; "--json" ]
                validBy "runs.json" text
                let run = (json text).GetProperty("runs")[0]
                Expect.equal (run.GetProperty("certificate").GetString()) "lower_bound" "its kind"
                Expect.equal (run.GetProperty("nash_conv").GetDouble()) 0.02 "the bound"))

        testCase "a solution that cannot be read is as if there were none" (fun () ->
            inFolder (fun parent ->
                let folder, _ = solvedRun parent "first" 0.0 [] None "rm+" 100
                let whole = File.ReadAllText(folder.File RunFiles.Solution)
                File.WriteAllText(folder.File RunFiles.Solution, whole[.. whole.Length / 2])
                let run = (json (printed [ "runs"; parent; "--json" ])).GetProperty("runs")[0]
                Expect.equal (run.GetProperty("steps").GetInt64()) 100L "as last measured"
                Expect.equal (run.GetProperty("certificate").ValueKind) JsonValueKind.Null "not certified"))

        testCase "in ALIGN_RUNS where no folder is named" (fun () ->
            inFolder (fun parent ->
                solvedRun parent "first" 0.0 [] None "rm+" 10 |> ignore
                let code, out, error = childIn [ "ALIGN_RUNS", parent ] [ "runs"; "--json" ]
                Expect.equal (code, error) (0, "") "done"
                Expect.equal (names out) [ "first" ] "found"))

        testCase "wrong input is told" (fun () ->
            inFolder (fun folder ->
                let file = Path.Combine(folder, "file")
                File.WriteAllText(file, "")
                let none = Path.Combine(folder, "none")
                refused [ "runs"; none ] $"There is no folder '%s{none}'."
                refused [ "runs"; file ] $"'%s{file}' is a file; name a folder of runs."

                refused
                    [ "runs"; folder; "--state"; "finshed" ]
                    "--state: expected one of running, finished, cancelled, failed, interrupted, got 'finshed'. Did you mean 'finished'?"

                refused
                    [ "runs"; folder; "--limit"; "0" ]
                    "--limit: expected a whole number from 1 to 2147483647, got '0'."

                refused [ "runs"; folder; "--tga"; "x" ] "There is no option '--tga'. Did you mean '--tag'?"

                refused
                    [ "runs"; folder; folder ]
                    $"align runs [DIR] [OPTIONS]: unexpected '%s{folder}'. Quote a name that holds spaces or brackets."))
    ]

[<Tests>]
let tests = testList "run queries" [ listing ]
