using System.Globalization;

namespace Alignment.Reports;

/// <summary>What a solution in memory found.</summary>
internal static class FindingOfSolution
{
    public static Finding Read(Solution solution)
    {
        var worst = solution.Worst;
        return new()
        {
            Game = solution.Game.Spec.Name,
            Solver = solution.Solver.Info.NameOn(solution.Game.Spec),
            Settings = [.. Settings(solution)],
            Steps = solution.Steps,
            Seconds = solution.Seconds,
            Status = solution.Status.Sentence,
            Certificate = Of(worst.Certificate),
            WorstName = worst.Game,
            Metrics = new Dictionary<string, double>(worst.Metrics, StringComparer.Ordinal)
            {
                ["game/cycling"] = solution.Cycling,
            },
            Plays =
            [
                .. solution.DeclaredPlayers.Select((player, p) => Of(solution, player, worst.Strategies[p], worst)),
            ],
            Limits =
            [
                .. solution
                    .Constraints(solution.Games.IndexOf(worst))
                    .Select(c => new Limit(
                        c.Constraint.Name,
                        c.Constraint.Player.Name,
                        c.Constraint.Bound,
                        c.Value,
                        c.Multiplier,
                        c.Violation
                    )),
            ],
            Joint = [.. Joint(solution, worst)],
            Notes = [.. solution.Notes],
            Elements =
                solution.Batch.Count == 0
                    ? []
                    :
                    [
                        .. solution.Games.Select(game => new Element(
                            game.Game,
                            game.Steps,
                            game.Status.Sentence,
                            Of(game.Certificate),
                            [.. solution.DeclaredPlayers.Select(player => (double?)game.Value(player))]
                        )),
                    ],
        };
    }

    private static IEnumerable<Entry> Settings(Solution solution)
    {
        var options = solution.Options;
        yield return new("solver", solution.Solver.Info.NameOn(solution.Game.Spec));
        foreach (var setting in solution.Solver.Settings)
            yield return new(setting.Name, setting.Value);
        yield return new("until", options.Until.ToString() ?? "");
        yield return new(
            options.Seeds.Count == 0 ? "seed" : "seeds",
            string.Join(", ", options.Seeds.DefaultIfEmpty(options.Seed))
        );
        yield return new("precision", options.Precision.ToString().ToLowerInvariant());
        yield return new("executor", options.Executor.Name);
        yield return new("device", options.Executor.Device);
        yield return new("threads", options.Threads.ToString(CultureInfo.InvariantCulture));
    }

    private static Certified Of(Certificate certificate) =>
        certificate switch
        {
            Certificate.Stationary => new(certificate.Kind, certificate.Distance),
            Certificate.Kkt kkt => new(kkt.Kind, kkt.Distance, Violation: kkt.Violation, Slackness: kkt.Slackness),
            Certificate.UpperBound upper => new(
                upper.Kind,
                upper.NashConv,
                upper.Exploitability,
                Confidence: upper.Confidence
            ),
            _ => new(certificate.Kind, certificate.Distance, certificate.Exploitability),
        };

    private static Play Of(Solution solution, Player player, ValueList<double> strategy, GameSolution game) =>
        new(
            player.Name,
            game.Value(player),
            null,
            Decisions(solution.Game.Spec, player, strategy),
            Tensor.Of(player, strategy)
        );

    /// <summary>A player's strategy by decision and action; none of a player that sets weights.</summary>
    public static IReadOnlyList<Decision> Decisions(GameSpec spec, Player player, ValueList<double> strategy)
    {
        Share At(string label, int index) => new(label, strategy[index]);
        return player.Weights.Count > 0 ? []
            : spec.Tree is { } tree
                ?
                [
                    .. tree
                        .Tree.Players[tree.Players.IndexOf(player)]
                        .InformationSets.Select(set => new Decision(
                            set.Label,
                            [.. set.Actions.Select((label, a) => At(label, set.First + a))]
                        )),
                ]
            : [new(null, [.. Enumerable.Range(0, player.Actions.Size).Select(a => At(player.Actions.Label(a), a))])];
    }

    private static IEnumerable<Share> Joint(Solution solution, GameSolution game)
    {
        if (game.Joint is not { } joint || solution.Solver is not IDirectSolver)
            return [];
        Axis[] axes = [.. solution.Players.Select(player => player.Actions)];
        return joint
            .Select((p, cell) => new Share(NamedTensor.Describe(axes, cell), p))
            .Where(share => share.Probability > 0);
    }
}
