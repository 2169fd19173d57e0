using Alignment.Runtime;

namespace Alignment.Benchmarks;

/// <summary>The folder of a chain of trainings: each stage is done once, kept as a run, and goes on where it was stopped.</summary>
internal sealed class Stages
{
    private const string Done = "done";
    private const string Made = "sizes";

    private readonly string _folder;
    private readonly Action<string> _tell;

    /// <param name="folder">Where stages lie; made where there is none.</param>
    /// <param name="sizes">What they are made with; stages that were made with something else are not gone on with.</param>
    /// <param name="tell">Hears which stage begins.</param>
    /// <exception cref="UsageException">The folder holds stages of other sizes.</exception>
    public Stages(string folder, ChainSizes sizes, Action<string> tell)
    {
        (_folder, _tell) = (folder, tell);
        var (file, text) = (Path.Combine(folder, Made), $"{sizes}\n");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(file, text);
        }
        else if (File.ReadAllText(file) != text)
        {
            throw new UsageException(
                $"bench: {folder} holds stages that were made with other sizes; remove it, or set ALIGN_RUNS to another folder."
            );
        }
    }

    /// <summary>The folder of a stage's result, which is made if it is not there.</summary>
    /// <param name="name">Of the stage.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="work">Trains, and saves into the folder.</param>
    public string Folder(string name, TrainingOptions options, Action<TrainingOptions, string> work)
    {
        var stage = Path.Combine(_folder, name);
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
        using var session = new RunSession(plan, _tell);
        _tell($"{name}: {options.Steps} steps");
        work(options.KeptBy(session), result);
        session.End(RunState.Finished, "Done.");
        AtomicFile.Write(Path.Combine(stage, Done), "");
        return result;
    }

    /// <summary>Numbers that take long to find, kept once they are there.</summary>
    public double[] Numbers(string name, Func<double[]> find)
    {
        var file = Path.Combine(_folder, name);
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
