using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Alignment;

/// <summary>An adapter with slots for preferences: one set of weights for a whole Pareto front.</summary>
/// <remarks>
/// <para>W + U diag(sigma_1..sigma_k, s lambda_1..s lambda_m) V', with U [out, k + m], V [in, k + m], sigma and the matrix's own scale s learnt, and lambda, a point of
/// the simplex, given with each row of a batch.</para>
/// <para>V begins uniform between -1 / sqrt(in) and 1 / sqrt(in), U at 0, sigma and s at 1: a new adapter changes nothing, and U learns from the first step on. Were s
/// 0 too, nothing would ever be learnt.</para>
/// <para>At one lambda it is a LoRA of rank k + m, and so is saved for other programs.</para>
/// <para>Default: k = 8, attention's matrices.</para>
/// <para>Source: Zhong, Ma, Zhang, Yang et al. (2024), "Panacea", arXiv 2402.02030.</para>
/// <para>Not for one preference alone: then a LoRA says the same with less.</para>
/// </remarks>
public sealed record PreferenceLora : IMatrixChanges
{
    /// <summary>m, at least 2.</summary>
    public required int Objectives { get; init; }

    /// <summary>k, at least 0.</summary>
    public int Rank { get; init; } = 8;

    /// <inheritdoc/>
    public AdapterTargets Targets { get; init; } = AdapterTargets.Attention;

    /// <inheritdoc/>
    public string Name => "preference_lora";

    /// <inheritdoc/>
    public string? Fault() =>
        Objectives < 2 ? $"expected at least 2 objectives, got {Objectives}"
        : Rank < 0 ? $"expected a rank of at least 0, got {Rank}"
        : null;

    IMatrixChange IMatrixChanges.Begin(Linear matrix, ulong seed)
    {
        var (outputs, inputs) = (matrix.Weight.shape[0], matrix.Weight.shape[1]);
        return new Change(
            Beginnings.Constant(matrix, 0, outputs, Rank + Objectives),
            Beginnings.Uniform(matrix, "V", Rank + Objectives, inputs, seed),
            Beginnings.Constant(matrix, 1, Rank),
            Beginnings.Constant(matrix, 1, 1)
        );
    }

    /// <summary>V is held as V', [k + m, in].</summary>
    private sealed record Change(Tensor U, Tensor V, Tensor Sigma, Tensor Scale) : IMatrixChange
    {
        public IEnumerable<(string Name, Tensor Value)> Parameters =>
            [("svd_U.weight", U), ("svd_V.weight", V), ("svd_sigma", Sigma), ("svd_scale", Scale)];

        public Tensor Apply(Tensor x, Tensor? preferences)
        {
            if (preferences is null)
                throw new InvalidOperationException("An adapter with preferences was run without them.");
            return functional
                .linear(functional.linear(x.to(U.dtype), V) * Diagonal(preferences).unsqueeze(1), U)
                .to(x.dtype);
        }

        public Tensor Whole(IReadOnlyList<double> preferences)
        {
            var lambda = tensor(preferences.ToArray(), [1, preferences.Count], U.dtype, U.device);
            return (U * Diagonal(lambda)).matmul(V);
        }

        /// <summary>[rows, k + m].</summary>
        private Tensor Diagonal(Tensor preferences) =>
            cat([Sigma.unsqueeze(0).expand(preferences.shape[0], -1), preferences.to(U.dtype) * Scale], 1);
    }
}
