namespace Alignment.Runs;

/// <summary>What a query answers.</summary>
/// <param name="Columns">The columns, in order; names may repeat.</param>
/// <param name="Rows">The rows; a cell is a number, a text, a truth value, a time, a list, a dictionary, or null.</param>
public sealed record QueryResult(IReadOnlyList<QueryColumn> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>A column of a query's answer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's name of its type, in small letters.</param>
public sealed record QueryColumn(string Name, string Type);
