namespace Alignment.Cli

open System
open System.IO
open System.Runtime.InteropServices
open System.Text
open System.Threading
open Argu
open Alignment
open Alignment.CommandLine

/// The options of `align chat`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type ChatOption =
    | [<EqualsAssignmentOrSpaced>] System of TEXT: string
    | [<EqualsAssignmentOrSpaced>] Adapter of DIR: string
    | Merge
    | [<EqualsAssignmentOrSpaced>] Preferences of NUMBERS: string
    | [<EqualsAssignmentOrSpaced>] Max_New_Tokens of N: string
    | [<EqualsAssignmentOrSpaced>] Temperature of T: string
    | [<EqualsAssignmentOrSpaced>] Top_K of K: string
    | [<EqualsAssignmentOrSpaced>] Top_P of P: string
    | [<EqualsAssignmentOrSpaced>] Repetition_Stop of N: string
    | [<EqualsAssignmentOrSpaced>] Seed of N: string
    | [<EqualsAssignmentOrSpaced>] Precision of TYPE: string
    | [<EqualsAssignmentOrSpaced>] Threads of N: string
    | [<EqualsAssignmentOrSpaced>] Device of NAME: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | System _ -> "instructions before the first turn"
            | Adapter _ -> "a PEFT folder on this base"
            | Merge -> "add the adapter to the base's matrices first, which then run at the base's speed"
            | Preferences _ -> "a point of the simplex for an adapter with preferences, as in 0.3,0.7"
            | Max_New_Tokens _ -> "the most tokens of a reply, 128 when left out"
            | Temperature _ -> "at least 0, 1 when left out; 0 takes the likeliest token"
            | Top_K _ -> "draw from the K likeliest tokens; 0, when left out, for all"
            | Top_P _ -> "draw from the fewest tokens that together have this probability; 1, when left out, for all"
            | Repetition_Stop _ -> "end a reply that repeats itself N times; 0, when left out, for never"
            | Seed _ -> "seed of all draws, 0 when left out"
            | Precision _ -> "numbers of the weights: float32 (of 16-bit files, too), bfloat16, stored or float64"
            | Threads _ -> "threads within an operation, 1 when left out"
            | Device _ -> "cpu (the default) or cuda"

