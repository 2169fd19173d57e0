using System.Globalization;

namespace Alignment;

/// <summary>A position of phantom tic-tac-toe.</summary>
/// <param name="Board">The fields row by row: x of the first player, o of the second, or a dot.</param>
/// <param name="First">The first player's tries in order, with a mark behind those that failed: <c>a1 b2!</c>.</param>
/// <param name="Second">The second player's tries.</param>
/// <param name="Mover">Who is to move: 0 or 1.</param>
public sealed record PhantomTicTacToePosition(string Board, string First, string Second, int Mover);

/// <summary>Phantom tic-tac-toe: a line of own marks wins, and nobody sees the other's marks; a try at an occupied field is refused.</summary>
/// <remarks>
/// <para>A player knows its own tries and whether each was refused, and no more. After a refusal it tries again (<c>classical</c>: it is not
/// told how often the other was refused) or loses the turn (<c>abrupt</c>). Fields it knows of are not tried again. A line of
/// <c>line</c> marks along a row, column or diagonal wins 1 from the other; a full board without one is a draw.</para>
/// <para>Known facts: with 2 in a line and the abrupt rule the first player gets 13/17 on 2 x 3 fields, 2/3 on 2 x 2, 5/8 on 1 x 3; with the
/// classical rule it wins for sure on all three.The board of 3 x 3 has more histories than can be enumerated: use a solver that samples.</para>
/// <para>Source: the phantom games of OpenSpiel (Lanctot et al. 2019), after Teytaud, Teytaud (2011), "Lemmas on partial observation, with
/// application to phantom games"; the abrupt rule as in its dark hex.</para>
/// </remarks>
public sealed class PhantomTicTacToe : IRules<PhantomTicTacToePosition>
{
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _line;
    private readonly string _version;
    private readonly ValueList<string> _fields;
    private readonly int[][] _lines;

    /// <summary>What <c>version</c> may be: the refused player moves again, or loses the turn.</summary>
    public static ValueList<string> Versions { get; } = ["classical", "abrupt"];

    /// <summary>Phantom tic-tac-toe.</summary>
    /// <param name="rows">Rows of the board, 1 to 3.</param>
    /// <param name="columns">Columns of the board, 1 to 3.</param>
    /// <param name="line">Marks in a row that win: 2, or 3 where the board has that length.</param>
    /// <param name="version">One of <see cref="Versions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the word none of those.</exception>
    public PhantomTicTacToe(int rows = 2, int columns = 3, int line = 2, string version = "abrupt")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(columns, 3);
        ArgumentOutOfRangeException.ThrowIfLessThan(line, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(line, Math.Max(rows, columns));
        ArgumentOutOfRangeException.ThrowIfNegative(Versions.IndexOf(version), nameof(version));
        (_rows, _columns, _line, _version) = (rows, columns, line, version);
        _fields = Enumerable
            .Range(0, rows * columns)
            .Select(field =>
                string.Create(CultureInfo.InvariantCulture, $"{"abc"[field % columns]}{(field / columns) + 1}")
            )
            .ToValueList();
        (int Down, int Right)[] ways = [(0, 1), (1, 0), (1, 1), (1, -1)];
        _lines =
        [
            .. from field in Enumerable.Range(0, rows * columns)
            from way in ways
            let lastRow = (field / columns) + (way.Down * (line - 1))
            let lastColumn = (field % columns) + (way.Right * (line - 1))
            where lastRow < rows && lastColumn >= 0 && lastColumn < columns
            select Enumerable.Range(0, line).Select(k => field + (k * ((way.Down * columns) + way.Right))).ToArray(),
        ];
    }

    /// <inheritdoc/>
    public string Name => $"phantom_tic_tac_toe(rows={_rows},columns={_columns},line={_line},version={_version})";

    /// <inheritdoc/>
    public ValueList<string> Players => ["player1", "player2"];

    /// <inheritdoc/>
    public PhantomTicTacToePosition Initial => new(new('.', _rows * _columns), "", "", 0);

    /// <inheritdoc/>
    public Turn Actor(PhantomTicTacToePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var over = HasLine(state, 'x') || HasLine(state, 'o') || !state.Board.Contains('.', StringComparison.Ordinal);
        return over ? Turn.Over : Turn.Of(state.Mover);
    }

    /// <inheritdoc/>
    public ValueList<string> Actions(PhantomTicTacToePosition state) =>
        Unknown(state).Select(field => _fields[field]).ToValueList();

    /// <inheritdoc/>
    public ValueList<double> Chance(PhantomTicTacToePosition state) => [];

    /// <inheritdoc/>
    public PhantomTicTacToePosition Next(PhantomTicTacToePosition state, int action)
    {
        ArgumentNullException.ThrowIfNull(state);
        var field = Unknown(state).ElementAt(action);
        var free = state.Board[field] == '.';
        var tries = $"{Own(state)} {_fields[field]}{(free ? "" : "!")}";
        var board = free ? $"{state.Board[..field]}{"xo"[state.Mover]}{state.Board[(field + 1)..]}" : state.Board;
        var mover = free || _version == "abrupt" ? 1 - state.Mover : state.Mover;
        return state.Mover == 0 ? new(board, tries, state.Second, mover) : new(board, state.First, tries, mover);
    }

