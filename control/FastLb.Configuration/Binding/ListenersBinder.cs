using System.Net;
using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds where the director answers.</summary>
internal sealed class ListenersBinder(DiagnosticBag diagnostics)
{
    private CheckedStatement? _api;
    private CheckedStatement? _metrics;

    /// <summary>The settings after <paramref name="statement"/>; null when it is about something else.</summary>
    public ListenerSettings? Apply(ListenerSettings listeners, CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "api_listen":
                _api = statement;
                if (statement.Text(2) is ['/', ..]) return listeners with { Api = new ApiListener(EndpointOf(statement), statement.Text(2)) };
                diagnostics.Add(
                    DiagnosticCatalog.InvalidValue, statement.SpanOf(2), $"'{statement.Text(2)}' is no absolute path", "write the path of the file with the token from '/' on; the line is ignored");
                return listeners;
            case "metrics_listen":
                _metrics = statement;
                return listeners with { Metrics = EndpointOf(statement) };
            default:
                return null;
        }
    }

    /// <summary>Reports what does not go together.</summary>
    public void Check(ListenerSettings listeners)
    {
        if (listeners.Api is { } api && api.Endpoint.Equals(listeners.Metrics))
        {
            diagnostics.Add(
                DiagnosticCatalog.ConflictingSetting, _metrics!.SpanOf(1), "'metrics_listen' and 'api_listen' are the same address and port",
                "the API's listener serves the metrics as well, to those who know its token", _api!.SpanOf(1));
        }
    }

    private static IPEndPoint EndpointOf(CheckedStatement statement) => new(statement.Address(0), (int)statement.Integer(1));
}
