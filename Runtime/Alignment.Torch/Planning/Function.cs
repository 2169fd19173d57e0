namespace Alignment.Torch;

/// <summary>What a statement computes, where a pass over statements can make something of it.</summary>
internal enum Function
{
    /// <summary>Something else.</summary>
    Other,

    /// <summary>x.</summary>
    Copy,

    /// <summary>x + y.</summary>
    Add,

    /// <summary>x - y.</summary>
    Subtract,

    /// <summary>x y, element by element.</summary>
    Multiply,

    /// <summary>x + y z or x - y z, by sign.</summary>
    AddProduct,

    /// <summary>A product of two matrices, or its negation, by sign.</summary>
    Product,

    /// <summary>One number or another, by a truth value.</summary>
    Where,

    /// <summary>Whether x is less than y.</summary>
    Less,

    /// <summary>Whether x is y or less.</summary>
    LessOrEqual,

    /// <summary>Whether x is y.</summary>
    Equal,

    /// <summary>Whether x is not y.</summary>
    NotEqual,

    /// <summary>Positive numbers that add up to 1.</summary>
    Softmax,
}
