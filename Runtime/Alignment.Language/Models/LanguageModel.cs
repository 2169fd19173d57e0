using Alignment.Formats;
using Alignment.Torch;
using static TorchSharp.torch;

namespace Alignment;

/// <summary>A transformer from a folder, frozen or trained, with the adapters of all players that share it.</summary>
/// <remarks>
/// <para>Memory: the base once, plus each player's adapter. A row of a batch passes through the base and one adapter, or the base alone; what one player's rows
/// say has a gradient of exactly zero in another's parameters.</para>
/// <para>Errors: <see cref="InputFormatException"/> for files, <see cref="ArgumentException"/> for texts and settings.</para>
/// <para>Source of the folder's layout: Hugging Face Transformers, <c>config.json</c> with safetensors.</para>
/// <para>Not for two threads at once: a model runs one batch at a time.</para>
/// </remarks>
public sealed partial class LanguageModel : IDisposable
{
    private readonly ModelWeights _weights;
    private readonly Transformer _transformer;
    private readonly List<Adapter> _adapters = [];
    private readonly Dictionary<string, Tensor> _unmerged = new(StringComparer.Ordinal);

    private LanguageModel(
        ModelConfig config,
        ModelWeights weights,
        Device device,
        Tokenizer? tokenizer,
        string? tokenizerFolder
    )
    {
        (Config, _weights, Device) = (config, weights, device);
        (Tokenizer, _tokenizerFolder) = (tokenizer, tokenizerFolder);
        _transformer = new(config, weights);
        Type = weights.All.Values.First().dtype;
    }

    /// <summary>Its shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>The adapters on it, in order of arrival.</summary>
    public IReadOnlyList<Adapter> Adapters => _adapters;

    internal Device Device { get; }

    internal Transformer Transformer => _transformer;

    internal ModelWeights Weights => _weights;

    /// <summary>The numbers in which its weights are held.</summary>
    internal ScalarType Type { get; }

    /// <summary>Loads a folder.</summary>
    /// <param name="folder">With <c>config.json</c> and <c>model.safetensors</c>, or several files with <c>model.safetensors.index.json</c>.</param>
    /// <param name="options">How; default <see cref="ModelOptions"/>.</param>
    /// <exception cref="InputFormatException">A file is missing or lies, or the weights do not fit the configuration.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch cannot be loaded, or there is no such device.</exception>
    public static LanguageModel Load(string folder, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new();
        var config = ModelConfigFile.Read(folder);
        using var files = WeightFiles.Open(folder);
        var tokenizer = TokenizerOf(folder, config);
        var device = Prepared(options);
        var weights = ModelWeights.Load(files, config, TypeOf(options.Precision, files), device);
        return new(config, weights, device, tokenizer, tokenizer is null ? null : folder);
    }

