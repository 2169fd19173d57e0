/// Tiny models that read and write text, and command lines with something to read.
module Alignment.Tests.Language.LanguageFixtures

open System
open System.IO
open Expecto
open Alignment
open Alignment.Cli
open Alignment.CommandLine
open Alignment.Tests.Fixtures

/// What the tiny vocabulary is learned from.
let lines = [
    "the towels are gray and the sauna opens at one"
    "what color are the towels today"
    "i am sorry i cannot share the door code"
    "a bike costs four coins and a boat costs eight coins"
    "größe über 漢字 🎲"
]

let config vocabulary context ends =
    ModelConfig(
        Architecture = Architecture.Llama,
        Vocabulary = vocabulary,
        Hidden = 16,
        Layers = 2,
        Heads = 2,
        KeyValueHeads = 1,
        HeadSize = 8,
        Inner = 32,
        Context = context,
        Rotary = RotaryPositions(),
        TiedHead = true,
        Ends = ends
    )

/// A model of random weights with a vocabulary of its own, in a folder.
let saveModel (folder: string) context seed =
    let trained = TokenizerTrainer(Size = 300).Train lines
    let tokens = Directory.CreateDirectory(Path.Combine(folder, "tokens")).FullName
    trained.Save tokens
    let tokenizer = Tokenizer.Load tokens
    let ends = ValueList.ToValueList [ tokenizer.IdOf("<|end|>").Value ]

    use model =
        LanguageModel.Create(config tokenizer.VocabularySize context ends, seed, tokenizerFolder = tokens)

    let home = Path.Combine(folder, $"model-%d{seed}")
    model.Save home
    home

/// One for all tests that only read it; gone with the process.
let private lasting name context seed =
    lazy
        (let folder = Directory.CreateTempSubdirectory $"align-%s{name}-"

         AppDomain.CurrentDomain.ProcessExit.Add(fun _ ->
             try
                 folder.Delete(recursive = true)
             with :? IOException ->
                 ())

         saveModel folder.FullName context seed)

let tiny = lasting "tiny" 256 1UL

/// A model for the dialogue world, whose cards are long.
let roomy = lasting "roomy" 2048 2UL

/// A command line with something to read, typed or not: exit code, stdout, stderr.
let alignReading isTyped (input: string) args =
    use out = new StringWriter()
    use error = new StringWriter()

    let terminal = {
        In = new StringReader(input)
        InIsTerminal = isTyped
        Out = out
        OutIsTerminal = isTyped
        Error = error
        ErrorIsTerminal = false
    }

    let code = Program.runOn terminal (Array.ofList args)
    code, string out, string error

/// Exit code 2, nothing on stdout, one line on stderr that holds this, and nothing in the folder but what was there.
let refusedIn folder args (message: string) =
    let everything () = [
        for path in Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories) do
            path, (if File.Exists path then File.ReadAllBytes path else [||])
    ]

    let before = everything ()
    let code, out, error = align args
    Expect.stringContains error message "the message"
    Expect.stringStarts error "align: " "told by the tool"
    Expect.hasLength (error.TrimEnd().Split '\n') 1 $"one line: {error}"
    Expect.equal (code, out) (ExitCode.WrongInput, "") "exit code, and nothing on stdout"

    Expect.equal (everything ()) before "nothing written"
