namespace Alignment.Cli

open System
open System.IO
open System.Text
open System.Text.Json
open Alignment
open Alignment.CommandLine
open Alignment.Runtime

/// A training that has ended.
type Trained = {
    Job: TrainJob
    Settings: TrainSettings
    Result: TrainingResult
    /// The run's folder.
    Folder: string
    Seconds: float
} with

    member this.IsFinished = this.Result.Outcome = TrainingOutcome.Finished

    /// Where what was trained lies, if it was trained to its end.
    member this.Made =
        if this.IsFinished then
            Some(Path.Combine(this.Folder, RunFiles.Model))
        else
            None

/// The line that says how far a training is.
type TrainStatus(terminal: Terminal, name: string) =
    let status = StatusLine terminal
    let mutable first: TrainingProgress option = None

    let left (progress: TrainingProgress) =
        match first with
        | Some first when progress.Step > first.Step ->
            let each = (progress.Seconds - first.Seconds) / float (progress.Step - first.Step)
            $", about %s{Words.seconds (each * float (progress.Of - progress.Step))} left"
        | _ -> ""

    member _.Clear() = status.Clear()

    interface IProgress<TrainingProgress> with
        member _.Report progress =
            if first.IsNone then
                first <- Some progress

            status.Write(fun () ->
                $"%s{name}: step %s{Words.count progress.Step} of %s{Words.count progress.Of}, loss %s{Words.brief progress.Loss}%s{left progress}")

/// What a training came to, as one JSON object (`docs/schema/train.json` is its schema) and for people.
module TrainOutput =
    [<Literal>]
    let private Schema = "train/1"

    let private outcome (result: TrainingResult) = result.Outcome.ToString().ToLowerInvariant()

    let private option (json: Utf8JsonWriter) (setting: TrainSetting) =
        let name = setting.Key.Name

        match setting.Key.Kind, setting.Values with
        | (KeyKind.Places | KeyKind.Names), _ ->
            json.WriteStartArray name
            setting.Values |> List.iter (fun (text: string) -> json.WriteStringValue text)
            json.WriteEndArray()
        | _, [] -> json.WriteNull name
        | (KeyKind.Whole _ | KeyKind.Real _), text :: _ -> json.WriteNumber(name, (Words.tryReal text).Value)
        | KeyKind.Flag, text :: _ -> json.WriteBoolean(name, text.ToLowerInvariant() = "true")
        | _, text :: _ -> json.WriteString(name, text)

    /// The whole object.
    let write (trained: Trained) (stream: Stream) =
        use json = new Utf8JsonWriter(stream, JsonText.options)
        let job, result = trained.Job, trained.Result
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("method", TrainKeys.nameOf job.Method)
        JsonText.object json "options" (fun () -> trained.Settings.All |> List.iter (option json))

        JsonText.object json "data" (fun () ->
            json.WriteNumber("rows", job.Rows)
            json.WriteNumber("left_out", job.LeftOut)
            json.WriteNumber("eval_rows", job.HeldOut)
            json.WriteNumber("eval_left_out", job.HeldOutLeftOut))

        json.WriteString("run", trained.Folder)
        json.WriteString("makes", job.Makes)
        json.WriteString("folder", Option.toObj trained.Made)
        json.WriteNumber("steps", result.Steps)
        json.WriteNumber("seconds", trained.Seconds)
        json.WriteString("outcome", outcome result)
        json.WriteString("status", result.Sentence)

        JsonText.object json "metrics" (fun () ->
            JsonText.numbers json [ for KeyValue(name, value) in result.Metrics -> name, value ])

        json.WriteStartArray "warnings"
        result.Warnings |> Seq.iter (fun (text: string) -> json.WriteStringValue text)
        json.WriteEndArray()
        json.WriteEndObject()

    let json trained =
        use stream = new MemoryStream()
        write trained stream
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)

    /// What the data are, in a sentence or two.
    let data (settings: TrainSettings) (job: TrainJob) =
        let limit =
            if settings.Has "max_length" then
                "longer than what is taken (max_length, or the model's context)"
            else
                "so long that no completion would fit behind them"

        let rows count leftOut =
            let left =
                if leftOut = 0 then
                    ""
                else
                    $", %s{Words.count (int64 leftOut)} left out: they are %s{limit}"

            Words.plural (int64 count) "row" + left

        [
            [ "data"; rows job.Rows job.LeftOut ]
            if job.HeldOut + job.HeldOutLeftOut > 0 then
                [ "held out"; rows job.HeldOut job.HeldOutLeftOut ]
        ]

    let summary (trained: Trained) =
        let job, result = trained.Job, trained.Result
        let steps, seed = Words.plural result.Steps "step", trained.Settings.Whole "seed"

        String.concat "\n" [
            result.Sentence
            ""
            yield!
                Words.table [
                    for KeyValue(name, value) in result.Metrics |> Seq.sortBy (fun pair -> pair.Key) do
                        [ name; Words.brief value ]
                ]
            ""
            yield!
                Words.table [
                    match trained.Made with
                    | Some folder -> [ job.Makes; folder ]
                    | None -> ()
                    yield! data trained.Settings job
                    [ "run"; $"%s{steps} of %s{TrainKeys.nameOf job.Method}, seed %d{seed}" ]
                    [ "time"; Words.seconds trained.Seconds ]
                ]
        ]
