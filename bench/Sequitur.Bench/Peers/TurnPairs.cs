using Sequitur.Bench.Figures;

namespace Sequitur.Bench.Peers;

/// <summary>
/// Decoding behind a context that takes minutes to fill: our process and two of the peer's, with fused attention and without, fill theirs once, one after the other, and then decode in turn. Each pair is
/// a turn of ours and one of the peer's that follows at once.
/// </summary>
internal static class TurnPairs
{
    /// <summary>Measures; the peer's better setting is the one of the higher median.</summary>
    /// <param name="bench">How many pairs.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="path">The model's file, for both.</param>
    /// <param name="sizes">The depth, the tokens of a turn, and the threads.</param>
    /// <param name="rounds">How many times processes are started anew, which share the pairs.</param>
    /// <exception cref="PeerException">One of them failed.</exception>
    public static PeerPairs Measure(Workbench bench, LlamaCpp peer, string path, SpeedSizes sizes, int rounds)
    {
        var turns = (bench.Pairs + rounds - 1) / rounds;
        var speeds = (Ours: new List<double>(), Off: new List<double>(), On: new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            using var ours = DecodeTurns.Start(path, sizes, turns + 1);
            using var off = peer.StartTurns(path, sizes, turns + 1, flash: false);
            using var on = peer.StartTurns(path, sizes, turns + 1, flash: true);
            (List<double> Speeds, TurnProcess Process)[] order = [(speeds.Ours, ours), (speeds.Off, off), (speeds.On, on)];
            foreach (var (_, process) in order)
            {
                process.Take(); // finds nothing warm
            }

            for (var turn = 0; turn < turns; turn++)
            {
                // The two settings change places, so that each follows ours as often.
                foreach (var (list, process) in turn % 2 == 0 ? order : [order[0], order[2], order[1]])
                {
                    list.Add(process.Take());
                }
            }
        }

        var flash = new Sample(speeds.On).Median > new Sample(speeds.Off).Median;
        return new(PeerPairs.Decode(sizes), speeds.Ours, flash ? speeds.On : speeds.Off, flash);
    }
}
