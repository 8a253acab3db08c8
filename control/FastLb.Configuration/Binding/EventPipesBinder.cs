using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding;

/// <summary>Binds the FIFOs of <c>global_defs</c> and the programs that read them.</summary>
internal sealed class EventPipesBinder(DiagnosticBag diagnostics)
{
    private readonly NotifyScriptReader _reader = new(diagnostics);

    /// <summary>The FIFOs after <paramref name="statement"/>; null when it is about something else.</summary>
    public EventPipes? Apply(EventPipes pipes, CheckedStatement statement) => statement.Name switch
    {
        "notify_fifo" => pipes with { All = WithPath(pipes.All, statement) },
        "notify_fifo_script" => pipes with { All = WithReader(pipes.All, statement) },
        "vrrp_notify_fifo" => pipes with { Vrrp = WithPath(pipes.Vrrp, statement) },
        "vrrp_notify_fifo_script" => pipes with { Vrrp = WithReader(pipes.Vrrp, statement) },
        "lvs_notify_fifo" => pipes with { Servers = WithPath(pipes.Servers, statement) },
        "lvs_notify_fifo_script" => pipes with { Servers = WithReader(pipes.Servers, statement) },
        "fifo_write_vrrp_states_on_reload" => pipes with { RepeatsStatesAtReload = true },
        "rs_init_notifies" => pipes with { TellsInitialServers = true },
        _ => null,
    };

    private static EventPipe WithPath(EventPipe pipe, CheckedStatement statement) => pipe with
    {
        Path = statement.Text(0),
        Owner = statement.Has(1) ? NotifyScriptReader.ReadUser(statement.Text(1), statement.Has(2) ? statement.Text(2) : null) : null,
    };

    private EventPipe WithReader(EventPipe pipe, CheckedStatement statement) => pipe with { Reader = _reader.Read(statement) ?? pipe.Reader };
}
