using Sequitur.Kernels.Attention;
using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Recurrent;

/// <summary>
/// Where a recurrent layer keeps a sequence's state between batches: F32 numbers at one place in the sequence's single page. A sequence
/// whose rows begin at position 0 starts from the initial state, whatever its page holds.
/// </summary>
public sealed unsafe class StateSlot
{
    private readonly Operand _pageTable;
    private readonly Region _pool;
    private readonly long _pageBytes;
    private readonly long _slotOffset;

    /// <summary>Describes a slot.</summary>
    /// <param name="pageTable">Number of a sequence's page in the pool, I32 <c>[sequences, 1]</c>.</param>
    /// <param name="pool">All pages; page n begins at <c>n·page_bytes</c>.</param>
    /// <param name="pageBytes">Bytes of a page, all slots together.</param>
    /// <param name="slotOffset">Where this slot begins inside a page.</param>
    /// <exception cref="ArgumentException">The slot does not lie inside a page, or is not aligned.</exception>
    public StateSlot(Operand pageTable, Region pool, long pageBytes, long slotOffset)
    {
        Shapes.Check(pageTable, 1, ElementType.I32, "page table of states");
        if (slotOffset < 0 || slotOffset >= pageBytes || slotOffset % sizeof(float) != 0 || pageBytes % sizeof(float) != 0)
        {
            throw new ArgumentException($"a state at {slotOffset} does not fit pages of {pageBytes} bytes");
        }

        (_pageTable, _pool, _pageBytes, _slotOffset) = (pageTable, pool, pageBytes, slotOffset);
    }

    /// <exception cref="ArgumentException">A state of so many numbers reaches behind the page, or the table is not one of the sequences.</exception>
    internal void Check(RaggedRows rows, long numbers)
    {
        Shapes.SameRows(rows.First, _pageTable, "page table of states");
        if (numbers > (_pageBytes - _slotOffset) / sizeof(float))
        {
            throw new ArgumentException($"a state of {numbers} numbers at {_slotOffset} does not fit pages of {_pageBytes} bytes");
        }
    }

    internal float* State(long sequence)
    {
        var number = *_pageTable.Integers(sequence);
        if (number < 0 || number >= _pool.Bytes / _pageBytes)
        {
            throw new InvalidOperationException($"the state of sequence {sequence} is in page {number} of a pool of {_pool.Bytes / _pageBytes}");
        }

        return (float*)(_pool.Address + (number * _pageBytes) + _slotOffset);
    }
}
