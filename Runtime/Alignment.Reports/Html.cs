using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Alignment.Reports;

/// <summary>Markup in the making. What stands in the literal is markup; what stands in braces is text, and is escaped.</summary>
/// <remarks>Elements are closed as in XML, so that what is written can be read by any parser.</remarks>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup with text in it.</summary>
    public Html Add([InterpolatedStringHandlerArgument("")] ref Markup markup)
    {
        _ = markup;
        return this;
    }

    /// <summary>Adds what another has.</summary>
    public Html Add(Html other)
    {
        _text.Append(other._text);
        return this;
    }

    /// <summary>Adds a style, a script, or packed bytes, which stand in a document unescaped.</summary>
    public Html AddVerbatim(string content)
    {
        _text.Append(content);
        return this;
    }

    public override string ToString() => _text.ToString();

    private void Escape(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
            {
                _text.Append(c).Append(text[++at]);
                continue;
            }

            switch (c)
            {
                case '<':
                    _text.Append("&lt;");
                    break;
                case '>':
                    _text.Append("&gt;");
                    break;
                case '&':
                    _text.Append("&amp;");
                    break;
                case '"':
                    _text.Append("&quot;");
                    break;
                case '\'':
                    _text.Append("&#39;");
                    break;
                // what no document may hold
                case < ' ' and not ('\n' or '\t'):
                case '\uFFFE' or '\uFFFF':
                case var _ when char.IsSurrogate(c):
                    _text.Append('\uFFFD');
                    break;
                default:
                    _text.Append(c);
                    break;
            }
        }
    }

    /// <summary>Takes a literal's parts as they are and escapes everything else.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Markup
    {
        private readonly Html _html;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _ = (literalLength, formattedCount);
            _html = html;
        }

        public void AppendLiteral(string literal) => _html._text.Append(literal);

        public void AppendFormatted(string? text) => _html.Escape(text ?? "");

        public void AppendFormatted(long number) => _html._text.Append(number.ToString(CultureInfo.InvariantCulture));

        /// <summary>A coordinate of a drawing.</summary>
        public void AppendFormatted(double number) =>
            _html._text.Append(number.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
