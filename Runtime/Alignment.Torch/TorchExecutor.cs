using Alignment.Compiler;
using Alignment.Torch;
using TorchSharp;

namespace Alignment;

/// <summary>Runs programs on LibTorch: each is printed as TorchScript, whose calls do many steps at once.</summary>
/// <remarks>
/// <para>Results agree with the Host's within rounding, relative to the program's condition, not bit for bit. Draws are the same.</para>
/// <para>
/// Not for small games on a CPU: a statement costs LibTorch about half a microsecond, whatever its size, and the Host is ten times faster. It
/// is for other devices, and for a second opinion.
/// </para>
/// <example><code>
/// var solution = GameSolver.Solve(game, Solver.Find("rm+"), new SolveOptions { Executor = TorchExecutor.Cpu });
/// </code></example>
/// </remarks>
public sealed class TorchExecutor : IExecutor
{
    private static readonly string[] Devices = ["cpu", "cuda", "meta"];

    private readonly Target _target;

    private TorchExecutor(Target target) => _target = target;

    /// <summary>On this CPU.</summary>
    public static TorchExecutor Cpu { get; } = new(Target.Cpu);

    /// <summary>On an NVIDIA card. Whether there is one is asked when a program is prepared.</summary>
    public static TorchExecutor Cuda { get; } = new(Target.Cuda);

    /// <summary>Without numbers: finds out whether a program runs on any one device. See <see cref="Check"/>.</summary>
    public static TorchExecutor Meta { get; } = new(Target.Meta);

    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public string Device => Devices[(int)_target];

    /// <summary>The executor of a device: <c>cpu</c>, <c>cuda</c> or <c>meta</c>.</summary>
    /// <exception cref="ArgumentException">There is no such device; the message holds the nearest one.</exception>
    public static TorchExecutor On(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device switch
        {
            "cpu" => Cpu,
            "cuda" => Cuda,
            "meta" => Meta,
            _ => throw new ArgumentException(
                $"There is no device '{device}'.{Nearest.Hint(device, Devices, "There are")}"
            ),
        };
    }

    /// <summary>Runs a program for one step on the meta device, where a tensor that lies on another device raises an error.</summary>
    /// <exception cref="InvalidOperationException">The program cannot run on a device other than the CPU; with LibTorch's message.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded.</exception>
    public static void Check(Program program)
    {
        ArgumentNullException.ThrowIfNull(program);
        using var executable = Meta.Prepare(program, new());
        try
        {
            executable.Initialize();
            executable.Run(1, 1);
            executable.Read();
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new InvalidOperationException($"{program.Name} does not run on the meta device: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The program's axes do not fit together.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded, or there is no such device here.</exception>
    public IExecutable Prepare(Program program, ExecutionOptions options)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(options);
        TorchNative.ConfigureThreads(options.Threads);
        if (_target == Target.Cuda && !torch.cuda.is_available())
        {
            throw new TorchUnavailableException(
                "The device 'cuda' was asked for, but LibTorch finds no CUDA here: install the driver and build with -p:TorchBackend=cuda, or use the device 'cpu'."
            );
        }

        return new TorchExecutable(program, options, torch.device(Device), _target);
    }
}
