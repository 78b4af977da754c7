namespace Sequitur.Fuzz;

/// <summary>The inputs of a target: each is made from its number alone, so a number is all that a report needs.</summary>
public sealed class Inputs
{
    private readonly FuzzTarget _target;
    private readonly byte[][] _seeds;

    /// <summary>Loads the sound inputs of a target.</summary>
    public Inputs(FuzzTarget target)
    {
        _target = target;
        _seeds = [.. target.Seeds(Path.Combine(Repository, "tests", "conformance"))];
    }

    /// <summary>The folder of the repository that the program was built in.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The input of that number: a sound one, damaged.</summary>
    public byte[] Make(long number)
    {
        // both halves count, so that neighbouring numbers do not give neighbouring sequences
        var random = new Random(unchecked((int)(number * 0x9E3779B1) ^ (int)(number >> 32)));
        var seed = _seeds[random.Next(_seeds.Length)];
        return _target.Mutator.Mutate(seed, _seeds[random.Next(_seeds.Length)], random);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sequitur.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new UsageException($"no Sequitur.slnx in or above {AppContext.BaseDirectory}: run it from the repository");
    }
}
