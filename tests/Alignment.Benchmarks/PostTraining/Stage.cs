using Alignment.Runtime;

namespace Alignment.Benchmarks;

/// <summary>The folder of a chain of trainings: each stage is done once, kept as a run, and goes on where it was stopped.</summary>
internal sealed class Stages(string folder, Action<string> tell)
{
    private const string Done = "done";

    /// <summary>The folder of a stage's result, which is made if it is not there.</summary>
    /// <param name="name">Of the stage.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="work">Trains, and saves into the folder.</param>
    public string Folder(string name, TrainingOptions options, Action<TrainingOptions, string> work)
    {
        var stage = Path.Combine(folder, name);
        var result = Path.Combine(stage, "model");
        if (File.Exists(Path.Combine(stage, Done)))
            return result;
        var plan = new RunPlan
        {
            Parent = Path.Combine(stage, "runs"),
            Name = "stage",
            Resume = ResumeFrom.Newest,
            Start = new("bench", "post-training", [], Environment.CurrentDirectory, null),
        };
        using var session = new RunSession(plan, tell);
        tell($"{name}: {options.Steps} steps");
        work(options.KeptBy(session), result);
        session.End(RunState.Finished, "Done.");
        AtomicFile.Write(Path.Combine(stage, Done), "");
        return result;
    }

    /// <summary>Numbers that take long to find, kept once they are there.</summary>
    public double[] Numbers(string name, Func<double[]> find)
    {
        var file = Path.Combine(folder, name);
        if (File.Exists(file))
            return
            [
                .. File.ReadAllLines(file)
                    .Select(line => double.Parse(line, System.Globalization.CultureInfo.InvariantCulture)),
            ];
        var numbers = find();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, string.Concat(numbers.Select(n => FormattableString.Invariant($"{n:R}\n"))));
        return numbers;
    }
}
