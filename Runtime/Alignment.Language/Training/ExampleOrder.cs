namespace Alignment;

/// <summary>Which examples a step takes: all of them once in a random order, then once more in another.</summary>
internal sealed class ExampleOrder(int count, TrainingOptions options)
{
    private readonly RandomStream _stream = new(options.Seed, "order of examples");
    private (long Epoch, int[] Order)? _drawn;

    /// <summary>The examples of a step, batch by batch.</summary>
    public int[][] At(long step)
    {
        long each = (long)options.BatchSize * options.Accumulation;
        return
        [
            .. Enumerable
                .Range(0, options.Accumulation)
                .Select(a =>
                    Enumerable
                        .Range(0, options.BatchSize)
                        .Select(b => Example((step * each) + ((long)a * options.BatchSize) + b))
                        .ToArray()
                ),
        ];
    }

    /// <summary>How often all examples were taken after so many steps.</summary>
    public double Epochs(long steps) => (double)steps * options.BatchSize * options.Accumulation / count;

    private int Example(long number)
    {
        var epoch = number / count;
        if (_drawn?.Epoch != epoch)
        {
            var order = _stream.Permutation(count, epoch, 0);
            _drawn = (epoch, order);
        }

        return _drawn!.Value.Order[number % count];
    }
}
