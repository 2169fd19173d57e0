using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>Tells names apart that are the same: the second <c>x</c> becomes <c>x (2)</c>, the third <c>x (3)</c>.</summary>
internal sealed class EfgUniqueNames
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    // What the last number given to a name was, so that a thousand equal names are not a million attempts.
    private readonly Dictionary<string, int> last = new(StringComparer.Ordinal);

    public string Of(string wanted)
    {
        string name = wanted;
        while (!taken.Add(name))
        {
            int number = last.GetValueOrDefault(wanted, 1) + 1;
            last[wanted] = number;
            name = $"{wanted} ({Number(number)})";
        }
        return name;
    }
}
