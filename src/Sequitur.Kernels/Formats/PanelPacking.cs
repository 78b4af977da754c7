using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// Packs weights into memory of their own, on threads of its own, while the one that will need them is busy with something else; who then needs them helps to finish. Each weight's stored bytes are given back
/// (<see cref="Weight.Forget"/>) when it is packed.
/// </summary>
public sealed unsafe class PanelPacking
{
    // Bytes of panels that a thread takes at a time.
    private const long ChunkBytes = 1 << 20;

    private readonly IReadOnlyList<PanelPlace> _weights;
    private readonly List<Chunk> _chunks = [];
    private readonly int[] _left;
    private readonly SideThreads _threads;
    private int _next;
    private Exception? _error;

    /// <summary>Starts.</summary>
    /// <param name="weights">The weights, each with memory of <see cref="WeightPanels.Bytes"/>, which is zero.</param>
    /// <param name="threads">Threads that pack, besides the one that calls <see cref="Finish"/>.</param>
    /// <exception cref="ArgumentException">The memory of a weight has another size, or is not aligned.</exception>
    public PanelPacking(IReadOnlyList<PanelPlace> weights, int threads)
    {
        _weights = weights;
        _left = new int[weights.Count];
        for (var i = 0; i < weights.Count; i++)
        {
            var (panels, memory) = weights[i];
            if (memory.Bytes != panels.Bytes || (nint)memory.Address % NativeBuffer.Alignment != 0)
            {
                throw new ArgumentException($"{panels.Count} panels take {panels.Bytes} aligned bytes, not {memory.Bytes}");
            }

            var step = Math.Max(1, ChunkBytes / Math.Max(1, panels.PanelBytes));
            for (var first = 0L; first < panels.Count; first += step, _left[i]++)
            {
                _chunks.Add(new(i, first, Math.Min(first + step, panels.Count)));
            }
        }

        _threads = new(threads, Work);
    }

    /// <summary>Packs what is left, and waits for the threads; from then on the panels are read where they were packed.</summary>
    /// <exception cref="InvalidOperationException">A thread failed; inside is what with.</exception>
    public void Finish()
    {
        Work();
        _threads.Join();
        if (_error is not null)
        {
            throw new InvalidOperationException($"weights could not be packed: {_error.Message}", _error);
        }

        foreach (var (panels, memory) in _weights)
        {
            panels.Use(memory);
        }
    }

    /// <summary>Stops, and waits for the threads. The panels are packed each time that they are read, as if nothing had begun.</summary>
    public void Abandon()
    {
        Interlocked.Exchange(ref _next, _chunks.Count);
        _threads.Join();
    }

    private void Work()
    {
        try
        {
            while (Interlocked.Increment(ref _next) - 1 is var next && next < _chunks.Count)
            {
                var (weight, first, end) = _chunks[next];
                var (panels, memory) = _weights[weight];
                panels.Pack(memory, first, end);
                if (Interlocked.Decrement(ref _left[weight]) == 0)
                {
                    panels.Weight.Forget();
                }
            }
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _error, error, null);
        }
    }

    private sealed record Chunk(int Weight, long First, long End);
}

/// <summary>A weight's panels, and where they are packed.</summary>
/// <param name="Panels">The panels.</param>
/// <param name="Memory">Zeros: <see cref="WeightPanels.Bytes"/> of them.</param>
public sealed record PanelPlace(WeightPanels Panels, Region Memory);
