// Makes the two small models of this folder from nothing but text of this project: `tiny-base`, which has read the world of dialogues with good and bad
// replies alike, and `tiny-chat`, which was then shown good replies alone. Every draw has a seed.
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

// 20,000 rows to learn from; the held-out ones say in other words what the first say
let world = DialogueWorld(Seed = 1UL)
let rows = world.Rows 20_000L |> Array.ofSeq
let heldOut = world.WithSplit(DialogueSplit.NewPhrases).Rows 256L |> Array.ofSeq

/// A row with one of its replies, good or bad: what the base reads.
let anyReply (row: DialogueRow) =
    let stream = RandomStream(world.Seed, "replies that the base reads")
    let reply = row.Replies[int (stream.Integer(int64 row.Replies.Count, 0L, row.Index))]
    [ yield! row.Prompt; ChatMessage.Assistant reply.Text ]

let textOf (messages: seq<ChatMessage>) = messages |> Seq.map _.Content |> String.concat "\n"
let tokenizer = TokenizerTrainer(Size = 2_000).Train(Seq.map (anyReply >> textOf) rows)
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
let train name steps rate lesson (model: LanguageModel) =
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
            BatchSize = 16,
            LearningRate = rate,
            Schedule = RateSchedule.Cosine,
            WarmupSteps = 50L,
            WeightDecay = 0.01,
            Beta2 = 0.95,
            EvaluateEvery = 250L,
            Seed = 1UL,
            Recorder = session,
            Progress = progress
        )

    let texts, kept = Array.map lesson rows, Array.map lesson heldOut
    let result = Training.Supervised(model, null, texts, kept, options)
    session.End(RunState.Finished, result.Sentence)
    eprintfn $"%s{name}: %s{result.Sentence} %.0f{clock.Elapsed.TotalSeconds} s"
    printfn $"""%s{name}: held-out perplexity %.3f{result.Metrics["eval_perplexity"]}"""

/// Stores a model in 16 bits, with its tokenizer.
let store name (model: LanguageModel) =
    let whole = Path.Combine(folder, "runs", name + " float32")
    model.Save whole
    use half = LanguageModel.Load(whole, ModelOptions(Precision = WeightPrecision.BFloat16))
    half.Save(Path.Combine(folder, name))

let whole (model: LanguageModel) (messages: seq<ChatMessage>) = TrainingText.All((model.Lesson messages).Tokens)

let options = ModelOptions(Threads = threads)
let model = LanguageModel.Create(config, 1UL, options, tokens)
eprintfn $"%d{config.Parameters} parameters, %d{config.Vocabulary} tokens"
model |> train "tiny-base" 2_500L 3e-3 (anyReply >> whole model)
store "tiny-base" model
model |> train "tiny-chat" 1_250L 1e-3 (fun row -> model.Lesson row.Conversation.Messages)
store "tiny-chat" model
