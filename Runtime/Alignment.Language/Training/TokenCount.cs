namespace Alignment;

/// <summary>Tokens of the examples of so many steps: the same in a run that went on or back.</summary>
internal sealed class TokenCount(ExampleOrder order, Func<int, long> ofExample)
{
    private long _tokens; // of the first _steps
    private long _steps;

    public long After(long steps)
    {
        if (steps < _steps)
            (_tokens, _steps) = (0, 0);
        for (; _steps < steps; _steps++)
            _tokens += order.At(_steps).Sum(batch => batch.Sum(ofExample));
        return _tokens;
    }
}
