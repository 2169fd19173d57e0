using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>How the strategies of a batch of zero-sum games lie in tensors.</summary>
internal abstract class EagerPlacement(string name, ScalarType type, int games, int actions) : IDisposable
{
    public string Name { get; } = name;

    public ScalarType Type { get; } = type;

    public int Games { get; } = games;

    public int Actions { get; } = actions;

    /// <summary>The shape of a tensor of strategies.</summary>
    public abstract long[] Shape { get; }

    /// <summary>The dimension that actions lie along.</summary>
    public abstract long Along { get; }

    public abstract void Dispose();

    public Tensor Zeros() => zeros(Shape, Type);

    protected static double[] Numbers(Tensor t)
    {
        using var doubles = t.to_type(ScalarType.Float64);
        using var dense = doubles.contiguous();
        return dense.data<double>().ToArray();
    }

    /// <summary>logits = keep logits + eta values.</summary>
    protected static void Add(Tensor logits, Tensor values, Pace pace)
    {
        if (pace.Keep is { } keep)
            logits.mul_(keep);
        logits.add_(values, pace.Eta);
    }

    /// <summary>Whether addmv_, which in TorchSharp takes its two numbers in float32, can do a step without losing digits.</summary>
    protected bool FitsAddmv(Pace pace) => Type == ScalarType.Float32 || pace.IsOne;
}

/// <summary>A tensor for each player, and by which operations payoffs are multiplied.</summary>
internal abstract class EagerLayout(string name, ScalarType type, int games, int actions)
    : EagerPlacement(name, type, games, actions)
{
    /// <summary>The row player's action values, A y.</summary>
    public abstract Tensor RowValues(Tensor y);

    /// <summary>The column player's action values, -A' x.</summary>
    public abstract Tensor ColumnValues(Tensor x);

    /// <summary>The sum over actions, in a shape that broadcasts.</summary>
    public virtual Tensor Total(Tensor weights) => weights.sum(Along, keepdim: true);

    /// <summary>The sum over actions of a product, in a shape that broadcasts.</summary>
    public virtual Tensor Inner(Tensor a, Tensor b)
    {
        using var product = a.mul(b);
        return product.sum(Along, keepdim: true);
    }

    /// <summary>logits = keep logits + eta A y.</summary>
    public virtual void MoveRow(Tensor logits, Tensor y, Pace pace)
    {
        using var values = RowValues(y);
        Add(logits, values, pace);
    }

    /// <summary>logits = keep logits - eta A' x.</summary>
    public virtual void MoveColumn(Tensor logits, Tensor x, Pace pace)
    {
        using var values = ColumnValues(x);
        Add(logits, values, pace);
    }

    /// <summary>Numbers as [games, actions].</summary>
    public abstract double[] Read(Tensor strategies);
}

/// <summary>What a move multiplies by, as TorchSharp takes it.</summary>
/// <param name="keep">What the numbers moved are multiplied by, or null for 1.</param>
/// <param name="eta">What action values are multiplied by, or null for 1.</param>
internal readonly struct Pace(double? keep, double? eta) : IDisposable
{
    /// <summary>Adds action values as they are.</summary>
    public static Pace One { get; } = new(null, null);

    public Scalar? Keep { get; } = keep;

    public Scalar Eta { get; } = eta ?? EagerWriting.One;

    /// <summary>The same for operations that take numbers in float32 alone.</summary>
    public (float Keep, float Eta) Single { get; } = ((float)(keep ?? 1), (float)(eta ?? 1));

    public bool IsOne => Keep is null && ReferenceEquals(Eta, EagerWriting.One);

    public void Dispose()
    {
        Keep?.Dispose();
        if (!ReferenceEquals(Eta, EagerWriting.One))
            Eta.Dispose();
    }
}

/// <summary>One game: plain vectors, matrix times vector, both payoff matrices made beforehand.</summary>
internal sealed class VectorLayout : EagerLayout
{
    private readonly Tensor _rows;
    private readonly Tensor _columns;
    private readonly Tensor _ones;

    public VectorLayout(ScalarType type, double[] payoffs, int actions)
        : base("vectors, mv", type, 1, actions)
    {
        _rows = tensor(payoffs, [actions, actions]).to_type(type);
        _columns = _rows.t().neg().contiguous();
        _ones = ones([actions], type);
    }

    public override long[] Shape => [Actions];

    public override long Along => 0;

    public override Tensor RowValues(Tensor y) => _rows.mv(y);

    public override Tensor ColumnValues(Tensor x) => _columns.mv(x);

    // a product of vectors is faster than a reduction, and matmul than dot, which reads the shapes first
    public override Tensor Total(Tensor weights) => weights.matmul(_ones);

    public override Tensor Inner(Tensor a, Tensor b) => a.matmul(b);

    public override void MoveRow(Tensor logits, Tensor y, Pace pace)
    {
        if (!FitsAddmv(pace))
            base.MoveRow(logits, y, pace);
        else
            logits.addmv_(_rows, y, pace.Single.Keep, pace.Single.Eta);
    }

