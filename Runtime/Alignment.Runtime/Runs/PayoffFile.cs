using System.Text.Encodings.Web;
using System.Text.Json;

namespace Alignment.Runtime;

/// <summary>
/// The payoffs of a two-player matrix game as one object: <c>{"schema":"payoffs/1","constant_sum":true,"players":[...],"games":[...]}</c>.
/// </summary>
/// <remarks>
/// Of a batch, the games from the first on as far as they have at most <see cref="MostNumbers"/> payoffs together. <c>docs/schema/payoffs.json</c> is
/// the schema.
/// </remarks>
internal static class PayoffFile
{
    /// <summary>Name and version of the schema.</summary>
    public const string Schema = "payoffs/1";

    /// <summary>Actions of a player up to which payoffs are kept.</summary>
    public const int MostActions = 64;

    /// <summary>Payoffs of all games and both players together: two games of 64 x 64 actions.</summary>
    public const int MostNumbers = 2 * 2 * MostActions * MostActions;

    /// <summary>Whether the payoffs of a game are kept.</summary>
    public static bool Keeps(BoundGame game) =>
        game.Spec.Tree is null
        && !game.Spec.IsDifferentiable
        && game.Spec.Players.Count == 2
        && game.Spec.Players.All(player => player.Actions.Size <= MostActions);

    /// <summary>Writes the object.</summary>
    public static void Write(BoundGame game, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteBoolean("constant_sum", game.IsConstantSum);
        json.WriteStartArray("players");
        foreach (var player in game.Spec.Players)
        {
            json.WriteStartObject();
            json.WriteString("name", player.Name);
            json.WriteStartArray("actions");
            for (var action = 0; action < player.Actions.Size; action++)
                json.WriteStringValue(player.Actions.Label(action));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("games");
        var numbers = 2 * game.Spec.Players[0].Actions.Size * game.Spec.Players[1].Actions.Size;
        for (var k = 0; k < Math.Min(game.Games, MostNumbers / numbers); k++)
            Game(json, game, k);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Game(Utf8JsonWriter json, BoundGame game, int index)
    {
        var data = game.Data(index);
        var columns = game.Spec.Players[1].Actions.Size;
        json.WriteStartObject();
        json.WriteString("game", game.DescribeGame(index));
        json.WriteStartArray("payoffs");
        for (var player = 0; player < 2; player++)
        {
            var payoffs = data.Payoff(player);
            json.WriteStartArray();
            for (var first = 0; first < payoffs.Length; first += columns)
            {
                json.WriteStartArray();
                foreach (var payoff in payoffs.Slice(first, columns))
                    json.WriteNumberValue(payoff);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
