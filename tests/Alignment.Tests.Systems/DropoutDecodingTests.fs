/// Dropout decoding: identities, schedules, the vote against enumeration, and what masking does to planted errors, by regime.
module Alignment.Tests.DropoutDecodingTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures

let private tokens = Axis.Of("tokens", 5)
let private words = Axis.Of("words", 7)

let private random (seed: int) =
    let stream = RandomStream(20260701UL, $"tokens %d{seed}")
    // a small shape: some words have next to no mass, and one of them none
    Array.init 5 (fun i ->
        let raw = Array.init 7 (fun w -> if w = i then 0.0 else stream.Gamma(0.3, int64 i, int64 w))
        raw |> Array.map (fun x -> x / Array.sum raw))

let private place (axis: Axis) (k: int) = Expr.Indicator(axis, k)

/// An expression's numbers over one axis, batch axes apart.
let private along (axis: Axis) over (x: Expr) =
    let spec = Seq.fold (fun (g: GameSpec) (axis: Axis) -> g.Over axis) (Game.Named "numbers") over

    let found =
        Measurements.Of(
            Seq.fold
                (fun (g: GameSpec) k -> g.Probe(Probe.Expression($"numbers/%d{k}", (x * place axis k).Sum axis)))
                spec
                (seq { 0 .. axis.Size - 1 })
        )

    fun element -> [ for k in 0 .. axis.Size - 1 -> found.At($"numbers/%d{k}", element) ]

let private scalar (x: Expr) =
    Measurements.Of(Game.Named("number").Probe(Probe.Expression("number/x", x))).At "number/x"

/// A plain writing of the vote: words that each mask proposes, how many tokens each hides.
let private voted (proposals: int list) (hidden: int list) =
    List.zip proposals hidden
    |> List.groupBy fst
    |> List.sortBy (fun (word, votes) -> -votes.Length, votes |> List.map snd |> List.min, word)
    |> List.head
    |> fst

// ---- The toy ---------------------------------------------------------------------------------------------------------

let private count = 1_000

type private Variant = { Hallucination: float[]; Recall: float; Repetition: float }

/// What descriptions of many images come to, by variant; all see the same images and the same draws.
let private described (vision: SlotVision) (variants: (string * (SlotImages -> Expr)) list) =
    let images = vision.Draw(count, 1UL)

    let spec =
        variants
        |> List.fold
            (fun (g: GameSpec) (name, said) ->
                let said = said images

                g
                    .Probe(Probe.Expression($"hallucination/%s{name}", images.Hallucination said))
                    .Probe(Probe.Expression($"recall/%s{name}", images.Recall said))
                    .Probe(Probe.Expression($"repetition/%s{name}", images.Repetition said)))
            (Game.Named("toy").Over images.Images)

    let found = Measurements.Of spec

    Map [
        for name, _ in variants ->
            name,
            {
                Hallucination = Seq.toArray (found.All $"hallucination/%s{name}")
                Recall = Seq.average (found.All $"recall/%s{name}")
                Repetition = Seq.average (found.All $"repetition/%s{name}")
            }
    ]

let private plain (images: SlotImages) = DropoutDecoding.Greedy((fun v -> images.Logits v), images.Readings)

let private masked by (schedule: MaskSchedule) protectedTop (images: SlotImages) =
    let draws = schedule.Draws(2UL, images.Tokens, images.Images, images.Slots)

    DropoutDecoding(images.Readings, draws, By = by, Schedule = schedule, ProtectedTop = protectedTop)
        .Decode(fun v -> images.Logits v)

let private variants = [
    "no masks", plain
    "random", masked MaskedBy.Random MaskSchedule.Paper 0
    "aleatoric", masked MaskedBy.Aleatoric MaskSchedule.Paper 0
    "epistemic", masked MaskedBy.Epistemic MaskSchedule.Paper 0
    "random, released code", masked MaskedBy.Random MaskSchedule.ReleasedCode 0
    "epistemic, released code", masked MaskedBy.Epistemic MaskSchedule.ReleasedCode 0
    "epistemic, preliminary pass", masked MaskedBy.Epistemic MaskSchedule.Paper 5
]

let private alone: Lazy<Map<string, Variant>> = lazy (described (SlotVision()) variants)

let private shared: Lazy<Map<string, Variant>> =
    lazy (described (SlotVision(MisreadTokens = 5, MisreadSharpness = 3.0)) variants)

