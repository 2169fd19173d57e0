using Alignment.Formats;

namespace Alignment;

/// <summary>The weights of a folder: one safetensors file, or several with an index that says which tensor lies in which.</summary>
internal sealed class WeightFiles : IDisposable
{
    public const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    private readonly List<SafeTensorsFile> _files = [];
    private readonly Dictionary<string, SafeTensorsFile> _byTensor = new(StringComparer.Ordinal);

    private WeightFiles(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>All names, in ordinal order.</summary>
    public IEnumerable<string> Names => _byTensor.Keys.Order(StringComparer.Ordinal);

    /// <summary>Opens what a model's folder holds.</summary>
    /// <exception cref="InputFormatException">There are no weights, or a file lies.</exception>
    public static WeightFiles Open(string folder)
    {
        var files = new WeightFiles(folder);
        try
        {
            var index = Path.Combine(folder, Index);
            if (File.Exists(index))
                files.OpenShards(index);
            else
                files.OpenAll(Path.Combine(folder, Single));
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Opens one file.</summary>
    /// <exception cref="InputFormatException">There is no such file, or it lies.</exception>
    public static WeightFiles OpenFile(string path)
    {
        var files = new WeightFiles(Path.GetDirectoryName(Path.GetFullPath(path))!);
        files.OpenAll(path);
        return files;
    }

    public (SafeTensorsFile File, StoredTensor Tensor)? Find(string name) =>
        _byTensor.TryGetValue(name, out var file) ? (file, file.Find(name)!) : null;

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private void OpenAll(string path)
    {
        if (!File.Exists(path))
            throw new InputFormatException(
                Folder,
                $"expected weights in {Path.GetFileName(path)}{(Path.GetFileName(path) == Single ? $", or an index of several files in {Index}" : "")}; there is none (weights in other formats are to be converted to safetensors)"
            );
        var file = Add(path);
        foreach (var tensor in file.Tensors)
            _byTensor.Add(tensor.Name, file);
    }

    private void OpenShards(string index)
    {
        var opened = new Dictionary<string, SafeTensorsFile>(StringComparer.Ordinal);
        foreach (var (tensor, name) in Map(index))
        {
            // an index names files beside it and nothing else
            if (name.Length == 0 || Path.GetFileName(name) != name)
                throw new InputFormatException(
                    index,
                    $"tensor '{tensor}': expected the name of a file beside the index, got '{name}'"
                );
            if (!opened.TryGetValue(name, out var file))
                opened.Add(name, file = Add(Path.Combine(Folder, name)));
            if (file.Find(tensor) is null)
                throw new InputFormatException(index, $"says that {name} holds '{tensor}', which it does not");
            _byTensor.Add(tensor, file);
        }
    }

    private static List<(string Tensor, string File)> Map(string index)
    {
        var pairs = JsonField
            .Read(index)
            .Need("weight_map")
            .Fields()
            .Select(pair => (pair.Name, pair.Field.Text()))
            .ToList();
        var twice = pairs.GroupBy(p => p.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? pairs
            : throw new InputFormatException(index, $"the tensor '{twice.Key}' stands twice in 'weight_map'");
    }

    private SafeTensorsFile Add(string path)
    {
        var file = SafeTensorsFile.Open(path);
        _files.Add(file);
        return file;
    }
}
