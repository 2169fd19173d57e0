// Information flow: a small attention network in which an answer takes two hops, subject to bridge and bridge to last. Every edge is cut once, all cuts in
// one program; where the share of right answers falls, the answer flows.
#load "alignment.fsx"

open Alignment

let text = Axis.labelled "position" [ "subject"; "other"; "bridge"; "last" ]
let room = Axis.labelled "room" [ "entity"; "bridge"; "answer" ] // of a position's state
let feature, subject, other = Axis.sized "feature" 4, Axis.sized "subject" 4, Axis.sized "other" 4
let cuts = EdgeKnockout.All(text, layers = 2)
let at, into = Expr.indicator text, Expr.indicator room

/// A layer whose position `query` looks up in a table what it attends to: mostly `key`, a little all that stands before it.
let layer number (key, query) (read: string, write) facts (state: Expr) =
    let keys = text.Prime()
    let scores = AttentionMask.Causal(text, keys) + 6.0 * at query * (at key).On(text, keys)
    let found = state.At(room, read).On(text, keys).SegmentSum(feature, feature, facts)
    state + into write * at query * cuts.Attention(scores, number, text, keys).Dot(found, keys)

let first, second = [| 2; 0; 3; 1 |], [| 1; 3; 0; 2 |]

let state =
    into "entity"
    * (at "subject" * Expr.lookup subject feature [] + at "other" * Expr.lookup other feature [])
    |> layer 1 ("subject", "bridge") ("entity", "bridge") first
    |> layer 2 ("bridge", "last") ("bridge", "answer") second

let answer = 12.0 * state.At(room, "answer").At(text, "last") |> Expr.softmax feature
let truth = Expr.lookup subject feature [ for s in first -> second[s] ]
let right = (answer * truth).Sum(feature).Mean(subject, other)

// what the bridge's state, read by its largest feature, tells of the right answer
let heard = feature.Named "heard"

let code =
    state.At(room, "bridge").At(text, "bridge").Expand(subject, other).OneHotMax(feature).On(feature, heard)

let told = MutualInformation.Of((code * truth).Mean(subject, other), heard, feature)

let hops = game "two hops" {
    over cuts.Cuts
    probe (Probe.Expression("answer/right", right))
    probe (Probe.Expression("flow/bridge", told))
}

printf $"{Measurements.Of(hops).Table()}"
