namespace FastLb.HealthChecks.Checkers.Http;

/// <summary>A stream that is lent to who would close it, and that notices how it ends.</summary>
/// <param name="inner">The stream; stays open.</param>
/// <param name="cancellation">Ends the reads of who does so by closing the stream.</param>
internal sealed class LentStream(Stream inner, CancellationToken cancellation) : Stream
{
    /// <summary>True when a read has found the end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>What a read has broken off with; null for nothing.</summary>
    public IOException? Failure { get; private set; }

    /// <summary>True when it has been lent; for the lender.</summary>
    public bool IsLent { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await inner.ReadAsync(buffer, cancellationToken.CanBeCanceled ? cancellationToken : cancellation);
            HasEnded |= count == 0 && buffer.Length > 0;
            return count;
        }
        catch (IOException failure)
        {
            Failure = failure;
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        int length = inner.Read(buffer, offset, count);
        HasEnded |= length == 0 && count > 0;
        return length;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken.CanBeCanceled ? cancellationToken : cancellation);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
