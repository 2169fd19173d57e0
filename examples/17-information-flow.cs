#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Information flow: a small attention network in which an answer takes two hops, subject to bridge and bridge to last. Every edge is cut once, all cuts in
// one program; what the answer loses shows where it flows.
using Alignment;

var text = Axis.Of("position", "subject", "other", "bridge", "last");
var room = Axis.Of("room", "entity", "bridge", "answer"); // of a position's state
var (feature, subject, other) = (Axis.Of("feature", 4), Axis.Of("subject", 4), Axis.Of("other", 4));
var cuts = EdgeKnockout.All(text, layers: 2);

int[] plain = [0, 1, 2, 3];
int[] first = [2, 0, 3, 1];
int[] second = [1, 3, 0, 2];

var state =
    Only(room, "entity")
    * ((Only(text, "subject") * Look(subject, feature, plain)) + (Only(text, "other") * Look(other, feature, plain)));
state = Layer(1, ("subject", "bridge"), ("entity", "bridge"), first, state);
state = Layer(2, ("bridge", "last"), ("bridge", "answer"), second, state);

var answer = (At(text, "last", At(room, "answer", state)) * 12).Softmax(feature);
var truth = Look(subject, feature, [.. first.Select(s => second[s])]);
var right = (answer * truth).Sum(feature).Mean(subject, other);

// what the bridge's state, read by its largest feature, tells of the right answer
var code = At(text, "bridge", At(room, "bridge", state)).Expand(subject, other).OneHotMax(feature);
var heard = feature.Named("heard");
var told = MutualInformation.Of((code.On(feature, heard) * truth).Mean(subject, other), heard, feature);

var hops = Game.Named("two hops")
    .Over(cuts.Cuts)
    .Probe(Probe.Expression("answer/right", right))
    .Probe(Probe.Expression("flow/bridge", told));
var measured = Measurements.Of(hops);

for (var cut = 0; cut < cuts.Cuts.Size; cut++)
{
    var (share, nats) = (measured.At("answer/right", cut), measured.At("flow/bridge", cut));
    var mark = share < 0.5 ? "  <- the answer flows here" : "";
    Console.WriteLine(
        FormattableString.Invariant(
            $"{cuts.Cuts.Label(cut), -28} right {share:f3}, the bridge tells {nats:f3} nats{mark}"
        )
    );
}

Expr Only(Axis axis, string label) =>
    Expr.Vector(axis, [.. Enumerable.Range(0, axis.Size).Select(k => axis.Label(k) == label ? 1.0 : 0)]);

Expr At(Axis axis, string label, Expr values) => values.Dot(Only(axis, label), axis);

static Expr Look(Axis rows, Axis columns, int[] map) =>
    Expr.Table([rows, columns], [.. map.SelectMany(k => Enumerable.Range(0, 4).Select(c => c == k ? 1.0 : 0))]);

// a layer whose position `into` looks up in a table what it attends to: mostly `from`, a little all that stands before it
Expr Layer(int number, (string From, string Into) edge, (string Read, string Write) rooms, int[] facts, Expr values)
{
    var (next, keys) = (feature.Named("next"), text.Prime());
    var later = Expr.Table([text, keys], [.. from q in plain from k in plain select k > q ? -1e9 : 0]);
    var planted = Only(text, edge.Into) * Only(text, edge.From).On(text, keys);
    var attention = cuts.Attention(later + (6 * planted), number, text, keys);
    var found = At(room, rooms.Read, values).On(text, keys).Dot(Look(feature, next, facts), feature).On(next, feature);
    return values + (Only(room, rooms.Write) * Only(text, edge.Into) * attention.Dot(found, keys));
}
