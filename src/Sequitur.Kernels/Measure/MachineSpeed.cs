using System.Diagnostics;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Measure;

/// <summary>What a machine reaches at best, measured with kernels that do nothing else: the roofs over everything that runs on it.</summary>
/// <param name="pool">The threads.</param>
/// <param name="processor">The tier.</param>
/// <param name="seconds">How long each measurement may take, about.</param>
public sealed class MachineSpeed(WorkPool pool, Processor processor, double seconds)
{
    private const int ItemsPerThread = 48;
    private const int Phases = 2000;
    private static readonly RunSizes NoSizes = new(0);

    /// <summary>Memory to be read. It is written first: what never was is one page of zeros to the system, however often it is mapped, and comes from the caches.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="OutOfMemoryException">The system has not that much memory.</exception>
    public static NativeBuffer Source(long bytes)
    {
        const int Piece = 1 << 20;
        var buffer = new NativeBuffer(bytes);
        for (var done = 0L; done < bytes; done += Piece)
        {
            buffer.Region.Slice(done, Math.Min(Piece, bytes - done)).AsSpan<byte>().Fill(1);
        }

        return buffer;
    }

    /// <summary>Bytes a second that are read from a region (<see cref="Source"/>), best of several passes.</summary>
    /// <exception cref="ArgumentException">The region is no whole number of words.</exception>
    public double ReadBytesPerSecond(Region source) => ReadSpeeds(source).Best;

    /// <summary>Bytes a second that are read from a region (<see cref="Source"/>): best of several passes, and all of them together.</summary>
    /// <exception cref="ArgumentException">The region is no whole number of words.</exception>
    public (double Best, double Sustained) ReadSpeeds(Region source)
    {
        var blocks = ReadKernel.BlocksOf(source.Bytes);
        using var sums = new NativeBuffer(blocks * ReadKernel.Sums * sizeof(int));
        var y = new Operand(sums.Region, Extent.Constant(blocks), ReadKernel.Sums, ElementType.I32);
        // A small source is read many times a run, so that starting the threads does not count.
        var kernels = Enumerable.Repeat<Kernel>(new ReadKernel(processor, source, y), (int)Math.Clamp((16L << 20) / Math.Max(source.Bytes, 1), 1, 256)).ToArray();
        var (best, mean) = Times(new StepProgram(kernels.Select(kernel => new[] { kernel })));
        var bytes = (double)kernels.Length * source.Bytes;
        return (bytes / best, bytes / mean);
    }

    /// <summary>Float32 operations a second; a multiply-add is two.</summary>
    public double FloatOperationsPerSecond() =>
        OperationsPerSecond(FloatPeakKernel.Columns, ElementType.F32, (y, rounds) => new FloatPeakKernel(processor, y, rounds), FloatPeakKernel.OperationsOf);

    /// <summary>Operations on bytes a second, summed in 32-bit integers; a multiply-add is two.</summary>
    public double IntegerOperationsPerSecond() =>
        OperationsPerSecond(IntegerPeakKernel.Columns, ElementType.I32, (y, rounds) => new IntegerPeakKernel(processor, y, rounds), IntegerPeakKernel.OperationsOf);

    /// <summary>Seconds that threads need to meet after a phase in which there is nothing to do.</summary>
    public double SecondsPerBarrier() => Times(new StepProgram(Enumerable.Repeat(new Kernel[] { new NoKernel(pool.Threads) }, Phases))).Best / Phases;

    private double OperationsPerSecond(int columns, ElementType type, Func<Operand, int, Kernel> bind, Func<int, double> operations)
    {
        var items = pool.Threads * ItemsPerThread;
        using var numbers = new NativeBuffer((long)items * columns * sizeof(int));
        var y = new Operand(numbers.Region, Extent.Constant(items), columns, type);
        // From few rounds up, until a run takes long enough for a watch: tiers differ a hundredfold.
        var (rounds, best) = (64, 0.0);
        for (var start = Stopwatch.GetTimestamp(); Elapsed(start) < seconds;)
        {
            var time = Time(new StepProgram([[bind(y, rounds)]]));
            best = Math.Max(best, items * operations(rounds) / time);
            rounds = time < seconds / 8 ? rounds * 2 : rounds;
        }

        return best;
    }

    private (double Best, double Mean) Times(StepProgram program)
    {
        var (best, sum, count) = (Time(program), 0.0, 0);
        for (var start = Stopwatch.GetTimestamp(); count == 0 || Elapsed(start) < seconds; count++)
        {
            var time = Time(program);
            best = Math.Min(best, time);
            sum += time;
        }

        return (best, sum / count);
    }

    private double Time(StepProgram program)
    {
        var start = Stopwatch.GetTimestamp();
        program.Run(pool, NoSizes);
        return Math.Max(Elapsed(start), 1e-9);
    }

    private static double Elapsed(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;
}
