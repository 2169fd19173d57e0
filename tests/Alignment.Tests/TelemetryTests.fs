module Alignment.Tests.TelemetryTests

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Diagnostics
open System.Diagnostics.Metrics
open System.IO
open System.Net
open System.Text
open System.Text.RegularExpressions
open System.Threading
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Runtime
open Alignment.Tests.Fixtures

// ---- in this process -----------------------------------------------------------------------------------------------

/// The spans of one action, of this thread of control alone: other tests run beside it.
let private spansOf action =
    let spans = ConcurrentQueue<Activity>()
    use source = new ActivitySource "test"

    use listener =
        new ActivityListener(
            ShouldListenTo = (fun source -> source.Name = Telemetry.Name || source.Name = "test"),
            Sample = SampleActivity<ActivityContext>(fun _ -> ActivitySamplingResult.AllData),
            ActivityStopped = (fun span -> spans.Enqueue span)
        )

    ActivitySource.AddActivityListener listener
    use root = nonNull (source.StartActivity "test")
    action ()
    spans |> Seq.filter (fun span -> span.TraceId = root.TraceId) |> List.ofSeq

let private tag (name: string) (span: Activity) = string (span.GetTagItem name)

/// The measurements of one action, of games of one name.
let private measurementsOf (game: string) action =
    let found = ConcurrentQueue<string * float>()

    let keep (instrument: Instrument) (value: float) (tags: KeyValuePair<string, obj | null>[]) =
        for tag in tags do
            if tag.Key = "alignment.game" && string tag.Value = game then
                found.Enqueue((instrument.Name, value))

    use listener =
        new MeterListener(
            InstrumentPublished =
                fun instrument listener ->
                    if instrument.Meter.Name = Telemetry.Name then
                        listener.EnableMeasurementEvents instrument
        )

    listener.SetMeasurementEventCallback<int64>(fun instrument value tags _ ->
        keep instrument (float value) (tags.ToArray()))

    listener.SetMeasurementEventCallback<float>(fun instrument value tags _ -> keep instrument value (tags.ToArray()))
    listener.Start()
    action ()
    List.ofSeq found

let private kept folder =
    RunPlan(
        Parent = folder,
        Start = RunStart("solve", "x", [], "/", null),
        Writing = RunWriterOptions(Interval = TimeSpan.Zero)
    )

let private solve (solver: string) recorder (spec: GameSpec) =
    let options =
        SolveOptions().With(threads = 1, chunk = 10, until = Stop.AfterSteps 50L, recorder = recorder)

    GameSolver.Solve(spec, Solver.Find solver, options)

