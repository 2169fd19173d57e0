using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Alignment;

/// <summary>What decides the result of a run without a tree.</summary>
internal static class OpenIdentity
{
    /// <summary>Games that are played to tell rules from others.</summary>
    private const int Games = 64;

    public static RunSubject Subject(OpenGame game, ISolver solver, OpenOptions options, Stop until)
    {
        var identity = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["game"] = game.Name,
            ["rules"] = Rules(game),
            ["solver"] = solver.Info.OnTrees ?? solver.Info.Name,
            ["settings"] = string.Join(' ', solver.Settings.Select(s => $"{s.Name}={s.Value}")),
            ["until"] = until.ToString(),
            ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var setting in options.Settings(solver))
            identity[setting.Name] = setting.Value.ToString(CultureInfo.InvariantCulture);
        return new(game.Name, $"{game.Name}, by its rules alone", identity);
    }

    /// <summary>A hash of the rules as far as 64 games of uniform play show them: who acts, what it knows and can do, chance, and
    /// returns. A script's rules may be changed and keep their name.</summary>
    /// <exception cref="RulesException">The rules break their contract there.</exception>
    private static string Rules(OpenGame game)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Number(int value) => hash.AppendData(MemoryMarshal.AsBytes([value]));
        void Numbers(ValueList<double> values) => hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
        void Text(string text)
        {
            Number(text.Length);
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        var (walk, stream) = (game.Walk(), new RandomStream(0, "rules"));
        foreach (var player in game.Players)
            Text(player);
        for (var number = 0L; number < Games; number++)
        {
            var at = walk.Start;
            for (var move = 0L; !at.Actor.IsOver; move++)
            {
                Number(at.Actor.Player);
                Numbers(at.Chance);
                if (!at.Actor.IsChance)
                {
                    Text(walk.Label(at.Actor.Player, at.InformationSet));
                    foreach (var action in walk.Actions(at.Actor.Player, at.InformationSet))
                        Text(action);
                }

                at = at.Next((int)stream.Integer(at.Actions, number, move));
            }

            Numbers(at.Returns);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
