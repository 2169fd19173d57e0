/// Proxy against gold: estimates of the KL, ensembles, best of n exactly, curves with known figures, and the test that tells that gold has fallen.
module Alignment.Tests.OverOptimizationTests

open System
open Expecto
open FsCheck.FSharp
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

let private one value = Array.head (numbers value)

// ---- Estimates of the KL -------------------------------------------------------------------------------------------

let private responses = Axis.sized "response" 4
let private theta = Expr.vector responses [ 0.3; -1.2; 0.8; 0.1 ]
let private policy = theta.Softmax responses
let private reference = Expr.vector responses [ 0.1; 0.2; 0.3; 0.4 ]
let private logPolicy = theta - theta.LogSumExp responses
let private logReference = reference.Log()
let private mean estimate = KlEstimator.OnPolicy(estimate, policy, responses)
let private forwards = KlEstimator.Exact(policy, reference, responses)
let private backwards = KlEstimator.Exact(reference, policy, responses)

let private k1, k2, k3 =
    KlEstimator.K1(logPolicy, logReference),
    KlEstimator.K2(logPolicy, logReference),
    KlEstimator.K3(logPolicy, logReference)

let private same tolerance (expected: Expr) (actual: Expr) what =
    for e, a in Array.zip (numbers expected) (numbers actual) do
        near tolerance e a what

let private estimators =
    testList "estimates of the KL" [
        test "k1 and k3 have the KL as their mean, k2 the half of the mean square" {
            // by hand: sum p (log p - log q)
            let p, q = numbers policy, numbers reference
            let kl = Array.map2 (fun p q -> p * log (p / q)) p q |> Array.sum
            near 1e-15 kl (one forwards) "exact"
            near 1e-15 kl (one (mean k1)) "k1"
            near 1e-15 kl (one (mean k3)) "k3"
            let square = Array.map2 (fun p q -> p * log (p / q) ** 2.0 / 2.0) p q |> Array.sum
            near 1e-15 square (one (mean k2)) "k2"
            Expect.isGreaterThan (abs (square - kl)) 0.005 "k2 is biased here"
            Expect.isTrue (numbers k3 |> Array.forall (fun k -> k >= 0.0)) "k3 is never below 0"
        }

        test "with the draws held fixed k1 has no gradient, k2 that of KL(pi || ref), k3 that of KL(ref || pi)" {
            let zero = Expr.vector responses [ 0.0; 0.0; 0.0; 0.0 ]
            same 1e-15 zero ((mean k1).Grad theta) "k1"
            same 1e-15 (forwards.Grad theta) ((mean k2).Grad theta) "k2"
            same 1e-15 (backwards.Grad theta) ((mean k3).Grad theta) "k3"
            let apart = Array.map2 (-) (numbers (forwards.Grad theta)) (numbers (backwards.Grad theta))
            Expect.isGreaterThan (apart |> Array.map abs |> Array.max) 0.05 "two different gradients"
        }

        test "k1 inside of the reward gives the gradient of KL(pi || ref)" {
            // the policy gradient: E stop(k1) grad log pi
            let surrogate = mean (k1.StopGradient() * logPolicy)
            same 1e-15 (forwards.Grad theta) (surrogate.Grad theta) "reinforce"
        }

        test "a token's weight is the sum of log-ratios from it on" {
            // texts of two tokens from {0, 1}: the second is drawn given the first
            let first, second = Axis.sized "first" 2, Axis.sized "second" 2
            let a, b = Expr.vector first [ 0.2; -0.4 ], Expr.matrix first second [ [ 0.5; -0.1 ]; [ -0.7; 0.3 ] ]
            let logA, logB = a - a.LogSumExp first, b - b.LogSumExp second
            let refA = Expr.vector first [ log 0.3; log 0.7 ]
            let refB = Expr.matrix first second [ [ log 0.6; log 0.4 ]; [ log 0.1; log 0.9 ] ]
            let joint = (logA + logB).Exp()
            let kl = (joint * (logA + logB - refA - refB)).Sum(first, second)
            let tokens = Axis.sized "token" 2
            let along = Axis.sized "part" 1

            let k1 =
                let part (x: Expr) = x.Expand along
                Expr.Concat(tokens, struct (part (logA - refA + 0.0 * logB), along), struct (part (logB - refB), along))

            let weight = KlEstimator.ToGo(k1, tokens)
            let at (t: int) (x: Expr) = x.Slice(tokens, t, along).Sum along

            let surrogate =
                joint.StopGradient() * ((at 0 weight).StopGradient() * logA + (at 1 weight).StopGradient() * logB)

            let surrogate = surrogate.Sum(first, second)
            same 1e-15 (kl.Grad a) (surrogate.Grad a) "first token"
            same 1e-15 (kl.Grad b) (surrogate.Grad b) "second token"
            // with k1 of the token alone, what the first token makes of the second is lost
            let alone = joint.StopGradient() * ((at 0 k1).StopGradient() * logA + (at 1 k1).StopGradient() * logB)
            let lost = Array.map2 (-) (numbers (kl.Grad a)) (numbers ((alone.Sum(first, second)).Grad a))
            Expect.isGreaterThan (lost |> Array.map abs |> Array.max) 0.01 "another gradient"
        }

        test "a response without mass counts nothing, and derivatives stay finite" {
            let p = Expr.vector responses [ 0.5; 0.5; 0.0; 0.0 ]
            let q = Expr.vector responses [ 0.25; 0.25; 0.5; 0.0 ]
            let kl = KlEstimator.Exact(p, q, responses)
            near 1e-15 (log 2.0) (one kl) "log 2"
            Expect.isTrue (numbers (kl.Grad p) |> Array.forall Double.IsFinite) "finite"
        }
    ]

