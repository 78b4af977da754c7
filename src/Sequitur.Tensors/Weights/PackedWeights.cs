using Sequitur.Kernels;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Tensors.Weights;

/// <summary>
/// The panels of weights that plans share: a cache by parameter, its version and the layout (its format's, with so many groups of rows). Plans ask for panels while they are built;
/// <see cref="Pack"/> then fills all that are new, in parallel, in one arena.
/// </summary>
public sealed class PackedWeights
{
    private readonly Dictionary<(Parameter Parameter, int Version, int Groups), WeightPanels> _panels = [];
    private readonly List<WeightPanels> _pending = [];
    private readonly Lock _lock = new();

    /// <summary>Bytes of all packed panels.</summary>
    public long Bytes { get; private set; }

    /// <summary>The panels of a weight: packed at the next <see cref="Pack"/> at the latest, and readable before.</summary>
    /// <param name="parameter">The weight.</param>
    /// <param name="groups">Groups of rows (experts) that begin a panel of their own.</param>
    public WeightPanels Get(Parameter parameter, int groups = 1)
    {
        lock (_lock)
        {
            var key = (parameter, parameter.Version, groups);
            if (!_panels.TryGetValue(key, out var panels))
            {
                panels = new WeightPanels(parameter.Weight, groups);
                _panels[key] = panels;
                _pending.Add(panels);
                foreach (var old in _panels.Keys.Where(k => k.Parameter == parameter && k.Version != parameter.Version).ToList())
                {
                    _panels.Remove(old);
                }
            }

            return panels;
        }
    }

    /// <summary>Packs what was asked for since the last time; mapped files give the memory back that it took as stored.</summary>
    /// <exception cref="CapacityException">The panels need more memory than the machine has.</exception>
    /// <exception cref="SequiturException">A file was changed since it was opened: what was packed would be of two models.</exception>
    public void Pack(WorkPool pool)
    {
        lock (_lock)
        {
            if (_pending.Count == 0)
            {
                return;
            }

            var bytes = _pending.Aggregate(0L, (sum, panels) => checked(sum + panels.Bytes));
            if (Bytes + bytes > Platform.MemoryBytes)
            {
                throw new CapacityException(
                    $"the weights take {Bytes + bytes} bytes when packed, and there are {Platform.MemoryBytes} bytes of memory: run with low memory, which reads them where they are stored");
            }

            var arena = new NativeBuffer(bytes).Region;
            foreach (var panels in _pending)
            {
                panels.Weight.Expect();
            }

            // One weight after the other, each by all threads: what was packed need not stay in memory as it is stored, and never does so for more than one weight.
            var offset = 0L;
            foreach (var panels in _pending)
            {
                panels.Weight.RequireUnchanged();
                WeightPanels.Pack([(panels, arena.Slice(offset, panels.Bytes))], pool);
                panels.Weight.Forget();
                offset += panels.Bytes;
            }

            foreach (var panels in _pending)
            {
                panels.Weight.RequireUnchanged();
            }

            Bytes += bytes;
            _pending.Clear();
        }
    }
}
