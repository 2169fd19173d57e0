using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Alignment.Runs;

/// <summary>What a line of <c>metrics.jsonl</c> has between its numbers, where the next line has most likely the same: it is compared as a whole, and
/// only the numbers are read.</summary>
/// <remarks>It takes no line that a JSON reader would not take, and reads every number as that does.</remarks>
internal sealed class LineShape
{
    // keys of a line that are no metrics
    private const int Step = -1;
    private const int Seconds = -2;

    private readonly List<(byte[] Before, int Key)> _numbers = [];
    private byte[] _after = [];
    private bool _isWhole;
    private int _end;

    /// <summary>Begins with a line that is to be read in some other way.</summary>
    public void Begin()
    {
        _numbers.Clear();
        (_isWhole, _end) = (false, 0);
    }

    /// <summary>The line's step stands here.</summary>
    public void AddStep(ReadOnlySpan<byte> line, int start, int length) => Add(line, start, length, Step);

    /// <summary>The line's seconds stand here.</summary>
    public void AddSeconds(ReadOnlySpan<byte> line, int start, int length) => Add(line, start, length, Seconds);

    /// <summary>A metric stands here.</summary>
    public void AddMetric(ReadOnlySpan<byte> line, int start, int length, int key) => Add(line, start, length, key);

    /// <summary>The line was read to its end and taken.</summary>
    public void End(ReadOnlySpan<byte> line) => (_after, _isWhole) = (line[_end..].ToArray(), true);

    private void Add(ReadOnlySpan<byte> line, int start, int length, int key)
    {
        _numbers.Add((line[_end..start].ToArray(), key));
        _end = start + length;
    }

    /// <summary>Reads a line of this shape; false where it has another, or is no line to take.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="step">Its step.</param>
    /// <param name="seconds">Its seconds.</param>
    /// <param name="samples">Gets its metrics, as many as the line had that the shape was taken from.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // millions of lines are read within one call
    public bool TryTake(ReadOnlySpan<byte> line, out long step, out double seconds, Span<Sample> samples)
    {
        (step, seconds) = (0, 0);
        if (!_isWhole)
            return false;
        var count = 0;
        foreach (var (before, key) in _numbers)
        {
            if (!line.StartsWith(before))
                return false;
            line = line[before.Length..];
            var length = NumberLength(line);
            if (key == Step)
            {
                if (!Utf8Parser.TryParse(line, out step, out var used) || used != length)
                    return false;
            }
            else if (length > 0)
            {
                if (!double.TryParse(line[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                    return false;
                if (key == Seconds)
                    seconds = value;
                else
                    samples[count++] = new(key, double.IsFinite(value) ? value : double.NaN);
            }
            else if (key >= 0 && line.StartsWith("null"u8))
            {
                samples[count++] = new(key, double.NaN);
                length = 4;
            }
            else
            {
                return false;
            }

            line = line[length..];
        }

        return line.SequenceEqual(_after);
    }

    /// <summary>How many bytes of a line are a number of JSON: <c>-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?</c>; 0 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NumberLength(ReadOnlySpan<byte> line)
    {
        var at = 0;
        if (At(line, at) == '-')
            at++;
        var digits = Digits(line, at);
        if (digits == 0 || (digits > 1 && line[at] == '0'))
            return 0;
        at += digits;
        if (At(line, at) == '.')
        {
            digits = Digits(line, at + 1);
            if (digits == 0)
                return 0;
            at += 1 + digits;
        }

        if (At(line, at) is not ((byte)'e' or (byte)'E'))
            return at;
        at++;
        if (At(line, at) is (byte)'+' or (byte)'-')
            at++;
        digits = Digits(line, at);
        return digits == 0 ? 0 : at + digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte At(ReadOnlySpan<byte> line, int at) => at < line.Length ? line[at] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digits(ReadOnlySpan<byte> line, int from)
    {
        var at = from;
        while (at < line.Length && (uint)(line[at] - '0') <= 9)
            at++;
        return at - from;
    }
}
