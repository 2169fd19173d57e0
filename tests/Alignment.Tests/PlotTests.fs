/// Plots as values: what each draws, in each of its forms.
module Alignment.Tests.PlotTests

open System
open System.Globalization
open System.IO
open System.Text.RegularExpressions
open System.Xml.Linq
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.ReportFixtures

let private svg = XNamespace.Get "http://www.w3.org/2000/svg"

/// An SVG document: it is well-formed, all of SVG, and loads and runs nothing.
let private drawing (plot: Plot) =
    let root = (XDocument.Parse(plot.ToSvg())).Root |> nonNull
    Expect.equal root.Name (svg + "svg") "an SVG document"

    for element in root.DescendantsAndSelf() do
        Expect.equal element.Name.Namespace svg $"%s{element.Name.LocalName} is of SVG"
        Expect.notEqual element.Name.LocalName "script" "no script"

        for attribute in element.Attributes() do
            let name = attribute.Name.LocalName
            Expect.isFalse (name = "href" || name.StartsWith "on") $"%s{element.Name.LocalName} has %s{name}"

            if name <> "aria-label" && name <> "font-family" && name <> "xmlns" then
                Expect.isFalse (attribute.Value.Contains "NaN" || attribute.Value.Contains "∞") attribute.Value

    for style in root.Descendants(svg + "style") do
        Expect.isFalse (Regex.IsMatch(style.Value, @"url\(|@import|image\(")) "the style loads nothing"

    Expect.equal ((nonNull (root.Element(svg + "title"))).Value) plot.Title "its title"
    root

let private texts (root: XElement) =
    root.Descendants(svg + "text") |> Seq.map (fun t -> (nonNull t.FirstNode).ToString()) |> List.ofSeq

let private curves (root: XElement) = [
    for path in root.Descendants(svg + "path") do
        match attribute "class" path, attribute "d" path with
        | Some kind, Some d when kind.StartsWith "series" && not (d.Contains 'H') -> [
            for m in Regex.Matches(d, @"[ML]([-0-9.]+) ([-0-9.]+)") ->
                Double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture),
                Double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)
          ]
        | _ -> ()
]

let private solution (spec: GameSpec) (solver: string) =
    GameSolver.Solve(spec, Solvers.Find solver, SolveOptions(Until = Stop.AfterSteps 300L))

