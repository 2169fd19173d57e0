namespace Alignment;

/// <summary>A text that is being continued.</summary>
internal sealed class RowInProgress(GenerationRequest request)
{
    private const int LongestCircle = 32;
    private const int SingleTokens = 8; // as often must a single token turn

    private readonly List<int> _tokens = [];
    private readonly List<double> _logProbabilities = [];
    private double _margin = 1;

    public long Number => request.Number;

    /// <summary>New tokens so far.</summary>
    public int Count => _tokens.Count;

    /// <summary>All tokens so far.</summary>
    public int Length => request.Prompt.Count + _tokens.Count;

    public int Last => _tokens[^1];

    public GenerationEnd? End { get; set; }

    public Generated Result => new(_tokens.ToValueList(), _logProbabilities.ToValueList(), _margin, End!.Value);

    public void Add(TokenSampler.Draw draw)
    {
        _tokens.Add(draw.Token);
        _logProbabilities.Add(draw.LogProbability);
        _margin = Math.Min(_margin, draw.Margin);
    }

    /// <summary>Whether the new tokens end in so many turns of a circle.</summary>
    public bool Repeats(int times)
    {
        for (var length = 1; times > 0 && length <= LongestCircle; length++)
        {
            var turns = length == 1 ? times * SingleTokens : times;
            var wanted = length * turns;
            if (wanted > _tokens.Count)
                continue;
            var from = _tokens.Count - wanted;
            var turned = true;
            for (var k = from + length; turned && k < _tokens.Count; k++)
                turned = _tokens[k] == _tokens[k - length];
            if (turned)
                return true;
        }

        return false;
    }
}
