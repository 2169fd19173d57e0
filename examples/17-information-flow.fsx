// Information flow: a small attention network in which an answer takes two hops, subject to bridge and bridge to last. Every edge is cut once, all cuts in
// one program; what the answer loses shows where it flows.
#load "alignment.fsx"

open Alignment

let text = Axis.labelled "position" [ "subject"; "other"; "bridge"; "last" ]
let room = Axis.labelled "room" [ "entity"; "bridge"; "answer" ] // of a position's state
let feature, subject, other = Axis.sized "feature" 4, Axis.sized "subject" 4, Axis.sized "other" 4
let cuts = EdgeKnockout.All(text, layers = 2)

let only (axis: Axis) label =
    Expr.vector axis [ for k in 0 .. axis.Size - 1 -> if axis.Label k = label then 1.0 else 0.0 ]

let at axis label (state: Expr) = state.Dot(only axis label, axis)

let table rows columns (map: int list) =
    Expr.matrix rows columns [ for k in map -> [ for c in 0..3 -> if c = k then 1.0 else 0.0 ] ]

/// A layer whose position `into` looks up in a table what it attends to: mostly `from`, a little all that stands before it.
let layer number (from, into) (read, write) facts (state: Expr) =
    let next, keys = feature.Named "next", text.Prime()
    let later = Expr.matrix text keys [ for q in 0..3 -> [ for k in 0..3 -> if k > q then -1e9 else 0.0 ] ]

    let attention =
        cuts.Attention(later + 6.0 * only text into * (only text from).On(text, keys), number, text, keys)

    let found = (at room read state).On(text, keys).Dot(table feature next facts, feature).On(next, feature)
    state + only room write * only text into * attention.Dot(found, keys)

let first, second = [ 2; 0; 3; 1 ], [ 1; 3; 0; 2 ]

let state =
    only room "entity"
    * (only text "subject" * table subject feature [ 0..3 ]
       + only text "other" * table other feature [ 0..3 ])
    |> layer 1 ("subject", "bridge") ("entity", "bridge") first
    |> layer 2 ("bridge", "last") ("bridge", "answer") second

let answer = (state |> at room "answer" |> at text "last") * Expr.constant 12.0 |> Expr.softmax feature
let truth = table subject feature [ for s in first -> second[s] ]
let right = (answer * truth).Sum(feature).Mean(subject, other)

// what the bridge's state, read by its largest feature, tells of the right answer
let code = (state |> at room "bridge" |> at text "bridge").Expand(subject, other).OneHotMax feature
let heard = feature.Named "heard"
let told = MutualInformation.Of((code.On(feature, heard) * truth).Mean(subject, other), heard, feature)

let hops = game "two hops" {
    over cuts.Cuts
    probe (Probe.Expression("answer/right", right))
    probe (Probe.Expression("flow/bridge", told))
}

let measured = Measurements.Of hops

for cut in 0 .. cuts.Cuts.Size - 1 do
    let right, told = measured.At("answer/right", cut), measured.At("flow/bridge", cut)
    let mark = if right < 0.5 then "  <- the answer flows here" else ""
    printfn $"%-28s{cuts.Cuts.Label cut} right %.3f{right}, the bridge tells %.3f{told} nats%s{mark}"
