using Sequitur.Kernels.Numerics;

namespace Sequitur.Engine.Sampling;

/// <summary>Notes what samplers do by comparing the candidates before and after each. Allocates: it exists only where reports are asked for.</summary>
internal sealed class SamplingReporter
{
    private readonly List<SamplerReport> _steps = [];
    private double[] _model = [];
    private float?[] _before = [];
    private float?[] _after = [];
    private int _position;
    private int _count;
    private double _mass;

    public SamplingReport? Report { get; private set; }

    public void Begin(Candidates candidates, int position)
    {
        if (_model.Length != candidates.Vocabulary)
        {
            (_model, _before, _after) = (new double[candidates.Vocabulary], new float?[candidates.Vocabulary], new float?[candidates.Vocabulary]);
        }

        (_position, _count, _mass) = (position, candidates.Count, 1);
        _steps.Clear();
        var (largest, total) = (candidates.Largest, 0.0);
        foreach (var logit in candidates.Logits)
        {
            total += Scalar.ExpDouble((double)logit - largest);
        }

        for (var i = 0; i < candidates.Count; i++)
        {
            _model[candidates.Ids[i]] = Scalar.ExpDouble((double)candidates.Logits[i] - largest) / total;
        }

        Copy(candidates, _before);
    }

    public void Note(Sampler sampler, Candidates candidates)
    {
        Copy(candidates, _after);
        var removed = new List<int>(_count - candidates.Count);
        var (changed, mass) = (0, 0.0);
        for (var id = 0; id < _before.Length; id++)
        {
            if (_after[id] is { } logit)
            {
                changed += logit != _before[id] ? 1 : 0;
                mass += _model[id];
            }
            else if (_before[id] is not null)
            {
                removed.Add(id);
            }
        }

        mass = removed.Count > 0 ? mass : _mass; // sums of the same tokens stay the same number
        _steps.Add(new SamplerReport(sampler.ToString(), _count, candidates.Count, _mass, mass, removed, changed));
        (_count, _mass, _before, _after) = (candidates.Count, mass, _after, _before);
    }

    public void End(int token, double probability) => Report = new SamplingReport(_position, token, _model[token], probability, [.. _steps]);

    private static void Copy(Candidates candidates, float?[] byId)
    {
        Array.Clear(byId);
        for (var i = 0; i < candidates.Count; i++)
        {
            byId[candidates.Ids[i]] = candidates.Logits[i];
        }
    }
}
