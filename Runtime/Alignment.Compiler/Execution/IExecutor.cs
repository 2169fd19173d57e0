namespace Alignment.Compiler;

/// <summary>How to run a program.</summary>
/// <param name="Precision">Type of all numbers.</param>
/// <param name="Threads">Number of threads, at least 1; results do not depend on it.</param>
/// <param name="Seed">Seed of all draws.</param>
public sealed record ExecutionOptions(Precision Precision = Precision.Float64, int Threads = 1, ulong Seed = 0);

/// <summary>Something that runs programs: the Host (this CPU, always there) or Torch.</summary>
public interface IExecutor
{
    /// <summary>The word for <c>--executor</c>.</summary>
    string Name { get; }

    /// <summary>The device that programs run on, such as <c>cpu</c>.</summary>
    string Device { get; }

    /// <summary>Plans a program and allocates what it needs.</summary>
    /// <exception cref="ExecutorUnavailableException">The executor or its device is not there.</exception>
    IExecutable Prepare(Program program, ExecutionOptions options);
}

/// <summary>A planned program with its memory.</summary>
/// <remarks>
/// Numbers cross this border as float64. Where a value holds batch axes they come first, as one run of games in row-major order of
/// <see cref="Program.Batch"/>; its other axes follow in the order of the node's axes, last fastest.
/// The order of calls: inputs, <see cref="Initialize"/>, then any number of <see cref="Run"/>, <see cref="Read"/>.
/// </remarks>
public interface IExecutable : IDisposable
{
    /// <summary>The program.</summary>
    Program Program { get; }

    /// <summary>Binds a signal: numbers over the signal's declared axes, row-major.</summary>
    void SetInput(string name, ReadOnlySpan<double> values);

    /// <summary>Gives the state its initial values.</summary>
    void Initialize();

    /// <summary>
    /// Says which games go on: the others need not be advanced, and their outputs are not written any more. Never changes a bit of those that go
    /// on. An executor may ignore it.
    /// </summary>
    void Keep(ReadOnlySpan<bool> games);

    /// <summary>Does steps <paramref name="firstStep"/>, firstStep + 1, ... (numbered from 1).</summary>
    void Run(long firstStep, int steps);

    /// <summary>Computes all outputs of the present state.</summary>
    void Read();

    /// <summary>The axes of an output apart from the batch axes, in the order of its numbers.</summary>
    ValueList<Axis> OutputAxes(string name);

    /// <summary>Copies an output as of the last <see cref="Read"/>; the places of games that were dropped are left as they are.</summary>
    void GetOutput(string name, Span<double> values);

    /// <summary>Number of numbers in a state variable.</summary>
    int StateLength(string name);

    /// <summary>Copies a state variable out.</summary>
    void GetState(string name, Span<double> values);

    /// <summary>Copies a state variable in.</summary>
    void SetState(string name, ReadOnlySpan<double> values);

    /// <summary>What was planned, as text: buffers, instructions, sizes in bytes.</summary>
    string DescribePlan();
}
