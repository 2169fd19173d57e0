using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>Several runs side by side: their certificates, what differs between them, and their gaps in one plot; of trainings of language
/// models their losses and rewards.</summary>
/// <remarks>
/// A run is called by its name, or by its folder's where two have one name. Runs that differ in what decides the result need not be about the same game:
/// the table of differences says what they share, and NashConv is in units of each game's own payoffs. Residuals, of games of smooth payoffs,
/// stand in a column and a plot of their own.
/// </remarks>
public sealed class Comparison
{
    // what a training tells of how far it is
    private static readonly string[] Learned = ["loss", "reward"];

    private readonly Subject[] _subjects;
    private readonly string[] _names;
    private readonly bool _areTrainings;

    private Comparison(IReadOnlyList<RunFolder> runs)
    {
        _subjects = [.. runs.Select(run => Subject.Of(run, null, null))];
        _areTrainings = _subjects.All(subject => subject.Training is not null);
        var byName = runs.Select(run => run.Description.Name).Distinct(StringComparer.Ordinal).Count() == runs.Count;
        _names = [.. runs.Select(run => byName ? run.Description.Name : run.Id)];
    }

    /// <summary>Compares runs.</summary>
    /// <exception cref="ArgumentException">There are fewer than two.</exception>
    public static Comparison Of(IReadOnlyList<RunFolder> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return runs.Count >= 2
            ? new(runs)
            : throw new ArgumentException("Expected at least two runs to compare.", nameof(runs));
    }

    /// <summary>Writes the comparison as one HTML file that needs nothing else.</summary>
    /// <param name="runs">The runs, two or more; their order is kept.</param>
    /// <param name="stream">Where the file goes, in UTF-8.</param>
    /// <exception cref="ArgumentException">There are fewer than two runs.</exception>
    public static void Write(IReadOnlyList<RunFolder> runs, Stream stream) => Of(runs).Write(stream);

    /// <summary>A row of titles and a row for each run: what it found. Numbers have all their digits.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Certificates => Rows(Figures.Exact);

    /// <summary>A row of titles and a row for each thing that is not the same in all runs: only the titles where nothing differs.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Differences
    {
        get
        {
            var settings = Differing(subject => subject.Settings, "setting");
            var circumstances = Differing(subject => [.. subject.Circumstances.Where(IsComparable)], "machine");
            return
            [
                ["kind", "what", .. _names],
                .. settings,
                .. circumstances,
            ];
        }
    }

