/// Derivatives of a model's log-probabilities against finite differences, and what depends on what.
module Alignment.Tests.Language.GradientCheck

open System
open TorchSharp
open Alignment
open Alignment.Tests.Language.ModelFixtures

/// How many tensors of this thread are alive.
let liveTensors () = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount

/// Moves an adapter's parameters away from where it changes nothing.
let perturb (adapter: Adapter) (seed: uint64) =
    use _ = torch.no_grad ()
    use _ = torch.NewDisposeScope()

    for struct (name, value) in adapter.Parameters do
        let stream = RandomStream(seed, name)
        let noise = Array.init (int (value.numel ())) (fun k -> 0.2 * stream.Normal(0L, int64 k))
        let moved: torch.Tensor = torch.tensor(noise).view(value.shape).``to``(value.dtype)
        value.add_ moved |> ignore

let private sum (model: LanguageModel) (adapter: Adapter | null) (row: int[]) (preferences: float[]) =
    use _ = torch.NewDisposeScope()
    let batch = TokenBatch.Of(model, [| row |])
    let pass = Pass(null, null, null, model.Uses(adapter, 1L, preferences))
    Scoring.LogProbabilities(model.Transformer, batch, pass).sum().MoveToOuterDisposeScope()

/// The largest distance between a derivative and the central difference, over at most 20 numbers of each parameter.
let farthest (model: LanguageModel) (adapter: Adapter | null) (row: int[]) (step: float) (preferences: float[]) =
    use _ = torch.NewDisposeScope()
    let parameters = model.Learn adapter
    (sum model adapter row preferences).backward()
    let mutable far = 0.0

    for struct (name, value) in parameters do
        let gradient = value.grad |> Option.ofObj |> Option.map (fun g -> g.data<float>().ToArray())
        let stream = RandomStream(1UL, name)

        for k in 0L .. min 19L (value.numel () - 1L) do
            let at = stream.Integer(value.numel (), 0L, k)
            use _ = torch.no_grad ()
            use _ = torch.NewDisposeScope()
            let one = value.view(-1L).[at]

            let moved (by: float) =
                let by: torch.Tensor = torch.tensor [| by |]
                one.add_ (by.squeeze ()) |> ignore
                (sum model adapter row preferences).item<float>()

            let above = moved step
            let below = moved (-2.0 * step)
            moved step |> ignore
            let difference = (above - below) / (2.0 * step)
            let derivative = gradient |> Option.map (fun g -> g[int at]) |> Option.defaultValue 0.0
            far <- max far (abs (derivative - difference) / max 1.0 (abs difference))

    model.Rest()
    far

/// The largest derivative of one row's log-probability by an adapter's parameters, where each row passes through its own adapter.
let ofRow (model: LanguageModel) (rows: int[][]) (adapters: (Adapter | null)[]) (row: int) (by: Adapter) =
    use _ = torch.NewDisposeScope()

    let requests =
        Array.map2
            (fun (tokens: int[]) adapter -> GenerationRequest(ValueList.ToValueList tokens, 0L, adapter))
            rows
            adapters

    let parameters = [
        for struct (_, value) in by.Parameters do
            value.grad <- null
            value
    ]

    let batch = TokenBatch.Of(model, rows)
    let pass = Pass(null, null, null, model.Uses requests)
    Scoring.LogProbabilities(model.Transformer, batch, pass).[int64 row].sum().backward()

    parameters
    |> Seq.map (fun value ->
        match value.grad with
        | null -> 0.0
        | gradient -> gradient.abs().max().``to``(torch.float64).item<float>())
    |> Seq.max
