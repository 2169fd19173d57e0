module Alignment.Tests.CompareTests

open System.IO
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.ReportFixtures

let private rps scissors = Games.RockPaperScissors(1.0, 1.0, scissors)

let private run folder name scissors solver = solved folder name (rps scissors) solver (Stop.AfterSteps 500L)

let private rows (table: System.Collections.Generic.IReadOnlyList<System.Collections.Generic.IReadOnlyList<string>>) =
    table |> Seq.map List.ofSeq |> List.ofSeq

let private comparison =
    testList "comparison" [
        test "certificates in full, and only what differs" {
            inFolder (fun folder ->
                let a, first = run folder "a" 2.0 "rm+"
                let b, second = run folder "b" 2.0 "hedge"
                let comparison = Comparison.Of [ a; b ]

                let gaps = rows comparison.Certificates |> List.tail |> List.map (List.item 5)

                let expected = [ first; second ] |> List.map (fun s -> Words.exact s.Certificate.NashConv)

                Expect.equal gaps expected "every digit"

                Expect.equal
                    (rows comparison.Differences)
                    [ [ "kind"; "what"; "a"; "b" ]; [ "setting"; "solver"; "rm+"; "hedge" ] ]
                    "the solver alone")
        }

        test "the document overlays the gaps and shows how specifications differ" {
            inFolder (fun folder ->
                let runs = [
                    run folder "a" 2.0 "rm+" |> fst
                    run folder "b" 3.0 "rm+" |> fst
                    run folder "c" 2.0 "prm+" |> fst
                ]

                let document = checkAll (written (fun stream -> Comparison.Write(runs, stream)))
                let plot = plots document |> List.exactlyOne
                let names = [ for s in plot.GetProperty("series").EnumerateArray() -> string (s.GetProperty "name") ]
                Expect.equal names [ "a"; "b"; "c" ] "one curve a run"

                let lines name = elements name document |> List.map _.Value
                Expect.equal (lines "del") [ "-   parameter scissors=2 in [0, Infinity]" ] "in a"
                Expect.equal (lines "ins") [ "+   parameter scissors=3 in [0, Infinity]" ] "in b")
        }

        test "the smallest gap is named where it can be: one specification, one kind of certificate" {
            inFolder (fun folder ->
                let a, _ = run folder "a" 2.0 "hedge"
                let b, best = run folder "b" 2.0 "prm+"
                let c, _ = run folder "c" 3.0 "prm+"

                let verdict runs =
                    (elements "h1" (document (written (fun stream -> Comparison.Write(runs, stream))))
                     |> List.exactlyOne)
                        .Value

                Expect.stringEnds (verdict [ a; b ]) ", by b." "the smaller"
                Expect.isLessThan best.Certificate.NashConv 1e-3 "which is small"
                Expect.equal (verdict [ a; c ]) "2 runs of 2 different specifications." "not between games"

                use writer = started folder "d" [] "game"

                Expect.stringContains
                    (verdict [ writer.Folder; a ])
                    "2 different specifications"
                    "not with one that has none"

                Expect.equal (verdict [ writer.Folder; writer.Folder ]) "None of the runs has a certificate." "none")
        }

        test "trainings have their methods, what they reached, and curves of that" {
            inFolder (fun folder ->
                let labels =
                    RunFixtures.training folder "labels" 0.0 "dpo" [
                        1L, 0.1, [ "loss", 0.75 ]
                        5L, 0.5, [ "loss", 0.5 ]
                    ]

                let judged =
                    RunFixtures.training folder "judged" 1.0 "grpo" [
                        1L, 0.25, [ "loss", -0.5; "reward", 0.125 ]
                        2L, 0.75, [ "loss", 0.0; "reward", 0.25 ]
                    ]

                Expect.equal
                    (rows (Comparison.Of [ labels; judged ]).Certificates)
                    [
                        [ "run"; "method"; "state"; "loss"; "reward"; "steps"; "seconds" ]
                        [ "labels"; "dpo"; "finished"; "0.5"; ""; "5"; "0.5" ]
                        [ "judged"; "grpo"; "finished"; "0"; "0.25"; "2"; "0.75" ]
                    ]
                    "as last measured"

                let document = checkAll (written (fun stream -> Comparison.Write([ labels; judged ], stream)))
                let all = text document
                Expect.stringContains all "2 trainings by dpo, grpo." "what they are"
                Expect.isFalse (all.Contains "ertificate") "and not what no training has"

                let named (plot: System.Text.Json.JsonElement) = [
                    for s in plot.GetProperty("series").EnumerateArray() -> string (s.GetProperty "name")
                ]

                Expect.equal
                    (plots document |> List.map named)
                    [ [ "labels"; "judged" ]; [ "judged" ] ]
                    "losses, rewards"

                let a, _ = run folder "a" 2.0 "rm+"
                let mixed = rows (Comparison.Of [ a; judged ]).Certificates

                Expect.equal
                    mixed.Head
                    [
                        "run"
                        "game"
                        "solver"
                        "state"
                        "certificate"
                        "nash_conv"
                        "exploitability"
                        "loss"
                        "reward"
                        "steps"
                        "seconds"
                    ]
                    "beside a game"

                Expect.equal
                    mixed[2]
                    [ "judged"; ""; "grpo"; "finished"; "none"; ""; ""; "0"; "0.25"; "2"; "0.75" ]
                    "each has what it has")
        }

        test "runs of one name are told apart by their folders" {
            inFolder (fun folder ->
                let a, b = run folder "same" 2.0 "rm+" |> fst, run folder "same" 2.0 "rm+" |> fst
                let names = rows (Comparison.Of [ a; b ]).Certificates |> List.tail |> List.map List.head
                Expect.equal names [ a.Id; b.Id ] "names"
                Expect.hasLength (rows (Comparison.Of [ a; b ]).Differences) 1 "and do not differ")
        }

        test "one run is none to compare" {
            inFolder (fun folder ->
                let a, _ = run folder "a" 2.0 "rm+"
                Expect.throwsT<System.ArgumentException> (fun () -> Comparison.Of [ a ] |> ignore) "refused")
        }

        propertyOver 100 "a difference holds both texts, and marks no line without need"
        <| Prop.forAll
            (Gen.zip (Gen.listOf (Gen.elements [ "a"; "b"; "c" ])) (Gen.listOf (Gen.elements [ "a"; "b"; "c" ]))
             |> Arb.fromGen)
            (fun (before, after) ->
                let text (lines: string seq) = String.concat "\n" lines

                match LineDifference.Of(text before, text after) with
                | null -> failtest "short enough"
                | lines ->
                    let of' mark = lines |> Seq.filter (fun l -> l[0] <> mark) |> Seq.map (fun l -> l[2..]) |> text
                    Expect.equal (of' '+') (text before) "without what came"
                    Expect.equal (of' '-') (text after) "without what went"

                    if before = after then
                        Expect.all lines (fun l -> l[0] = ' ') "nothing is marked")
    ]

let private commands =
    testList "align report and compare" [
        test "report writes into the run's folder, or where it is told to, with the solver's claims" {
            inFolder (fun folder ->
                let a, _ = run folder "a" 2.0 "rm+"
                let file = a.File "report.html"
                Expect.equal (printed [ "report"; a.Path ]) (file + "\n") "the path"
                let document = checkAll (File.ReadAllText file)
                Expect.stringContains (text document) "claimed slope T^−0.5" "claims"

                let other = Path.Combine(folder, "other.html")
                Expect.equal (printed [ "report"; a.Path; "--out"; other ]) (other + "\n") "the path"
                Expect.equal (File.ReadAllText other) (File.ReadAllText file) "the same"

                let link = Path.Combine(folder, "link")
                Directory.CreateSymbolicLink(link, a.Path) |> ignore
                Expect.equal (printed [ "report"; link; "--out=" + other ]) (other + "\n") "by a link to it"
                Expect.equal (File.ReadAllText other) (File.ReadAllText file) "the same")
        }

        test "compare prints certificates and differences, and writes only where it is told to" {
            inFolder (fun folder ->
                let a, solution = run folder "a" 2.0 "rm+"
                let b, _ = run folder "b" 2.0 "hedge"
                let before = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
                let text = printed [ "compare"; a.Path; b.Path ]
                Expect.stringContains text (Words.exact solution.Certificate.NashConv) "every digit"
                Expect.stringContains text "setting  solver  rm+  hedge" "what differs"
                Expect.equal (Directory.GetFiles(folder, "*", SearchOption.AllDirectories)) before "nothing written"

                let file = Path.Combine(folder, "c.html")
                Expect.stringEnds (printed [ "compare"; a.Path; b.Path; "--out"; file ]) (file + "\n") "the path"
                checkAll (File.ReadAllText file) |> ignore)
        }

        test "compare takes the runs of a folder for which a condition holds, the oldest first" {
            RunFixtures.withRuns (fun parent (first, _) (second, _) _ ->
                let where condition = [ "compare"; "--where"; condition; parent ]
                let finished = printed (where "state = 'finished' and nash_conv is not null -- both")
                Expect.equal finished (printed [ "compare"; first.Path; second.Path ]) "as if they had been named"
                Expect.stringContains finished "first" "the first"

                let all = printed (where "1 = 1")
                Expect.stringContains all "fifth" "one that is running too"

                // metrics are there for a condition that needs them
                let measured =
                    printed (where "id in (select run from metrics where key = 'game/nash_conv' and step in (5, 8))")

                Expect.stringContains measured "third" "measured at step 5"

                for condition, part in
                    [
                        "solver = 'nobody'",
                        $"--where: it holds for 0 of 5 runs in '%s{parent}', and a comparison needs two; `align runs %s{parent}` lists them."
                        "name = 'first'",
                        $"--where: it holds for 1 of 5 runs in '%s{parent}', and a comparison needs two; `align runs %s{parent}` lists them."
                    ] do
                    refused (where condition) part

                for condition, part in
                    [
                        "solvr = 'rm+'", "\"solvr\" not found"
                        "1 = 1) or (", "Parser Error"
                        "1 = 1); drop table runs; select (1 = 1", ""
                        "exists (select * from read_text('/etc/hostname'))", "out of its reach"
                    ] do
                    let code, out, error = align (where condition)
                    Expect.equal (code, out) (ExitCode.WrongInput, "") condition
                    Expect.stringContains error part condition)
        }

        test "what is no run is refused, and nothing is written" {
            inFolder (fun folder ->
                let nowhere = Path.Combine(folder, "nowhere")
                refused [ "report"; nowhere ] $"There is no run '%s{nowhere}'."
                refused [ "report"; folder ] $"'%s{folder}' is no run: it has no run.json."
                refused [ "report" ] "report: expected a run's folder, such as runs/latest."

                refused
                    [ "compare"; folder ]
                    "compare: expected the folders of two runs or more, or --where and a condition."

                Expect.isEmpty (Directory.GetFileSystemEntries folder) "nothing written"

                let a, _ = run folder "a" 2.0 "rm+"
                let code, out, error = align [ "report"; a.Path; "--out"; Path.Combine(nowhere, "x.html") ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"
                Expect.stringContains error "--out: " "says what")
        }
    ]

[<Tests>]
let tests = testList "comparisons" [ comparison; commands ]
