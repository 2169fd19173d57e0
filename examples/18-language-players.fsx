// Language models as players: two adapters on one base, one that learns good replies and one that learns by labelled pairs which of two is less harmful;
// an exact judge says what each is worth on prompts in words that nobody learnt from.
#load "language.fsx"

open Alignment

let model = Language.load "tiny-base"
let world = DialogueWorld(Seed = 7UL)
let rows = world.Rows 96L |> List.ofSeq
let heldOut = world.WithSplit(DialogueSplit.NewPhrases).Rows 64L |> List.ofSeq

let player name = model |> Lora.attach (name = name, rank = 16, targets = AdapterTargets.All)
let options = TrainingOptions(Steps = 12L, BatchSize = 8, LearningRate = 3e-3)

let pupil = player "pupil"

pupil
|> Train.supervised options [ for row in rows -> model.Lesson row.Conversation.Messages ]
|> ignore

let wary = player "wary"

wary
|> Train.preferences (DpoLoss 0.3) options [ for row in rows -> model.Lesson row.HarmlessPair ]
|> ignore

let table = TextTable("player", "help", "harm")

for name, policy in [ "base", Language.policy model; "pupil", pupil; "wary", wary ] do
    let replies =
        policy |> Language.reply (SamplingOptions(MaxNewTokens = 40)) [ for row in heldOut -> row.Prompt ]

    let verdicts = List.map2 (fun (row: DialogueRow) reply -> row.Judge reply) heldOut replies
    let mean what = verdicts |> List.averageBy what |> sprintf "%.3f"
    table.Row(name, mean _.Help, mean _.Harm) |> ignore

printf $"{table}"
