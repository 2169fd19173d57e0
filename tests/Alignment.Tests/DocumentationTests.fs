module Alignment.Tests.DocumentationTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Tests.Fixtures

let private read (path: string) = File.ReadAllText(Path.Combine(root, path))

let private pages =
    Directory.EnumerateFiles(root, "*.md", SearchOption.AllDirectories)
    |> Seq.filter (fun p -> not (p.Contains "artifacts") && not (p.Contains "node_modules"))
    |> Seq.map (fun p -> Path.GetRelativePath(root, p))
    |> List.ofSeq

/// Fenced blocks of a page: language and content.
let private blocks page = [
    for m in Regex.Matches(read page, "```(\\w*)\n(.*?)```", RegexOptions.Singleline) ->
        m.Groups[1].Value, m.Groups[2].Value.TrimEnd()
]

let private solverNames = [ yield! Solver.All |> Seq.map _.Info.Name; yield! ExactSolver.All |> Seq.map _.Info.Name ]

[<Tests>]
let tests =
    testList "documentation" [
        testCase "every code block in a page is a file that CI runs" (fun () ->
            let examples =
                Directory.EnumerateFiles(Path.Combine(root, "examples"))
                |> Seq.map (fun p -> (File.ReadAllText p).TrimEnd())
                |> Set.ofSeq

            for page in pages do
                for language, block in blocks page do
                    if language = "fsharp" || language = "csharp" then
                        Expect.isTrue (examples.Contains block) $"{page}: a {language} block is no example:\n{block}")

        testCase "the README's two blocks are under 25 lines each" (fun () ->
            let code = blocks "README.md" |> List.filter (fun (l, _) -> l = "fsharp" || l = "csharp")
            Expect.equal (List.map fst code) [ "fsharp"; "csharp" ] "both languages"

            for language, block in code do
                Expect.isLessThan (block.Split('\n').Length) 25 language)

        testCase "links between pages lead somewhere" (fun () ->
            for page in pages do
                for m in Regex.Matches(read page, @"\]\((?!https?:|#)([^)#]+)[^)]*\)") do
                    let target = Path.Combine(root, page, "..", m.Groups[1].Value) |> Path.GetFullPath
                    Expect.isTrue (File.Exists target || Directory.Exists target) $"{page}: {m.Groups[1].Value}")

        testCase "the page on choosing names every solver" (fun () ->
            let page = read "docs/how-to-choose.md"

            for name in solverNames do
                Expect.stringContains page $"`{name}`" name)

        testCase "the page on metrics has the catalogue's rows" (fun () ->
            let page = read "docs/metrics.md"

            for metric in MetricCatalogue.all do
                Expect.stringContains
                    page
                    $"| `{metric.Key}` | {metric.Formula} | {metric.Estimator} | {metric.Unit} | {metric.Better} |"
                    metric.Key)

        testCase "every public solver is in a list" (fun () ->
            let listed = [ yield! Solver.All |> Seq.map _.GetType(); yield! ExactSolver.All |> Seq.map _.GetType() ]

            for assembly in [ typeof<RegretMatching>.Assembly; typeof<ExactSolver>.Assembly ] do
                for t in assembly.GetExportedTypes() do
                    if typeof<ISolver>.IsAssignableFrom t && not t.IsInterface then
                        Expect.contains listed t t.Name)

        testCase "no page or source names a place of this machine" (fun () ->
            let own = Regex(@"/(root|home|work|tmp)/\w")

            for page in pages do
                Expect.isFalse (own.IsMatch(read page)) page)
    ]