    /// <inheritdoc cref="Write(IReadOnlyList{RunFolder}, Stream)"/>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var about = new[] { "comparison", string.Join(", ", _subjects.Select(About).OfType<string>().Distinct()) };
        var html = new Html()
            .Add($"<header><p class=\"kicker\">{string.Join(" · ", about.Where(word => word.Length > 0))}</p>")
            .Add($"<h1>{Verdict()}</h1></header>\n")
            .Add($"<section><h2>{(_areTrainings ? "What was reached" : "Certificates")}</h2>");
        Table(html, Rows(Figures.Brief), firstNumber: Words.Count);
        foreach (var (name, subject) in _names.Zip(_subjects))
            html.Add(
                $"<p class=\"note\"><strong>{name}</strong>: {(subject.Sentence.Length > 0 ? subject.Sentence : subject.State)}</p>"
            );
        html.Add($"</section>\n");
        var hasCharts = Curves(html);
        html.Add($"<section><h2>What differs</h2>");
        if (Differences.Count > 1)
            Table(html, Differences, firstNumber: int.MaxValue);
        else
            html.Add($"<p>Nothing that decides the result, and no machine.</p>");
        html.Add($"</section>\n");
        Specs(html);
        Page.Write($"Comparison of {_names.Length} runs", html, hasCharts, stream);
    }

    private static string? About(Subject subject) => subject.Finding?.Game ?? subject.Training;

    private string Verdict()
    {
        var found = _names
            .Zip(_subjects)
            .Where(run => double.IsFinite(run.Second.Finding?.Certificate.Distance ?? double.NaN))
            .ToArray();
        var games = _subjects.Select(subject => subject.Spec).Distinct(StringComparer.Ordinal).Count();
        if (_areTrainings)
            return $"{_names.Length} trainings by {string.Join(", ", _subjects.Select(About).Distinct())}.";
        if (found.Length == 0)
            return "None of the runs has a certificate.";
        if (games > 1)
            return $"{_names.Length} runs of {games} different specifications.";
        if (found.Select(run => run.Second.Finding!.Certificate.Kind).Distinct(StringComparer.Ordinal).Count() > 1)
            return $"{_names.Length} runs, certified in different ways.";
        var (name, best) = found.MinBy(run => run.Second.Finding!.Certificate.Distance);
        var certificate = best.Finding!.Certificate;
        var bound =
            certificate.Kind == "exact" || certificate.IsFirstOrder
                ? certificate.Figure
                : $"{certificate.Figure}, as a {certificate.Words},";
        return $"The smallest {bound} of {_names.Length} runs is {Figures.Brief(certificate.Distance)}, by {name}.";
    }

    private IReadOnlyList<IReadOnlyList<string>> Rows(Func<double, string> number) =>
        [
            [.. Words, .. Measured, "steps", "seconds"],
            .. _names.Zip(
                _subjects,
                (name, subject) =>
                    subject.Finding is { } finding
                        ? Certified(name, subject.State, finding, number)
                        : AsMeasured(name, subject, number)
            ),
        ];

    private IReadOnlyList<string> Words =>
        _areTrainings ? ["run", "method", "state"] : ["run", "game", "solver", "state", "certificate"];

    private IReadOnlyList<string> Certified(string name, string state, Finding finding, Func<double, string> number) =>
        [
            name,
            finding.Game,
            finding.Solver,
            state,
            finding.Certificate.Words,
            .. Measured.Select(figure => Of(finding.Certificate, figure) is { } value ? number(value) : ""),
            Figures.Count(finding.Steps),
            number(finding.Seconds),
        ];

    // a training, or a run that has no result
    private IReadOnlyList<string> AsMeasured(string name, Subject subject, Func<double, string> number) =>
        [
            .. _areTrainings
                ? (string[])[name, subject.Training!, subject.State]
                : [name, "", subject.Training ?? "", subject.State, "none"],
            .. Measured.Select(figure =>
                Learned.Contains(figure) && Has(subject, figure) && subject.Metrics.Last(figure) is var (_, value)
                    ? number(value)
                    : ""
            ),
            subject.Metrics.Steps is [.., var steps] ? Figures.Count(steps) : "",
            subject.Metrics.Seconds is { } seconds ? number(seconds) : "",
        ];

    /// <summary>The figures that certificates of the runs have, and those of trainings, by the names of their columns.</summary>
    private IReadOnlyList<string> Measured
    {
        get
        {
            Certified[] all = [.. _subjects.Select(subject => subject.Finding?.Certificate).OfType<Certified>()];
            return
            [
                .. all.Length == 0 && !_areTrainings || all.Any(c => !c.IsFirstOrder)
                    ? (string[])["nash_conv", "exploitability"]
                    : [],
                .. all.Any(c => c.IsFirstOrder) ? (string[])["residual"] : [],
                .. all.Any(c => c.Violation is not null) ? (string[])["violation"] : [],
                .. Learned.Where(key => _subjects.Any(subject => Has(subject, key))),
            ];
        }
    }

    private static double? Of(Certified certificate, string figure) =>
        figure switch
        {
            "nash_conv" => certificate.IsFirstOrder ? null : certificate.Distance,
            "residual" => certificate.IsFirstOrder ? certificate.Distance : null,
            "exploitability" => certificate.Exploitability,
            _ => certificate.Violation,
        };

    // what can never be the same tells nothing
    private static bool IsComparable(Entry entry) =>
        entry.Name is not ("run" or "started" or "command" or "note" or "tags" or "group");

    private IEnumerable<IReadOnlyList<string>> Differing(Func<Subject, IReadOnlyList<Entry>> entries, string kind)
    {
        var all = _subjects.Select(entries).ToArray();
        foreach (var name in all.SelectMany(run => run.Select(entry => entry.Name)).Distinct(StringComparer.Ordinal))
        {
            string[] values = [.. all.Select(run => run.FirstOrDefault(entry => entry.Name == name)?.Value ?? "none")];
            if (values.Distinct(StringComparer.Ordinal).Count() > 1)
                yield return [kind, name, .. values];
        }
    }

    private bool Curves(Html html)
    {
        const string Reported =
            "that each run reports; in a batch, the largest of all games. Steps of different solvers cost different amounts of work.";
        const string Told =
            "as each training tells it, on the examples of the step; those of different methods or data do not compare.";
        var log = new AxisScale("steps", IsLog: true);
        var steps = new AxisScale("steps", IsLog: !_areTrainings);
        var hasCurves = false;
        foreach (
            var (key, heading, figure, x, y, caption) in new (string, string, string, AxisScale, AxisScale, string)[]
            {
                (
                    "game/nash_conv",
                    "Gaps",
                    "NashConv",
                    log,
                    new("NashConv, in units of payoff", true),
                    $"NashConv of the strategies {Reported}"
                ),
                (
                    "game/stationarity",
                    "Residuals",
                    "Residual",
                    log,
                    new("residual of stationarity", true),
                    $"Residual of the points {Reported}"
                ),
                ("loss", "Losses", "Loss", steps, new("loss", false), $"The loss {Told}"),
                ("reward", "Rewards", "Reward", steps, new("reward", false), $"The reward {Told}"),
            }
        )
        {
            var scales = y.IsLog ? ", both axes logarithmic" : "";
            var chart = new Chart($"{figure} of each run over steps{scales}", x, y, Lines(key, x, y));
            if (!chart.HasCurve)
                continue;
            html.Add($"<section><h2>{heading} over steps</h2>");
            ChartFigure.Add(html, chart, caption);
            html.Add($"</section>\n");
            hasCurves = true;
        }

        return hasCurves;
    }

    private Series[] Lines(string key, AxisScale x, AxisScale y)
    {
        const int Colours = 8;
        return
        [
            .. _subjects
                .Select(
                    (subject, k) =>
                        Has(subject, key)
                            ? Series.Of(
                                _names[k],
                                $"run{k % Colours}",
                                k < Colours ? "solid"
                                    : k < 2 * Colours ? "dash"
                                    : "dot",
                                x,
                                y,
                                subject
                                    .Metrics.Find(key)!
                                    .Select((value, at) => new Point(subject.Metrics.Steps[at], value))
                            )
                            : null
                )
                .OfType<Series>()
                .Where(curve => curve.Points.Count > 0),
        ];
    }

    // a probe of a game's author may have a training's name
    private static bool Has(Subject subject, string key) =>
        subject.Metrics.Find(key) is not null && (subject.Training is not null || !Learned.Contains(key));

    private void Specs(Html html)
    {
        html.Add($"<section><h2>Specifications</h2>");
        var first = _subjects[0].Spec ?? "";
        if (_subjects.All(subject => subject.Spec == _subjects[0].Spec))
            html.Add($"<p>All runs are of this specification.</p><pre tabindex=\"0\">{first}</pre>");
        foreach (
            var (name, subject) in _names.Zip(_subjects).Skip(1).Where(run => run.Second.Spec != _subjects[0].Spec)
        )
        {
            html.Add($"<h3>From {_names[0]} to {name}</h3>");
            if (LineDifference.Of(first, subject.Spec ?? "") is not { } lines)
            {
                html.Add($"<p>They differ, and are too long to compare line by line.</p>");
                continue;
            }

            html.Add($"<pre tabindex=\"0\">");
            foreach (var line in lines)
            {
                if (line[0] == '-')
                    html.Add($"<del>{line}</del>\n");
                else if (line[0] == '+')
                    html.Add($"<ins>{line}</ins>\n");
                else
                    html.Add($"{line}\n");
            }

            html.Add($"</pre>");
        }

        html.Add($"</section>\n");
    }

    private static string Title(string column) => column == "nash_conv" ? "NashConv" : column;

    private static void Table(Html html, IReadOnlyList<IReadOnlyList<string>> rows, int firstNumber)
    {
        html.Add($"<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>");
        for (var column = 0; column < rows[0].Count; column++)
        {
            if (column >= firstNumber)
                html.Add($"<th class=\"n\">{Title(rows[0][column])}</th>");
            else
                html.Add($"<th>{Title(rows[0][column])}</th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var row in rows.Skip(1))
        {
            html.Add($"<tr>");
            for (var column = 0; column < row.Count; column++)
            {
                if (column >= firstNumber)
                    html.Add($"<td class=\"n\">{row[column]}</td>");
                else
                    html.Add($"<td>{row[column]}</td>");
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }
}
