namespace Alignment;

/// <summary>A step that cuts text into the pieces within which tokens are merged.</summary>
internal abstract record PreTokenization
{
    private PreTokenization() { }

    /// <summary>The pieces of a piece. The first of a text is marked, since some steps put a space before it alone.</summary>
    public abstract IEnumerable<string> Split(string piece, bool isFirst);

    /// <summary>Leaves text whole.</summary>
    public sealed record None : PreTokenization
    {
        public override IEnumerable<string> Split(string piece, bool isFirst) => [piece];
    }

    /// <summary>One step after the other.</summary>
    public sealed record Sequence(IReadOnlyList<PreTokenization> Steps) : PreTokenization
    {
        public override IEnumerable<string> Split(string piece, bool isFirst)
        {
            List<string> pieces = [piece];
            foreach (var step in Steps)
            {
                List<string> next = [];
                for (var i = 0; i < pieces.Count; i++)
                {
                    next.AddRange(step.Split(pieces[i], isFirst && i == 0));
                }

                pieces = next;
            }

            return pieces;
        }
    }

    /// <summary>Cuts for byte-level vocabularies; the bytes themselves are the model's matter.</summary>
    public sealed record ByteLevel(bool AddPrefixSpace, SplitPattern? Pattern) : PreTokenization
    {
        public override IEnumerable<string> Split(string piece, bool isFirst)
        {
            var text = AddPrefixSpace && !piece.StartsWith(' ') ? " " + piece : piece;
            return Pattern is null ? [text] : Cut(text, Pattern.Matches(text), Matched.Isolated);
        }
    }

    /// <summary>Cuts at the matches of a pattern, or at all but them.</summary>
    public sealed record By(SplitPattern Pattern, Matched Behavior, bool Invert) : PreTokenization
    {
        public override IEnumerable<string> Split(string piece, bool isFirst)
        {
            var matches = Pattern.Matches(piece);
            return Cut(piece, Invert ? Gaps(piece, matches) : matches, Behavior);
        }
    }

    /// <summary>Puts a sign in place of spaces and, by its scheme, one before the text; cuts before the sign.</summary>
    public sealed record Metaspace(string Sign, bool Always, bool First, bool Cuts) : PreTokenization
    {
        private readonly SplitPattern _sign = SplitPattern.Literal(Sign);

        public override IEnumerable<string> Split(string piece, bool isFirst)
        {
            var text = piece.Replace(" ", Sign, StringComparison.Ordinal);
            if ((Always || (First && isFirst)) && !text.StartsWith(Sign, StringComparison.Ordinal))
            {
                text = Sign + text;
            }

            return Cuts ? Cut(text, _sign.Matches(text), Matched.MergedWithNext) : [text];
        }
    }

    /// <summary>What becomes of the matches at which a text is cut.</summary>
    public enum Matched
    {
        Removed,
        Isolated,
        MergedWithPrevious,
        MergedWithNext,
        Contiguous,
    }

    private static List<(int, int)> Gaps(string text, List<(int Start, int End)> matches)
    {
        var gaps = new List<(int, int)>();
        var at = 0;
        foreach (var (start, end) in matches)
        {
            if (start > at)
            {
                gaps.Add((at, start));
            }

            at = end;
        }

        if (at < text.Length)
        {
            gaps.Add((at, text.Length));
        }

        return gaps;
    }

    private static List<string> Cut(string text, List<(int Start, int End)> matches, Matched behavior)
    {
        // all of the text as ranges, matches and what lies between them
        var ranges = new List<(int Start, int End, bool IsMatch)>();
        var at = 0;
        foreach (var (start, end) in matches)
        {
            if (start > at)
            {
                ranges.Add((at, start, false));
            }

            ranges.Add((start, end, true));
            at = end;
        }

        if (at < text.Length)
        {
            ranges.Add((at, text.Length, false));
        }

        var pieces = new List<(int Start, int End, bool IsMatch)>();
        foreach (var range in ranges)
        {
            var joins =
                pieces.Count > 0
                && behavior switch
                {
                    Matched.MergedWithPrevious => range.IsMatch && !pieces[^1].IsMatch,
                    Matched.MergedWithNext => !range.IsMatch && pieces[^1].IsMatch,
                    Matched.Contiguous => range.IsMatch == pieces[^1].IsMatch,
                    _ => false,
                };
            if (joins)
            {
                // a piece takes up one match, or with `Contiguous` any number of them
                pieces[^1] = (
                    pieces[^1].Start,
                    range.End,
                    behavior == Matched.Contiguous ? range.IsMatch : behavior == Matched.MergedWithPrevious
                );
            }
            else if (!(behavior == Matched.Removed && range.IsMatch))
            {
                pieces.Add(range);
            }
        }

        return pieces.ConvertAll(piece => text[piece.Start..piece.End]);
    }
}
