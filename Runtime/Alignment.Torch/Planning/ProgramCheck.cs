using Alignment.Compiler;

namespace Alignment.Torch;

/// <summary>Checks a program's axes before anything is printed: what TorchScript finds wrong ends the process.</summary>
internal static class ProgramCheck
{
    /// <summary>Throws if a value's axes are not those that its operation gives, or an axis's name stands for two sizes.</summary>
    /// <exception cref="ArgumentException">With the value and what is wrong with it.</exception>
    public static void Require(Program program)
    {
        var sizes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < program.Graph.Nodes.Count; id++)
        {
            var node = program.Graph[id];
            void Fail(string what) =>
                throw new ArgumentException($"{program.Name}: %{id} = {node.Op.GetType().Name}: {what}.");
            if (node.Arguments.Any(a => a < 0 || a >= id))
                Fail("reads a value that is not computed before it");
            AxisSet[] arguments = [.. node.Arguments.Select(a => program.Graph[a].Axes)];
            if (node.Op.Fault(arguments) is { } fault)
                Fail(fault);
            if (!node.Op.Infer(arguments).Equals(node.Axes))
                Fail($"expected {node.Op.Infer(arguments)}, got {node.Axes}");
            if (node.Axes.Select(a => a.Name).Distinct(StringComparer.Ordinal).Count() != node.Axes.Count)
                Fail($"{node.Axes} holds an axis twice");
            foreach (var axis in node.Axes)
            {
                if (!sizes.TryAdd(axis.Name, axis.Size) && sizes[axis.Name] != axis.Size)
                    Fail($"axis '{axis.Name}' has {axis.Size} elements here and {sizes[axis.Name]} before");
            }
        }

        foreach (var state in program.States)
        {
            var axes = program.Graph[state.Source].Axes;
            if (!program.Graph[state.Next].Axes.Equals(axes) || !program.Graph[state.Initial].Axes.Equals(axes))
                throw new ArgumentException(
                    $"{program.Name}: state '{state.Name}' over {axes} is given values over other axes."
                );
        }
    }
}
