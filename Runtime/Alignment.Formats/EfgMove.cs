namespace Alignment.Formats;

/// <summary>What an .efg file describes once and refers to by number: an information set, or an event of chance.</summary>
/// <param name="Turn">Who acts.</param>
/// <param name="First">Where the file describes it first.</param>
/// <param name="Name">Its name in the file; may be empty.</param>
/// <param name="Label">Its name in the game: no two information sets share one.</param>
/// <param name="Actions">The labels of its actions, each once and none blank.</param>
/// <param name="Chance">Of an event the probability of each action; of an information set nothing.</param>
internal sealed record EfgMove(
    Turn Turn,
    NfgToken First,
    string Name,
    string Label,
    ValueList<string> Actions,
    ValueList<double> Chance
);
