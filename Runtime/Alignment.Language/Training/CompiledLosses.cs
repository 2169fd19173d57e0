namespace Alignment;

/// <summary>A loss in all sizes that batches come in, each compiled when it is first met. It owns them.</summary>
/// <typeparam name="TSize">What tells sizes apart.</typeparam>
/// <param name="compile">The loss of a size.</param>
internal sealed class CompiledLosses<TSize>(Func<TSize, CompiledLoss> compile) : IDisposable
    where TSize : notnull
{
    private readonly Dictionary<TSize, CompiledLoss> _losses = [];

    /// <summary>The loss of a size.</summary>
    public CompiledLoss this[TSize size]
    {
        get
        {
            if (!_losses.TryGetValue(size, out var loss))
                _losses.Add(size, loss = compile(size));
            return loss;
        }
    }

    public void Dispose()
    {
        foreach (var loss in _losses.Values)
            loss.Dispose();
    }
}
