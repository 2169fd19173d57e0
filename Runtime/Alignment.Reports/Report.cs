using Alignment.Runtime;

namespace Alignment.Reports;

/// <summary>A run as one HTML file that needs nothing else: no network, no other file, and no script to be read.</summary>
/// <remarks>
/// It begins with the verdict: kind of certificate, NashConv and exploitability or residuals, and how the run ended. Then come gaps over steps with
/// fitted and claimed rates, strategies or weights and how they came about, constraints, payoffs, the games of a batch, values, what probes measured,
/// information sets met without a tree, the specification, and settings. A content security policy in the
/// file refuses every address. A run that has no result yet, or none, gets a report that says so; a training
/// has its last reward or loss, and all that it told over steps.
/// </remarks>
public static class Report
{
    /// <summary>Writes the report of a run's folder.</summary>
    /// <param name="run">The run; it may still go on.</param>
    /// <param name="stream">Where the file goes, in UTF-8.</param>
    /// <param name="game">The game that was solved, for its payoffs. Default: null, those that the folder has, of a small two-player matrix game.</param>
    /// <param name="solver">The solver, for the rates that it claims. Default: null, no claims.</param>
    public static void Write(RunFolder run, Stream stream, BoundGame? game = null, SolverInfo? solver = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(stream);
        Write(Subject.Of(run, game, solver), stream);
    }

    /// <summary>Writes the report of a solution in memory.</summary>
    /// <param name="solution">The solution.</param>
    /// <param name="stream">Where the file goes, in UTF-8.</param>
    public static void Write(Solution solution, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(solution);
        ArgumentNullException.ThrowIfNull(stream);
        Write(Subject.Of(solution), stream);
    }

    /// <summary>The sentence that the report of a run begins with: what players could gain, or that there is no certificate.</summary>
    public static string Verdict(RunFolder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return VerdictSection.Sentence(Subject.Of(run, game: null, solver: null));
    }

    private static void Write(Subject subject, Stream stream)
    {
        var html = new Html();
        VerdictSection.Add(html, subject);
        var hasPlots = AddFindings(html, subject);
        SettingsSection.AddSpec(html, subject);
        SettingsSection.Add(html, subject);
        if (hasPlots)
            AddUsage(html);
        Page.Write($"{subject.Name}: {VerdictSection.Sentence(subject)}", html, hasPlots, stream);
    }

    /// <summary>Adds what was found, and how it came about.</summary>
    /// <returns>Whether there are plots that need the plots' script.</returns>
    internal static bool AddFindings(Html html, Subject subject)
    {
        var hasGaps = subject.Training is null && GapSection.Add(html, subject);
        StrategySection.Add(html, subject);
        var hasStrategies = TrajectorySection.Add(html, subject);
        var hasLimits = ConstraintSection.Add(html, subject);
        PayoffSection.Add(html, subject);
        BatchSection.Add(html, subject);
        var hasValues = ValueSection.Add(html, subject);
        var hasProbes = ProbeSection.Add(html, subject);
        var hasSets = InformationSetSection.Add(html, subject);
        return hasGaps || hasStrategies || hasLimits || hasValues || hasProbes || hasSets;
    }

    /// <summary>Adds how plots are used.</summary>
    internal static void AddUsage(Html html) =>
        html.Add(
            $"<footer class=\"screen\"><p>In a plot: drag to zoom, double-click to go back. The plots are drawn by plotly.js, which this file carries with its licence.</p></footer>\n"
        );
}
