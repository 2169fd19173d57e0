namespace Alignment;

/// <summary>Reads <c>name(key=value,...)</c>, the syntax of OpenSpiel, without knowing any game.</summary>
internal sealed class GameSyntax
{
    private readonly string _text;
    private int _at;

    private GameSyntax(string text) => _text = text;

    /// <exception cref="GameSyntaxException">The text is not of that form.</exception>
    public static (string Name, IReadOnlyList<KeyValuePair<string, string>> Pairs) Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new GameSyntax(text).Call();
    }

    private (string Name, IReadOnlyList<KeyValuePair<string, string>> Pairs) Call()
    {
        var pairs = new List<KeyValuePair<string, string>>();
        var name = Word("the name of a game, such as rock_paper_scissors");
        if (Next() is null)
            return (name, pairs);
        Take("'(' or the end", '(');
        if (Next() != ')')
        {
            do pairs.Add(Pair(pairs));
            while (Take("',' or ')'", ',', ')') == ',');
        }
        else
        {
            _at++;
        }

        return Next() is null ? (name, pairs) : throw Unexpected("the end");
    }

    private KeyValuePair<string, string> Pair(List<KeyValuePair<string, string>> before)
    {
        var key = Word("the name of a parameter");
        var position = _at - key.Length + 1;
        if (before.Exists(pair => pair.Key == key))
            throw Fault($"the parameter '{key}' is given twice, the second time at position {position}", position);
        Take("'='", '=');
        if (Next() is null or ',' or ')')
            throw Unexpected($"a value of '{key}'");
        var start = _at;
        while (_at < _text.Length && _text[_at] is not (',' or ')' or '(' or '='))
            _at++;
        return new(key, _text[start.._at].Trim());
    }

    private string Word(string what)
    {
        Next();
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-'))
            _at++;
        return _at > start ? _text[start.._at] : throw Unexpected(what);
    }

    private char Take(string what, params char[] expected) =>
        Next() is { } found && Array.IndexOf(expected, found) >= 0 ? _text[_at++] : throw Unexpected(what);

    /// <summary>Skips spaces; the character that follows, or null at the end.</summary>
    private char? Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
        return _at < _text.Length ? _text[_at] : null;
    }

    private GameSyntaxException Unexpected(string expected)
    {
        var found = Next() is { } character ? $"'{character}'" : "the end";
        return Fault($"expected {expected} at position {_at + 1}, got {found}", _at + 1);
    }

    private GameSyntaxException Fault(string sentence, int position) => new($"Game '{_text}': {sentence}.", position);
}