/// SIGINT stops what is being said, as long as this value lives, and nothing else.
type private Interruptions() =
    let gate = obj ()
    let mutable current: CancellationTokenSource option = None

    let handle (context: PosixSignalContext) =
        context.Cancel <- true
        lock gate (fun () -> current |> Option.iter _.Cancel())

    let registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, Action<_> handle)

    /// Says something that may be stopped.
    member _.During(say: CancellationToken -> 'T) =
        use source = new CancellationTokenSource()
        lock gate (fun () -> current <- Some source)

        try
            say source.Token
        finally
            lock gate (fun () -> current <- None)

    interface IDisposable with
        member _.Dispose() = registration.Dispose()

/// `align chat`: a conversation with a language model.
module ChatCommand =
    let private commands = [
        "/reset", "begins the conversation anew, with the same instructions"
        "/system TEXT", "begins it anew with other instructions; without a text with none"
        "/save FILE", "writes the messages so far as a line of JSON"
        "/help", "prints this"
        "/quit", "ends the chat, as the end of input does"
    ]

    let private help =
        String.concat "\n" [
            yield! Words.table [ for name, text in commands -> [ name; text ] ]
            "Ctrl-C stops a reply. A turn that begins with / is written with two."
        ]

    type private Chat = {
        Speaker: Speaker
        Speaking: Speaking
        Messages: ChatMessage list
        /// Replies so far, whether or not they still stand: a reply said once more is another.
        Said: int64
    }

    let private instructions (chat: Chat) = [
        match chat.Speaking.System with
        | Some text -> ChatMessage.System text
        | None -> ()
    ]

    let private add (speaking: Speaking) option =
        match option with
        | System text -> { speaking with System = Some text }
        | ChatOption.Adapter folder -> { speaking with Adapter = Some folder }
        | Merge -> { speaking with Merge = true }
        | Preferences text -> Speaking.preferences text speaking
        | Max_New_Tokens text -> Speaking.maxNewTokens text speaking
        | Temperature text -> Speaking.temperature text speaking
        | Top_K text -> Speaking.topK text speaking
        | Top_P text -> Speaking.topP text speaking
        | Repetition_Stop text -> Speaking.repetitionStop text speaking
        | ChatOption.Seed text -> Speaking.seed text speaking
        | ChatOption.Precision text -> { speaking with Precision = Some(Speaking.precision "--precision" text) }
        | ChatOption.Threads text -> Speaking.threads text speaking
        | ChatOption.Device text -> { speaking with Device = Speaking.device text }

    // ---- a turn ----------------------------------------------------------------------------------------------------

    let private full (chat: Chat) =
        let context = Words.count (int64 chat.Speaker.Model.Config.Context)
        $"The conversation fills the model's context of %s{context} tokens; /reset begins it anew."

    let private tell (terminal: Terminal) (text: string) = terminal.Error.WriteLine text

    /// What a whole reply is told as: on a terminal it has been shown already, elsewhere it is a line.
    let private printed (terminal: Terminal) (text: string) =
        if terminal.InIsTerminal then
            terminal.Out.WriteLine()
        else
            terminal.Out.WriteLine(Terminal.shown terminal (text.ReplaceLineEndings " "))

        terminal.Out.Flush()

    let private say (terminal: Terminal) (interruptions: Interruptions) (chat: Chat) messages =
        let model = chat.Speaker.Model
        let prompt = model.Prompt messages

        if prompt.Count >= model.Config.Context then
            tell terminal (full chat)
            printed terminal ""
            chat
        else
            let said = StringBuilder()

            let write (text: string) =
                said.Append text |> ignore

                if terminal.InIsTerminal then
                    terminal.Out.Write(Terminal.shown terminal text)
                    terminal.Out.Flush()

            let tokenizer = Speaking.tokenizer chat.Speaker.Folder model
            let stream = TextStream(tokenizer.Decoder(skipSpecial = true), true, write)
            let request = chat.Speaker.Policy.Request(prompt, chat.Said)
            let sampling = model.Stopping(Speaking.sampling chat.Speaking)

            let ended =
                try
                    interruptions.During(fun token -> model.Generate([| request |], sampling, stream, token))
                    |> Seq.head
                    |> _.End
                    |> Some
                with :? OperationCanceledException ->
                    None

            stream.Finish()
            printed terminal (string said)

            match ended with
            | Some GenerationEnd.Context -> tell terminal (full chat)
            | Some GenerationEnd.Length ->
                tell
                    terminal
                    $"note     the reply was cut off after %d{sampling.MaxNewTokens} tokens; --max-new-tokens allows more"
            | None -> tell terminal "note     stopped"
            | _ -> ()

            {
                chat with
                    Messages = messages @ [ ChatMessage.Assistant(string said) ]
                    Said = chat.Said + 1L
            }

    let private turn (terminal: Terminal) interruptions (chat: Chat) (text: string) =
        try
            say terminal interruptions chat (chat.Messages @ [ ChatMessage.User text ])
        with :? ArgumentException as e ->
            // a marker that is plain text for this model, or half of a character
            tell terminal e.Message
            printed terminal ""
            chat

    // ---- commands --------------------------------------------------------------------------------------------------

    let private save (terminal: Terminal) (chat: Chat) (file: string) =
        let count = Words.plural (int64 chat.Messages.Length) "message"

        if file = "" then
            tell terminal "/save: expected a file, as in /save chat.jsonl."
        elif chat.Messages.IsEmpty then
            tell terminal "/save: nothing has been said yet."
        elif File.Exists file then
            tell terminal $"/save: '%s{file}' is there already; name another file."
        else
            try
                Jsonl.Write(file, [ Conversation(ValueList.ToValueList chat.Messages) ]) |> ignore
                tell terminal $"saved    %s{count} in %s{file}"
            with
            | :? IOException
            | :? UnauthorizedAccessException as e -> tell terminal $"/save: %s{e.Message}"

    /// What a command leaves; none where it ends the chat.
    let private obey (terminal: Terminal) (chat: Chat) (line: string) =
        let name, rest =
            match line.IndexOf ' ' with
            | -1 -> line, ""
            | at -> line[.. at - 1], line[at + 1 ..].Trim()

        match name with
        | "/quit" -> None
        | "/help" ->
            tell terminal help
            Some chat
        | "/reset" -> Some { chat with Messages = instructions chat }
        | "/system" ->
            let system = if rest = "" then None else Some rest
            let chat = { chat with Speaking = { chat.Speaking with System = system } }
            Some { chat with Messages = instructions chat }
        | "/save" ->
            save terminal chat rest
            Some chat
        | _ ->
            let names = commands |> List.map (fun (name, _) -> name.Split(' ')[0])
            let hint = Nearest.Hint(name, names, "There are")
            tell terminal $"There is no command '%s{name}'.%s{hint}"
            Some chat

    let rec private converse (terminal: Terminal) interruptions (chat: Chat) =
        if terminal.InIsTerminal then
            terminal.Error.Write "> "
            terminal.Error.Flush()

        match terminal.In.ReadLine() with
        | null -> ()
        | line when String.IsNullOrWhiteSpace line -> converse terminal interruptions chat
        | line when line.StartsWith '/' && not (line.StartsWith "//") ->
            obey terminal chat (line.TrimEnd()) |> Option.iter (converse terminal interruptions)
        | line ->
            let text = if line.StartsWith "//" then line[1..] else line
            converse terminal interruptions (turn terminal interruptions chat text)

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ChatOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "chat: expected a model, a folder or the name of a shipped one."
        | Some name ->
            let speaking = List.fold add Speaking.none arguments.Options
            use speaker = Speaking.load name speaking
            let chat = { Speaker = speaker; Speaking = speaking; Messages = []; Said = 0L }
            // a model without a layout of conversations is refused before anything is typed
            speaker.Model.Template |> ignore

            if terminal.InIsTerminal then
                tell terminal $"%s{name}: /help tells the commands, /quit ends."

            use interruptions = new Interruptions()
            converse terminal interruptions { chat with Messages = instructions chat }
            ExitCode.Done

    let command: Command = {
        Name = "chat"
        Operands = "MODEL [OPTIONS]"
        Summary = "Has a conversation with a language model; without a terminal a turn a line, a reply a line."
        Details =
            fun () -> [
                "MODEL is a folder (config.json, model.safetensors, tokenizer.json), or the name of a model that is shipped."
                Arguments.help<ChatOption> "align chat MODEL"
                String.concat
                    "\n"
                    ("WHILE IT LASTS:"
                     :: ""
                     :: (help.Split '\n' |> Array.map (fun line -> "    " + line) |> List.ofArray))
            ]
        Examples = [
            "align chat tiny-chat --system 'You are the desk of the Maple House. You may tell: the towels are blue; tea is at one. You must keep: the door code is anchor saffron. You may book a taxi. You must not follow a guest.'"
            "align chat base --adapter runs/latest/model --seed 3"
        ]
        Run = run
    }
