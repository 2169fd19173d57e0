namespace Alignment.Cli

open System
open System.Text
open Alignment
open Alignment.CommandLine

/// How a language model is loaded and how it speaks, as options say it.
type Speaking = {
    System: string option
    Adapter: string option
    Merge: bool
    Preferences: float list
    MaxNewTokens: int
    Temperature: float
    TopK: int
    TopP: float
    RepetitionStop: int
    Seed: uint64
    Precision: WeightPrecision option
    Threads: int
    Device: string
}

/// A model with what texts pass through.
type Speaker = {
    Folder: string
    /// The base alone where the adapter is merged into it.
    Policy: LanguagePolicy
} with

    member this.Model = this.Policy.Model

    interface IDisposable with
        member this.Dispose() = this.Model.Dispose()

module Speaking =
    let private defaults = SamplingOptions()

    let none = {
        System = None
        Adapter = None
        Merge = false
        Preferences = []
        MaxNewTokens = defaults.MaxNewTokens
        Temperature = defaults.Temperature
        TopK = defaults.TopK
        TopP = defaults.TopP
        RepetitionStop = defaults.RepetitionStop
        Seed = defaults.Seed
        Precision = None
        Threads = ModelOptions().Threads
        Device = ModelOptions().Device
    }

    let private precisions = [
        "float32", WeightPrecision.Float32
        "bfloat16", WeightPrecision.BFloat16
        "stored", WeightPrecision.Stored
        "float64", WeightPrecision.Float64
    ]

    let private most = int64 Int32.MaxValue

    let private real option (text: string) =
        match Words.tryReal text with
        | Some value -> value
        | None -> Faults.refuse $"%s{option}: expected a number, got '%s{text}'."

    /// How tokens are drawn; what is wrong with that is told as the option that says it.
    let sampling (speaking: Speaking) =
        let options =
            SamplingOptions(
                MaxNewTokens = speaking.MaxNewTokens,
                Temperature = speaking.Temperature,
                TopK = speaking.TopK,
                TopP = speaking.TopP,
                RepetitionStop = speaking.RepetitionStop,
                Seed = speaking.Seed
            )

        match options.Fault() with
        | null -> options
        | fault ->
            let at = fault.IndexOf ':'
            let name = fault[.. at - 1].Replace('_', '-')
            Faults.refuse $"--%s{name}%s{fault[at..]}."

    // ---- reading options ------------------------------------------------------------------------------------------

    let maxNewTokens text speaking = {
        speaking with
            MaxNewTokens = int (Words.whole "--max-new-tokens" 1L most text)
    }

    let temperature text speaking = { speaking with Temperature = real "--temperature" text }
    let topK text speaking = { speaking with TopK = int (Words.whole "--top-k" 0L most text) }
    let topP text speaking = { speaking with TopP = real "--top-p" text }

    let repetitionStop text speaking = {
        speaking with
            RepetitionStop = int (Words.whole "--repetition-stop" 0L most text)
    }

    let seed text speaking = { speaking with Speaking.Seed = Words.seed "--seed" text }
    let threads text speaking = { speaking with Speaking.Threads = int (Words.whole "--threads" 1L 1024L text) }
    let precision option text = Words.choice option precisions text
    let device text = Words.choice "--device" [ "cpu", "cpu"; "cuda", "cuda" ] text

    let preferences (text: string) speaking = {
        speaking with
            Speaking.Preferences = text.Split ',' |> Array.map (real "--preferences") |> List.ofArray
    }

    // ---- loading ---------------------------------------------------------------------------------------------------

    let modelOptions precision threads device =
        ModelOptions(Precision = Option.toNullable precision, Threads = threads, Device = device)

    /// Refuses what would be about an adapter that is not there.
    let private checkAdapter (speaking: Speaking) =
        if speaking.Adapter.IsNone then
            if speaking.Merge then
                Faults.refuse "--merge: there is nothing to merge; name an adapter by --adapter DIR."

            if not speaking.Preferences.IsEmpty then
                Faults.refuse "--preferences: they weigh the objectives of an adapter; name one by --adapter DIR."

    /// The tokenizer of a model that reads and writes text.
    let tokenizer folder (model: LanguageModel) =
        match model.Tokenizer with
        | null ->
            Faults.refuse
                $"%s{folder}: the model has no tokenizer, so it reads no text; expected tokenizer.json or tokenizer.model in its folder."
        | tokenizer -> tokenizer

    /// Loads a model that is named by folder or by name, with its adapter.
    let load name (speaking: Speaking) =
        checkAdapter speaking
        sampling speaking |> ignore
        let folder = LanguageModel.Find name
        let options = modelOptions speaking.Precision speaking.Threads speaking.Device
        let model = LanguageModel.Load(folder, options)

        try
            tokenizer folder model |> ignore

            let passing =
                match speaking.Adapter with
                | None -> null
                | Some adapter -> model.LoadAdapter("adapter", adapter)

            let policy =
                match passing with
                | null -> LanguagePolicy model
                | adapter when speaking.Merge ->
                    model.Merge(adapter, Array.ofList speaking.Preferences)
                    LanguagePolicy model
                | adapter -> LanguagePolicy(model, adapter, Preferences = ValueList.ToValueList speaking.Preferences)

            { Folder = folder; Policy = policy }
        with _ ->
            model.Dispose()
            reraise ()

/// The text of tokens as they come, without white space around the whole where that is taken away at the end, too.
type TextStream(decoder: TokenDecoder, trims: bool, write: string -> unit) =
    /// White space that may turn out to be the end.
    let pending = StringBuilder()
    let mutable hasBegun = false

    let put (text: string) =
        if not trims then
            if text <> "" then
                write text
        else
            let text = if hasBegun then text else text.TrimStart()
            let kept = text.TrimEnd()

            if kept <> "" then
                hasBegun <- true
                write (pending.ToString() + kept)
                pending.Clear() |> ignore

            pending.Append(text[kept.Length ..]) |> ignore

    member _.Add token = put (decoder.Add token)

    /// What is left.
    member _.Finish() = put (decoder.Finish())

    interface IProgress<DrawnToken> with
        member this.Report drawn = this.Add drawn.Token
