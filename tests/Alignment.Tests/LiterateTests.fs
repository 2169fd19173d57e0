/// Scripts with prose, as documents.
module Alignment.Tests.LiterateTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Tests.Fixtures
open Alignment.Tests.ReportFixtures

let private example = Path.Combine(root, "examples", "05-weighted-scissors.fsx")

let private parts source = [ for part in LiterateSource.Parse source -> part.IsProse, part.Text ]

let private written source = written (fun stream -> Literate.Write(source, "a script", "", null, stream))

let private classed name document =
    elements "pre" document
    |> List.filter (fun pre -> attribute "class" pre = Some name)
    |> List.map _.Value

let private source =
    testList "source" [
        for source, expected in
            [
                "let x = 1\n", [ false, "let x = 1" ]
                "(** A *)\nlet x = 1\n(**\nB\n\nC\n*)\n", [ true, "A"; false, "let x = 1"; true, "B\n\nC" ]
                "(**\r\n# A\r\n*)\r\n\r\n  x\r\n", [ true, "# A"; false, "  x" ]
                // comments that are none of ours
                "(* A *)\n(***A*)\n (** A *)\n(*** hide ***)", [ false, "(* A *)\n(***A*)\n (** A *)\n(*** hide ***)" ]
                "let x = 1\n(** A\n", [ false, "let x = 1\n(** A" ]
                "(**   *)\n\n(** *)", []
                "", []
            ] do
            test (source.Replace("\n", "\\n").Replace("\r", "\\r")) { Expect.equal (parts source) expected "parts" }

        propertyOver 100 "prose and code come back in their order"
        <| Prop.forAll
            (Gen.listOf (
                Gen.elements [ true, "one *two*"; true, "# three\n\nfour"; false, "let x = 1"; false, "f (x)\n  y" ]
             )
             |> Arb.fromGen)
            (fun all ->
                let text =
                    all
                    |> List.map (fun (isProse, text) -> if isProse then $"(**\n%s{text}\n*)" else text)
                    |> String.concat "\n"

                // pieces of code that follow each other are one
                let expected =
                    (all, [])
                    ||> List.foldBack (fun (isProse, text) rest ->
                        match rest with
                        | (false, next) :: rest when not isProse -> (false, $"%s{text}\n%s{next}") :: rest
                        | rest -> (isProse, text) :: rest)

                Expect.equal (parts text) expected "parts")
    ]

let private document =
    testList "document" [
        test "prose is text and markup of ours: nothing in it runs, loads, or leads where it should not" {
            let prose =
                """(**
# A <b>title</b> & `more`

<script>alert(1)</script> and <img src="https://example.org/x.png" onerror="alert(2)">

<iframe src="https://example.org"></iframe>

![a picture](https://example.org/y.png) [one](javascript:alert(3)) [two](JaVaScRiPt:alert(4)) [three](data:text/html,x)
<javascript:alert(5)> [four](../secret) [five][ref] <style>body { display: none }</style>

[ref]: vbscript:alert(6) "a title"

| a | b |
|--:|:-:|
| 1 | 2 |
*)
let x = "<script>alert(7)</script>"
"""

            let page = checkAll (written prose)
            let says = text page

            for part in
                [
                    "<script>alert(1)</script>"
                    "<iframe src="
                    "a picture"
                    "one"
                    "two"
                    "three"
                    "javascript:alert(5)"
                    "four"
                    "five"
                    "<style>body { display: none }</style>"
                    "let x = \"<script>alert(7)</script>\""
                ] do
                Expect.stringContains says part part

            Expect.isEmpty (elements "a" page) "no link"
            Expect.equal (elements "h1" page |> List.map _.Value) [ "A <b>title</b> & more" ] "one heading"
            Expect.hasLength (elements "td" page) 2 "a table"
        }

        test "links to the web stay" {
            let html =
                written "(** [one](https://example.org/a?b=1&c) <https://example.org> [two](#part) <a@example.org> *)\n"

            let links = elements "a" (document html) |> List.choose (attribute "href")

            Expect.equal
                links
                [ "https://example.org/a?b=1&c"; "https://example.org"; "#part"; "mailto:a@example.org" ]
                "where they lead"
        }

        test "characters that no document may hold are replaced" {
            checkAll (written "(** a\u0000b\u000cc\ufffed *)\nlet x = \"\u0001\"\n") |> ignore
        }

        test "a script without prose is its code, under its name" {
            let page = checkAll (written "let x = 1\n")
            Expect.equal (elements "h1" page |> List.map _.Value) [ "a script" ] "its name"
            Expect.equal (classed "code" page) [ "let x = 1" ] "its code"
        }
    ]