// ---- Ensembles -----------------------------------------------------------------------------------------------------

let private ensembles =
    let members = Axis.sized "member" 3

    let rewards =
        Expr.matrix members responses [ [ 1.0; 2.0; 0.0; 5.0 ]; [ 1.0; 4.0; 0.0; 5.5 ]; [ 1.0; 3.0; 3.0; 6.0 ] ]

    testList "reward ensembles" [
        test "mean, least, and mean less variance with either ddof" {
            let is expected value what =
                for e, a in List.zip expected (List.ofArray (numbers value)) do
                    near 1e-14 e a what

            is [ 1.0; 3.0; 1.0; 5.5 ] (RewardEnsemble.Mean(rewards, members)) "mean"
            is [ 1.0; 2.0; 0.0; 5.0 ] (RewardEnsemble.Least(rewards, members)) "least"
            // squares about the mean: 0, 2, 6, 0.5
            is [ 0.0; 1.0; 3.0; 0.25 ] (RewardEnsemble.Variance(rewards, members)) "ddof 1"
            is [ 0.0; 2.0 / 3.0; 2.0; 0.5 / 3.0 ] (RewardEnsemble.Variance(rewards, members, 0)) "ddof 0"
            is [ 1.0; 2.5; -0.5; 5.375 ] (RewardEnsemble.LessVariance(rewards, members, 0.5)) "less variance"
            is [ 0.0; 1.0; sqrt 3.0; 0.5 ] (RewardEnsemble.Deviation(rewards, members)) "deviation"
        }

        test "an error that all members share is in every one of the three" {
            let shared = Expr.vector responses [ 0.0; 7.0; 0.0; 0.0 ]

            for combine in
                [
                    fun r -> RewardEnsemble.Mean(r, members)
                    fun r -> RewardEnsemble.Least(r, members)
                    fun r -> RewardEnsemble.LessVariance(r, members, 2.0)
                ] do
                same 1e-13 (combine rewards + shared) (combine (rewards + shared)) "moved by the error"
        }

        test "an error of one member fools the mean, and neither the least nor the mean less variance" {
            // 4 members; the third is wrong about the third response by 8: mean 2.5 against 2, variance 16
            let members = Axis.sized "member" 4

            let rewards =
                Expr.matrix members responses [ for wrong in [ 0.0; 0.0; 8.0; 0.0 ] -> [ 1.0; 2.0; 0.5 + wrong; 1.5 ] ]

            let best (combined: Expr) =
                let r = numbers combined
                Array.findIndex ((=) (Array.max r)) r

            Expect.equal (best (RewardEnsemble.Mean(rewards, members))) 2 "the mean takes the error"
            Expect.equal (best (RewardEnsemble.Least(rewards, members))) 1 "the least does not"
            Expect.equal (best (RewardEnsemble.LessVariance(rewards, members, 0.1))) 1 "nor the mean less variance"
        }

        test "refusals" {
            let refused message action = Expect.equal (argumentFault action) message "the message"

            refused
                "Reward ensemble: a variance with ddof = 3 needs ddof of at least 0 and more than ddof members, got 3 along [member=3]."
                (fun () -> RewardEnsemble.Variance(rewards, members, 3) |> ignore)

            refused "Reward ensemble: expected a weight of the variance of at least 0, got -1." (fun () ->
                RewardEnsemble.LessVariance(rewards, members, -1.0) |> ignore)
        }
    ]

