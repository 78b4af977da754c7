namespace Sequitur.Kernels.Programs;

/// <summary>
/// How many threads a pool uses. Threads meet after every phase; where a processor has other work (another program's, or the runtime's own compiling), all wait for the thread that does not
/// run, and two threads become far slower than one. So a pool whose threads are parked for much of several runs goes on with one thread less, and tries again later: after a moment first, after
/// twice as long each time that it was no better. Results do not depend on it.
/// </summary>
/// <param name="threads">The most threads.</param>
/// <param name="patience">How long to go on with fewer at first, in the unit of all times here.</param>
internal sealed class Crowding(int threads, long patience)
{
    // Of the time in which all but one could wait. A phase that only one thread can work on is seldom so long that the others park.
    private const double CrowdedShare = 0.3;

    // What is believed: so many runs in a row, and this part of the first patience.
    private const int RunsToBelieve = 3;
    private const int PartToBelieve = 4;

    private const int LongestPatience = 32;

    private readonly int _most = threads;
    private readonly long _first = patience;
    private long _patience = patience;
    private int _crowdedRuns;
    private long _crowdedTime;
    private long _calmTime;
    private long _wait;

    /// <summary>Threads of the next run.</summary>
    public int Threads { get; private set; } = threads;

    /// <summary>Runs so far with fewer threads than there are.</summary>
    public long ReducedRuns { get; private set; }

    /// <summary>Learns from a run.</summary>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="parked">How long its threads were parked, all together.</param>
    public void Learn(long elapsed, long parked)
    {
        ReducedRuns += Threads < _most ? 1 : 0;
        if (Threads > 1 && parked > CrowdedShare * elapsed * (Threads - 1))
        {
            _calmTime = 0;
            _crowdedTime += elapsed;
            if (++_crowdedRuns >= RunsToBelieve && _crowdedTime >= _first / PartToBelieve)
            {
                Threads--;
                (_crowdedRuns, _crowdedTime) = (0, 0);
                _wait = _patience;
                _patience = Math.Min(2 * _patience, LongestPatience * _first);
            }
        }
        else if (Threads < _most && (_wait -= elapsed) <= 0)
        {
            // What follows is a trial: one crowded run is enough to end it.
            Threads++;
            (_crowdedRuns, _crowdedTime) = (RunsToBelieve, _first);
        }
        else
        {
            (_crowdedRuns, _crowdedTime) = (0, 0);
            _calmTime += elapsed;
            _patience = _calmTime >= LongestPatience * _first ? _first : _patience;
        }
    }
}
