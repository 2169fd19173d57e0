/// Kept runs of games of smooth payoffs: their files, lists, queries, reports, comparisons, and the live page.
module Alignment.Tests.SmoothRunTests

open System
open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runs
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.GradientFixtures
open Alignment.Tests.ReportFixtures
open Alignment.Tests.ServeFixtures
open Alignment.Tests.SmoothResultFixtures

let private constrainedRun folder = solved folder "constrained" constrained banditSolver (Stop.AfterSteps 300L)
let private criticRun folder = solved folder "critic" critic "gradient(rate=0.2)" (Stop.AfterSteps 300L)
let private rpsRun folder = solved folder "rps" (Games.RockPaperScissors(1.0, 1.0, 2.0)) "rm+" (Stop.AfterSteps 50L)

/// A run without a result that measured a residual.
let private going folder =
    let writer = started folder "going" [ "solver", "lola"; "seed", "0" ] "game"
    writer.Measured(point 3L [ "game/stationarity", 0.25; "game/value/alice", 1.0 ])
    writer

// ---- Files and lists -------------------------------------------------------------------------------------------------

let private files =
    testList "files" [
        test "weights at the measured moments as in the solution, and no table of payoffs" {
            inFolder (fun folder ->
                let run, solution = criticRun folder
                Expect.isFalse (File.Exists(run.File RunFiles.Payoffs)) "no payoffs.json"
                let lines = File.ReadAllLines(run.File RunFiles.Strategies) |> Array.map json
                Expect.equal lines.Length solution.Trace.Count "a line a moment"
                let result = json (File.ReadAllText(run.File RunFiles.Solution))

                Expect.equal
                    ((Array.last lines).GetProperty("profile").GetRawText())
                    (result.GetProperty("profile").GetRawText())
                    "the last is the result")
        }

        test "a summary has the residual as its distance, and no NashConv" {
            inFolder (fun folder ->
                let run, solution = constrainedRun folder
                let summary = RunSummary.Of run
                Expect.equal summary.Certificate "kkt" "certificate"
                Expect.isFalse summary.NashConv.HasValue "NashConv"
                Expect.isFalse summary.Exploitability.HasValue "exploitability"
                Expect.equal summary.Distance.Value solution.Certificate.Distance "distance"
                Expect.equal summary.Residual.Value solution.Certificate.Distance "residual"
                use writer = going folder
                let summary = RunSummary.Of writer.Folder
                Expect.equal summary.Distance.Value 0.25 "as last measured"
                Expect.isNull summary.Certificate "and not certified"
                let exact, _ = rpsRun folder
                let summary = RunSummary.Of exact
                Expect.equal summary.Distance summary.NashConv "of other games they are one"
                Expect.isFalse summary.Residual.HasValue "and no residual")
        }

        test "align runs has a column of residuals where a run has one" {
            inFolder (fun folder ->
                let _, exact = rpsRun folder
                let titles () = (printed [ "runs"; folder ]).Split('\n')[0]
                Expect.isFalse ((titles ()).Contains "residual") "not for matrix games alone"
                let _, smooth = criticRun folder
                use _ = going folder
                Expect.stringContains (titles ()) "nash_conv  residual" "both figures"
                let text = printed [ "runs"; folder ]
                let row (name: string) = text.Split '\n' |> Array.find _.Contains($" %s{name} ")
                Expect.stringContains (row "critic") (Words.brief smooth.Certificate.Distance) "a residual"
                Expect.stringContains (row "rps") (Words.brief exact.Certificate.NashConv) "a NashConv"
                Expect.stringContains (row "going") "0.25" "what was last measured"
                validBy "runs.json" (printed [ "runs"; folder; "--json" ]))
        }

        test "queries have the distance of every run" {
            inFolder (fun folder ->
                let _, exact = rpsRun folder
                let _, smooth = criticRun folder

                let text =
                    printed [
                        "query"
                        "select name, nash_conv, distance, certificate from runs order by name"
                        folder
                        "--json"
                    ]

                let rows = [
                    for row in (json text).GetProperty("rows").EnumerateArray() ->
                        [ for cell in row.EnumerateArray() -> cell.GetRawText() ]
                ]

                let number (x: float) = x.ToString("R", Globalization.CultureInfo.InvariantCulture)

                Expect.equal
                    rows
                    [
                        [ "\"critic\""; "null"; number smooth.Certificate.Distance; "\"stationary\"" ]
                        [
                            "\"rps\""
                            number exact.Certificate.NashConv
                            number exact.Certificate.NashConv
                            "\"exact\""
                        ]
                    ]
                    "NashConv is null where it is not known")
        }

        test "a sweep tells residuals" {
            let solution = json (SolutionJson.text criticSolution.Value)
            let residual = Words.brief criticSolution.Value.Certificate.Distance
            Expect.equal (Alignment.Cli.SweepResults.told solution) $"residual %s{residual}" "name and figure"

            Expect.isTrue
                (Alignment.Cli.SweepResults.isReached (Stop.StationarityBelow 1e-3) solution)
                "whether a rule was reached"
        }
    ]

