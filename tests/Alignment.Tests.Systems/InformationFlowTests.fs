/// Information flow: cuts of attention and mutual information on a network whose two hops are planted.
module Alignment.Tests.InformationFlowTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- The network ---------------------------------------------------------------------------------------------------

// a subject stands in the text, and another entity; what the subject stands for (its bridge) is looked up in the first layer, the answer for the
// bridge in the second; every position attends a little to everything before it
let private entities = 4
let private subject = Axis.sized "subject" entities
let private other = Axis.sized "other" entities
let private feature = Axis.sized "feature" entities
let private answer = Axis.sized "answer" entities
let private text = Axis.labelled "position" [ "subject"; "other"; "bridge"; "last" ]
let private keys = text.Prime()
let private cuts = EdgeKnockout.All(text, 2)

let private permutation (rows: Axis) (columns: Axis) (map: int list) =
    Expr.matrix rows columns [ for k in map -> [ for c in 0 .. entities - 1 -> if c = k then 1.0 else 0.0 ] ]

let private firstHop, secondHop = [ 2; 0; 3; 1 ], [ 1; 3; 0; 2 ]

/// Attention to what stands before, and much of it to where a hop is planted.
let private scores (from: string) (into: string) =
    let at label = Seq.findIndex ((=) label) [ for k in 0 .. text.Size - 1 -> text.Label k ]

    Expr.matrix text keys [
        for query in 0 .. text.Size - 1 ->
            [
                for key in 0 .. text.Size - 1 ->
                    if key > query then -1e9
                    elif query = at into && key = at from then 6.0
                    else 0.0
            ]
    ]

let private embedded =
    let one = Expr.table [ text ] [ 1.0; 0.0; 0.0; 0.0 ], Expr.table [ text ] [ 0.0; 1.0; 0.0; 0.0 ]
    fst one * permutation subject feature [ 0..3 ] + snd one * permutation other feature [ 0..3 ]

let private layer (cuts: EdgeKnockout) number from into hop (state: Expr) =
    let attention = cuts.Attention(scores from into, number, text, keys)
    let next = feature.Named "next"
    let moved = (state.On(text, keys).Dot(permutation feature next hop, feature)).On(next, feature)
    state + attention.Dot(moved, keys)

/// What stands at the positions before the first layer and after each.
let private statesOf (cuts: EdgeKnockout) =
    let first = layer cuts 1 "subject" "bridge" firstHop embedded
    [ embedded.Expand cuts.Cuts; first; layer cuts 2 "bridge" "last" secondHop first ]

let private states = statesOf cuts

let private at label (state: Expr) =
    let k = Seq.findIndex ((=) label) [ for k in 0 .. text.Size - 1 -> text.Label k ]
    state.Dot(Expr.vector text [ for p in 0 .. text.Size - 1 -> if p = k then 1.0 else 0.0 ], text)

/// p(answer | subject, other), with each cut.
let private answersOf cuts =
    ((at "last" (List.last (statesOf cuts)) * Expr.constant 12.0).On(feature, answer)).Softmax answer

let private answers = answersOf cuts

let private right =
    let truth = permutation subject answer [ for s in 0..3 -> secondHop[firstHop[s]] ]
    (answers * truth).Sum(answer).Mean(subject, other)

/// What a state, read by its largest feature, tells of the model's answer.
let private told label (state: Expr) =
    let code = (at label state).Expand(cuts.Cuts, subject, other, feature).OneHotMax feature
    let joint = (code * answers).Mean(subject, other)
    MutualInformation.Of(joint, feature, answer)

let private edges = [ for k in 0 .. cuts.Cuts.Size - 1 -> cuts.Cuts.Label k ]
let private hops = [ "subject to bridge, layer 1"; "bridge to last, layer 2" ]

