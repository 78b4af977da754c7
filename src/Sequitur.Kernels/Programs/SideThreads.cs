namespace Sequitur.Kernels.Programs;

/// <summary>Threads that do a piece of work once, beside whoever started them, and end.</summary>
internal sealed class SideThreads
{
    private readonly Thread[] _threads;

    /// <summary>Starts them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="work">What each of them does; it throws nothing.</param>
    public SideThreads(int count, Action work)
    {
        _threads = [.. Enumerable.Range(1, count).Select(i => new Thread(() => work()) { IsBackground = true, Name = $"sequitur-side-{i}" })];
        foreach (var thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Waits until all have ended.</summary>
    public void Join()
    {
        foreach (var thread in _threads)
        {
            thread.Join();
        }
    }
}
