using System.Runtime.ExceptionServices;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Quantization.Sources;

namespace Sequitur.Quantization;

/// <summary>
/// Encodes tensors row by row, on threads of its own. A batch of rows is encoded and then written, so that memory stays bounded by the batch; a row's bytes depend on the row alone,
/// so that the number of threads never shows.
/// </summary>
/// <param name="threads">How many threads encode.</param>
/// <param name="check">Is called now and then while rows are read; what it throws ends the work.</param>
/// <param name="cancellation">Ends the work between pieces.</param>
internal sealed class RowEncoder(int threads, Action check, CancellationToken cancellation)
{
    private const long BatchBytes = 32 << 20;
    private const long PieceNumbers = 1 << 16;
    private const int CopyBytes = 4 << 20;

    /// <summary>Writes all rows of a tensor in a format.</summary>
    public void Write(SourceTensor tensor, BlockFormat format, Stream stream)
    {
        var rowBytes = format.StoredBytes(tensor.Columns);
        var rowsABatch = Math.Clamp(BatchBytes / rowBytes, 1, tensor.Rows);
        using var buffer = new NativeBuffer(rowsABatch * rowBytes, zeroed: false);
        for (var first = 0L; first < tensor.Rows; first += rowsABatch)
        {
            check();
            var count = Math.Min(rowsABatch, tensor.Rows - first);
            Encode(tensor, format, first, count, buffer.Region);
            Copy(buffer.Region.Slice(0, count * rowBytes), stream);
        }
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Copy(Region bytes, Stream stream)
    {
        for (var position = 0L; position < bytes.Bytes; position += CopyBytes)
        {
            check();
            cancellation.ThrowIfCancellationRequested();
            stream.Write(bytes.Slice(position, Math.Min(CopyBytes, bytes.Bytes - position)).AsSpan<byte>());
        }
    }

    // A block's scale cannot hold them, and would carry them to all of its numbers.
    private static void RequireFinite(SourceTensor tensor, long row, ReadOnlySpan<float> numbers, BlockFormat format)
    {
        for (var i = 0; format.BlockColumns > 1 && i < numbers.Length; i++)
        {
            if (!float.IsFinite(numbers[i]))
            {
                throw new InvalidModelException($"tensor {tensor.Name}, row {row}, number {i} is {numbers[i]}, which {format} cannot hold: the model is damaged; F32, F16 and BF16 take it as it is");
            }
        }
    }

    private void Encode(SourceTensor tensor, BlockFormat format, long first, long count, Region batch)
    {
        var rowBytes = format.StoredBytes(tensor.Columns);
        var rowsAPiece = Math.Max(1, PieceNumbers / tensor.Columns);
        var pieces = (count + rowsAPiece - 1) / rowsAPiece;
        var next = -1L;
        Exception? problem = null;
        void Work()
        {
            try
            {
                var row = new float[tensor.Columns];
                while (Interlocked.Increment(ref next) is var piece && piece < pieces && Volatile.Read(ref problem) is null)
                {
                    cancellation.ThrowIfCancellationRequested();
                    for (var i = piece * rowsAPiece; i < Math.Min(count, (piece + 1) * rowsAPiece); i++)
                    {
                        tensor.Read(first + i, row);
                        RequireFinite(tensor, first + i, row, format);
                        format.Encode(row, batch.Slice(i * rowBytes, rowBytes).AsSpan<byte>());
                    }
                }
            }
            catch (Exception thrown)
            {
                Interlocked.CompareExchange(ref problem, thrown, null);
            }
        }

        var helpers = Enumerable.Range(1, (int)Math.Min(threads, pieces) - 1).Select(i => new Thread(Work) { IsBackground = true, Name = $"sequitur-encode-{i}" }).ToArray();
        Array.ForEach(helpers, helper => helper.Start());
        Work();
        Array.ForEach(helpers, helper => helper.Join());
        if (problem is not null)
        {
            ExceptionDispatchInfo.Throw(problem);
        }
    }
}
