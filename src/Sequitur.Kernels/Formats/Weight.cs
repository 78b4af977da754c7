using Sequitur.Kernels.Memory;

namespace Sequitur.Kernels.Formats;

/// <summary>
/// A frozen matrix <c>[rows, columns]</c> (outputs × inputs) in a <see cref="BlockFormat"/>, seen through a row look-up: stacks of experts,
/// slices of fused projections and permuted heads are views of the stored bytes, never copies.
/// </summary>
public sealed unsafe class Weight
{
    private readonly Run[] _runs;

    private MappedPlane[]? _mappedPlanes;

    // Logical row i is row _map[i] of the runs laid end to end; null: row i itself.
    private readonly int[]? _map;

    /// <summary>A matrix over stored tensors, laid end to end by rows.</summary>
    /// <param name="format">How the parts' rows are stored.</param>
    /// <param name="rows">Rows in total.</param>
    /// <param name="columns">Numbers a row.</param>
    /// <param name="parts">The stored tensors.</param>
    /// <param name="transposed">Each part is stored as <c>[columns, its rows]</c>, as Hugging Face's Conv1D does; dense formats only.</param>
    /// <exception cref="InvalidModelException">The sizes contradict one another or the bytes that are there.</exception>
    /// <exception cref="UnsupportedModelException">A format with blocks is said to be transposed.</exception>
    public Weight(BlockFormat format, long rows, int columns, IReadOnlyList<WeightPart> parts, bool transposed = false)
        : this(format, columns, transposed, Validate(format, rows, columns, parts, transposed), null)
    {
    }

    private Weight(BlockFormat format, int columns, bool transposed, Run[] runs, int[]? map)
    {
        Format = format;
        Columns = columns;
        Transposed = transposed;
        _runs = runs;
        _map = map;
        Rows = map?.Length ?? (runs.Length == 0 ? 0 : runs[^1].End);
    }

    /// <summary>How rows are stored.</summary>
    public BlockFormat Format { get; }

    /// <summary>Outputs.</summary>
    public long Rows { get; }

    /// <summary>Inputs: numbers a row.</summary>
    public int Columns { get; }

    /// <summary>Whether parts are stored as <c>[columns, rows]</c>.</summary>
    public bool Transposed { get; }

    /// <summary>Bytes that the rows take as stored.</summary>
    public long Bytes => Rows * Format.StoredBytes(Columns);

    /// <summary>Lays matrices of equal format and width end to end by rows: E experts <c>[n, k]</c> become <c>[E·n, k]</c>.</summary>
    /// <exception cref="InvalidModelException">Formats or widths differ.</exception>
    public static Weight Stack(IReadOnlyList<Weight> weights)
    {
        if (weights.Count == 0)
        {
            throw new ArgumentException("nothing to stack", nameof(weights));
        }

        var first = weights[0];
        foreach (var weight in weights)
        {
            if (weight.Format.Name != first.Format.Name || weight.Columns != first.Columns || weight.Transposed != first.Transposed)
            {
                throw new InvalidModelException(
                    $"cannot stack [{weight.Rows}, {weight.Columns}] in {weight.Format} on [{first.Rows}, {first.Columns}] in {first.Format}");
            }
        }

        var runs = new List<Run>();
        var map = weights.Any(weight => weight._map is not null) ? new List<int>() : null;
        var start = 0L;
        foreach (var weight in weights)
        {
            map?.AddRange(Enumerable.Range(0, checked((int)weight.Rows)).Select(row => checked((int)(start + (weight._map?[row] ?? row)))));
            runs.AddRange(weight._runs.Select(run => run with { Start = start + run.Start }));
            start = checked(start + weight._runs.Sum(run => run.Count));
        }

        return new(first.Format, first.Columns, first.Transposed, [.. runs], map?.ToArray());
    }

    /// <summary>The rows <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/>, as in a fused QKV projection.</summary>
    /// <exception cref="InvalidModelException">There are not so many rows.</exception>
    public Weight SliceRows(long first, long count)
    {
        if (first < 0 || count < 0 || first > Rows - count)
        {
            throw new InvalidModelException($"rows {first} to {first}+{count} lie outside a matrix of {Rows} rows");
        }

        if (_map is not null)
        {
            return new(Format, Columns, Transposed, _runs, _map[(int)first..(int)(first + count)]);
        }

        var runs = new List<Run>();
        foreach (var run in _runs)
        {
            var begin = Math.Max(first, run.Start);
            var end = Math.Min(first + count, run.End);
            if (begin < end)
            {
                runs.Add(new(run.Part, begin - first, run.Row + (begin - run.Start), end - begin));
            }
        }

        return new(Format, Columns, Transposed, [.. runs], null);
    }

