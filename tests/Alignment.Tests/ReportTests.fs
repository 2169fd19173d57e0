module Alignment.Tests.ReportTests

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Text
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.ReportFixtures

let private headings document = elements "h2" document |> List.map _.Value

let private h1 document = (elements "h1" document |> List.exactlyOne).Value

let private has document (part: string) = Expect.stringContains (text document) part part

let private series (plot: System.Text.Json.JsonElement) = plot.GetProperty("series").EnumerateArray() |> List.ofSeq

let private seriesNames plot = series plot |> List.map (fun s -> string (s.GetProperty "name"))

let private rps = Games.RockPaperScissors(1.0, 1.0, 2.0)

// ---- What a report says ------------------------------------------------------------------------------------------------

let private contents =
    testList "contents" [
        test "of a training: its reward where it has one, else its loss, and nothing that games have" {
            inFolder (fun folder ->
                let told method metrics =
                    let document = checkAll (report (RunFixtures.training folder method 0.0 method metrics))
                    Expect.isFalse ((text document).Contains "ertificate") "games have certificates"
                    h1 document

                let judged = [ 1L, 0.25, [ "loss", -0.5; "reward", 0.125 ]; 2L, 0.75, [ "loss", 0.0; "reward", 0.25 ] ]

                Expect.equal
                    (told "grpo" judged)
                    "The training by grpo is done; at step 2 the reward was 0.25."
                    "reward"

                let labels = [ 1L, 0.25, [ "loss", 0.75 ]; 2L, 0.75, [ "loss", 0.5 ] ]
                Expect.equal (told "dpo" labels) "The training by dpo is done; at step 2 the loss was 0.5." "loss")
        }

        test "of a run: the verdict first, then everything that the folder has" {
            inFolder (fun folder ->
                let run, solution = solved folder "a name" rps "rm+" (Stop.AfterSteps 2000L)
                let document = checkAll (report run)
                let gap = solution.Certificate.NashConv

                let brief = gap.ToString("0.###e-0", CultureInfo.InvariantCulture)
                Expect.stringContains (h1 document) (brief.Replace('-', '\u2212')) "NashConv"
                has document "The certificate is exact"
                has document solution.Status.Sentence

                Expect.equal
                    (headings document)
                    [
                        "Gaps over steps"
                        "Strategies"
                        "Strategies over steps"
                        "Payoffs"
                        "Values over steps"
                        "Specification"
                        "Settings"
                    ]
                    "sections"

                let shown = elements "td" document |> List.map _.Value

                for player, strategy in Seq.zip solution.Players solution.Worst.Strategies do
                    has document player.Name

                    for action, p in Seq.indexed strategy do
                        Expect.contains shown (player.Actions.Label action) "an action"
                        Expect.contains shown (p.ToString("0.0000", CultureInfo.InvariantCulture)) "its probability"

                has document (string solution.Game.Declared)
                Expect.contains shown ".NET" "the machine"
                Expect.contains shown "align solve 'a game' --seed 7" "how it was started")
        }

        test "of a solution: claims too" {
            let solution = GameSolver.Solve(rps, Solver.Find "rm+", SolveOptions(Until = Stop.AfterSteps 2000L))
            let document = checkAll (solution.ToHtml())
            Expect.contains (headings document) "Payoffs" "sections"

            let cells = elements "text" document |> List.filter (fun t -> attribute "class" t = Some "value")
            // rock, paper, scissors where scissors pay 2: the payoffs of row, row by row
            Expect.equal (cells |> List.map _.Value) [ "0"; "−1"; "1"; "1"; "0"; "−2"; "−1"; "2"; "0" ] "payoffs"

            let rate = solution.Rates |> Seq.find (fun r -> r.Iterate = Iterate.Average && r.Gap = Gap.NashConv)
            let two (x: float) = x.ToString("0.00", CultureInfo.InvariantCulture)
            let row = elements "tr" document |> List.map _.Value |> List.find _.StartsWith("NashConvaverage")
            Expect.stringContains row $"%s{two rate.Exponent}%s{two rate.Low} to %s{two rate.High}0.5two-player" "rate"

            let names = seriesNames (List.head (plots document))
            Expect.contains names "average iterate, reported" "one iterate"
            Expect.contains names "last iterate" "the other"
            Expect.exists names _.StartsWith("fit of the average") "the fitted line"
            Expect.exists names _.StartsWith("claimed slope T^−0.5, for two-player zero-sum") "the claimed rate"
        }

        test "the drawn line is the fitted one" {
            // gap = 3 / step exactly: a fit has exponent 1, and its line ends on the curve
            inFolder (fun folder ->
                use writer = started folder "line" [] "game"

                for k in 0..40 do
                    let step = int64 (Math.Round(Math.Pow(1.2, float k)))
                    writer.Measured(point step [ "game/nash_conv", 3.0 / float step ])

                let plot = plots (checkAll (report writer.Folder)) |> List.exactlyOne
                let fit = series plot |> List.find (fun s -> (string (s.GetProperty "name")).StartsWith "fit")
                Expect.stringContains (string (fit.GetProperty "name")) "T^−1" "the exponent"

                for x, y in Seq.zip (fit.GetProperty("x").EnumerateArray()) (fit.GetProperty("y").EnumerateArray()) do
                    near (1e-5 * y.GetDouble()) (3.0 / x.GetDouble()) (y.GetDouble()) "on the line")
        }

        test "of a sequential game: a table of information sets, the longest cut and said to be" {
            inFolder (fun folder ->
                let run, solution = solved folder "leduc" (Games.LeducPoker()) "cfr+" (Stop.AfterSteps 20L)
                let document = checkAll (report run)
                let tables = elements "table" document |> List.filter (fun t -> attribute "class" t = Some "mix")
                Expect.hasLength tables 2 "one a player"

                let rows = tables |> List.map (fun t -> t.Descendants "tr" |> Seq.length |> (+) -1)
                Expect.equal rows [ 100; 100 ] "as many rows as are shared out"

                match solution.Game.Spec.Tree with
                | null -> failtest "Leduc poker has a tree"
                | tree ->
                    let sets = tree.Tree.Players[0].InformationSets
                    has document $"The first 100 of %d{sets.Count} information sets"
                    has document sets[0].Label)
        }

        test "of a batch: the worst first, how gaps spread, and intervals over the draws of data" {
            let axis = Axis.Of("attack", "GCG", "JailbreakChat", "PAIR", "adaptive_random_search")

            let target =
                Axis.Of("target", "gpt-3.5-turbo-1106", "gpt-4-0125-preview", "llama-2-7b-chat-hf", "vicuna-13b-v1.5")

            let file = Path.Combine(root, "examples", "data", "jailbreakbench.csv")
            let category = Axis.Of("category", "pooled", "Privacy")
            let counts = CountTable.Read(file).By(axis, target, category).Pooling(category, "pooled")

            let spec =
                Game
                    .Named("red teaming")
                    .Over(category)
                    .ZeroSum(Player.Of("red", axis), Player.Of("blue", target), counts.Rate)
                    .Probe(Probe.Posterior(counts, 50))

            inFolder (fun folder ->
                let run, solution = solved folder "batch" spec "prm+" (Stop.AfterSteps 100L)
                let document = checkAll (report run)
                Expect.stringContains (h1 document) "In the worst of 102 games" "the verdict is of the worst"
                Expect.contains (headings document) "102 games" "sections"

                let table = elements "table" document |> List.find (fun t -> attribute "class" t = Some "sortable")

                let rows = table.Descendants "tr" |> Seq.tail |> List.ofSeq
                let cell (k: int) (row: Xml.Linq.XElement) = row.Elements "td" |> Seq.item k
                let expected = solution.Games |> Seq.sortByDescending _.Certificate.NashConv |> Seq.map _.Game
                Expect.equal (rows |> List.map (cell 0 >> _.Value)) (List.ofSeq expected) "the worst first"

                for row in rows do
                    let game = solution.Games |> Seq.find (fun g -> g.Game = (cell 0 row).Value)
                    let number = attribute "data-value" (cell 1 row) |> Option.get
                    Expect.equal (Double.Parse(number, CultureInfo.InvariantCulture)) game.Certificate.NashConv "gap"

                // 50 replicates a category: the quantile of 2.5 % lies 0.225 of the way from the second to the third smallest
                has document "Uncertainty of the data"

                for name in [ "pooled"; "Privacy" ] do
                    let all = solution.Games |> Seq.filter _.Game.Contains($"category=%s{name}") |> List.ofSeq
                    let draws = all |> List.tail |> List.map (fun g -> g.Value solution.Players[0]) |> List.sort
                    Expect.hasLength draws 50 "replicates"
                    let low = draws[1] + 0.225 * (draws[2] - draws[1])
                    has document (low.ToString("G4", CultureInfo.InvariantCulture) + " to "))
        }

        test "of a lower bound: that it is one, and by how much it may be wrong" {
            let solution =
                """{"schema":"open/1","game":"big","solver":"mccfr","settings":{},"seed":3,"steps":100,"seconds":2.5,"status":"Finished.",
                "information_sets":9,"certificate":{"kind":"lower_bound","nash_conv":0.25,"exploitability":0.125,"standard_error":0.03,"oracle":"Searched by X."},
                "values":{"p":{"mean":0.1,"standard_error":0.05,"low":0.002,"high":0.198,"games":1000}}}"""

            inFolder (fun folder ->
                let document = checkAll (report (ended folder "open" solution []))

                Expect.equal
                    (h1 document)
                    "Deviations that were found gain 0.25 ± 0.03 in sum; others may gain more."
                    "verdict"

                has document "The certificate is a lower bound"
                has document "not how far at most. Searched by X."
                has document "value 0.1, 95 % interval 0.002 to 0.198")
        }

        test "of a game by its rules alone: information sets in place of gaps" {
            inFolder (fun folder ->
                let points = [
                    for step, sets in [ 0L, 0.0; 1L, 30.0; 2L, 50.0; 4L, 70.0 ] ->
                        point step [ "solver/evaluations", 2.0 * sets; "solver/information_sets", sets ]
                ]

                let verdict =
                    """{"schema":"open/1","game":"big","solver":"mccfr","settings":{},"seed":3,"steps":4,"seconds":2.5,"status":"Finished.",
                    "information_sets":70,"certificate":{"kind":"lower_bound","nash_conv":0.25,"exploitability":0.125,"standard_error":0.03,"oracle":"X."},
                    "values":{"p":{"mean":0.1,"standard_error":0.05,"low":0.002,"high":0.198,"games":1000}}}"""

                let run = ended folder "open" verdict points
                let document = checkAll (report run)
                has document "No gap is known on the way"

                Expect.equal
                    (headings document)
                    [ "Gaps over steps"; "Strategies"; "Information sets over steps"; "Specification"; "Settings" ]
                    "sections"

                let curve = plots document |> List.exactlyOne |> series |> List.exactlyOne
                // a moment before the first step has no place on a logarithmic axis
                let drawn (axis: string) = [
                    for value in curve.GetProperty(axis).EnumerateArray() -> value.GetDouble()
                ]

                Expect.equal (List.zip (drawn "x") (drawn "y")) [ 1.0, 30.0; 2.0, 50.0; 4.0, 70.0 ] "the curve"
                Expect.hasLength (Plots.InformationSets run) 1 "a plot"
                Expect.hasLength (Plots.All run) 1 "and no other")
        }

        test "of one that goes on: how far it is, and no more" {
            inFolder (fun folder ->
                use writer = started folder "open" [ "solver", "mccfr" ] "big, by its rules alone"
                writer.Measured(point 1L [ "solver/evaluations", 9.0; "solver/information_sets", 1_234.0 ])
                let document = checkAll (report writer.Folder)
                Expect.equal (h1 document) "No certificate: the run goes on." "verdict"
                has document "What was last measured: 1,234 information sets met by step 1.")
        }
    ]

