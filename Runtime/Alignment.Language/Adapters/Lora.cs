using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>Low-rank adaptation: W + (alpha / r) B A, with A [r, in] and B [out, r] trained and W frozen.</summary>
/// <remarks>
/// <para>A begins uniform between -1 / sqrt(in) and 1 / sqrt(in), B at 0: a new adapter changes nothing.</para>
/// <para>Default: rank 8, alpha 16, attention's matrices, scaled by alpha / r; by alpha / sqrt(r) where <see cref="RankStabilized"/>.</para>
/// <para>Errors: a rank below 1, an alpha that is not above 0.</para>
/// <para>Source: Hu et al. (2021), "LoRA: low-rank adaptation of large language models", arXiv 2106.09685; Kalajdzievski (2023), "Rank-stabilized LoRA", arXiv 2312.03732.</para>
/// <para>Not for teaching a small model a language: train all of its weights.</para>
/// </remarks>
public sealed record Lora : IMatrixChanges
{
    /// <summary>r, at least 1.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>alpha, above 0.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>Whether the factor is alpha / sqrt(r).</summary>
    public bool RankStabilized { get; init; }

    /// <inheritdoc/>
    public AdapterTargets Targets { get; init; } = AdapterTargets.Attention;

    /// <inheritdoc/>
    public string Name => "lora";

    /// <inheritdoc/>
    public int Objectives => 0;

    /// <inheritdoc/>
    public string? Fault() =>
        Rank < 1 ? $"expected a rank of at least 1, got {Rank}"
        : !(Alpha > 0 && double.IsFinite(Alpha)) ? $"expected an alpha above 0, got {Quote.Number(Alpha)}"
        : null;

    /// <summary>What B A is multiplied by.</summary>
    public double Factor => Alpha / (RankStabilized ? Math.Sqrt(Rank) : Rank);

    IMatrixChange IMatrixChanges.Begin(Linear matrix, ulong seed)
    {
        var (outputs, inputs) = (matrix.Weight.shape[0], matrix.Weight.shape[1]);
        return new Change(
            Beginnings.Uniform(matrix, "A", Rank, inputs, seed),
            Beginnings.Constant(matrix, 0, outputs, Rank),
            Factor
        );
    }

    private sealed record Change(Tensor A, Tensor B, double Factor) : IMatrixChange
    {
        private readonly Scalar _factor = Factor;

        public IEnumerable<(string Name, Tensor Value)> Parameters => [("lora_A.weight", A), ("lora_B.weight", B)];

        public Tensor Apply(Tensor x, Tensor? preferences) =>
            functional.linear(functional.linear(x.to(A.dtype), A), B).mul(_factor).to(x.dtype);

        public Tensor Whole(IReadOnlyList<double> preferences) => B.matmul(A).mul(_factor);
    }
}
