#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Dropout decoding: hide tokens that the model is unsure of, several times, and let the majority name what is seen. Declared without a loss, measured
// on a toy whose misread tokens are known.
using Alignment;

var images = new SlotVision().Draw(1_000, seed: 1);
var draws = MaskSchedule.Paper.Draws(2, images.Tokens, images.Images, images.Slots);

(string Name, Expr Said)[] descriptions =
[
    ("no masks", DropoutDecoding.Greedy(images.Logits, images.Readings)),
    ("random", Decoded(MaskedBy.Random)),
    ("aleatoric", Decoded(MaskedBy.Aleatoric)),
    ("epistemic", Decoded(MaskedBy.Epistemic)),
    ("epistemic, preliminary pass", Decoded(MaskedBy.Epistemic, protectedTop: 5)),
];

var decoding = Game.Named("dropout decoding").Over(images.Images);
foreach (var (name, said) in descriptions)
    decoding = decoding
        .Probe(Probe.Expression($"hallucination/{name}", images.Hallucination(said)))
        .Probe(Probe.Expression($"recall/{name}", images.Recall(said)))
        .Probe(Probe.Expression($"repetition/{name}", images.Repetition(said)));

var found = Measurements.Of(decoding);
var table = new TextTable("masking", "hallucination", "recall", "repetition");
foreach (var (name, _) in descriptions)
    table.Row(name, Mean($"hallucination/{name}"), Mean($"recall/{name}"), Mean($"repetition/{name}"));

Console.Write(table);

Expr Decoded(MaskedBy by, int protectedTop = 0) =>
    new DropoutDecoding(images.Readings, draws) { By = by, ProtectedTop = protectedTop }.Decode(images.Logits);

string Mean(string key) => $"{found.All(key).Average():f3}";
