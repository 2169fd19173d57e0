// Over-optimization: best of n by a proxy reward that misses the gold one by a normal, a heavy-tailed, and a heavy-tailed error that stands where gold is low.
// A guard with a budget of gold labels tells when gold has fallen.
#load "alignment.fsx"

open Alignment

let draws = [| for k in 0..10 -> 2.0 ** float k |]

let worlds = [ ProxyModel.Normal(); ProxyModel.StudentT 1.5; ProxyModel.StudentT(1.5, correlation = -0.5) ]

/// Gold labels of best-of-n, cut off at 3 standard deviations: what people who label can say.
let labels (responses: ProxyResponses) =
    let law = BestOfLaw.Of(responses.Proxy, responses.Mass)
    let policies = draws |> Array.map (fun n -> law.Policy n |> Array.scan (+) 0.0 |> Array.tail)
    let stream = RandomStream(7UL, "labels")

    fun checkpoint draw ->
        let at = System.Array.BinarySearch(policies[checkpoint], stream.Uniform(0L, draw))
        responses.Gold[min (if at < 0 then ~~~at else at) (responses.Gold.Count - 1)] |> max -3.0 |> min 3.0

let guard = OverOptimizationGuard(Low = -3.0, High = 3.0, Budget = 6000L, Pairs = 300)

for world in worlds do
    let responses = world.Responses()
    let curve = OverOptimizationCurve.BestOf(responses, draws)
    let label = labels responses
    printfn $"%O{world}"

    let row (name: string) (value: OverOptimizationPoint -> float) =
        printfn
            "  %s"
            (name + String.concat "" [ for p in curve.Points -> $"%9.3f{System.Math.Round(value p, 3) + 0.0}" ])

    row "n   " _.Place
    row "KL  " _.Divergence
    row "gold" _.Gold
    printfn $"  gold peaks at n = %g{curve.Peak.Place}. {guard.Watch(draws.Length, label).Sentence}"
