namespace Sequitur.Cli.Drawing;

/// <summary>
/// Draws a directed graph in rows (Sugiyama, Tagawa and Toda 1981): ranks by longest path, bends where an edge passes a row, the order of each row by barycenters, places by least squares.
/// A spine of boxes that follow one another stands at the left, straight.
/// </summary>
internal sealed class LayeredLayout
{
    private const int Sweeps = 12;
    private const double BendWidth = 10;
    private const double BendWeight = 8;

    private readonly IReadOnlyList<DrawnBox> _boxes;
    private readonly IReadOnlyList<DrawnEdge> _edges;
    private readonly double _gap;
    private readonly List<Item>[] _rows;

    private LayeredLayout(IReadOnlyList<DrawnBox> boxes, IReadOnlyList<DrawnEdge> edges, IReadOnlyList<int> spine, double gap)
    {
        (_boxes, _edges, _gap) = (boxes, edges, gap);
        AssignRanks();
        _rows = [.. Enumerable.Range(0, boxes.Select(box => box.Rank + 1).DefaultIfEmpty(0).Max()).Select(_ => new List<Item>())];
        AddItems([.. spine]);
    }

    /// <summary>Places boxes and bends.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="edges">The edges; each leads from a smaller number to a larger one.</param>
    /// <param name="spine">Numbers of the boxes of the spine, from the top.</param>
    /// <param name="gap">Room between neighbours.</param>
    public static void Arrange(IReadOnlyList<DrawnBox> boxes, IReadOnlyList<DrawnEdge> edges, IReadOnlyList<int> spine, double gap)
    {
        var layout = new LayeredLayout(boxes, edges, spine, gap);
        layout.Order();
        layout.Place();
    }

    private void AssignRanks()
    {
        foreach (var edge in _edges.OrderBy(edge => edge.From))
        {
            if (edge.From >= edge.To)
            {
                throw new ArgumentException($"the edge from {edge.From} to {edge.To} leads back");
            }
        }

        var into = _edges.ToLookup(edge => edge.To, edge => edge.From);
        var outOf = _edges.ToLookup(edge => edge.From, edge => edge.To);
        var floor = 0;
        foreach (var band in Enumerable.Range(0, _boxes.Count).GroupBy(box => _boxes[box].Band).OrderBy(band => band.Key))
        {
            var deepest = floor - 1;
            foreach (var box in band)
            {
                _boxes[box].Rank = into[box].Select(from => _boxes[from].Rank + 1).Append(floor).Max();
                deepest = Math.Max(deepest, _boxes[box].Rank);
            }

            // What nothing leads to stands just above what it leads to.
            foreach (var box in band.Where(box => !into[box].Any()))
            {
                _boxes[box].Rank = outOf[box].Where(to => _boxes[to].Band == band.Key).Select(to => _boxes[to].Rank - 1).DefaultIfEmpty(_boxes[box].Rank).Min();
            }

            floor = deepest + 1;
        }
    }

    private void AddItems(HashSet<int> spine)
    {
        Item[] items = [.. _boxes.Select((box, i) => new Item { Width = box.Width, IsSpine = spine.Contains(i), Box = box })];
        foreach (var item in items)
        {
            _rows[item.Box!.Rank].Add(item);
        }

        foreach (var edge in _edges)
        {
            var (last, isSpine) = (items[edge.From], spine.Contains(edge.From) && spine.Contains(edge.To));
            for (var rank = _boxes[edge.From].Rank + 1; rank < _boxes[edge.To].Rank; rank++)
            {
                // Two edges between the same boxes of the spine have one way.
                var bend = isSpine ? _rows[rank].FirstOrDefault(item => item.IsSpine) : null;
                if (bend is null)
                {
                    bend = new Item { Width = BendWidth, IsSpine = isSpine };
                    _rows[rank].Add(bend);
                }

                Link(last, bend);
                bend.Edges.Add(edge);
                last = bend;
            }

            Link(last, items[edge.To]);
        }
    }

    private static void Link(Item above, Item below)
    {
        above.Below.Add(below);
        below.Above.Add(above);
    }

    private void Order()
    {
        Number();
        var (best, fewest) = (Snapshot(), Crossings());
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            var down = sweep % 2 == 0;
            foreach (var row in down ? _rows : _rows.Reverse())
            {
                foreach (var item in row)
                {
                    var neighbours = down ? item.Above : item.Below;
                    item.Wish = item.IsSpine ? -1 : neighbours.Count == 0 ? item.Place : neighbours.Average(other => (double)other.Place);
                }

                SortBy(row, item => item.Wish);
            }

            if (Crossings() is var crossings && crossings < fewest)
            {
                (best, fewest) = (Snapshot(), crossings);
            }
        }

