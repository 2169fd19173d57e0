#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Information flow: a small attention network in which an answer takes two hops, subject to bridge and bridge to last. Every edge is cut once, all cuts in
// one program; where the share of right answers falls, the answer flows.
using Alignment;

var text = Axis.Of("position", "subject", "other", "bridge", "last");
var room = Axis.Of("room", "entity", "bridge", "answer"); // of a position's state
var (feature, subject, other) = (Axis.Of("feature", 4), Axis.Of("subject", 4), Axis.Of("other", 4));
var cuts = EdgeKnockout.All(text, layers: 2);
int[] first = [2, 0, 3, 1];
int[] second = [1, 3, 0, 2];

var entities = (At("subject") * Expr.Lookup(subject, feature)) + (At("other") * Expr.Lookup(other, feature));
var state = Layer(1, ("subject", "bridge"), ("entity", "bridge"), first, Into("entity") * entities);
state = Layer(2, ("bridge", "last"), ("bridge", "answer"), second, state);

var answer = (12 * state.At(room, "answer").At(text, "last")).Softmax(feature);
var truth = Expr.Lookup(subject, feature, first.Select(s => second[s]));
var right = (answer * truth).Sum(feature).Mean(subject, other);

// what the bridge's state, read by its largest feature, tells of the right answer
var heard = feature.Named("heard");
var code = state.At(room, "bridge").At(text, "bridge").Expand(subject, other).OneHotMax(feature).On(feature, heard);
var told = MutualInformation.Of((code * truth).Mean(subject, other), heard, feature);

var hops = Game.Named("two hops")
    .Over(cuts.Cuts)
    .Probe(Probe.Expression("answer/right", right))
    .Probe(Probe.Expression("flow/bridge", told));
Console.Write(Measurements.Of(hops).Table());

Expr At(string position) => Expr.Indicator(text, position);
Expr Into(string label) => Expr.Indicator(room, label);

// a layer whose position `query` looks up in a table what it attends to: mostly `key`, a little all that stands before it
Expr Layer(int number, (string Key, string Query) edge, (string Read, string Write) rooms, int[] facts, Expr values)
{
    var keys = text.Prime();
    var scores = AttentionMask.Causal(text, keys) + (6 * At(edge.Query) * At(edge.Key).On(text, keys));
    var found = values.At(room, rooms.Read).On(text, keys).SegmentSum(feature, feature, facts);
    return values + (Into(rooms.Write) * At(edge.Query) * cuts.Attention(scores, number, text, keys).Dot(found, keys));
}
