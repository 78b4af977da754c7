using Sequitur.Kernels;
using Sequitur.Kernels.Formats;
using Sequitur.Kernels.Memory;
using Sequitur.Kernels.Programs;

namespace Sequitur.Tensors.Weights;

/// <summary>
/// The panels of weights that plans share: a cache by parameter, its version and the layout (its format's, with so many groups of rows). Plans ask for panels while they are built;
/// <see cref="Pack"/> then fills all that are new, in parallel, in one arena. What they will ask for can be begun before.
/// </summary>
public sealed class PackedWeights
{
    private readonly Dictionary<PanelKey, WeightPanels> _panels = [];
    private readonly List<WeightPanels> _pending = [];
    private readonly Lock _lock = new();
    private readonly List<WeightPanels> _begun = [];
    private PanelPacking? _packing;

    /// <summary>Bytes of all packed panels.</summary>
    public long Bytes { get; private set; }

    /// <summary>The panels of a weight: packed at the next <see cref="Pack"/> at the latest, and readable before.</summary>
    /// <param name="parameter">The weight.</param>
    /// <param name="groups">Groups of rows (experts) that begin a panel of their own.</param>
    public WeightPanels Get(Parameter parameter, int groups = 1)
    {
        lock (_lock)
        {
            return Find(parameter, groups, _pending);
        }
    }

    /// <summary>
    /// Begins to pack weights that a plan surely will ask for, on threads of their own, while it is built. <see cref="Pack"/> or <see cref="Abandon"/> must follow before the files behind them are closed.
    /// </summary>
    /// <exception cref="CapacityException">The panels need more memory than the machine has.</exception>
    public void Begin(IEnumerable<Parameter> parameters, int threads)
    {
        lock (_lock)
        {
            if (_packing is not null || threads < 1)
            {
                return;
            }

            foreach (var parameter in parameters)
            {
                _ = Find(parameter, 1, _begun);
            }

            if (_begun.Count > 0)
            {
                _packing = new(Place(_begun), threads);
            }
        }
    }

    /// <summary>Stops what <see cref="Begin"/> began.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _packing?.Abandon();
            _packing = null;
            _pending.AddRange(_begun);
            _begun.Clear();
        }
    }

    /// <summary>Packs what was asked for since the last time; mapped files give the memory back that it took as stored.</summary>
    /// <exception cref="CapacityException">The panels need more memory than the machine has.</exception>
    /// <exception cref="SequiturException">A file was changed since it was opened: what was packed would be of two models.</exception>
    public void Pack(WorkPool pool)
    {
        lock (_lock)
        {
            if (_packing is not null)
            {
                _packing.Finish();
                _packing = null;
                Note(_begun);
            }

            if (_pending.Count > 0)
            {
                new PanelPacking(Place(_pending), pool.Threads - 1).Finish();
                Note(_pending);
            }
        }
    }

    private WeightPanels Find(Parameter parameter, int groups, List<WeightPanels> created)
    {
        var key = new PanelKey(parameter, parameter.Version, groups);
        if (!_panels.TryGetValue(key, out var panels))
        {
            panels = new WeightPanels(parameter.Weight, groups);
            _panels[key] = panels;
            created.Add(panels);
            if (parameter.Version > 0)
            {
                foreach (var old in _panels.Keys.Where(k => k.Parameter == parameter && k.Version != parameter.Version).ToList())
                {
                    _panels.Remove(old);
                }
            }
        }

        return panels;
    }

    // Memory for panels, one arena for all; their files are told that they will be read.
    private List<PanelPlace> Place(List<WeightPanels> weights)
    {
        var bytes = weights.Aggregate(0L, (sum, panels) => checked(sum + panels.Bytes));
        if (Bytes + bytes > Platform.MemoryBytes)
        {
            throw new CapacityException(
                $"the weights take {Bytes + bytes} bytes when packed, and there are {Platform.MemoryBytes} bytes of memory: run with low memory, which reads them where they are stored");
        }

        var arena = new NativeBuffer(bytes).Region;
        var (places, offset) = (new List<PanelPlace>(weights.Count), 0L);
        foreach (var panels in weights)
        {
            panels.Weight.Expect();
            places.Add(new(panels, arena.Slice(offset, panels.Bytes)));
            offset += panels.Bytes;
        }

        return places;
    }

    private void Note(List<WeightPanels> packed)
    {
        foreach (var panels in packed)
        {
            panels.Weight.RequireUnchanged();
            Bytes += panels.Bytes;
        }

        packed.Clear();
    }

    private sealed record PanelKey(Parameter Parameter, int Version, int Groups);
}
