using System.Text.Json;
using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>The payoffs of a two-player matrix game, or of the games of a batch.</summary>
/// <param name="IsConstantSum">Whether payoffs are proved to sum to a constant.</param>
/// <param name="Games">The games' names, empty for a single one.</param>
/// <param name="At">The payoffs of a game by its number: of each player, row by row.</param>
internal sealed record PayoffTables(bool IsConstantSum, IReadOnlyList<string> Games, Func<int, double[][]> At)
{
    /// <summary>Those of a game in memory; null where it is no two-player matrix game.</summary>
    public static PayoffTables? Of(BoundGame game) =>
        game.Spec.Tree is null && !game.Spec.IsDifferentiable && game.Spec.Players.Count == 2
            ? new(
                game.IsConstantSum,
                [.. Enumerable.Range(0, game.Games).Select(game.DescribeGame)],
                k => [game.Data(k).Payoff(0).ToArray(), game.Data(k).Payoff(1).ToArray()]
            )
            : null;

    /// <summary>Those of a run's file.</summary>
    /// <exception cref="InvalidDataException">It is none of these.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static PayoffTables Read(Stream stream)
    {
        using var json = JsonDocument.Parse(stream);
        try
        {
            var root = json.RootElement;
            if (root.GetProperty("schema").GetString() is var schema and not PayoffFile.Schema)
                throw new InvalidDataException($"it is of schema '{schema}', and reports read '{PayoffFile.Schema}'");
            var games = root.GetProperty("games").EnumerateArray().ToArray();
            double[][][] payoffs =
            [
                .. games.Select(game => game.GetProperty("payoffs").EnumerateArray().Select(Numbers).ToArray()),
            ];
            return new(
                root.GetProperty("constant_sum").GetBoolean(),
                [.. games.Select(game => game.GetProperty("game").GetString() ?? "")],
                k => payoffs[k]
            );
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>The payoffs of the game furthest from equilibrium; null where they were not kept.</summary>
    public double[][]? Of(Finding finding)
    {
        // solvers may add games of their own, over their settings: then all have the payoffs of the one
        var name = Games.Count == 1 ? Games[0] : finding.WorstName;
        for (var k = 0; k < Games.Count; k++)
        {
            if (Games[k] == name)
                return At(k);
        }

        return null;
    }

    private static double[] Numbers(JsonElement player) =>
        [.. player.EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(number => number.GetDouble())];
}
