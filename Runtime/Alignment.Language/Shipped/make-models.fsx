// Makes the two small models of this folder from nothing but text of this project: `tiny-base`, which has read the world of dialogues with good and bad
// replies alike and has learnt to recite cards, and `tiny-chat`, which was then shown good replies alone. Every draw has a seed.
//
//   dotnet fsi Runtime/Alignment.Language/Shipped/make-models.fsx [FOLDER] [THREADS]
//
// Begin with `dotnet fsi build.fsx build`. Stopped and started again it goes on from its last checkpoint (below FOLDER/runs).
#I "../../../artifacts/bin/Alignment.Language/release"
#r "Alignment.Dsl.dll"
#r "Alignment.Formats.dll"
#r "Alignment.Compiler.dll"
#r "Alignment.Runtime.dll"
#r "Alignment.Torch.dll"
#r "Alignment.Language.dll"
#r "Microsoft.Extensions.Logging.Abstractions.dll"

open System
open System.Diagnostics
open System.IO
open Alignment
open Alignment.Runtime

let folder, threads =
    match List.ofArray fsi.CommandLineArgs |> List.tail with
    | [] -> __SOURCE_DIRECTORY__, 2
    | [ folder ] -> folder, 2
    | folder :: threads :: _ -> folder, int threads

// rows to learn from, each once; the held-out ones say in other words what the first say
let batch, baseSteps, chatSteps = 16, 10_000L, 4_000L
let world = DialogueWorld(Seed = 1UL)
let rows = world.Rows(baseSteps * int64 batch)
let heldOut = world.WithSplit(DialogueSplit.NewPhrases).Rows 256L |> Array.ofSeq

/// A row with one of its replies, good or bad.
let anyReply (row: DialogueRow) =
    let stream = RandomStream(world.Seed, "replies that the base reads")
    let reply = row.Replies[int (stream.Integer(int64 row.Replies.Count, 0L, row.Index))]
    [ yield! row.Prompt; ChatMessage.Assistant reply.Text ]

/// A card, and all that it says may be told or must be kept, in another order. Each statement is read off the card again, which is what a small model
/// learns last from dialogues alone: few of their replies have a word of the card.
let recital (row: DialogueRow) =
    let card = string row.House

    let statements (head: string) (tail: string) =
        let start = card.IndexOf(head, StringComparison.Ordinal) + head.Length
        card[start .. card.IndexOf(tail, start, StringComparison.Ordinal) - 1].Split "; "

    let all = [|
        yield! statements "You may tell: " ". You must keep"
        yield! statements "You must keep: " ". You may"
    |]

    let stream = RandomStream(world.Seed, "orders of recitals")

    let shuffled =
        Array.indexed all |> Array.sortBy (fun (k, _) -> stream.Uniform(0L, row.Index * 64L + int64 k))

    let sentence (text: string) = $"%c{Char.ToUpperInvariant text[0]}%s{text[1..]}."

    [
        ChatMessage.System card
        ChatMessage.User "What stands on the card?"
        ChatMessage.Assistant(shuffled |> Seq.map (snd >> sentence) |> String.concat " ")
    ]

let textOf (messages: seq<ChatMessage>) = messages |> Seq.map _.Content |> String.concat "\n"
let tokenizer = TokenizerTrainer(Size = 2_000).Train(world.Rows 20_000L |> Seq.map (anyReply >> textOf))
let tokens = Path.Combine(folder, "runs", "tokenizer")
tokenizer.Save tokens

let config =
    ModelConfig(
        Architecture = Architecture.Llama,
        Vocabulary = tokenizer.Tokens.Count,
        Hidden = 128,
        Layers = 4,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 32,
        Inner = 352,
        Context = 256,
        Rotary = RotaryPositions(),
        TiedHead = true,
        Ends = ValueList.ToValueList [ tokenizer.Tokens.IndexOf "<|end|>" ]
    )

/// Trains all weights on conversations, kept as a run.
let train name (steps: int64) rate (texts: seq<TrainingText>) kept (model: LanguageModel) =
    let plan =
        RunPlan(
            Parent = Path.Combine(folder, "runs", name),
            Name = name,
            Resume = ResumeFrom.Newest,
            Start = RunStart("make-models", name, [||], Environment.CurrentDirectory, null)
        )

    use session = new RunSession(plan, Action<string>(eprintfn "%s"))
    let clock = Stopwatch.StartNew()

    let progress = {
        new IProgress<TrainingProgress> with
            member _.Report at =
                if at.Step % 20L = 0L then
                    eprintfn $"%s{name}: step %d{at.Step} of %d{at.Of}, loss %.4f{at.Loss}, %.0f{at.Seconds} s"
    }

    let options =
        TrainingOptions(
            Steps = steps,
            BatchSize = batch,
            LearningRate = rate,
            Schedule = RateSchedule.Cosine,
            WarmupSteps = 50L,
            WeightDecay = 0.01,
            Beta2 = 0.95,
            EvaluateEvery = 500L,
            Seed = 1UL,
            Recorder = session,
            Progress = progress
        )

    let result = Training.Supervised(model, null, Array.ofSeq texts, Array.ofSeq kept, options)
    session.End(RunState.Finished, result.Sentence)
    eprintfn $"%s{name}: %s{result.Sentence} %.0f{clock.Elapsed.TotalSeconds} s"
    printfn $"""%s{name}: held-out perplexity %.3f{result.Metrics["eval_perplexity"]}"""

/// Stores a model in 16 bits, with its tokenizer.
let store name (model: LanguageModel) =
    let whole = Path.Combine(folder, "runs", name + " float32")
    model.Save whole

    use half =
        LanguageModel.Load(whole, ModelOptions(Precision = WeightPrecision.BFloat16, Threads = threads))

    half.Save(Path.Combine(folder, name))

let options = ModelOptions(Threads = threads)
let model = LanguageModel.Create(config, 1UL, options, tokens)
let reply (messages: seq<ChatMessage>) = model.Lesson messages
let whole messages = TrainingText.All (reply messages).Tokens
let good (row: DialogueRow) = reply row.Conversation.Messages
eprintfn $"%d{config.Parameters} parameters, %d{config.Vocabulary} tokens"

let read (row: DialogueRow) = if row.Index % 2L = 0L then whole (anyReply row) else reply (recital row)
model |> train "tiny-base" baseSteps 3e-3 (Seq.map read rows) (Seq.map (anyReply >> whole) heldOut)
store "tiny-base" model

let lessons = world.Rows(chatSteps * int64 batch) |> Seq.map good
model |> train "tiny-chat" chatSteps 1e-3 lessons (Seq.map good heldOut)
store "tiny-chat" model