// ---- Best of n -----------------------------------------------------------------------------------------------------

let private law =
    testList "best of n by sorting" [
        propertyOver
            200
            "is the law that comparing each with each gives, ties and masses of 0 too"
            (Prop.forAll
                (gen {
                    let! size = Gen.choose (1, 7)
                    let! scores = Gen.arrayOfLength size (Gen.map float (Gen.choose (-2, 2))) // many ties
                    let! masses = Gen.arrayOfLength size (Gen.map float (Gen.choose (0, 5)))
                    let! extra = Gen.choose (0, size - 1)
                    let masses = masses |> Array.mapi (fun k m -> if k = extra then m + 1.0 else m)
                    let! n = Gen.elements [ 1.0; 2.0; 3.5; 8.0; 100.0 ]
                    return scores, masses, n
                 }
                 |> Arb.fromGen)
                (fun (scores, masses, n) ->
                    let responses = Axis.sized "response" scores.Length
                    let expression = Expr.vector responses masses, Expr.vector responses scores
                    let expected = numbers (BestOf.Policy(fst expression, snd expression, responses, Expr.constant n))
                    let law = BestOfLaw.Of(scores, masses)
                    let found = law.Policy n
                    let kl = (one (BestOf.Divergence(fst expression, snd expression, responses, Expr.constant n)))

                    Array.forall2 (fun e a -> abs (e - a) < 1e-12) expected found
                    |> Prop.label $"policy %A{found}, wanted %A{expected}"
                    .&. (abs (law.Divergence n - kl) < 1e-11 |> Prop.label $"KL {law.Divergence n:R}, wanted {kl:R}")
                    .&. (kl <= log n - (n - 1.0) / n + 1e-12 |> Prop.label $"bound {kl:R}")))

        test "the mean over all sets of n draws is what the sample's estimate is" {
            let scores, values = [| 0.3; 1.1; 1.1; -0.5; 2.0 |], [| 5.0; 1.0; 2.0; 3.0; 4.0 |]

            let rec sets n from =
                if n = 0 then
                    [ [] ]
                else
                    [
                        for k in from..4 do
                            for rest in sets (n - 1) (k + 1) -> k :: rest
                    ]

            for n in 1..5 do
                let best (set: int list) =
                    let top = set |> List.map (fun k -> scores[k]) |> List.max
                    set |> List.filter (fun k -> scores[k] = top) |> List.averageBy (fun k -> values[k])

                let expected = sets n 0 |> List.averageBy best
                near 1e-14 expected (BestOfSample.Mean(scores, values, n)) $"n = %d{n}"
        }

        test "refusals" {
            let refused message action = Expect.equal (argumentFault action) message "the message"

            refused
                "Best of n: expected at least one response, and a score and a mass for each, got 2 scores and 1 masses."
                (fun () -> BestOfLaw.Of([ 1.0; 2.0 ], [ 1.0 ]) |> ignore)

            refused "Best of n: expected finite scores, got NaN for response 1." (fun () ->
                BestOfLaw.Of [ 1.0; nan ] |> ignore)

            refused "Best of n: expected n of at least 1, got 0.5." (fun () ->
                (BestOfLaw.Of [ 1.0; 2.0 ]).Policy 0.5 |> ignore)

            refused
                "Best of n: expected as many values as scores and n from 1 to their number, got 2 scores, 2 values and n = 3."
                (fun () -> BestOfSample.Mean([ 1.0; 2.0 ], [ 1.0; 2.0 ], 3) |> ignore)
        }
    ]

