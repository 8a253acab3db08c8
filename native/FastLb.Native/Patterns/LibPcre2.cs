using System.Runtime.InteropServices;

namespace FastLb.Native.Patterns;

/// <summary>The functions of libpcre2 for 8-bit text that FastLb uses, with their C names (pcre2api(3)).</summary>
internal static unsafe partial class LibPcre2
{
    public const string Library = "libpcre2-8.so.0";

    public const uint PCRE2_JIT_COMPLETE = 1;
    public const int PCRE2_ERROR_NOMATCH = -1;

    /// <summary>What pcre2_get_error_message(3) needs at the most.</summary>
    public const int LongestMessage = 256;

    [LibraryImport(Library)]
    internal static partial nint pcre2_compile_8(byte* pattern, nuint length, uint options, out int error, out nuint offset, nint context);

    [LibraryImport(Library)]
    internal static partial void pcre2_code_free_8(nint code);

    [LibraryImport(Library)]
    internal static partial int pcre2_jit_compile_8(nint code, uint options);

    [LibraryImport(Library)]
    internal static partial nint pcre2_match_data_create_from_pattern_8(nint code, nint context);

    [LibraryImport(Library)]
    internal static partial void pcre2_match_data_free_8(nint data);

    [LibraryImport(Library)]
    internal static partial int pcre2_match_8(nint code, byte* subject, nuint length, nuint start, uint options, nint data, nint context);

    [LibraryImport(Library)]
    internal static partial nuint* pcre2_get_ovector_pointer_8(nint data);

    [LibraryImport(Library)]
    internal static partial nint pcre2_match_context_create_8(nint context);

    [LibraryImport(Library)]
    internal static partial void pcre2_match_context_free_8(nint context);

    [LibraryImport(Library)]
    internal static partial nint pcre2_jit_stack_create_8(nuint start, nuint maximum, nint context);

    [LibraryImport(Library)]
    internal static partial void pcre2_jit_stack_assign_8(nint context, nint callback, nint stack);

    [LibraryImport(Library)]
    internal static partial void pcre2_jit_stack_free_8(nint stack);

    [LibraryImport(Library)]
    internal static partial int pcre2_get_error_message_8(int error, byte* text, nuint length);
}
