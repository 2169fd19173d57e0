namespace Alignment;
/// <summary>stub</summary>
public readonly record struct RandomStream(ulong Seed, string Name)
{
    /// <summary>stub</summary>
    public double Uniform(long step, long index) => 0.5;
    /// <summary>stub</summary>
    public double Normal(long step, long index) => 0.5;
    /// <summary>stub</summary>
    public double Beta(double a, double b, long step, long index) => 0.5;
}
