using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A player's actions in order of first appearance in a column of a table.</summary>
internal sealed class ActionLabels(string player, int column)
{
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> all = [];

    public IReadOnlyList<string> All => all;

    /// <summary>The number of the action in the row, from 0: a new one if the action was not seen before.</summary>
    public int NumberOf(CsvTableRow row)
    {
        string label = row.Cells[column];
        if (label.Length == 0)
        {
            throw row.Error(column, $"an action of player {Quote(player)} has no label; expected one");
        }
        if (numbers.TryAdd(label, all.Count))
        {
            all.Add(label);
        }
        return numbers[label];
    }
}
