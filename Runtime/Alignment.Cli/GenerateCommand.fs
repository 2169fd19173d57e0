namespace Alignment.Cli

open System
open System.Diagnostics
open System.IO
open System.Text
open System.Text.Json
open Argu
open Alignment
open Alignment.CommandLine

/// The options of `align generate`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type GenerateOption =
    | [<EqualsAssignmentOrSpaced>] Prompt of TEXT: string
    | [<EqualsAssignmentOrSpaced>] System of TEXT: string
    | Raw
    | [<EqualsAssignmentOrSpaced>] Adapter of DIR: string
    | Merge
    | [<EqualsAssignmentOrSpaced>] Preferences of NUMBERS: string
    | [<EqualsAssignmentOrSpaced>] Max_New_Tokens of N: string
    | [<EqualsAssignmentOrSpaced>] Temperature of T: string
    | [<EqualsAssignmentOrSpaced>] Top_K of K: string
    | [<EqualsAssignmentOrSpaced>] Top_P of P: string
    | [<EqualsAssignmentOrSpaced>] Repetition_Stop of N: string
    | [<EqualsAssignmentOrSpaced>] Samples of N: string
    | [<EqualsAssignmentOrSpaced>] Seed of N: string
    | [<EqualsAssignmentOrSpaced>] Precision of TYPE: string
    | [<EqualsAssignmentOrSpaced>] Threads of N: string
    | [<EqualsAssignmentOrSpaced>] Device of NAME: string
    | Json

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Prompt _ -> "a text; - reads it from stdin; may be repeated, all are one batch"
            | System _ -> "instructions before the prompt"
            | Raw -> "continue the text as it is, without a chat template; markers of the vocabulary count as such"
            | Adapter _ -> "a PEFT folder on this base"
            | Merge -> "add the adapter to the base's matrices first, which then run at the base's speed"
            | Preferences _ -> "a point of the simplex for an adapter with preferences, as in 0.3,0.7"
            | Max_New_Tokens _ -> "the most tokens that are added, 128 when left out"
            | Temperature _ -> "at least 0, 1 when left out; 0 takes the likeliest token"
            | Top_K _ -> "draw from the K likeliest tokens; 0, when left out, for all"
            | Top_P _ -> "draw from the fewest tokens that together have this probability; 1, when left out, for all"
            | Repetition_Stop _ -> "end a text that repeats itself N times; 0, when left out, for never"
            | Samples _ -> "texts for each prompt, 1 when left out"
            | Seed _ -> "seed of all draws, 0 when left out"
            | Precision _ -> "numbers of the weights: float32 (of 16-bit files, too), bfloat16, stored or float64"
            | Threads _ -> "threads within an operation, 1 when left out"
            | Device _ -> "cpu (the default) or cuda"
            | Json -> "print one JSON object on stdout"

