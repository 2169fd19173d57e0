using static TorchSharp.torch;

namespace Alignment.Benchmarks;

/// <summary>How both players lie in one tensor, for updates that are simultaneous: one softmax and one product do for both.</summary>
internal abstract class EagerStack(string name, ScalarType type, int games, int actions)
    : EagerPlacement(name, type, games, actions)
{
    /// <summary>logits = keep logits + eta values of the strategies.</summary>
    public abstract void Move(Tensor logits, Tensor strategies, Pace pace);

    /// <summary>One player's numbers as [games, actions].</summary>
    public abstract double[] Read(Tensor strategies, int player);
}

/// <summary>One game: [[0, A], [-A', 0]] times the vector of both strategies.</summary>
internal sealed class BlockStack : EagerStack
{
    private readonly Tensor _payoffs;

    public BlockStack(ScalarType type, double[] payoffs, int actions)
        : base("stacked, mv of one block matrix", type, 1, actions)
    {
        var a = tensor(payoffs, [actions, actions]).to_type(type);
        var none = zeros_like(a);
        _payoffs = cat([cat([none, a], 1), cat([a.t().neg(), none], 1)]).contiguous();
    }

    public override long[] Shape => [2, Actions];

    public override long Along => 1;

    public override void Move(Tensor logits, Tensor strategies, Pace pace)
    {
        using var both = strategies.view(2 * Actions);
        using var flat = logits.view(2 * Actions);
        if (FitsAddmv(pace))
        {
            flat.addmv_(_payoffs, both, pace.Single.Keep, pace.Single.Eta);
            return;
        }

        using var values = _payoffs.mv(both);
        Add(flat, values, pace);
    }

    public override double[] Read(Tensor strategies, int player) => Numbers(strategies[player]);

    public override void Dispose() => _payoffs.Dispose();
}

/// <summary>Games first, [players, games, actions]; the players swapped, then one bmm.</summary>
internal sealed class GamesFirstStack : EagerStack
{
    private readonly Tensor _payoffs;

    public GamesFirstStack(ScalarType type, double[] payoffs, int games, int actions)
        : base("stacked, games first, bmm", type, games, actions)
    {
        var a = tensor(payoffs, [games, actions, actions]).to_type(type);
        _payoffs = cat([a, a.transpose(1, 2).neg()]).contiguous();
    }

    public override long[] Shape => [2, Games, Actions];

    public override long Along => 2;

    public override void Move(Tensor logits, Tensor strategies, Pace pace)
    {
        using var opponents = strategies.flip(0);
        using var columns = opponents.view(2 * Games, Actions, 1);
        using var values = _payoffs.bmm(columns);
        using var shaped = values.view(Shape);
        Add(logits, shaped, pace);
    }

    public override double[] Read(Tensor strategies, int player) => Numbers(strategies[player]);

    public override void Dispose() => _payoffs.Dispose();
}

/// <summary>Games last, [players, actions, games]; the players swapped, then multiply and sum, or a chain of multiply-adds.</summary>
internal sealed class GamesLastStack : EagerStack
{
    private readonly Tensor _payoffs; // [the opponent's actions, players, own actions, games]
    private readonly Tensor[] _chain;
    private readonly bool _byAction;

    public GamesLastStack(ScalarType type, double[] payoffs, int games, int actions, bool byAction)
        : base($"stacked, games last, {(byAction ? "addcmul by action" : "multiply and sum")}", type, games, actions)
    {
        _byAction = byAction;
        var a = tensor(payoffs, [games, actions, actions]).to_type(type);
        _payoffs = stack([a.permute(2, 1, 0), a.permute(1, 2, 0).neg()], 1).contiguous();
        _chain = _payoffs.unbind(0);
    }

    public override long[] Shape => [2, Actions, Games];

    public override long Along => 1;

    public override void Move(Tensor logits, Tensor strategies, Pace pace)
    {
        using var opponents = strategies.flip(0);
        if (_byAction)
        {
            var actions = opponents.split(1, 1);
            if (pace.Keep is { } keep)
                logits.mul_(keep);
            for (var k = 0; k < actions.Length; k++)
                logits.addcmul_(_chain[k], actions[k], pace.Eta);
            foreach (var action in actions)
                action.Dispose();
            return;
        }

        using var each = opponents.transpose(0, 1);
        using var spread = each.unsqueeze(2);
        using var product = _payoffs.mul(spread);
        using var values = product.sum(dim: 0);
        Add(logits, values, pace);
    }

    public override double[] Read(Tensor strategies, int player) => Numbers(strategies[player].t());

    public override void Dispose()
    {
        _payoffs.Dispose();
        foreach (var t in _chain)
            t.Dispose();
    }
}
