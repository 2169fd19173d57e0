namespace Alignment.Formats;

/// <summary>
/// A file or text that a reader of this library refuses: where it went wrong, what was expected, what was
/// found, and what to do.
/// </summary>
/// <remarks>
/// <see cref="Exception.Message"/> reads <c>file(line,column): problem</c>, or <c>file: problem</c> when no
/// place in the file is at fault. It is one line, whatever the file holds, and fit to be shown as it is.
/// </remarks>
public sealed class InputFormatException : FormatException
{
    /// <summary>A problem with the whole file.</summary>
    /// <param name="file">The file's name, as the user gave it.</param>
    /// <param name="problem">What is wrong, expected and found, and what to do; no position, no final stop.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public InputFormatException(string file, string problem, Exception? innerException = null)
        : base($"{file}: {problem}", innerException) => (File, Problem) = (file, problem);

    /// <summary>A problem at one place of the file.</summary>
    /// <param name="file">The file's name, as the user gave it.</param>
    /// <param name="line">The line, from 1.</param>
    /// <param name="column">The column, from 1, in UTF-16 code units as editors count.</param>
    /// <param name="problem">What is wrong, expected and found, and what to do; no position, no final stop.</param>
    public InputFormatException(string file, int line, int column, string problem)
        : base($"{file}({Wording.Number(line)},{Wording.Number(column)}): {problem}") =>
        (File, Line, Column, Problem) = (file, line, column, problem);

    /// <summary>The file's name, as the user gave it.</summary>
    public string File { get; }

    /// <summary>The line, from 1; 0 when the whole file is meant.</summary>
    public int Line { get; }

    /// <summary>The column, from 1, in UTF-16 code units; 0 when the whole file is meant.</summary>
    public int Column { get; }

    /// <summary>The message without the position.</summary>
    public string Problem { get; }
}