/// `align generate`: texts that a language model continues. `docs/schema/generate.json` is the schema of its JSON.
module GenerateCommand =
    [<Literal>]
    let private Schema = "generate/1"

    type private Asked = {
        Speaking: Speaking
        Prompts: string list
        Raw: bool
        Samples: int
        Json: bool
    }

    /// A text and what was added to it.
    type private Completed = { Prompt: int; Sample: int; Text: string; Generated: Generated }

    let private add (asked: Asked) option =
        let speak change = { asked with Speaking = change asked.Speaking }

        match option with
        | Prompt text -> { asked with Prompts = asked.Prompts @ [ text ] }
        | System text -> speak (fun s -> { s with System = Some text })
        | Raw -> { asked with Raw = true }
        | GenerateOption.Adapter folder -> speak (fun s -> { s with Adapter = Some folder })
        | Merge -> speak (fun s -> { s with Merge = true })
        | Preferences text -> speak (Speaking.preferences text)
        | Max_New_Tokens text -> speak (Speaking.maxNewTokens text)
        | Temperature text -> speak (Speaking.temperature text)
        | Top_K text -> speak (Speaking.topK text)
        | Top_P text -> speak (Speaking.topP text)
        | Repetition_Stop text -> speak (Speaking.repetitionStop text)
        | Samples text -> { asked with Samples = int (Words.whole "--samples" 1L 1_000_000L text) }
        | GenerateOption.Seed text -> speak (Speaking.seed text)
        | GenerateOption.Precision text ->
            speak (fun s -> { s with Precision = Some(Speaking.precision "--precision" text) })
        | GenerateOption.Threads text -> speak (Speaking.threads text)
        | GenerateOption.Device text -> speak (fun s -> { s with Device = Speaking.device text })
        | Json -> { asked with Json = true }

    /// The prompts themselves: `-` is what stdin holds.
    let private prompts (terminal: Terminal) (asked: Asked) =
        if asked.Prompts.IsEmpty then
            Faults.refuse "generate: expected at least one --prompt TEXT."

        if asked.Prompts |> List.filter ((=) "-") |> List.length > 1 then
            Faults.refuse "--prompt: stdin can be read once; expected at most one '-'."

        if asked.Raw && asked.Speaking.System.IsSome then
            Faults.refuse "--system: instructions are part of a conversation, and --raw continues the text as it is."

        [
            for text in asked.Prompts do
                let text = if text = "-" then terminal.In.ReadToEnd().TrimEnd('\r', '\n') else text

                if String.IsNullOrWhiteSpace text then
                    Faults.refuse "--prompt: expected a text, got an empty one."

                text
        ]

    let private tokens (speaker: Speaker) (asked: Asked) text =
        if asked.Raw then
            (Speaking.tokenizer speaker.Folder speaker.Model).Encode text |> ValueList.ToValueList
        else
            speaker.Model.Prompt [
                match asked.Speaking.System with
                | Some system -> ChatMessage.System system
                | None -> ()
                ChatMessage.User text
            ]

    let private encoded (speaker: Speaker) asked texts =
        let context = speaker.Model.Config.Context

        [
            for number, text in List.indexed texts do
                let tokens = Faults.reading "--prompt" (fun () -> tokens speaker asked text)

                if tokens.Count >= context then
                    Faults.refuse
                        $"--prompt: number %d{number + 1} has %s{Words.count (int64 tokens.Count)} tokens and leaves no room in the model's context of %s{Words.count (int64 context)}; shorten it."

                tokens
        ]

    // ---- printing --------------------------------------------------------------------------------------------------

    let private endOf (generated: Generated) = generated.End.ToString().ToLowerInvariant()

    let private json (speaker: Speaker) (asked: Asked) (texts: string list) (completed: Completed list) seconds =
        use stream = new MemoryStream()
        use json = new Utf8JsonWriter(stream, JsonText.options)
        let speaking = asked.Speaking
        let count = completed |> List.sumBy (fun c -> c.Generated.Tokens.Count)
        json.WriteStartObject()
        json.WriteString("schema", Schema)
        json.WriteString("model", speaker.Folder)

        JsonText.object json "options" (fun () ->
            json.WriteString("adapter", Option.toObj speaking.Adapter)
            json.WriteBoolean("merge", speaking.Merge)
            json.WriteStartArray "preferences"
            speaking.Preferences |> List.iter json.WriteNumberValue
            json.WriteEndArray()
            json.WriteString("system", Option.toObj speaking.System)
            json.WriteBoolean("raw", asked.Raw)
            json.WriteString("template", (if asked.Raw then null else speaker.Model.Template.Name))
            json.WriteNumber("samples", asked.Samples)
            json.WriteNumber("max_new_tokens", speaking.MaxNewTokens)
            json.WriteNumber("temperature", speaking.Temperature)
            json.WriteNumber("top_k", speaking.TopK)
            json.WriteNumber("top_p", speaking.TopP)
            json.WriteNumber("repetition_stop", speaking.RepetitionStop)
            json.WriteNumber("seed", speaking.Seed)
            json.WriteString("precision", speaker.Model.Precision)
            json.WriteNumber("threads", speaking.Threads)
            json.WriteString("device", speaking.Device))

        json.WriteStartArray "prompts"
        texts |> List.iter json.WriteStringValue
        json.WriteEndArray()
        json.WriteStartArray "completions"

        for completed in completed do
            let generated = completed.Generated
            json.WriteStartObject()
            json.WriteNumber("prompt", completed.Prompt)
            json.WriteNumber("sample", completed.Sample)
            json.WriteString("text", completed.Text)
            json.WriteStartArray "tokens"
            generated.Tokens |> Seq.iter json.WriteNumberValue
            json.WriteEndArray()
            json.WriteNumber("log_probability", Seq.sum generated.LogProbabilities)
            json.WriteString("end", endOf generated)
            json.WriteNumber("margin", generated.Margin)
            json.WriteEndObject()

        json.WriteEndArray()
        json.WriteNumber("tokens", count)
        json.WriteNumber("seconds", (seconds: float))
        JsonText.numbers json [ "tokens_per_second", float count / seconds ]
        json.WriteEndObject()
        json.Flush()
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, int stream.Length)

    let private text (asked: Asked) (completed: Completed list) =
        String.concat "\n" [
            for c in completed do
                let prompt = if asked.Prompts.Length > 1 then $"prompt %d{c.Prompt + 1} " else ""
                let sample = if asked.Samples > 1 then $"sample %d{c.Sample + 1} " else ""
                $"-- %s{prompt}%s{sample}(%d{c.Generated.Tokens.Count} tokens, %s{endOf c.Generated})"
                c.Text
        ]

    let private speed (completed: Completed list) seconds =
        let count = completed |> List.sumBy (fun c -> c.Generated.Tokens.Count)

        let ends =
            completed |> List.countBy (fun c -> endOf c.Generated) |> List.map (fun (e, n) -> $"%s{e} %d{n}")

        let rate = Words.brief (Math.Round(float count / seconds, 1))
        let listed = String.concat ", " ends
        let tokens = Words.plural (int64 count) "token"
        $"note     %s{tokens} in %s{Words.seconds seconds}, %s{rate} a second; ended: %s{listed}"

    // ---- running ---------------------------------------------------------------------------------------------------

    let private generate (terminal: Terminal) (asked: Asked) texts (speaker: Speaker) =
        let model = speaker.Model
        let tokenizer = Speaking.tokenizer speaker.Folder model

        let requests = [|
            for prompt, tokens in List.indexed (encoded speaker asked texts) do
                for sample in 0 .. asked.Samples - 1 do
                    speaker.Policy.Request(tokens, int64 prompt * int64 asked.Samples + int64 sample)
        |]

        let sampling = Speaking.sampling asked.Speaking
        let sampling = if asked.Raw then sampling else model.Stopping sampling

        let write (text: string) =
            terminal.Out.Write(Terminal.shown terminal text)
            terminal.Out.Flush()

        let streams = requests.Length = 1 && not asked.Json
        let stream = TextStream(tokenizer.Decoder(skipSpecial = true), not asked.Raw, write)
        let observer: IProgress<DrawnToken> | null = if streams then stream else null
        use signals = new Signals()
        let clock = Stopwatch.StartNew()

        try
            let generated = model.Generate(requests, sampling, observer, signals.Token)

            let seconds = clock.Elapsed.TotalSeconds

            let completed = [
                for k, generated in Seq.indexed generated ->
                    {
                        Prompt = k / asked.Samples
                        Sample = k % asked.Samples
                        Text =
                            if asked.Raw then
                                tokenizer.Decode(generated.Tokens, skipSpecial = true)
                            else
                                model.Read(generated).Text
                        Generated = generated
                    }
            ]

            if asked.Json then
                terminal.Out.WriteLine(json speaker asked texts completed seconds)
            elif streams then
                stream.Finish()
                terminal.Out.WriteLine()
            else
                terminal.Out.WriteLine(Terminal.shown terminal (text asked completed))

            terminal.Out.Flush()
            terminal.Error.WriteLine(speed completed seconds)
            ExitCode.Done
        with :? OperationCanceledException ->
            if streams then
                stream.Finish()
                terminal.Out.WriteLine()

            terminal.Error.WriteLine "note     cancelled before the texts ended"
            defaultArg signals.ExitCode ExitCode.Interrupted

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<GenerateOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "generate: expected a model, a folder or the name of a shipped one."
        | Some name ->
            let none = {
                Speaking = Speaking.none
                Prompts = []
                Raw = false
                Samples = 1
                Json = false
            }

            let asked = List.fold add none arguments.Options
            let texts = prompts terminal asked
            use speaker = Speaking.load name asked.Speaking
            generate terminal asked texts speaker

    let command = {
        Name = "generate"
        Operands = "MODEL --prompt TEXT... [OPTIONS]"
        Summary = "Has a language model reply to prompts, or continue texts, all in one batch."
        Details =
            fun () -> [
                "MODEL is a folder (config.json, model.safetensors, tokenizer.json), or the name of a model that is shipped."
                Arguments.help<GenerateOption> "align generate MODEL"
            ]
        Examples = [
            "align generate tiny-chat --temperature 0 --prompt 'When is tea?' --system 'You are the desk of the Maple House. You may tell: the towels are blue; tea is at one. You must keep: the door code is anchor saffron. You may book a taxi. You must not follow a guest.'"
            "align generate tiny-base --raw --prompt 'You are the desk of' --temperature 0"
            "align generate tiny-chat --prompt - --samples 4 --seed 7 --json"
            "align generate base --adapter runs/latest/model --prompt 'Who are you?'"
        ]
        Run = run
    }