// ---- Runs that are not as they should be ---------------------------------------------------------------------------------

let private solution (value: string) (gap: string) =
    $"""{{"schema":"solve/1","game":"g","solver":"s","executor":"host","device":"cpu","precision":"float64","batch":1,"seed":0,"steps":1,"seconds":0.5,
    "compile_seconds":0,"measure_seconds":0,"status":"Ended.","certificate":{{"kind":"exact","nash_conv":%s{gap},"exploitability":%s{gap}}},"metrics":{{}},
    "values":{{"p":%s{value}}},"profile":{{"p":{{"a":0.5,"b":%s{value}}}}}}}"""

let private trouble =
    testList "trouble" [
        test "a cancelled run has no certificate, and its last figure is called what it is" {
            inFolder (fun folder ->
                use writer = started folder "gone" [ "seed", "1" ] "game"

                for step in 1L .. 9L do
                    writer.Measured(point step [ "game/nash_conv", 1.0 / float step ])

                writer.End(RunState.Cancelled, "Cancelled after 9 steps.")
                let document = checkAll (report writer.Folder)
                Expect.equal (h1 document) "No certificate: the run was cancelled." "verdict"
                has document "What was last measured: NashConv 0.1111 at step 9."
                has document "Cancelled after 9 steps."
                Expect.hasLength (plots document) 1 "its gaps are drawn")
        }

        test "a run that goes on, and one that has measured nothing" {
            inFolder (fun folder ->
                use writer = started folder "new" [] "game"
                let document = checkAll (report writer.Folder)
                Expect.equal (h1 document) "No certificate: the run goes on." "verdict"
                has document "Nothing was measured on the way."
                Expect.isEmpty (plots document) "nothing to plot")
        }

        test "a result that cannot be read is told, not hidden" {
            inFolder (fun folder ->
                for content in [ "{"; """{"schema":"solve/9"}"""; """{"schema":"solve/1","values":3}"""; "[]" ] do
                    let document = checkAll (report (ended folder "broken" content []))
                    has document "solution.json cannot be read: "
                    Expect.stringContains (h1 document) "No certificate" "verdict")
        }

        test "numbers that are not finite are said to be, and never plotted" {
            inFolder (fun folder ->
                let points = [
                    for step in 0L .. 20L do
                        let gap =
                            match step with
                            | 5L -> nan
                            | 6L -> infinity
                            | 7L -> 0.0
                            | _ -> 1.0 / float (step + 1L)

                        point step [ "game/nash_conv", gap; "game/value/p", (if step = 8L then nan else 0.5) ]
                ]

                let document = checkAll (report (ended folder "lost" (solution "null" "null") points))
                Expect.equal (h1 document) "No certificate: NashConv is not a finite number." "verdict"
                has document "value not finite"
                has document "2 moments without a finite number are left out."
                has document "A gap of 0, 1 moment, has no place on a logarithmic axis."

                // of 21 moments, not: step 0, 5, 6, 7
                let gaps = plots document |> List.head |> series |> List.head
                Expect.equal (gaps.GetProperty("x").GetArrayLength()) 17 "points")
        }

        test "values as large as numbers go are drawn" {
            inFolder (fun folder ->
                let huge = [ 1.0; Double.MaxValue; -Double.MaxValue; Double.Epsilon ]

                let points = [
                    for step, value in List.indexed (huge @ huge) ->
                        point (int64 step + 1L) [ "game/nash_conv", abs value; "game/value/p", value ]
                ]

                let html = report (ended folder "huge" (solution "1e308" "1e-308") points)
                let document = checkAll html

                for path in elements "path" document do
                    Expect.isFalse ((attribute "d" path |> Option.get).Contains "N") "coordinates are numbers"
                    Expect.isFalse ((attribute "d" path |> Option.get).Contains "∞") "and finite")
        }

        test "names are text: nothing of them becomes markup or script" {
            let evil = "</script><script>alert(1)</script><img src=x onerror=\"alert(2)\">'&\u0000\uD800"
            let quoted = Json.JsonSerializer.Serialize evil

            let named =
                (solution "0.5" "0.5")
                    .Replace("\"p\":", quoted + ":")
                    .Replace("\"a\":", quoted + ":")
                    .Replace("\"g\"", quoted)

            inFolder (fun folder ->
                let benign = checkAll (report (ended folder "benign" (solution "0.5" "0.5") []))

                use writer = started folder evil [ evil, evil ] evil

                for step in 1L .. 12L do
                    writer.Measured(point step [ "game/nash_conv", 1.0 / float step; "game/value/" + evil, 1.0 ])

                writer.Add("solution.json", fun stream -> stream.Write(Encoding.UTF8.GetBytes named))
                writer.End(RunState.Finished, evil)
                let html = report writer.Folder
                let document = checkAll html

                let kinds document =
                    elements "script" document |> List.map (attribute "type") |> List.countBy id |> Map.ofList

                Expect.equal ((kinds document)[None]) ((kinds benign)[None]) "no script more than ours"
                Expect.isEmpty (elements "img" document) "no image"
                has document "</script><script>alert(1)</script>"

                let curve = plots document |> List.last |> series |> List.exactlyOne
                Expect.stringStarts (string (curve.GetProperty "name")) "</script><script>" "the name arrives whole"

                let comparison = written (fun stream -> Comparison.Write([ writer.Folder; writer.Folder ], stream))
                Expect.isEmpty (elements "img" (checkAll comparison)) "nor in a comparison")
        }
    ]

