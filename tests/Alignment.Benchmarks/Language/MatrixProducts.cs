using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>A list of matrix products by itself: the same shapes, layouts, types and threads, into outputs that are there already, all in one call of LibTorch.</summary>
internal sealed class MatrixProducts : IDisposable
{
    private const string Script = """
        def run(a: List[Tensor], b: List[Tensor], c: List[Tensor]):
            for k in range(len(a)):
                if a[k].dim() == 3:
                    torch.bmm(a[k], b[k], out=c[k])
                else:
                    torch.mm(a[k], b[k], out=c[k])
            return len(a)

        """;

    private readonly jit.CompilationUnit _script = jit.compile(Script);
    private readonly ScalarType _type;
    private readonly List<Tensor> _left = [];
    private readonly List<Tensor> _right = [];
    private readonly List<Tensor> _out = [];

    private MatrixProducts(ScalarType type) => _type = type;

    /// <summary>Multiply-adds of all products, two operations each.</summary>
    public double Flops { get; private set; }

    public int Count => _out.Count;

    /// <summary>All products of a training step: of every linear layer and the head y = x W' forward, and backward dy W and dy' x; of attention q k' and p v, and backward p' dy, dy v', ds k, ds' q.</summary>
    public static MatrixProducts OfTraining(ModelConfig c, long rows, long tokens, bool attention)
    {
        var products = new MatrixProducts(ScalarType.Float32);
        foreach (var (outputs, inputs) in Linears(c))
            products.Linear(rows * tokens, outputs, inputs, backward: true);
        for (var layer = 0; attention && layer < c.Layers; layer++)
            products.Attention(rows * c.Heads, tokens, c.HeadSize);
        return products;
    }

    /// <summary>The products of one token of each row: of every linear layer and the head.</summary>
    public static MatrixProducts OfDecoding(ModelConfig c, long rows, ScalarType type)
    {
        var products = new MatrixProducts(type);
        foreach (var (outputs, inputs) in Linears(c))
            products.Linear(rows, outputs, inputs, backward: false);
        return products;
    }

    public void Run()
    {
        using var quiet = inference_mode();
        _script.invoke("run", _left.ToArray(), _right.ToArray(), _out.ToArray());
    }

    public void Dispose()
    {
        foreach (var tensor in _left.Concat(_right).Concat(_out))
            tensor.Dispose();
        _script.Dispose();
    }

    private static IEnumerable<(long Outputs, long Inputs)> Linears(ModelConfig c)
    {
        var (queries, keys) = ((long)c.Heads * c.HeadSize, (long)c.KeyValueHeads * c.HeadSize);
        for (var layer = 0; layer < c.Layers; layer++)
        {
            foreach (var outputs in new[] { queries, keys, keys })
                yield return (outputs, c.Hidden);
            yield return (c.Hidden, queries);
            yield return (c.Inner, c.Hidden);
            yield return (c.Inner, c.Hidden);
            yield return (c.Hidden, c.Inner);
        }

        yield return (c.Vocabulary, c.Hidden);
    }

    private void Linear(long rows, long outputs, long inputs, bool backward)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (x, w, dy) = (Random(rows, inputs), Random(outputs, inputs), Random(rows, outputs));
        Add(x, w.t());
        if (!backward)
            return;
        Add(dy, w);
        Add(dy.t(), x);
    }

    private void Attention(long heads, long tokens, long size)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (q, k, v) = (Random(heads, tokens, size), Random(heads, tokens, size), Random(heads, tokens, size));
        var (p, dy) = (Random(heads, tokens, tokens), Random(heads, tokens, size));
        Add(q, k.transpose(1, 2));
        Add(p, v);
        Add(p.transpose(1, 2), dy);
        Add(dy, v.transpose(1, 2));
        Add(p, k);
        Add(p.transpose(1, 2), q);
    }

    private void Add(Tensor left, Tensor right)
    {
        // views keep what they look at alive
        _left.Add(left.alias().DetachFromDisposeScope());
        _right.Add(right.alias().DetachFromDisposeScope());
        long[] shape = [.. left.shape[..^1], right.shape[^1]];
        _out.Add(zeros(shape, _type).DetachFromDisposeScope());
        Flops += 2.0 * shape.Aggregate(1L, (n, size) => n * size) * left.shape[^1];
    }

    private Tensor Random(params long[] shape) => randn(shape, generator: new Generator(1)).to(_type);
}
