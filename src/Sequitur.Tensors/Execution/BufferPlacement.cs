using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Execution;

/// <summary>One arena and what lies in it: buffers are reserved in the order of their phases, then allocated together.</summary>
internal sealed class BufferPlacement
{
    private readonly BufferPlanner _planner = new();
    private readonly Dictionary<Tensor, Place> _places = [];
    private Region _arena;

    /// <summary>Bytes of the arena.</summary>
    public long Bytes => _planner.Bytes;

    /// <summary>Reserves a tensor's buffer from the phase that writes it to the last that reads it.</summary>
    public void Reserve(Tensor tensor, long bytes, int from, int to) => _places[tensor] = new(_planner.Place(bytes, from, to), bytes);

    /// <summary>Allocates the arena.</summary>
    public void Allocate() => _arena = new NativeBuffer(Bytes).Region;

    /// <summary>Where a tensor lies, if it does here.</summary>
    public bool TryFind(Tensor tensor, out Region region)
    {
        var found = _places.TryGetValue(tensor, out var place);
        region = found ? _arena.Slice(place!.Offset, place.Bytes) : default;
        return found;
    }

    /// <summary>Gives the arena's memory back to the system until it is used again; what is in it is lost.</summary>
    public void Forget() => (_arena.Owner as NativeBuffer)?.Forget();

    private sealed record Place(long Offset, long Bytes);
}
