using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Native.Patterns;

/// <summary>
/// A regular expression of PCRE2, compiled to machine code where PCRE2 can do that. It doesn't change after that: any number of threads may search with it.
/// </summary>
public sealed unsafe class CompiledPattern : SafeHandle
{
    private CompiledPattern(nint code)
        : base(0, ownsHandle: true) => SetHandle(code);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression; searched for as UTF-8.</param>
    /// <param name="options">What pcre2_compile(3) takes: the sum of PCRE2_CASELESS and so on.</param>
    /// <exception cref="PatternException">It is no expression, or libpcre2 is not installed.</exception>
    public static CompiledPattern Compile(string text, uint options)
    {
        try
        {
            return Compile(Encoding.UTF8.GetBytes(text), options);
        }
        catch (DllNotFoundException fault)
        {
            throw new PatternException($"regular expressions can't be used without PCRE2 ({LibPcre2.Library}); install it (Debian: apt install libpcre2-8-0)", fault);
        }
    }

    /// <summary>Finds the first match.</summary>
    /// <param name="subject">What is searched.</param>
    /// <param name="start">The offset in bytes at which it begins; what is before can still be looked back at.</param>
    /// <param name="stack">The first and the largest size of the stack of machine code, in bytes; null for PCRE2's own 32 KiB.</param>
    /// <returns>The offset in bytes at which the match begins; null when there is none.</returns>
    /// <exception cref="PatternException">The search was given up: it takes too much time or memory, or the subject is no valid text.</exception>
    public long? Find(ReadOnlySpan<byte> subject, uint start, (uint First, uint Largest)? stack)
    {
        if (start > subject.Length)
            return null;
        nint data = LibPcre2.pcre2_match_data_create_from_pattern_8(handle, 0);
        nint context = stack is null ? 0 : LibPcre2.pcre2_match_context_create_8(0);
        nint memory = stack is { } size ? LibPcre2.pcre2_jit_stack_create_8(size.First, size.Largest, 0) : 0;
        try
        {
            if (data == 0 || (stack is not null && (context == 0 || memory == 0)))
                throw new PatternException("there is no memory to search with");
            if (memory != 0)
                LibPcre2.pcre2_jit_stack_assign_8(context, 0, memory);
            return Find(subject, start, data, context);
        }
        finally
        {
            LibPcre2.pcre2_match_data_free_8(data);
            LibPcre2.pcre2_match_context_free_8(context);
            LibPcre2.pcre2_jit_stack_free_8(memory);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibPcre2.pcre2_code_free_8(handle);
        return true;
    }

    private static CompiledPattern Compile(ReadOnlySpan<byte> text, uint options)
    {
        nint code;
        int error;
        nuint offset;
        fixed (byte* first = text)
            code = LibPcre2.pcre2_compile_8(first, (nuint)text.Length, options, out error, out offset, 0);
        if (code == 0)
            throw new PatternException($"{Describe(error)}, after '{Encoding.UTF8.GetString(text[..(int)Math.Min(offset, (nuint)text.Length)])}'");

        // Without machine code, where this processor or kernel doesn't let it be made, the expression is interpreted: slower, with the same result.
        _ = LibPcre2.pcre2_jit_compile_8(code, LibPcre2.PCRE2_JIT_COMPLETE);
        return new CompiledPattern(code);
    }

    private static string Describe(int error)
    {
        byte* text = stackalloc byte[LibPcre2.LongestMessage];
        text[0] = 0;
        _ = LibPcre2.pcre2_get_error_message_8(error, text, LibPcre2.LongestMessage);
        return Marshal.PtrToStringUTF8((nint)text) is { Length: > 0 } message ? message : $"error {error}";
    }

    private long? Find(ReadOnlySpan<byte> subject, uint start, nint data, nint context)
    {
        // An empty span has no address, which PCRE2 takes for a mistake of the caller's.
        byte none = 0;
        int result;
        fixed (byte* first = subject)
            result = LibPcre2.pcre2_match_8(handle, first is null ? &none : first, (nuint)subject.Length, start, 0, data, context);
        if (result == LibPcre2.PCRE2_ERROR_NOMATCH)
            return null;
        return result < 0 ? throw new PatternException(Describe(result)) : (long)LibPcre2.pcre2_get_ovector_pointer_8(data)[0];
    }
}
