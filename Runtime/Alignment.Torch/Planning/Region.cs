namespace Alignment.Torch;

/// <summary>Elements of a storage, from one up to another that is not among them.</summary>
internal readonly record struct Region(Storage Storage, long Start, long End)
{
    public bool Overlaps(Region other) => Storage == other.Storage && Start < other.End && other.Start < End;

    public bool Covers(Region other) => Storage == other.Storage && Start <= other.Start && other.End <= End;
}
