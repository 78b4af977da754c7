using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Sequitur.Kernels.Programs;

/// <summary>
/// Where the threads of a program meet between two phases. Whoever comes last makes the chunks ready and lets the others go; they spin
/// for a bounded time (a phase is microseconds long) and then park, so that an oversubscribed machine is not burnt.
/// </summary>
internal sealed class Barrier(int threads)
{
    // About 50 µs at 40 to 140 cycles a pause: longer than a phase, shorter than a time slice.
    private const int Spins = 4_000;

    private readonly AutoResetEvent[] _events = [.. Enumerable.Range(0, threads).Select(_ => new AutoResetEvent(false))];
    private readonly int[] _parked = new int[threads];
    private readonly WorkCursors[] _work = [new(threads), new(threads)];
    private int _threads = threads;
    private long _parkedTicks;
    private Shared _shared;

    /// <summary>How long threads have been parked since <see cref="Reset"/>, all together, in ticks of <see cref="Stopwatch"/>.</summary>
    public long ParkedTicks => Volatile.Read(ref _parkedTicks);

    /// <summary>The chunks of phases of the given parity.</summary>
    public WorkCursors Work(int parity) => _work[parity];

    /// <summary>Starts anew, for so many threads; only while no thread is inside a program.</summary>
    public void Reset(int count)
    {
        _threads = count;
        _parkedTicks = 0;
        _work[0].Reset();
        _work[1].Reset();
        _shared.Arrived = 0;
    }

    /// <summary>
    /// Says that a thread is here. The last one is told so: it alone may go on, does what must be done before the others do, and then lets them go by <see cref="Release"/>.
    /// The others wait by <see cref="Await"/>.
    /// </summary>
    /// <param name="generation">What to wait for the end of.</param>
    public bool Arrive(out int generation)
    {
        generation = Volatile.Read(ref _shared.Generation);
        return Interlocked.Increment(ref _shared.Arrived) == _threads;
    }

    /// <summary>Makes the chunks of <paramref name="parity"/> ready for the phase after the next, and lets the threads go that wait.</summary>
    public void Release(int parity)
    {
        _shared.Arrived = 0;
        _work[parity].Reset();
        Interlocked.Increment(ref _shared.Generation);
        Wake();
    }

    /// <summary>Waits until a generation is over.</summary>
    public void Await(int thread, int generation)
    {
        for (var i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _shared.Generation) != generation)
            {
                return;
            }

            Pause();
        }

        Park(thread, generation);
    }

    internal static void Pause()
    {
        if (X86Base.IsSupported)
        {
            X86Base.Pause();
        }
        else
        {
            Thread.SpinWait(1);
        }
    }

    private void Park(int thread, int generation)
    {
        var start = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref _parked[thread], 1);
        while (Volatile.Read(ref _shared.Generation) == generation)
        {
            _events[thread].WaitOne();
        }

        Interlocked.Add(ref _parkedTicks, Stopwatch.GetTimestamp() - start);

        Volatile.Write(ref _parked[thread], 0);
    }

    // A thread announces that it parks before it looks at the generation again, and the generation changes before the announcements
    // are read: one of the two always sees the other. A left-over signal only makes a later wait look once more.
    private void Wake()
    {
        for (var i = 0; i < _threads; i++)
        {
            if (Volatile.Read(ref _parked[i]) != 0)
            {
                _events[i].Set();
            }
        }
    }

    // Each on a line of its own: the spinning reads must not be disturbed by those that arrive.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Shared
    {
        [FieldOffset(128)]
        public int Generation;

        [FieldOffset(256)]
        public int Arrived;
    }
}
