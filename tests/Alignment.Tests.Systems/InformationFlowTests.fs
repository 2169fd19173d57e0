/// Information flow: cuts of attention and mutual information on a network whose two hops are planted.
module Alignment.Tests.InformationFlowTests

open System
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.SolverFixtures

// ---- The network ---------------------------------------------------------------------------------------------------

// a subject stands in the text, and another entity; what the subject stands for (its bridge) is looked up in the first layer, by the position that is called
// so, the answer for the bridge in the second, by the last position; both attend a little to everything before them. A state has room for the three.
let private entities = 4
let private subject = Axis.sized "subject" entities
let private other = Axis.sized "other" entities
let private feature = Axis.sized "feature" entities
let private answer = Axis.sized "answer" entities
let private room = Axis.labelled "room" [ "entity"; "bridge"; "answer" ]
let private text = Axis.labelled "position" [ "subject"; "other"; "bridge"; "last" ]
let private keys = text.Prime()
let private cuts = EdgeKnockout.All(text, 2)

let private firstHop, secondHop = [| 2; 0; 3; 1 |], [| 1; 3; 0; 2 |]

/// Attention to what stands before, and much of it to where a hop is planted.
let private scores (from: string) (into: string) =
    AttentionMask.Causal(text, keys)
    + 6.0 * Expr.indicator text into * (Expr.indicator text from).On(text, keys)

let private embedded =
    Expr.indicator room "entity"
    * (Expr.indicator text "subject" * Expr.lookup subject feature []
       + Expr.indicator text "other" * Expr.lookup other feature [])

let private layer (cuts: EdgeKnockout) number (from, into) (read, write) hop (state: Expr) =
    let attention = cuts.Attention(scores from into, number, text, keys)
    let values = (Expr.at room read state).On(text, keys).SegmentSum(feature, feature, hop)
    state + Expr.indicator room write * Expr.indicator text into * attention.Dot(values, keys)

/// What stands at the positions before the first layer and after each.
let private statesOf (cuts: EdgeKnockout) =
    let first = layer cuts 1 ("subject", "bridge") ("entity", "bridge") firstHop embedded

    [
        embedded.Expand cuts.Cuts
        first
        layer cuts 2 ("bridge", "last") ("bridge", "answer") secondHop first
    ]

let private states = statesOf cuts

/// p(answer | subject, other), with each cut.
let private answersOf cuts =
    ((statesOf cuts |> List.last |> Expr.at room "answer" |> Expr.at text "last") * Expr.constant 12.0)
        .On(feature, answer)
        .Softmax
        answer

let private answers = answersOf cuts

let private right =
    let truth = Expr.lookup subject answer [ for s in 0..3 -> secondHop[firstHop[s]] ]
    (answers * truth).Sum(answer).Mean(subject, other)

/// What a position's state, read by its largest feature, tells of the model's answer.
let private told position place (state: Expr) =
    let code =
        (state |> Expr.at room place |> Expr.at text position).Expand(cuts.Cuts, subject, other, feature).OneHotMax
            feature

    let joint = (code * answers).Mean(subject, other)
    numbers (MutualInformation.Of(joint, feature, answer))

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
            let of' position place layer = Array.head (told position place states[layer])
            let most = log (float entities)

            for layer in 0..2 do
                near 0.05 most (of' "subject" "entity" layer) $"the subject always tells, layer {layer}"
                near 0.05 0.0 (of' "other" "entity" layer) $"the other never does, layer {layer}"

            near 1e-12 0.0 (of' "bridge" "bridge" 0) "the bridge is empty"
            near 0.05 most (of' "bridge" "bridge" 1) "and is looked up in the first layer"
            near 1e-12 0.0 (of' "last" "answer" 0) "the last token is empty"
            near 1e-12 0.0 (of' "last" "answer" 1) "and still is"
            near 0.05 most (of' "last" "answer" 2) "the second layer looks the answer up"
        }

        test "a cut first hop takes it from the bridge and from all that follows" {
            let cut = List.findIndex ((=) hops[0]) edges
            let right = numbers right
            // the bridge attends to the other entity and to itself now: what it holds is about the other
            near 0.01 0.25 right[cut] "the answer is a guess"
            let tells position = told position "entity" states[2] |> Array.item cut
            near 0.05 0.0 (tells "subject") "the subject tells nothing of what is answered"
            Expect.isGreaterThan (tells "other") 1.0 "the other does"
        }

        test "all cuts at once are the cuts one by one, bit for bit" {
            let one = Axis.sized "one" 1
            let cut k (knockout: EdgeKnockout) = bits (numbers ((answersOf knockout).Slice(knockout.Cuts, k, one)))

            for k, edge in Seq.indexed cuts.Edges do
                let alone = EdgeKnockout.Each edge
                Expect.isTrue (cut 0 alone = cut 0 cuts) "no cut"
                Expect.isTrue (cut 1 alone = cut (k + 1) cuts) edge.Name

                if List.contains edge.Name hops then
                    Expect.isFalse (cut 1 alone = cut 0 alone) $"%s{edge.Name}: a cut changes something"
        }
    ]

let private drawing = test "the picture of the documents" {
    let right = numbers right

    let into label = [
        for k, edge in Seq.indexed cuts.Edges do
            if edge.To[0] = label then
                edge.Name, right[k + 1]
    ]

    let rows = ("none cut", right[0]) :: into "bridge" @ into "last" |> Array.ofList

    Plot.Bars(
        "Share of right answers when an edge is cut",
        "share of right answers",
        Array.map fst rows,
        false,
        PlotBars("right", Array.map snd rows)
    )
    |> Pictures.isDrawnIn "information-flow.svg"
}

let private parts =
    testList "parts" [
        test "the keys that are left share what a cut key had; a query without keys attends to nothing" {
            let two = Axis.labelled "q" [ "a"; "b" ]

            let knockout =
                EdgeKnockout.Each(AttentionEdge.Of(1, "a", "b"), AttentionEdge.Of("all to b", 1, [ "a"; "b" ], [ "b" ]))

            let scores = Expr.matrix two (two.Prime()) [ [ 0.0; -1e9 ]; [ log 3.0; 0.0 ] ]
            let found = numbers (knockout.Attention(scores, 1, two, two.Prime()))

            for e, a in
                Array.zip
                    [| 1.0; 0.0; 0.75; 0.25 (* a to b *) ; 1.0; 0.0; 0.0; 1.0 (* all to b *) ; 1.0; 0.0; 0.0; 0.0 |]
                    found do
                near 1e-15 e a "attention"

            Expect.equal
                (numbers (knockout.Keep(2, two, two.Prime())) |> Array.distinct)
                [| 1.0 |]
                "other layers are whole"
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
            Expect.equal
                (argumentFault (fun () -> EdgeKnockout.Each()))
                "Knockout: expected at least one edge, got none."
                "none"

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
let tests = testList "information flow" [ twoHops; drawing; parts ]