    /// <summary>A model to be trained from nothing.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of its first weights.</param>
    /// <param name="options">How; precision float32 or float64.</param>
    /// <param name="tokenizerFolder">The folder of its tokenizer; null for none.</param>
    /// <exception cref="ArgumentException">The configuration is of no transformer.</exception>
    public static LanguageModel Create(
        ModelConfig config,
        ulong seed,
        ModelOptions? options = null,
        string? tokenizerFolder = null
    )
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Fault() is { } fault)
            throw new ArgumentException($"A model cannot be made from this configuration: {fault}.", nameof(config));
        options ??= new();
        var device = Prepared(options);
        var type = options.Precision == WeightPrecision.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var tokenizer = tokenizerFolder is null ? null : TokenizerOf(tokenizerFolder, config);
        return new(config, ModelWeights.Create(config, seed, type, device), device, tokenizer, tokenizerFolder);
    }

    /// <summary>Writes configuration and weights into a folder, in the numbers that they are held in.</summary>
    /// <param name="folder">Made where there is none.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        SafeTensorsWriter.Write(
            Path.Combine(folder, WeightFiles.Single),
            _weights.ToStore(Config),
            [new("format", "pt")]
        );
        ModelConfigFile.Write(folder, Config);
        SaveTokenizer(folder);
    }

    /// <summary>Puts a new adapter on the base. It changes nothing until it is trained.</summary>
    /// <param name="name">A word of its own among the base's adapters.</param>
    /// <param name="kind"><see cref="Lora"/> or <see cref="PreferenceLora"/>.</param>
    /// <param name="seed">Of its first parameters.</param>
    /// <exception cref="ArgumentException">The name is taken, or a setting is out of range.</exception>
    public Adapter Attach(string name, IAdapterKind kind, ulong seed = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(kind);
        return Add(Adapter.Begin(name, kind, Targeted(kind.Targets), seed));
    }

    /// <summary>The matrices that PEFT's <c>target_modules</c> name.</summary>
    /// <param name="modules">The last words of the matrices' names, as many as it takes: <c>q_proj</c>, <c>attn.c_proj</c>; or <c>all-linear</c> alone.</param>
    /// <exception cref="ArgumentException">The model has no matrix of that name; says those it has.</exception>
    public AdapterTargets Targets(IReadOnlyCollection<string> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        if (modules.SequenceEqual(["all-linear"]))
            return AdapterTargets.All;
        var targets = AdapterTargets.None;
        foreach (var name in modules.DefaultIfEmpty(""))
        {
            var named = _transformer
                .Matrices.Where(m => m.Name.EndsWith($".{name}", StringComparison.Ordinal))
                .Aggregate(AdapterTargets.None, (all, next) => all | next.Target);
            if (named == AdapterTargets.None)
                throw new ArgumentException(
                    $"expected names of the model's matrices, {string.Join(", ", _transformer.Matrices.Select(m => m.Module).Distinct(StringComparer.Ordinal))}, got '{name}'"
                );
            targets |= named;
        }

        return targets;
    }

    /// <summary>Puts an adapter from a folder on the base.</summary>
    /// <param name="name">A word of its own among the base's adapters.</param>
    /// <param name="folder">With <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, as PEFT writes them.</param>
    /// <exception cref="InputFormatException">A file is missing or lies, or the adapter is for another base.</exception>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public Adapter LoadAdapter(string name, string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(folder);
        return Add(AdapterFolder.Read(this, name, folder));
    }

    /// <summary>Writes an adapter into a folder, in PEFT's layout if it is a LoRA.</summary>
    /// <param name="adapter">One of <see cref="Adapters"/>.</param>
    /// <param name="folder">Made where there is none.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void SaveAdapter(Adapter adapter, string folder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentNullException.ThrowIfNull(folder);
        AdapterFolder.Write(adapter, Config, folder);
    }

    /// <summary>Takes an adapter off and frees it.</summary>
    /// <exception cref="ArgumentException">It is not on this base.</exception>
    public void Detach(Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (!_adapters.Remove(adapter))
            throw new ArgumentException($"Adapter '{adapter.Name}' is not on this model.");
        adapter.Dispose();
    }

    /// <summary>Adds an adapter's changes to the base's matrices, which then run at the base's speed. <see cref="Unmerge"/> gives the old matrices back, bit for bit: they are kept.</summary>
    /// <param name="adapter">One of <see cref="Adapters"/>.</param>
    /// <param name="preferences">A point of the simplex where it takes preferences.</param>
    /// <exception cref="ArgumentException">It is not on this base, or preferences do not fit.</exception>
    /// <exception cref="InvalidOperationException">Another is merged.</exception>
    public void Merge(Adapter adapter, params double[] preferences)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        Require(adapter, preferences);
        if (_unmerged.Count > 0)
            throw new InvalidOperationException("An adapter is merged already; unmerge it first.");
        using var quiet = no_grad();
        foreach (var (matrix, change) in adapter.Changes)
        {
            using var scope = NewDisposeScope();
            var weight = _weights[$"{matrix}.weight"];
            _unmerged.Add(matrix, weight.clone().DetachFromDisposeScope());
            weight.add_(change.Whole(preferences).to(weight.dtype), Numbers.One);
        }
    }

    /// <summary>Gives the base's own matrices back.</summary>
    public void Unmerge()
    {
        using var quiet = no_grad();
        foreach (var (matrix, before) in _unmerged)
        {
            _weights[$"{matrix}.weight"].copy_(before);
            before.Dispose();
        }

        _unmerged.Clear();
    }

    /// <summary>The logits of the next token behind each token of each row.</summary>
    /// <param name="rows">Tokens; at least one a row.</param>
    /// <param name="adapter">What they pass through; null for the base alone.</param>
    /// <param name="preferences">A point of the simplex where the adapter takes preferences.</param>
    /// <returns>For each row and token a number for each of the vocabulary.</returns>
    /// <exception cref="ArgumentException">A row is empty, too long, or has a token that the model does not know.</exception>
    public float[][][] Logits(IReadOnlyList<int[]> rows, Adapter? adapter = null, params double[] preferences)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var batch = TokenBatch.Of(this, rows);
        var pass = Pass.Plain with { Adapters = Uses(adapter, rows.Count, preferences) };
        var logits = _transformer.Logits(_transformer.Hidden(batch.Tokens, pass), pass).to(ScalarType.Float32).cpu();
        return [.. rows.Select((row, r) => row.Select((_, t) => logits[r, t].data<float>().ToArray()).ToArray())];
    }

    /// <summary>log p of each token of each row given those before it; the first token has none and is left out.</summary>
    /// <inheritdoc cref="Logits"/>
    public double[][] LogProbabilities(IReadOnlyList<int[]> rows, Adapter? adapter = null, params double[] preferences)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var batch = TokenBatch.Of(this, rows);
        var pass = Pass.Plain with { Adapters = Uses(adapter, rows.Count, preferences) };
        var numbers = Scoring.LogProbabilities(_transformer, batch, pass).to(ScalarType.Float64).cpu();
        return [.. rows.Select((row, r) => numbers[r].data<double>().ToArray()[..(row.Length - 1)])];
    }

    /// <summary>Continues texts, all in one batch.</summary>
    /// <remarks>The numbers drawn for a text depend on the seed, its number and the place of the token alone. Its tokens are the same in any batch, except where a probability
    /// lies within rounding of what would change a draw (<see cref="Generated.Margin"/>): kernels round differently by shape. In the same batch they are the same,
    /// bit for bit.</remarks>
    /// <param name="requests">Texts, at least one.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <exception cref="ArgumentException">A prompt is empty or fills the model's context, an adapter is not on this model, or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<Generated> Generate(
        IReadOnlyList<GenerationRequest> requests,
        SamplingOptions options,
        CancellationToken cancellationToken = default
    ) => Generate(requests, options, null, cancellationToken);

    /// <summary>Continues texts, all in one batch, and tells each token as it is drawn.</summary>
    /// <param name="requests">Texts, at least one.</param>
    /// <param name="options">How tokens are drawn.</param>
    /// <param name="observer">Told the tokens, step by step in the order of texts; null for nobody.</param>
    /// <param name="cancellationToken">Stops before the next token.</param>
    /// <exception cref="ArgumentException">As without an observer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<Generated> Generate(
        IReadOnlyList<GenerationRequest> requests,
        SamplingOptions options,
        IProgress<DrawnToken>? observer,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Fault() is { } fault)
            throw new ArgumentException($"Sampling, {fault}.");
        TokenBatch.Check(Config, [.. requests.Select(r => r.Prompt.ToArray())]);
        if (requests.FirstOrDefault(r => r.Prompt.Count >= Config.Context) is { } full)
            throw new ArgumentException(
                $"A prompt of {Quote.Count(full.Prompt.Count)} tokens leaves no room in a context of {Quote.Count(Config.Context)}; shorten it."
            );
        return new Generator(this, requests, options, observer).Run(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var before in _unmerged.Values)
            before.Dispose();
        foreach (var adapter in _adapters)
            adapter.Dispose();
        _transformer.Dispose();
    }

    /// <summary>The parameters that learn, which record gradients from now on: an adapter's, or all of the base.</summary>
    internal IReadOnlyList<(string Name, Tensor Value)> Learn(Adapter? adapter)
    {
        if (_unmerged.Count > 0)
            throw new InvalidOperationException("An adapter is merged; unmerge it before training.");
        if (adapter is not null)
        {
            if (!_adapters.Contains(adapter))
                throw new ArgumentException($"Adapter '{adapter.Name}' is not on this model.");
            return [.. adapter.Parameters];
        }

        if (Type is not (ScalarType.Float32 or ScalarType.Float64))
            throw new ArgumentException(
                "All weights are trained in float32 or float64 alone; load the model with precision float32, or train an adapter."
            );
        return [.. _weights.All.Select(w => (w.Key, w.Value.requires_grad_(true)))];
    }

    /// <summary>The base's weights record no gradients any more.</summary>
    internal void Rest()
    {
        foreach (var weight in _weights.All.Values)
        {
            weight.grad = null;
            weight.requires_grad_(false);
        }
    }

    internal Adapter Add(Adapter adapter)
    {
        if (_adapters.Any(a => a.Name == adapter.Name))
        {
            adapter.Dispose();
            throw new ArgumentException($"Adapter '{adapter.Name}': there is one of this name on the model already.");
        }

        _adapters.Add(adapter);
        return adapter;
    }

    /// <summary>All rows through one adapter, or the base alone.</summary>
    internal IReadOnlyList<AdapterRows> Uses(Adapter? adapter, long rows, double[] preferences)
    {
        if (adapter is null)
            return [];
        Require(adapter, preferences);
        if (preferences.Length == 0)
            return [new(adapter, null)];
        var lambda = tensor(preferences, [1, preferences.Length], device: Device).expand(rows, -1);
        return [new(adapter, null, lambda)];
    }

    /// <summary>Each row through its own adapter.</summary>
    internal IReadOnlyList<AdapterRows> Uses(IReadOnlyList<GenerationRequest> requests)
    {
        var uses = new List<AdapterRows>();
        foreach (var adapter in requests.Select(r => r.Adapter).OfType<Adapter>().Distinct())
        {
            long[] rows =
            [
                .. Enumerable.Range(0, requests.Count).Where(r => requests[r].Adapter == adapter).Select(r => (long)r),
            ];
            var preferences = rows.SelectMany(r => Checked(adapter, requests[(int)r].Preferences)).ToArray();
            uses.Add(
                new(
                    adapter,
                    rows.Length == requests.Count ? null : tensor(rows, device: Device),
                    preferences.Length == 0
                        ? null
                        : tensor(preferences, [rows.Length, adapter.Kind.Objectives], device: Device)
                )
            );
        }

        return uses;
    }

    private ValueList<double> Checked(Adapter adapter, ValueList<double> preferences)
    {
        Require(adapter, [.. preferences]);
        return preferences;
    }

    internal List<Linear> Targeted(AdapterTargets targets)
    {
        bool IsPartly(Linear m) => (m.Target & targets) != AdapterTargets.None && !targets.HasFlag(m.Target);
        if (_transformer.Matrices.FirstOrDefault(IsPartly) is { } split)
            throw new ArgumentException(
                $"Targets: '{split.Module}' is one matrix for {split.Target}; an adapter changes all of it or nothing, got {targets}."
            );
        List<Linear> all = [.. _transformer.Matrices.Where(m => targets.HasFlag(m.Target))];
        return all.Count > 0 ? all : throw new ArgumentException($"Targets: the model has no matrix for '{targets}'.");
    }

    private void Require(Adapter adapter, double[] preferences)
    {
        if (!_adapters.Contains(adapter))
            throw new ArgumentException($"Adapter '{adapter.Name}' is not on this model.");
        var wanted = adapter.Kind.Objectives;
        var fits =
            preferences.Length == wanted
            && preferences.All(p => p >= 0)
            && (wanted == 0 || Math.Abs(preferences.Sum() - 1) < 1e-6);
        if (!fits)
            throw new ArgumentException(
                wanted == 0
                    ? $"Adapter '{adapter.Name}' takes no preferences, got {preferences.Length}."
                    : $"Adapter '{adapter.Name}': expected {wanted} preferences of at least 0 that sum to 1, got [{string.Join(", ", preferences.Select(Quote.Number))}]."
            );
    }

    private static Device Prepared(ModelOptions options)
    {
        if (options.Threads < 1)
            throw new ArgumentException($"Threads: expected at least 1, got {options.Threads}.");
        TorchNative.ConfigureThreads(options.Threads);
        if (options.Device is not ("cpu" or "cuda"))
            throw new ArgumentException(
                $"There is no device '{options.Device}'.{Nearest.Hint(options.Device, ["cpu", "cuda"], "There are")}"
            );
        if (options.Device == "cuda" && !cuda.is_available())
            throw new TorchUnavailableException("There is no CUDA device here; load the model on 'cpu'.");
        return new(options.Device);
    }

    private static ScalarType? TypeOf(WeightPrecision? precision, WeightFiles files) =>
        precision switch
        {
            WeightPrecision.Stored => null,
            WeightPrecision.Float32 => ScalarType.Float32,
            WeightPrecision.BFloat16 => ScalarType.BFloat16,
            WeightPrecision.Float64 => ScalarType.Float64,
            _ => files.Names.All(name => files.Find(name)!.Value.Tensor.Format == NumberFormat.Float64)
                ? ScalarType.Float64
                : ScalarType.Float32,
        };
}
