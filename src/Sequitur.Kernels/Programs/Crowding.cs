namespace Sequitur.Kernels.Programs;

/// <summary>
/// How many threads a pool uses. Threads meet after every phase; where other programs hold a processor, all wait for the thread that does not run, and two
/// threads become far slower than one. So a pool whose threads are parked for much of several runs goes on with one thread less, and tries again later: after
/// a few runs first, after more each time that it was no better. Results do not depend on it.
/// </summary>
/// <param name="threads">The most threads.</param>
internal sealed class Crowding(int threads)
{
    // Of the time in which all but one could wait. A phase that only one thread can work on is seldom so long that the others park.
    private const double CrowdedShare = 0.3;
    private const int RunsToBelieve = 3;
    private const int FirstPatience = 8;
    private const int LastPatience = 256;

    private readonly int _most = threads;
    private int _crowdedRuns;
    private int _patience = FirstPatience;
    private int _wait;
    private int _calmRuns;

    /// <summary>Threads of the next run.</summary>
    public int Threads { get; private set; } = threads;

    /// <summary>Runs so far with fewer threads than there are.</summary>
    public long ReducedRuns { get; private set; }

    /// <summary>Learns from a run.</summary>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="parked">How long its threads were parked, all together, in the same unit.</param>
    public void Learn(long elapsed, long parked)
    {
        ReducedRuns += Threads < _most ? 1 : 0;
        if (Threads > 1 && parked > CrowdedShare * elapsed * (Threads - 1))
        {
            _calmRuns = 0;
            if (++_crowdedRuns >= RunsToBelieve)
            {
                Threads--;
                _crowdedRuns = 0;
                _wait = _patience;
                _patience = Math.Min(2 * _patience, LastPatience);
            }
        }
        else if (Threads < _most && --_wait <= 0)
        {
            Threads++;
            _crowdedRuns = RunsToBelieve - 1;
        }
        else
        {
            _crowdedRuns = 0;
            _patience = ++_calmRuns >= LastPatience ? FirstPatience : _patience;
        }
    }
}
