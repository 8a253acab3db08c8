using FastLb.Configuration.Diagnostics;
using FastLb.Configuration.Model;

namespace FastLb.Configuration.Binding.Vrrp;

/// <summary>How an instance's advertisements are authenticated. It comes after <see cref="VrrpTransportTopic"/>, because the version decides.</summary>
internal sealed class VrrpAuthenticationTopic(DiagnosticBag diagnostics, StatementReader reader) : IVrrpInstanceTopic
{
    private readonly VrrpAuthenticationBinder _binder = new(diagnostics);
    private readonly HmacAuthenticationBinder _hmacBinder = new(diagnostics);

    /// <summary>The statements of all blocks of the kind.</summary>
    private readonly List<CheckedStatement> _statements = [], _hmacStatements = [];
    private CheckedStatement? _hmac;

    /// <inheritdoc/>
    public bool Apply(CheckedStatement statement)
    {
        switch (statement.Name)
        {
            case "authentication":
                _statements.AddRange(reader.Read(statement.Block));
                return true;
            case "auth_hmac":
                _hmac = statement;
                _hmacStatements.AddRange(reader.ReadBlock(statement));
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public VrrpInstance Resolve(VrrpInstance instance) => instance with
    {
        Authentication = _binder.Bind(_statements, instance.Version),
        Hmac = _hmac is null ? null : _hmacBinder.Bind(_hmac, _hmacStatements),
    };
}
