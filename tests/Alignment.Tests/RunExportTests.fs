/// `align export`, and the reader of metrics below it: to the last bit.
module Alignment.Tests.RunExportTests

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

// ---- The reader of metrics ---------------------------------------------------------------------------------------------

/// A table's rows as bits: step, seconds, and what is there of the metrics.
let private tableRows (table: MetricTable) = [
    for row in 0 .. table.Rows - 1 ->
        table.Steps[row],
        bitsOf table.Seconds[row],
        Map [
            for at, key in Seq.indexed table.Keys do
                let value = table.Column(at)[row]

                if not (Double.IsNaN value) then
                    key, bitsOf value
        ]
]

/// The same by the reader of the run store, which parses each line as a document of its own.
let private storeRows (folder: Alignment.Runtime.RunFolder) = [
    for point in folder.Metrics ->
        point.Step,
        bitsOf point.Seconds,
        Map [
            for entry in point.Metrics do
                if Double.IsFinite entry.Value then
                    entry.Key, bitsOf entry.Value
        ]
]

let private lines =
    testList "metrics.jsonl" [
        testCase "any line is taken or passed over as the run store does" (fun () ->
            withMetrics nasty (fun folder ->
                let expected = storeRows folder
                let steps = expected |> List.map (fun (step, _, _) -> step)
                Expect.equal steps [ 1L; 2L; 3L; 4L; 5L; 6L; 12L; 13L; 14L ] "the lines that are whole"
                Expect.equal (tableRows (MetricTable.Of folder)) expected "the same moments"))

        testCase
            "lines of one shape with anything for a number are taken or passed over as the run store does"
            (fun () ->
                let numbers = [
                    "1"
                    "-2"
                    "0.25"
                    "-0.0"
                    "1e3"
                    "1.7976931348623157e+308"
                    "4.9406564584124654E-324"
                    "123456789012345678901234567890"
                    "0.1234567890123456789"
                    "1e999"
                ]

                let others = [
                    "null"
                    "01"
                    "1."
                    ".5"
                    "-"
                    "+1"
                    "1e"
                    "NaN"
                    "Infinity"
                    "true"
                    "\"a\""
                    "[1,2]"
                    ""
                ]

                let tokens = numbers @ others |> Array.ofList
                let stream = RandomStream(20260101UL, "metric lines")
                let number draw most = int (stream.Uniform(0L, int64 draw) * float most)

                let text =
                    String.concat "" [
                        for step in 0..4999 do
                            // two shapes, each for a while, so that most lines have the one before; most tokens are whole
                            let token at =
                                match number (10 * step + at) 100 with
                                | part when part < 97 -> tokens[part % numbers.Length]
                                | _ -> tokens[number (10 * step + at + 5) tokens.Length]

                            let keys = if step / 100 % 2 = 0 then [ "a"; "b" ] else [ "b"; "c\\u0064" ]
                            let written = if number (10 * step + 9) 50 = 0 then token 0 else string step
                            $"{{\"step\":%s{written},\"seconds\":%s{token 1}"

                            for at, key in List.indexed keys do
                                $",\"%s{key}\":%s{token (2 + at)}"

                            if number (10 * step + 8) 50 = 0 then "} \n" else "}\n"
                    ]

                withMetrics text (fun folder ->
                    let expected = storeRows folder
                    Expect.isGreaterThan expected.Length 3000 "most lines are whole"
                    Expect.isLessThan expected.Length 4990 "some are not"
                    Expect.equal (tableRows (MetricTable.Of folder)) expected "the same moments"))

        testCase "cut off anywhere, the whole lines are there" (fun () ->
            let whole =
                String.concat "" [
                    for step in 1..4 ->
                        $"{{\"step\":%d{step},\"seconds\":0.%d{step},\"game/nash_conv\":1.5e-%d{step}}}\n"
                ]

            for length in 0 .. whole.Length do
                withMetrics whole[.. length - 1] (fun folder ->
                    let expected = storeRows folder
                    // a line is whole with its last bracket
                    let brackets = whole[.. length - 1] |> Seq.filter ((=) '}') |> Seq.length
                    Expect.equal expected.Length brackets $"%d{length} bytes"
                    Expect.equal (tableRows (MetricTable.Of folder)) expected $"%d{length} bytes"
                    // the listing reads from the end
                    let last = RunSummary.Of folder
                    Expect.equal last.Steps (int64 brackets) $"%d{length} bytes, from the end"))

        testCase "from the end, behind more than a block of torn bytes" (fun () ->
            let text = "{\"step\":3,\"seconds\":1,\"game/nash_conv\":0.125}\n" + String('{', 700_000)

            withMetrics text (fun folder ->
                let run = RunSummary.Of folder
                Expect.equal (run.Steps, run.NashConv) (3L, Nullable 0.125) "the last whole line"))

        testCase "columns come in the order of their first appearance" (fun () ->
            withMetrics nasty (fun folder ->
                let keys = (MetricTable.Of folder).Keys |> Seq.map (fun key -> key[..20]) |> List.ofSeq
                let first = [ "game/nash_conv"; "game/rate"; "value/\"a,b\""; "value/späte Wörter 🎲"[..20] ]
                Expect.equal (List.truncate 4 keys) first "the order"))
    ]

