#!/usr/bin/env dotnet
#:project ../Runtime/Alignment/Alignment.csproj

// A sequential game by its rules: a request is benign or an exploit, and only the red player knows which. It may press the
// request; blue then complies or refuses. To refuse what is benign costs blue 1, to comply with an exploit 2.
using Alignment;

var game = Game.FromRules(new HiddenIntent());
return new Experiment(game, new PredictiveRegretMatchingPlus(), Stop.NashConvBelow(1e-9)).Main(args);

// A position is the text of the moves so far.
internal sealed class HiddenIntent : IRules<string>
{
    public string Name => "hidden intent";

    public ValueList<string> Players => ["red", "blue"];

    public string Initial => "";

    public Turn Actor(string moves) =>
        moves switch
        {
            "" => Turn.Chance,
            "benign" or "exploit" => Turn.Of(0),
            "benign, pressed" or "exploit, pressed" => Turn.Of(1),
            _ => Turn.Over,
        };

    public ValueList<string> Actions(string moves) =>
        Actor(moves) switch
        {
            { IsChance: true } => ["benign", "exploit"],
            { Player: 0 } => ["pressed", "dropped"],
            _ => ["complied", "refused"],
        };

    public ValueList<double> Chance(string moves) => [0.7, 0.3];

    public string Next(string moves, int action) =>
        moves.Length == 0 ? Actions(moves)[action] : $"{moves}, {Actions(moves)[action]}";

    // blue sees that a request was pressed, not what it is
    public string InformationState(string moves) =>
        moves.EndsWith("pressed", StringComparison.Ordinal) ? "blue, pressed" : $"red, {moves}";

    public ValueList<double> Returns(string moves)
    {
        var red = moves switch
        {
            "benign, pressed, refused" => 1.0,
            "exploit, pressed, complied" => 2.0,
            "exploit, pressed, refused" => -1.0,
            _ => 0.0,
        };
        return [red, -red];
    }
}
