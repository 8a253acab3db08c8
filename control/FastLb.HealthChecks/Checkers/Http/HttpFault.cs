using System.Net.Sockets;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>Says in an operator's words why a page did not come.</summary>
internal static class HttpFault
{
    /// <summary>A phrase that begins with a small letter and has no full stop.</summary>
    /// <param name="failure">What was thrown: an <see cref="HttpRequestException"/> of a request, an <see cref="IOException"/> of a body.</param>
    public static string Describe(Exception failure)
    {
        HttpRequestError error = Find<HttpIOException>(failure)?.HttpRequestError ?? (failure as HttpRequestException)?.HttpRequestError ?? HttpRequestError.Unknown;
        return error switch
        {
            HttpRequestError.InvalidResponse => "what it answered is not HTTP",
            HttpRequestError.ResponseEnded => "the connection was closed before the answer was complete",
            HttpRequestError.ConfigurationLimitExceeded => $"the header of the answer is larger than {HttpExchange.LargestHeader} KiB",
            _ => Find<SocketException>(failure) is not { } cause ? failure.GetBaseException().Message
                : failure is HttpRequestException ? $"no answer: {ConnectFault.Describe(cause)}"
                : $"the connection broke off: {ConnectFault.Describe(cause)}",
        };
    }

    private static T? Find<T>(Exception failure)
        where T : Exception
    {
        for (Exception? each = failure; each is not null; each = each.InnerException)
        {
            if (each is T cause)
                return cause;
        }

        return null;
    }
}
