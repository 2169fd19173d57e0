using Alignment.Runs;
using Alignment.Runtime;

namespace Alignment.Serve;

/// <summary>The metrics of runs that were asked for, kept while memory lasts, so that a run is read once and then only where it grew.</summary>
internal sealed class MetricShelf(ServeOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Place> _places = [];

    /// <summary>Reads from a run's metrics as they are now.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public T Read<T>(RunFolder run, Func<MetricTable, T> read)
    {
        var place = Take(run);
        T result;
        // a run is read by one at a time, different runs side by side
        lock (place.Gate)
        {
            _ = place.Tail.ReadOn();
            result = read(place.Tail.Table);
            place.Bytes = place.Tail.Table.Bytes;
        }

        LetGo();
        return result;
    }

    private Place Take(RunFolder run)
    {
        lock (_gate)
        {
            var place = _places.FirstOrDefault(place => place.Path == run.Path) ?? new(run.Path, new(run));
            _ = _places.Remove(place);
            _ = _places.AddFirst(place);
            return place;
        }
    }

    // the one just read stays, however large it is
    private void LetGo()
    {
        lock (_gate)
        {
            while (_places.Count > 1 && _places.Sum(place => place.Bytes) > options.MetricsMemory)
                _places.RemoveLast();
        }
    }

    private sealed class Place(string path, MetricTail tail)
    {
        public string Path { get; } = path;
        public MetricTail Tail { get; } = tail;
        public Lock Gate { get; } = new();
        public long Bytes { get; set; }
    }
}