// ---- Reports ---------------------------------------------------------------------------------------------------------

let private headings document = elements "h2" document |> List.map _.Value
let private h1 document = (elements "h1" document |> List.exactlyOne).Value
let private has document (part: string) = Expect.stringContains (text document) part part
let private cells document = elements "td" document |> List.map _.Value

let private seriesNames (plot: JsonElement) = [
    for series in plot.GetProperty("series").EnumerateArray() -> string (series.GetProperty "name")
]

let private titles document = elements "h3" document |> List.map _.Value

let private reports =
    testList "reports" [
        test "of weights: a first-order verdict, residuals, tables, and weights over steps" {
            inFolder (fun folder ->
                let run, solution = criticRun folder
                let document = checkAll (report run)

                Expect.equal
                    (headings document)
                    [
                        "Residuals over steps"
                        "Strategies and weights"
                        "Strategies and weights over steps"
                        "Values over steps"
                        "Specification"
                        "Settings"
                    ]
                    "sections"

                Expect.stringStarts (h1 document) "No player gains to first order by a small step of its own" "verdict"
                Expect.stringContains (h1 document) "larger deviations are not excluded" "and what it does not say"
                has document "The certificate is of first order"
                has document solution.Status.Sentence
                Expect.isFalse ((text document).Contains "exploitability") "nothing of NashConv's"

                // 3 x 2 numbers as a matrix, of 40 the first 30, and a single one
                let tables = elements "table" document |> List.filter (fun t -> (attribute "class" t).IsNone)

                let rows (title: string) =
                    tables
                    |> List.filter _.Value.StartsWith(title)
                    |> List.exactlyOne
                    |> _.Descendants("tr")
                    |> Seq.length

                Expect.equal (rows "w[rows, features]helpfulharmless") 4 "the matrix"
                Expect.equal (rows "v[hidden]") 31 "the long one"
                Expect.equal (rows "bias") 2 "the number"
                has document "The first of 40 numbers: least"

                let names = plots document |> List.map seriesNames
                Expect.contains names [ "policy"; "critic" ] "values"
                let moved = names |> List.find (List.contains "bias")
                Expect.hasLength moved 10 "the numbers that moved most"
                Expect.contains moved "w[0, helpful]" "by their labels"
                has document "The 10 of 47 numbers that moved most.")
        }

        test "of a solution in memory: the same" {
            let document = checkAll (criticSolution.Value.ToHtml())
            Expect.contains (headings document) "Strategies and weights over steps" "sections"
            Expect.contains (titles document) "Weights of critic" "a chart"
        }

        test "of constraints: whether they hold, their table and curves; no player of theirs" {
            inFolder (fun folder ->
                let run, solution = constrainedRun folder
                let document = checkAll (report run)
                let outcome = solution.Constraints()[0]
                Expect.isTrue ((h1 document).StartsWith "The constraints hold") (h1 document)
                has document "Karush, Kuhn and Tucker"

                Expect.equal
                    (headings document)
                    [
                        "Residuals over steps"
                        "Strategies"
                        "Strategies over steps"
                        "Constraints"
                        "Values over steps"
                        "Probes over steps"
                        "Specification"
                        "Settings"
                    ]
                    "sections"

                let drawn = titles document
                let curves = [ "Residual of stationarity"; "Violation of constraints"; "Complementary slackness" ]
                Expect.containsAll drawn (curves @ [ "Costs over steps"; "Multipliers over steps" ]) "charts"
                Expect.contains drawn "policy/reward" "the probe"
                let row = elements "tr" document |> List.map _.Value |> List.find _.StartsWith("costpolicy")
                near 1e-6 dualRoot outcome.Multiplier "the price"
                Expect.stringStarts row "costpolicy0.30.31.027" "cost, bound, price"
                let names = plots document |> List.map seriesNames
                Expect.contains names [ "cost"; "bound of cost" ] "the cost with its bound"
                Expect.contains names [ "policy" ] "the value of the policy alone"
                Expect.isFalse ((text document).Contains "multiplier of cost") "those who set prices are no players")
        }

        test "far from a stationary point the verdict says so" {
            let document = checkAll ((stepped 3 bilinear "gradient").ToHtml())
            Expect.stringStarts (h1 document) "Players still gain to first order" (h1 document)
            Expect.isFalse ((h1 document).Contains "excluded") "nothing is promised"

            let document = checkAll ((stepped 2 constrained banditSolver).ToHtml())
            Expect.stringStarts (h1 document) "A constraint is violated by" (h1 document)
        }

        test "of a batch: residuals spread, the worst first, weights over steps of its first game" {
            inFolder (fun folder ->
                let spec = Games.IteratedPrisonersDilemma(runs = 3)
                let run, solution = solved folder "runs" spec "gradient" (Stop.AfterSteps 20L)
                let document = checkAll (report run)
                Expect.stringStarts (h1 document) "In the worst of 3 games, players still gain" (h1 document)
                Expect.contains (titles document) "How the residual spreads" "the spread"

                let worst =
                    solution.Games |> Seq.sortByDescending _.Certificate.Distance |> Seq.map _.Game |> List.ofSeq

                let listed = cells document |> List.filter _.StartsWith("runs=")
                Expect.equal listed worst "the worst first"
                Expect.containsAll (headings document) [ "Weights"; "Weights over steps" ] "sections"
                let names = plots document |> List.map seriesNames
                Expect.contains names [ "start"; "CC"; "CD"; "DC"; "DD" ] "labels of the one tensor")
        }

        test "of a batch with constraints: each game's violation beside its residual" {
            let spec = constrained.Over(Axis.Of("copy", 2))
            let document = checkAll ((stepped 5 spec banditSolver).ToHtml())
            let sortable = elements "table" document |> List.find (fun t -> attribute "class" t = Some "sortable")
            let titles = sortable.Descendants "th" |> Seq.map _.Value |> List.ofSeq

            Expect.equal titles [ "game"; "residual"; "violation"; "steps"; "value of policy"; "how it ended" ] "titles"

            for row in sortable.Descendants "tr" |> Seq.tail do
                Expect.hasLength (row.Descendants "td" |> List.ofSeq) titles.Length "a cell each"
        }

        test "of a run that goes on: what was last measured is called what it is" {
            inFolder (fun folder ->
                use writer = going folder
                let document = checkAll (report writer.Folder)
                Expect.equal (h1 document) "No certificate: the run goes on." "verdict"
                has document "What was last measured: residual 0.25 at step 3. That is a figure of the log")
        }

        test "a rate is fitted to residuals and held against the claim" {
            let until = Stop.AfterSteps 2000L
            let solver = Solver.Find "gradient(lookahead=extragradient)"
            let solution = GameSolver.Solve(bilinear, solver, SolveOptions(Until = until, Threads = 1))
            let document = checkAll (solution.ToHtml())

            let row =
                elements "tr" document |> List.map _.Value |> List.find _.StartsWith("Residual of stationaritylast")

            Expect.stringContains row "linearbilinear or strongly monotone" "the claim"
            has document "Residual about steps^−exponent"
        }

        test "plots as values" {
            let plots = Plots.All constrainedSolution.Value |> Seq.map _.Title |> List.ofSeq

            Expect.equal
                plots
                [
                    "Residual of stationarity"
                    "Violation of constraints"
                    "Complementary slackness"
                    "Strategy of policy"
                    "Costs over steps"
                    "Multipliers over steps"
                    "Expected payoff of each player over steps"
                    "policy/reward"
                ]
                "all of a constrained game"

            let weights = Plots.Strategies criticSolution.Value |> Seq.map _.Title |> List.ofSeq
            Expect.equal weights [ "Strategy of policy"; "Weights of critic" ] "of a game of weights"

            for plot in Plots.All criticSolution.Value do
                Expect.stringStarts (plot.ToSvg()) "<svg" plot.Title
        }
    ]

