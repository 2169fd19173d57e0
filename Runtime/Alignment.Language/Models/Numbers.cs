using TorchSharp;

namespace Alignment;

/// <summary>Numbers as LibTorch takes them, made once.</summary>
/// <remarks>
/// TorchSharp makes such a number anew wherever a call or an operator leaves it out, as <c>x + y</c> and <c>x.add_(y)</c> do for the factor 1 of y, and keeps it alive only until the call has read
/// its address: a collection at that moment frees it under LibTorch, which then adds garbage or fails. So sums of tensors are written <c>x.add(y, Numbers.One)</c>.
/// </remarks>
internal static class Numbers
{
    /// <summary>1.</summary>
    public static readonly Scalar One = 1;

    /// <summary>-1.</summary>
    public static readonly Scalar MinusOne = -1;
}
