namespace Alignment;

/// <summary>A step that rewrites text before it is cut.</summary>
internal abstract record Normalization
{
    private Normalization() { }

    /// <summary>The rewritten text.</summary>
    public abstract string Apply(string text);

    /// <summary>Leaves text as it is.</summary>
    public sealed record None : Normalization
    {
        public override string Apply(string text) => text;
    }

    /// <summary>A normal form of Unicode.</summary>
    public sealed record Unicode(bool IsComposed, bool IsCompatible) : Normalization
    {
        public override string Apply(string text) => NormalForm.Of(text, IsComposed, IsCompatible);
    }

    /// <summary>Small letters, each character by itself.</summary>
    public sealed record Lowercase : Normalization
    {
        public override string Apply(string text) => text.ToLowerInvariant();
    }

    /// <summary>A text before every text that is not empty.</summary>
    public sealed record Prepend(string Prefix) : Normalization
    {
        public override string Apply(string text) => text.Length == 0 ? text : Prefix + text;
    }

    /// <summary>A text in place of every match.</summary>
    public sealed record Replace(SplitPattern Pattern, string Content) : Normalization
    {
        public override string Apply(string text) => Pattern.Replace(text, Content);
    }

    /// <summary>No space at the left, at the right, or both.</summary>
    public sealed record Strip(bool Left, bool Right) : Normalization
    {
        public override string Apply(string text)
        {
            var left = Left ? text.TrimStart() : text;
            return Right ? left.TrimEnd() : left;
        }
    }

    /// <summary>One step after the other.</summary>
    public sealed record Sequence(IReadOnlyList<Normalization> Steps) : Normalization
    {
        public override string Apply(string text) => Steps.Aggregate(text, (t, step) => step.Apply(t));
    }
}
