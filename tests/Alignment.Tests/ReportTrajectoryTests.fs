/// What reports show of strategies over time and of payoffs, from a folder as from a solution in memory.
module Alignment.Tests.ReportTrajectoryTests

open System
open System.Globalization
open System.IO
open System.Xml.Linq
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime
open Alignment.Tests.Fixtures
open Alignment.Tests.ReportFixtures

let private section title (document: XDocument) =
    elements "section" document
    |> List.filter (fun section -> section.Elements "h2" |> Seq.exists (fun h -> h.Value = title))
    |> function
        | [ one ] -> Some one
        | [] -> None
        | _ -> failtest $"two sections '%s{title}'"

let private found title document =
    match section title document with
    | Some section -> section
    | None -> failtest $"no section '%s{title}'"

let private simplex (document: XDocument) =
    elements "svg" document |> List.filter (fun svg -> attribute "class" svg = Some "simplex")

let private withClass name (svg: XElement) =
    svg.Descendants() |> Seq.filter (fun e -> attribute "class" e = Some name) |> Seq.exactlyOne

let private number (element: XElement) name =
    Double.Parse(attribute name element |> Option.get, CultureInfo.InvariantCulture)

let private both =
    testList "folder and memory" [
        for name, spec, solver in
            [
                "two players, three actions", lazy (weightedRps 2.0), "rm+"
                "the last iterate", lazy (weightedRps 2.0), "mmd"
                "general-sum", lazy (Games.Chicken()), "hedge"
                "2 x 3", lazy (Games.RandomZeroSum(2, 3)), "rm"
                "a batch", lazy (zeroSumBatch 5 3 3 (draws "trajectories" 5 3 3)), "hedge"
                "a tree", lazy (Games.KuhnPoker()), "cfr+"
                "a population", lazy (weightedRps 2.0), "double_oracle"
                "a direct solver", lazy (Games.StagHunt()), "support_enumeration"
            ] do
            test $"show the same: %s{name}" {
                inFolder (fun folder ->
                    let run, solution = solved folder "x" spec.Value solver (Stop.AfterSteps 300L)
                    let kept, memory = checkAll (report run), checkAll (solution.ToHtml())

                    for title in [ "Strategies"; "Strategies over steps"; "Payoffs" ] do
                        Expect.equal
                            (section title kept |> Option.map string)
                            (section title memory |> Option.map string)
                            title

                    let warnings document =
                        elements "p" document
                        |> List.filter (fun p -> attribute "class" p = Some "warning")
                        |> List.map _.Value

                    Expect.equal (warnings kept) (warnings memory) "notes")
            }

        test "every kind is there for which it should be" {
            inFolder (fun folder ->
                let sections spec solver =
                    let run, _ = solved folder "x" spec solver (Stop.AfterSteps 50L)
                    let document = checkAll (report run)

                    let names =
                        [ "Strategies over steps"; "Payoffs" ] |> List.filter (fun t -> (section t document).IsSome)

                    names, (simplex document).Length

                Expect.equal (sections (weightedRps 2.0) "rm+") ([ "Strategies over steps"; "Payoffs" ], 2) "3 x 3"

                Expect.equal
                    (sections (Games.RandomZeroSum(2, 3)) "rm+")
                    ([ "Strategies over steps"; "Payoffs" ], 1)
                    "2 x 3"

                Expect.equal
                    (sections (Games.MatchingPennies()) "rm+")
                    ([ "Strategies over steps"; "Payoffs" ], 0)
                    "2 x 2"

                Expect.equal (sections (Games.KuhnPoker()) "cfr+") ([ "Strategies over steps" ], 0) "a tree"
                Expect.equal (sections (Games.LeducPoker()) "cfr+") ([], 0) "a large tree"
                Expect.equal (sections (Games.StagHunt()) "support_enumeration") ([ "Payoffs" ], 0) "a direct solver")
        }
    ]

// ---- Drawings of given numbers -------------------------------------------------------------------------------------------

/// A run that is going on, with this text as its strategies.
let private played parent (lines: string list) =
    let writer = started parent "played" [] "game"
    File.WriteAllText(writer.Folder.File RunFiles.Strategies, String.concat "\n" lines)
    writer

let private at (step: int) (p: float, q: float, r: float) =
    let text = Words.exact

    $"""{{"step":%d{step},"iterate":"last","profile":{{"row":{{"a":%s{text p},"b":%s{text q},"c":%s{text r}}}}}}}"""

