using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Alignment.Serve;

/// <summary>Who may ask, and what a page of another origin may not.</summary>
/// <remarks>
/// On a loopback address without a token, only names of this machine are answered, so a page from elsewhere cannot reach it by a name that was made
/// to lead here. With a token, every request must show it: once in the address, from where it goes into a cookie that scripts cannot read and other
/// sites cannot send, or in the header <c>Authorization: Bearer</c>. A request that changes something must come from the page itself.
/// </remarks>
internal sealed class AccessRules
{
    private readonly byte[]? _token;

    public AccessRules(ServeOptions options)
    {
        if (options.Token is { Length: < 16 })
            throw new ArgumentException("A token has at least 16 characters.", nameof(options));
        Token =
            options.Token
            ?? (
                IPAddress.IsLoopback(options.Address)
                    ? null
                    : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))
            );
        _token = Token is null ? null : Encoding.UTF8.GetBytes(Token);
    }

    /// <summary>What a visitor must show; null for nothing.</summary>
    public string? Token { get; }

    /// <summary>Lets a request through or answers it.</summary>
    public async Task Check(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        var (request, response) = (context.Request, context.Response);
        Headers(response);
        if (_token is null)
        {
            if (!IsOfThisMachine(request.Host))
            {
                await Refuse(response, 403, $"This page is not served as '{request.Host}'.").ConfigureAwait(false);
                return;
            }
        }
        else if (request.Query["token"] is [{ } shown] && IsToken(shown))
        {
            response.Cookies.Append(
                CookieName(request),
                shown,
                new()
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Strict,
                    Secure = request.IsHttps,
                    Path = "/",
                    IsEssential = true,
                }
            );
            response.Redirect("/");
            return;
        }
        else if (!IsToken(request.Cookies[CookieName(request)]) && !IsToken(Bearer(request)))
        {
            const string Why =
                "A token is needed. Open the address that `align serve` printed, which ends in ?token=..., or send the token as Authorization: Bearer.";
            await Refuse(response, 401, Why).ConfigureAwait(false);
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !IsSameOrigin(request))
        {
            await Refuse(response, 403, "Only the page itself may ask for this.").ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private bool IsToken(string? shown) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), _token);

    // cookies know no ports, and several pages may be served
    private static string CookieName(HttpRequest request) => $"align-{request.Host.Port ?? 80}";

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } text] && text.StartsWith("Bearer ", StringComparison.Ordinal)
            ? text["Bearer ".Length..]
            : null;

    private static bool IsOfThisMachine(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsSameOrigin(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    private static void Headers(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers.XFrameOptions = "DENY";
        response.Headers.CacheControl = "no-store";
    }

    private static Task Refuse(HttpResponse response, int status, string why)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(why + "\n");
    }
}