    /// <inheritdoc/>
    public string InformationState(PhantomTicTacToePosition state) =>
        $"player{Actor(state).Player + 1}{(Own(state).Length == 0 ? " -" : Own(state))}";

    /// <inheritdoc/>
    public ValueList<double> Returns(PhantomTicTacToePosition state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return HasLine(state, 'x') ? [1, -1]
            : HasLine(state, 'o') ? [-1, 1]
            : [0, 0];
    }

    private static string Own(PhantomTicTacToePosition state) => state.Mover == 0 ? state.First : state.Second;

    /// <summary>Fields that the mover has not tried.</summary>
    private IEnumerable<int> Unknown(PhantomTicTacToePosition state) =>
        Enumerable
            .Range(0, _fields.Count)
            .Where(field => !Own(state).Contains(_fields[field], StringComparison.Ordinal));

    private bool HasLine(PhantomTicTacToePosition state, char mark) =>
        Array.Exists(_lines, fields => Array.TrueForAll(fields, field => state.Board[field] == mark));
}

/// <summary>Phantom tic-tac-toe by name; the rules are <see cref="PhantomTicTacToe"/>.</summary>
public sealed record PhantomTicTacToeFamily : IRulesFamily
{
    /// <summary>Rows of the board.</summary>
    public static GameParameter<int> Rows { get; } = GameParameter.Integer("rows", 2, 1, 3, "Rows of the board.");

    /// <summary>Columns of the board.</summary>
    public static GameParameter<int> Columns { get; } =
        GameParameter.Integer("columns", 3, 1, 3, "Columns of the board.");

    /// <summary>Marks in a row that win.</summary>
    public static GameParameter<int> Line { get; } = GameParameter.Integer("line", 2, 2, 3, "Marks in a row that win.");

    /// <summary>After a try at an occupied field: the player tries again, or loses the turn.</summary>
    public static GameParameter<string> Version { get; } =
        GameParameter.Word(
            "version",
            "abrupt",
            PhantomTicTacToe.Versions,
            "After a try at an occupied field: the player tries again, or loses the turn."
        );

    /// <inheritdoc/>
    public string Name => "phantom_tic_tac_toe";

    /// <inheritdoc/>
    public string Summary => "Tic-tac-toe without seeing the other's marks; tries at occupied fields are refused.";

    /// <inheritdoc/>
    public string Source =>
        "OpenSpiel (Lanctot et al. 2019); Teytaud, Teytaud (2011), Lemmas on Partial Observation, with Application to Phantom Games.";

    /// <inheritdoc/>
    public ValueList<GameParameter> Parameters => [Rows, Columns, Line, Version];

    /// <inheritdoc/>
    public OpenGame Rules(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var (rows, columns, line) = (arguments.Get(Rows), arguments.Get(Columns), arguments.Get(Line));
        if (line > Math.Max(rows, columns))
            throw new GameSyntaxException(
                $"The game '{arguments}' has no room for a line of {line}: expected a line of at most {Math.Max(rows, columns)}."
            );
        return OpenGame.Of(new PhantomTicTacToe(rows, columns, line, arguments.Get(Version)));
    }

    /// <inheritdoc/>
    public GameSpec Create(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        SequentialSize.Require(arguments, arguments.Get(Rows) * arguments.Get(Columns) > 6 ? 1e9 : 0);
        return Rules(arguments).Enumerate(arguments.Progress);
    }

    /// <inheritdoc/>
    public double? KnownValue(GameArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return (arguments.Get(Rows), arguments.Get(Columns), arguments.Get(Line), arguments.Get(Version)) switch
        {
            (2, 2, 2, "abrupt") => 2.0 / 3,
            (1, 3, 2, "abrupt") or (3, 1, 2, "abrupt") => 5.0 / 8,
            (1, 3, 3, "abrupt") or (3, 1, 3, "abrupt") => 1.0 / 6,
            (2, 3, 2, "abrupt") or (3, 2, 2, "abrupt") => 13.0 / 17,
            (2, 2, 2, _) or (1, 3, 2, _) or (3, 1, 2, _) or (2, 3, 2, _) or (3, 2, 2, _) => 1,
            _ => null,
        };
    }
}

public static partial class Games
{
    /// <summary>Phantom tic-tac-toe; see <see cref="Alignment.PhantomTicTacToe"/>.</summary>
    /// <exception cref="GameSyntaxException">A number or word is out of range, or the game would be too large.</exception>
    public static GameSpec PhantomTicTacToe(int rows = 2, int columns = 3, int line = 2, string version = "abrupt") =>
        Create<PhantomTicTacToeFamily>(
            Defaults<PhantomTicTacToeFamily>()
                .With(PhantomTicTacToeFamily.Rows, rows)
                .With(PhantomTicTacToeFamily.Columns, columns)
                .With(PhantomTicTacToeFamily.Line, line)
                .With(PhantomTicTacToeFamily.Version, version)
        );
}