let private rows (table: Collections.Generic.IReadOnlyList<Collections.Generic.IReadOnlyList<string>>) =
    table |> Seq.map List.ofSeq |> List.ofSeq

/// The cells of a row from one place to another.
let private cut (row: string list) first last = row |> List.skip first |> List.truncate (last - first + 1)

let private comparisons =
    testList "comparisons" [
        test "of residuals: columns, the smallest, a plot" {
            inFolder (fun folder ->
                let first, solution = criticRun folder
                let second, worse = solved folder "short" critic "gradient(rate=0.2)" (Stop.AfterSteps 30L)
                let comparison = Comparison.Of [ first; second ]
                let table = rows comparison.Certificates
                Expect.equal (cut table[0] 4 6) [ "certificate"; "residual"; "steps" ] "columns"
                Expect.equal (cut table[1] 5 5) [ Words.exact solution.Certificate.Distance ] "every digit"
                Expect.equal (cut table[2] 5 5) [ Words.exact worse.Certificate.Distance ] "of both"
                let document = checkAll (written (fun stream -> Comparison.Write([ first; second ], stream)))
                Expect.stringStarts (h1 document) "The smallest residual of 2 runs is" (h1 document)
                Expect.stringContains (h1 document) "by critic" "whose"
                Expect.contains (headings document) "Residuals over steps" "the plot"
                Expect.equal (plots document |> List.exactlyOne |> seriesNames) [ "critic"; "short" ] "one curve a run")
        }

        test "of both kinds: a column and a plot each, and no smallest" {
            inFolder (fun folder ->
                let runs = [ fst (rpsRun folder); fst (constrainedRun folder) ]
                let table = rows (Comparison.Of runs).Certificates

                Expect.equal
                    (cut table[0] 4 8)
                    [ "certificate"; "nash_conv"; "exploitability"; "residual"; "violation" ]
                    "columns"

                Expect.equal (cut table[1] 7 8) [ ""; "" ] "what the one does not have"
                Expect.equal (cut table[2] 5 6) [ ""; "" ] "and the other"
                let document = checkAll (written (fun stream -> Comparison.Write(runs, stream)))
                Expect.containsAll (headings document) [ "Gaps over steps"; "Residuals over steps" ] "plots"
                Expect.equal (plots document |> List.map seriesNames) [ [ "rps" ]; [ "constrained" ] ] "apart")
        }
    ]

// ---- The live page ---------------------------------------------------------------------------------------------------

let private page =
    testList "live page" [
        test "curves begin with the residual where there is no NashConv, and the verdict is of first order" {
            inFolder (fun folder ->
                let run, _ = criticRun folder

                serving id folder (fun _ client ->
                    let code, text = get client $"/api/curves?run=%s{run.Id}"
                    Expect.equal code 200 text
                    Expect.equal (string ((json text).GetProperty "key")) "game/stationarity" "the metric"
                    let code, text = get client $"/api/runs/%s{run.Id}"
                    Expect.equal code 200 text
                    Expect.stringContains (string ((json text).GetProperty "verdict")) "first order" "the verdict"
                    let summary = (json text).GetProperty "run"
                    Expect.equal (summary.GetProperty("nash_conv").ValueKind) JsonValueKind.Null "no NashConv"
                    Expect.isGreaterThan (summary.GetProperty("distance").GetDouble()) 0.0 "a distance"))
        }
    ]

[<Tests>]
let tests = testList "runs of smooth games" [ files; reports; comparisons; page ]
