using System.Globalization;
using System.Text;

namespace Alignment.Reports;

/// <summary>A path of strategies over three actions, in the triangle of all of them.</summary>
/// <remarks>
/// A strategy (p, q, r) stands at p A + q B + r C, where A, B and C are the corners: lower left, lower right and top. Lines of the grid are where an
/// action has probability 1/4, 1/2 and 3/4.
/// </remarks>
internal static class SimplexDrawing
{
    private const double Width = 360;
    private const double Height = 336;
    private const int LongestName = 20;

    // equilateral: 300 wide, 260 high
    private static readonly (double X, double Y)[] Corners = [(30, 296), (330, 296), (180, 36)];

    /// <summary>Whether a player's strategies lie in a triangle.</summary>
    public static bool Takes(PlayerTrajectory player) =>
        player.Decisions is [{ InformationSet: null, Actions: [{ Probabilities.Count: > 1 }, _, _] }];

    /// <summary>The drawing.</summary>
    /// <param name="player">A player with three actions.</param>
    public static Drawing Of(PlayerTrajectory player)
    {
        var html = new Html();
        var actions = player.Decisions[0].Actions;
        (double X, double Y)[] points =
        [
            .. Enumerable
                .Range(0, actions[0].Probabilities.Count)
                .Select(k => At(actions[0].Probabilities[k], actions[1].Probabilities[k], actions[2].Probabilities[k])),
        ];
        for (var quarter = 1; quarter < 4; quarter++)
        {
            var share = quarter / 4.0;
            Line(html, At(share, 1 - share, 0), At(share, 0, 1 - share));
            Line(html, At(1 - share, share, 0), At(0, share, 1 - share));
            Line(html, At(1 - share, 0, share), At(0, 1 - share, share));
        }

        html.Add(
            $"<path class=\"axis\" fill=\"none\" d=\"M{Corners[0].X} {Corners[0].Y}L{Corners[1].X} {Corners[1].Y}L{Corners[2].X} {Corners[2].Y}Z\"/>"
        );
        Name(html, actions[0].Action, 4, Corners[0].Y + 22, "start");
        Name(html, actions[1].Action, Width - 4, Corners[1].Y + 22, "end");
        Name(html, actions[2].Action, Corners[2].X, Corners[2].Y - 12, "middle");
        html.Add($"<path class=\"series main\" stroke-linejoin=\"round\" d=\"{Path(points)}\"/>")
            .Add(
                $"<circle class=\"start\" cx=\"{points[0].X}\" cy=\"{points[0].Y}\" r=\"5\"><title>start</title></circle>"
            )
            .Add(
                $"<circle class=\"end\" cx=\"{points[^1].X}\" cy=\"{points[^1].Y}\" r=\"5\"><title>end</title></circle>"
            );
        return new("simplex", Title(player), Width, Height, html);
    }

    /// <summary>What is drawn, in words: from where to where.</summary>
    private static string Title(PlayerTrajectory player)
    {
        var actions = player.Decisions[0].Actions;
        string At(Index k) =>
            string.Join(", ", actions.Select(a => $"{a.Action} {Figures.Probability(a.Probabilities[k])}"));
        return $"Strategy of {player.Player} over the measured moments, in the triangle of its three actions: from {At(0)} to {At(^1)}";
    }

    private static (double X, double Y) At(double first, double second, double third) =>
        (
            (first * Corners[0].X) + (second * Corners[1].X) + (third * Corners[2].X),
            (first * Corners[0].Y) + (second * Corners[1].Y) + (third * Corners[2].Y)
        );

    private static void Line(Html html, (double X, double Y) from, (double X, double Y) to) =>
        html.Add($"<line class=\"grid\" x1=\"{from.X}\" y1=\"{from.Y}\" x2=\"{to.X}\" y2=\"{to.Y}\"/>");

    private static void Name(Html html, string name, double x, double y, string anchor) =>
        html.Add($"<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{Cut(name)}<title>{name}</title></text>");

    private static string Cut(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";

    private static string Path((double X, double Y)[] points)
    {
        var path = new StringBuilder();
        foreach (var (x, y) in points)
            path.Append(path.Length == 0 ? 'M' : 'L')
                .Append(x.ToString("0.##", CultureInfo.InvariantCulture))
                .Append(' ')
                .Append(y.ToString("0.##", CultureInfo.InvariantCulture));
        return path.ToString();
    }
}