// ---- Curves --------------------------------------------------------------------------------------------------------

let private goldAt (curve: OverOptimizationCurve) n = (curve.Points |> Seq.find (fun point -> point.Place = n)).Gold

let private curves =
    testList "curves" [
        test "heavy tails: gold rises to n = 9 and falls back to the base policy's mean, never below" {
            let numbers = [ 1.0; 4.0; 8.0; 9.0; 10.0; 16.0; 64.0; 1024.0; 65536.0 ]
            let curve = OverOptimizationCurve.BestOf(ProxyModel.StudentT(1.5).Responses 800, numbers)
            // the figures of an independent quadrature
            for n, gold in [ 4.0, 0.504; 9.0, 0.586; 16.0, 0.538; 64.0, 0.273; 1024.0, 0.043 ] do
                near 6e-4 gold (goldAt curve n) $"n = %g{n}"

            Expect.equal curve.Peak.Place 9.0 "the peak"
            Expect.isGreaterThan (goldAt curve 65536.0) 0.0 "never below"

            for point in curve.Points do
                // no response has much mass, so the bound is met
                near 1e-6 (log point.Place - (point.Place - 1.0) / point.Place) point.Divergence "KL"

            let proxies = curve.Points |> Seq.map _.Proxy |> List.ofSeq
            Expect.equal (List.sort proxies) proxies "the proxy rises all along"
        }

        test "a normal error never makes gold fall" {
            let numbers = [ for k in 0..16 -> 2.0 ** float k ]

            for scale in [ 0.5; 1.0; 3.0 ] do
                let curve = OverOptimizationCurve.BestOf(ProxyModel.Normal(scale).Responses(), numbers)
                let gold = curve.Points |> Seq.map _.Gold |> List.ofSeq
                Expect.equal (List.sort gold) gold $"rises, scale %g{scale}"
                // E g of the best of 2 is the mean of the larger of two normals, 1 / sqrt pi, by the share that is gold
                near 1e-4 (1.0 / sqrt Math.PI / sqrt (1.0 + scale * scale)) (goldAt curve 2.0) "n = 2"
        }

        test "with a normal error gold rises while its correlation is above -1 / scale, and falls below that" {
            let numbers = [ 1.0; 4.0; 64.0; 1024.0 ]

            let gold correlation =
                (OverOptimizationCurve.BestOf(ProxyModel.Normal(2.0, correlation).Responses 400, numbers)).Points
                |> Seq.map _.Gold
                |> List.ofSeq

            Expect.equal (List.sort (gold -0.45)) (gold -0.45) "rises"
            Expect.equal (List.sortDescending (gold -0.55)) (gold -0.55) "falls"
        }

        test "errors that stand where gold is low end below the base policy" {
            let numbers = [ 1.0; 2.0; 4.0; 16.0; 64.0; 256.0; 1024.0; 16384.0 ]
            let model = ProxyModel.StudentT(1.5, correlation = -0.5)
            let curve = OverOptimizationCurve.BestOf(model.Responses(), numbers)
            Expect.isGreaterThan curve.Peak.Gold 0.05 "at first it helps"
            Expect.isLessThan (goldAt curve 1024.0) -1.0 "then it harms"
            Expect.isLessThan (goldAt curve 16384.0) (goldAt curve 1024.0) "more and more"
            // at n = 16384 the best has the largest w of n normals, about 3.9 and rho of it
            near 0.15 (-0.5 * 3.95) (goldAt curve 16384.0) "rho E[largest w]"
        }

        test "tilting by a normal proxy moves along its line: gold = proxy's share" {
            // pi ~ exp(p / beta) of a normal p with variance v has mean v / beta, KL v / (2 beta^2), and gold 1 / beta
            let responses = ProxyModel.Normal(1.0).Responses 600
            let curve = OverOptimizationCurve.Tilted(responses, [ 2.0; 1.0 ])

            for point in curve.Points do
                near 1e-6 (2.0 / point.Place) point.Proxy "proxy"
                near 1e-6 (1.0 / point.Place) point.Gold "gold"
                near 1e-6 (1.0 / (point.Place * point.Place)) point.Divergence "KL"
        }

        test "refusals" {
            let refused message action = Expect.equal (argumentFault action) message "the message"

            for freedom in [ 0.0; 0.1; 1e7; nan ] do
                refused $"Proxy model: expected degrees of freedom from 0.2 to 1000000, got {freedom:R}." (fun () ->
                    ProxyModel.StudentT freedom |> ignore)

            // at the ends of the range everything is finite
            for freedom in [ 0.2; 1e6 ] do
                let responses = (ProxyModel.StudentT freedom).Responses 20
                Expect.all responses.Proxy Double.IsFinite $"{freedom}"

            refused "Proxy model: expected a scale above 0, got -1." (fun () -> ProxyModel.Normal -1.0 |> ignore)

            refused "Proxy model: expected a correlation between -1 and 1, got 1." (fun () ->
                ProxyModel.Normal(1.0, 1.0) |> ignore)

            refused "Proxy model: expected from 20 to 2000 points, got 5." (fun () ->
                ProxyModel.Normal().Responses 5 |> ignore)
        }
    ]

