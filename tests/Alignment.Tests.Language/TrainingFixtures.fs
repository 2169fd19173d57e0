/// What the trainers learn from in tests, and runs without a folder.
module Alignment.Tests.Language.TrainingFixtures

open System
open System.Collections.Generic
open System.IO
open System.Threading
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let load () = LanguageModel.Load(folder "llama")
let text (tokens: int list) = TrainingText.All tokens

/// Texts of a tiny language: every token is followed by the next, and 7 by 0.
let texts = [| for k in 0..23 -> text [ for t in k % 7 .. k % 7 + 4 + k % 3 -> t % 8 ] |]

/// Prompts whose reply is to be 7 8 9, and not 3 2 1.
let pairs = [|
    for k in 0..15 ->
        let prompt = [ k % 5; 6 ]

        let reply (tokens: int list) =
            TrainingText(
                ValueList.ToValueList(prompt @ tokens),
                ValueList.ToValueList([ false; false ] @ List.replicate tokens.Length true)
            )

        PreferredText(reply [ 7; 8; 9 ], reply [ 3; 2; 1 ])
|]

let everything (model: LanguageModel) =
    inFolder (fun home ->
        model.Save home
        File.ReadAllBytes(Path.Combine(home, "model.safetensors")))

let supervised (options: TrainingOptions) =
    use model = load ()
    let result = Training.Supervised(model, null, texts[..15], texts[16..], options)
    result, everything model

/// Moments that a run tells, without a folder.
type Told() =
    member val Points = List<TracePoint>()
    member val Saved: Snapshot | null = null with get, set
    member val From: Snapshot | null = null with get, set
    member val Due = false with get, set
    member val Subject: RunSubject | null = null with get, set

    interface IRunRecorder with
        member _.Begin(_: BoundGame, _: ISolver, _: SolveOptions) = ()
        member this.Begin(subject: RunSubject, _) = this.Subject <- subject
        member this.Resume = this.From
        member this.IsDue = this.Due
        member this.Measured point = this.Points.Add point
        member this.Save(_, _, snapshot) = this.Saved <- snapshot

/// Stops a run behind a step.
let stoppingAt (step: int64) (stop: CancellationTokenSource) = {
    new IProgress<TrainingProgress> with
        member _.Report progress =
            if progress.Step = step then
                stop.Cancel()
}
