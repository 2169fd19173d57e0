using Alignment.Formats;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>A model of rewards: one number for a text, read from the state of its last token.</summary>
/// <remarks>
/// <para>reward = w . state of the last token behind the last norm. It may share its base with policies: then it is an adapter and w.</para>
/// <para>w begins at 0: an untrained scorer gives 0 to every text.</para>
/// <para>Shapes: w [hidden]. Units: log-odds of being preferred.</para>
/// </remarks>
public sealed class RewardScorer : IDisposable
{
    private const string HeadName = "score.weight";
    private const string HeadFile = "score.safetensors";

    private readonly bool _ownsModel;

    /// <summary>A scorer to be trained.</summary>
    /// <param name="model">The base.</param>
    /// <param name="adapter">What texts pass through; null for the base alone.</param>
    public RewardScorer(LanguageModel model, Adapter? adapter)
        : this(model, adapter, ownsModel: false) { }

    private RewardScorer(LanguageModel model, Adapter? adapter, bool ownsModel)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, Adapter, _ownsModel) = (model, adapter, ownsModel);
        var type = model.Type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Head = zeros([model.Config.Hidden], type, model.Device).requires_grad_(true).DetachFromDisposeScope();
    }

    /// <summary>The base.</summary>
    public LanguageModel Model { get; }

    /// <summary>What texts pass through.</summary>
    public Adapter? Adapter { get; }

    internal Tensor Head { get; }

    internal (string Name, Tensor Value) HeadParameter => (HeadName, Head);

    /// <summary>The reward of each text.</summary>
    /// <param name="rows">Tokens; at least one a row.</param>
    /// <exception cref="ArgumentException">A row is empty, too long, or has a token that the model does not know.</exception>
    public double[] Score(IReadOnlyList<int[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        return TensorNumbers.Read(Scores(TokenBatch.Of(Model, rows)));
    }

    /// <summary>Writes the head beside the adapter's files.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        if (Adapter is not null)
            Model.SaveAdapter(Adapter, folder);
        else
            Model.Save(folder);
        SafeTensorsWriter.Write(
            Path.Combine(folder, HeadFile),
            [TensorFiles.ToStore(HeadName, Head)],
            [new("format", "pt")]
        );
    }

    /// <summary>Whether a folder holds a scorer with an adapter, which needs its base, and not one with all of its weights.</summary>
    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, AdapterFolder.Config));

    /// <summary>Reads a scorer that was saved with an adapter.</summary>
    /// <param name="model">The base that it was trained on.</param>
    /// <param name="name">What its adapter is called on it.</param>
    /// <param name="folder">Where it was saved.</param>
    /// <exception cref="InputFormatException">A file is missing or lies, or does not fit the base.</exception>
    public static RewardScorer Load(LanguageModel model, string name, string folder)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(folder);
        // the head first: an adapter of another base is not put on this one
        using var file = Open(folder);
        using var head = HeadOf(file, model);
        return new RewardScorer(model, model.LoadAdapter(name, folder)).With(head);
    }

    /// <summary>Reads a scorer that was saved with all of its weights, and owns its model.</summary>
    /// <param name="folder">Where it was saved.</param>
    /// <param name="options">How its model is held; float32 on the processor where nothing is said.</param>
    /// <exception cref="InputFormatException">A file is missing or lies.</exception>
    public static RewardScorer Load(string folder, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using var file = Open(folder);
        var scorer = new RewardScorer(LanguageModel.Load(folder, options), null, ownsModel: true);
        try
        {
            using var head = HeadOf(file, scorer.Model);
            return scorer.With(head);
        }
        catch
        {
            scorer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Head.Dispose();
        if (_ownsModel)
            Model.Dispose();
    }

    private static SafeTensorsFile Open(string folder)
    {
        var path = Path.Combine(folder, HeadFile);
        return File.Exists(path)
            ? SafeTensorsFile.Open(path)
            : throw new InputFormatException(folder, $"expected a model of rewards; there is no {HeadFile}");
    }

    private static Tensor HeadOf(SafeTensorsFile file, LanguageModel model)
    {
        if (file.Find(HeadName) is not { } head || !head.Shape.SequenceEqual([model.Config.Hidden]))
            throw new InputFormatException(
                file.Path,
                $"expected '{HeadName}' [{model.Config.Hidden}]; was it made for another base?"
            );
        return TensorFiles.Load(file, head);
    }

    private RewardScorer With(Tensor head)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        Head.copy_(head);
        return this;
    }

    /// <summary>[rows].</summary>
    internal Tensor Scores(TokenBatch batch)
    {
        var pass = Pass.Plain with { Adapters = Model.Uses(Adapter, batch.Lengths.Length, []) };
        var hidden = Model.Transformer.Hidden(batch.Tokens, pass);
        var last = tensor(
            batch.Lengths.Select((length, row) => (row * batch.Tokens.shape[1]) + length - 1).ToArray(),
            device: Model.Device
        );
        return hidden.flatten(0, 1).index_select(0, last).to(Head.dtype).matmul(Head);
    }
}
