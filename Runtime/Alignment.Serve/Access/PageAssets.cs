using System.IO.Compression;
using System.Security.Cryptography;
using Alignment.Reports;
using Microsoft.AspNetCore.Http;

namespace Alignment.Serve;

/// <summary>The page's own files, out of this assembly; and the policy that they run under.</summary>
internal sealed class PageAssets
{
    /// <summary>Files by name. There is no way to one that is not among them.</summary>
    private readonly Dictionary<string, Asset> _assets = new(StringComparer.Ordinal);

    public PageAssets()
    {
        var own = typeof(PageAssets).Assembly;
        foreach (var name in own.GetManifestResourceNames())
        {
            using var stream = own.GetManifestResourceStream(name)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            _assets[name] = new(bytes.ToArray(), TypeOf(name));
        }

        _assets["plotly.js"] = new(PlotlyScript.Bytes, TypeOf("plotly.js"));
    }

    /// <summary>
    /// Scripts, styles and data of our own origin alone; and for the plots the empty style element that they fill and the one style that they
    /// write into an attribute.
    /// </summary>
    public static string Policy { get; } =
        $"default-src 'none'; script-src 'self'; style-src 'self' {PlotlyScript.HashOf("")}; style-src-attr 'unsafe-hashes' {PlotlyScript.HashOf(PlotlyScript.SmallRaised)}; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Answers with a file.</summary>
    public IResult Answer(HttpContext context, string name)
    {
        if (!_assets.TryGetValue(name, out var asset))
            return Results.NotFound();
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache"; // asked for each time, and not sent again where it is the same
        if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
            return Results.Bytes(asset.Plain, asset.Type, entityTag: new(asset.Tag));
        context.Response.Headers.ContentEncoding = "gzip";
        return Results.Bytes(asset.Packed, asset.Type, entityTag: new(asset.Tag));
    }

    private static string TypeOf(string name) =>
        Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        };

    private sealed class Asset
    {
        private readonly Lazy<byte[]> _packed;

        public Asset(byte[] plain, string type)
        {
            (Plain, Type) = (plain, type);
            Tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8))}\"";
            _packed = new(() => Pack(plain));
        }

        public byte[] Plain { get; }
        public string Type { get; }
        public string Tag { get; }
        public byte[] Packed => _packed.Value;

        private static byte[] Pack(byte[] plain)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(plain);
            return packed.ToArray();
        }
    }
}
