using System.Text;
using Tmds.Linux;

namespace FastLb.Native.Files;

/// <summary>Whom files and folders belong to.</summary>
public static unsafe class FileOwner
{
    /// <summary>The number of the user who owns a file, 0 for root; of a link's target, not of the link.</summary>
    /// <exception cref="SystemCallException">There is no such file.</exception>
    public static uint Of(string path) => (uint)Read(path).st_uid;

    /// <summary>The number of a file's group, 0 for root's; of a link's target, not of the link.</summary>
    /// <exception cref="SystemCallException">There is no such file.</exception>
    public static uint GroupOf(string path) => (uint)Read(path).st_gid;

    private static stat Read(string path)
    {
        stat status;
        int result;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(path + '\0'))
            result = LibC.stat(bytes, &status);
        return result == 0 ? status : throw new SystemCallException("stat", path, SystemCallException.LastErrno);
    }
}