let private command =
    testList "align run --literate" [
        test "the example: prose, code, what it printed, and the report of its run, in this order" {
            inFolder (fun folder ->
                let file = Path.Combine(folder, "page.html")
                let code, out, error = align [ "run"; example; "--steps"; "500"; "--seed"; "3"; "--literate"; file ]
                Expect.equal code ExitCode.Done error
                Expect.stringContains out "certificate exact nash_conv=" "it prints what it prints"
                Expect.stringContains error $"written  %s{file}" "and says where the page is"
                let page = checkAll (File.ReadAllText file)
                Expect.equal (elements "h1" page |> List.map _.Value) [ "Scissors that pay twice" ] "the title"
                Expect.equal (classed "printed" page |> List.map _.TrimEnd()) [ out.TrimEnd() ] "what was printed"
                let pieces = classed "code" page
                Expect.hasLength pieces 3 "pieces of code"
                Expect.stringStarts pieces[0] "#load" "the first"
                Expect.stringContains pieces[2] "|> exit" "the last"

                let headings = elements "h2" page |> List.map _.Value
                Expect.stringStarts headings[0] "Players could gain" "the verdict"

                Expect.equal
                    (List.tail headings)
                    [
                        "Gaps over steps"
                        "Strategies"
                        "Strategies over steps"
                        "Payoffs"
                        "Values over steps"
                        "Settings"
                    ]
                    "the report"

                let says = text page
                let at (part: string) = says.IndexOf(part, StringComparison.Ordinal)

                let order =
                    [
                        "Who plays what then?"
                        "open Alignment"
                        "|> exit"
                        "certificate exact"
                        "Gaps over steps"
                        "How to read the gaps"
                    ]
                    |> List.map at

                Expect.isTrue (List.forall (fun k -> k >= 0) order) $"all are there: %A{order}"
                Expect.equal order (List.sort order) "in their order")
        }

        test "what cannot be is refused before the script is run, and a script that fails leaves no page" {
            inFolder (fun folder ->
                let path name = Path.Combine(folder, name)
                File.WriteAllText(path "broken.fsx", "(** # A *)\nlet x = \n")
                File.WriteAllText(path "x.cs", "")
                let page = path "page.html"
                let csharp, missing, broken = path "x.cs", path "none.fsx", path "broken.fsx"
                let nowhere = path "a"

                for arguments, message in
                    [
                        [ csharp; "--literate"; page ],
                        $"--literate: expected an F# script that ends in .fsx, got '%s{csharp}'."
                        [ missing; "--literate"; page ], $"%s{missing}: no such file; check the path."
                        [ example; "--literate" ], "--literate: expected the HTML file to write, such as notes.html."
                        [ example; "--literate"; Path.Combine(nowhere, "b.html") ],
                        $"--literate: there is no folder '%s{nowhere}'."
                        [ example; "--literate=" + folder ],
                        $"--literate: '%s{folder}' is a folder; name an HTML file to write."
                        [ broken; "--literate"; broken ],
                        $"--literate: '%s{broken}' is the script itself; name an HTML file to write."
                        [ "--from"; "latest"; "--literate"; page ],
                        "--literate is about a script with its prose; name the script instead of --from."
                    ] do
                    refused ("run" :: arguments) message

                let code, _, _ = align [ "run"; path "broken.fsx"; "--literate"; page ]
                Expect.equal code ExitCode.WrongInput "it does not compile"
                Expect.isFalse (File.Exists page) "no page")
        }
    ]

[<Tests>]
let tests = testList "literate scripts" [ source; document; command ]