// ---- Size ------------------------------------------------------------------------------------------------------------------

let private size =
    testList "size" [
        test "of a run of 1,000,000 moments, and no extreme is lost" {
            inFolder (fun folder ->
                use writer = started folder "long" [] "game"
                writer.End(RunState.Cancelled, "Cancelled.")
                let file = writer.Folder.File RunFiles.Metrics
                writer.Dispose()

                do
                    use metrics = new StreamWriter(file)

                    for step in 1..1_000_000 do
                        // two spikes of one step among a curve that falls as 1 / step
                        let gap =
                            match step with
                            | 654_321 -> 77.25
                            | 123_457 -> 1e-9
                            | _ -> 1.0 / float step

                        metrics.Write(
                            $"{{\"step\":%d{step},\"seconds\":%d{step},\"game/nash_conv\":%s{Words.exact gap},\"game/nash_conv/last\":%s{Words.exact (2.0 * gap)},\"game/nash_conv/average\":%s{Words.exact gap},\"game/value/a\":%s{Words.exact gap},\"game/value/b\":%s{Words.exact -gap}}}\n"
                        )

                let clock = Stopwatch.StartNew()
                let html = report writer.Folder
                let seconds = clock.Elapsed.TotalSeconds
                let document = checkAll html
                printfn $"report of 1,000,000 moments: %.1f{seconds} s, %d{html.Length} characters"

                let gaps = plots document |> List.head |> series |> List.head
                let values = [ for y in gaps.GetProperty("y").EnumerateArray() -> y.GetDouble() ]
                Expect.contains values 77.25 "the largest"
                Expect.contains values 1e-9 "the least"
                Expect.isGreaterThan values.Length 500 "points are not given away"
                has document "1,000,000 measured moments.")
        }

        test "of a batch of thousands" {
            let games = 5000
            let spec = zeroSumBatch games 3 3 (draws "reports" games 3 3)
            let solution = GameSolver.Solve(spec, Solver.Find "prm+", SolveOptions(Until = Stop.AfterSteps 50L))
            let document = checkAll (solution.ToHtml())
            has document "The 300 games furthest from equilibrium"
        }

        propertyOver
            500
            "rows are shared out among tables, the longest cut first"
            (Prop.forAll
                (Gen.zip (Gen.nonEmptyListOf (Gen.choose (0, 500))) (Gen.choose (50, 400)) |> Arb.fromGen)
                (fun (wanted, most) ->
                    let wanted = wanted |> List.truncate 40
                    let given = StrategySection.Shared(wanted, most) |> List.ofArray
                    Expect.isLessThanOrEqual (List.sum given) most "together"

                    for wants, gets in List.zip wanted given do
                        Expect.isLessThanOrEqual gets wants "no more than there is"

                        if gets < wants then
                            Expect.equal gets (List.max given) "a table that is cut is as long as any"

                    if List.sum wanted <= most then
                        Expect.equal given wanted "nothing is cut without need"))
    ]

[<Tests>]
let tests = testList "reports" [ contents; trouble; size ]
