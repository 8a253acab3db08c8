using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FastLb.Native.Tests.Layouts;

/// <summary>Collects claims about C headers and has clang prove them, all at once.</summary>
internal sealed class HeaderChecker
{
    private readonly StringBuilder _program = new();

    public HeaderChecker(params ReadOnlySpan<string> headers)
    {
        _program.AppendLine("#include <stddef.h>");
        foreach (string header in headers)
            _program.AppendLine(CultureInfo.InvariantCulture, $"#include {header}");
    }

    /// <summary>Claims that a C expression has a value.</summary>
    public HeaderChecker Equal(string expression, long value)
    {
        string number = value.ToString(CultureInfo.InvariantCulture);
        _program.AppendLine(CultureInfo.InvariantCulture, $"_Static_assert(({expression}) == {number}, \"{expression} is not {number}\");");
        return this;
    }

    /// <summary>Claims that a C structure has the size of a C# one, and that its members are where the C# one has them, in the order of declaration.</summary>
    public HeaderChecker Structure<T>(string name, params ReadOnlySpan<(string Member, string Field)> members)
        where T : unmanaged
    {
        Equal($"sizeof({name})", Unsafe.SizeOf<T>());
        return Members<T>(name, members);
    }

    /// <summary>Claims where members are, of a structure that C# declares only in part.</summary>
    public HeaderChecker Members<T>(string name, params ReadOnlySpan<(string Member, string Field)> members)
        where T : unmanaged
    {
        foreach ((string member, string field) in members)
            Equal($"offsetof({name}, {member})", (long)Marshal.OffsetOf<T>(field));
        return this;
    }

    public void Verify()
    {
        ProcessStartInfo start = new("clang", ["-fsyntax-only", "-Wall", "-Werror", "-x", "c", "-I", Path.Combine(AppContext.BaseDirectory, "Layouts"), "-"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(_program);
        process.StandardInput.Close();
        using StreamReader errorReader = process.StandardError;
        string errors = errorReader.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
