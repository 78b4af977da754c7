using Sequitur.Kernels;
using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Memory;

namespace Sequitur.Tensors.Caches;

/// <summary>
/// Where the slots of a model lie in pages: a page holds <see cref="PageSize"/> positions of all slots of its group (or, in a recurrent group, the states of one sequence).
/// </summary>
public sealed class CacheLayout
{
    /// <summary>Positions a page.</summary>
    public const int PageSize = 64;

    private readonly Dictionary<string, PlacedSlot> _slots = [];
    private readonly Dictionary<string, long> _pageBytes = [];

    /// <summary>Lays out the slots.</summary>
    /// <param name="slots">What the model keeps.</param>
    /// <param name="format">F32, F16 or Q8_0 for keys and values; recurrent states are always F32.</param>
    /// <param name="maxPositions">The longest sequence; sets the width of page tables.</param>
    public CacheLayout(IReadOnlyList<CacheSlot> slots, ElementType format, long maxPositions)
    {
        Format = format;
        MaxPositions = maxPositions;
        Groups = [.. slots.Select(s => s.Group).Distinct()];
        foreach (var slot in slots)
        {
            var offset = _pageBytes.GetValueOrDefault(slot.Group.Name);
            _slots.Add(slot.Name, new(slot, offset));
            _pageBytes[slot.Group.Name] = offset + BytesPerPage(slot);
        }
    }

    /// <summary>How keys and values are stored.</summary>
    public ElementType Format { get; }

    /// <summary>Positions of the longest sequence.</summary>
    public long MaxPositions { get; }

    /// <summary>Entries of a sequence's page table in a group.</summary>
    public int TableWidth(CacheGroup group) => PagesFor(group, MaxPositions);

    /// <summary>The groups, in order of appearance.</summary>
    public IReadOnlyList<CacheGroup> Groups { get; }

    /// <summary>All slots.</summary>
    public IEnumerable<CacheSlot> Slots => _slots.Values.Select(s => s.Slot);

    /// <summary>Bytes of a page of a group.</summary>
    public long PageBytes(string group) => _pageBytes[group];

    /// <summary>The slot of a name.</summary>
    public CacheSlot Slot(string name) => _slots.TryGetValue(name, out var found) ? found.Slot : throw new ArgumentException($"the model declares no cache slot {name}");

    /// <summary>Where a slot begins inside a page.</summary>
    public long Offset(string slot) => _slots[slot].Offset;

    /// <summary>Pages that a sequence of a length needs in a group.</summary>
    public static int PagesFor(CacheGroup group, long positions) =>
        group.Kind == Retention.Recurrent ? 1 : checked((int)((positions + PageSize - 1) / PageSize));

    private long BytesPerPage(CacheSlot slot) => slot.StateSize > 0
        ? (slot.StateSize * (long)sizeof(float) + NativeBuffer.Alignment - 1) / NativeBuffer.Alignment * NativeBuffer.Alignment
        : PagedSlot.BytesPerPage(Format, slot.KeyHeads, slot.KeyDim, slot.ValueDim, slot.ValuesInKeys);

    private sealed record PlacedSlot(CacheSlot Slot, long Offset);
}
