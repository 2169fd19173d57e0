/// `align query`, and the benchmark of the run store.
module Alignment.Tests.RunQueriesTests

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

let private rowsOf (text: string) = [
    for row in (json text).GetProperty("rows").EnumerateArray() -> [ for cell in row.EnumerateArray() -> string cell ]
]

let private asked parent sql =
    let text = printed [ "query"; sql; parent; "--json" ]
    validBy "query.json" text
    rowsOf text

let private queries =
    testList "align query" [
        testCase "runs are a row each, with what align runs tells" (fun () ->
            withRuns (fun parent (folder, _) _ _ ->
                let found =
                    asked
                        parent
                        "select id, name, state, solver, seed, spec, steps, seconds, certificate, nash_conv, exploitability, tags, \"group\", path from runs order by started desc"

                let listed = [
                    for run in (json (printed [ "runs"; parent; "--json" ])).GetProperty("runs").EnumerateArray() ->
                        [
                            for key in
                                [
                                    "id"
                                    "name"
                                    "state"
                                    "solver"
                                    "seed"
                                    "spec"
                                    "steps"
                                    "seconds"
                                    "certificate"
                                    "nash_conv"
                                    "exploitability"
                                    "tags"
                                    "group"
                                    "path"
                                ] -> run.GetProperty(key).ToString()
                        ]
                ]

                Expect.equal found listed "the same"

                Expect.equal
                    (asked parent $"select started from runs where id = '%s{folder.Id}'")
                    [ [ "2026-01-02T03:04:05" ] ]
                    "in UTC"))

        testCase "metrics are every finite number of every run, and null for the others" (fun () ->
            withRuns (fun parent (first, one) (second, two) cancelled ->
                for folder: Alignment.Runtime.RunFolder, solution: Solution in [ first, one; second, two ] do
                    let text =
                        printed [
                            "query"
                            $"select step, seconds, key, value from metrics where run = '%s{folder.Id}' order by step, key"
                            parent
                            "--json"
                        ]

                    let found = [
                        for row in (json text).GetProperty("rows").EnumerateArray() ->
                            row[0].GetInt64(),
                            bitsOf (row[1].GetDouble()),
                            row[2].GetString(),
                            bitsOf (row[3].GetDouble())
                    ]

                    let expected = [
                        for p in solution.Trace do
                            for key in p.Metrics.Keys |> Seq.sortWith (fun a b -> String.CompareOrdinal(a, b)) do
                                p.Step, bitsOf p.Seconds, key, bitsOf p.Metrics[key]
                    ]

                    Expect.equal found expected folder.Id

                let others =
                    asked
                        parent
                        $"select run = '%s{cancelled.Id}', step, key, value from metrics where run not in ('%s{first.Id}', '%s{second.Id}') order by 2, 3"

                Expect.equal
                    others
                    [
                        [ "True"; "5"; "game/nash_conv"; "0.25" ]
                        [ "False"; "8"; "game/nash_conv"; "0.5" ]
                        [ "False"; "8"; "game/value/row"; "" ]
                    ]
                    "unfinished runs, and one value that was not finite"))

        testCase "torn and wrong lines are passed over" (fun () ->
            withMetrics nasty (fun folder ->
                let parent = Path.Combine(folder.Path, "..")

                Expect.equal
                    (asked parent "select distinct step from metrics order by step" |> List.concat)
                    [ "1"; "2"; "3"; "4"; "5"; "6"; "12"; "13"; "14" ]
                    "the whole lines"

                Expect.equal
                    (asked parent "select count(*), count(value) from metrics where step <= 3")
                    [ [ "5"; "3" ] ]
                    "null is no number"))

        testCase "identity tells what decides a result" (fun () ->
            withRuns (fun parent _ _ _ ->
                Expect.equal
                    (asked
                        parent
                        "select r.name, i.value from runs r join identity i on i.run = r.id where i.key = 'solver' and r.name like 't%'")
                    [ [ "third"; "hedge(stepSize=0.5)" ] ]
                    "by run and key"))

        testCase "a seed may be any of 64 bits" (fun () ->
            inFolder (fun parent ->
                (beginning parent "large" 0.0 [] None "rm+" "18446744073709551615").Dispose()
                Expect.equal (asked parent "select seed from runs") [ [ "18446744073709551615" ] ] "as a number"))

        testCase "a table for people, numbers to the right" (fun () ->
            withRuns (fun parent _ _ _ ->
                let text =
                    printed [
                        "query"
                        "select name, steps, tags, 'nan'::double as odd, null as none from runs where steps > 10 order by steps"
                        parent
                    ]

                Expect.equal
                    text
                    "name    steps  tags    odd  none\n------  -----  ------  ---  ----\nsecond     50  [b]     NaN\nfirst     100  [a, b]  NaN\n"
                    "aligned"

                Expect.equal
                    (printed [ "query"; "select name from runs where false"; parent ])
                    "name\n----\n"
                    "no rows"))

        testCase "every type has its JSON" (fun () ->
            inFolder (fun parent ->
                let text =
                    printed [
                        "query"
                        "select 1::hugeint a, 18446744073709551615::ubigint b, 1.50::decimal(5,2) c, 'inf'::double d, [1, 2] e, {'k': [true]} f, map {'m': 1} g, date '2026-01-02' h, interval 1 day i, 1::tinyint j, 'x' k, null l, [-'inf'::double] m, 0.5::real n"
                        parent
                        "--json"
                    ]

                validBy "query.json" text
                let found = json text
                let row = found.GetProperty("rows")[0]

                Expect.equal
                    (row.GetRawText())
                    "[1,18446744073709551615,1.50,null,[1,2],{\"k\":[true]},{\"m\":1},\"2026-01-02\",\"1.00:00:00\",1,\"x\",null,[null],0.5]"
                    "the row"

                Expect.equal
                    (found.GetProperty("nonfinite").GetRawText())
                    "[{\"row\":0,\"column\":3,\"value\":\"Infinity\"},{\"row\":0,\"column\":12,\"value\":\"-Infinity\"}]"
                    "what was lost"))

        testCase "metrics are read only for queries that may look at them" (fun () ->
            for sql, needs in
                [
                    "select * from runs", false
                    "select * from METRICS", true
                    "from query_table(['met' || 'rics'])", true
                    "select 1 -- no metrics", true
                ] do
                Expect.equal (RunDatabase.NeedsMetrics sql) needs sql

            withRuns (fun parent _ _ _ ->
                Expect.notEqual (asked parent "select count(*) from query_table('met' || 'rics')") [ [ "0" ] ] "found"))

        for sql in
            [
                "copy runs to 'out.csv'"
                "attach 'out.db'"
                "export database 'out'"
                "create table mine (x int)"
                "insert into runs select * from runs"
                "delete from runs"
                "set enable_external_access = true"
                "install httpfs"
                "pragma database_list"
                "/* select */ copy runs to 'out.csv'"
                "-- select\ncopy runs to 'out.csv'"
                "selection"
                ""
            ] do
            testCase $"no query: %s{sql}" (fun () ->
                inFolder (fun parent ->
                    refused
                        [ "query"; "--"; sql; parent ]
                        "A query only reads, so it begins with select, from, with, values, describe, summarize, show, explain, pivot or unpivot."))

        testCase "what begins as a query reaches no file either" (fun () ->
            inFolder (fun parent ->
                let secret = Path.Combine(parent, "secret.csv")
                File.WriteAllText(secret, "word\nhush\n")
                let target = Path.Combine(parent, "target")

                for sql in
                    [
                        $"select * from read_csv('%s{secret}')"
                        $"select content from read_text('%s{secret}')"
                        $"select * from glob('%s{parent}/*')"
                        $"select 1; copy runs to '%s{target}'"
                        $"select 1; attach '%s{target}'"
                        $"select 1; export database '%s{target}'"
                        "select 1; set enable_external_access = true"
                        "select 1; set lock_configuration = false"
                        "select 1; delete from runs"
                        "with x as (select 1) delete from runs"
                        $"explain analyze copy runs to '%s{target}'"
                    ] do
                    let code, out, error = align [ "query"; sql; parent ]
                    Expect.equal (code, out) (ExitCode.WrongInput, "") sql

                    Expect.stringStarts
                        error
                        "align: A query only reads the tables runs, identity and metrics: files, networks and other databases are out of its reach (enable_external_access is off). DuckDB says: "
                        sql

                    Expect.equal (error.TrimEnd().Split('\n').Length) 1 error

                // DuckDB looks for a table of that name, having no files
                let code, out, error = align [ "query"; $"select * from '%s{secret}'"; parent ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") error
                Expect.equal (files parent) [| "secret.csv" |] "nothing was written"))

        testCase "wrong input is told in one line" (fun () ->
            withRuns (fun parent _ _ _ ->
                for sql, message in
                    [
                        "select nash_con from runs", "Referenced column \"nash_con\" not found"
                        "select * from rnus", "Table with name rnus does not exist! Did you mean \"runs\"?"
                        "select (", "Parser Error"
                        "select 1; select 2", "One query at a time: there is a second statement behind the semicolon."
                        "select ? from runs",
                        "The query has parameters, which nobody gives values to; write the values."
                        "select 'x'::int", "Conversion Error"
                    ] do
                    let code, out, error = align [ "query"; sql; parent ]
                    Expect.equal (code, out) (ExitCode.WrongInput, "") sql
                    Expect.stringContains error message sql
                    Expect.equal (error.TrimEnd().Split('\n').Length) 1 error

                refused
                    [ "query" ]
                    "query: expected a query, as in `align query \"select id, nash_conv from runs\"`; `align query --help` tells the tables."

                let none = Path.Combine(parent, "none")
                refused [ "query"; "select 1"; none ] $"There is no folder '%s{none}'."))
    ]

// ---- The benchmark -----------------------------------------------------------------------------------------------------

let private benchmark =
    startsProcesses (
        testCase "align bench runs, one short round" (fun () ->
            let table = dotnet [] [ tool; "bench"; "runs"; "--smoke" ]

            for start in
                [
                    "| cfr+, leduc_poker | "
                    "| rm+, random_zero_sum(rows=100,columns=100,seed=7) | "
                    "| a line of metrics.jsonl | "
                    "| a record of TensorBoard's | "
                    "| a checkpoint | "
                    "| beginning and ending a run | "
                ] do
                Expect.exists (table.Split '\n') _.StartsWith(start) table)
    )

[<Tests>]
let tests = testList "run queries" [ queries; benchmark ]
