using System.Collections.Immutable;
using static Alignment.Formats.Wording;

namespace Alignment.Formats;

/// <summary>A normal-form game as a file holds it: players, their actions, and the payoffs in each cell.</summary>
/// <remarks>
/// <para>
/// A cell is one action for each player. <see cref="Payoffs"/> lists the cells in row-major order: the
/// <b>last</b> player's action varies fastest, so with action counts m, n, p the cell (i, j, k) is number
/// (i n + j) p + k. A Gambit .nfg file counts the <b>first</b> player's action fastest; the reader and the
/// writer turn the order round.
/// </para>
/// <para>Immutable, and equal by value. Units are the file's own; every payoff is finite.</para>
/// <para>Not for games with structure (trees, sparse payoffs): the table is dense.</para>
/// </remarks>
public sealed class NormalFormTable : IEquatable<NormalFormTable>
{
    private readonly int[] strides;

    /// <summary>A table of the given names and numbers, checked.</summary>
    /// <param name="title">The title; may be empty.</param>
    /// <param name="comment">The comment; may be empty.</param>
    /// <param name="players">A name for each player, at least one player; distinct and not empty.</param>
    /// <param name="actions">For each player its actions' labels, at least one; distinct and not empty.</param>
    /// <param name="payoffs">For each player its payoff in each cell, row-major; finite.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other; the message names the player.</exception>
    public NormalFormTable(
        string title,
        string comment,
        IEnumerable<string> players,
        IEnumerable<IEnumerable<string>> actions,
        IEnumerable<IEnumerable<double>> payoffs
    )
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(comment);
        Title = title;
        Comment = comment;
        Players = [.. players];
        Actions = [.. actions.Select(labels => labels.ToImmutableArray())];
        // ToImmutableArray hands an immutable array on as it is, so a reader's payoffs are not copied.
        Payoffs = [.. payoffs.Select(numbers => numbers.ToImmutableArray())];
        CheckNames("players", Players, nameof(players));
        CheckOnePerPlayer("list of action labels", Actions.Length, nameof(actions));
        CheckOnePerPlayer("list of payoffs", Payoffs.Length, nameof(payoffs));
        for (int player = 0; player < Players.Length; player++)
        {
            CheckNames($"actions of player {Quote(Players[player])}", Actions[player], nameof(actions));
        }
        Shape = [.. Actions.Select(labels => labels.Length)];
        long cells = TableShape.Cells(Shape.Select(count => (long)count));
        for (int player = 0; player < Players.Length; player++)
        {
            CheckPayoffs(Players[player], Payoffs[player], cells);
        }
        strides = TableShape.Strides(Shape);
    }

    /// <summary>The title; empty when there is none.</summary>
    public string Title { get; }

    /// <summary>The comment; empty when there is none.</summary>
    public string Comment { get; }

    /// <summary>The players' names, distinct and not empty.</summary>
    public ImmutableArray<string> Players { get; }

    /// <summary>For each player its actions' labels, distinct and not empty.</summary>
    public ImmutableArray<ImmutableArray<string>> Actions { get; }

    /// <summary>For each player its payoff in each cell, row-major: the last player's action varies fastest.</summary>
    public ImmutableArray<ImmutableArray<double>> Payoffs { get; }

    /// <summary>The number of actions of each player.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>The number of cells: the product of <see cref="Shape"/>.</summary>
    public int CellCount => Payoffs[0].Length;

    /// <summary>One player's payoff in one cell.</summary>
    /// <param name="player">The player's number, from 0.</param>
    /// <param name="cell">One action for each player, each from 0.</param>
    /// <returns>The payoff.</returns>
    /// <exception cref="ArgumentException">The cell does not have one action for each player.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No such player or action.</exception>
    public double Payoff(int player, params int[] cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        ArgumentOutOfRangeException.ThrowIfNegative(player);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(player, Players.Length);
        CheckOnePerPlayer("action", cell.Length, nameof(cell));
        int index = 0;
        for (int i = 0; i < cell.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cell[i], nameof(cell));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cell[i], Shape[i], nameof(cell));
            index += cell[i] * strides[i];
        }
        return Payoffs[player][index];
    }

    /// <inheritdoc/>
    public bool Equals(NormalFormTable? other) =>
        other is not null
        && string.Equals(Title, other.Title, StringComparison.Ordinal)
        && string.Equals(Comment, other.Comment, StringComparison.Ordinal)
        && Players.SequenceEqual(other.Players, StringComparer.Ordinal)
        && Shape.SequenceEqual(other.Shape)
        && Actions.Zip(other.Actions).All(both => both.First.SequenceEqual(both.Second, StringComparer.Ordinal))
        && Payoffs.Zip(other.Payoffs).All(both => both.First.AsSpan().SequenceEqual(both.Second.AsSpan()));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NormalFormTable);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Title, StringComparer.Ordinal);
        foreach (double payoff in Payoffs.SelectMany(numbers => numbers))
        {
            hash.Add(payoff);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Quote(Title)}: {TableShape.Describe(Shape.Select(count => (long)count))} cells, players "
        + Shorten(string.Join(", ", Players));

    private static void CheckNames(string what, ImmutableArray<string> names, string parameter)
    {
        if (names.IsEmpty)
        {
            throw new ArgumentException($"{what}: expected at least one, got none", parameter);
        }
        if (names.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"{what}: a name is empty; name every one", parameter);
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw new ArgumentException($"{what}: {Quote(twice)} occurs twice; make the names distinct", parameter);
        }
    }

    private static void CheckPayoffs(string player, ImmutableArray<double> payoffs, long cells)
    {
        if (payoffs.Length != cells)
        {
            throw new ArgumentException(
                $"payoffs of player {Quote(player)}: expected {Number(cells)}, one per cell, got {Number(payoffs.Length)}",
                nameof(payoffs)
            );
        }
        if (!payoffs.All(double.IsFinite))
        {
            throw new ArgumentException(
                $"payoffs of player {Quote(player)}: expected finite numbers only",
                nameof(payoffs)
            );
        }
    }

    private void CheckOnePerPlayer(string what, int count, string parameter)
    {
        if (count != Players.Length)
        {
            throw new ArgumentException(
                $"expected {Number(Players.Length)}, one {what} per player, got {Number(count)}",
                parameter
            );
        }
    }
}
