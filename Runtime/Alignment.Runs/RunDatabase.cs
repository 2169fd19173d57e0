using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Alignment.Runs;

/// <summary>Runs as tables that SQL is asked of: <c>runs</c>, <c>identity</c> and <c>metrics</c>, in memory and read only.</summary>
/// <remarks>
/// <para>
/// <c>runs</c>: a row a run, with the columns of <see cref="RunSummary"/>. <c>identity</c> (run, key, value): what decides a run's result.
/// <c>metrics</c> (run, step, seconds, key, value): a row for each metric at each measured moment; the value is null where it was not finite.
/// </para>
/// <para>
/// Once the tables are loaded DuckDB is cut off from files, networks and other databases (<c>enable_external_access</c> is false, the
/// configuration locked, nothing spilled to disk), and queries run in read-only transactions.
/// </para>
/// </remarks>
public sealed partial class RunDatabase : IDisposable
{
    private readonly DuckDBConnection _connection;

    private RunDatabase(DuckDBConnection connection) => _connection = connection;

    /// <summary>Loads runs.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="withMetrics">Whether their metrics are read too; otherwise that table is empty.</param>
    /// <exception cref="QueryException">DuckDB's native library is not here.</exception>
    public static RunDatabase Load(IReadOnlyList<RunSummary> runs, bool withMetrics = true)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var connection = Open();
        var database = new RunDatabase(connection);
        try
        {
            database.Execute(RunTables.Create);
            RunTables.FillRuns(connection, runs);
            if (withMetrics)
                RunTables.FillMetrics(connection, runs);
            database.Execute(Seal);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether a query may look at metrics; reading those is most of the work.</summary>
    public static bool NeedsMetrics(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        // query_table and query take names as texts, which may be put together
        return sql.Contains("metrics", StringComparison.OrdinalIgnoreCase)
            || sql.Contains("query", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Answers one query.</summary>
    /// <exception cref="QueryException">It is no query, is wrong, or reaches for a file.</exception>
    public QueryResult Query(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        if (!Beginning().IsMatch(sql))
            throw new QueryException(
                "A query only reads, so it begins with select, from, with, values, describe, summarize, show, explain, pivot or unpivot."
            );
        Execute("BEGIN TRANSACTION READ ONLY");
        try
        {
            return Answer(sql);
        }
        catch (Exception e) when (e is DuckDBException or InvalidOperationException)
        {
            throw new QueryException(Sentence(e.Message), e);
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private const string Seal = """
        SET temp_directory = '';
        SET autoinstall_known_extensions = false;
        SET autoload_known_extensions = false;
        SET enable_external_access = false;
        SET lock_configuration = true;
        """;

    // behind comments and brackets
    [GeneratedRegex(
        @"\A(?:\s|\(|--[^\n]*(?:\n|\z)|/\*.*?\*/)*(?:select|from|with|values|describe|summarize|show|explain|pivot|unpivot)\b",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Beginning();

    private static DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        try
        {
            connection.Open();
            return connection;
        }
        catch (Exception e)
            when (e is DllNotFoundException or BadImageFormatException
                || e.InnerException is DllNotFoundException or BadImageFormatException
            )
        {
            connection.Dispose();
            throw new QueryException(
                "DuckDB's native library is not beside this program: the packed tool leaves it out; build the tool in a clone of the repository, or `align export` the runs and query the files.",
                e
            );
        }
    }

    private QueryResult Answer(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var columns = Enumerable
            .Range(0, reader.FieldCount)
            .Select(k => new QueryColumn(reader.GetName(k), reader.GetDataTypeName(k).ToLowerInvariant()))
            .ToArray();
        var rows = new List<IReadOnlyList<object?>>();
        while (reader.Read())
        {
            var row = new object?[columns.Length];
            for (var k = 0; k < row.Length; k++)
                row[k] = reader.IsDBNull(k) ? null : reader.GetValue(k);
            rows.Add(row);
        }

        return reader.NextResult()
            ? throw new QueryException("One query at a time: there is a second statement behind the semicolon.")
            : new(columns, rows);
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }

    // there is none where the query itself ended it
    private void End()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (DuckDBException)
        {
            // said above: nothing to end
        }
    }

    /// <summary>DuckDB's message on one line, without its drawing of the place; what the seal keeps out is said in our words.</summary>
    private static string Sentence(string message)
    {
        if (message.Contains("Invalid number of parameters", StringComparison.Ordinal))
            return "The query has parameters, which nobody gives values to; write the values.";
        var text = message.Split("\n\n")[0].ReplaceLineEndings(" ").Trim();
        var end = text.EndsWith('.') || text.EndsWith('!') || text.EndsWith('?') ? "" : ".";
        return
            text.StartsWith("Permission Error", StringComparison.Ordinal)
            || text.Contains("configuration has been locked", StringComparison.Ordinal)
            || text.Contains("read-only mode", StringComparison.Ordinal)
            ? $"A query only reads the tables runs, identity and metrics: files, networks and other databases are out of its reach (enable_external_access is off). DuckDB says: {text}{end}"
            : $"{text}{end}";
    }
}
