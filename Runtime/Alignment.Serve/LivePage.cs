using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Alignment.Serve;

/// <summary>A page over a folder of runs, in any browser, that follows them as they go on.</summary>
/// <remarks>
/// It reads the folder and writes nothing, but for the file <c>stop</c> of a run that a visitor asks to stop. It listens on 127.0.0.1 unless told
/// otherwise, and anywhere else it demands a token. Not for the open internet: it speaks HTTP without encryption.
/// </remarks>
public sealed class LivePage : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LivePage(WebApplication application, string? token)
    {
        _application = application;
        var address = application
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Address = new(token is null ? address : $"{address}/?token={Uri.EscapeDataString(token)}");
    }

    /// <summary>Where to open the page, the token in it where one is needed.</summary>
    public Uri Address { get; }

    /// <summary>Begins to serve.</summary>
    /// <exception cref="IOException">The port is taken, or the address is not this machine's.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="ArgumentException">The token is shorter than 16 characters, or the port none.</exception>
    public static async Task<LivePage> StartAsync(ServeOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Directory.Exists(options.Folder))
            throw new DirectoryNotFoundException($"There is no folder '{options.Folder}'.");
        if (options.Port is < 0 or > 65535)
            throw new ArgumentException("A port is a number from 0 to 65535.", nameof(options));
        var rules = new AccessRules(options);
        if (options.Port is { } port)
            return await StartAsync(options, rules, port, cancellation).ConfigureAwait(false);
        try
        {
            return await StartAsync(options, rules, ServeOptions.UsualPort, cancellation).ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            return await StartAsync(options, rules, port: 0, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Serves until it is asked to end.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _application.WaitForShutdownAsync(cancellation);

    /// <summary>Ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<LivePage> StartAsync(
        ServeOptions options,
        AccessRules rules,
        int port,
        CancellationToken cancellation
    )
    {
        var application = Build(options, rules, port);
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw e as IOException ?? new IOException($"{options.Address}: {e.Message}", e);
        }

        return new(application, rules.Token);
    }

    private static WebApplication Build(ServeOptions options, AccessRules rules, int port)
    {
        // nothing of the environment or of files beside the program decides what is served
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = 0;
                kestrel.Listen(options.Address, port);
            });
        _ = builder.Services.AddRoutingCore();
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        _ = builder
            .Services.AddSingleton(options)
            .AddSingleton(new RunBoard(options.Folder))
            .AddSingleton<RunWatch>()
            .AddSingleton<MetricShelf>()
            .AddSingleton<PageAssets>();
        var application = builder.Build();
        // pages that watch would keep the server from ending
        _ = application.Lifetime.ApplicationStopping.Register(application.Services.GetRequiredService<RunWatch>().End);
        _ = application.Use(next => context => rules.Check(context, next));
        _ = application.Use(next => context => Faults.Catch(context, next));
        _ = application.UseRouting();
        application.MapGet("/", (PageAssets assets, HttpContext context) => assets.Answer(context, "index.html"));
        application.MapGet(
            "/assets/{name}",
            (string name, PageAssets assets, HttpContext context) => assets.Answer(context, name)
        );
        BoardEndpoints.Map(application);
        CurveEndpoints.Map(application);
        RunEndpoints.Map(application);
        return application;
    }
}
