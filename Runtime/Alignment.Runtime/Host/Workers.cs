namespace Alignment.Runtime.Host;

/// <summary>Threads that take blocks in turn. Which thread takes which block does not change a bit.</summary>
internal sealed class Workers<TOwner> : IDisposable
    where TOwner : class
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _go = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private Action<TOwner, int, long, int>? _work;
    private TOwner? _owner;
    private long _firstStep;
    private int _steps;
    private int _blocks;
    private int _next;
    private volatile bool _stopping;
    private Exception? _failure;

    public Workers(int count)
    {
        Count = Math.Max(1, count);
        _threads = new Thread[Count - 1];
        for (var k = 0; k < _threads.Length; k++)
        {
            _threads[k] = new(Loop) { IsBackground = true, Name = $"alignment host {k + 2}" };
            _threads[k].Start();
        }
    }

    public int Count { get; }

    public void Run(TOwner owner, int blocks, Action<TOwner, int, long, int> work, long firstStep, int steps)
    {
        if (_threads.Length == 0)
        {
            for (var b = 0; b < blocks; b++)
                work(owner, b, firstStep, steps);
            return;
        }

        (_owner, _blocks, _work, _firstStep, _steps, _next, _failure) = (
            owner,
            blocks,
            work,
            firstStep,
            steps,
            0,
            null
        );
        _go.Release(_threads.Length);
        TakeBlocks();
        foreach (var _ in _threads)
            _finished.Wait();
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose()
    {
        _stopping = true;
        if (_threads.Length > 0)
            _go.Release(_threads.Length);
        foreach (var thread in _threads)
            thread.Join();
        _go.Dispose();
        _finished.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _go.Wait();
            if (_stopping)
                return;
            TakeBlocks();
            _finished.Release();
        }
    }

    private void TakeBlocks()
    {
        try
        {
            for (var b = Interlocked.Increment(ref _next) - 1; b < _blocks; b = Interlocked.Increment(ref _next) - 1)
                _work!(_owner!, b, _firstStep, _steps);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _failure, e, null);
        }
    }
}
