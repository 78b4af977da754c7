using System.Diagnostics;
using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Programs;

/// <summary>
/// Threads of our own that run programs together with the calling thread. They wait spinning for a moment after each run, so that the steps of
/// a decode loop start at once, and park when nothing follows. A pool runs one program at a time.
/// </summary>
public sealed class WorkPool : IDisposable
{
    // About 200 µs: sampling and detokenizing happen between two steps.
    private const int Spins = 16_000;

    private readonly Thread[] _threads;
    private readonly AutoResetEvent[] _wake;
    private readonly int[] _parked;
    private readonly Lock _running = new();
    private readonly Crowding? _crowding;
    private readonly NativeBuffer _counters = new(StepProgram.SharedPlace.Most * SharedMemory.CounterBytes);
    private Worker[] _workers;
    private NativeBuffer _shared = new(0, zeroed: false);
    private long _scratchBytes;
    private StepProgram? _program;
    private RunSizes? _sizes;
    private Exception? _error;

    // The number of the run, and in the lower 16 bits how many threads take part: read together, so that a thread which sat a run out never mistakes one for another.
    private long _turn;
    private int _finished;
    private volatile bool _disposed;

    /// <summary>Starts a pool.</summary>
    /// <param name="threads">Threads that compute, the calling one included.</param>
    /// <param name="yields">Whether to go on with fewer threads while the processors have other work.</param>
    public WorkPool(int threads, bool yields = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        Barrier = new Barrier(threads);
        _crowding = yields ? new Crowding(threads, patience: Stopwatch.Frequency / 20) : null;
        _wake = [.. Enumerable.Range(0, threads).Select(_ => new AutoResetEvent(false))];
        _parked = new int[threads];
        _workers = CreateWorkers(4096);
        _threads = new Thread[threads - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            var index = i + 1;
            _threads[i] = new Thread(() => Serve(index)) { IsBackground = true, Name = $"sequitur-{index}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that compute, the calling one included.</summary>
    public int Threads { get; }

    /// <summary>Runs in which not all threads took part, because the processors had other work.</summary>
    public long ReducedRuns => _crowding?.ReducedRuns ?? 0;

    /// <summary>Threads that take part in this run.</summary>
    internal int Active { get; private set; }

    internal Barrier Barrier { get; }

    /// <summary>The phase that threads go to from the barrier at which they are; written by the one that lets them go.</summary>
    internal int NextPhase { get; set; }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _disposed = true;
        Begin(Threads);
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }

    /// <summary>Runs a program once on all threads; returns when it is complete. An exception in a kernel is thrown here.</summary>
    internal void Run(StepProgram program, RunSizes sizes)
    {
        lock (_running)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (program.ScratchBytes > _scratchBytes)
            {
                _workers = CreateWorkers(program.ScratchBytes);
            }

            if (program.SharedBytes > _shared.Bytes)
            {
                _shared = new NativeBuffer(program.SharedBytes, zeroed: false);
            }

            _program = program;
            _sizes = sizes;
            _error = null;
            Active = _crowding?.Threads ?? Threads;
            Barrier.Reset(Active);
            Volatile.Write(ref _finished, 0);
            var start = Stopwatch.GetTimestamp();
            Begin(Active);
            Execute(0);
            AwaitOthers();
            _crowding?.Learn(Stopwatch.GetTimestamp() - start, Barrier.ParkedTicks);

            _program = null;
            if (_error is { } error)
            {
                _counters.Region.AsSpan<byte>().Clear();
                throw new InvalidOperationException($"a kernel failed: {error.Message}", error);
            }
        }
    }

    /// <summary>Remembers the first failure of a kernel; the program runs on, so that no thread waits for another for ever.</summary>
    internal void Report(Exception error) => Interlocked.CompareExchange(ref _error, error, null);

    /// <summary>The memory that threads share at a place.</summary>
    internal SharedMemory Shared(StepProgram.SharedPlace place) => place.Bytes == 0 ? default
        : new(_counters.Region.Slice(place.Number * SharedMemory.CounterBytes, SharedMemory.CounterBytes), _shared.Region.Slice(place.Offset, place.Bytes));

    private Worker[] CreateWorkers(long scratchBytes)
    {
        _scratchBytes = scratchBytes;
        return [.. Enumerable.Range(0, Threads).Select(i => new Worker(i, new NativeBuffer(scratchBytes).Region))];
    }

    // They are past the last barrier and about to say so; if the system has taken the processor from one of them, let it have ours.
    private void AwaitOthers()
    {
        for (var i = 0; Volatile.Read(ref _finished) != Active - 1; i++)
        {
            if (i < Spins)
            {
                Barrier.Pause();
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    private void Execute(int index) => _program!.Execute(this, _sizes!, _workers[index]);

    private void Serve(int index)
    {
        var turn = 0L;
        while (true)
        {
            turn = Await(index, turn);
            if (_disposed)
            {
                return;
            }

            if (index < (turn & ushort.MaxValue))
            {
                Execute(index);
                Interlocked.Increment(ref _finished);
            }
        }
    }

    // The turn after the given one.
    private long Await(int index, long turn)
    {
        for (var i = 0; i < Spins; i++)
        {
            if (Volatile.Read(ref _turn) is var next && next != turn)
            {
                return next;
            }

            Barrier.Pause();
        }

        Interlocked.Exchange(ref _parked[index], 1);
        while (Volatile.Read(ref _turn) == turn)
        {
            _wake[index].WaitOne();
        }

        Volatile.Write(ref _parked[index], 0);
        return Volatile.Read(ref _turn);
    }

    // Starts a turn for so many threads; the others need not wake.
    private void Begin(int active)
    {
        Interlocked.Exchange(ref _turn, (((_turn >> 16) + 1) << 16) | (uint)active);
        for (var i = 1; i < active; i++)
        {
            if (Volatile.Read(ref _parked[i]) != 0)
            {
                _wake[i].Set();
            }
        }
    }
}
