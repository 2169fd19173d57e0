using System.Globalization;
using Alignment.Compiler;

namespace Alignment.Runtime;

/// <summary>What members of populations get when they meet: all choices of one member a player in one program.</summary>
/// <remarks>
/// <para>The payoffs' expression with an axis more for each player's population: members are a batch, so n x m pairs are one run of one program. The numbers
/// are those of n m single runs, bit for bit, on any number of threads.</para>
/// <para>Shapes: for each player a row-major table over all players' members, the last player's fastest; as <see cref="Population.Payoffs"/>. Units:
/// those of payoffs, in float64, unregularized.</para>
/// <para>Errors: a game with batch axes of its own; a strategy that does not fit its player; a player without members.</para>
/// <para>Not for policies without a list of probabilities: those are played, see <see cref="OpenGame"/>.</para>
/// </remarks>
internal static class PopulationPayoffs
{
    public static ValueList<ValueList<double>> Of(
        BoundGame game,
        ValueList<ValueList<ValueList<double>>> members,
        int threads
    )
    {
        var spec = game.Spec;
        Require(game, members);
        var axes = spec.Players.Select((p, k) => Axis.Of($"members of {p}", members[k].Count)).ToValueList();
        IGameView view = spec.Tree is null ? new MatrixGameView(spec) : new TreeGameView(spec);
        var inputs = spec.Players.Select((p, k) => Signal.External($"members/{p}", [p.Actions, axes[k]])).ToArray();
        var profile = Profile.Of(spec.Players, p => inputs[spec.Players.IndexOf(p)]);
        var program = Lowering.Program(
            $"populations of {spec.Name}",
            axes,
            SolverState.Empty,
            SolverState.Empty,
            spec.Players.Select(p => KeyValuePair.Create(p.Name, view.Value(p, profile)))
        );
        using var executable = HostExecutor.Instance.Prepare(program, new(Precision.Float64, threads));
        for (var p = 0; p < members.Count; p++)
        {
            // by action, then by member
            var (size, count) = (spec.Players[p].Actions.Size, members[p].Count);
            var values = new double[size * count];
            for (var k = 0; k < count; k++)
            {
                var along = members[p][k].ToArray();
                spec.Tree?.Treeplexes[p].InAxisOrder(members[p][k].AsSpan(), along);
                for (var a = 0; a < size; a++)
                    values[(a * count) + k] = along[a];
            }

            executable.SetInput($"members/{spec.Players[p]}", values);
        }

        executable.Initialize();
        executable.Read();
        return spec
            .Players.Select(p =>
            {
                var payoffs = new double[program.Games];
                executable.GetOutput(p.Name, payoffs);
                return payoffs.ToValueList();
            })
            .ToValueList();
    }

    private static void Require(BoundGame game, ValueList<ValueList<ValueList<double>>> members)
    {
        var players = game.Spec.Players;
        if (game.Spec.IsDifferentiable)
            throw new ArgumentException(
                $"Populations meet in games of actions, and in '{game.Spec.Name}' weights are set."
            );
        if (game.Batch.Count > 0)
            throw new ArgumentException(
                $"Populations meet in one game, and '{game.Spec.Name}' has the batch axis '{game.Batch[0].Name}'; take one game of it."
            );
        if (members.Count != players.Count)
            throw new ArgumentException(
                Invariant($"Expected a population for each of {players.Count} players, got {members.Count}.")
            );
        for (var p = 0; p < players.Count; p++)
        {
            if (members[p].Count == 0)
                throw new ArgumentException($"Population of '{players[p]}': expected at least one member, got none.");
            var size = players[p].Actions.Size;
            if (members[p].FirstOrDefault(m => m.Count != size || !m.All(x => x >= 0 && double.IsFinite(x))) is { } bad)
                throw new ArgumentException(
                    Invariant(
                        $"Population of '{players[p]}': expected members of {size} probabilities of at least 0, got one of {bad.Count} numbers."
                    )
                );
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
