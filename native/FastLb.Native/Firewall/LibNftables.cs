using System.Runtime.InteropServices;

namespace FastLb.Native.Firewall;

/// <summary>
/// The functions of libnftables that FastLb uses, with their C names (libnftables(3)). Those returning <c>int</c> give 0 on success; strings they return
/// belong to the context and last until its next command.
/// </summary>
internal static unsafe partial class LibNftables
{
    public const string Library = "libnftables.so.1";

    /// <summary>The flags of a context as libnftables(3) recommends.</summary>
    public const uint NFT_CTX_DEFAULT = 0;

    [LibraryImport(Library)]
    internal static partial nint nft_ctx_new(uint flags);

    [LibraryImport(Library)]
    internal static partial void nft_ctx_free(nint context);

    [LibraryImport(Library)]
    internal static partial int nft_ctx_buffer_output(nint context);

    [LibraryImport(Library)]
    internal static partial int nft_ctx_buffer_error(nint context);

    [LibraryImport(Library)]
    internal static partial byte* nft_ctx_get_output_buffer(nint context);

    [LibraryImport(Library)]
    internal static partial byte* nft_ctx_get_error_buffer(nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int nft_run_cmd_from_buffer(nint context, string commands);
}
