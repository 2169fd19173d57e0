namespace Alignment;

/// <summary>How a population solver finds the strategy that a player adds: its oracle. A value with numbers and words for settings.</summary>
public interface IResponseOracle
{
    /// <summary>Its name in texts.</summary>
    string Name { get; }

    /// <summary>What its answers are, for sentences: <c>best response</c>.</summary>
    string Answer { get; }

    /// <summary>The settings in force, as text.</summary>
    ValueList<KeyValuePair<string, string>> Words { get; }

    /// <summary>The oracle with a setting changed.</summary>
    /// <exception cref="ArgumentException">It has no such setting, or the text is no value of it.</exception>
    IResponseOracle With(string name, string text);

    /// <summary>Whether it answers the same question in all iterations from this one on, so that having nothing to add is the end.</summary>
    bool IsSettled(long iteration);

    /// <summary>The strategy to add.</summary>
    /// <exception cref="ArgumentException">What was set does not fit the game.</exception>
    OracleResponse Respond(ResponseContext context);
}
