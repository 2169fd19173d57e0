#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// Two learners with memory of one round play the prisoner's dilemma again and again: naive ones end in defection, those who
// see that the other learns (LOLA) in reciprocity. 50 starts and both kinds of learners in one program.
using Alignment;

const double Discount = 0.96;
var starts = Axis.Of("starts", 50);
var memory = Axis.Of("memory", "start", "CC", "CD", "DC", "DD");
var outcome = Axis.Of("outcome", "CC", "CD", "DC", "DD");
var next = outcome.Named("next");

// the logit of cooperating after each outcome, one's own move first
var aliceLogits = Weights.Of("alice logits", memory).StartingAt(Initializer.Normal(1, starts));
var bobLogits = Weights.Of("bob logits", memory).StartingAt(Initializer.Normal(1, starts));
var (alice, bob) = (Player.With("alice", aliceLogits), Player.With("bob", bobLogits));

var aliceMoves = Cooperates(aliceLogits);
var bobMoves = Cooperates(bobLogits).Gather(memory, memory, 0, 1, 3, 2, 4); // CD is DC to him

var first = Outcomes(outcome, AtStart(aliceMoves), AtStart(bobMoves));
var transition = Outcomes(next, aliceMoves.Slice(memory, 1, outcome), bobMoves.Slice(memory, 1, outcome));

var dilemma = Game.Named("iterated prisoner's dilemma")
    .Over(starts)
    .Player(alice)
    .Player(bob)
    .Payoff(alice, PerRound(-1, -3, 0, -2))
    .Payoff(bob, PerRound(-1, 0, -3, -2));

var learners = Axis.Of("learners", "naive", "LOLA");
var solver = new Lola
{
    Optimizer = new GradientAscent { Rate = 1 },
    OpponentRate = Expr.Vector(learners, 0, 10),
};
return new Experiment(dilemma, solver, Stop.AfterSteps(300)).Reporting(Report).Main(args);

static Expr Cooperates(Expr logits) => 1.0 / (1.0 + (-logits).Exp());

// the probability of each outcome on an axis when both choose by themselves
static Expr Outcomes(Axis axis, Expr a, Expr b)
{
    var (aliceC, bobC) = (Expr.Vector(axis, 1, 1, 0, 0), Expr.Vector(axis, 1, 0, 1, 0));
    return ((aliceC * a) + ((1.0 - aliceC) * (1.0 - a))) * ((bobC * b) + ((1.0 - bobC) * (1.0 - b)));
}

Expr AtStart(Expr moves)
{
    var once = Axis.Of("once", 1);
    return moves.Slice(memory, 0, once).Sum(once);
}

// the mean payoff a round, (1 - discount) sum_t discount^t: the series of the transition's powers, doubled ten times
Expr PerRound(params double[] payoffs)
{
    var middle = outcome.Named("middle");
    var (worth, power) = (Expr.Vector(outcome, payoffs), Discount * transition);
    for (var k = 0; k < 10; k++)
    {
        worth += power.Dot(worth.On(outcome, next), next);
        power = power.On(next, middle).Dot(power.On(outcome, middle), middle);
    }

    return (1.0 - Discount) * first.Dot(worth, outcome);
}

string Report(Solution solution)
{
    double Mean(string learner) =>
        solution.At(learners, learner).Games.Average(game => (game.Value(alice) + game.Value(bob)) / 2);
    return $"mean payoff a round: naive {Mean("naive"):f1}, LOLA above -1.5: {(Mean("LOLA") > -1.5 ? "true" : "false")}";
}
