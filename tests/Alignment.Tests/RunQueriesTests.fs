/// `align runs`, `align export` and `align query`: what they say of runs is what the runs' files hold, to the last bit.
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

// ---- Runs to look at -------------------------------------------------------------------------------------------------

let private readOnly (entries: (string * 'T) list) = (dict entries).AsReadOnly()

let private started = DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)

/// What a run says of itself; `minute` tells runs apart in time.
let private description name minute tags group solver (seed: string) =
    RunDescription(
        Name = name,
        Tags = Array.ofList tags,
        Group = Option.toObj group,
        Started = started.AddMinutes minute,
        Identity = readOnly [ "spec", "cafe"; "solver", solver; "seed", seed ],
        Start = RunStart("solve", "rock_paper_scissors(scissors=2)", [||], ".", null),
        Machine = readOnly [ "program", "test" ]
    )

let private beginning parent name minute tags group solver seed =
    RunWriter.Begin(parent, description name minute tags group solver seed, "spec")

let private point (step: int64) seconds (metrics: (string * float) list) = TracePoint(step, seconds, readOnly metrics)

/// A run of a solver, kept as `align solve --out` keeps one; gives its folder and its solution.
let private solvedRun parent name minute tags group (solver: string) steps =
    use writer = beginning parent name minute tags group solver "7"

    let options =
        SolveOptions().With(seed = 7UL, threads = 1, until = Stop.AfterSteps(int64 steps), recorder = writer)

    let solution = GameSolver.Solve(weightedRps 2.0, Solver.Find solver, options)
    writer.Add(RunFiles.Solution, SolutionJson.write solution)
    writer.End(RunState.Finished, solution.Status.Sentence)
    writer.Folder, solution

/// Finished, cancelled, interrupted, and one that a writer is still at.
let private withRuns action =
    inFolder (fun parent ->
        let first = solvedRun parent "first" 0.0 [ "a"; "b" ] (Some "sweep") "rm+" 100
        let second = solvedRun parent "second" 1.0 [ "b" ] None "mmd" 50
        let cancelled = beginning parent "third" 2.0 [] (Some "sweep") "hedge(stepSize=0.5)" "3"
        cancelled.Measured(point 5L 0.5 [ "game/nash_conv", 0.25 ])
        cancelled.End(RunState.Cancelled, "Cancelled.")
        cancelled.Dispose()
        let interrupted = beginning parent "fourth" 3.0 [ "a" ] None "rm+" "4"
        interrupted.Dispose()
        use running = beginning parent "fifth" 4.0 [] None "rm+" "9223372036854775807"
        running.Measured(point 8L 0.25 [ "game/nash_conv", 0.5; "game/value/row", nan ])
        action parent first second cancelled.Folder)

let private names (text: string) = [
    for run in (json text).GetProperty("runs").EnumerateArray() -> run.GetProperty("name").GetString()
]

// ---- align runs --------------------------------------------------------------------------------------------------------

let private listing =
    testList "align runs" [
        testCase "lists the newest first, with what the runs' files hold" (fun () ->
            withRuns (fun parent (folder, solution) _ _ ->
                let text = printed [ "runs"; parent; "--json" ]
                validBy "runs.json" text
                let runs = (json text).GetProperty("runs")
                let texts (key: string) = [ for run in runs.EnumerateArray() -> run.GetProperty(key).ToString() ]
                Expect.equal (texts "name") [ "fifth"; "fourth"; "third"; "second"; "first" ] "the order"

                Expect.equal
                    (texts "state")
                    [ "running"; "interrupted"; "cancelled"; "finished"; "finished" ]
                    "the states"

                Expect.equal (texts "steps") [ "8"; "0"; "5"; "50"; "100" ] "steps"
                Expect.equal (texts "seed") [ "9223372036854775807"; "4"; "3"; "7"; "7" ] "seeds"
                let oldest = runs[4]
                Expect.equal (oldest.GetProperty("id").GetString()) folder.Id "the id"
                Expect.equal (oldest.GetProperty("certificate").GetString()) "exact" "certified"

                Expect.equal
                    (oldest.GetProperty("nash_conv").GetDouble() |> bitsOf)
                    (bitsOf solution.Worst.Certificate.NashConv)
                    "of the certificate"

                Expect.equal (runs[0].GetProperty("nash_conv").GetDouble()) 0.5 "as last measured"
                Expect.equal (runs[0].GetProperty("certificate").ValueKind) JsonValueKind.Null "but not certified"
                Expect.equal (runs[1].GetProperty("nash_conv").ValueKind) JsonValueKind.Null "nothing was measured"))

        testCase "as a table, a line a run" (fun () ->
            withRuns (fun parent (folder, solution) _ _ ->
                let lines = (printed [ "runs"; parent ]).TrimEnd().Split '\n'
                Expect.equal lines.Length 6 "a line a run, below the titles"
                let gap = Words.brief solution.Worst.Certificate.NashConv

                Expect.equal
                    (lines[5].Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray)
                    [ folder.Id; "2026-01-02"; "03:04:05"; "finished"; "first"; "rm+"; "100"; gap; "a"; "b" ]
                    "the oldest"))

        for options, expected in
            [
                [ "--tag"; "a" ], [ "fourth"; "first" ]
                [ "--tag"; "a"; "--tag=b" ], [ "first" ]
                [ "--tag"; "c" ], []
                [ "--group"; "sweep" ], [ "third"; "first" ]
                [ "--name"; "f*" ], [ "fifth"; "fourth"; "first" ]
                [ "--name"; "?i*t*h" ], [ "fifth" ]
                [ "--state"; "finished" ], [ "second"; "first" ]
                [ "--state"; "interrupted" ], [ "fourth" ]
                [ "--solver"; "hedge" ], [ "third" ]
                [ "--solver"; "rm+"; "--tag"; "a"; "--limit"; "1" ], [ "fourth" ]
                [ "--limit"; "2" ], [ "fifth"; "fourth" ]
            ] do
            let options' = String.concat " " options

            testCase $"only those that fit: %s{options'}" (fun () ->
                withRuns (fun parent _ _ _ ->
                    Expect.equal (names (printed ([ "runs"; parent; "--json" ] @ options))) expected "the runs"))

        testCase "a folder that is no run is passed over, a broken one gets a line on stderr" (fun () ->
            inFolder (fun parent ->
                Directory.CreateDirectory(Path.Combine(parent, "notes")) |> ignore
                let broken = Directory.CreateDirectory(Path.Combine(parent, "torn")).FullName
                File.WriteAllText(Path.Combine(broken, RunFiles.Description), "{\"schema\":\"ru")
                let old = Directory.CreateDirectory(Path.Combine(parent, "older")).FullName
                File.WriteAllText(Path.Combine(old, RunFiles.Description), "{\"schema\":\"run/1\",\"name\":\"x\"}")
                solvedRun parent "whole" 0.0 [] None "rm+" 10 |> ignore
                let code, out, error = align [ "runs"; parent; "--json" ]
                Expect.equal (code, names out) (0, [ "whole" ]) "the whole one is told"
                let lines = error.TrimEnd().Split '\n'
                Expect.equal lines.Length 2 error
                Expect.isTrue (lines[0].StartsWith $"align: '%s{old}' is no run: ") lines[0]

                Expect.isTrue
                    (lines[1].StartsWith $"align: '%s{broken}' is no run: its run.json cannot be read")
                    lines[1]))

        testCase "a description that lacks something is broken too" (fun () ->
            inFolder (fun parent ->
                let folder, _ = solvedRun parent "first" 0.0 [] None "rm+" 10
                let file = folder.File RunFiles.Description
                let whole = File.ReadAllText file

                for name in [ "name"; "identity"; "tags" ] do
                    let start = whole.IndexOf $"\"%s{name}\": " + name.Length + 4

                    let rest =
                        if whole[start] = '"' then ",\n"
                        elif whole[start] = '[' then "]"
                        else "}"

                    let stop = whole.IndexOf(rest, start) + (if rest = ",\n" then 0 else 1)
                    File.WriteAllText(file, whole[.. start - 1] + "null" + whole[stop..])
                    let code, out, error = align [ "runs"; parent; "--json" ]
                    Expect.equal (code, names out) (0, []) name

                    Expect.equal
                        (error.TrimEnd())
                        $"align: '%s{folder.Path}' is no run: its run.json lacks a name, an identity or tags."
                        name))

        testCase "a lower bound is told as one" (fun () ->
            inFolder (fun parent ->
                use writer = beginning parent "large" 0.0 [] None "mccfr" "1"

                let solution =
                    """{"schema":"open/1","game":"g","solver":"mccfr","settings":{},"seed":1,"steps":9,"seconds":0.5,"certificate":{"kind":"lower_bound","nash_conv":0.02,"exploitability":0.01}}"""

                writer.Add(RunFiles.Solution, _.Write(ReadOnlySpan(Encoding.UTF8.GetBytes solution)))
                writer.End(RunState.Finished, "Done.")
                Expect.stringContains (printed [ "runs"; parent ]) "  >= 0.02" "in the table"
                let text = printed [ "runs"; parent; "--json" ]
                validBy "runs.json" text
                let run = (json text).GetProperty("runs")[0]
                Expect.equal (run.GetProperty("certificate").GetString()) "lower_bound" "its kind"
                Expect.equal (run.GetProperty("nash_conv").GetDouble()) 0.02 "the bound"))

        testCase "a solution that cannot be read is as if there were none" (fun () ->
            inFolder (fun parent ->
                let folder, _ = solvedRun parent "first" 0.0 [] None "rm+" 100
                let whole = File.ReadAllText(folder.File RunFiles.Solution)
                File.WriteAllText(folder.File RunFiles.Solution, whole[.. whole.Length / 2])
                let run = (json (printed [ "runs"; parent; "--json" ])).GetProperty("runs")[0]
                Expect.equal (run.GetProperty("steps").GetInt64()) 100L "as last measured"
                Expect.equal (run.GetProperty("certificate").ValueKind) JsonValueKind.Null "not certified"))

        testCase "in ALIGN_RUNS where no folder is named" (fun () ->
            inFolder (fun parent ->
                solvedRun parent "first" 0.0 [] None "rm+" 10 |> ignore
                let code, out, error = childIn [ "ALIGN_RUNS", parent ] [ "runs"; "--json" ]
                Expect.equal (code, error) (0, "") "done"
                Expect.equal (names out) [ "first" ] "found"))

        testCase "wrong input is told" (fun () ->
            inFolder (fun folder ->
                let file = Path.Combine(folder, "file")
                File.WriteAllText(file, "")
                let none = Path.Combine(folder, "none")
                refused [ "runs"; none ] $"There is no folder '%s{none}'."
                refused [ "runs"; file ] $"'%s{file}' is a file; name a folder of runs."

                refused
                    [ "runs"; folder; "--state"; "finshed" ]
                    "--state: expected one of running, finished, cancelled, failed, interrupted, got 'finshed'. Did you mean 'finished'?"

                refused
                    [ "runs"; folder; "--limit"; "0" ]
                    "--limit: expected a whole number from 1 to 2147483647, got '0'."

                refused [ "runs"; folder; "--tga"; "x" ] "There is no option '--tga'. Did you mean '--tag'?"

                refused
                    [ "runs"; folder; folder ]
                    $"align runs [DIR] [OPTIONS]: unexpected '%s{folder}'. Quote a name that holds spaces or brackets."))
    ]

// ---- The reader of metrics ---------------------------------------------------------------------------------------------

/// A run whose metrics are this text.
let private withMetrics (text: string) action =
    inFolder (fun parent ->
        let writer = beginning parent "raw" 0.0 [] None "rm+" "0"
        writer.End(RunState.Finished, "")
        writer.Dispose()
        File.WriteAllText(writer.Folder.File RunFiles.Metrics, text)
        action writer.Folder)

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

let private nasty =
    let long = String('x', 300_000)

    [
        """{"step":1,"seconds":0.5,"game/nash_conv":0.1,"game/rate":null}"""
        """{"step":2,"seconds":0.5,"game/rate":-0,"game/nash_conv":4.9406564584124654E-324}"""
        """{"game/nash_conv":1e999,"seconds":1E0,"step":3}"""
        """{"step":4,"seconds":1,"game/\u006eash_conv":7,"value/\"a,b\"":1.7976931348623157E308}"""
        "{\"step\":5,\"seconds\":1,\"value/späte Wörter 🎲\":0.30000000000000004}\r"
        """{"step":6,"seconds":1,"a":"NaN","b":[1,{"step":9}],"c":{"d":1},"e":true,"f":2}"""
        """{"step":7,"seconds":1,"a":1,"a":2}"""
        """{"step":8.5,"seconds":1,"a":1}"""
        """{"step":"8","seconds":1,"a":1}"""
        """{"seconds":1,"a":1}"""
        """{"step":9,"a":1}"""
        """{"step":10,"seconds":1,"a":1} {"step":11}"""
        ""
        "   "
        "nothing"
        "[1,2]"
        "{}"
        $"""{{"step":12,"seconds":2,"%s{long}":3}}"""
        """  {"step":13, "seconds" :2 , "a": 5 }  """
        """{"step":14,"seconds":3,"game/nash_conv":0.2}"""
    ]
    |> String.concat "\n"

let private lines =
    testList "metrics.jsonl" [
        testCase "any line is taken or passed over as the run store does" (fun () ->
            withMetrics nasty (fun folder ->
                let expected = storeRows folder
                let steps = expected |> List.map (fun (step, _, _) -> step)
                Expect.equal steps [ 1L; 2L; 3L; 4L; 5L; 6L; 12L; 13L; 14L ] "the lines that are whole"
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

let private files folder = Directory.GetFileSystemEntries folder |> Array.map Path.GetFileName |> Array.sort

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

// ---- align query -------------------------------------------------------------------------------------------------------

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
    testSequenced (
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
let tests = testList "run queries" [ listing; lines; exports; queries; benchmark ]