    public override void MoveColumn(Tensor logits, Tensor x, Pace pace)
    {
        if (!FitsAddmv(pace))
            base.MoveColumn(logits, x, pace);
        else
            logits.addmv_(_columns, x, pace.Single.Keep, pace.Single.Eta);
    }

    public override double[] Read(Tensor strategies) => Numbers(strategies);

    public override void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
        _ones.Dispose();
    }
}

/// <summary>Games first, [games, actions]; products by bmm, or by multiply and sum.</summary>
internal sealed class GamesFirstLayout : EagerLayout
{
    private readonly Tensor _rows;
    private readonly Tensor _columns;
    private readonly bool _bySum;

    public GamesFirstLayout(ScalarType type, double[] payoffs, int games, int actions, bool bySum)
        : base(bySum ? "games first, multiply and sum" : "games first, bmm", type, games, actions)
    {
        _bySum = bySum;
        _rows = tensor(payoffs, [games, actions, actions]).to_type(type);
        _columns = _rows.transpose(1, 2).neg().contiguous();
    }

    public override long[] Shape => [Games, Actions];

    public override long Along => 1;

    public override Tensor RowValues(Tensor y) => Product(_rows, y);

    public override Tensor ColumnValues(Tensor x) => Product(_columns, x);

    public override double[] Read(Tensor strategies) => Numbers(strategies);

    public override void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
    }

    private Tensor Product(Tensor payoffs, Tensor strategy)
    {
        using var opponent = strategy.unsqueeze(_bySum ? 1 : 2);
        using var product = _bySum ? payoffs.mul(opponent) : payoffs.bmm(opponent);
        return _bySum ? product.sum(dim: 2) : product.squeeze(2);
    }
}

/// <summary>Games last, [actions, games]; products by multiply and sum.</summary>
internal sealed class GamesLastLayout : EagerLayout
{
    private readonly Tensor _rows;
    private readonly Tensor _columns;

    public GamesLastLayout(ScalarType type, double[] payoffs, int games, int actions)
        : base("games last, multiply and sum", type, games, actions)
    {
        // the opponent's action first: a sum over the first dimension adds whole rows of games
        _rows = tensor(payoffs, [games, actions, actions]).to_type(type).permute(2, 1, 0).contiguous();
        _columns = _rows.transpose(0, 1).neg().contiguous();
    }

    public override long[] Shape => [Actions, Games];

    public override long Along => 0;

    public override Tensor RowValues(Tensor y) => Product(_rows, y);

    public override Tensor ColumnValues(Tensor x) => Product(_columns, x);

    public override double[] Read(Tensor strategies) => Numbers(strategies.t());

    public override void Dispose()
    {
        _rows.Dispose();
        _columns.Dispose();
    }

    private static Tensor Product(Tensor payoffs, Tensor strategy)
    {
        using var opponent = strategy.unsqueeze(1);
        using var product = payoffs.mul(opponent);
        return product.sum(dim: 0);
    }
}

/// <summary>Games last, [actions, games]; products as a chain of multiply-adds, one for each of the opponent's actions.</summary>
internal sealed class GamesLastChainLayout : EagerLayout
{
    private readonly Tensor[] _rows;
    private readonly Tensor[] _columns;

    public GamesLastChainLayout(ScalarType type, double[] payoffs, int games, int actions)
        : base("games last, addcmul by action", type, games, actions)
    {
        var all = tensor(payoffs, [games, actions, actions]).to_type(type);
        _rows = [.. Enumerable.Range(0, actions).Select(j => all.select(2, j).t().contiguous())];
        _columns = [.. Enumerable.Range(0, actions).Select(i => all.select(1, i).t().neg().contiguous())];
    }

    public override long[] Shape => [Actions, Games];

    public override long Along => 0;

    public override Tensor RowValues(Tensor y) => Chain(_rows, y);

    public override Tensor ColumnValues(Tensor x) => Chain(_columns, x);

    public override void MoveRow(Tensor logits, Tensor y, Pace pace) => Move(logits, _rows, y, pace);

    public override void MoveColumn(Tensor logits, Tensor x, Pace pace) => Move(logits, _columns, x, pace);

    public override double[] Read(Tensor strategies) => Numbers(strategies.t());

    public override void Dispose()
    {
        foreach (var t in _rows.Concat(_columns))
            t.Dispose();
    }

    private static Tensor Chain(Tensor[] payoffs, Tensor strategy)
    {
        var actions = strategy.unbind(0);
        var values = payoffs[0].mul(actions[0]);
        for (var k = 1; k < payoffs.Length; k++)
            values.addcmul_(payoffs[k], actions[k], EagerWriting.One);
        foreach (var action in actions)
            action.Dispose();
        return values;
    }

    private static void Move(Tensor logits, Tensor[] payoffs, Tensor strategy, Pace pace)
    {
        var actions = strategy.unbind(0);
        if (pace.Keep is { } keep)
            logits.mul_(keep);
        for (var k = 0; k < payoffs.Length; k++)
            logits.addcmul_(payoffs[k], actions[k], pace.Eta);
        foreach (var action in actions)
            action.Dispose();
    }
}
