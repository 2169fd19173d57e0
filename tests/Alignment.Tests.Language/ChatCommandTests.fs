/// `align chat`: turns in lines, turns that are typed, commands, and Ctrl-C.
module Alignment.Tests.Language.ChatCommandTests

open System
open System.Diagnostics
open System.IO
open System.Text
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.LanguageFixtures

let private options = [ "--max-new-tokens"; "6"; "--seed"; "3" ]

let private chat isTyped (input: string list) extra =
    let text = String.concat "\n" input + "\n"
    let code, out, error = alignReading isTyped text ([ "chat"; tiny.Value ] @ options @ extra)
    Expect.equal code ExitCode.Done error
    out, error

/// What the library replies, turn after turn.
let private replies system (turns: string list) =
    use model = LanguageModel.Load tiny.Value
    let options = model.Stopping(SamplingOptions(MaxNewTokens = 6, Seed = 3UL))
    let start = system |> List.map ChatMessage.System

    let mutable messages = start

    [
        for k, turn in List.indexed turns do
            messages <- messages @ [ ChatMessage.User turn ]
            let request = GenerationRequest(model.Prompt messages, int64 k)
            let text = model.Read(Seq.exactlyOne (model.Generate([| request |], options))).Text
            messages <- messages @ [ ChatMessage.Assistant text ]
            text
    ]

let private line (text: string) = text.ReplaceLineEndings " "

let private turns =
    testList "turns" [
        testCase "a turn a line, a reply a line, each with what was said before" (fun () ->
            let said = [ "the towels"; "a boat"; "the towels" ]
            let out, _ = chat false said [ "--system"; "be kind" ]
            let lines = out.TrimEnd('\n').Split '\n' |> List.ofArray
            Expect.equal lines (replies [ "be kind" ] said |> List.map line) "as the library replies")

        testCase "typed turns are asked for, and replies stream" (fun () ->
            let said = [ "the towels"; "a boat" ]
            let out, error = chat true said []

            let shown (text: string) =
                text |> String.map (fun c -> if Char.IsControl c && c <> '\n' && c <> '\t' then '\uFFFD' else c)

            Expect.equal
                out
                (replies [] said |> List.map (fun r -> shown r + "\n") |> String.concat "")
                "replies alone"

            Expect.stringContains error "> " "asked for")

        testCase "what would steer a terminal reaches none, and files as it is" (fun () ->
            let terminal = { Terminal.console () with OutIsTerminal = true }
            let text = "a\u001b[2Jb\rc\u009bd\n\te\a"
            Expect.equal (Terminal.shown terminal text) "a\uFFFD[2Jb\uFFFDc\uFFFDd\n\te\uFFFD" "harmless"
            Expect.equal (Terminal.shown { terminal with OutIsTerminal = false } text) text "whole")

        testCase "empty lines are passed over, and two slashes are one" (fun () ->
            let out, _ = chat false [ ""; "//x"; "  " ] []
            Expect.equal (out.TrimEnd '\n') (replies [] [ "/x" ] |> List.exactlyOne |> line) "one turn")

        testCase "a full context is said in one sentence, and a reset helps" (fun () ->
            let long = String.replicate 300 "gray "
            let out, error = chat false [ long; "/reset"; "a boat" ] []

            Expect.stringContains
                error
                "The conversation fills the model's context of 256 tokens; /reset begins it anew."
                "said"

            Expect.hasLength (out.TrimEnd('\n').Split '\n') 2 "an empty line for the turn without a reply"
            Expect.equal (out.Split('\n')[1]) (replies [] [ "a boat" ] |> List.exactlyOne |> line) "it goes on")
    ]

let private commands =
    testList "commands" [
        testCase "reset, system, save, quit, help" (fun () ->
            inFolder (fun folder ->
                let file = Path.Combine(folder, "chat.jsonl")

                let out, error =
                    chat false [
                        "the towels"
                        "/system be brief"
                        "a boat"
                        $"/save {file}"
                        "/help"
                        "/quit"
                        "never said"
                    ] []

                Expect.hasLength (out.TrimEnd('\n').Split '\n') 2 "nothing behind the end"
                Expect.stringContains error $"saved    3 messages in {file}" "told"
                Expect.stringContains error "/system TEXT" "help"
                let saved = Jsonl.Conversations file |> Seq.exactlyOne
                let messages = List.ofSeq saved.Messages
                Expect.equal messages[0] (ChatMessage.System "be brief") "instructions"
                Expect.equal messages[1] (ChatMessage.User "a boat") "begun anew"
                Expect.equal (line messages[2].Content) (out.Split('\n')[1]) "what was said"))

        for name, input, message in
            [
                "a command that is none", "/rest", "There is no command '/rest'. Did you mean '/reset'?"
                "nothing to save", "/save x.jsonl", "/save: nothing has been said yet."
                "nowhere to save", "/save", "/save: expected a file, as in /save chat.jsonl."
            ] do
            testCase name (fun () ->
                let out, error = chat false [ input ] []
                Expect.equal out "" "no reply"
                Expect.equal (error.TrimEnd()) message "one sentence")

        testCase "no file is written over" (fun () ->
            withFile "kept.jsonl" "mine" (fun path ->
                let _, error = chat false [ "hi"; $"/save {path}" ] []
                Expect.stringContains error "is there already; name another file." "refused"
                Expect.equal (File.ReadAllText path) "mine" "as it was"))
    ]

let private interrupted =
    testCase "Ctrl-C stops a reply and not the chat" (fun () ->
        inFolder (fun folder ->
            // a model that may speak for ever: no end of texts, and a context that never fills
            let trained = TokenizerTrainer(Size = 300).Train lines
            trained.Save folder
            let size = (Tokenizer.Load folder).VocabularySize
            let config = config size 200_000 (ValueList.ToValueList [])
            use model = LanguageModel.Create(config, 1UL, tokenizerFolder = folder)
            let home = Path.Combine(folder, "endless")
            model.Save home

            let info =
                ProcessStartInfo(
                    "dotnet",
                    [ tool; "chat"; home; "--max-new-tokens"; "50000"; "--temperature"; "0" ],
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    StandardOutputEncoding = Encoding.UTF8
                )

            use child = Process.Start info |> Option.ofObj |> Option.get
            let error = child.StandardError.ReadToEndAsync()
            child.StandardInput.WriteLine "go on"
            child.StandardInput.Flush()
            let reply = child.StandardOutput.ReadLineAsync()
            let clock = Stopwatch.StartNew()

            // a signal before the model is loaded would end the process, as it should
            while not reply.IsCompleted && clock.Elapsed < TimeSpan.FromSeconds 90.0 do
                Threading.Thread.Sleep 4000

                if not reply.IsCompleted then
                    Process.Start("kill", [ "-INT"; string child.Id ]).WaitForExit()

            Expect.isTrue reply.IsCompleted "the reply ended"
            child.StandardInput.WriteLine "/help"
            child.StandardInput.Close()
            child.WaitForExit()
            Expect.equal child.ExitCode ExitCode.Done error.Result
            Expect.stringContains error.Result "note     stopped" "it was stopped"
            Expect.stringContains error.Result "/reset" "and the chat went on"))

[<Tests>]
let tests =
    testList "align chat" [
        turns
        commands
        testSequenced interrupted
        testCase "a model without a tokenizer is refused" (fun () ->
            refused
                [ "chat"; ModelFixtures.folder "llama" ]
                $"""%s{ModelFixtures.folder "llama"}: the model has no tokenizer, so it reads no text; expected tokenizer.json or tokenizer.model in its folder.""")
    ]