let private twoHops =
    testList "a planted network" [
        test "it answers, and only the two hop edges matter" {
            let right = Array.zip (Array.ofList edges) (numbers right)
            let whole = snd right[0]
            Expect.isGreaterThan whole 0.99 "right without a cut"

            for edge, share in Array.tail right do
                if List.contains edge hops then
                    Expect.isLessThan share 0.5 $"%s{edge} carries the answer"
                else
                    Expect.isLessThan (abs (whole - share)) 0.01 $"%s{edge} carries nothing"

            Expect.hasLength (right |> Array.filter (fun (_, share) -> share < 0.5)) 2 "both hops"
        }

        test "mutual information moves from the subject to the bridge to the last token" {
            let of' label layer = (numbers (told label states[layer]))[0]
            let most = log (float entities)

            for layer in 0..2 do
                near 0.02 most (of' "subject" layer) $"the subject always tells, layer {layer}"
                near 0.02 0.0 (of' "other" layer) $"the other never does, layer {layer}"

            near 0.02 0.0 (of' "bridge" 0) "the bridge is empty"
            near 0.02 most (of' "bridge" 1) "and is looked up in the first layer"
            near 0.02 0.0 (of' "last" 0) "the last token is empty"
            Expect.isLessThan (of' "last" 1) (0.6 * most) "and does not know in the first layer"
            near 0.02 most (of' "last" 2) "but in the second"
        }

        test "a cut hop takes it away behind the cut and nowhere before" {
            let cut = List.findIndex ((=) hops[0]) edges
            let of' label layer = (numbers (told label states[layer]))[cut]
            // the bridge now holds what it attends to else
            let entropy = numbers (MutualInformation.Of(permutation feature answer [ 0..3 ] * Expr.constant 0.25, feature, answer))
            near 1e-12 (log 4.0) entropy[0] "log 4, of a permutation"
            let whole = (numbers (told "bridge" states[1]))[0]
            Expect.isGreaterThan whole 1.3 "before the cut"
            let right = numbers right
            Expect.isLessThan right[cut] 0.5 "the answer is lost"
            Expect.isLessThan (of' "subject" 0) (0.7 * log 4.0) "the subject tells less of what is answered now"
        }

        test "all cuts at once are the cuts one by one, bit for bit" {
            let one = Axis.sized "one" 1
            let cut k (knockout: EdgeKnockout) = bits (numbers ((answersOf knockout).Slice(knockout.Cuts, k, one)))

            for k, edge in Seq.indexed cuts.Edges do
                let alone = EdgeKnockout.Each edge
                Expect.isTrue (cut 0 alone = cut 0 cuts) "no cut"
                Expect.isTrue (cut 1 alone = cut (k + 1) cuts) edge.Name
                Expect.isFalse (cut 1 alone = cut 0 alone) $"%s{edge.Name}: a cut changes something"
        }
    ]

let private parts =
    testList "parts" [
        test "the keys that are left share what a cut key had; a query without keys attends to nothing" {
            let two = Axis.labelled "q" [ "a"; "b" ]
            let knockout = EdgeKnockout.Each(AttentionEdge.Of(1, "a", "b"), AttentionEdge.Of("all to b", 1, [ "a"; "b" ], [ "b" ]))
            let scores = Expr.matrix two (two.Prime()) [ [ 0.0; -1e9 ]; [ log 3.0; 0.0 ] ]
            let found = numbers (knockout.Attention(scores, 1, two, two.Prime()))

            for e, a in
                Array.zip
                    [| 1.0; 0.0; 0.75; 0.25; (* a to b *) 1.0; 0.0; 0.0; 1.0; (* all to b *) 1.0; 0.0; 0.0; 0.0 |]
                    found do
                near 1e-15 e a "attention"

            Expect.equal (numbers (knockout.Keep(2, two, two.Prime())) |> Array.distinct) [| 1.0 |] "other layers are whole"
        }

        test "mutual information of independent things is 0, of equal ones their entropy" {
            let x, y = Axis.sized "x" 2, Axis.sized "y" 3
            let independent = Expr.matrix x y [ [ 0.1; 0.2; 0.1 ]; [ 0.15; 0.3; 0.15 ] ]
            near 1e-15 0.0 (Array.head (numbers (MutualInformation.Of(independent, x, y)))) "independent"
            let z = Axis.sized "z" 2
            let equal = Expr.matrix x z [ [ 0.25; 0.0 ]; [ 0.0; 0.75 ] ]
            let entropy = -(0.25 * log 0.25 + 0.75 * log 0.75)
            near 1e-15 entropy (Array.head (numbers (MutualInformation.Of(equal, x, z)))) "equal"
        }

        test "refusals" {
            Expect.equal (argumentFault (fun () -> EdgeKnockout.Each())) "Knockout: expected at least one edge, got none." "none"

            Expect.equal
                (argumentFault (fun () -> AttentionEdge.Of(0, "a", "b")))
                "Edge 'a to b, layer 0': expected a layer of at least 1 and positions on both sides, got layer 0, 1 and 1 positions."
                "layer"

            let knockout = EdgeKnockout.Each(AttentionEdge.Of(1, "subjct", "last"))

            Expect.equal
                (argumentFault (fun () -> knockout.Keep(1, text, keys)))
                "Edge 'subjct to last, layer 1': 'position'' has no position 'subjct'. Did you mean 'subject'?"
                "a position"
        }
    ]

[<Tests>]
let tests = testList "information flow" [ twoHops; parts ]
