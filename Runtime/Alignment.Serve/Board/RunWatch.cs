using System.Threading.Channels;

namespace Alignment.Serve;

/// <summary>Looks at the folder again and again while somebody watches, and tells everybody who does.</summary>
internal sealed class RunWatch(RunBoard board, ServeOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Channel<long>> _watching = [];
    private readonly CancellationTokenSource _ended = new();
    private Task _looking = Task.CompletedTask;

    /// <summary>What changes from a version on, for as long as it is asked for. The first comes at once.</summary>
    public async IAsyncEnumerable<BoardChange> Changes(
        long since,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        // a watcher that is slow misses none: it asks for everything since its own version
        var signal = Channel.CreateBounded<long>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        var isFirst = true;
        Join(signal);
        try
        {
            _ = signal.Writer.TryWrite(0);
            await foreach (var _ in signal.Reader.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                var change = board.Look(since);
                if (change.Version == since && !isFirst)
                    continue;
                (since, isFirst) = (change.Version, false);
                yield return change;
            }
        }
        finally
        {
            Leave(signal);
        }
    }

    /// <summary>Tells everybody who watches that it is over.</summary>
    public void End() => _ended.Cancel();

    public void Dispose() => _ended.Dispose();

    private void Join(Channel<long> signal)
    {
        lock (_gate)
        {
            _watching.Add(signal);
            if (_looking.IsCompleted)
                _looking = Task.Run(LookAsync);
        }
    }

    private void Leave(Channel<long> signal)
    {
        lock (_gate)
            _ = _watching.Remove(signal);
    }

    private async Task LookAsync()
    {
        var last = 0L;
        while (true)
        {
            try
            {
                await Task.Delay(options.Interval, _ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            lock (_gate)
            {
                if (_watching.Count == 0)
                {
                    _looking = Task.CompletedTask;
                    return;
                }
            }

            try
            {
                var version = board.Look(last).Version;
                if (version == last)
                    continue;
                last = version;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // the folder may come back
            }

            lock (_gate)
            {
                foreach (var signal in _watching)
                    _ = signal.Writer.TryWrite(last);
            }
        }
    }
}