[<Tests>]
let tests =
    testList "plots" [
        test "of every kind, as SVG and as HTML" {
            for spec, solver, titles in
                [
                    weightedRps 2.0,
                    "rm+",
                    [
                        "NashConv"
                        "Strategy of row"
                        "Strategy of column"
                        "Path of row"
                        "Path of column"
                        "Payoff of row"
                        "Expected payoff of each player over steps"
                    ]
                    Games.StagHunt(), "support_enumeration", [ "Payoff of row"; "Payoff of column" ]
                    Games.LeducPoker(), "cfr+", [ "NashConv"; "Expected payoff of each player over steps" ]
                ] do
                let plots = (solution spec solver).Plots() |> List.ofSeq
                Expect.equal (plots |> List.map _.Title) titles $"by %s{solver}"

                for plot in plots do
                    drawing plot |> ignore
                    let document = checkAll (plot.ToHtml())
                    Expect.equal (elements "h1" document |> List.map _.Value) [ plot.Title ] "its title"
        }

        test "a curve keeps its extremes: a spike of one step among a hundred thousand" {
            inFolder (fun folder ->
                use writer = started folder "spike" [] "game"

                let line step (gap: float) =
                    $"""{{"step":%d{step},"seconds":0,"game/nash_conv":%s{Words.exact gap}}}"""

                File.WriteAllLines(
                    writer.Folder.File RunFiles.Metrics,
                    seq {
                        for step in 1..100_000 ->
                            line
                                step
                                (match step with
                                 | 54_321 -> 1000.0
                                 | 77_777 -> 0.001
                                 | _ -> 1.0)
                    }
                )

                let plot = Plots.Gaps writer.Folder |> Seq.exactlyOne
                let points = curves (drawing plot) |> List.last // the first curve lies on top
                Expect.isLessThanOrEqual points.Length 400 "few points"
                // gaps of 1e-3 to 1e3 fill the height from 294 up to 10 but for 2 % of their range at both ends:
                // 294 - 284 * 0.02 / 1.04 = 288.54, and 294 - 284 * 1.02 / 1.04 = 15.46
                near 0.051 15.46 (points |> List.map snd |> List.min) "the largest"
                near 0.051 288.54 (points |> List.map snd |> List.max) "the least"

                let data = plots (checkAll (plot.ToHtml())) |> List.exactlyOne

                let values = [
                    for y in (data.GetProperty "series").[0].GetProperty("y").EnumerateArray() -> y.GetDouble()
                ]

                Expect.equal (List.max values, List.min values) (1000.0, 0.001) "in the other form too")
        }

        test "a legend names every curve, and a strategy's axis goes from 0 to 1" {
            let plot = Plots.Strategies(solution (weightedRps 2.0) "rm+") |> Seq.head
            let root = drawing plot
            let shown = texts root

            for name in [ "rock"; "paper"; "scissors"; "probability"; "steps"; "0"; "1" ] do
                Expect.contains shown name name

            Expect.hasLength (curves root) 3 "a curve an action"
        }

        test "from a folder as from memory" {
            inFolder (fun folder ->
                let run, solution = solved folder "x" (weightedRps 2.0) "mmd" (Stop.AfterSteps 300L)
                let forms plots = [ for plot: Plot in plots -> plot.Title, plot.ToSvg() ]
                Expect.equal (forms (Plots.Strategies run)) (forms (Plots.Strategies solution)) "strategies"
                Expect.equal (forms (Plots.Simplex run)) (forms (Plots.Simplex solution)) "triangles"
                Expect.equal (forms (Plots.Payoffs run)) (forms (Plots.Payoffs solution)) "payoffs"
                Expect.equal (forms (Plots.Values run)) (forms (Plots.Values solution)) "values"
                Expect.isNonEmpty (Plots.All run) "all of them")
        }

        test "of one game of a batch, its own payoffs, and nobody else's strategies" {
            let axis = Axis.Of("scissors", "2", "4")

            let games = Game.SideBySide(axis, [| weightedRps 2.0; weightedRps 4.0 |])

            let all = solution games "rm+"

            let payoffs (k: int) =
                (Plots.Payoffs(all.At(axis, k)) |> Seq.exactlyOne |> drawing |> texts) |> List.contains "4"

            Expect.equal [ payoffs 0; payoffs 1 ] [ false; true ] "where scissors pay 4"
            let first, second = all.At(axis, 0), all.At(axis, 1)
            Expect.hasLength (Plots.Strategies first) 2 "of the first game strategies were kept"
            Expect.isEmpty (Plots.Strategies second) "of the second none"
        }

        test "saved as the ending says, or not at all" {
            inFolder (fun folder ->
                let plot = Plots.Gaps(solution (weightedRps 2.0) "rm+") |> Seq.head
                let path name = Path.Combine(folder, name)
                plot.Save(path "gap.svg")
                plot.Save(path "gap.HTML")
                Expect.equal (File.ReadAllText(path "gap.svg")) (plot.ToSvg()) "SVG"
                Expect.equal (File.ReadAllText(path "gap.HTML")) (plot.ToHtml()) "HTML"

                for name in [ "gap.png"; "gap" ] do
                    Expect.throwsC (fun () -> plot.Save(path name)) (fun e ->
                        Expect.stringStarts
                            e.Message
                            $"A plot is written as .svg or .html, got '%s{path name}'."
                            "the message")

                Expect.hasLength (Directory.GetFiles folder) 2 "nothing else")
        }
    ]
