/// Runs' folders made for reports, and reports taken apart.
module Alignment.Tests.ReportFixtures

open System
open System.Collections.Generic
open System.IO
open System.IO.Compression
open System.Security.Cryptography
open System.Text
open System.Text.Json
open System.Text.RegularExpressions
open System.Xml.Linq
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Reports
open Alignment.Runtime

/// The size that no report may reach.
let limit = 2_500_000L

let describe name (identity: (string * string) list) =
    RunDescription(
        Name = name,
        Started = DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Identity = Dictionary(dict identity),
        Start = RunStart("solve", "a game", [ "--seed"; "7" ], "here", null),
        Machine = Dictionary(dict [ "runtime", ".NET"; "processor", "one" ])
    )

/// A folder for a run that has no moments yet.
let started parent name identity spec = RunWriter.Begin(parent, describe name identity, spec)

let point (step: int64) (metrics: (string * float) list) = TracePoint(step, float step, Dictionary(dict metrics))

/// A run of a solver, from its first moment to its solution.
let solved parent name (spec: GameSpec) solver (until: Stop) =
    let solver = Solvers.Find solver
    let game = BoundGame.Bind spec
    use writer = started parent name [ "solver", solver.Info.Name; "seed", "0" ] (string game.Declared)
    let solution = GameSolver.Solve(game, solver, SolveOptions(Until = until, Recorder = writer))
    writer.Add("solution.json", SolutionJson.write solution)
    writer.End(RunState.Finished, solution.Status.Sentence)
    writer.Folder, solution

/// A run that ended with a solution of this text.
let ended parent name (solution: string) (points: TracePoint list) =
    use writer = started parent name [ "solver", "somebody's" ] "game \"g\""
    points |> List.iter writer.Measured
    writer.Add("solution.json", fun stream -> stream.Write(Encoding.UTF8.GetBytes solution))
    writer.End(RunState.Finished, "Finished as asked.")
    writer.Folder

let written (write: Stream -> unit) =
    use stream = new MemoryStream()
    write stream
    Encoding.UTF8.GetString(stream.ToArray())

let report (run: RunFolder) = written (fun stream -> Report.Write(run, stream))

// ---- A document taken apart -------------------------------------------------------------------------------------------

/// Contents of the script elements that run.
let scripts (html: string) = [
    for m in Regex.Matches(html, "<script>(.*?)</script>", RegexOptions.Singleline) -> m.Groups[1].Value
]

let styles (html: string) = [
    for m in Regex.Matches(html, "<style>(.*?)</style>", RegexOptions.Singleline) -> m.Groups[1].Value
]

/// The plots' script as a browser unpacks it; none where nothing is plotted.
let unpacked (html: string) = [
    for m in Regex.Matches(html, "<script type=\"application/gzip\" id=\"plotly\">(.*?)</script>") do
        use packed = new MemoryStream(Convert.FromBase64String m.Groups[1].Value)
        use gzip = new GZipStream(packed, CompressionMode.Decompress)
        use reader = new StreamReader(gzip, Encoding.UTF8)
        reader.ReadToEnd()
]

/// The document as XML: only the text of scripts that run is none, and is left out.
let document (html: string) =
    Expect.isTrue (html.StartsWith "<!doctype html>\n") "begins as HTML"

    let rest = html["<!doctype html>\n".Length ..]
    XDocument.Parse(Regex.Replace(rest, "<script>.*?</script>", "<script></script>", RegexOptions.Singleline))

let elements name (document: XDocument) = document.Descendants(XName.Get name) |> List.ofSeq

let attribute name (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> None
    | found -> Some found.Value

/// The text that a reader sees: of no script and no style.
let text (document: XDocument) =
    String.concat " " [
        for node in document.DescendantNodes() do
            match node with
            | :? XText as text when
                (match text.Parent with
                 | null -> false
                 | parent -> parent.Name.LocalName <> "script" && parent.Name.LocalName <> "style")
                ->
                text.Value.Trim()
            | _ -> ()
    ]

/// The data of the plots.
let plots (document: XDocument) = [
    for script in elements "script" document do
        if attribute "type" script = Some "application/json" then
            (JsonDocument.Parse script.Value).RootElement
]

let policy (document: XDocument) =
    elements "meta" document
    |> List.choose (fun meta ->
        if attribute "http-equiv" meta = Some "Content-Security-Policy" then
            attribute "content" meta
        else
            None)
    |> List.exactlyOne

let hash (text: string) = $"'sha256-%s{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes text))}'"

/// What every report keeps: it is well-formed, small, loads nothing, runs only what its policy names, and plots only numbers.
let checkAll (html: string) =
    let document = document html
    Expect.isLessThan (int64 (Encoding.UTF8.GetByteCount html)) limit "size"

    for element in document.Descendants() do
        let name = element.Name.LocalName

        Expect.isFalse
            (List.contains name [ "link"; "img"; "iframe"; "object"; "embed"; "form"; "base"; "audio"; "video" ])
            $"loads something: %s{name}"

        for attribute in element.Attributes() do
            let attribute = attribute.Name.LocalName

            Expect.isFalse
                (List.contains attribute [ "src"; "href"; "srcset"; "action"; "data"; "style" ]
                 || attribute.StartsWith "on")
                $"%s{name} has %s{attribute}"

    for style in styles html do
        Expect.isFalse (Regex.IsMatch(style, @"url\(|@import|image\(|src\(")) "styles load nothing"

    let expected =
        let list texts = texts |> List.map hash |> String.concat " "

        // an empty style element, which the plots fill, and the one style that they write into an attribute
        let empty, small = "", "font-size:70%"

        $"default-src 'none'; script-src %s{list (scripts html @ unpacked html)}; "
        + $"style-src %s{list (styles html @ [ empty ])}; style-src-attr 'unsafe-hashes' %s{hash small}; "
        + "base-uri 'none'; form-action 'none'"

    Expect.equal (policy document) expected "the policy, with the hashes of what runs"
    Expect.hasLength (scripts html) 1 "one script of ours"
    Expect.hasLength (styles html) 1 "one style"
    Expect.equal (List.isEmpty (unpacked html)) (List.isEmpty (plots document)) "plots come with their script"

    for plot in plots document do
        for series in plot.GetProperty("series").EnumerateArray() do
            let count (name: string) = series.GetProperty(name).GetArrayLength()
            Expect.equal (count "x") (count "y") "as many steps as values"
            Expect.isLessThanOrEqual (count "x") 2000 "points"

            for name in [ "x"; "y" ] do
                for number in series.GetProperty(name).EnumerateArray() do
                    Expect.isTrue (Double.IsFinite(number.GetDouble())) "finite"

                    if plot.GetProperty(name).GetProperty("log").GetBoolean() then
                        Expect.isGreaterThan (number.GetDouble()) 0.0 "on a logarithmic axis"

    document
