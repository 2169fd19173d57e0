using System.Globalization;

namespace Alignment;

/// <summary>Puts games side by side, as one specification with one more batch axis.</summary>
internal static class GameBatch
{
    /// <summary>The specification whose element k along an axis is game k.</summary>
    /// <exception cref="ArgumentException">The games differ in more than the numbers of their expressions.</exception>
    public static GameSpec Of(Axis axis, IReadOnlyList<GameSpec> games)
    {
        if (games.Count != axis.Size)
            throw new ArgumentException(
                $"Expected a game for each of the {axis.Size} elements of '{axis.Name}', got {games.Count}."
            );
        var first = games[0];
        for (var k = 1; k < games.Count; k++)
        {
            if (Difference(first, games[k]) is { } what)
                throw new ArgumentException(
                    $"The games at {axis.Name}={axis.Label(0)} and {axis.Name}={axis.Label(k)} differ in {what}, so they cannot lie side by side; solve them one by one."
                );
        }

        var stacks = games.Select(game => game.Expressions.ToArray()).ToArray();
        var stacked = new Queue<Expr>(
            first.Expressions.Select((_, k) => Stacked(axis, [.. stacks.Select(stack => stack[k])], []))
        );
        var spec = Rewritten(first, stacked).Over(axis) with { Name = Name(axis, games) };
        return spec.Tree is { } form && games.Any(game => game.Tree!.Chances.Fingerprint != form.Chances.Fingerprint)
            ? spec with
            {
                Tree = form.With(Stacked(axis, [.. games.Select(game => game.Tree!.Chances)], [])),
            }
            : spec;
    }

    /// <summary>What keeps two games apart beside numbers; null where nothing does.</summary>
    private static string? Difference(GameSpec a, GameSpec b) =>
        !Equals(a.Tree, b.Tree) ? "their trees"
        : a.Players != b.Players ? "their players or actions"
        : a.Batch != b.Batch ? "their batch axes"
        : !a.NatureVariables.Select(n => n.Axis).SequenceEqual(b.NatureVariables.Select(n => n.Axis))
            ? "their chance variables"
        : !a.Payoffs.Select(p => p.Player).SequenceEqual(b.Payoffs.Select(p => p.Player)) ? "who has payoffs"
        : !a
            .Regularizers.Select(r => (r.Player, r.Regularizer.GetType()))
            .SequenceEqual(b.Regularizers.Select(r => (r.Player, r.Regularizer.GetType())))
            ? "their regularizers"
        : !a.Constraints.Select(c => c.Name).SequenceEqual(b.Constraints.Select(c => c.Name)) ? "their constraints"
        : !a
            .Objectives.Select(o => (o.Player, o.Objective.Name))
            .SequenceEqual(b.Objectives.Select(o => (o.Player, o.Objective.Name)))
            ? "their objectives"
        : !a
            .Aggregators.Select(x => (x.Player, x.Aggregator.GetType(), x.Aggregator.Objectives))
            .SequenceEqual(b.Aggregators.Select(x => (x.Player, x.Aggregator.GetType(), x.Aggregator.Objectives)))
            ? "their aggregators"
        : a.Probes != b.Probes ? "their probes"
        : a.Claims != b.Claims ? "their claims"
        : null;

    // games of a library are called by their arguments; the one that is spread out has no value of its own
    private static string Name(Axis axis, IReadOnlyList<GameSpec> games)
    {
        var names = games.Select(
            (game, k) => game.Name.Replace($"{axis.Name}={axis.Label(k)}", $"{axis.Name}=*", StringComparison.Ordinal)
        );
        return names.Distinct(StringComparer.Ordinal).Count() == 1
            ? names.First()
            : string.Create(CultureInfo.InvariantCulture, $"{games[0].Name} and {games.Count - 1} more");
    }

    // MapExpressions visits expressions in the order of GameSpec.Expressions
    private static GameSpec Rewritten(GameSpec spec, Queue<Expr> expressions) =>
        spec.MapExpressions(_ => expressions.Dequeue());

    /// <summary>One expression that is expression k at element k: the same operations over numbers that lie side by side.</summary>
    private static Expr Stacked(Axis axis, Expr[] expressions, Dictionary<ValueList<Fingerprint>, Expr> done)
    {
        var key = expressions.Select(e => e.Fingerprint).ToValueList();
        if (!done.TryGetValue(key, out var stacked))
            done.Add(key, stacked = Stack(axis, expressions, done));
        return stacked;
    }

    private static Expr Stack(Axis axis, Expr[] expressions, Dictionary<ValueList<Fingerprint>, Expr> done)
    {
        var first = expressions[0];
        bool All(Predicate<Expr> holds) => Array.TrueForAll(expressions, holds);
        if (All(e => e.Fingerprint == first.Fingerprint))
            return first;
        if (All(e => e.Op is Op.Constant))
            return Expr.Vector(axis, [.. expressions.Select(e => ((Op.Constant)e.Op).Value)]);
        if (first.Op is Op.Literal { Tensor.Axes: var axes } && All(e => e.Op is Op.Literal l && l.Tensor.Axes == axes))
            return Expr.Table(
                [axis, .. axes],
                [.. expressions.SelectMany(e => ((Op.Literal)e.Op).Tensor.Values.ToArray())]
            );
        var arguments = first.Arguments.Count;
        if (arguments == 0 || !All(e => e.Op.Equals(first.Op) && e.Arguments.Count == arguments))
            throw new ArgumentException(
                $"The expressions {first} and {expressions.First(e => e.Fingerprint != first.Fingerprint)} differ in more than numbers, so their games cannot lie side by side along '{axis.Name}'; solve them one by one."
            );
        return Expr.Of(
            first.Op,
            [
                .. Enumerable
                    .Range(0, arguments)
                    .Select(k => Stacked(axis, [.. expressions.Select(e => e.Arguments[k])], done)),
            ]
        );
    }
}
