using FastLb.Native;

namespace FastLb.RealServer.Host;

/// <summary>The kernel's settings as files below <c>/proc/sys</c>, those of the network namespace of the reading thread.</summary>
internal sealed class ProcSettings : IKernelSettings
{
    public string? Read(string key)
    {
        string path = PathOf(key);
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SystemCallException("read", path, Errno.EACCES, fault.Message, fault);
        }
    }

    public void Write(string key, string value)
    {
        string path = PathOf(key);
        try
        {
            // Opened as it is: a file that isn't there can't be made here.
            using FileStream file = new(path, FileMode.Open, FileAccess.Write);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SystemCallException("write", path, Errno.ENOENT, "the kernel has no such setting, or the interface is gone", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SystemCallException("write", path, Errno.EACCES, "needs root; in a container /proc/sys must be writable, or be set from outside", fault);
        }
    }

    /// <summary>The path of a key whose parts may contain dots themselves, as interface names do: those stand as '/' in sysctl's notation.</summary>
    private static string PathOf(string key)
    {
        char[] path = key.ToCharArray();
        for (int position = 0; position < path.Length; position++)
        {
            path[position] = path[position] switch
            {
                '.' => '/',
                '/' => '.',
                char other => other,
            };
        }

        return $"/proc/sys/{new string(path)}";
    }
}
