namespace Alignment;

/// <summary>A value for each parameter of a game family. Immutable and value-equal.</summary>
public sealed class GameArguments : IEquatable<GameArguments>
{
    private readonly IGameFamily _family;
    private readonly ValueList<object> _values;

    private GameArguments(IGameFamily family, ValueList<object> values)
    {
        _family = family;
        _values = values;
    }

    /// <summary>Who is told how far the enumeration of a sequential game is, or null. Not part of equality.</summary>
    public IProgress<TreeProgress>? Progress { get; private init; }

    /// <summary>These arguments, with someone to be told how far an enumeration is.</summary>
    public GameArguments With(IProgress<TreeProgress>? progress) => new(_family, _values) { Progress = progress };

    /// <summary>The defaults of a family.</summary>
    public static GameArguments Of(IGameFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        return new(family, family.Parameters.Select(p => p.DefaultValue).ToValueList());
    }

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="ArgumentException">The family has no such parameter.</exception>
    public T Get<T>(GameParameter<T> parameter)
        where T : notnull => (T)_values[Index(parameter)];

    /// <summary>A real number as a declared parameter of the game's specification, which can be set and swept there.</summary>
    /// <exception cref="ArgumentException">The family has no such parameter.</exception>
    public Expr Declare(GameParameter<double> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Signal.Parameter(
            parameter.Name,
            Get(parameter),
            parameter.Minimum,
            parameter.Maximum,
            parameter.Description
        );
    }

    /// <summary>These arguments with another value for a parameter.</summary>
    /// <exception cref="GameSyntaxException">The value is out of range.</exception>
    public GameArguments With<T>(GameParameter<T> parameter, T value)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Allows(value)
            ? new(_family, _values.SetItem(Index(parameter), value)) { Progress = Progress }
            : throw Wrong(parameter, parameter.Format(value));
    }

    /// <summary>These arguments with a parameter set from a text.</summary>
    /// <exception cref="GameSyntaxException">There is no such parameter, or the text is none of its values.</exception>
    public GameArguments With(string parameter, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var named =
            _family.Parameters.FirstOrDefault(p => p.Name == parameter)
            ?? throw new GameSyntaxException(
                $"The game '{_family.Name}' has no parameter '{parameter}'."
                    + Nearest.Hint(parameter, _family.Parameters.Select(p => p.Name), "It has")
            );
        return named.Parse(text.Trim()) is { } value
            ? new(_family, _values.SetItem(Index(named), value)) { Progress = Progress }
            : throw Wrong(named, text.Trim());
    }

    /// <summary>The name of the game's specification: the family's, with the arguments that the specification does not declare itself.</summary>
    public string SpecName => Print(p => !p.IsDeclared);

    /// <inheritdoc/>
    public bool Equals(GameArguments? other) =>
        other is not null && _family.Name == other._family.Name && _values.Equals(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GameArguments);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_family.Name, _values);

    /// <summary>The family's name with all arguments, as in <c>blotto(coins=10,fields=3)</c>.</summary>
    public override string ToString() => Print(_ => true);

    private string Print(Func<GameParameter, bool> which)
    {
        var shown = _family
            .Parameters.Zip(_values)
            .Where(p => which(p.First))
            .Select(p => $"{p.First.Name}={p.First.Format(p.Second)}")
            .ToArray();
        return shown.Length == 0 ? _family.Name : $"{_family.Name}({string.Join(',', shown)})";
    }

    private int Index(GameParameter parameter) =>
        _family.Parameters.IndexOf(parameter) is >= 0 and var k
            ? k
            : throw new ArgumentException(
                $"The game '{_family.Name}' has no parameter '{parameter.Name}'.",
                nameof(parameter)
            );

    private GameSyntaxException Wrong(GameParameter parameter, string got) =>
        new($"Parameter '{parameter.Name}' of the game '{_family.Name}': expected {parameter.Range}, got '{got}'.");
}
