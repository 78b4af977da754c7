using System.Runtime.InteropServices;

namespace Sequitur.Kernels.Programs;

/// <summary>
/// Which chunks of a phase are taken. The chunks are parted into as many runs as there are threads. A thread takes those of its own run from the front, one after another, so
/// that what it reads lies in one piece, and what it asks for ahead it comes to; when its run is used up it takes from the ends of the others'.
/// </summary>
internal sealed class WorkCursors(int threads)
{
    private readonly Cursor[] _cursors = new Cursor[threads];

    /// <summary>All chunks are there again.</summary>
    public void Reset() => Array.Clear(_cursors);

    /// <summary>Takes a chunk.</summary>
    /// <param name="thread">Who asks.</param>
    /// <param name="threads">How many threads share the chunks.</param>
    /// <param name="chunks">How many chunks there are.</param>
    /// <returns>Its number; −1 when all are taken.</returns>
    public long Take(int thread, int threads, long chunks)
    {
        var run = thread;
        do
        {
            var first = chunks * run / threads;
            var taken = Take(ref _cursors[run].Taken, (int)((chunks * (run + 1) / threads) - first), run == thread);
            if (taken >= 0)
            {
                return first + taken;
            }

            run = run + 1 == threads ? 0 : run + 1;
        }
        while (run != thread);
        return -1;
    }

    // The lower half counts what is taken from the front, the upper half what is taken from the end.
    private static long Take(ref long cursor, int count, bool fromFront)
    {
        while (true)
        {
            var taken = Volatile.Read(ref cursor);
            var (front, end) = ((int)taken, (int)(taken >> 32));
            if (front + end >= count)
            {
                return -1;
            }

            if (Interlocked.CompareExchange(ref cursor, fromFront ? taken + 1 : taken + (1L << 32), taken) == taken)
            {
                return fromFront ? front : count - 1 - end;
            }
        }
    }

    // Each in lines of its own.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cursor
    {
        [FieldOffset(64)]
        public long Taken;
    }
}
