using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Alignment.Reports;

/// <summary>The plots' script: packed, as a document carries it, and the hash by which a browser lets it run.</summary>
internal static class PlotlyScript
{
    /// <summary>The one style that the plots write into an attribute, of the exponents at the axes.</summary>
    public const string SmallRaised = "font-size:70%";

    private static readonly Lazy<(string Packed, string Hash)> Loaded = new(Load);

    /// <summary>The script, gzip in base64.</summary>
    public static string Packed => Loaded.Value.Packed;

    /// <summary>Hash of the script as it runs, for a content security policy.</summary>
    public static string Hash => Loaded.Value.Hash;

    /// <summary>The script as it runs.</summary>
    public static byte[] Bytes => Encoding.UTF8.GetBytes(Resource("plotly.js"));

    /// <summary>A resource's text; line ends are those that a browser sees.</summary>
    public static string Resource(string name)
    {
        using var stream = typeof(PlotlyScript).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    /// <summary>Names a text in a content security policy.</summary>
    public static string HashOf(string text) => HashOf(Encoding.UTF8.GetBytes(text));

    private static string HashOf(byte[] bytes) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(bytes))}'";

    private static (string Packed, string Hash) Load()
    {
        var bytes = Bytes;
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(bytes);
        return (Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length), HashOf(bytes));
    }
}