// ---- align export ------------------------------------------------------------------------------------------------------

/// A column of a Parquet file as bits, None for null.
let private parquetColumn (file: string) (name: string) =
    let reader = ParquetReader.CreateAsync(file).GetAwaiter().GetResult()

    try
        let field = reader.Schema.DataFields |> Array.find (fun field -> field.Name = name)

        [|
            for at in 0 .. reader.RowGroupCount - 1 do
                use group = reader.OpenRowGroupReader at
                let count = int group.RowCount

                if name = "step" then
                    let values = Array.zeroCreate<int64> count
                    group.ReadAsync<int64>(field, Memory values).AsTask().GetAwaiter().GetResult() |> ignore
                    yield! values |> Array.map Some
                elif name = "seconds" then
                    let values = Array.zeroCreate<float> count
                    group.ReadAsync<float>(field, Memory values).AsTask().GetAwaiter().GetResult() |> ignore
                    yield! values |> Array.map (bitsOf >> Some)
                else
                    let values = Array.zeroCreate<Nullable<float>> count
                    group.ReadAsync<float>(field, Memory values).AsTask().GetAwaiter().GetResult() |> ignore
                    yield! values |> Array.map (Option.ofNullable >> Option.map bitsOf)
        |],
        reader.Schema.DataFields |> Array.map _.Name |> List.ofArray
    finally
        reader.DisposeAsync().AsTask().GetAwaiter().GetResult()

/// Moments with every kind of double, keys that need quotes, gaps, and one that is never finite.
let private kinds = [
    point 0L 0.0 [ "game/nash_conv", 0.1; "game/value/a,\"b\"", -0.0; "game/rate", nan ]
    point 1L 1e-9 [ "game/nash_conv", Double.Epsilon; "game/rate", infinity ]
    point 3L (1.0 / 3.0) [ "game/value/a,\"b\"", Double.MaxValue; "game/nash_conv", 0.1 + 0.2 ]
    point Int64.MaxValue 5e8 [ "game/late", Math.PI; "game/nash_conv", -1e-300 ]
]

let private keptKinds parent =
    use writer = beginning parent "kinds" 0.0 [] None "rm+" "0"
    kinds |> List.iter writer.Measured
    writer.End(RunState.Finished, "")
    writer.Folder

let private kindKeys = [ "game/nash_conv"; "game/value/a,\"b\""; "game/rate"; "game/late" ]

