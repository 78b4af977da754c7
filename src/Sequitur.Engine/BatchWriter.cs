using Sequitur.Kernels.Memory;
using Sequitur.Models;
using Sequitur.Tensors.Caches;
using Sequitur.Tensors.Execution;

namespace Sequitur.Engine;

/// <summary>Writes a ragged batch into a plan's inputs: tokens one after the other, and for each sequence where its own lie. Nothing is padded, nothing allocated.</summary>
internal sealed class BatchWriter
{
    private readonly Plan _plan;
    private readonly Region _ids;
    private readonly Region _outputRows;
    private readonly RowInputs _tokens;
    private readonly PageTable[] _tables;
    private readonly List<RopeInputs> _rope = [];

    public BatchWriter(Plan plan, IReadOnlyList<RopeSet> ropeSets, CacheLayout layout)
    {
        _plan = plan;
        _ids = plan.Input("ids");
        _outputRows = plan.Input("output_rows");
        _tokens = new RowInputs(plan, "tokens");
        _tables = [.. layout.Groups.Where(g => plan.HasInput(Lowering.PageTableName(g)))
            .Select(g => new PageTable(g.Name, layout.TableWidth(g), plan.Input(Lowering.PageTableName(g))))];
        for (var set = 0; set < ropeSets.Count; set++)
        {
            var name = $"rope.{ropeSets[set].Name}";
            if (plan.HasInput(name))
            {
                _rope.Add(new(set, ropeSets[set].Dim / 2, plan.Input(name), plan.Input($"{name}.scale")));
            }
        }
    }

    /// <summary>Writes the taken tokens of the sequences, whose pages are reserved; gives each whose prompt is through a row of logits, and one for each drafted token.</summary>
    public void Write(ReadOnlySpan<Sequence> sequences)
    {
        var (row, outputs) = (0, 0);
        for (var s = 0; s < sequences.Length; s++)
        {
            var sequence = sequences[s];
            var start = sequence.Cache.Length - sequence.Taken;
            _tokens.Write(s, row, start, sequence.Taken);
            var ids = _ids.AsSpan<int>();
            for (var i = 0; i < sequence.Taken; i++)
            {
                ids[row + i] = sequence[start + i];
            }

            sequence.FirstRow = row;
            row += sequence.Taken;
            sequence.OutputRow = -1;
            if (sequence.Pending == 0)
            {
                sequence.OutputRow = outputs;
                for (var chosen = row - 1 - sequence.Drafted; chosen < row; chosen++)
                {
                    _outputRows.AsSpan<int>()[outputs++] = chosen;
                }
            }

            WriteSequence(s, sequence);
        }

        _plan.SetSize("tokens", row);
        _plan.SetSize("sequences", sequences.Length);
        _plan.SetSize("outputs", outputs);
    }

    private void WriteSequence(int index, Sequence sequence)
    {
        foreach (var (group, width, region) in _tables)
        {
            sequence.Cache.Table(group).CopyTo(region.AsSpan<int>().Slice(index * width, width));
        }

        foreach (var (set, width, frequencies, scale) in _rope)
        {
            sequence.Rope[set].Frequencies.CopyTo(frequencies.AsSpan<float>().Slice(index * width, width));
            scale.AsSpan<float>()[index] = sequence.Rope[set].Scale;
        }
    }

    private sealed record PageTable(string Group, int Width, Region Region);

    private sealed record RopeInputs(int Set, int Width, Region Frequencies, Region Scale);

    /// <summary>The five inputs of a ragged dimension.</summary>
    private sealed class RowInputs(Plan plan, string name)
    {
        private readonly Region _sequence = Find(plan, $"{name}.sequence");
        private readonly Region _position = Find(plan, $"{name}.position");
        private readonly Region _first = Find(plan, $"{name}.first");
        private readonly Region _count = Find(plan, $"{name}.count");
        private readonly Region _length = Find(plan, $"{name}.length");

        public void Write(int sequence, int row, int start, int count)
        {
            for (var i = 0; i < count; i++)
            {
                Set(_sequence, row + i, sequence);
                Set(_position, row + i, start + i);
            }

            Set(_first, sequence, row);
            Set(_count, sequence, count);
            Set(_length, sequence, start + count);
        }

        private static Region Find(Plan plan, string name) => plan.HasInput(name) ? plan.Input(name) : default;

        private static void Set(Region region, int index, int value)
        {
            if (!region.IsEmpty)
            {
                region.AsSpan<int>()[index] = value;
            }
        }
    }
}
