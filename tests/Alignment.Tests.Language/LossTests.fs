/// Losses against the same losses written down a second time in NumPy, and against the optima that are known.
module Alignment.Tests.Language.LossTests

open System.IO
open System.Text.Json
open Expecto
open Alignment
open Alignment.Tests
open Alignment.Tests.Fixtures
open Alignment.Tests.Language.ModelFixtures

let private fixture =
    lazy
        JsonDocument
            .Parse(File.ReadAllText(Path.Combine(__SOURCE_DIRECTORY__, "..", "fixtures", "losses.json")))
            .RootElement

let rec private flat (e: JsonElement) = [|
    if e.ValueKind = JsonValueKind.Array then
        for x in e.EnumerateArray() do
            yield! flat x
    else
        yield e.GetDouble()
|]

let private pair, text, token = Axis.Of("pair", 5), Axis.Of("text", 6), Axis.Of("token", 6)
let private group, sample = Axis.Of("group", 2), Axis.Of("sample", 3)
let private ofPairs name = Signal.External(name, pair)
let private ofTokens name = Signal.External(name, text, token)
let private chosen, rejected = ofPairs "chosen", ofPairs "rejected"

let private labelled =
    PairLogProbabilities(chosen, rejected, ofPairs "referenceChosen", ofPairs "referenceRejected")

let private logps, old, mask = ofTokens "logps", ofTokens "old", ofTokens "mask"

/// Two groups of three texts each, to texts one behind the other.
let private grouped (advantage: Expr -> Expr) =
    let scores = Signal.External("scores", text)

    let rows =
        Expr.Concat(
            group,
            [|
                for g in 0..1 -> struct (scores.Slice(text, 3 * g, sample).Expand(Axis.Of("one", 1)), Axis.Of("one", 1))
            |]
        )

    let each = advantage rows

    Expr.Concat(
        text,
        [|
            for g in 0..1 -> struct (each.Slice(group, g, Axis.Of("one", 1)).Sum(Axis.Of("one", 1)), sample)
        |]
    )

let private grpoTokens advantage =
    PolicyGradientLoss.Grpo(logps, old, ofTokens "reference", grouped advantage, 0.04, 0.2, 0.28)

/// The losses of the fixtures, in the library's words.
let private losses: (string * Expr) list = [
    "dpo", PreferenceLoss.Dpo(labelled, 0.3).Mean pair
    "dpo smoothed", PreferenceLoss.Dpo(labelled, 0.3, 0.1).Mean pair
    "ipo", PreferenceLoss.Ipo(labelled, 0.2).Mean pair
    "ipo by token",
    PreferenceLoss
        .Ipo(
            PairLogProbabilities(
                chosen / ofPairs "chosenTokens",
                rejected / ofPairs "rejectedTokens",
                labelled.ReferenceChosen / ofPairs "chosenTokens",
                labelled.ReferenceRejected / ofPairs "rejectedTokens"
            ),
            0.2
        )
        .Mean
        pair
    "kto",
    PreferenceLoss.Kto(labelled.ChosenRatio, ofPairs "good", Signal.External("kl", [||]), 0.3, 1.5, 0.75).Mean pair
    "xpo", PreferenceLoss.Xpo(labelled, ofPairs "drawn", 0.3, 0.05).Mean pair
    "sppo", PreferenceGameLoss.Sppo(chosen, labelled.ReferenceChosen, ofPairs "preference", 2.0).Mean pair
    "inpo", PreferenceGameLoss.Inpo(labelled, ofPairs "presentChosen", ofPairs "presentRejected", 0.8, 0.3).Mean pair
    "nash-md", PreferenceGameLoss.NashMd(chosen, labelled.ReferenceChosen, ofPairs "preference", 0.1).Mean pair
    "bradley-terry",
    (-RewardModel.LogLikelihood(chosen, rejected) + 0.01 * RewardModel.Centring(chosen, rejected)).Mean pair
    "cost", RewardModel.Cost(chosen, rejected, ofPairs "chosenSign", ofPairs "rejectedSign").Mean pair
    "supervised", TokenLoss.Supervised(logps, mask, text, token)
    "ppo",
    TokenLoss.MeanOverAll(
        PolicyGradientLoss.Clipped(
            logps,
            old,
            PolicyGradientLoss.Advantages(ofTokens "rewards", ofTokens "values", mask, token, 0.99, 0.9)
        ),
        mask,
        text,
        token
    )
    "value", TokenLoss.MeanOverAll(PolicyGradientLoss.Value(logps, old, ofTokens "rewards"), mask, text, token)
    "rloo",
    PolicyGradientLoss
        .Reinforce(
            TokenLoss.Sum(logps, mask, token),
            grouped (fun rows -> PolicyGradientLoss.LeaveOneOut(rows, sample))
        )
        .Mean
        text
    "grpo",
    TokenLoss.Mean(grpoTokens (fun rows -> PolicyGradientLoss.Standardized(rows, sample)), mask, token).Mean text
    "dapo",
    TokenLoss.MeanOverAll(grpoTokens (fun rows -> PolicyGradientLoss.Standardized(rows, sample)), mask, text, token)
    "grpo unbiased",
    (TokenLoss.Sum(grpoTokens (fun rows -> PolicyGradientLoss.Centred(rows, sample)), mask, token) / 6.0).Mean text
]

