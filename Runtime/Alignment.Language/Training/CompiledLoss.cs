using Alignment.Compiler;

namespace Alignment;

/// <summary>A loss of numbers that a network gives, compiled with its derivatives by them: what a trainer hands back to the network.</summary>
/// <remarks>
/// <para>A network's log-probabilities, rewards and values enter as inputs (<see cref="Signal.External"/>); the loss is any expression of them. Its derivatives are expressions too, so the
/// loss that trains a model is the one that a game is solved with.</para>
/// <para>Shapes: each input over its axes, the last fastest; the loss is one number. Units: those of the loss. In float64, on the Host.</para>
/// <para>Errors: a loss with axes left, an input that the loss does not know, a number that is not finite.</para>
/// </remarks>
public sealed class CompiledLoss : IDisposable
{
    private const string Value = "loss";

    private readonly IExecutable _executable;
    private readonly Dictionary<string, double[]> _gradients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AxisSet> _axes;

    private CompiledLoss(string name, IExecutable executable, Dictionary<string, AxisSet> axes) =>
        (Name, _executable, _axes) = (name, executable, axes);

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <summary>Compiles a loss.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="loss">One number.</param>
    /// <param name="by">The inputs by which it is differentiated, as <see cref="Signal.External"/> gave them.</param>
    /// <param name="metrics">Other numbers of the same inputs, each one number.</param>
    /// <exception cref="SpecException">An operation is applied to axes that it cannot take.</exception>
    /// <exception cref="ArgumentException">The loss or a metric has axes left, or what it is differentiated by is no input.</exception>
    public static CompiledLoss Of(
        string name,
        Expr loss,
        IEnumerable<Expr> by,
        params KeyValuePair<string, Expr>[] metrics
    )
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentNullException.ThrowIfNull(metrics);
        var inputs = by.Select(input =>
                input.Op is Op.Signal signal
                    ? (signal.Name, Input: input)
                    : throw new ArgumentException($"{name}: expected inputs to differentiate by, got {input}.")
            )
            .ToArray();
        var program = Lowering.Program(
            name,
            [],
            SolverState.Empty,
            SolverState.Empty,
            [
                new(Value, loss),
                .. metrics,
                .. inputs.Select(i => KeyValuePair.Create(GradientOf(i.Name), loss.Grad(i.Input))),
            ]
        );
        foreach (var output in program.Outputs.Take(1 + metrics.Length))
        {
            if (program.Graph[output.Value].Axes is { Count: > 0 } axes)
                throw new ArgumentException(
                    $"{name}, {output.Name}: expected one number, got one for each of {axes}; take a mean or a sum."
                );
        }

        var known = program.Inputs.ToDictionary(
            id => ((Op.Signal)program.Graph[id].Op).Name,
            id => AxisSet.Of([.. ((Op.Signal)program.Graph[id].Op).Axes]),
            StringComparer.Ordinal
        );
        return new(name, HostExecutor.Instance.Prepare(program, new()), known);
    }

    /// <summary>The loss and all metrics, by name.</summary>
    public IEnumerable<string> Metrics =>
        _executable
            .Program.Outputs.Select(o => o.Name)
            .Where(name => !name.StartsWith(GradientOf(""), StringComparison.Ordinal));

    /// <summary>Whether the loss asks for an input of this name.</summary>
    public bool Takes(string input) => _axes.ContainsKey(input);

    /// <summary>Gives an input its numbers.</summary>
    /// <exception cref="ArgumentException">The loss does not ask for it, or there are too few or too many numbers.</exception>
    /// <exception cref="NotFiniteNumberException">A number is not finite: what gave it has gone astray.</exception>
    public void Set(string input, ReadOnlySpan<double> numbers)
    {
        if (!_axes.TryGetValue(input, out var axes))
            throw new ArgumentException(
                $"{Name}: there is no input '{input}'.{Nearest.Hint(input, _axes.Keys, "There are")}"
            );
        if (numbers.Length != axes.Elements)
            throw new ArgumentException(
                $"{Name}, {input}: expected {axes.Elements} numbers over {axes}, got {numbers.Length}."
            );
        for (var k = 0; k < numbers.Length; k++)
        {
            if (!double.IsFinite(numbers[k]))
                throw new NotFiniteNumberException(
                    $"{Name}, {input}: expected finite numbers, got {Quote.Number(numbers[k])} at {k}."
                );
        }

        _executable.SetInput(input, numbers);
    }

    /// <summary>The loss of the inputs as they are.</summary>
    /// <returns>It may be infinite or no number: whoever trains decides what then.</returns>
    public double Evaluate()
    {
        _executable.Initialize();
        _executable.Read();
        return Metric(Value);
    }

    /// <summary>A metric as of the last <see cref="Evaluate"/>.</summary>
    public double Metric(string name)
    {
        Span<double> value = stackalloc double[1];
        _executable.GetOutput(name, value);
        return value[0];
    }

    /// <summary>The derivative by an input as of the last <see cref="Evaluate"/>, over the input's axes, the last fastest.</summary>
    public ReadOnlySpan<double> Gradient(string input)
    {
        var axes = _axes[input];
        if (!_gradients.TryGetValue(input, out var numbers))
            _gradients.Add(input, numbers = new double[axes.Elements]);
        var name = GradientOf(input);
        _executable.GetOutput(name, numbers);
        return AxisOrder.Reordered(numbers, _executable.OutputAxes(name), [.. axes], 1);
    }

    /// <summary>The same as a tensor of the shape, type and place of what the input was taken from.</summary>
    internal TorchSharp.torch.Tensor GradientTensor(string input, TorchSharp.torch.Tensor like) =>
        TorchSharp.torch.tensor(Gradient(input).ToArray(), like.shape, like.dtype, like.device);

    /// <inheritdoc/>
    public void Dispose() => _executable.Dispose();

    private static string GradientOf(string input) => $"gradient/{input}";
}
