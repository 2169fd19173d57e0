using System.Text.Encodings.Web;
using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>
/// What was played at the measured moments, as lines of JSON: <c>{"step":10,"iterate":"average","profile":{"row":{"rock":0.25,...},...}}</c>.
/// </summary>
/// <remarks>
/// <c>profile</c> has the form that <c>solution.json</c> has: by player and action, in a sequential game by player, information set and action, of a
/// player that sets weights by their name as an array.
/// <c>iterate</c> is the one that the certificate is about. Of a batch it is the first game's, up to its result. There is a line for each moment
/// at which <see cref="TracePoint.Strategies"/> were kept, and nothing of the clock is in it.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="length">How much of it to keep, in bytes: what came after the checkpoint comes again.</param>
/// <param name="spec">The game.</param>
/// <param name="iterate">Which iterate the strategies are of.</param>
internal sealed class StrategyLog(string path, long length, GameSpec spec, Iterate iterate) : IDisposable
{
    private readonly LineLog _lines = new(
        path,
        length,
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    /// <summary>Length in bytes.</summary>
    public long Length => _lines.Length;

    /// <summary>Adds a line, if strategies were kept at the moment.</summary>
    public void Add(TracePoint point)
    {
        if (point.Strategies is not { } strategies)
            return;
        _lines.Add(json =>
        {
            json.WriteNumber("step", point.Step);
            json.WriteString("iterate", iterate.ToString().ToLowerInvariant());
            json.WriteStartObject("profile");
            for (var p = 0; p < strategies.Count; p++)
            {
                json.WriteStartObject(spec.Players[p].Name);
                Strategy(json, p, strategies[p]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Has all lines on the disk.</summary>
    public void Flush() => _lines.Flush();

    public void Dispose() => _lines.Dispose();

    private void Strategy(Utf8JsonWriter json, int player, ValueList<double> strategy)
    {
        if (spec.Players[player].Weights.Count > 0)
        {
            Weights(json, spec.Players[player], strategy);
            return;
        }

        if (spec.Tree is not { } tree)
        {
            for (var action = 0; action < strategy.Count; action++)
                json.WriteNumber(spec.Players[player].Actions.Label(action), strategy[action]);
            return;
        }

        foreach (var set in tree.Tree.Players[player].InformationSets)
        {
            json.WriteStartObject(set.Label);
            for (var action = 0; action < set.Actions.Count; action++)
                json.WriteNumber(set.Actions[action], strategy[set.First + action]);
            json.WriteEndObject();
        }
    }

    private static void Weights(Utf8JsonWriter json, Player player, ValueList<double> numbers)
    {
        var at = 0;
        foreach (var weights in player.Weights)
        {
            json.WriteStartArray(weights.Name);
            for (var end = at + weights.Size; at < end; at++)
                json.WriteNumberValue(numbers[at]);
            json.WriteEndArray();
        }
    }
}
