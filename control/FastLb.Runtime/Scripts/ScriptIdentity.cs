using System.Diagnostics;
using System.Globalization;
using FastLb.Configuration.Model;
using FastLb.Native;
using FastLb.Native.Files;
using FastLb.Native.Processes;

namespace FastLb.Runtime.Scripts;

/// <summary>
/// As whom scripts are run, and whether they may be: keepalived's rules. A script without a user of its own runs as <c>script_user</c>, else as
/// <c>keepalived_script</c> if there is such a user, else as root; it has that user's own group alone, unless others are asked for; with <c>enable_script_security</c> none runs as root that others than root can change.
/// </summary>
public sealed class ScriptIdentity
{
    private const string DefaultUser = "keepalived_script";
    private const string Root = "root";
    private const uint RootId = 0;
    private const string PasswordFile = "/etc/passwd", GroupFile = "/etc/group";
    private const UnixFileMode ExecutableBits = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // setpriv(1), of util-linux, takes on a user, group and supplementary groups, and then executes the script in its place.
    private const string ChangeIdentity = "setpriv";

    private readonly Lazy<bool> _defaultUserExists = new(() => File.ReadLines(PasswordFile).Any(line => line.StartsWith(DefaultUser + ":", StringComparison.Ordinal)));

    /// <summary>Who runs a script.</summary>
    public ScriptUser UserOf(NotifyScript script, GlobalDefinitions global) => script.User ?? UserOfAll(global);

    /// <summary>Who runs the scripts that name nobody.</summary>
    public ScriptUser UserOfAll(GlobalDefinitions global) => global.ScriptUser ?? new ScriptUser(_defaultUserExists.Value ? DefaultUser : Root, null);

    /// <summary>Why a script can't or must not be run; null when it can.</summary>
    public string? FindFault(NotifyScript script, GlobalDefinitions global)
    {
        try
        {
            if (Resolve(script.Arguments[0]) is not { } path)
                return "there is no such executable file";
            return global.ScriptSecurity && UserOf(script, global).Name == Root && FindUnsafePart(path) is { } part
                ? $"it would run as root, but others than root can write to {part} (enable_script_security)"
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SystemCallException)
        {
            return fault.Message; // it is being replaced just now, or its folder may not be looked into
        }
    }

    /// <summary>The process that runs a script.</summary>
    /// <param name="script">Which one; without fault.</param>
    /// <param name="global">Says who runs scripts that don't.</param>
    /// <param name="more">Further arguments.</param>
    public ProcessStartInfo CommandOf(NotifyScript script, GlobalDefinitions global, IEnumerable<string> more)
    {
        ScriptUser user = UserOf(script, global);
        bool changes = user.Name != Environment.UserName || user.Group is not null;
        string program = Resolve(script.Arguments[0]) ?? script.Arguments[0];
        var start = new ProcessStartInfo(changes ? ChangeIdentity : program) { UseShellExecute = false, RedirectStandardInput = true };
        if (changes)
        {
            foreach (string argument in (string[])["--reuid", user.Name, .. GroupArguments(user, global), "--", program])
                start.ArgumentList.Add(argument);
        }

        foreach (string argument in script.Arguments.Skip(1).Concat(more))
            start.ArgumentList.Add(argument);
        ServiceNotifier.RemoveVariables(start.Environment);
        return start;
    }

    /// <summary>The numbers of a user and its group, or of the user's own group where none is named; null when either isn't known here.</summary>
    public static (uint User, uint Group)? NumbersOf(ScriptUser user)
    {
        string[]? entry = File.ReadLines(PasswordFile).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 3 && fields[0] == user.Name);
        string? group = user.Group is { } name
            ? File.ReadLines(GroupFile).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[0] == name)?[2]
            : entry?[3];
        bool areKnown = uint.TryParse(entry?[2], CultureInfo.InvariantCulture, out uint userNumber) & uint.TryParse(group, CultureInfo.InvariantCulture, out uint groupNumber);
        return areKnown ? (userNumber, groupNumber) : null;
    }

    // Without a group it is the user's own, which setpriv needs to be told by number or name.
    private static IEnumerable<string> GroupArguments(ScriptUser user, GlobalDefinitions global) =>
        ["--regid", user.Group ?? PrimaryGroupOf(user.Name), global.ScriptsHaveAllGroups ? "--init-groups" : "--clear-groups"];

    /// <summary>The number of a user's own group (passwd(5), fourth field); the user's name when it isn't known here, which is the usual name.</summary>
    private static string PrimaryGroupOf(string user) => File.ReadLines(PasswordFile)
        .Select(line => line.Split(':'))
        .Where(fields => fields.Length > 3 && fields[0] == user)
        .Select(fields => fields[3])
        .FirstOrDefault(user);

    private static string? Resolve(string program)
    {
        if (program.Contains('/', StringComparison.Ordinal))
            return IsExecutable(program) ? Path.GetFullPath(program) : null;
        string path = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file)
    {
        try
        {
            return File.Exists(file) && (File.GetUnixFileMode(file) & ExecutableBits) != UnixFileMode.None;
        }
        catch (FileNotFoundException)
        {
            return false; // it has gone since
        }
    }

    /// <summary>
    /// A part of a path, or of what a link in it leads to, that others than root can write to: as its owner, as its group unless that is root's, or as anybody.
    /// Sticky folders such as /tmp let nobody replace another's file.
    /// </summary>
    private static string? FindUnsafePart(string path)
    {
        for (string? part = path; part is not null; part = Path.GetDirectoryName(part))
        {
            UnixFileMode mode = File.GetUnixFileMode(part);
            bool isSticky = part != path && (mode & UnixFileMode.StickyBit) != UnixFileMode.None;
            bool isWritable = mode.HasFlag(UnixFileMode.OtherWrite) || (mode.HasFlag(UnixFileMode.GroupWrite) && FileOwner.GroupOf(part) != RootId);
            if (FileOwner.Of(part) != RootId || (isWritable && !isSticky))
                return part;
            if (File.ResolveLinkTarget(part, returnFinalTarget: false) is { } target && FindUnsafePart(target.FullName) is { } beyond)
                return beyond;
        }

        return null;
    }
}
