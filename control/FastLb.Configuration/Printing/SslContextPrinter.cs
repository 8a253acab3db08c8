using FastLb.Configuration.Model;

namespace FastLb.Configuration.Printing;

/// <summary>Writes <c>SSL</c>.</summary>
internal static class SslContextPrinter
{
    /// <summary>The block.</summary>
    public static void Print(BlockWriter writer, SslContext context)
    {
        writer.Open("SSL");
        if (context.Password is { } password) writer.SecretLine("password", [], password);
        if (context.AuthorityFile is { } authorities) writer.Line("ca", authorities);
        if (context.CertificateFile is { } certificate) writer.Line("certificate", certificate);
        if (context.KeyFile is { } key) writer.Line("key", key);
        writer.Close();
    }
}