let private inProcess =
    testList "in a process" [
        test "a solve is a span with spans in it" {
            inFolder (fun folder ->
                use session = new RunSession(kept folder, ignore)

                let spans = spansOf (fun () -> solve "rm+" session (weightedRps 2.0) |> ignore)

                let names =
                    spans |> List.map _.OperationName |> List.filter ((<>) "test") |> List.distinct |> List.sort

                Expect.equal names [ "bind"; "checkpoint"; "compile"; "measure"; "solve"; "steps" ] "their names"
                let whole = spans |> List.find (fun span -> span.OperationName = "solve")
                Expect.equal (tag "alignment.game" whole) "weighted_rps" "game"
                Expect.equal (tag "alignment.solver" whole) "rm+" "solver"
                Expect.equal (tag "alignment.steps" whole) "50" "steps"
                Expect.equal (tag "alignment.outcome" whole) "Finished" "outcome"
                Expect.equal (tag "alignment.run" whole) (nonNull session.Folder).Id "run"

                let inner =
                    spans
                    |> List.filter (fun span -> List.contains span.OperationName [ "bind"; "compile"; "measure" ])

                Expect.all inner (fun span -> span.ParentSpanId = whole.SpanId) "in the solve"

                Expect.equal
                    (spans
                     |> List.filter (fun span -> span.OperationName = "measure")
                     |> List.last
                     |> tag "alignment.step")
                    "50"
                    "the last moment")
        }

        test "solves inside of a solver have none of their own" {
            let spans = spansOf (fun () -> solve "double_oracle" null (weightedRps 2.0) |> ignore)
            Expect.equal (spans |> List.filter (fun s -> s.OperationName = "solve") |> List.length) 1 "one solve"
            Expect.isEmpty (spans |> List.filter (fun s -> s.OperationName = "compile")) "nothing compiled"
            Expect.isNonEmpty (spans |> List.filter (fun s -> s.OperationName = "measure")) "measured"
        }

        test "what is refused stands in the span" {
            let spans =
                spansOf (fun () ->
                    Expect.throwsT<SpecException>
                        (fun () ->
                            GameSolver.Solve(
                                weightedRps 2.0,
                                Solver.Find "rm+",
                                SolveOptions().With(until = Stop.Parse "nothing < 1")
                            )
                            |> ignore)
                        "refused")

            let whole = spans |> List.find (fun span -> span.OperationName = "solve")
            Expect.equal whole.Status ActivityStatusCode.Error "status"
        }

        test "a game of smooth payoffs has a gauge of its own" {
            let spec =
                Game
                    .Named("gauged")
                    .ZeroSum(
                        GradientFixtures.left,
                        GradientFixtures.right,
                        GradientFixtures.x.Value * GradientFixtures.y.Value
                    )

            let mutable solution: Solution | null = null
            let found = measurementsOf "gauged" (fun () -> solution <- GradientFixtures.stepped 20 spec "gradient")
            let of' name = found |> List.filter (fst >> (=) name) |> List.map snd

            Expect.equal
                (List.last (of' "alignment.stationarity"))
                (nonNull solution).Certificate.Distance
                "the gauge ends at the certificate's number"

            Expect.isEmpty (of' "alignment.nash_conv") "and none of NashConv"
        }

        test "instruments count steps, moments and checkpoints" {
            inFolder (fun folder ->
                use session = new RunSession(kept folder, ignore)

                let spec =
                    Game
                        .Named("counted")
                        .ZeroSum(
                            row3,
                            column3,
                            Expr.Matrix(
                                row3.Actions,
                                column3.Actions,
                                Array2D.init 3 3 (fun r c -> float (r - 2 * c * r))
                            )
                        )

                let mutable solution: Solution | null = null
                let found = measurementsOf "counted" (fun () -> solution <- solve "rm+" session spec)
                let of' name = found |> List.filter (fst >> (=) name) |> List.map snd
                let solution = nonNull solution
                Expect.equal (List.sum (of' "alignment.steps")) 50.0 "steps"
                Expect.equal (List.sum (of' "alignment.moments")) (float solution.Trace.Count) "moments"

                Expect.equal
                    (List.last (of' "alignment.nash_conv"))
                    solution.Certificate.NashConv
                    "the gauge ends at the certificate's number"

                Expect.isGreaterThan (List.sum (of' "alignment.checkpoints")) 0.0 "checkpoints"

                Expect.equal
                    (of' "alignment.checkpoint.size").Length
                    (of' "alignment.checkpoint.duration").Length
                    "size and time of each"

                Expect.equal (of' "alignment.solve.duration").Length 1 "one solve")
        }

        test "listening changes no bit" {
            let silent = solve "rm+" null (weightedRps 2.0)
            let mutable heard: Solution | null = null
            spansOf (fun () -> heard <- solve "rm+" null (weightedRps 2.0)) |> ignore

            let result (solution: Solution) =
                solution.Games
                |> Seq.map (fun game ->
                    game.Strategies, game.Metrics |> Seq.map (fun m -> m.Key, bitsOf m.Value) |> List.ofSeq)
                |> List.ofSeq

            Expect.equal (result (nonNull heard)) (result silent) "the same result"
        }
    ]

// ---- exported ------------------------------------------------------------------------------------------------------

/// What a collector on this machine gets while an action runs: by path, the bodies as text, in which names stand as they are.
let private collected action =
    let listener, port =
        let rec start tries =
            let port = 20000 + int (Environment.ProcessId * 7 + tries * 131) % 20000
            let listener = new HttpListener()
            listener.Prefixes.Add $"http://127.0.0.1:%d{port}/"

            try
                listener.Start()
                listener, port
            with :? HttpListenerException when tries < 20 ->
                start (tries + 1)

        start 0

    let bodies = ConcurrentQueue<string * string>()

    let serve () =
        try
            while true do
                let context = listener.GetContext()
                use body = new MemoryStream()
                context.Request.InputStream.CopyTo body
                bodies.Enqueue((nonNull context.Request.Url).AbsolutePath, Encoding.Latin1.GetString(body.ToArray()))
                context.Response.StatusCode <- 200
                context.Response.ContentType <- "application/x-protobuf"
                context.Response.Close()
        with
        | :? HttpListenerException
        | :? ObjectDisposedException -> ()

    let thread = Thread(serve, IsBackground = true)
    thread.Start()
    let result = action $"http://127.0.0.1:%d{port}"
    listener.Close()

    let of' path = bodies |> Seq.filter (fst >> (=) path) |> Seq.map snd |> String.concat ""
    result, of'

let private kuhn = [ "solve"; "kuhn_poker"; "--solver"; "cfr+"; "--steps"; "100" ]

/// What a run says apart from how far it is: on a busy machine a short one takes long enough to tell.
let private said (error: string) =
    error.Split '\n'
    |> Array.filter (fun line -> not (Regex.IsMatch(line, @"^[\d,]+ steps?  .* s$")))
    |> String.concat "\n"

let private exported =
    testList "exported" [
        test "a collector gets spans and metrics of a run of the tool" {
            let (code, out, error), of' =
                collected (fun endpoint ->
                    childIn
                        [
                            "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint
                            "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"
                            "OTEL_SERVICE_NAME", "a name of my own"
                        ]
                        kuhn)

            Expect.equal (code, said error) (0, "") "it runs as ever"
            Expect.stringStarts out "certificate exact" "its result"
            let traces, metrics = of' "/v1/traces", of' "/v1/metrics"

            for part in [ "a name of my own"; "solve"; "bind"; "compile"; "measure"; "kuhn_poker"; "cfr+" ] do
                Expect.stringContains traces part "a span"

            for part in [ "a name of my own"; "alignment.steps"; "alignment.nash_conv"; "alignment.measure.duration" ] do
                Expect.stringContains metrics part "an instrument"
        }

        test "one of both can be left out, and the whole can be off" {
            for environment, traces, metrics in
                [
                    [ "OTEL_METRICS_EXPORTER", "none" ], true, false
                    [ "OTEL_TRACES_EXPORTER", "none" ], false, true
                    [ "OTEL_SDK_DISABLED", "true" ], false, false
                ] do
                let (code, _, error), of' =
                    collected (fun endpoint ->
                        childIn
                            (environment
                             @ [
                                 "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint
                                 "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"
                             ])
                            kuhn)

                Expect.equal (code, said error) (0, "") "it runs as ever"
                Expect.equal (of' "/v1/traces" <> "", of' "/v1/metrics" <> "") (traces, metrics) $"{environment}"
        }

        test "a collector that is not there is told in one line, and the run goes on" {
            let code, out, error =
                childIn
                    [
                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"
                        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"
                    ]
                    kuhn

            Expect.equal code 0 "the run is done"
            Expect.stringStarts out "certificate exact" "its result"
            let error = said error
            Expect.equal (error.TrimEnd().Split('\n').Length) 1 error
            Expect.stringStarts error "note     spans and metrics were not all exported: " "what is missing"
        }

        test "an exporter that there is not is refused" {
            let code, out, error = childIn [ "OTEL_TRACES_EXPORTER", "console" ] kuhn
            Expect.equal (code, out) (ExitCode.WrongInput, "") "refused"

            Expect.equal
                (error.TrimEnd())
                "align: OTEL_TRACES_EXPORTER: expected otlp or none, got 'console'."
                "the message"
        }

        test "who asks for nothing loads no exporter" {
            if not (OperatingSystem.IsLinux()) then
                skiptest "reads what a process has loaded from /proc"

            let info =
                ProcessStartInfo(
                    "dotnet",
                    tool :: [ "solve"; "leduc_poker"; "--solver"; "cfr+"; "--steps"; "2000000000"; "--verbose" ],
                    RedirectStandardOutput = true,
                    RedirectStandardError = true
                )

            use child = nonNull (Process.Start info)

            try
                // it has begun to solve
                let mutable line = child.StandardError.ReadLine()

                while line <> null && not ((nonNull line).Contains "compiled") do
                    line <- child.StandardError.ReadLine()

                let loaded = File.ReadAllText $"/proc/%d{child.Id}/maps"
                Expect.stringContains loaded "Alignment.Runtime.dll" "what is loaded can be read"
                Expect.isFalse (loaded.Contains "OpenTelemetry") "no exporter"
            finally
                child.Kill()
        }
    ]

[<Tests>]
let tests = testList "telemetry" [ inProcess; exported ]
