using System.Globalization;
using System.Runtime.InteropServices;

namespace Alignment;

/// <summary>The table of a game whose tree is not known: it grows by what is met.</summary>
internal sealed class OpenTable(int players) : RegretTable
{
    // for each player and information set: the regrets, and behind them the sums; null where nothing was looked up yet
    private readonly List<double[]?>[] _numbers = [.. Enumerable.Range(0, players).Select(_ => new List<double[]?>())];

    public override Span<double> Regrets(int player, int set, int actions) =>
        Numbers(player, set, actions).AsSpan(0, actions);

    public override Span<double> Sums(int player, int set, int actions) =>
        Numbers(player, set, actions).AsSpan(actions, actions);

    /// <summary>Whether an information set was looked up before.</summary>
    public bool Has(int player, int set) => set < _numbers[player].Count && _numbers[player][set] is not null;

    /// <summary>Puts the table into a snapshot. What is 0 throughout is left out: most information sets are met by one
    /// player's walks alone, which give them regrets or a sum, and not both.</summary>
    public void Save(Snapshot snapshot)
    {
        for (var p = 0; p < _numbers.Length; p++)
        {
            var kept = new double[_numbers[p].Count];
            var (regrets, sums) = (new List<double>(kept.Length), new List<double>(kept.Length));
            for (var set = 0; set < kept.Length; set++)
            {
                if (_numbers[p][set] is not { } numbers)
                    continue;
                var actions = numbers.Length / 2;
                kept[set] =
                    Known
                    | (Add(regrets, numbers.AsSpan(0, actions)) ? HasRegrets : 0)
                    | (Add(sums, numbers.AsSpan(actions)) ? HasSums : 0);
            }

            snapshot.Put(Name("kept", p), kept);
            snapshot.Put(Name("regrets", p), [.. regrets]);
            snapshot.Put(Name("sums", p), [.. sums]);
        }
    }

    /// <summary>Takes an empty table up from a snapshot.</summary>
    /// <param name="snapshot">What <see cref="Save"/> made.</param>
    /// <param name="walk">The walk as it was then.</param>
    public void Load(Snapshot snapshot, OpenWalk walk)
    {
        for (var p = 0; p < _numbers.Length; p++)
        {
            var kept = snapshot.Array(Name("kept", p));
            ReadOnlySpan<double> regrets = snapshot.Array(Name("regrets", p));
            ReadOnlySpan<double> sums = snapshot.Array(Name("sums", p));
            _numbers[p].EnsureCapacity(kept.Length);
            for (var set = 0; set < kept.Length; set++)
            {
                var has = (int)kept[set];
                if (has == 0)
                    continue;
                var actions = walk.Actions(p, set).Count;
                var numbers = Numbers(p, set, actions);
                Take(ref regrets, numbers.AsSpan(0, actions), (has & HasRegrets) != 0);
                Take(ref sums, numbers.AsSpan(actions), (has & HasSums) != 0);
            }
        }
    }

    private const int Known = 1;
    private const int HasRegrets = 2;
    private const int HasSums = 4;

    private static string Name(string what, int player) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}/{player}");

    // bits are compared, since -0 equals 0
    private static bool Add(List<double> all, ReadOnlySpan<double> numbers)
    {
        if (MemoryMarshal.Cast<double, long>(numbers).IndexOfAnyExcept(0L) < 0)
            return false;
        all.AddRange(numbers);
        return true;
    }

    private static void Take(ref ReadOnlySpan<double> all, Span<double> numbers, bool isKept)
    {
        if (!isKept)
            return;
        all[..numbers.Length].CopyTo(numbers);
        all = all[numbers.Length..];
    }

    private double[] Numbers(int player, int set, int actions)
    {
        var numbers = _numbers[player];
        while (numbers.Count <= set)
            numbers.Add(null);
        return numbers[set] ??= new double[2 * actions];
    }
}
