using TorchSharp;
using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>The updates as one would write them in TorchSharp by hand, in place where TorchSharp allows it.</summary>
/// <remarks>
/// Two layouts: games first ([games, rows, columns], matrix products by bmm or by multiply-and-sum) and games last ([rows, columns, games]).
/// The average is a plain weighted sum, which is less work than the compensated sum of the compiled solvers.
/// </remarks>
internal abstract class EagerTorch : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _a;
    private readonly Tensor _at;
    private readonly Layout _layout;
    private readonly int _own;

    protected EagerTorch(Layout layout, ScalarType type, double[] payoffs, int games, int actions)
    {
        _layout = layout;
        Actions = actions;
        var first = tensor(payoffs, [games, actions, actions]).to_type(type);
        _own = layout == Layout.GamesLast ? 0 : 1;
        if (layout == Layout.GamesLast)
        {
            _a = first.permute(1, 2, 0).contiguous();
            _at = _a;
            Shape = [actions, games];
        }
        else
        {
            _a = first;
            _at = first.transpose(1, 2).contiguous();
            Shape = [games, actions];
        }

        Type = type;
        RowAverage = zeros(Shape, type);
        ColumnAverage = zeros(Shape, type);
    }

    public enum Layout
    {
        /// <summary>Games first, products by bmm.</summary>
        GamesFirst,

        /// <summary>Games first, products by multiply and sum.</summary>
        GamesFirstSum,

        /// <summary>Games last, products by multiply and sum.</summary>
        GamesLast,

        /// <summary>One game without a batch dimension, products by mv.</summary>
        Single,
    }

    protected int Actions { get; }

    protected long[] Shape { get; }

    protected ScalarType Type { get; }

    protected Tensor RowAverage { get; }

    protected Tensor ColumnAverage { get; }

    protected long Own => _own;

    public void Run(int steps)
    {
        using var off = no_grad();
        for (var t = 1; t <= steps; t++)
        {
            using var scope = NewDisposeScope();
            Step(t);
        }
    }

    public void Dispose() => _scope.Dispose();

    protected abstract void Step(int t);

    /// <summary>The row player's action values, A y.</summary>
    protected Tensor RowValues(Tensor y) =>
        _layout switch
        {
            Layout.GamesFirst => bmm(_a, y.unsqueeze(2)).squeeze(2),
            Layout.GamesFirstSum => _a.mul(y.unsqueeze(1)).sum(dim: 2),
            Layout.Single => _a[0].mv(y[0]).unsqueeze(0),
            _ => _a.mul(y.unsqueeze(0)).sum(dim: 1),
        };

    /// <summary>The column player's action values, -A' x.</summary>
    protected Tensor ColumnValues(Tensor x) =>
        _layout switch
        {
            Layout.GamesFirst => bmm(_at, x.unsqueeze(2)).squeeze(2).neg_(),
            Layout.GamesFirstSum => _a.mul(x.unsqueeze(2)).sum(dim: 1).neg_(),
            Layout.Single => _at[0].mv(x[0]).unsqueeze(0).neg_(),
            _ => _a.mul(x.unsqueeze(1)).sum(dim: 0).neg_(),
        };
}

/// <summary>Regret matching plus, alternating, linear averaging.</summary>
internal sealed class EagerRegretMatchingPlus : EagerTorch
{
    private readonly Tensor _row;
    private readonly Tensor _column;
    private readonly Tensor _uniform;

    public EagerRegretMatchingPlus(Layout layout, ScalarType type, double[] payoffs, int games, int actions)
        : base(layout, type, payoffs, games, actions)
    {
        _row = zeros(Shape, type);
        _column = zeros(Shape, type);
        _uniform = full(Shape, 1.0 / actions, type);
    }

    protected override void Step(int t)
    {
        var y = Normalize(_column);
        var g = RowValues(y);
        _row.add_(g.sub_(g.mul(Normalize(_row)).sum(Own, keepdim: true))).clamp_min_(0);
        var x = Normalize(_row);
        RowAverage.add_(x, alpha: t);
        ColumnAverage.add_(y, alpha: t);
        var h = ColumnValues(x);
        _column.add_(h.sub_(h.mul(y).sum(Own, keepdim: true))).clamp_min_(0);
    }

    private Tensor Normalize(Tensor weights)
    {
        var total = weights.sum(Own, keepdim: true);
        return where(total > 0, weights / total, _uniform);
    }
}

/// <summary>Hedge, simultaneous, uniform averaging.</summary>
internal sealed class EagerHedge : EagerTorch
{
    private readonly Tensor _row;
    private readonly Tensor _column;

    public EagerHedge(Layout layout, ScalarType type, double[] payoffs, int games, int actions)
        : base(layout, type, payoffs, games, actions)
    {
        _row = zeros(Shape, type);
        _column = zeros(Shape, type);
    }

    protected override void Step(int t)
    {
        var x = _row.softmax(Own);
        var y = _column.softmax(Own);
        RowAverage.add_(x);
        ColumnAverage.add_(y);
        var eta = Math.Sqrt(Math.Log(Actions) / (t + 1));
        var keep = Math.Sqrt((double)t / (t + 1));
        Move(_row, RowValues(y), keep, eta);
        Move(_column, ColumnValues(x), keep, eta);
    }

    private void Move(Tensor logits, Tensor values, double keep, double eta) =>
        logits.mul_(keep).add_(values, alpha: eta).sub_(logits.amax([Own], keepdim: true));
}