/// What a column must hold, as bits.
let private expectedColumn key = [|
    for moment in kinds ->
        match moment.Metrics.TryGetValue key with
        | true, value when Double.IsFinite value -> Some(bitsOf value)
        | _ -> None
|]

let private exports =
    testList "align export" [
        testCase "CSV reads back to the same doubles, bit for bit" (fun () ->
            inFolder (fun parent ->
                let folder = keptKinds parent
                let text = printed [ "export"; folder.Path ]
                let table = CsvTable.Parse(text, "export.csv")
                Expect.equal (List.ofSeq table.Header) ([ "step"; "seconds" ] @ kindKeys) "the columns"

                let cells at = [| for row in table.Rows -> row.Cells[at] |]
                Expect.equal (cells 0 |> Array.map Int64.Parse) [| for p in kinds -> p.Step |] "steps"

                Expect.equal
                    (cells 1 |> Array.map (float >> bitsOf))
                    [| for p in kinds -> bitsOf p.Seconds |]
                    "seconds"

                for at, key in List.indexed kindKeys do
                    let found =
                        cells (at + 2)
                        |> Array.map (fun cell -> if cell = "" then None else Some(bitsOf (float cell)))

                    Expect.equal found (expectedColumn key) key))

        testCase "Parquet reads back to the same doubles, bit for bit" (fun () ->
            inFolder (fun parent ->
                let folder = keptKinds parent
                let file = Path.Combine(parent, "kinds.parquet")
                let said = printed [ "export"; folder.Path; "--out"; file ]
                let size = Words.count (FileInfo file).Length
                Expect.equal said $"%s{file}  4 rows, 6 columns, %s{size} bytes\n" "what was written"
                let steps, names = parquetColumn file "step"
                Expect.equal names ([ "step"; "seconds" ] @ kindKeys) "the columns"
                Expect.equal steps [| for p in kinds -> Some p.Step |] "steps"

                Expect.equal
                    (fst (parquetColumn file "seconds"))
                    [| for p in kinds -> Some(bitsOf p.Seconds) |]
                    "seconds"

                for key in kindKeys do
                    Expect.equal (fst (parquetColumn file key)) (expectedColumn key) key))

        testCase "more rows than a row group of Parquet holds" (fun () ->
            let rows = 150_000
            let text = StringBuilder()

            for step in 0 .. rows - 1 do
                let value = if step % 3 = 0 then "null" else Words.exact (1.0 / float step)
                text.Append($"{{\"step\":%d{step},\"seconds\":1,\"game/nash_conv\":%s{value}}}\n") |> ignore

            withMetrics (string text) (fun folder ->
                let file = Path.Combine(folder.Path, "many.parquet")
                printed [ "export"; folder.Path; "--format=parquet"; "--out"; file ] |> ignore

                Expect.equal
                    (fst (parquetColumn file "game/nash_conv"))
                    [| for step in 0 .. rows - 1 -> if step % 3 = 0 then None else Some(bitsOf (1.0 / float step)) |]
                    "every value in its row"))

        testCase "a solved run's CSV is its trace" (fun () ->
            inFolder (fun parent ->
                let folder, solution = solvedRun parent "first" 0.0 [] None "rm+" 100
                let table = CsvTable.Parse(printed [ "export"; folder.Path ], "export.csv")
                let column = Seq.findIndex ((=) "game/nash_conv") table.Header
                let found = [ for row in table.Rows -> int64 row.Cells[0], bitsOf (float row.Cells[column]) ]
                let expected = [ for p in solution.Trace -> p.Step, bitsOf p.Metrics["game/nash_conv"] ]
                Expect.equal found expected "the trace"))

        testCase "a run without metrics is a header" (fun () ->
            withMetrics "" (fun folder ->
                Expect.equal (printed [ "export"; folder.Path ]) "step,seconds\n" "CSV"
                let file = Path.Combine(folder.Path, "none.parquet")
                printed [ "export"; folder.Path; "--out"; file ] |> ignore
                Expect.equal (parquetColumn file "step") ([||], [ "step"; "seconds" ]) "Parquet"))

        testCase "never over a file, and nothing unfinished is left" (fun () ->
            inFolder (fun parent ->
                let folder = keptKinds parent
                let target = Directory.CreateDirectory(Path.Combine(parent, "target")).FullName

                for name in [ "a.csv"; "a.parquet" ] do
                    let file = Path.Combine(target, name)
                    printed [ "export"; folder.Path; "--out"; file ] |> ignore
                    let before = File.ReadAllBytes file

                    refused
                        [ "export"; folder.Path; "--out"; file ]
                        $"--out: '%s{file}' exists, and nothing is written over; name another file."

                    Expect.equal (File.ReadAllBytes file) before "as it was"

                Expect.equal (files target) [| "a.csv"; "a.parquet" |] "these alone"
                // a file that appears while another is written stays, and a writer that fails leaves nothing
                let late = Path.Combine(target, "late")

                let write (stream: Stream) =
                    stream.WriteByte 1uy
                    File.WriteAllText(late, "first")

                Expect.throwsT<RunStoreException> (fun () -> NewFile.Write(late, write)) "not over it"
                Expect.equal (File.ReadAllText late) "first" "as it was"

                Expect.throwsT<InvalidOperationException>
                    (fun () -> NewFile.Write(Path.Combine(target, "none"), fun _ -> invalidOp "broken"))
                    "the writer's own fault"

                Expect.equal (files target) [| "a.csv"; "a.parquet"; "late" |] "nothing else"))

        testCase "a run by the last part of its id, or latest, in ALIGN_RUNS" (fun () ->
            inFolder (fun parent ->
                let folder = keptKinds parent
                let expected = printed [ "export"; folder.Path ]

                for name in [ folder.Id; folder.Id[folder.Id.Length - 7 ..]; "latest" ] do
                    let code, out, error = childIn [ "ALIGN_RUNS", parent ] [ "export"; name ]
                    Expect.equal (code, out) (0, expected) $"%s{name}: %s{error}"))

        testCase "the last part of an id that two runs have is refused" (fun () ->
            inFolder (fun parent ->
                let copy (folder: string) name =
                    let target = Directory.CreateDirectory(Path.Combine(parent, name)).FullName
                    File.Copy(Path.Combine(folder, RunFiles.Description), Path.Combine(target, RunFiles.Description))

                let folder = keptKinds parent
                copy folder.Path "one-same"
                copy folder.Path "two-same"
                let code, out, error = childIn [ "ALIGN_RUNS", parent ] [ "export"; "same" ]
                Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

                Expect.equal
                    (error.TrimEnd())
                    "align: 'same' names 2 runs: two-same, one-same; write more of the name."
                    "the message"))

        testCase "wrong input is told" (fun () ->
            inFolder (fun parent ->
                let folder = keptKinds parent
                let missing = Path.Combine(parent, "missing")
                refused [ "export" ] "export: expected a run, by its folder or its id; `align runs` lists them."

                refused
                    [ "export"; folder.Path; "--format"; "parqet" ]
                    "--format: expected one of csv, parquet, got 'parqet'. Did you mean 'parquet'?"

                refused
                    [ "export"; folder.Path; "--format"; "parquet" ]
                    "export: Parquet is no text for a terminal; name a file by --out FILE."

                refused [ "export"; parent ] $"'%s{parent}' is no run: it has no run.json."
                let code, _, error = align [ "export"; "no-such-run" ]
                Expect.equal code ExitCode.WrongInput "the exit code"
                Expect.stringStarts error "align: There is no run 'no-such-run'." "the message"

                refused
                    [ "export"; folder.Path; "--out"; Path.Combine(missing, "a.csv") ]
                    $"--out: there is no folder '%s{missing}'; make it first."))
    ]

[<Tests>]
let tests = testList "run queries" [ lines; exports ]