let private drawing = test "the picture of the documents" {
    let numbers = [ for k in 0..40 -> 2.0 ** (float k / 4.0) ]

    let curve name (model: ProxyModel) =
        let points = (OverOptimizationCurve.BestOf(model.Responses(), numbers)).Points
        PlotCurve(name, [| for p in points -> sqrt p.Divergence |], [| for p in points -> p.Gold |])

    Plot.Curves(
        "Gold reward of best of n, n from 1 to 1,024",
        PlotAxis "square root of KL from the base policy, nats",
        PlotAxis "gold reward, standard deviations",
        curve "normal error" (ProxyModel.Normal()),
        curve "Student's t(1.5) error" (ProxyModel.StudentT 1.5),
        curve "the same, correlation -0.5 with gold" (ProxyModel.StudentT(1.5, correlation = -0.5))
    )
    |> Pictures.isDrawnIn "over-optimization.svg"
}

// ---- The onset -----------------------------------------------------------------------------------------------------

/// Whether an alarm is given within some pairs of labels from two coins; the chance of heads may change on the way.
let private alarm (name: string) run pairs (earlier: float) (present: int -> float) =
    let stream = RandomStream(20260301UL, name)
    let detector = OnsetDetector()
    let coin chance at = if stream.Uniform(int64 run, int64 at) < chance then 1.0 else 0.0
    let mutable pair = 0

    while pair < pairs && not (detector.Observe(coin earlier (2 * pair), coin (present pair) (2 * pair + 1))) do
        pair <- pair + 1

    detector.Alarm |> Option.ofNullable

