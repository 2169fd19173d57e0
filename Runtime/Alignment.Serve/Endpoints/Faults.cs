using Microsoft.AspNetCore.Http;

namespace Alignment.Serve;

/// <summary>What goes wrong with a request becomes a sentence and a status.</summary>
internal static class Faults
{
    public static async Task Catch(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // whoever asked is gone
        }
        catch (Exception e)
            when (!context.Response.HasStarted
                && e is BadHttpRequestException or RunStoreException or IOException or UnauthorizedAccessException
            )
        {
            var status = e is BadHttpRequestException bad ? bad.StatusCode : 500;
            await Answers.Sentence(status, e.Message).ExecuteAsync(context).ConfigureAwait(false);
        }
    }
}
