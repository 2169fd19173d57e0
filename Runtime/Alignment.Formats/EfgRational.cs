using System.Globalization;
using System.Numerics;

namespace Alignment.Formats;

/// <summary>A probability exactly as a file gives it, decimal or rational, with the double nearest to it.</summary>
/// <remarks>Exact, so that six times 1/6 is 1, and so that a sum can be told in the terms of the file.</remarks>
internal readonly record struct EfgRational
{
    /// <summary>The most characters of a probability, and the largest exponent: exact numbers grow with both.</summary>
    public const int MaxLength = 200;

    private const int MaxExponent = 400;
    private const int MaxBits = 512;
    private const long LargestExact = 1L << 53;

    // Terminating decimals of at most as many places are told as decimals, all else as fractions.
    private static readonly BigInteger Places = BigInteger.Pow(10, 15);

    private EfgRational(BigInteger above, BigInteger below, double value) =>
        (Above, Below, Value) = (above, below, value);

    public BigInteger Above { get; }

    public BigInteger Below { get; }

    /// <summary>The nearest double.</summary>
    public double Value { get; }

    /// <summary>Reads a number from 0 to 1.</summary>
    /// <returns>False for anything else, and for what is too long.</returns>
    public static bool TryParseProbability(ReadOnlySpan<char> text, out EfgRational probability)
    {
        probability = default;
        if (text.Length > MaxLength || !NumberText.TryParse(text, out double number) || number is < 0 or > 1)
        {
            return false;
        }
        int slash = text.IndexOf('/');
        if (!(slash < 0 ? TryDecimal(text, out var above, out var below) : Fraction(text, slash, out above, out below)))
        {
            return false;
        }
        // A decimal has been rounded once; so has a fraction of doubles. What is larger is divided here.
        bool rounded = slash < 0 || BigInteger.Max(above, below) <= LargestExact;
        probability = new EfgRational(above, below, rounded ? number : Nearest(above, below));
        return above.Sign >= 0 && above <= below;
    }

    /// <summary>The sum, exact unless its denominator grows beyond reason.</summary>
    public static EfgRational Sum(IReadOnlyCollection<EfgRational> terms)
    {
        (BigInteger above, BigInteger below) = (BigInteger.Zero, BigInteger.One);
        foreach (EfgRational term in terms)
        {
            (above, below) =
                below == term.Below
                    ? (above + term.Above, below)
                    : Reduced((above * term.Below) + (term.Above * below), below * term.Below);
            if (below.GetBitLength() > MaxBits)
            {
                return new EfgRational(0, 0, terms.Sum(each => each.Value));
            }
        }
        (above, below) = Reduced(above, below);
        BigInteger whole = BigInteger.DivRem(above, below, out BigInteger rest);
        return new EfgRational(above, below, (double)whole + Nearest(rest, below));
    }

    /// <summary>As people write it: <c>0.9</c>, <c>5/6</c>.</summary>
    public override string ToString() =>
        Below.IsZero || Below > LargestExact || (Places % Below).IsZero
            ? Value.ToString("R", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Above}/{Below}");

    private static (BigInteger Above, BigInteger Below) Reduced(BigInteger above, BigInteger below)
    {
        BigInteger common = BigInteger.GreatestCommonDivisor(above, below);
        return (above / common, below / common);
    }

    private static bool Fraction(ReadOnlySpan<char> text, int slash, out BigInteger above, out BigInteger below)
    {
        above = BigInteger.Parse(text[..slash], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        below = BigInteger.Parse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryDecimal(ReadOnlySpan<char> text, out BigInteger above, out BigInteger below)
    {
        int e = text.IndexOfAny('e', 'E');
        ReadOnlySpan<char> digits = e < 0 ? text : text[..e];
        int exponent = 0;
        (above, below) = (BigInteger.Zero, BigInteger.One);
        if (
            e >= 0
            && !(
                int.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                && Math.Abs((long)exponent) <= MaxExponent
            )
        )
        {
            return false;
        }
        int point = digits.IndexOf('.');
        string whole = point < 0 ? digits.ToString() : string.Concat(digits[..point], digits[(point + 1)..]);
        exponent -= point < 0 ? 0 : digits.Length - point - 1;
        above = BigInteger.Parse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        above *= BigInteger.Pow(10, Math.Max(exponent, 0));
        below = BigInteger.Pow(10, Math.Max(-exponent, 0));
        return true;
    }

    /// <summary>The nearest double to a fraction from 0 to 1.</summary>
    private static double Nearest(BigInteger above, BigInteger below)
    {
        // 63 or 64 bits of the quotient, the last of them set when more would follow, are rounded once.
        int shift = 63 + (int)(below.GetBitLength() - above.GetBitLength());
        var quotient = (ulong)BigInteger.DivRem(above << shift, below, out BigInteger rest);
        return Math.ScaleB((double)(rest.IsZero ? quotient : quotient | 1), -shift);
    }
}
