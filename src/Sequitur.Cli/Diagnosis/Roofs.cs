using System.Diagnostics;
using Sequitur.Kernels;
using Sequitur.Kernels.Measure;
using Sequitur.Kernels.Programs;

namespace Sequitur.Cli.Diagnosis;

/// <summary>Bytes a second that were read.</summary>
/// <param name="Tier">The vectors that read.</param>
/// <param name="Where">The cache that the source fits, or <c>memory</c>.</param>
/// <param name="Bytes">Bytes of the source.</param>
/// <param name="Threads">Threads that read.</param>
/// <param name="BytesPerSecond">The speed.</param>
internal sealed record ReadSpeed(Tier Tier, string Where, long Bytes, int Threads, double BytesPerSecond);

/// <summary>Operations a second of a tier.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="Float32">Of float32 multiply-adds.</param>
/// <param name="Int8">Of multiply-adds of bytes.</param>
internal sealed record PeakSpeed(Tier Tier, int Threads, double Float32, double Int8);

/// <summary>What this machine reaches at best, as <see cref="MachineSpeed"/> measures it.</summary>
/// <param name="Reads">What was read how fast.</param>
/// <param name="Peaks">What was computed how fast.</param>
/// <param name="BarrierSeconds">What a barrier of all threads takes; null with one thread.</param>
internal sealed record Roofs(IReadOnlyList<ReadSpeed> Reads, IReadOnlyList<PeakSpeed> Peaks, double? BarrierSeconds)
{
    /// <summary>The place that is no cache.</summary>
    public const string Memory = "memory";

    private const long LeastBytes = 256L << 20;

    /// <summary>Bytes a second that are read from memory at most.</summary>
    public double MemoryBytesPerSecond => Reads.Where(read => read.Where == Memory).Max(read => read.BytesPerSecond);

    /// <summary>Operations a second that a tier reaches at most, by whatever numbers it multiplies faster.</summary>
    public double OperationsPerSecond(Tier tier) => Peaks.Where(peak => peak.Tier == tier).Max(peak => Math.Max(peak.Int8, peak.Float32));

    /// <summary>Measures, for about <paramref name="seconds"/> each.</summary>
    /// <param name="system">Says how large the caches are.</param>
    /// <param name="memory">Bytes of memory that may be used.</param>
    /// <param name="seconds">For each of some thirty figures.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Roofs Measure(SystemFacts system, long memory, double seconds, CancellationToken cancellation)
    {
        var (reads, peaks, barrier) = (new List<ReadSpeed>(), new List<PeakSpeed>(), (double?)null);
        var caches = system.Caches;
        var bytes = Math.Min(Math.Max(LeastBytes, 4 * caches.Select(cache => cache.Bytes).DefaultIfEmpty(0).Max()), Math.Max(memory / 8, 1 << 20)) / sizeof(int) * sizeof(int);
        using var buffer = MachineSpeed.Source(bytes);
        foreach (var threads in Environment.ProcessorCount > 1 ? [1, Environment.ProcessorCount] : new[] { 1 })
        {
            // Caches are read by one thread: pieces that small are not worth sharing.
            using var pool = new WorkPool(threads);
            foreach (var processor in Processor.Available)
            {
                var speed = new MachineSpeed(pool, processor, seconds);
                foreach (var (level, size) in caches.Where(cache => threads == 1 && cache.Bytes < bytes / 2))
                {
                    cancellation.ThrowIfCancellationRequested();
                    var half = size / 2 / sizeof(int) * sizeof(int);
                    reads.Add(new(processor.Tier, $"L{level}", half, threads, speed.ReadBytesPerSecond(buffer.Region.Slice(0, half))));
                }

                cancellation.ThrowIfCancellationRequested();
                reads.Add(new(processor.Tier, Memory, bytes, threads, new MachineSpeed(pool, processor, 3 * seconds).ReadBytesPerSecond(buffer.Region)));
                peaks.Add(new(processor.Tier, threads, speed.FloatOperationsPerSecond(), speed.IntegerOperationsPerSecond()));
            }

            barrier = threads > 1 ? new MachineSpeed(pool, Processor.Detected, seconds).SecondsPerBarrier() : null;
        }

        return new(reads, peaks, barrier);
    }

    /// <summary>Bytes a second that a file is read with: its first 64 MB, as far as they come in half a second. What the system keeps in memory comes from there.</summary>
    /// <returns>Null if the file is empty or cannot be read.</returns>
    public static double? FileBytesPerSecond(string path)
    {
        const int Most = 64 << 20;
        const double Limit = 0.5;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var (chunk, read, start) = (new byte[1 << 20], 0L, Stopwatch.GetTimestamp());
            while (read < Most && Stopwatch.GetElapsedTime(start).TotalSeconds < Limit && file.Read(chunk) is > 0 and var count)
            {
                read += count;
            }

            return read > 0 ? read / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-9) : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
