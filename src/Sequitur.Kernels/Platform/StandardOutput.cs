namespace Sequitur.Kernels;

/// <summary>
/// Standard output as bytes, unbuffered. Unlike the console's own stream it says when the reader of a pipe has gone, so that a program can stop working for nobody.
/// </summary>
public sealed class StandardOutput : Stream
{
    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("standard output has no length");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("standard output has no position");
        set => throw new NotSupportedException("standard output has no position");
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => Platform.Current.WriteOutput(buffer);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("standard output cannot be read");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("standard output cannot seek");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("standard output has no length");
}
