namespace Sequitur.Tokenizers;

/// <summary>
/// A queue of possible merges that gives the one of lowest rank first, and of equal ranks the leftmost. Merges of one rank arrive mostly
/// from left to right, so they are kept as ascending runs, and only the runs stand in a heap: taking the next merge is then mostly a step
/// along a list. (A heap of all merges took 6.7 s for 10 MB of "a", most of it cache misses.) At worst every run is one merge, and the
/// cost is that of a plain heap.
/// </summary>
/// <param name="ranks">How many ranks there are.</param>
internal sealed class MergeQueue(int ranks)
{
    private const int None = -1;

    // Merges of a run, linked; those given out are linked from _free.
    private (int Position, int Next)[] _merges = [];
    private int _mergeCount;
    private int _free = None;

    // Runs; _open holds for a rank the run that may still grow.
    private Run[] _runs = [];
    private int _runCount;
    private int _freeRun = None;
    private int[] _open = [];

    // A binary heap of runs by rank · 2³² + first position.
    private (ulong Key, int Run)[] _heap = [];
    private int _heapCount;

    /// <summary>Whether no merge waits.</summary>
    public bool IsEmpty => _heapCount == 0;

    /// <summary>Steps taken so far along runs and between levels of the heap; tests bound work by it instead of by time.</summary>
    public long Steps { get; private set; }

    /// <summary>Adds a merge at a position.</summary>
    public void Push(int rank, int position)
    {
        Steps++;
        if (_open.Length == 0)
        {
            _open = new int[ranks];
            Array.Fill(_open, None);
        }

        int merge = NewMerge(position);
        int run = _open[rank];
        if (run != None && _merges[_runs[run].Last].Position < position)
        {
            _merges[_runs[run].Last].Next = merge;
            _runs[run].Last = merge;
            return;
        }

        run = NewRun();
        _runs[run] = new Run { Rank = rank, First = merge, Last = merge };
        _open[rank] = run;
        Add(run);
    }

    /// <summary>Takes the first merge out; the queue must not be empty.</summary>
    public void Pop(out int rank, out int position)
    {
        Steps++;
        int run = _heap[0].Run;
        int merge = _runs[run].First;
        rank = _runs[run].Rank;
        position = _merges[merge].Position;
        int next = _merges[merge].Next;
        _merges[merge].Next = _free;
        _free = merge;
        if (next != None)
        {
            _runs[run].First = next;
            SiftDown((Key(rank, _merges[next].Position), run));
            return;
        }

        if (_open[rank] == run)
        {
            _open[rank] = None;
        }

        _runs[run].First = _freeRun;
        _freeRun = run;
        (ulong, int) last = _heap[--_heapCount];
        if (_heapCount > 0)
        {
            SiftDown(last);
        }
    }

    /// <summary>Gives back memory of more than so many merges; the queue must be empty.</summary>
    public void Trim(int keep)
    {
        _mergeCount = 0;
        _free = None;
        _runCount = 0;
        _freeRun = None;
        if (_merges.Length > keep)
        {
            _merges = [];
        }

        if (_runs.Length > keep)
        {
            _runs = [];
            _heap = [];
        }
    }

    private static ulong Key(int rank, int position) => (ulong)(uint)rank << 32 | (uint)position;

    private int NewMerge(int position)
    {
        int merge = _free;
        if (merge != None)
        {
            _free = _merges[merge].Next;
        }
        else
        {
            merge = _mergeCount++;
            Grow(ref _merges, _mergeCount);
        }

        _merges[merge] = (position, None);
        return merge;
    }

    private int NewRun()
    {
        int run = _freeRun;
        if (run != None)
        {
            _freeRun = _runs[run].First;
            return run;
        }

        Grow(ref _runs, ++_runCount);
        return _runCount - 1;
    }

    private static void Grow<T>(ref T[] array, int count)
    {
        if (array.Length < count)
        {
            Array.Resize(ref array, checked(Math.Max(64, array.Length * 2)));
        }
    }

    private void Add(int run)
    {
        Grow(ref _heap, ++_heapCount);
        (ulong Key, int Run) item = (Key(_runs[run].Rank, _merges[_runs[run].First].Position), run);
        int node = _heapCount - 1;
        while (node > 0 && _heap[(node - 1) / 2].Key > item.Key)
        {
            Steps++;
            _heap[node] = _heap[(node - 1) / 2];
            node = (node - 1) / 2;
        }

        _heap[node] = item;
    }

    // Puts an item where the root was.
    private void SiftDown((ulong Key, int Run) item)
    {
        (ulong Key, int Run)[] heap = _heap;
        int count = _heapCount;
        int node = 0;
        while (true)
        {
            int child = 2 * node + 1;
            if (child >= count)
            {
                break;
            }

            if (child + 1 < count && heap[child + 1].Key < heap[child].Key)
            {
                child++;
            }

            if (heap[child].Key >= item.Key)
            {
                break;
            }

            Steps++;
            heap[node] = heap[child];
            node = child;
        }

        heap[node] = item;
    }

    private struct Run
    {
        public int Rank;
        public int First;
        public int Last;
    }
}