    /// <summary>The rows in another order: row i of the result is row <paramref name="map"/>[i] of this matrix.</summary>
    /// <exception cref="InvalidModelException">The map names a row that is not there.</exception>
    public Weight PermuteRows(int[] map)
    {
        var composed = new int[map.Length];
        for (var i = 0; i < map.Length; i++)
        {
            if (map[i] < 0 || map[i] >= Rows)
            {
                throw new InvalidModelException($"row {map[i]} lies outside a matrix of {Rows} rows");
            }

            composed[i] = _map is null ? map[i] : _map[map[i]];
        }

        return new(Format, Columns, Transposed, _runs, composed);
    }

    /// <summary>Decodes one row exactly.</summary>
    /// <param name="row">From 0 to <see cref="Rows"/>, exclusive.</param>
    /// <param name="destination"><see cref="Columns"/> numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void DecodeRow(long row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (destination.Length != Columns)
        {
            throw new ArgumentException($"a row has {Columns} numbers, not {destination.Length}", nameof(destination));
        }

        fixed (float* pointer = destination)
        {
            DecodeRow(Place(row), 0, Columns, pointer, Tier.Scalar);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Says to the files behind the rows that these will be read soon (<see cref="MappedFile.Expect"/>).</summary>
    public void Expect()
    {
        foreach (var mapped in MappedPlanes)
        {
            mapped.File.Expect(mapped.Plane);
        }
    }

    /// <summary>Gives back the memory that the files behind the rows take (<see cref="MappedFile.Forget"/>); the rows can be read as before, at the cost of loading them again.</summary>
    public void Forget()
    {
        foreach (var mapped in MappedPlanes)
        {
            mapped.File.Forget(mapped.Plane);
        }
    }

    /// <summary>The files that the rows lie in.</summary>
    public IEnumerable<MappedFile> Files => MappedPlanes.Select(plane => plane.File).Distinct();

    /// <summary>Finds out whether a file behind the rows was changed since it was opened (<see cref="MappedFile.RequireUnchanged"/>).</summary>
    /// <exception cref="SequiturException">It was; the message names it.</exception>
    public void RequireUnchanged()
    {
        foreach (var file in Files)
        {
            file.RequireUnchanged();
        }
    }

    /// <summary>Where a logical row lies.</summary>
    internal RowPlace Place(long row)
    {
        row = _map is null ? row : _map[row];
        var low = 0;
        var high = _runs.Length - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (row >= _runs[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        ref readonly var run = ref _runs[low];
        return new(run.Part, run.Row + (row - run.Start));
    }

    /// <summary>The places of <paramref name="count"/> (1 to 16) rows from <paramref name="first"/>.</summary>
    internal PanelRows Panel(long first, int count)
    {
        PanelRows rows = default;
        for (var i = 0; i < PanelRows.Count; i++)
        {
            rows[i] = i < count ? Place(first + i) : rows[0];
        }

        return rows;
    }

    /// <summary>Decodes a segment of a row; <paramref name="first"/> and <paramref name="count"/> are whole numbers of blocks.</summary>
    internal void DecodeRow(in RowPlace place, int first, int count, float* destination, Tier tier)
    {
        if (!Transposed)
        {
            Format.DecodeRow(place, Columns, first, count, destination, tier);
            return;
        }

        var format = (DenseFormat)Format;
        var step = place.Part.Rows * format.ElementBytes;
        var source = place.Part.Address() + (first * step) + (place.Row * format.ElementBytes);
        for (var k = 0; k < count; k++, source += step)
        {
            format.DecodeRun(source, 1, destination + k, tier);
        }
    }

    /// <summary>Decodes columns of 16 rows to <c>panel[k·16 + row]</c>.</summary>
    internal void DecodePanel(in PanelRows rows, int first, int count, float* panel, Tier tier)
    {
        if (!Transposed)
        {
            PanelTurn.Decode(Format, rows, Columns, first, count, panel, tier);
            return;
        }

        var format = (DenseFormat)Format;
        for (var run = new PartRun(rows, 0); run.Length > 0; run = new(rows, run.End))
        {
            var source = run.Address(format, first, out var step);
            for (var k = 0; k < count; k++, source += step)
            {
                format.DecodeRun(source, run.Length, panel + (k * PanelRows.Count) + run.Start, tier);
            }
        }
    }

    /// <summary>Packs <paramref name="count"/> (1 to 16) rows from <paramref name="first"/> as the format lays panels; the first row stands in for those that are missing.</summary>
    /// <returns>As <see cref="BlockFormat.PackPanel"/> says.</returns>
    internal bool PackPanel(long first, int count, byte* panel)
    {
        var rows = Panel(first, count);
        if (!Transposed)
        {
            return Format.PackPanel(rows, Columns, panel);
        }

        var format = (DenseFormat)Format;
        var size = format.ElementBytes;
        for (var run = new PartRun(rows, 0); run.Length > 0; run = new(rows, run.End))
        {
            var source = run.Address(format, 0, out var step);
            for (var k = 0; k < Columns; k++, source += step)
            {
                new Span<byte>(source, run.Length * size).CopyTo(new(panel + (((k * PanelRows.Count) + run.Start) * size), run.Length * size));
            }
        }

        return format.IsFinite(panel, Columns);
    }

    // Whole parts, also where only some of their rows are this weight's: rows are often views of one part, and all of it is packed.
    private MappedPlane[] MappedPlanes => _mappedPlanes ??= [.. FindMappedPlanes()];

    private IEnumerable<MappedPlane> FindMappedPlanes()
    {
        foreach (var part in _runs.Select(run => run.Part).Distinct())
        {
            for (var i = 0; i < part.Planes.Length; i++)
            {
                if (part.Planes[i] is { IsEmpty: false, Owner: MappedFile file } plane)
                {
                    yield return new(file, plane);
                }
            }
        }
    }

    private static Run[] Validate(BlockFormat format, long rows, int columns, IReadOnlyList<WeightPart> parts, bool transposed)
    {
        if (transposed && format is not DenseFormat)
        {
            throw new UnsupportedModelException($"weights in {format} cannot be transposed: only dense formats can be read across rows");
        }

        if (rows < 0 || columns <= 0 || columns % format.BlockColumns != 0)
        {
            throw new InvalidModelException($"a matrix [{rows}, {columns}] cannot be stored in {format}: rows are whole blocks of {format.BlockColumns}");
        }

        var runs = new List<Run>();
        var start = 0L;
        foreach (var part in parts)
        {
            ValidatePart(format, columns, part);
            if (part.Rows > 0)
            {
                runs.Add(new(part, start, 0, part.Rows));
            }

            start = part.Rows > long.MaxValue - start ? long.MaxValue : start + part.Rows;
        }

        return start == rows ? [.. runs] : throw new InvalidModelException($"the parts of a matrix of {rows} rows have {start}");
    }

    private static void ValidatePart(BlockFormat format, int columns, WeightPart part)
    {
        if (part.Rows < 0 || part.Planes.Length != format.Planes.Count)
        {
            throw new InvalidModelException($"{format} has the planes {string.Join(", ", format.Planes)}, not {part.Planes.Length} (rows: {part.Rows})");
        }

        for (var plane = 0; plane < part.Planes.Length; plane++)
        {
            var rowBytes = format.RowBytes(columns, plane);
            if (Math.BigMul(rowBytes, part.Rows, out var bytes) != 0 || part.Planes[plane].Bytes != bytes)
            {
                throw new InvalidModelException(
                    $"{part.Rows} rows of {columns} numbers in {format} take {(decimal)rowBytes * part.Rows} bytes of {format.Planes[plane]}, " +
                    $"not {part.Planes[plane].Bytes}");
            }
        }
    }

    /// <summary>Neighbouring stored rows of a part that are rows <paramref name="Start"/> and following.</summary>
    private sealed record Run(WeightPart Part, long Start, long Row, long Count)
    {
        public long End => Start + Count;
    }

    private sealed record MappedPlane(MappedFile File, Region Plane);

    /// <summary>
    /// Neighbouring rows of a panel that are neighbours in a part of a transposed weight, whose stored rows hold one k of all outputs: for each k
    /// they are one run of bytes.
    /// </summary>
    private readonly ref struct PartRun
    {
        private readonly RowPlace _first;

        public PartRun(in PanelRows rows, int start)
        {
            Start = start;
            if (start < PanelRows.Count)
            {
                _first = rows[start];
                Length = 1;
                while (End < PanelRows.Count && rows[End].Part == _first.Part && rows[End].Row == _first.Row + Length)
                {
                    Length++;
                }
            }
        }

        public int Start { get; }

        public int Length { get; }

        public int End => Start + Length;

        public byte* Address(DenseFormat format, int column, out long step)
        {
            step = _first.Part.Rows * format.ElementBytes;
            return _first.Part.Address() + (column * step) + (_first.Row * format.ElementBytes);
        }
    }
}