let private drawings =
    testList "drawings" [
        test "a triangle: corners, middle, start and end stand where they should" {
            inFolder (fun folder ->
                use writer =
                    played folder [
                        at 0 (1.0, 0.0, 0.0)
                        at 1 (0.0, 1.0, 0.0)
                        "{\"step\":2,\"iter" // torn
                        at 3 (0.0, 0.0, 1.0)
                        at 4 (1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0)
                    ]

                let document = checkAll (report writer.Folder)
                let svg = simplex document |> List.exactlyOne
                let path = svg.Descendants() |> Seq.find (fun e -> attribute "class" e = Some "series main")
                // corners (30, 296), (330, 296), (180, 36); the middle is their mean, (180, 209.33)
                Expect.equal (attribute "d" path) (Some "M30 296L330 296L180 36L180 209.33") "the path"
                let start, last = withClass "start" svg, withClass "end" svg
                Expect.equal (number start "cx", number start "cy") (30.0, 296.0) "the start"
                Expect.equal (number last "cx", number last "cy") (180.0, 209.33) "the end"

                Expect.equal
                    (attribute "aria-label" svg)
                    (Some
                        "Strategy of row over the measured moments, in the triangle of its three actions: from a 1.0000, b 0.0000, c 0.0000 to a 0.3333, b 0.3333, c 0.3333")
                    "in words"

                Expect.equal (attribute "role" svg) (Some "img") "for those who listen"
                let names = svg.Elements "text" |> Seq.map (fun t -> (nonNull t.FirstNode).ToString()) |> List.ofSeq
                Expect.equal names [ "a"; "b"; "c" ] "corners"

                Expect.stringContains
                    (found "Strategies over steps" document).Value
                    "4 measured moments up to step 4"
                    "how many")
        }

        test "names are text here too, and what is not finite is passed over" {
            inFolder (fun folder ->
                let evil = "<script>alert(1)</script>"
                let named (line: string) = line.Replace("\"a\"", $"\"%s{evil}\"").Replace("\"row\"", $"\"%s{evil}\"")

                use writer =
                    played folder [
                        named (at 1 (1.0, 0.0, 0.0))
                        (named (at 2 (1.0, 0.0, 0.0))).Replace(":1,", ":null,")
                        named (at 3 (0.5, 0.5, 0.0))
                        "[]"
                        "{}"
                        """{"step":9,"iterate":"last","profile":{"row":{"a":1}}}"""
                    ]

                let document = checkAll (report writer.Folder)
                let svg = simplex document |> List.exactlyOne
                let path = svg.Descendants() |> Seq.find (fun e -> attribute "class" e = Some "series main")
                Expect.equal (attribute "d" path) (Some "M30 296L180 296") "two points"
                Expect.stringContains (text document) evil "the name as text")
        }

        test "lines of a chart are the kept probabilities, on an axis from 0 to 1" {
            inFolder (fun folder ->
                let run, solution = solved folder "x" (weightedRps 2.0) "rm+" (Stop.AfterSteps 100L)
                let document = checkAll (report run)

                let charts =
                    plots document
                    |> List.filter (fun plot -> string (plot.GetProperty("y").GetProperty "title") = "probability")

                Expect.hasLength charts 2 "one a player"

                for p, chart in List.indexed charts do
                    Expect.isTrue (chart.GetProperty("y").GetProperty("share").GetBoolean()) "from 0 to 1"

                    for a, series in chart.GetProperty("series").EnumerateArray() |> Seq.indexed do
                        Expect.equal
                            (string (series.GetProperty "name"))
                            (solution.Players[p].Actions.Label a)
                            "action"

                        let points = [
                            for point in solution.Trace do
                                match point.Strategies with
                                | null -> ()
                                | strategies when point.Step > 0L -> point.Step, strategies[p][a]
                                | _ -> ()
                        ]

                        let numbers (name: string) = [
                            for x in series.GetProperty(name).EnumerateArray() -> x.GetDouble()
                        ]

                        Expect.equal (numbers "x") (points |> List.map (fst >> float)) "steps"

                        for drawn, kept in List.zip (numbers "y") (List.map snd points) do
                            near 1e-5 kept drawn "probability")
        }

        test "of many actions the most probable, and so it says" {
            inFolder (fun folder ->
                let run, solution = solved folder "x" (Games.RandomZeroSum(30, 12)) "rm+" (Stop.AfterSteps 200L)
                let document = checkAll (report run)
                let says = (found "Strategies over steps" document).Value

                Expect.stringContains
                    says
                    "The 10 of 30 actions that were most probable at any of these moments."
                    "row"

                Expect.stringContains says "The 10 of 12 actions" "column"

                let chart =
                    plots document
                    |> List.find (fun plot -> string (plot.GetProperty("y").GetProperty "title") = "probability")

                let peak a = solution.Trace |> Seq.map (fun point -> (nonNull point.Strategies).[0].[a]) |> Seq.max

                let expected =
                    [ 0..29 ]
                    |> List.sortByDescending peak
                    |> List.truncate 10
                    |> List.map solution.Players[0].Actions.Label

                let names = [ for s in chart.GetProperty("series").EnumerateArray() -> string (s.GetProperty "name") ]
                Expect.equal (List.sort names) (List.sort expected) "which")
        }

        test "the largest payoffs that are kept are drawn within the size of a report" {
            inFolder (fun folder ->
                let run, _ = solved folder "x" (Games.RandomGeneralSum(2, 64)) "rm" (Stop.AfterSteps 20L)
                let document = checkAll (report run)
                let cells = elements "rect" document |> List.filter (fun r -> attribute "class" r = Some "cell")
                Expect.hasLength cells (2 * 64 * 64) "every payoff of both")
        }

        test "payoffs that cannot be read, or are of another game, are told or left out" {
            inFolder (fun folder ->
                let run, _ = solved folder "x" (weightedRps 2.0) "rm+" (Stop.AfterSteps 50L)
                let file = run.File RunFiles.Payoffs

                for content in [ "{"; """{"schema":"payoffs/9"}"""; "[]"; """{"schema":"payoffs/1","games":3}""" ] do
                    File.WriteAllText(file, content)
                    let document = checkAll (report run)
                    Expect.stringContains (text document) "payoffs.json cannot be read: " content
                    Expect.isNone (section "Payoffs" document) content

                File.WriteAllText(
                    file,
                    """{"schema":"payoffs/1","constant_sum":true,"players":[],"games":[{"game":"","payoffs":[[[1,2]],[[1,2]]]}]}"""
                )

                Expect.isNone (section "Payoffs" (checkAll (report run))) "two numbers are no 3 x 3 game")
        }
    ]

[<Tests>]
let tests = testList "reports of strategies" [ both; drawings ]
