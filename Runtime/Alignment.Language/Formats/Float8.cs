namespace Alignment;

/// <summary>Numbers of 8 bits: all 256 of a format.</summary>
/// <remarks>
/// <para>A sign, then e bits of exponent with bias 2^(e-1) - 1, then the fraction; exponent 0 is subnormal. E4M3 has no infinity and one pattern a sign for not a number
/// (all bits set); E5M2 is as binary16 without its last 8 bits.</para>
/// <para>Source: Micikevicius et al. (2022), "FP8 formats for deep learning", arXiv 2209.05433, table 1.</para>
/// </remarks>
internal static class Float8
{
    public static float[] Table(NumberFormat format)
    {
        var fractionBits = format == NumberFormat.Float8E4M3 ? 3 : 2;
        return [.. Enumerable.Range(0, 256).Select(bits => Value(bits, fractionBits))];
    }

    private static float Value(int bits, int fractionBits)
    {
        var sign = bits < 128 ? 1f : -1f;
        var (exponent, fraction) = ((bits & 127) >> fractionBits, bits & ((1 << fractionBits) - 1));
        var (last, bias) = ((1 << (7 - fractionBits)) - 1, (1 << (6 - fractionBits)) - 1);
        var part = fraction / (float)(1 << fractionBits);
        if (exponent == last && fractionBits == 2)
            return fraction == 0 ? sign * float.PositiveInfinity : float.NaN;
        if (exponent == last && fraction == 7)
            return float.NaN;
        return exponent == 0
            ? sign * part * MathF.ScaleB(1, 1 - bias)
            : sign * (1 + part) * MathF.ScaleB(1, exponent - bias);
    }
}
