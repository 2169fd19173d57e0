/// Steps of AdamW against the same written a second time with loops, and learning rates step by step.
module Alignment.Tests.Language.OptimizerTests

open System
open Expecto
open TorchSharp
open Alignment
open Alignment.Torch
open Alignment.Tests.Language.ModelFixtures

/// AdamW with clipping, number by number: parameters with whether they shrink, and the gradients of each step.
let private reference (options: TrainingOptions) rate (parameters: (float[] * bool) list) (steps: float[] list list) =
    let values = [ for p, _ in parameters -> Array.copy p ]

    let means, squares =
        [ for p in values -> Array.zeroCreate p.Length ], [ for p in values -> Array.zeroCreate p.Length ]

    let norms = [
        for number, gradients in List.indexed steps do
            let norm = sqrt (List.sum [ for g in gradients -> Array.sumBy (fun x -> x * x) g ])

            let scale =
                if norm > options.MaxGradientNorm then
                    options.MaxGradientNorm / (norm + 1e-6)
                else
                    1.0

            let t = float (number + 1)

            for k in 0 .. values.Length - 1 do
                for i in 0 .. values[k].Length - 1 do
                    let g = scale * gradients[k][i]
                    means[k][i] <- options.Beta1 * means[k][i] + (1.0 - options.Beta1) * g
                    squares[k][i] <- options.Beta2 * squares[k][i] + (1.0 - options.Beta2) * g * g
                    let mean = means[k][i] / (1.0 - options.Beta1 ** t)
                    let square = squares[k][i] / (1.0 - options.Beta2 ** t)

                    if snd parameters[k] then
                        values[k][i] <- values[k][i] * (1.0 - rate * options.WeightDecay)

                    values[k][i] <- values[k][i] - rate * mean / (sqrt square + options.Epsilon)

            norm
    ]

    values, norms

[<Tests>]
let tests =
    testList "steps of a training" [
        testCase "AdamW: matrices shrink, vectors do not, and long gradients are clipped together" (fun () ->
            TorchNative.EnsureLoaded()

            for most, decay in [ 1.0, 0.0; 1.0, 0.1; 3.0, 0.1; infinity, 0.1 ] do
                let options = TrainingOptions(MaxGradientNorm = most, WeightDecay = decay, Beta2 = 0.95)
                let matrix, vector = [| 0.5; -1.0; 2.0; 0.1; 0.0; -0.3 |], [| 1.0; -2.0; 0.25 |]

                // norms of 0.7, 2.5 and 13
                let steps = [
                    for size in [ 0.5; 2.0; 10.0 ] ->
                        [
                            [| 0.3; -0.5; 0.1; 0.9; -0.2; 0.4 |] |> Array.map ((*) size)
                            [| 0.6; -0.1; 0.2 |] |> Array.map ((*) size)
                        ]
                ]

                let expected, norms = reference options 0.1 [ matrix, true; vector, false ] steps
                use _ = torch.NewDisposeScope()
                let shaped (shape: int64[]) (values: float[]) = torch.tensor(values).view(shape)
                let parameters = [ [| 2L; 3L |], matrix; [| 3L |], vector ]
                let tensors = [ for shape, values in parameters -> (shaped shape values).requires_grad_ true ]
                use adam = new AdamW([| for k, t in List.indexed tensors -> struct ($"{k}", t) |], options)

                for number, gradients in List.indexed steps do
                    for tensor, gradient in List.zip tensors gradients do
                        tensor.grad <- shaped tensor.shape gradient

                    use _ = torch.no_grad ()
                    Expect.floatClose Accuracy.veryHigh (adam.Clip()) norms[number] "the norm before clipping"
                    adam.Step(0.1, int64 number + 1L)
                    adam.Clear()

                for tensor, values in List.zip tensors expected do
                    Expect.isLessThan
                        (farthest (tensor.detach().data<float>().ToArray()) values)
                        1e-12
                        $"{most}, {decay}")

        testCase "learning rates: up to 1 in the warm-up, then as the schedule says" (fun () ->
            let shares schedule warmup =
                let options = TrainingOptions(Steps = 8L, Schedule = schedule, WarmupSteps = warmup)
                [ for step in 0L .. 7L -> options.RateAt step ]

            let near message (expected: float list) actual =
                Expect.isLessThan (farthest expected actual) 1e-15 $"%s{message}: %A{actual}"

            near "constant" (List.replicate 8 1.0) (shares RateSchedule.Constant 0L)
            near "linear" [ 1.0; 0.875; 0.75; 0.625; 0.5; 0.375; 0.25; 0.125 ] (shares RateSchedule.Linear 0L)

            near
                "linear behind a warm-up of 4"
                [ 0.25; 0.5; 0.75; 1.0; 1.0; 0.75; 0.5; 0.25 ]
                (shares RateSchedule.Linear 4L)

            let half = sqrt 0.5

            near
                "half a cosine behind a warm-up of 4"
                [ 0.25; 0.5; 0.75; 1.0; 1.0; (1.0 + half) / 2.0; 0.5; (1.0 - half) / 2.0 ]
                (shares RateSchedule.Cosine 4L)

            near
                "constant behind a warm-up of 2"
                [ 0.5; 1.0; 1.0; 1.0; 1.0; 1.0; 1.0; 1.0 ]
                (shares RateSchedule.Constant 2L))
    ]