let private onset =
    testList "the onset" [
        test "the first pairs, by hand" {
            let detector = OnsetDetector(0.5)
            // a fall of 1: wealth 1/2 times the mean of 1 + s, s = 1/2 .. 1/32, and 1/2 that has not started
            let mean = List.averageBy (fun k -> 1.0 + 1.0 / 2.0 ** k) [ 1.0 .. 5.0 ]
            Expect.isFalse (detector.Observe(1.0, 0.0)) "no alarm yet"
            near 1e-15 (0.5 * mean + 0.5) detector.Evidence "one fall"
            // a rise takes it away again: (W + 1/6) (1 - s), and 1/3 that has not started
            Expect.isFalse (detector.Observe(0.0, 1.0)) "no alarm"

            let second =
                List.averageBy
                    (fun k ->
                        let s = 1.0 / 2.0 ** k
                        (0.5 * (1.0 + s) + 1.0 / 6.0) * (1.0 - s))
                    [ 1.0 .. 5.0 ]

            near 1e-15 (second + 1.0 / 3.0) detector.Evidence "one fall and one rise"
        }

        test "the probability of a false alarm is at most alpha, with a look after every pair" {
            // the hardest case for it: no difference at all; 2,000 runs of 1,000 pairs
            let alarms =
                Seq.init 2000 (fun run -> alarm "null" run 1000 0.5 (fun _ -> 0.5)) |> Seq.sumBy (Option.count)

            // at most 5 %; a binomial of 2,000 lies above 122 once in 100
            Expect.isLessThanOrEqual alarms 122 "false alarms"
            Expect.isGreaterThan alarms 2 "it is a test that can be wrong"
        }

        test "a fall is found, early or late" {
            let found present =
                Seq.init 200 (fun run -> alarm "fall" run 1000 0.7 present) |> Seq.choose id |> List.ofSeq

            let early = found (fun _ -> 0.4)
            Expect.hasLength early 200 "all of them, 0.7 to 0.4 at once"
            Expect.isLessThan (List.average (List.map float early)) 100.0 "within 100 pairs on average"
            let late = found (fun pair -> if pair < 300 then 0.7 else 0.4)
            Expect.isTrue (late.Length >= 198) $"after 300 pairs too: %d{late.Length} of 200"
            let delays = late |> List.filter (fun pair -> pair > 300L) |> List.map (fun pair -> float pair - 300.0)
            Expect.isLessThan (List.average delays) 200.0 "within 200 pairs of it"
        }

        test "a guard finds the fall behind the peak with few labels, and says where to go back to" {
            // best of n with a heavy-tailed error that stands where gold is low; labels are gold in [-3, 3], cut off
            let model = ProxyModel.StudentT(1.5, correlation = -0.5)
            let responses = model.Responses 100
            let law = BestOfLaw.Of(responses.Proxy, responses.Mass)
            let draws = [| 1.0; 2.0; 4.0; 8.0; 16.0; 64.0; 256.0; 1024.0 |]

            let sums = draws |> Array.map (fun n -> law.Policy n |> Array.scan (+) 0.0 |> Array.tail)

            let stream = RandomStream(7UL, "guard")

            let label checkpoint draw =
                let at = Array.BinarySearch(sums[checkpoint], stream.Uniform(0L, draw))
                max -3.0 (min 3.0 responses.Gold[min (if at < 0 then ~~~at else at) (responses.Gold.Count - 1)])

            let guard = OverOptimizationGuard(Low = -3.0, High = 3.0, Budget = 2000, Pairs = 80)
            let report = guard.Watch(draws.Length, label)
            let gold = draws |> Array.map (fun n -> law.Expected(responses.Gold, n))
            Expect.isTrue report.Onset.HasValue "found"
            let onset = report.Onset.Value
            Expect.isLessThan gold[onset] (Array.max gold[.. onset - 1]) "gold has fallen there"
            Expect.isLessThan report.Labels 1200L "labels"
            Expect.stringContains report.Sentence $"Gold has fallen by checkpoint %d{onset}" "the sentence"
            // the same seed, the same report
            Expect.equal (guard.Watch(draws.Length, label)) report "repeatable"

            // with a normal error there is nothing to find
            let normal = ProxyModel.Normal(1.0).Responses 100
            let law = BestOfLaw.Of(normal.Proxy, normal.Mass)
            let sums = draws |> Array.map (fun n -> law.Policy n |> Array.scan (+) 0.0 |> Array.tail)

            let label checkpoint draw =
                let at = Array.BinarySearch(sums[checkpoint], stream.Uniform(1L, draw))
                max -3.0 (min 3.0 normal.Gold[min (if at < 0 then ~~~at else at) (normal.Gold.Count - 1)])

            let report = guard.Watch(draws.Length, label)
            Expect.isFalse report.Onset.HasValue "no alarm"
            Expect.stringStarts report.Sentence "No fall of gold is shown by 1120 labels" "and says no more"
        }

        test "a budget ends the watch" {
            let guard = OverOptimizationGuard(Budget = 11, Pairs = 3)
            let report = guard.Watch(5, (fun _ _ -> 0.5))
            Expect.equal (report.Labels, report.IsSpent, report.Onset.HasValue) (10L, true, false) "10 of 11"

            Expect.equal
                report.Sentence
                "No fall of gold is shown by 10 labels, all there were, up to checkpoint 2; a small one may have gone unseen."
                "the sentence"
        }

        test "refusals" {
            let refused message action = Expect.equal (argumentFault action) message "the message"

            refused "Onset detector: expected a probability of a false alarm between 0 and 1, got 1." (fun () ->
                OnsetDetector 1.0 |> ignore)

            refused "Onset detector: expected a label from 0 to 1, got 1.5." (fun () ->
                OnsetDetector().Observe(0.0, 1.5) |> ignore)

            refused
                "Over-optimization guard: expected at least 1 checkpoint, 2 labels and 1 pair, got 0, 2000 and 50."
                (fun () -> OverOptimizationGuard().Watch(0, (fun _ _ -> 0.0)) |> ignore)
        }
    ]