        for (var rank = 0; rank < _rows.Length; rank++)
        {
            _rows[rank] = best[rank];
        }

        Number();
    }

    private List<Item>[] Snapshot() => [.. _rows.Select(row => row.ToList())];

    private void Number()
    {
        foreach (var row in _rows)
        {
            SortBy(row, item => item.IsSpine ? -1 : 0);
        }
    }

    // Stable: what wishes the same place keeps its order.
    private static void SortBy(List<Item> row, Func<Item, double> key)
    {
        Item[] sorted = [.. row.OrderBy(key)];
        for (var i = 0; i < sorted.Length; i++)
        {
            row[i] = sorted[i];
            sorted[i].Place = i;
        }
    }

    private int Crossings()
    {
        var crossings = 0;
        foreach (var row in _rows)
        {
            var links = row.SelectMany(item => item.Below.Select(below => (From: item.Place, To: below.Place))).ToArray();
            for (var i = 0; i < links.Length; i++)
            {
                for (var j = i + 1; j < links.Length; j++)
                {
                    crossings += (links[i].From - links[j].From) * (links[i].To - links[j].To) < 0 ? 1 : 0;
                }
            }
        }

        return crossings;
    }

    private void Place()
    {
        var lane = _rows.SelectMany(row => row).Where(item => item.IsSpine).Select(item => item.Width / 2).DefaultIfEmpty(0).Max();
        foreach (var row in _rows)
        {
            Settle(row, item => item.Place * 2 * lane, lane);
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (var row in sweep % 2 == 0 ? _rows : _rows.Reverse())
            {
                // The spine is straight whatever hangs on it; what is beside it follows its own neighbours first.
                Settle(row, item => Neighbours(item) is { Count: > 0 } near ? near.Average(other => other.X) : item.X, lane);
            }
        }

        foreach (var edge in _edges)
        {
            edge.Bends = [.. _rows.SelectMany(row => row).Where(item => item.Edges.Contains(edge)).Select(item => item.X)];
        }

        foreach (var item in _rows.SelectMany(row => row).Where(item => item.Box is not null))
        {
            item.Box!.X = item.X;
        }
    }

    private static List<Item> Neighbours(Item item)
    {
        var beside = item.Above.Concat(item.Below).Where(other => !other.IsSpine).ToList();
        return beside.Count > 0 ? beside : [.. item.Above, .. item.Below];
    }

    // The places nearest to those wished for in which neighbours keep their distance: pools of adjacent violators (least squares under an order).
    private void Settle(List<Item> row, Func<Item, double> wish, double lane)
    {
        var beside = row.Where(item => !item.IsSpine).ToArray();
        row.Where(item => item.IsSpine).ToList().ForEach(item => item.X = lane);
        var left = (2 * lane) + (lane > 0 ? _gap : 0);
        var pools = new List<(double Sum, double Weight, int Count)>();
        var offsets = new double[beside.Length];
        for (var i = 0; i < beside.Length; i++)
        {
            offsets[i] = i == 0 ? 0 : offsets[i - 1] + ((beside[i - 1].Width + beside[i].Width) / 2) + _gap;
            var weight = beside[i].Box is null ? BendWeight : 1;
            pools.Add(((wish(beside[i]) - offsets[i]) * weight, weight, 1));
            while (pools.Count > 1 && pools[^2].Sum / pools[^2].Weight > pools[^1].Sum / pools[^1].Weight)
            {
                pools[^2] = (pools[^2].Sum + pools[^1].Sum, pools[^2].Weight + pools[^1].Weight, pools[^2].Count + pools[^1].Count);
                pools.RemoveAt(pools.Count - 1);
            }
        }

        var next = 0;
        foreach (var (sum, weight, count) in pools)
        {
            for (var end = next + count; next < end; next++)
            {
                beside[next].X = offsets[next] + Math.Max(sum / weight, left + (beside[0].Width / 2));
            }
        }
    }

    // A box, or the place where an edge passes a row.
    private sealed class Item
    {
        public required double Width { get; init; }

        public required bool IsSpine { get; init; }

        public DrawnBox? Box { get; init; }

        public List<DrawnEdge> Edges { get; } = [];

        public List<Item> Above { get; } = [];

        public List<Item> Below { get; } = [];

        public int Place { get; set; }

        public double Wish { get; set; }

        public double X { get; set; }
    }
}
