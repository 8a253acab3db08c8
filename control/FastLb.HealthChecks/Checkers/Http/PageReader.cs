using System.Buffers;
using System.Security.Cryptography;
using FastLb.Configuration.Model.Checks;
using FastLb.Native.Patterns;

namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>Reads one kind of page, and tells whether it is as it should be. One page at a time; keeps nothing of it.</summary>
/// <param name="page">What the page must be like.</param>
internal sealed class PageReader(HttpUrl page)
{
    /// <summary>The largest body that is read, in bytes: what a check may cost of memory and traffic has a bound.</summary>
    public const int LargestBody = 4 * 1024 * 1024;

    private const int Chunk = 8 * 1024;

    private CompiledPattern? _pattern;

    /// <summary>The page.</summary>
    public HttpUrl Page => page;

    /// <summary>Judges an answer whose header is there.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="deadline">Each read of the body is a step of it.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="PatternException">There is no PCRE2 to search with.</exception>
    public async ValueTask<string?> FindFault(HttpResponseMessage answer, ProbeDeadline deadline)
    {
        int status = (int)answer.StatusCode;
        if (!Passes(status))
            return $"answered with status {status}, {string.Join(' ', page.StatusCodes)} expected";
        CompiledPattern? pattern = page.Pattern is { } wanted ? _pattern ??= CompiledPattern.Compile(wanted.Text, (uint)wanted.Options) : null;
        using IncrementalHash? digest = page.Digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(deadline.Token);
            int kept = 0;
            long total = 0;
            while (true)
            {
                deadline.BeginStep();
                int count = await Read(body, buffer.AsMemory(kept), deadline.Token);
                if (count == 0)
                    break;
                total += count;
                if (total > LargestBody)
                    return $"the body is larger than {LargestBody / (1024 * 1024)} MiB, which is the most that is read";
                digest?.AppendData(buffer.AsSpan(kept, count));
                if (pattern is null)
                    continue;
                kept += count;
                if (kept == buffer.Length)
                    buffer = Enlarge(buffer);
            }

            return FindFault(digest) ?? (pattern is null ? null : FindFault(pattern, page.Pattern!, buffer.AsSpan(0, kept)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool Passes(int status)
    {
        foreach (StatusCodeRange range in page.StatusCodes)
        {
            if (status >= range.First && status <= range.Last)
                return true;
        }

        return false;
    }

    /// <summary>As in keepalived, a body that ends before the length that its header announces is judged as it is: digest and expression decide.</summary>
    private static async ValueTask<int> Read(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation);
        }
        catch (HttpIOException end) when (end.HttpRequestError == HttpRequestError.ResponseEnded)
        {
            return 0;
        }
    }

    private static byte[] Enlarge(byte[] full)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private string? FindFault(IncrementalHash? digest)
    {
        if (digest is null)
            return null;
        string found = Convert.ToHexStringLower(digest.GetHashAndReset());
        return found == page.Digest ? null : $"the body's digest is {found}, {page.Digest} expected";
    }

    private static string? FindFault(CompiledPattern pattern, ContentPattern wanted, ReadOnlySpan<byte> body)
    {
        long? place;
        try
        {
            place = pattern.Find(body, wanted.MinimumOffset, wanted.Stack is { } stack ? (stack.Start, stack.Maximum) : null);
        }
        catch (PatternException fault)
        {
            return $"the body can't be searched for '{wanted.Text}': {fault.Message}";
        }

        bool isFound = place is { } offset && (wanted.MaximumOffset is not { } last || offset <= last);
        return isFound == wanted.MustNotMatch ? $"'{wanted.Text}' is {(isFound ? "in the body, and must not be" : "not in the body")}" : null;
    }
}