// ---- Reward hacking ------------------------------------------------------------------------------------------------

/// The mass of the last token under the policy that maximizes E proxy - beta KL(pi || reference).
let private hacked (proxy: Expr, beta: float, reference: Expr) =
    let tokens = proxy.Axes[0]
    Array.last (numbers ((proxy / Expr.constant beta + reference.Log()).Softmax tokens))

let private hacking =
    testList "reward hacking" [
        test "a rare token with a bonus keeps its mass below m iff the bonus is below a closed form" {
            // ref 1e-3 for the exploit, the rest plain with reward 0 (so F = 0); m = 0.1
            let beta = 0.25
            let tokens = Axis.labelled "token" [ "plain"; "other"; "exploit" ]
            let reference = Expr.vector tokens [ 0.6; 0.399; 0.001 ]
            let threshold = beta * log (0.1 * (1.0 - 1e-3) / ((1.0 - 0.1) * 1e-3))
            near 0.01 4.71 (threshold / beta) "4.71 beta"

            let mass bonus =
                let proxy = Expr.vector tokens [ 0.0; 0.0; bonus ]
                (hacked (proxy, beta, reference))

            near 1e-12 0.1 (mass threshold) "at the bound"
            Expect.isLessThan (mass (threshold - 1e-6)) 0.1 "below"
            Expect.isGreaterThan (mass (threshold + 1e-6)) 0.1 "above"
        }

        test "and with rewards of the others by F = beta log E[exp(r / beta)] over them" {
            let beta = 0.5
            let tokens = Axis.labelled "token" [ "plain"; "good"; "exploit" ]
            let free = beta * log (0.75 * exp (0.2 / beta) + 0.25 * exp (1.0 / beta))
            let threshold = free + beta * log (0.05 * (1.0 - 0.01) / ((1.0 - 0.05) * 0.01))
            let reference = Expr.vector tokens [ 0.7425; 0.2475; 0.01 ]
            let proxy = Expr.vector tokens [ 0.2; 1.0; threshold ]
            near 1e-12 0.05 (hacked (proxy, beta, reference)) "the mass"
        }
    ]

