namespace Sequitur.Engine.Speculation;

/// <summary>How long a run of several rows takes compared with one row's, learned from runs. Only how much is drafted depends on it, never what comes out.</summary>
/// <param name="mostRows">Rows of the longest run.</param>
internal sealed class PassCosts(int mostRows)
{
    // Share of a run of one row that each further row is thought to cost until it is measured: little, so that it is tried.
    private const double Unknown = 0.05;

    // How much a run's time counts against what was known, and by how much at most it may exceed that: a pause of the process says nothing of the model.
    private const double Weight = 0.25;
    private const double Outlier = 2;

    // What is known of longer runs fades towards hope with each run of one row, so that they are tried again some hundred tokens after they did not pay.
    private const double Fading = 1.0 / 256;

    private readonly double[] _seconds = new double[mostRows + 1];
    private readonly bool[] _seen = new bool[mostRows + 1];

    /// <summary>Notes a run. The first of each size is not counted: it may compile code.</summary>
    public void Note(int rows, double seconds)
    {
        ref var known = ref _seconds[rows];
        if (!_seen[rows])
        {
            _seen[rows] = true;
            return;
        }

        known = known == 0 ? seconds : known + (Weight * (Math.Min(seconds, Outlier * known) - known));
        for (var more = 2; rows == 1 && more <= mostRows; more++)
        {
            _seconds[more] = _seconds[more] == 0 ? 0 : _seconds[more] - (Fading * Math.Max(_seconds[more] - known, 0));
        }
    }

    /// <summary>The time of a run of so many rows, in those of one row; at least 1.</summary>
    public double Of(int rows)
    {
        if (_seconds[1] == 0)
        {
            return 1 + (Unknown * (rows - 1));
        }

        // Between two sizes that are known, a line; a longer run never takes less.
        var (below, above) = (1, 0);
        for (var other = 2; other <= mostRows; other++)
        {
            below = other <= rows && _seconds[other] > 0 ? other : below;
            above = other >= rows && _seconds[other] > 0 && (above == 0 || _seconds[other] < _seconds[above]) ? other : above;
        }

        var lower = above == 0 ? _seconds[below] : Math.Min(_seconds[below], _seconds[above]);
        var seconds = above == 0 ? lower + (Unknown * (rows - below) * _seconds[1])
            : above == below ? lower
            : lower + ((_seconds[above] - lower) * (rows - below) / (above - below));
        return Math.Max(seconds / _seconds[1], 1);
    }
}
