// Dropout decoding: hide tokens that the model is unsure of, several times, and let the majority name what is seen. Declared without a loss, measured
// on a toy whose misread tokens are known.
#load "alignment.fsx"

open Alignment

let images = SlotVision().Draw(1_000, seed = 1UL)
let draws = MaskSchedule.Paper.Draws(2UL, images.Tokens, images.Images, images.Slots)
let read visible = images.Logits visible

let descriptions = [
    "no masks", DropoutDecoding.Greedy(read, images.Readings)
    for name, by, protectedTop in
        [
            "random", MaskedBy.Random, 0
            "aleatoric", MaskedBy.Aleatoric, 0
            "epistemic", MaskedBy.Epistemic, 0
            "epistemic, preliminary pass", MaskedBy.Epistemic, 5
        ] do
        name, DropoutDecoding(images.Readings, draws, By = by, ProtectedTop = protectedTop).Decode read
]

let probes (spec: GameSpec) =
    (spec, descriptions)
    ||> List.fold (fun spec (name, said) ->
        spec
            .Probe(Probe.Expression($"hallucination/{name}", images.Hallucination said))
            .Probe(Probe.Expression($"recall/{name}", images.Recall said))
            .Probe(Probe.Expression($"repetition/{name}", images.Repetition said)))

let found =
    Measurements.Of(
        game "dropout decoding" {
            over images.Images
            extend probes
        }
    )

let table = TextTable("masking", "hallucination", "recall", "repetition")

for name, _ in descriptions do
    let mean what = found.All $"{what}/{name}" |> Seq.average |> sprintf "%.3f"
    table.Row(name, mean "hallucination", mean "recall", mean "repetition") |> ignore

printf $"{table}"