// ---- The probe -----------------------------------------------------------------------------------------------------

let private probed =
    let policy = Player.labelled "policy" [ "plain"; "exploit" ]
    let each (values: float list) = Expr.vector policy.Actions values
    let members = Axis.sized "member" 2
    let rewards = Expr.matrix members policy.Actions [ [ 0.0; 1.0 ]; [ 0.0; 3.0 ] ]

    let probe =
        Probe.OverOptimization(policy, each [ 0.75; 0.25 ], each [ 0.0; 2.0 ], each [ 0.0; -1.0 ], rewards, members)

    testList "the probe" [
        test "proxy, gold, KL and spread at a profile, by hand" {
            let spec = Game.Named("probed").Player(policy).Payoff(policy, each [ 0.0; 2.0 ]).Probe(probe)
            let half = ValueList.ToValueList [ ValueList.ToValueList [ 0.5; 0.5 ] ]
            let found = (GameSolver.Evaluate(BoundGame.Bind spec, half) |> Seq.head).Metrics
            near 1e-15 1.0 found["overopt/proxy"] "proxy"
            near 1e-15 -0.5 found["overopt/gold"] "gold"
            near 1e-15 (0.5 * log (0.5 / 0.75) + 0.5 * log (0.5 / 0.25)) found["overopt/kl"] "KL"
            // deviations 0 and sqrt 2
            near 1e-15 (0.5 * sqrt 2.0) found["overopt/ensemble_std"] "spread"
        }

        test "in a game of smooth payoffs it measures what it measures in tables" {
            let spec =
                Game
                    .Named("probed")
                    .Player(policy)
                    .Payoff(policy, each [ 0.0; 2.0 ])
                    .Regularize(policy, Regularizer.Kl(each [ 0.75; 0.25 ], Expr.constant 1.0))
                    .SubjectTo(Constraint.AtMost("share", policy, each [ 0.0; 1.0 ], 0.4))
                    .Probe(probe)

            let until = Stop.StationarityBelow 1e-10 ||| Stop.AfterSteps 50_000L
            let solution = GameSolver.Solve(spec, Solver.Find "gradient(rate=0.2)", SolveOptions(Until = until))
            let found = solution.Games[0].Metrics
            // the constraint binds: a share of 0.4
            near 1e-8 0.8 found["overopt/proxy"] "proxy"
            near 1e-8 -0.4 found["overopt/gold"] "gold"
            near 1e-8 (0.6 * log (0.6 / 0.75) + 0.4 * log (0.4 / 0.25)) found["overopt/kl"] "KL"
            near 1e-8 (0.4 * sqrt 2.0) found["overopt/ensemble_std"] "spread"
        }

        test "refusals" {
            let other = Player.labelled "polcy" [ "plain"; "exploit" ]
            let spec = Game.Named("probed").Player(other).Payoff(other, Expr.vector other.Actions [ 0.0; 2.0 ])

            Expect.stringContains
                (refusal (fun () -> BoundGame.Bind(spec.Probe probe)))
                "probe over_optimization: the game has no player 'policy'. Did you mean 'polcy'?"
                "another player"

            let spec = Game.Named("probed").Player(policy).Payoff(policy, each [ 0.0; 2.0 ])

            Expect.stringContains
                (refusal (fun () -> BoundGame.Bind(spec.Probe(probe).Probe probe)))
                "only one probe may measure over-optimization: two would have the same keys"
                "twice"

            let alone = Axis.sized "member" 1

            Expect.equal
                (argumentFault (fun () ->
                    let zeros = each [ 0.0; 0.0 ]
                    Probe.OverOptimization(policy, zeros, zeros, zeros, zeros.Expand alone, alone)))
                "Probe of over-optimization: expected an ensemble of at least two members, got 1."
                "an ensemble of one"
        }
    ]

[<Tests>]
let tests =
    testList "over-optimization" [ estimators; ensembles; law; curves; drawing; onset; hacking; probed ]
