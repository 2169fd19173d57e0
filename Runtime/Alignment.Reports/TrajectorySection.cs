namespace Alignment.Reports;

/// <summary>What was played over steps: a chart a player, of probabilities or weights, and a triangle for each player with three actions.</summary>
internal static class TrajectorySection
{
    private const int MostLines = 10;
    private const int MostPlayers = 6;
    private const int Colours = 8;
    private static readonly AxisScale Steps = new("steps", IsLog: true);
    private static readonly AxisScale Probability = new("probability", IsLog: false, IsShare: true);
    private static readonly AxisScale Weight = new("weight", IsLog: false);

    /// <summary>Adds charts and triangles.</summary>
    /// <returns>Whether there was a chart to add.</returns>
    public static bool Add(Html html, Subject subject)
    {
        if (subject.Trajectory is not { } trajectory)
            return false;
        var charts = Charts(subject);
        var triangles = Triangles(subject);
        if (charts.Count == 0 && triangles.Count == 0)
            return false;
        var heading = StrategySection.Heading(Shown(subject).Select(player => player.Weights.Count > 0));
        html.Add($"<section><h2>{heading} over steps</h2><p>{About(subject, trajectory)}</p>");
        foreach (var (chart, caption) in charts)
        {
            html.Add($"<h3>{chart.Title}</h3>");
            ChartFigure.Add(html, chart, caption);
        }

        if (triangles.Count > 0)
        {
            html.Add($"<h3>In the triangle of three actions</h3><div class=\"columns\">");
            foreach (var player in triangles)
            {
                html.Add($"<figure class=\"simplex\">");
                SimplexDrawing.Of(player).AddTo(html);
                html.Add($"<figcaption>{player.Player}</figcaption></figure>");
            }

            html.Add(
                $"</div><p class=\"note\">A corner is an action played for sure, the middle all three alike. The path leads from the ring, before the first step, to the dot.</p>"
            );
        }

        html.Add($"</section>\n");
        return charts.Count > 0;
    }

    /// <summary>A chart a player.</summary>
    public static IReadOnlyList<CaptionedChart> Charts(Subject subject) =>
        subject.Trajectory is { } trajectory
            ?
            [
                .. Shown(subject)
                    .Select(p => p.Weights.Count > 0 ? Of(subject, trajectory, p) : Of(trajectory, p))
                    .OfType<CaptionedChart>(),
            ]
            : [];

    /// <summary>The players that are shown: of the declared ones, as far as they are known.</summary>
    private static PlayerTrajectory[] Shown(Subject subject) =>
        [
            .. (subject.Trajectory?.Players ?? [])
                .Where(p =>
                    subject.Finding is not { Limits.Count: > 0 } f || f.Plays.Any(play => play.Player == p.Player)
                )
                .Take(MostPlayers),
        ];

    /// <summary>The players whose strategies lie in a triangle.</summary>
    public static IReadOnlyList<PlayerTrajectory> Triangles(Subject subject) =>
        [.. Shown(subject).Where(SimplexDrawing.Takes)];

    /// <summary>A player's chart; null where the player has too many information sets for one, or too few moments were kept.</summary>
    private static CaptionedChart? Of(Trajectory trajectory, PlayerTrajectory player)
    {
        var lines = Lines(player).ToArray();
        var isSequential = player.Decisions is not [{ InformationSet: null }];
        if (isSequential && lines.Length > MostLines)
            return null;
        Line[] shown =
            lines.Length <= MostLines
                ? lines
                : [.. lines.OrderByDescending(line => line.Numbers.Max()).Take(MostLines)];
        var chart = new Chart(
            $"Strategy of {player.Player}",
            Steps,
            Probability,
            [.. shown.Select((line, k) => Curve(trajectory, line, k, Probability))]
        );
        if (!chart.HasCurve)
            return null;
        var caption =
            shown.Length < lines.Length
                ? $"The {MostLines} of {lines.Length} actions that were most probable at any of these moments."
            : isSequential ? "Of two actions of an information set the second; the first has the rest."
            : "";
        return new(chart, caption);
    }

    /// <summary>The chart of a player that sets weights; of many numbers, those that moved most.</summary>
    private static CaptionedChart? Of(Subject subject, Trajectory trajectory, PlayerTrajectory player)
    {
        var known = subject.Finding?.Plays.FirstOrDefault(play => play.Player == player.Player)?.Weights ?? [];
        Line[] lines =
        [
            .. player.Weights.SelectMany(weights =>
            {
                // labels stand with the result alone
                var shape = known.FirstOrDefault(w => w.Name == weights.Tensor.Name) ?? weights.Tensor;
                return weights.Numbers.Select((numbers, k) => new Line(Named(player, shape, k), numbers));
            }),
        ];
        Line[] shown =
            lines.Length <= MostLines
                ? lines
                : [.. lines.OrderByDescending(line => line.Numbers.Max() - line.Numbers.Min()).Take(MostLines)];
        var chart = new Chart(
            $"Weights of {player.Player}",
            Steps,
            Weight,
            [.. shown.Select((line, k) => Curve(trajectory, line, k, Weight))]
        );
        return chart.HasCurve
            ? new(
                chart,
                shown.Length < lines.Length ? $"The {MostLines} of {lines.Length} numbers that moved most." : ""
            )
            : null;
    }

    private static string Named(PlayerTrajectory player, Tensor tensor, int k) =>
        tensor.Axes.Count == 0 ? tensor.Name
        : player.Weights.Count == 1 ? tensor.Label(k)
        : $"{tensor.Name}[{tensor.Label(k)}]";

    private static IEnumerable<Line> Lines(PlayerTrajectory player) =>
        player.Decisions.SelectMany(decision =>
            decision switch
            {
                { InformationSet: null } => decision.Actions.Select(a => new Line(a.Action, a.Probabilities)),
                { Actions: [_, var second] } =>
                [
                    new Line($"{decision.InformationSet}: {second.Action}", second.Probabilities),
                ],
                { Actions.Count: 1 } => [],
                _ => decision.Actions.Select(a => new Line($"{decision.InformationSet}: {a.Action}", a.Probabilities)),
            }
        );

    private static Series Curve(Trajectory trajectory, Line line, int k, AxisScale axis) =>
        Series.Of(
            line.Name,
            $"run{k % Colours}",
            k < Colours ? "solid" : "dash",
            Steps,
            axis,
            line.Numbers.Select((number, at) => new Point(trajectory.Steps[at], number))
        );

    private static string About(Subject subject, Trajectory trajectory)
    {
        var of = subject.Finding is { Elements.Count: > 1 } batch
            ? $"Of the first game, {batch.Elements[0].Game}, until it had its result. "
            : "";
        return $"{of}The {trajectory.Iterate} iterate, the one that is reported, at {Figures.Plural(trajectory.Steps.Count, "measured moment")} up to step {Figures.Count(trajectory.Steps[^1])}. Step 0 has no place on a logarithmic axis.";
    }

    private sealed record Line(string Name, IReadOnlyList<double> Numbers);
}