let private parity =
    testList "as NumPy says" [
        for name, loss in losses do
            testCase name (fun () ->
                let case =
                    fixture.Value.GetProperty("cases").EnumerateArray()
                    |> Seq.find (fun c -> c.GetProperty("name").GetString() = name)

                let gradients = [ for p in case.GetProperty("gradients").EnumerateObject() -> p.Name, flat p.Value ]

                let external (name: string) = if name = "logps" then logps else ofPairs name
                use compiled = CompiledLoss.Of(name, loss, gradients |> List.map (fst >> external))

                for part in [ "pairs"; "tokens" ] do
                    for input in fixture.Value.GetProperty(part).EnumerateObject() do
                        if compiled.Takes input.Name then
                            compiled.Set(input.Name, flat input.Value)

                let value = compiled.Evaluate()
                Expect.isLessThan (abs (value - case.GetProperty("value").GetDouble())) 1e-12 "value"

                for input, expected in gradients do
                    // differences of step 1e-6 in float64: an error of some 1e-9
                    Expect.isLessThan (farthest (compiled.Gradient(input).ToArray()) expected) 1e-8 $"by {input}")

        testCase "what a paper holds fixed has no derivative" (fun () ->
            let values, kl, preference = ofTokens "values", Signal.External("kl", [||]), ofPairs "preference"

            for name, inputs in
                [
                    "ppo", [ values; ofTokens "rewards" ]
                    "kto", [ kl ]
                    "nash-md", [ preference; ofPairs "referenceChosen" ]
                    "grpo", [ Signal.External("scores", text) ]
                ] do
                let _, loss = losses |> List.find (fst >> (=) name)
                use compiled = CompiledLoss.Of(name, loss, inputs)

                for part in [ "pairs"; "tokens" ] do
                    for input in fixture.Value.GetProperty(part).EnumerateObject() do
                        if compiled.Takes input.Name then
                            compiled.Set(input.Name, flat input.Value)

                compiled.Evaluate() |> ignore

                for input in inputs do
                    let input = (input.Op :?> Op.Signal).Name
                    let gradient = compiled.Gradient(input).ToArray()
                    Expect.isTrue (gradient |> Array.forall ((=) 0.0)) $"{name} by {input}: %A{gradient}")

        testCase "every loss is there" (fun () ->
            let named = [
                for c in fixture.Value.GetProperty("cases").EnumerateArray() -> c.GetProperty("name").GetString()
            ]

            Expect.equal
                (List.sort named)
                (losses |> List.map (fun (name, _) -> Some name |> Option.toObj) |> List.sort)
                "names")
    ]

let private refusals =
    testList "refused" [
        for sentence, action in
            [
                "Dpo: expected beta above 0, got 0.", (fun () -> PreferenceLoss.Dpo(labelled, 0.0))
                "Dpo: expected a smoothing of labels from 0 to below 0.5, got 0.5.",
                (fun () -> PreferenceLoss.Dpo(labelled, 1.0, 0.5))
                "Ipo: expected tau above 0, got -1.", (fun () -> PreferenceLoss.Ipo(labelled, -1.0))
                "Inpo: expected tau from 0 to eta = 0.5, got 1.",
                (fun () -> PreferenceGameLoss.Inpo(labelled, chosen, rejected, 0.5, 1.0))
                "LeaveOneOut: expected at least 2 samples a prompt, got 1.",
                (fun () -> PolicyGradientLoss.LeaveOneOut(chosen, Axis.Of("sample", 1)))
            ] do
            testCase sentence (fun () -> Expect.equal (argumentFault action) sentence "sentence")

        testCase "a loss with axes left, and numbers that are none" (fun () ->
            Expect.equal
                (argumentFault (fun () -> CompiledLoss.Of("dpo", PreferenceLoss.Dpo(labelled, 0.3), [ chosen ])))
                "dpo, loss: expected one number, got one for each of [pair=5]; take a mean or a sum."
                "axes"

            use compiled = CompiledLoss.Of("dpo", PreferenceLoss.Dpo(labelled, 0.3).Mean pair, [ chosen ])

            Expect.throwsC
                (fun () -> compiled.Set("chosen", System.ReadOnlySpan [| 1.0; nan; 0.0; 0.0; 0.0 |]))
                (fun e -> Expect.equal e.Message "dpo, chosen: expected finite numbers, got NaN at 1." "NaN")

            Expect.equal
                (argumentFault (fun () -> compiled.Set("chose", System.ReadOnlySpan [| 1.0 |])))
                "dpo: there is no input 'chose'. Did you mean 'chosen'?"
                "a misspelt input")
    ]

[<Tests>]
let tests = testList "losses" [ parity; refusals ]