let private told title (found: Map<string, Variant>) =
    printfn $"{title}, {count} images: hallucination, recall, repetition"

    for KeyValue(name, v) in found do
        printfn $"  %-28s{name} %.3f{Array.average v.Hallucination}  %.3f{v.Recall}  %.3f{v.Repetition}"

/// The mean of a difference over the same images, and its standard error.
let private less (found: Map<string, Variant>) a b =
    let differences = Array.map2 (-) found[a].Hallucination found[b].Hallucination
    let mean = Array.average differences
    let deviation = sqrt ((differences |> Array.sumBy (fun x -> (x - mean) ** 2.0)) / float (count - 1))
    mean, deviation / sqrt (float count)

[<Tests>]
let tests =
    testList "dropout decoding" [
        // ---- uncertainty of tokens
        propertyOver
            100
            "epistemic and aleatoric are those of plain loops, and add up to the entropy of the mean"
            (fun (seed: int) ->
                let q = random seed
                let mean = Array.init 7 (fun w -> q |> Array.averageBy (fun row -> row[w]))
                let sum f = Seq.sumBy f (seq { 0..6 })
                let xlogx x = if x > 0.0 then x * log x else 0.0
                let readings = TokenUncertainty.Of(tokens, words, Expr.Table([ tokens; words ], Array.concat q))
                let epistemic, aleatoric = along tokens [] readings.Epistemic 0, along tokens [] readings.Aleatoric 0

                for i in 0..4 do
                    let divergence = sum (fun w -> if q[i][w] > 0.0 then q[i][w] * log (q[i][w] / mean[w]) else 0.0)
                    near 1e-12 divergence epistemic[i] "KL"
                    near 1e-12 (-(sum (fun w -> xlogx (q[i][w])))) aleatoric[i] "H"

                let total = scalar readings.Total
                near 1e-12 total (List.average epistemic + List.average aleatoric) "identity"
                let split = Uncertainty.Of(words, readings.Distributions, Attribution.InOrder tokens)
                near 1e-12 (scalar split.Total) total "the uncertainty of a word"
                near 1e-12 (scalar (split.Part tokens)) (List.average epistemic) "its part by the token"
                near 1e-12 (scalar split.Rest) (List.average aleatoric) "its rest")

        propertyOver 100 "most probable words" (fun (seed: int) ->
            let q = random seed
            let readings = TokenUncertainty.Of(tokens, words, Expr.Table([ tokens; words ], Array.concat q))

            for word in 0..6 do
                for top in [ 1; 3; 5 ] do
                    let has = along tokens [] (readings.HasAmongTop(place words word, top)) 0

                    for i in 0..4 do
                        let better = q[i] |> Array.filter (fun x -> x > q[i][word]) |> Array.length

                        Expect.equal
                            has[i]
                            (if better < top then 1.0 else 0.0)
                            $"word %d{word} of token %d{i}, top %d{top}")

        // ---- schedules
        testCase "chances: a worked example of both schedules" (fun () ->
            let three = Axis.Of("tokens", 3)
            // minmax: 0, 1/3, 1
            let score = Expr.Vector(three, 1.0, 2.0, 4.0)

            let chances (schedule: MaskSchedule) mask score =
                along three [] ((schedule.Chances(score, three) * place schedule.Masks mask).Sum schedule.Masks) 0

            let like expected found = List.iter2 (fun e f -> near 1e-15 e f "chance") expected found
            like [ 0.1; 0.2; 0.4 ] (chances MaskSchedule.Paper 0 score)
            like [ 0.1; 0.1 + 0.7 / 3.0; 0.8 ] (chances MaskSchedule.Paper 2 score)
            like [ 0.1; 0.1 + 0.2 / 3.0; 0.3 ] (chances MaskSchedule.ReleasedCode 0 score)
            like [ 0.1; 0.3; 0.7 ] (chances MaskSchedule.ReleasedCode 2 score)
            like [ 0.1; 0.1; 0.1 ] (chances MaskSchedule.Paper 2 (Expr.Vector(three, 2.0, 2.0, 2.0)))

            Expect.equal
                (DropoutDecoding(
                    TokenUncertainty.Of(tokens, words, Expr.Constant(1.0 / 7.0).Expand(tokens, words)),
                    Expr.Constant 0.5
                )
                    .Schedule)
                MaskSchedule.Paper
                "the default"

            Expect.equal (string MaskSchedule.ReleasedCode) "interpolated(0.1; 0.3, 0.5, 0.7; cumulative)" "text")

        testCase "masks hide as often as they say; cumulative ones hide what those before them hide" (fun () ->
            let three, draws = Axis.Of("tokens", 3), Axis.Of("draws", 4_000)
            let score = Expr.Vector(three, 1.0, 2.0, 4.0)

            let rates (schedule: MaskSchedule) =
                let hidden = schedule.Hidden(schedule.Chances(score, three), schedule.Draws(5UL, three, draws))
                // of each draw: token of mask k, over both at once
                let of' mask token =
                    ((hidden * place schedule.Masks mask).Sum schedule.Masks * place three token).Sum three

                let keys = [
                    for mask in 0..2 do
                        for token in 0..2 -> mask, token
                ]

                let found =
                    keys
                    |> List.fold
                        (fun (g: GameSpec) (m, t) -> g.Probe(Probe.Expression($"hidden/%d{m}/%d{t}", of' m t)))
                        (Game.Named("masks").Over draws)
                    |> Measurements.Of

                fun m t -> Seq.toArray (found.All $"hidden/%d{m}/%d{t}")

            let check what chance (found: float[]) =
                near (3.9 * sqrt (chance * (1.0 - chance) / 4000.0)) chance (Array.average found) what

            let paper = rates MaskSchedule.Paper
            check "paper, last token of mask 3" 0.8 (paper 2 2)
            check "paper, first token of mask 2" 0.1 (paper 1 0)
            check "masks are independent" (0.4 * 0.8) (Array.map2 (*) (paper 0 2) (paper 2 2))
            check "fresh draws a token" (0.4 * 0.1) (Array.map2 (*) (paper 0 2) (paper 0 0))
            let code = rates MaskSchedule.ReleasedCode
            check "code, last token of mask 1" 0.3 (code 0 2)
            check "code, last token of mask 3" (1.0 - 0.7 * 0.5 * 0.3) (code 2 2)

            for t in 0..2 do
                for m in 0..1 do
                    Expect.isTrue (Array.forall2 (<=) (code m t) (code (m + 1) t)) $"token %d{t}, mask %d{m}")

        // ---- the vote
        testCase "the vote: majority, ties to the fewest hidden, then the first word" (fun () ->
            // each token says its own word, the later the louder: what is proposed is the last visible token's word
            let three, said = Axis.Of("tokens", 3), Axis.Of("words", 4)
            let readings = TokenUncertainty.Of(three, said, Expr.Constant(0.25).Expand(three, said))
            let evidence = Expr.Table([ three; said ], 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 4.0)
            let logits (visible: Expr) = visible.Dot(evidence, three) + 0.5 * place said 0

            let vote (hidden: float list list) =
                let masks = Axis.Of("masks", hidden.Length)

                let word =
                    DropoutDecoding.Vote(
                        Expr.Table([ masks; three ], hidden |> List.concat |> Array.ofList),
                        logits,
                        readings,
                        masks
                    )

                along said [] word 0 |> List.findIndex ((=) 1.0)

            Expect.equal (vote [ [ 0.0; 0.0; 1.0 ]; [ 1.0; 0.0; 1.0 ]; [ 0.0; 0.0; 0.0 ] ]) 2 "two of three"

            Expect.equal
                (vote [ [ 1.0; 0.0; 1.0 ]; [ 0.0; 1.0; 1.0 ]; [ 0.0; 0.0; 0.0 ] ])
                3
                "all differ: nothing hidden wins"

            Expect.equal
                (vote [ [ 0.0; 1.0; 1.0 ]; [ 1.0; 0.0; 1.0 ]; [ 1.0; 1.0; 1.0 ] ])
                1
                "as many hidden: the first word"

            Expect.equal
                (vote [ [ 1.0; 1.0; 1.0 ]; [ 1.0; 1.0; 1.0 ]; [ 0.0; 0.0; 0.0 ] ])
                0
                "votes come before tokens")

        testCase
            "all patterns of masks enumerated: the vote by plain loops, and draws that hit each as often as they should"
            (fun () ->
                // one region of 4 tokens, one of them misread and loud
                let vision =
                    SlotVision(Regions = 1, TokensEach = 4, Words = 4, Misread = 1.0, Quietest = 2.0, Loudest = 2.0)

                let images = vision.Draw(1, 3UL)
                let one = Axis.Of("one", 1)
                let ofOne (x: Expr) = x.Gather(images.Images, one, [| 0 |]).Sum one
                let readings = TokenUncertainty.Of(images.Tokens, images.Words, ofOne images.Readings.Distributions)
                let logits (visible: Expr) = ofOne(images.Logits visible).Sum images.Slots
                let schedule = MaskSchedule.Paper
                let patterns = Axis.Of("patterns", 4096)
                let isHidden n mask token = (n >>> (4 * mask + token)) &&& 1

                let hidden =
                    Expr.Table(
                        [ patterns; schedule.Masks; images.Tokens ],
                        [|
                            for n in 0..4095 do
                                for m in 0..2 do
                                    for t in 0..3 -> float (isHidden n m t)
                        |]
                    )

                let vote =
                    along images.Words [ patterns ] (DropoutDecoding.Vote(hidden, logits, readings, schedule.Masks))

                let wordOf n = vote n |> List.findIndex ((=) 1.0)

                // what a single mask proposes, pattern by pattern
                let single = Axis.Of("single", 16)

                let seen =
                    Expr.Table(
                        [ single; images.Tokens ],
                        [|
                            for n in 0..15 do
                                for t in 0..3 -> 1.0 - float ((n >>> t) &&& 1)
                        |]
                    )

                let proposed = along images.Words [ single ] ((logits seen).OneHotMax images.Words)
                let proposal = [| for n in 0..15 -> proposed n |> List.findIndex ((=) 1.0) |]
                let size n = Numerics.BitOperations.PopCount(uint n)

                for n in 0..4095 do
                    let parts = [ n &&& 15; (n >>> 4) &&& 15; (n >>> 8) &&& 15 ]

                    Expect.equal
                        (wordOf n)
                        (voted (parts |> List.map (fun p -> proposal[p])) (parts |> List.map size))
                        $"pattern %d{n}"

                let chances = [|
                    for m in 0..2 ->
                        along
                            images.Tokens
                            []
                            ((schedule.Chances(readings.Epistemic, images.Tokens) * place schedule.Masks m).Sum
                                schedule.Masks)
                            0
                |]

                let exact = Array.zeroCreate<float> 4

                for n in 0..4095 do
                    let weight =
                        Seq.allPairs [ 0..2 ] [ 0..3 ]
                        |> Seq.fold
                            (fun p (m, t) -> p * (if isHidden n m t = 1 then chances[m][t] else 1.0 - chances[m][t]))
                            1.0

                    exact[wordOf n] <- exact[wordOf n] + weight

                near 1e-12 1.0 (Array.sum exact) "all patterns"
                let draws = Axis.Of("draws", 4_000)
                let decoding = DropoutDecoding(readings, schedule.Draws(7UL, images.Tokens, draws))
                let sampled = along images.Words [ draws ] (decoding.Decode logits)
                let all = [ for n in 0..3999 -> sampled n ]

                for w in 0..3 do
                    let rate = all |> List.averageBy (fun word -> word[w])
                    near (3.9 * sqrt (exact[w] * (1.0 - exact[w]) / 4000.0) + 1e-12) exact[w] rate $"word %d{w}")

        testCase "all masks and all images in one program are the single ones, bit for bit" (fun () ->
            let vision, schedule = SlotVision(Words = 9, TokensEach = 3), MaskSchedule.Paper
            let few = vision.Draw(6, 11UL)

            let logitsOf (images: SlotImages) (hidden: Expr) (masks: Axis) =
                let logits = images.Logits(1.0 - hidden)

                [
                    for m in 0 .. masks.Size - 1 do
                        for s in 0..3 do
                            for w in 0..8 do
                                (m, s, w),
                                (((logits * place masks m).Sum masks * place images.Slots s).Sum images.Slots
                                 * place images.Words w)
                                    .Sum
                                    images.Words
                ]

            let measured (images: SlotImages) numbers =
                let found =
                    numbers
                    |> List.fold
                        (fun (g: GameSpec) (k, x) ->
                            g.Probe(
                                Probe.Expression(
                                    $"logit/%A{k}"
                                        .Replace(" ", "")
                                        .Replace("(", "")
                                        .Replace(")", "")
                                        .Replace(",", "-"),
                                    x
                                )
                            ))
                        (Game.Named("logits").Over images.Images)
                    |> Measurements.Of

                [ for key in found.Keys -> Seq.toArray (found.All key) ]

            let hiddenOf (images: SlotImages) =
                let draws = schedule.Draws(12UL, images.Tokens, images.Images, images.Slots)
                DropoutDecoding(images.Readings, draws).Hidden(fun v -> images.Logits v)

            let together = measured few (logitsOf few (hiddenOf few) schedule.Masks)
            let one = Axis.Of("mask", 1)

            for m in 0..2 do
                let alone = measured few (logitsOf few ((hiddenOf few).Gather(schedule.Masks, one, [| m |])) one)

                for a, b in List.zip (together |> List.skip (36 * m) |> List.take 36) alone do
                    Expect.equal (bits a) (bits b) $"mask %d{m} alone"

            // image 0 alone
            let first = vision.Draw(1, 11UL)

            for a, b in List.zip together (measured first (logitsOf first (hiddenOf first) schedule.Masks)) do
                Expect.equal (bitsOf a[0]) (bitsOf b[0]) "the first image alone")

        // ---- what masking does, by regime
        testCase
            "an error that stands alone: epistemic masking finds it, comparators do not, the preliminary pass keeps it"
            (fun () ->
                let found = alone.Force()
                told "one token of 8 misread" found
                let mean name = Array.average found[name].Hallucination

                let below a b margin =
                    let difference, error = less found a b
                    Expect.isLessThan error 0.008 "standard error"
                    Expect.isLessThan difference (-margin - 4.0 * error) $"{a} below {b}: {difference} +- {error}"

                Expect.isTrue
                    (mean "no masks" > 0.35 && mean "no masks" < 0.42)
                    "the planted rate: 0.5 misread, of which about 3 in 4 are loud enough"

                below "epistemic" "no masks" 0.15
                below "epistemic" "random" 0.15
                below "random" "aleatoric" 0.03
                below "epistemic, released code" "random, released code" 0.1
                // random masking of as many tokens does next to nothing
                let difference, error = less found "random" "no masks"
                near (0.01 + 4.0 * error) 0.0 difference "random"

                Expect.equal
                    found["epistemic, preliminary pass"].Hallucination
                    found["no masks"].Hallucination
                    "the gain vanishes: what is said protects the token that said it"

                Expect.isGreaterThan found["epistemic"].Recall (found["no masks"].Recall + 0.15) "recall"
                Expect.isLessThan found["epistemic"].Repetition 0.01 "repetition")

        testCase "an error that most of its region agrees on: no better than hiding as many tokens at random" (fun () ->
            let found = shared.Force()
            told "five tokens of 8 misread, no more sharply than others" found

            for schedule in [ ""; ", released code" ] do
                let difference, error = less found $"epistemic{schedule}" $"random{schedule}"

                Expect.isGreaterThan
                    difference
                    (-4.0 * error)
                    $"epistemic is not below random: {difference} +- {error}"

            // alone the same masking gains more than 0.2
            let gain, error = less found "no masks" "epistemic"
            Expect.isLessThan gain (0.02 + 4.0 * error) $"next to nothing is gained: {gain} +- {error}")

        testCase "the mechanism: misread tokens are the ones that are hidden" (fun () ->
            let images = SlotVision(Misread = 1.0).Draw(500, 1UL)
            let isMisread = Expr.Vector(images.Tokens, Array.init 32 (fun i -> if i % 8 = 0 then 1.0 else 0.0))
            let rate (chances: Expr) (which: Expr) = (chances * which).Sum images.Tokens / which.Sum images.Tokens

            let of' by =
                let decoding = DropoutDecoding(images.Readings, Expr.Constant 0.5, By = by)
                let chances = decoding.Chances.Expand(images.Tokens).Mean decoding.Schedule.Masks

                let spec =
                    Game
                        .Named("chances")
                        .Over(images.Images)
                        .Probe(Probe.Expression("chance/misread", rate chances isMisread))
                        .Probe(Probe.Expression("chance/read", rate chances (1.0 - isMisread)))

                let found = Measurements.Of spec
                Seq.average (found.All "chance/misread"), Seq.average (found.All "chance/read")

            let misread, read = of' MaskedBy.Epistemic
            Expect.isGreaterThan misread 0.5 $"epistemic: {misread}, {read}"
            Expect.isLessThan read 0.25 "others stay"
            let sure, unsure = of' MaskedBy.Aleatoric
            Expect.isLessThan sure 0.15 $"aleatoric: a loud misreading is sure of itself: {sure}, {unsure}"
            Expect.isGreaterThan unsure 0.35 "and what is read rightly is hidden instead"
            let a, b = of' MaskedBy.Random
            near 1e-12 a b "random: all alike"
            near 1e-12 ((misread + 7.0 * read) / 8.0) a "as many tokens as epistemic masking hides")

        testCase
            "the mechanism turned round: of a region that is mostly misread the right tokens are hidden more"
            (fun () ->
                let images = SlotVision(Misread = 1.0, MisreadTokens = 5, MisreadSharpness = 3.0).Draw(500, 1UL)
                let decoding = DropoutDecoding(images.Readings, Expr.Constant 0.5)
                let chances = decoding.Chances.Mean decoding.Schedule.Masks

                let rate name isIn count =
                    let which = Expr.Vector(images.Tokens, Array.init 32 (fun i -> if isIn (i % 8) then 1.0 else 0.0))

                    Game
                        .Named("chances")
                        .Over(images.Images)
                        .Probe(Probe.Expression($"chance/%s{name}", (chances * which).Sum images.Tokens / float count))
                    |> Measurements.Of
                    |> fun found -> Seq.average (found.All $"chance/%s{name}")

                let misread, right = rate "misread" (fun k -> k < 5) 20, rate "right" (fun k -> k >= 5) 12
                Expect.isGreaterThan right (misread + 0.05) $"right {right}, misread {misread}")

        testCase "heavy random masking hallucinates less, and says less" (fun () ->
            let heavy = MaskSchedule.Of(0.85, [ 0.05; 0.1; 0.14 ])
            let found = described (SlotVision()) [ "no masks", plain; "heavy", masked MaskedBy.Random heavy 0 ]
            told "hiding 9 tokens of 10 at random" found
            let difference, error = less found "heavy" "no masks"
            Expect.isLessThan difference (-0.05 - 4.0 * error) "fewer hallucinations"
            Expect.isLessThan found["heavy"].Recall (found["no masks"].Recall - 0.1) "fewer things named"
            Expect.isGreaterThan found["heavy"].Repetition 0.2 "the word that says nothing, again and again")

        testCase "the table and the picture of the page" (fun () ->
            let page = IO.File.ReadAllText(IO.Path.Combine(root, "docs", "dropout-decoding.md"))

            let mean (results: Lazy<Map<string, Variant>>) name =
                let found = results.Force() in Array.average found[name].Hallucination

            for name, _ in variants do
                Expect.stringContains
                    page
                    $"| {name} | %.3f{mean alone name} | %.3f{mean shared name} |"
                    "the page's row"

            let bars name (found: Lazy<Map<string, Variant>>) =
                PlotBars(name, [| for variant, _ in variants -> Array.average found.Value[variant].Hallucination |])

            Plot.Bars(
                "Share of slots that name what is not in the image",
                $"hallucination, {count} images",
                [| for name, _ in variants -> name |],
                false,
                bars "1 of 8 misread" alone,
                bars "5 of 8 misread" shared
            )
            |> Pictures.isDrawnIn "dropout-decoding.svg")

        // ---- refusals
        for name, make, expected in
            [
                "distributions without words",
                (fun () -> TokenUncertainty.Of(tokens, words, Expr.Vector(tokens, 1.0, 2.0, 3.0, 4.0, 5.0)) |> ignore),
                "Uncertainty of tokens: expected distributions over [tokens=5, words=7], got [tokens=5]; 'words' is missing."
                "no levels",
                (fun () -> MaskSchedule.Of(0.1, []) |> ignore),
                "Masks: expected at least one level, got none."
                "a floor above 1",
                (fun () -> MaskSchedule.Of(1.5, [ 0.1 ]) |> ignore),
                "Masks: expected a floor from 0 to 1, got 1.5."
                "chances above 1",
                (fun () -> MaskSchedule.Of(0.25, [ 0.5; 0.8 ]) |> ignore),
                "Masks: expected levels from 0 to 0.75, so that chances with the floor 0.25 stay from 0 to 1, got 0.8."
                "an interpolated level below the floor",
                (fun () -> MaskSchedule.Of(0.2, [ 0.1 ], MaskRule.Interpolated) |> ignore),
                "Masks: expected levels from 0.2 to 1, so that chances with the floor 0.2 stay from 0 to 1, got 0.1."
                "a score over something else",
                (fun () -> MaskSchedule.Paper.Chances(Expr.Constant 1.0, tokens) |> ignore),
                "Masks: expected a score over [tokens=5], got []."
                "few words",
                (fun () -> SlotVision(Words = 8).Draw(1, 0UL) |> ignore),
                "Slot vision: expected more than 8 words for 4 regions, got 8."
                "no chance",
                (fun () -> SlotVision(Misread = nan).Draw(1, 0UL) |> ignore),
                "Slot vision: expected a chance from 0 to 1."
            ] do
            testCase $"refused: %s{name}" (fun () -> Expect.equal (argumentFault make) expected "the message")
    ]
